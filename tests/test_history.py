import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmviz import history
from lstmviz.session import Document, one_layer


def document(seed):
    return Document(one_layer(seed=seed))


def seeds(past):
    return [entry.network.seed for entry in past.entries]


def test_undo_and_redo_walk_the_list():
    past = history.start(document(0))
    assert not past.can_undo and not past.can_redo
    for seed in (1, 2):
        past = history.record(past, document(seed))
    assert past.can_undo and not past.can_redo
    past = history.undo(past)
    assert past.current == document(1) and past.can_redo
    assert history.redo(past).current == document(2)
    assert history.undo(history.undo(past)).current == document(0)
    assert history.redo(history.redo(past)).current == document(2)


def test_a_change_drops_what_was_undone():
    past = history.record(history.record(history.start(document(0)), document(1)), document(2))
    past = history.record(history.undo(past), document(3))
    assert seeds(past) == [0, 1, 3] and not past.can_redo


def test_one_drag_is_one_entry():
    past = history.start(document(0))
    for seed in (1, 2, 3):
        past = history.record(past, document(seed), "cell size")
    past = history.record(past, document(4), "hidden size")
    assert seeds(past) == [0, 3, 4]


def test_changes_without_a_key_and_after_an_undo_stand_alone():
    past = history.record(history.start(document(0)), document(1))
    past = history.record(past, document(2))
    past = history.record(past, document(3), "drag")
    past = history.record(history.redo(history.undo(past)), document(4), "drag")
    assert seeds(past) == [0, 1, 2, 3, 4]


def test_no_change_is_no_entry():
    past = history.start(document(0))
    assert history.record(past, document(0)) is past


def test_the_oldest_go_first():
    past = history.start(document(0))
    for seed in range(1, 300):
        past = history.record(past, document(seed))
    assert len(past.entries) == history.BOUND and past.current == document(299)


@given(st.lists(st.one_of(st.integers(0, 5), st.sampled_from(["undo", "redo"])), max_size=40))
def test_any_walk_agrees_with_two_stacks(walk):
    past, before, now, after = history.start(document(0)), [], 0, []
    for move in walk:
        if move == "undo":
            past = history.undo(past)
            if before:
                after.append(now)
                now = before.pop()
        elif move == "redo":
            past = history.redo(past)
            if after:
                before.append(now)
                now = after.pop()
        elif move != now:
            past = history.record(past, document(move))
            before.append(now)
            now, after = move, []
        else:
            past = history.record(past, document(move))
        assert past.current == document(now)
        assert (past.can_undo, past.can_redo) == (bool(before), bool(after))


@pytest.mark.parametrize("gone, at", [(0, 1), (2, 2), (3, 2)])
def test_a_document_can_be_taken_out_and_where_we_are_stays(gone, at):
    past = history.start(document(0))
    for seed in (1, 4, 2, 3):
        past = history.record(past, document(seed))
    past = history.undo(history.undo(past))
    taken = history.without(past, document(gone))
    assert seeds(taken) == [seed for seed in (0, 1, 4, 2, 3) if seed != gone]
    assert taken.current == document(4) and taken.index == at
