from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from heatruns import HeatRun, heat_run, traced
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication

from lstmviz import paint
from lstmviz.engine import unroll
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import CellSpec, NetworkSpec
from lstmviz.gui import resting
from lstmviz.gui.heatmaps import HeatmapsView
from lstmviz.scene import heatmaps, raster
from lstmviz.scene.address import looking
from lstmviz.scene.colors import DARK
from lstmviz.scene.heatlayout import row_y, step_x
from lstmviz.scene.moment import scales
from lstmviz.session import View

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def widget(qtbot):
    view = HeatmapsView()
    qtbot.addWidget(view)
    view.resize(1200, 420)
    view.show()
    return view


def shown(widget, qtbot, cell=8, steps=40, view=None, **options):
    """Render a run and wait until its images are complete."""
    run = heat_run(cell, steps, **options)
    widget.render(run, view or View(step=5))
    qtbot.waitUntil(lambda: not widget._filler.isActive())
    return run


def follow(widget, run):
    """Do what a window does: take up what the widget asks for."""
    asked = []

    def look(**changes):
        asked.append(changes)
        widget.render(run, replace(widget.view, **changes))

    widget.stepRequested.connect(lambda step: look(step=step))
    widget.unitPinned.connect(lambda unit: look(unit=unit))
    widget.numberAsked.connect(lambda number: look(**looking(number, widget.view, run.trace.spec)))
    widget.unitHovered.connect(lambda unit: look(hover=unit))
    widget.spanRequested.connect(
        lambda first, last, low, high: look(first=first, last=last, low=low, high=high)
    )
    return asked


def at(widget, array, step, row):
    """The pixel of a step and row of a heatmap."""
    panel = widget.place.panel(array)
    x = step_x(widget.place, panel.plot, step + 0.5)
    return QPoint(int(x), int(row_y(panel, row + 0.5)))


def turn(widget, where, notches, modifiers=Qt.KeyboardModifier.NoModifier):
    """Turn the wheel over a pixel."""
    event = QWheelEvent(
        QPointF(where),
        QPointF(widget.mapToGlobal(where)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def grabbed(widget):
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def test_the_images_are_those_of_the_figure(widget, qtbot):
    run = shown(widget, qtbot)
    content = heatmaps.content_of(run.trace, run.sequence, widget.view)
    expected = heatmaps.images(widget.place, content)
    for shape, slot in zip(expected, widget._images.slots.values(), strict=True):
        assert (shape.indices == slot.image).all()


def test_a_drag_over_a_heatmap_goes_to_its_steps_and_pins_nothing(widget, qtbot):
    asked = follow(widget, shown(widget, qtbot))
    qtbot.mousePress(widget, LEFT, pos=at(widget, "cell_state", 10, 2))
    for step in (11, 12, 20):
        qtbot.mouseMove(widget, at(widget, "cell_state", step, 2))
    qtbot.mouseMove(widget, QPoint(1199, 200))
    qtbot.mouseRelease(widget, LEFT, pos=QPoint(1199, 200))
    steps = [change["step"] for change in asked if "step" in change]
    assert steps == [11, 12, 20, 39]
    assert not any("unit" in change for change in asked)


def test_a_click_asks_for_its_number_and_pins_its_unit(widget, qtbot):
    run = shown(widget, qtbot, view=View(order="mean c"))
    asked = follow(widget, run)
    qtbot.mouseClick(widget, LEFT, pos=at(widget, "forget_gate", 3, 0))
    most = int(np.argmax(run.trace.layers[0].forward.cell_state.mean(axis=0)))
    assert len(asked) == 1
    found = {name: asked[0][name] for name in ("asked", "step", "unit")}
    assert found == {"asked": "forget_gate", "step": 3, "unit": most}


def test_a_click_on_the_time_axis_goes_to_the_step(widget, qtbot):
    asked = follow(widget, shown(widget, qtbot))
    axis = widget.place.axes[0]
    x = int(step_x(widget.place, axis, 30.5))
    qtbot.mouseClick(widget, LEFT, pos=QPoint(x, int(axis.y + 5)))
    assert asked == [{"step": 30}]


def test_rows_of_a_projected_hidden_state_are_asked_for_but_pin_nothing(widget, qtbot):
    asked = follow(widget, shown(widget, qtbot, hidden=4))
    qtbot.mouseClick(widget, LEFT, pos=at(widget, "hidden_state", 3, 1))
    assert len(asked) == 1 and "unit" not in asked[0]
    found = {name: asked[0][name] for name in ("asked", "step", "element")}
    assert found == {"asked": "hidden_state", "step": 3, "element": 1}


def test_what_is_not_revealed_is_pinned_but_not_asked_for(widget, qtbot):
    asked = follow(widget, shown(widget, qtbot, view=View(step=5, reveal=True)))
    qtbot.mouseClick(widget, LEFT, pos=at(widget, "forget_gate", 9, 3))
    assert asked == [{"unit": 3}]


def test_pointing_says_the_value_and_hovers_the_unit(widget, qtbot):
    asked = follow(widget, shown(widget, qtbot, text="hello "))
    said = []
    widget.pointed.connect(said.append)
    qtbot.mouseMove(widget, at(widget, "forget_gate", 4, 6))
    assert said[-1].startswith("forget gate f of unit 6 at step 4 “o” = ")
    assert asked == [{"hover": 6}]
    qtbot.mouseMove(widget, QPoint(3, 3))
    assert said[-1] == ""
    assert asked[-1] == {"hover": None}


def test_the_wheel_zooms_steps_around_the_pointer(widget, qtbot):
    asked = follow(widget, shown(widget, qtbot))
    where = at(widget, "candidate", 10, 3)
    turn(widget, where, 3)
    assert asked[-1]["low"] == 0.0 and asked[-1]["high"] is None
    assert 0 < asked[-1]["first"] < 10 < asked[-1]["last"] < 40
    place = widget.place
    assert abs(step_x(place, place.panels[2].plot, 10.5) - where.x()) < 1.5 * place.pitch
    for _ in range(20):
        turn(widget, where, 5)
    assert asked[-1]["last"] - asked[-1]["first"] == pytest.approx(4)
    for _ in range(20):
        turn(widget, where, -5)
    assert asked[-1] == {"first": 0.0, "last": None, "low": 0.0, "high": None}


@pytest.mark.parametrize(
    "key", [Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier]
)
def test_the_wheel_with_a_key_zooms_units(widget, qtbot, key):
    asked = follow(widget, shown(widget, qtbot, cell=32))
    turn(widget, at(widget, "output_gate", 5, 16), 4, key)
    assert asked[-1]["first"] == 0.0 and asked[-1]["last"] is None
    assert 8 < asked[-1]["low"] < 16 < asked[-1]["high"] < 24
    assert widget.place.panels[0].low == int(asked[-1]["low"])


def test_another_button_pans_and_a_double_click_shows_everything(widget, qtbot):
    run = shown(widget, qtbot, view=View(first=10.0, last=20.0))
    asked = follow(widget, run)
    qtbot.mousePress(widget, RIGHT, pos=at(widget, "input_gate", 15, 3))
    pitch = widget.place.pitch
    start = at(widget, "input_gate", 15, 3)
    qtbot.mouseMove(widget, start + QPoint(round(5 * pitch), 0))
    qtbot.mouseMove(widget, start + QPoint(round(-90 * pitch), 0))
    qtbot.mouseRelease(widget, RIGHT, pos=start)
    spans = [(change["first"], change["last"]) for change in asked]
    assert spans[0] == pytest.approx((5, 15), abs=0.1)
    assert spans[1] == (30.0, None)
    qtbot.mouseClick(widget, LEFT, pos=start)
    qtbot.mouseDClick(widget, LEFT, pos=start)
    assert asked[-1] == {"first": 0.0, "last": None, "low": 0.0, "high": None}
    qtbot.wait(QApplication.styleHints().mouseDoubleClickInterval() + 30)
    assert not any("unit" in change for change in asked)


def test_a_click_pins_while_zoomed_as_well(widget, qtbot):
    asked = follow(widget, shown(widget, qtbot, view=View(first=10.0, last=20.0)))
    qtbot.mouseClick(widget, LEFT, pos=at(widget, "input_gate", 12, 3))
    qtbot.waitUntil(lambda: [change["unit"] for change in asked] == [3])


def test_up_and_down_pin_the_neighbouring_unit(widget, qtbot):
    asked = follow(widget, shown(widget, qtbot, view=View(unit=6)))
    widget.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        qtbot.keyClick(widget, key)
    assert asked == [{"unit": 7}, {"unit": 6}]
    qtbot.keyClick(widget, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert asked[-1]["last"] < 40


@pytest.mark.parametrize("reveal", [False, True])
@pytest.mark.parametrize("unit", [None, 2])
def test_moving_paints_what_painting_everything_would(widget, qtbot, reveal, unit):
    run = shown(widget, qtbot, steps=200, view=View(step=5, reveal=reveal, unit=unit))
    widget.repaint()
    for step, hover in ((6, None), (150, 1), (149, 7), (3, 7), (3, None), (199, 0)):
        widget.render(run, replace(widget.view, step=step, hover=hover))
        QApplication.processEvents()
    moved = widget.screen().grabWindow(widget.winId()).toImage()
    widget.render(run, replace(widget.view, hover=3))
    widget.render(run, replace(widget.view, hover=0))
    widget._repaint(at_once=True)
    QApplication.processEvents()
    whole = widget.screen().grabWindow(widget.winId()).toImage()
    assert moved == whole


@pytest.mark.parametrize("text", [None, "abacus "])
def test_another_pin_paints_what_painting_everything_would(widget, qtbot, text):
    run = shown(widget, qtbot, steps=200, view=View(step=5, unit=2), text=text)
    widget.repaint()
    ground = widget._ground.pixmap
    for unit in (3, 7, 0):
        widget.render(run, replace(widget.view, unit=unit))
        QApplication.processEvents()
    assert widget._ground.pixmap is ground  # painted over, not painted anew
    pinned = grabbed(widget)
    widget._repaint(at_once=True)
    assert grabbed(widget) == pinned
    widget.render(run, replace(widget.view, unit=None))
    assert widget._ground.pixmap is not ground


def test_a_run_under_way_fills_column_by_column(widget, qtbot):
    trace, sequence = traced(8, 100)
    state = trace.layers[0].forward.cell_state.copy()
    widget.resize(1200, 400)
    seen = []
    for done in (10, 50, 100):
        run = HeatRun(trace, sequence, done, scales(trace, 0, done))
        widget.render(run, View())
        qtbot.waitUntil(
            lambda done=done: widget.content is not None and widget.content.done == done
        )
        qtbot.waitUntil(lambda: widget._images.complete)
        seen.append({slot.shown for slot in widget._images.slots.values()})
    assert seen == [{10}, {50}, {100}]
    image = widget._images.slots["cell_state"].image
    expected = raster.indices(state, widget.content.limits["cell_state"]).T
    assert (image == expected).all()


def test_the_ground_before_stays_until_the_new_one_is_whole(widget, qtbot):
    shown(widget, qtbot, steps=40)
    widget.repaint()
    before, place = grabbed(widget), widget.place
    trace, sequence = traced(8, 90)
    widget.render(HeatRun(trace, sequence, 80, scales(trace, 0, 90)), View(step=5))
    assert widget.place is not place
    assert widget._ground.painting
    assert widget._ground.shown.place is place
    stale = grabbed(widget)
    qtbot.waitUntil(lambda: not widget._filler.isActive())
    assert widget._ground.shown.place == widget.place
    whole = grabbed(widget)
    assert whole != stale != before
    widget._repaint(at_once=True)
    assert grabbed(widget) == whole


def test_steps_that_come_while_the_ground_is_painted_are_on_it(widget, qtbot):
    trace, sequence = traced(8, 90)
    limits = scales(trace, 0, 90)
    shown(widget, qtbot, steps=40)
    widget.repaint()
    for done in (30, 60, 89):
        widget.render(HeatRun(trace, sequence, done, limits), View(step=5))
    qtbot.waitUntil(lambda: not widget._filler.isActive())
    panels = [paint.qrect(panel.plot).toRect() for panel in widget.place.panels]
    sliced = [grabbed(widget).copy(plot) for plot in panels]
    widget._repaint(at_once=True)
    assert [grabbed(widget).copy(plot) for plot in panels] == sliced


def test_reveal_is_seen_everywhere_at_once_while_a_run_is_under_way(widget, qtbot):
    trace, sequence = traced(8, 90, text="abacus ")
    run = HeatRun(trace, sequence, 60, scales(trace, 0, 90))
    widget.render(run, View(step=5, unit=2))
    qtbot.waitUntil(lambda: not widget._filler.isActive())
    for reveal in (True, False):
        widget.repaint()
        widget.render(run, replace(widget.view, reveal=reveal))
        QApplication.processEvents()
        seen = widget.screen().grabWindow(widget.winId()).toImage()
        widget.repaint()
        assert widget.screen().grabWindow(widget.winId()).toImage() == seen


def test_what_was_shown_before_stays_until_it_is_stale(widget, qtbot):
    shown(widget, qtbot, steps=100)
    trace, sequence = traced(8, 100, hidden=5)
    widget.render(HeatRun(trace, sequence, 20, scales(trace, 0, 20)), View())
    slots = widget._images.slots.values()
    assert {slot.shown for slot in slots} == {100}
    qtbot.waitUntil(lambda: {slot.shown for slot in slots} == {20})


def test_nothing_is_shown_of_an_impossible_network(widget, qtbot):
    run = shown(widget, qtbot)
    widget.render(HeatRun(None, run.sequence, problem="C and H differ."), View())
    assert widget.place is None
    assert widget._sentence == heatmaps.NOTHING
    before = grabbed(widget)
    qtbot.mouseClick(widget, LEFT, pos=QPoint(300, 100))
    turn(widget, QPoint(300, 100), 1)
    qtbot.keyClick(widget, Qt.Key.Key_Up)
    widget.render(run, View())
    qtbot.waitUntil(lambda: widget._images.complete)
    assert grabbed(widget) != before


def test_what_runs_forward_has_its_layout_before_its_first_step(widget, qtbot):
    trace, sequence = traced(8, 100, hidden=5)
    widget.render(HeatRun(trace, sequence, 0), View(unit=2))
    assert widget._sentence == ""
    qtbot.waitUntil(lambda: not widget._filler.isActive())
    assert {slot.shown for slot in widget._images.slots.values()} == {0}
    before = grabbed(widget)
    widget.render(HeatRun(trace, sequence, 40, scales(trace, 0, 40)), View(unit=2))
    assert {slot.filled for slot in widget._images.slots.values()} == {40}
    assert grabbed(widget) != before


def test_what_reads_backward_says_so_before_its_end(widget):
    spec = NetworkSpec((CellSpec(3, 4, 4, directions=("forward", "backward")),))
    network = random_network(spec, 0)
    trace = unroll.run(network, np.zeros((20, 3), np.float32))
    widget.render(HeatRun(trace, traced(4, 20)[1], 0), View())
    assert widget._sentence == heatmaps.WAITING


def test_the_engine_rests_until_the_first_columns_are_seen(widget, qtbot):
    shown(widget, qtbot, steps=100)
    trace, sequence = traced(8, 400, hidden=5)
    widget.render(HeatRun(trace, sequence, 40, scales(trace, 0, 40)), View())
    assert not resting._free.is_set()
    qtbot.waitUntil(resting._free.is_set)
    assert widget._ground.shown.place == widget.place


def test_the_theme_colours_the_ground(widget, qtbot):
    shown(widget, qtbot)
    widget.set_theme(DARK)
    assert grabbed(widget).pixelColor(3, 3).name() == DARK["panel"].lower()


def test_titles_explain_themselves(widget, qtbot):
    shown(widget, qtbot)
    gutter = widget.place.panel("input_gate").gutter
    assert widget._explained(gutter.x + 5, gutter.y + 8).startswith("input gate i: ")
    assert widget._explained(1, 1) == ""
    assert widget.accessibleName()


def test_while_an_edge_is_dragged_the_picture_is_stretched_then_laid_out_anew(widget, qtbot):
    shown(widget, qtbot, steps=100)
    widget._resizing.setInterval(3_600_000)  # the edge is held: no machine is so slow
    widget.repaint()
    widget._rested()
    widget.repaint()
    before = widget.place
    for width in (1150, 1100, 1050):
        widget.resize(width, 400)
        widget.repaint()
        assert widget.place is before
        assert widget._resizing.isActive()
    widget._resizing.setInterval(1)
    qtbot.waitUntil(lambda: widget.place.width == 1050)
    assert widget._pixmap().width() == 1050 * widget.devicePixelRatioF()
