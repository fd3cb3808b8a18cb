"""Histograms of a layer: shares that sum to all, a unit's own, and the units that take no part."""

from dataclasses import replace

import numpy as np
import pytest

from lstmviz.analysis.statistics import histograms, saturation
from lstmviz.engine.variant import STANDARD
from lstmviz.inputs import GeneratedInput
from lstmviz.scene.metrics import text_box
from lstmviz.scene.questions import answered, page_of
from lstmviz.scene.run import finished
from lstmviz.scene.shapes import Box, Line, Text
from lstmviz.session import Document, Layer, Untrained, View, one_layer

SIZES = ((420, 240), (740, 380), (940, 516), (1900, 900), (600, 900))


@pytest.fixture(scope="module")
def run():
    return finished(Document(one_layer(5, 40, 40, seed=1), GeneratedInput("noise", 50, 2)))


def spread(run, view, size=(940, 516)):
    found = answered("histograms", run, view)
    return found, page_of("histograms", found, run, view, *size)


def words(page):
    return [shape.text for shape in page.shapes if isinstance(shape, Text)]


def changed(run, **arrays):
    way = replace(run.trace.layers[0].forward, **arrays)
    layers = (replace(run.trace.layers[0], forward=way),)
    return replace(run, trace=replace(run.trace, layers=layers))


def still(run, units):
    """A run in which so many units do nothing at all."""
    way = run.trace.layers[0].forward
    c, m = way.cell_state.copy(), way.cell_output.copy()
    c[:, :units], m[:, :units] = 0.25, 0.0
    return changed(run, cell_state=c, cell_output=m)


def test_every_value_is_in_one_bin(run):
    way = run.trace.layers[0].forward
    for array, (counts, edges) in histograms(run.trace).items():
        values = getattr(way, array)
        assert counts.sum() == values.size
        assert edges[0] <= values.min() and values.max() <= edges[-1]
        inside = (values >= edges[7]) & (values < edges[8])
        assert counts[7] == inside.sum()


def test_a_units_own_shares_are_of_its_values_alone(run):
    found, _ = spread(run, View(unit=6))
    values = run.trace.layers[0].forward.forget_gate[:, 6]
    own, edges = found.own("forget_gate", 6), found.found["forget_gate"][1]
    assert own.sum() == pytest.approx(1)
    assert own[20] == np.mean((values >= edges[20]) & (values < edges[21]))
    assert found.own("forget_gate", 40) is None
    assert found.own("forget_gate", None) is None


def test_saturated_shares_are_told_in_words(run):
    gate = run.trace.layers[0].forward.forget_gate.copy()
    gate[:, 6] = 0.5
    gate[:20, 6], gate[20:25, 6] = 0.05, 0.95
    told = changed(run, forget_gate=gate)
    text = words(spread(told, View(unit=6))[1])
    assert "unit 6: 40 % below 0.1, 10 % above 0.9" in text
    left, right = saturation(told.trace)["forget_gate"].mean(axis=0)
    assert f"{100 * left:.0f} % below 0.1, {100 * right:.0f} % above 0.9" in text


def test_a_bin_is_told_and_pins_nothing(run):
    view = View(unit=6)
    page = spread(run, view)[1]
    spots = [page.spot(view, x, y) for x in range(0, 940, 3) for y in (200, 400)]
    told = [spot for spot in spots if spot]
    assert {spot.words[0] for spot in told} == set("figoch")
    assert all("of unit 6’s" in spot.words and not spot.changes for spot in told)


def test_quiet_units_are_listed_by_number_and_can_be_pinned(run):
    quiet, view = still(run, 4), View(unit=None)
    page = spread(quiet, view)[1]
    for kind in ("Dead", "Constant"):
        line = next(s for s in page.shapes if isinstance(s, Text) and s.text.startswith(kind))
        pinned = [page.spot(view, x, line.y - 3) for x in range(int(text_box(line).right), 500)]
        assert sorted({s.unit for s in pinned if s}) == [0, 1, 2, 3]
        assert all(s.changes == {"unit": s.unit} for s in pinned if s)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("units", [0, 9, 400])
def test_words_do_not_overlap_and_what_is_left_out_is_told(size, units):
    many = finished(Document(one_layer(5, 450, 450, seed=1), GeneratedInput("noise", 9, 2)))
    many = still(many, units)
    page = spread(many, View(unit=2), size)[1]
    boxes = [text_box(shape) for shape in page.shapes if isinstance(shape, Text)]
    for k, box in enumerate(boxes):
        assert Box(0, 0, *size).contains(box.right - 0.1, box.bottom - 0.1)
        assert not any(box.inset(0.5).overlaps(other) for other in boxes[k + 1 :])
    listed = [text for text in words(page) if text.rstrip(",").isdecimal()]
    if units == 400:
        more = [int(t.split()[2].replace(",", "")) for t in words(page) if t.startswith("… and")]
        assert len(more) == 2
        numbers = [t for t in words(page) if t.endswith(",") and t[:-1].isdecimal()]
        assert len(numbers) + sum(more) == 800
    else:
        assert len([t for t in listed if t.endswith(",")]) == 2 * max(units - 1, 0)


def test_hidden_units_of_a_projection_are_not_cell_units():
    run = finished(Document(one_layer(5, 3, 40, seed=1), GeneratedInput("noise", 20, 2)))
    found, page = spread(run, View(unit=1))
    assert found.own("hidden_state", 1) is None
    assert "its units are not those of c" in words(page)
    assert sum(isinstance(shape, Line) and shape.stroke == "mark" for shape in page.shapes) == 5


def test_gates_that_a_layer_lacks_are_told():
    coupled = Layer(6, 6, variant=replace(STANDARD, coupled=True))
    run = finished(Document(Untrained(3, (coupled,), seed=3), GeneratedInput("noise", 30, 2)))
    assert any("f = 1 − i" in text for text in words(spread(run, View(unit=1))[1]))
    none = Layer(6, 6, variant=replace(STANDARD, absent=("output_gate",)))
    run = finished(Document(Untrained(3, (none,), seed=3), GeneratedInput("noise", 30, 2)))
    assert "this layer has no such gate" in words(spread(run, View(unit=1))[1])


def test_numbers_that_are_none_do_no_harm(run):
    state = run.trace.layers[0].forward.cell_state.copy()
    state[5:, 2], state[:, 3] = np.inf, np.nan
    broken = changed(run, cell_state=state)
    for unit in (2, 3):
        _, page = spread(broken, View(unit=unit))
        assert any("not finite" in text or "not a number" in text for text in words(page))
