"""The curves of a pinned unit."""

import numpy as np
import pytest
from heatruns import traced

from lstmviz.engine.spec import CellSpec
from lstmviz.engine.trace import remade
from lstmviz.scene import heatmaps
from lstmviz.scene.curves import UnitCurves
from lstmviz.scene.heatlayout import layout
from lstmviz.scene.plots import more_curves, unit_plots
from lstmviz.scene.shapes import Line, Text
from lstmviz.session import View

PLACE = layout(1370, 380, CellSpec(3, 4, 4), 12)


def opened():
    """A run whose values can be written, and its sequence."""
    trace, sequence = traced(4, 12)
    return remade(trace, np.array), sequence


def content(done=None, limits=None, **changes):
    trace, sequence = opened()
    for name, values in changes.items():
        getattr(trace.layers[0].forward, name)[:] = values
    return heatmaps.content_of(trace, sequence, View(unit=1), done=done, limits=limits)


def curves(shapes):
    return [shape.points for shape in shapes if isinstance(shape, Line) and shape.stroke != "edge"]


def test_a_curve_grows_from_its_last_point():
    whole = content()
    early = content(done=5, limits=whole.limits)
    first, rest = curves(unit_plots(PLACE, early)), curves(more_curves(PLACE, whole, 5))
    for a, b, both in zip(first, rest, curves(unit_plots(PLACE, whole)), strict=True):
        np.testing.assert_allclose(a[-1], b[0])
        np.testing.assert_allclose(a + b[1:], both)


def test_nothing_is_added_to_a_curve_that_is_whole():
    assert more_curves(PLACE, content(), 12) == []


def test_what_is_not_filled_yet_is_not_gathered_for_a_picture_that_came_further():
    trace, sequence = opened()
    whole = [array.copy() for array in vars(trace.layers[0].forward).values()]
    for array in vars(trace.layers[0].forward).values():
        array[5:] = 0
    known = UnitCurves(trace.layers[0].forward, 1)
    early = heatmaps.content_of(trace, sequence, View(unit=1), done=5, curves=known)
    assert more_curves(PLACE, early, 11) == []  # of the run before, of which 11 steps were painted
    for array, values in zip(vars(trace.layers[0].forward).values(), whole, strict=True):
        array[:] = values
    now = heatmaps.content_of(trace, sequence, View(unit=1), done=12, curves=known)
    plain = heatmaps.content_of(trace, sequence, View(unit=1), done=12)
    assert curves(unit_plots(PLACE, now)) == curves(unit_plots(PLACE, plain))


def test_a_curve_that_stops_being_finite_is_not_ended_with_a_dash():
    values = np.where(np.arange(12) < 5, 0.5, np.nan)[:, None]
    assert all(len(points) > 2 for points in curves(more_curves(PLACE, content(), 5)))
    added = curves(more_curves(PLACE, content(forget_gate=values), 5))
    assert len(added) == 5


@pytest.mark.parametrize(("g", "edge"), [(0.5, "1"), (3.0, "3")])
def test_the_axis_of_g_and_h_holds_every_value(g, edge):
    looked = content()
    looked.limits["candidate"] = (-g, g)
    right = PLACE.plots[1].plot.right
    marks = [s.text for s in unit_plots(PLACE, looked) if isinstance(s, Text) and s.x > right]
    assert marks == [edge, f"−{edge}", "0"]
