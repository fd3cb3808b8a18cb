"""Colours of c and h tell apart most of their values, or all; fixed for a run either way."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nets import single

from lstmviz.engine.initial import random_network
from lstmviz.engine.unroll import run
from lstmviz.inputs.sequence import numbered
from lstmviz.scene.colorlimits import ROUND, chosen, narrowed, rounded, whole
from lstmviz.scene.heataxes import furniture
from lstmviz.scene.heatmaps import content_of, place_of
from lstmviz.scene.moment import scales, widen
from lstmviz.scene.picture import moments_of
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Heat, Text
from lstmviz.session import Document, View


@pytest.fixture
def made():
    """A run in which one unit of twenty has by far the largest c."""
    x = np.random.default_rng(0).standard_normal((40, 3))
    trace = run(random_network(single(3, 20, 20), seed=1), x)
    state = trace.layers[0].forward.cell_state
    state.setflags(write=True)
    state[:, 7] = 50.0
    return trace, numbered(x, "noise")


def limits_of(trace):
    return scales(trace, 0, trace.steps)[0, "forward"]


def test_one_large_unit_leaves_the_colours_to_the_others(made):
    found = limits_of(made[0])
    others = np.abs(np.delete(made[0].layers[0].forward.cell_state, 7, axis=1))
    narrow = chosen(found, "most")
    assert chosen(found, "all")["cell_state"] == (-50.0, 50.0)
    peaks = others.max(axis=0)
    assert narrow["cell_state"][1] < 2 * peaks.max()
    assert (peaks <= narrow["cell_state"][1]).mean() >= 0.7
    assert whole(narrow, "cell_state") == (-50.0, 50.0)
    assert narrowed(narrow, "cell_state") and not narrowed(found, "cell_state")
    for alike in ("forgotten", "written", "cell_state_before"):
        assert narrow[alike] == narrow["cell_state"]
    assert narrow["forget_gate"] == found["forget_gate"]


def test_limits_of_two_parts_hold_for_both(made):
    trace, _ = made
    first, second = (scales(trace, *part)[0, "forward"] for part in ((0, 9), (9, 40)))
    both = chosen(widen(first, second), "most")
    assert both["cell_state"][1] == max(chosen(p, "most")["cell_state"][1] for p in (first, second))


def test_the_colour_bar_says_which_is_on(made):
    trace, sequence = made
    place = place_of(trace, View(), 1200, 700)
    bar = place.panel("cell_state").bar

    def told(name):
        shapes = furniture(place, content_of(trace, sequence, View(limits=name)))
        boxes = [shape.box for shape in shapes if isinstance(shape, Heat)]
        heats = [box for box in boxes if bar.contains(*box.center)]
        notes = [s.text for s in shapes if isinstance(s, Text)]
        return heats, notes

    heats, notes = told("most")
    assert len(heats) > 4 and min(box.w for box in heats) < 2
    assert "colours: 3 in 4" in notes
    heats, notes = told("all")
    assert [box.w for box in heats] == [bar.w]
    assert "colours: 3 in 4" not in notes and "50" in notes


def test_the_diagram_has_the_colours_of_the_heatmaps(made):
    trace, sequence = made
    done = Run(0, Document(), trace.spec, random_network(trace.spec, seed=1), sequence, trace, 40)
    done = replace(done, scales=scales(trace, 0, 40))
    for name in ("most", "all"):
        view = View(step=3, limits=name)
        now, shown = moments_of(done, view)[0], content_of(trace, sequence, view)
        assert now.limits["cell_state"] == shown.limits["cell_state"]


@given(st.floats(1e-30, 1e30))
def test_a_round_limit_is_the_next_above(peak):
    limit = rounded(peak)
    assert peak * (1 - 1e-8) <= limit <= peak * 1.6
    assert any(abs(limit / 10 ** np.floor(np.log10(limit)) - k) < 1e-6 for k in ROUND)


def test_nothing_but_zeros_has_colours_to_1():
    assert rounded(0.0) == 1.0


def test_units_that_are_much_alike_keep_the_whole_range():
    x = np.random.default_rng(0).standard_normal((40, 3))
    trace = run(random_network(single(3, 4, 4), seed=1), x)
    state = trace.layers[0].forward.cell_state
    state.setflags(write=True)
    state[:] = np.linspace(3.0, 4.0, 4)
    found = limits_of(trace)
    assert chosen(found, "most")["cell_state"] == found["cell_state"] == (-4.0, 4.0)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_do_not_count(made, bad):
    trace, _ = made
    before = chosen(limits_of(trace), "most")["cell_state"]
    state = trace.layers[0].forward.cell_state
    state.setflags(write=True)
    state[3, 7] = bad
    assert chosen(limits_of(trace), "most")["cell_state"] == before
