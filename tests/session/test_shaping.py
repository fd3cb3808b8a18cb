from dataclasses import replace

import pytest

from lstmviz.engine.spec import HeadSpec
from lstmviz.session import MAX_LAYERS, Document, Layer, Untrained, shaping, spec_of

LOW, HIGH = Layer(3, 4), Layer(5, 5, directions=("forward", "backward"))
FIRST, LAST = HeadSpec(7, "relu"), HeadSpec(2)
NET = Untrained(6, (LOW, HIGH), (FIRST, LAST))


def test_a_new_layer_has_the_sizes_below_it_and_nothing_special():
    added, place = shaping.with_new_layer(NET, 1)
    assert place == ("layer", 2) and added.layers == (LOW, HIGH, Layer(5, 5))
    added, place = shaping.with_new_layer(NET, shaping.below(NET, shaping.INPUT))
    assert place == ("layer", 0) and added.layers == (Layer(3, 4), LOW, HIGH)


def test_a_new_head_stands_on_the_one_chosen_else_on_top():
    top = shaping.head_below(NET, ("layer", 0))
    added, place = shaping.with_new_head(NET, top)
    assert place == ("head", 2) and added.heads == (FIRST, LAST, shaping.NEW_HEAD)
    added, place = shaping.with_new_head(NET, shaping.head_below(NET, ("head", 0)))
    assert place == ("head", 1) and added.heads == (FIRST, HeadSpec(5, "relu"), LAST)


@pytest.mark.parametrize(
    ("place", "net", "at"),
    [
        (("layer", 0), replace(NET, layers=(LOW, LOW, HIGH)), ("layer", 1)),
        (("head", 1), replace(NET, heads=(FIRST, LAST, LAST)), ("head", 2)),
    ],
)
def test_copies_stand_above_what_they_copy_and_go_again(place, net, at):
    assert shaping.copied(NET, place) == (net, at)
    assert shaping.removed(net, at) == (NET, place)


def test_where_one_stands_after_a_removal():
    assert shaping.removed(NET, ("layer", 0))[1] == ("layer", 0)
    assert shaping.removed(NET, ("head", 0))[1] == ("layer", 1)
    assert shaping.removed(NET, ("head", 1)) == (replace(NET, heads=(FIRST,)), ("head", 0))


def test_moves_go_there_and_back():
    up, place = shaping.moved(NET, ("layer", 0), 1)
    assert up.layers == (HIGH, LOW) and place == ("layer", 1)
    assert shaping.moved(up, place, -1) == (NET, ("layer", 0))
    assert shaping.moved(NET, ("head", 1), -1)[0].heads == (LAST, FIRST)


def test_what_may_be_asked_of_each_place():
    every = {"layer", "head", "copy", "remove"}
    assert shaping.possible(NET, ("layer", 0)) == every | {"up"}
    assert shaping.possible(NET, ("layer", 1)) == every | {"down"}
    assert shaping.possible(NET, ("head", 0)) == every | {"up"}
    assert shaping.possible(NET, shaping.INPUT) == {"layer", "head"}
    assert "remove" not in shaping.possible(Untrained(), ("layer", 0))
    full = Untrained(layers=(LOW,) * MAX_LAYERS, heads=(LAST,) * MAX_LAYERS)
    assert shaping.possible(full, ("layer", 3)) == {"remove", "up", "down"}
    assert spec_of(Document(full)).possible


def test_a_place_is_held_only_while_it_is_there_and_shown():
    assert shaping.held(NET, ("head", 1), 1) == ("head", 1)
    assert shaping.held(NET, ("head", 1), 0) == ("layer", 0)
    assert shaping.held(NET, ("head", 2), 1) == ("layer", 1)
    assert shaping.held(NET, shaping.INPUT, 0) == shaping.INPUT
