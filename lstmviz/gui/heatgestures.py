"""What pointer, wheel and keys ask of the heatmaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent, QWheelEvent

from lstmviz.scene import pointing
from lstmviz.scene.address import Address
from lstmviz.scene.heatlayout import HeatmapLayout, Place, locate, nearest_step, row_at, step_at
from lstmviz.scene.shapes import Box
from lstmviz.session import View

if TYPE_CHECKING:
    from lstmviz.gui.heatmaps import HeatmapsView

MOVED = 4
"""Pixels a pressed pointer may tremble and still click."""
NOTCH = 1.25
"""Zoom of one notch of the wheel."""
FEWEST = 4
"""Least steps or rows to zoom to."""

Bounds = tuple[float, float]


@dataclass
class Press:
    """A button that is down: where it went down and what it has become since."""

    button: Qt.MouseButton
    at: QPointF
    box: Box
    row: bool
    steps: Bounds
    rows: Bounds
    moved: bool = False
    brushes: View | None = None


class Gestures(QObject):
    """Turns events into the signals of a `HeatmapsView`; remembers only the press under way."""

    def __init__(self, widget: HeatmapsView) -> None:
        super().__init__(widget)
        self._widget = widget
        self._press: Press | None = None
        self._hovered: int | None = None
        self._at: QPointF | None = None
        self._clicked: tuple[int | None, Address | None] = (None, None)
        self._click = QTimer(self, singleShot=True)
        self._click.timeout.connect(self._pin_now)

    # Pointer

    def press(self, event: QMouseEvent) -> None:
        """A button goes down: on a time axis that is already a scrub."""
        place, at = self._widget.place, event.position()
        spot = locate(place, at.x(), at.y()) if place else None
        if place is None or spot is None:
            return
        row = spot.kind == "heat"
        steps, rows = self._shown(place)
        box = _box_at(place, at)
        self._press = Press(event.button(), at, box, row, steps, rows)
        left = event.button() == Qt.MouseButton.LeftButton
        if left and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._press.moved, self._press.brushes = True, self._widget.view
            self._brush(at)
        elif event.button() == Qt.MouseButton.LeftButton and not row:
            self._press.moved = True
            self._scrub(at)
        elif event.button() in (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
            self._widget.setCursor(Qt.CursorShape.ClosedHandCursor)

    def move(self, event: QMouseEvent) -> None:
        """Scrub with the left button, pan with another, point with none."""
        press, at = self._press, event.position()
        self._at = at
        if press is None:
            self._point(at)
            return
        if (at - press.at).manhattanLength() >= MOVED:
            press.moved = True
        if press.brushes is not None:
            self._brush(at)
        elif not press.moved:
            return
        elif press.button == Qt.MouseButton.LeftButton:
            self._scrub(at)
        else:
            self._pan(press, at)
        self.refresh()

    def release(self, event: QMouseEvent) -> None:
        """An unmoved left button was a click: it asks for the number under it, and pins its unit.

        Where a double click would undo a zoom, it waits to see whether one comes.
        """
        press, self._press = self._press, None
        self._widget.unsetCursor()
        if press is None or press.moved:
            return
        if press.button == Qt.MouseButton.RightButton:
            question = self._number(event.position())
            if question is not None:
                self._widget.menuAsked.emit(question, event.globalPosition().toPoint())
        if press.button != Qt.MouseButton.LeftButton:
            return
        self._clicked = self._unit(event.position()), self._number(event.position())
        if self._zoomed():
            self._click.start(QGuiApplication.styleHints().mouseDoubleClickInterval())
        else:
            self._pin_now()

    def double_click(self, event: QMouseEvent) -> None:
        """Back to all steps and all units."""
        self._click.stop()
        if event.button() == Qt.MouseButton.LeftButton and self._widget.place is not None:
            if self._zoomed():
                self._widget.spanRequested.emit(0.0, None, 0.0, None)
            else:
                self.press(event)

    def leave(self) -> None:
        """The pointer has gone."""
        self._at = None
        self._hover(None)
        self._widget.pointed.emit("")

    def _pin_now(self) -> None:
        unit, question = self._clicked
        if question is not None:
            self._widget.numberAsked.emit(question)
        elif unit is not None:
            self._widget.unitPinned.emit(unit)

    def refresh(self) -> None:
        """Say anew what lies under the pointer, which rests while the picture changes."""
        if self._at is not None:
            self._tell(self._at)

    def _tell(self, at: QPointF) -> Place | None:
        place, content = self._widget.place, self._widget.content
        if place is None or content is None:
            return None
        spot = locate(place, at.x(), at.y())
        last = self._widget.last_shown()
        self._widget.pointed.emit(pointing.describe(place, content, spot, last))
        return spot

    def _point(self, at: QPointF) -> None:
        widget = self._widget
        if widget.place is None or widget.content is None:
            return
        spot = self._tell(at)
        axis = spot is not None and spot.kind != "heat"
        shape = Qt.CursorShape.SizeHorCursor if axis else Qt.CursorShape.ArrowCursor
        widget.setCursor(shape)
        self._hover(pointing.unit_at(widget.place, widget.content, spot))

    def _hover(self, unit: int | None) -> None:
        if unit != self._hovered:
            self._hovered = unit
            self._widget.unitHovered.emit(unit)

    def _unit(self, at: QPointF) -> int | None:
        widget = self._widget
        if widget.place is None or widget.content is None:
            return None
        return pointing.unit_at(widget.place, widget.content, locate(widget.place, at.x(), at.y()))

    def _number(self, at: QPointF) -> Address | None:
        """The number at a place, as far as it may be seen."""
        widget = self._widget
        if widget.place is None or widget.content is None:
            return None
        spot = locate(widget.place, at.x(), at.y())
        last = min(widget.last_shown(), widget.content.done - 1)
        view = widget.view
        return pointing.number_at(widget.content, spot, last, view.layer, view.direction)

    def _brush(self, at: QPointF) -> None:
        """Mark the steps between where the button went down and here."""
        widget, press = self._widget, self._press
        if widget.place is None or press is None:
            return
        ends = sorted(nearest_step(widget.place, press.box, x) for x in (press.at.x(), at.x()))
        widget.brushed.emit(press.brushes, ends[0], ends[1] + 1)

    def _scrub(self, at: QPointF) -> None:
        widget, press = self._widget, self._press
        if widget.place is None or press is None:
            return
        step = nearest_step(widget.place, press.box, at.x())
        if step != widget.view.step:
            widget.stepRequested.emit(step)

    # Zoom and pan

    def _shown(self, place: HeatmapLayout) -> tuple[Bounds, Bounds]:
        """The steps and cell rows in view, as they were asked for."""
        view = self._widget.view
        last = float(place.steps) if view.last is None else min(view.last, place.steps)
        high = float(place.cells) if view.high is None else min(view.high, place.cells)
        return (min(view.first, last - 1), last), (min(view.low, high - 1), high)

    def _zoomed(self) -> bool:
        place = self._widget.place
        return place is not None and self._shown(place) != (
            (0.0, float(place.steps)),
            (0.0, float(place.cells)),
        )

    def _ask(self, place: HeatmapLayout, steps: Bounds, rows: Bounds) -> None:
        first, last = steps
        low, high = rows
        self._widget.spanRequested.emit(
            first,
            None if last >= place.steps else last,
            low,
            None if high >= place.cells else high,
        )

    def _pan(self, press: Press, at: QPointF) -> None:
        place = self._widget.place
        if place is None:
            return
        by = -(at.x() - press.at.x()) / press.box.w * (press.steps[1] - press.steps[0])
        rows = press.rows
        if press.row:
            down = -(at.y() - press.at.y()) / press.box.h * (rows[1] - rows[0])
            rows = _moved(rows, down, place.cells)
        self._ask(place, _moved(press.steps, by, place.steps), rows)

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom steps, with Ctrl or Shift rows; a sideways wheel pans."""
        place, at = self._widget.place, event.position()
        if place is None or locate(place, at.x(), at.y()) is None:
            event.ignore()
            return
        event.accept()
        steps, rows = self._shown(place)
        x, y = event.angleDelta().x() / 120, event.angleDelta().y() / 120
        by_rows = event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
        box = _box_at(place, at)
        if by_rows:
            panel = next((p for p in place.panels if p.plot.contains(at.x(), at.y())), None)
            middle = sum(rows) / 2
            if panel is not None:
                middle = row_at(panel, at.y()) * place.cells / panel.units
            rows = _zoomed(rows, middle, y or x, place.cells)
        elif abs(x) > abs(y):
            steps = _moved(steps, -x * (steps[1] - steps[0]) / 10, place.steps)
        else:
            steps = _zoomed(steps, step_at(place, box, at.x()), y, place.steps)
        if (steps, rows) != self._shown(place):
            self._ask(place, steps, rows)

    # Keys

    def key(self, event: QKeyEvent) -> bool:
        """Whether the key was for the heatmaps."""
        widget = self._widget
        moves = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        by = moves.get(Qt.Key(event.key()))
        if by is None or widget.place is None or widget.content is None:
            return False
        steps, rows = self._shown(widget.place)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            step = widget.view.step + 0.5
            self._ask(widget.place, _zoomed(steps, step, -by, widget.place.steps), rows)
            return True
        content = widget.content
        row = int(content.rows[content.unit]) + by if content.unit is not None else 0
        if 0 <= row < len(content.order):
            widget.unitPinned.emit(int(content.order[row]))
        return True


def _box_at(place: HeatmapLayout, at: QPointF) -> Box:
    """The plot, strip or axis under a point."""
    boxes = [panel.plot for panel in place.panels] + [plot.plot for plot in place.plots]
    boxes += [*place.strips, *place.axes]
    return next(box for box in boxes if box.contains(at.x(), at.y()))


def _moved(span: Bounds, by: float, size: int) -> Bounds:
    """The span shifted, kept inside 0..size."""
    by = min(max(by, -span[0]), size - span[1])
    return span[0] + by, span[1] + by


def _zoomed(span: Bounds, at: float, notches: float, size: int) -> Bounds:
    """The span scaled about a point that keeps its place."""
    old = span[1] - span[0]
    new = min(max(old * NOTCH**-notches, min(FEWEST, size)), size)
    at = min(max(at, span[0]), span[1])
    first = at - (at - span[0]) * new / old
    first = min(max(first, 0.0), size - new)
    return first, first + new
