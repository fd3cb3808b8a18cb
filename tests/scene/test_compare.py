"""Two runs side by side: what is paired, what differs most, and what cannot be compared."""

from dataclasses import replace

import numpy as np
import pytest

from lstmviz.engine.spec import HeadSpec
from lstmviz.inputs import GeneratedInput, TextInput
from lstmviz.scene.metrics import text_box
from lstmviz.scene.others import other_words
from lstmviz.scene.questions import QUESTIONS, answered, page_of
from lstmviz.scene.questions.page import key_of
from lstmviz.scene.run import finished, runs
from lstmviz.scene.shapes import Box, Heat, Text
from lstmviz.session import Document, Edit, Other, Trained, View, one_layer

HEAD = HeadSpec(3, "softmax")
SEEDS = Document(
    one_layer(3, 4, 6, seed=1, head=HEAD),
    GeneratedInput("noise", 40, 2),
    other=Other(one_layer(3, 4, 6, seed=2, head=HEAD)),
)
TEXTS = Document(
    Trained("demo:counter"), TextInput("aaabbb#ab"), other=Other(input=TextInput("aabb#ab"))
)


def asked(document, **view):
    run = finished(document)
    view = View(diagram="compare", step=3, unit=1, **view)
    answer = answered("compare", run, view)
    return run, view, answer


def words(page, view):
    return " ".join(s.text for s in (*page.shapes, *page.marks(view)) if isinstance(s, Text))


@pytest.mark.parametrize("size", [(420, 240), (740, 380), (940, 516), (1900, 900)])
@pytest.mark.parametrize("match", ["index", "correlation"])
@pytest.mark.parametrize("compared", ["forget_gate", "cell_state", "hidden_state", "output"])
@pytest.mark.parametrize("document", [SEEDS, TEXTS])
def test_the_page_shows_both_runs_and_their_difference(document, compared, match, size):
    run, view, answer = asked(document, compared=compared, match=match)
    page = page_of("compare", answer, run, view, *size)
    heats = [shape for shape in page.shapes if isinstance(shape, Heat)]
    assert len(heats) == 6  # three maps, each with its colour bar
    room = Box(0, 0, *size)
    for shape in (*page.shapes, *page.marks(view)):
        if isinstance(shape, Text):
            box = text_box(shape)
            assert box.x >= 0 and box.right <= room.right + 0.5 and box.bottom <= room.bottom + 0.5


def test_what_is_shown_is_the_two_runs():
    run, view, answer = asked(SEEDS)
    here = run.trace.layers[0].forward.cell_state
    there = run.other.trace.layers[0].forward.cell_state
    np.testing.assert_array_equal(answer.values[0], here)
    np.testing.assert_array_equal(answer.values[1], there)
    np.testing.assert_allclose(answer.values[2], there.astype(float) - here)
    most = int(np.argmax(((there.astype(float) - here) ** 2).mean(0)))
    assert answer.ranks[0] == most
    same = int((run.trace.output.argmax(1) == run.other.trace.output.argmax(1)).sum())
    page = page_of("compare", answer, run, view, 940, 516)
    assert f"The largest output is the same at {same} of the 40 steps." in words(page, view)


def test_steps_are_paired_by_token():
    run, view, answer = asked(TEXTS, align="token")
    labels = run.sequence.labels, run.other.sequence.labels
    assert all(labels[0][a] == labels[1][b] for a, b in answer.found.steps.tolist())
    assert len(answer.found.steps) == 7
    page = page_of("compare", answer, run, view, 940, 516)
    assert "7 steps are compared, token with token: this run has 9, the other 7." in words(
        page, view
    )


def test_a_click_on_a_map_goes_to_its_step_and_unit():
    run, view, answer = asked(SEEDS)
    page = page_of("compare", answer, run, view, 940, 516)
    box = next(shape.box for shape in page.shapes if isinstance(shape, Heat))
    spot = page.spot(view, box.right - 1, box.bottom - 1)
    assert spot.changes == {"step": 39, "unit": 5} and spot.unit == 5
    assert "in the other run" in spot.words
    assert page.spot(view, 2, 2) is None
    ranked = page.spot(view, 800, 74 + 28)
    assert ranked.changes == {"unit": int(answer.ranks[0])}


def test_what_cannot_be_compared_is_said():
    _, _, none = asked(replace(SEEDS, other=None))
    assert "There is no other run" in str(none)
    wider = replace(SEEDS, other=Other(one_layer(3, 5, 9, seed=2)))
    _, _, unlike = asked(wider)
    assert "match their units" in str(unlike)
    run, view, answer = asked(wider, match="correlation")
    assert "cannot be compared" in words(page_of("compare", answer, run, view, 940, 516), view)
    _, _, hidden = asked(wider, match="correlation", compared="output")
    assert "3 and 5 numbers a step" in str(hidden)
    lost = replace(SEEDS, other=Other(Trained("/nowhere/model.safetensors")))
    made = list(runs(0, lost))[-1]
    assert made.finished and made.error is None
    assert "does not exist" in str(answered("compare", made, View()))


def test_another_run_to_compare_with_is_another_answer():
    run = finished(SEEDS)
    other = list(runs(1, replace(SEEDS, other=Other(one_layer(3, 4, 6, seed=3))), earlier=run))[-1]
    assert other.trace is run.trace
    question = QUESTIONS["compare"]
    assert key_of("compare", question, run, View()) != key_of("compare", question, other, View())


def test_the_other_run_in_words():
    assert other_words(SEEDS) == "with random weights, seed 2"
    assert other_words(TEXTS) == "reading “aabb#ab”"
    assert other_words(replace(SEEDS, other=None)) == "none yet"


def test_lines_of_the_other_text_are_told_in_one():
    assert other_words(Document(other=Other(input=TextInput("a\n b")))) == "reading “a↵ b”"


def test_the_units_that_differ_most_scroll():
    network = one_layer(4, 60, 60, seed=1)
    other = Other(replace(network, seed=2))
    document = Document(network, GeneratedInput("noise", 20), other=other)
    run, view, found = asked(document)
    first = page_of("compare", found, run, view, 900, 400)
    assert f"1 to {first.rows} of 60" in words(first, view)
    down = replace(view, **first.scroll(view, 3))
    assert down.row == 3
    page = page_of("compare", found, run, down, 900, 400)
    assert f"4 to {first.rows + 3} of 60" in words(page, down)
    end = replace(view, **first.scroll(view, 1000))
    assert end.row == 60 - first.rows
    last = page_of("compare", found, run, end, 900, 400)
    assert f"unit {found.ranks[-1]} (r" in words(last, end)
    assert f"unit {found.ranks[-1]} (r" not in words(first, view)


def test_the_other_run_starts_and_is_changed_as_it_says():
    network = one_layer(3, 4, 4, seed=1)
    other = Other(initial="random", changes=(Edit("forget_gate[2] = 0"),))
    document = Document(network, GeneratedInput("noise", 20), "zero", other=other)
    _, _, found = asked(document, compared="forget_gate")
    assert (found.values[1][:, 2] == 0).all() and (found.values[0][:, 2] > 0).all()
    assert not np.array_equal(found.values[0][0, :2], found.values[1][0, :2])  # other states before
    assert other_words(document) == "from random states, with one change"
    bad = replace(document, other=replace(other, changes=(Edit("forget_gate[9] = 0"),)))
    told = str(asked(bad)[2])
    assert told.startswith("The other run cannot be changed by 'forget_gate[9] = 0': there is no")


def test_an_earlier_run_with_another_s_changes_is_not_taken_for_one_without():
    network = one_layer(3, 4, 4, seed=1)
    other = Other(changes=(Edit("forget_gate[2] = 0"),))
    document = Document(network, GeneratedInput("noise", 20), other=other)
    first = finished(document)
    plain = list(runs(1, replace(document, other=Other()), earlier=first))[-1]
    found = answered("compare", plain, View(diagram="compare"))
    assert not found.values[2].any()
    view = View(diagram="compare")
    question = QUESTIONS["compare"]
    assert key_of("compare", question, first, view) != key_of("compare", question, plain, view)


def test_states_of_another_run_are_those_of_its_changed_run():
    other = Other(changes=(Edit("cell_state[1] = 3"),))
    changes = (Edit("cell_state[1]@8 = other@5"),)
    document = Document(
        one_layer(3, 4, 4, seed=1), GeneratedInput("noise", 20), changes=changes, other=other
    )
    changed = finished(document).of("changed").trace
    assert changed.layers[0].forward.cell_state[8, 1] == 3
