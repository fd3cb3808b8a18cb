"""The table of what units remember: rows, heads, scrolling, and the order that it sets."""

from dataclasses import replace

import numpy as np
import pytest

from lstmviz.inputs import GeneratedInput
from lstmviz.scene.metrics import text_box
from lstmviz.scene.order import order
from lstmviz.scene.questions import answered, page_of
from lstmviz.scene.questions.memory import steps_text
from lstmviz.scene.run import finished
from lstmviz.scene.shapes import Box, Rect, Text
from lstmviz.session import Document, Layer, Untrained, View, one_layer

SIZES = ((420, 240), (740, 380), (940, 516), (1900, 900))


@pytest.fixture(scope="module")
def run():
    return finished(Document(one_layer(5, 30, 100, seed=1), GeneratedInput("noise", 50, 2)))


def table(run, view, size=(940, 516)):
    return page_of("memory", answered("memory", run, view), run, view, *size)


def units_shown(page, view):
    """The unit of every row, as the pointer finds it."""
    found = {page.spot(view, 30, y).unit for y in range(516) if page.spot(view, 30, y)}
    return found - {None}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("units", [1, 5, 100, 1024])
def test_words_of_a_row_do_not_overlap(size, units):
    run = finished(Document(one_layer(2, 4, units, seed=1), GeneratedInput("noise", 30, 2)))
    view = View(unit=0, step=7)
    page = table(run, view, size)
    boxes = [text_box(s) for s in (*page.shapes, *page.marks(view)) if isinstance(s, Text)]
    for k, box in enumerate(boxes):
        assert Box(0, 0, *size).contains(box.right - 0.1, box.bottom - 0.1)
        assert not any(box.inset(0.5).overlaps(other) for other in boxes[k + 1 :])


def test_scrolling_shows_every_unit(run):
    view, seen = View(unit=0), set()
    for _ in range(40):
        page = table(run, view)
        seen |= units_shown(page, view)
        view = replace(view, **page.scroll(view, page.rows))
    assert seen == set(range(100))
    assert page.scroll(view, 1) == {"row": view.row}


def test_a_click_on_a_head_sorts_here_and_in_the_heatmaps(run):
    view = View(unit=0, step=9, row=12)
    asked = {}
    page = table(run, view)
    for x in range(20, 930, 4):
        spot = page.spot(view, x, 90)
        if spot is not None:
            asked[spot.changes["order"]] = spot.changes["row"]
    names = {"index, reversed", "half-life at 9", "half-life", "longest hold", "horizon", "c at 9"}
    assert asked == dict.fromkeys(names, 0)
    way = run.trace.layers[0].forward
    for name in names:
        now = replace(view, order=name, row=0)
        first = next(
            spot.unit
            for y in range(80, 300)
            if (spot := table(run, now).spot(now, 30, y)) is not None and spot.unit is not None
        )
        assert first == order(name, way)[0]


def test_a_row_pins_its_unit_and_a_hold_goes_to_its_beginning(run):
    gates = np.full(run.trace.layers[0].forward.forget_gate.shape, 0.5, np.float32)
    gates[12:20, 1] = 0.97
    way = replace(run.trace.layers[0].forward, forget_gate=gates)
    layers = (replace(run.trace.layers[0], forward=way),)
    held = replace(run, trace=replace(run.trace, layers=layers))
    view = View(unit=3, step=2)
    page = table(held, view)
    y = next(y for y in range(516) if (s := page.spot(view, 30, y)) and s.unit == 1)
    assert page.spot(view, 30, y + 2).changes == {"unit": 1}
    assert page.spot(replace(view, unit=1), 30, y + 2).changes == {"unit": None}
    holds = [page.spot(view, x, y + 2) for x in range(30, 900, 10)]
    spot = next(spot for spot in holds if "step" in spot.changes)
    assert spot.changes == {"unit": 1, "step": 12}
    assert "8 steps in a row, 12 to 19" in spot.words


def test_a_pinned_unit_that_is_scrolled_away_can_be_brought_back(run):
    view = View(unit=90, step=2)
    page = table(run, view)
    words = " ".join(s.text for s in page.marks(view) if isinstance(s, Text))
    assert "unit 90 is in row 91" in words
    brought = [page.spot(view, 40, y) for y in range(480, 516)]
    spot = next(spot for spot in brought if spot is not None and spot.unit == 90)
    view = replace(view, **spot.changes)
    assert 90 in units_shown(table(run, view), view)


def test_numbers_that_are_none_do_no_harm(run):
    way = run.trace.layers[0].forward
    gates, states = way.forget_gate.copy(), way.cell_state.copy()
    gates[5:, 2], states[5:, 2], gates[:, 4], states[7, 4] = np.nan, np.inf, 1.0, -np.inf
    way = replace(way, forget_gate=gates, cell_state=states)
    broken = replace(
        run, trace=replace(run.trace, layers=(replace(run.trace.layers[0], forward=way),))
    )
    view = View(unit=2, step=8, order="half-life")
    page = table(broken, view)
    words = [s.text for s in (*page.shapes, *page.marks(view)) if isinstance(s, Text)]
    assert "∞" in words
    for shape in page.marks(view):
        if isinstance(shape, Rect):
            assert np.isfinite([shape.box.x, shape.box.w]).all()


def test_the_layer_and_direction_looked_at_are_named():
    layers = (Layer(3, 3), Layer(4, 6, directions=("forward", "backward")))
    run = finished(Document(Untrained(2, layers, seed=3), GeneratedInput("noise", 9, 2)))
    view = View(layer=1, direction="backward", unit=5)
    words = [s.text for s in table(run, view).shapes if isinstance(s, Text)]
    assert words[0] == "How long the units remember, layer 1, backward"
    assert units_shown(table(run, view), view) == set(range(6))


def test_numbers_of_steps_are_short():
    told = {0.432: "0.43", 9.994: "9.99", 9.996: "10.0", 99.96: "100", 1234.5: "1,234"}
    for value, text in told.items():
        assert steps_text(value) == text
    assert steps_text(np.inf) == "∞"
    assert steps_text(np.nan) == "NaN"
