"""Advancing through stages and steps."""

import pytest

from lstmviz.gui.player import Place, advance

ORDER = ("gather", "write", "output")


def test_a_stage_on():
    assert advance(Place(3, "gather"), ORDER, 10, 1) == Place(3, "write")


def test_past_the_last_stage_comes_the_next_step():
    assert advance(Place(3, "output"), ORDER, 10, 1) == Place(4, "gather")


def test_before_the_first_stage_comes_the_step_before():
    assert advance(Place(3, "gather"), ORDER, 10, -1) == Place(2, "output")


@pytest.mark.parametrize(("place", "by"), [(Place(9, "output"), 1), (Place(0, "gather"), -1)])
def test_nothing_lies_beyond_the_ends(place, by):
    assert advance(place, ORDER, 10, by) is None


def test_a_stage_the_network_lacks_counts_as_the_last():
    assert advance(Place(3, "head"), ORDER, 10, 1) == Place(4, "gather")
