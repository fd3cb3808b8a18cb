"""The cell, drawn: zoom, pan, hover, pin, and values travelling along the wires."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QElapsedTimer, QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from lstmviz import paint
from lstmviz.engine.spec import NetworkSpec
from lstmviz.gui.controls import tip
from lstmviz.scene.address import Address, card_address
from lstmviz.scene.colors import LIGHT, Theme
from lstmviz.scene.diagram import Card, Control, Diagram, static_shapes
from lstmviz.scene.frame import frame_shapes
from lstmviz.scene.moment import Moment
from lstmviz.scene.picture import diagram_of, moments_of
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Box, Rect, Shape
from lstmviz.scene.unrolled import COUNT
from lstmviz.scene.whole import array_words
from lstmviz.scene.words import number
from lstmviz.session import View

LONGEST = 300
"""Most milliseconds that values travel from one stage to the next."""
TICK = 15
REST_MS = 60
"""How long a dragged edge rests before everything is painted anew; till then it is stretched."""
BY_KEYS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
"""Why a view has the keys, where it is to be seen that it has."""


@dataclass(frozen=True)
class _Still:
    """A picture of what rests: what it shows, and how large and where."""

    shows: object
    size: QSize
    origin: QPointF
    scale: float
    pixmap: QPixmap


class DiagramView(QWidget):
    """Renders a run at a view; reports what the pointer does and changes nothing itself."""

    unitHovered = Signal(object)
    unitPinned = Signal(int)
    numberAsked = Signal(object)
    pointed = Signal(str)
    asked = Signal(object)
    menuAsked = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(420, 240)
        self.setAccessibleName("Diagram of the LSTM cell")
        self._theme: Theme = LIGHT
        self._spec: NetworkSpec | None = None
        self._diagram: Diagram | None = None
        self._moments: dict[int, Moment] = {}
        self._ringed = False
        self._zoom = 1.0
        self._shift = QPointF(0, 0)
        self._drag: QPointF | None = None
        self._moved = False
        self._still: _Still | None = None
        # after the heatmaps, so that the two do not paint everything in one turn
        self._resizing = QTimer(self, interval=2 * REST_MS, singleShot=True)
        self._resizing.timeout.connect(self.update)
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self._tick)
        self._duration = 0
        self._under: tuple[Card, int | None] | None = None
        self._args: tuple[Run, View] | None = None

    def sizeHint(self) -> QSize:
        """Room for the picture at its own size."""
        return QSize(940, 516)

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        self._theme = theme
        self._still = None
        self.update()

    def render_session(
        self, run: Run, spec: NetworkSpec | None, view: View, travel: int | None = 0
    ) -> None:
        """Show this moment; its values take `travel` milliseconds to arrive.

        0 shows them at once, None lets values that are under way go on.
        """
        same = travel is None and self._spec == spec and self._shows_the_same(run, view)
        self._spec, self._args = spec, (run, view)
        if same:
            return
        self._diagram = diagram_of(spec, view, run.sequence) if spec else None
        if travel is not None and travel > 2 * TICK:
            self._duration = min(travel, LONGEST)
            self._clock.restart()
            self._timer.start()
        elif travel is not None:
            self._timer.stop()
        self._rebuild()

    def _shows_the_same(self, run: Run, view: View) -> bool:
        """Whether a run has only gained steps that are out of sight."""
        if self._args is None:
            return False
        old, before = self._args
        return (
            old.trace is not None
            and old.trace is run.trace
            and old.scales == run.scales
            and before == view
            and view.step + COUNT <= old.done
        )

    def _progress(self) -> float:
        if not self._timer.isActive():
            return 1.0
        return min(self._clock.elapsed() / self._duration, 1.0)

    def _tick(self) -> None:
        if self._clock.elapsed() >= self._duration:
            self._timer.stop()
        self._rebuild()

    def _rebuild(self) -> None:
        if self._args:
            run, view = self._args
            fits = run.spec == self._spec
            self._moments = moments_of(run, view, self._progress()) if fits else {}
            if self._under is not None:
                self.pointed.emit(self._told(self._under))
        self.update()

    def shapes(self) -> tuple[Shape, ...]:
        """The whole picture as it stands, for export."""
        if self._diagram is None or self._spec is None:
            return ()
        return (
            *static_shapes(self._diagram),
            *frame_shapes(self._diagram, self._moments, self._spec),
        )

    # Zoom and pan

    def scale_now(self) -> float:
        """Device pixels of the widget per logical pixel of the picture."""
        if self._diagram is None:
            return 1.0
        fit = min(self.width() / self._diagram.width, self.height() / self._diagram.height)
        return max(fit, 0.05) * self._zoom

    def _origin(self) -> QPointF:
        if self._diagram is None:
            return QPointF(0, 0)
        scale = self.scale_now()
        x = (self.width() - self._diagram.width * scale) / 2
        y = (self.height() - self._diagram.height * scale) / 2
        return QPointF(x, y) + self._shift

    def zoom_by(self, factor: float, around: QPointF | None = None) -> None:
        """Zoom, keeping the point `around` (default the middle) where it is."""
        around = around or QPointF(self.width() / 2, self.height() / 2)
        before = (around - self._origin()) / self.scale_now()
        self._zoom = min(max(self._zoom * factor, 0.5), 8.0)
        after = self._origin() + before * self.scale_now()
        self._shift += around - after
        self._still = None
        self.update()

    def zoom(self, way: str) -> None:
        """Zoom in by "plus" and out by "minus"; "fit" shows the whole picture."""
        if way == "fit":
            self.fit()
        else:
            self.zoom_by(1.25 if way == "plus" else 1 / 1.25)

    def fit(self) -> None:
        """Show the whole picture."""
        self._zoom, self._shift, self._still = 1.0, QPointF(0, 0), None
        self.update()

    def to_scene(self, at: QPointF) -> tuple[float, float]:
        """A widget position in the picture's own pixels."""
        place = (at - self._origin()) / self.scale_now()
        return place.x(), place.y()

    def to_widget(self, x: float, y: float) -> QPointF:
        """The widget position of a point of the picture."""
        return self._origin() + QPointF(x, y) * self.scale_now()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Blit what rests, paint what moves."""
        painter = QPainter(self)
        if self._diagram is None or self._spec is None:
            painter.fillRect(self.rect(), QColor(self._theme["panel"]))
            painter.end()
            return
        self._draw_still(painter, self._diagram)
        painter.translate(self._origin())
        painter.scale(self.scale_now(), self.scale_now())
        paint.draw(painter, frame_shapes(self._diagram, self._moments, self._spec), self._theme)
        if self._ringed and self.hasFocus():
            painter.resetTransform()
            edge = Box(0.5, 0.5, self.width() - 1, self.height() - 1)
            paint.draw(painter, [Rect(edge, stroke="accent")], self._theme)
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys are if they came here by keys."""
        self._ringed = event.reason() in BY_KEYS
        super().focusInEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint what rests anew once an edge that is dragged comes to rest."""
        if self._still is not None and self.isVisible():
            self._resizing.start()

    def _draw_still(self, painter: QPainter, diagram: Diagram) -> None:
        """Draw what rests, stretched while an edge is dragged."""
        ratio = self.devicePixelRatioF()
        shows = (diagram, self._theme.name, self._zoom, self._shift, ratio)
        still = self._still
        if still is not None and still.shows == shows and self._resizing.isActive():
            painter.fillRect(self.rect(), QColor(self._theme["panel"]))
            painter.translate(self._origin())
            painter.scale(self.scale_now() / still.scale, self.scale_now() / still.scale)
            painter.drawPixmap(-still.origin, still.pixmap)
            painter.resetTransform()
            return
        if still is None or still.shows != shows or still.size != self.size():
            still = _Still(shows, self.size(), self._origin(), self.scale_now(), self._rest(ratio))
            self._still = still
        painter.drawPixmap(0, 0, still.pixmap)

    def _rest(self, ratio: float) -> QPixmap:
        """A picture of what rests."""
        pixmap = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(self._theme["panel"]))
        painter = QPainter(pixmap)
        painter.translate(self._origin())
        painter.scale(self.scale_now(), self.scale_now())
        if self._diagram is not None:
            paint.draw(painter, _static(self._diagram), self._theme)
        painter.end()
        return pixmap

    # Pointer

    def _hit(self, at: QPointF) -> tuple[Card, int | None] | None:
        if self._diagram is None:
            return None
        x, y = self.to_scene(at)
        card = self._diagram.card_at(x, y)
        return (card, card.unit_at(x, y)) if card else None

    def _control(self, at: QPointF) -> Control | None:
        return self._diagram.control_at(*self.to_scene(at)) if self._diagram else None

    def _cell_unit(self, hit: tuple[Card, int | None] | None) -> int | None:
        """The cell unit under the pointer, where a square is one."""
        if hit is None or self._spec is None or self._args is None:
            return None
        card, unit = hit
        projected = self._spec.layers[self._args[1].layer].projected
        return unit if card.unit == "cell" or (card.unit == "hidden" and not projected) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan while dragging, else say what lies under the pointer."""
        if self._drag is not None:
            delta = event.position() - self._drag
            if self._moved or delta.manhattanLength() > 4:
                self._moved = True
                self._shift += delta
                self._drag = event.position()
                self._still = None
                self.update()
            return
        hit = self._hit(event.position())
        self._under = hit
        unit, control = self._cell_unit(hit), self._control(event.position())
        shape = Qt.CursorShape.ArrowCursor
        if control is not None and unit is None:
            shape = Qt.CursorShape.PointingHandCursor
        self.setCursor(shape)
        self.unitHovered.emit(unit)
        told = self._told(hit) if hit else ""
        if control is not None and self._args is not None and unit is None:
            told = "  ·  ".join(filter(None, (told, tip(control, self._args[0].document))))
        self.pointed.emit(told)

    def _told(self, hit: tuple[Card, int | None]) -> str:
        card, unit = hit
        moment = self._moments.get(card.offset)
        name = array_words(card.array)
        if unit is None:
            return f"{name}: {card.count:,} values"
        what = {"input": "column", "output": "column", "value": "value"}.get(card.unit, "unit")
        column = self._column(card, unit)
        values = moment.values.get(card.array) if moment else None
        if moment is None or values is None:
            return f"{name}, {what} {unit}{column}: not made yet at this stage"
        value = number(float(values[unit]), 4)
        return f"{name} of {what} {unit}{column} at t = {moment.step} is {value}"

    def _column(self, card: Card, unit: int) -> str:
        """The name of an input's column or of its symbol, where there is one."""
        if self._args is None or self._args[0].sequence is None:
            return ""
        lowest = card.array == "input" and self._args[1].layer == 0
        names = self._args[0].sequence.columns
        if not (lowest or card.array == "network.input") or unit >= len(names):
            return ""
        return f" “{names[unit]}”" if names[unit] else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a drag; a press that does not move pins on release."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._drag, self._moved = event.position(), False

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ask for the number or work the control under the pointer, unless it was a drag."""
        self._drag = None
        if not self._moved and event.button() == Qt.MouseButton.LeftButton:
            self._click(event.position())
        elif event.button() == Qt.MouseButton.RightButton:
            question = self._number(self._hit(event.position()))
            if question is not None:
                self.menuAsked.emit(question, event.globalPosition().toPoint())
        self._moved = False

    def _click(self, at: QPointF) -> None:
        hit = self._hit(at)
        unit, question = self._cell_unit(hit), self._number(hit)
        control = self._control(at)
        if question is not None:
            self.numberAsked.emit(question)
        elif unit is not None:
            self.unitPinned.emit(unit)
        elif control is not None:
            self.asked.emit(control)

    def _number(self, hit: tuple[Card, int | None] | None) -> Address | None:
        """The number in a square, where it is computed."""
        if hit is None or hit[1] is None or self._spec is None or self._args is None:
            return None
        card, element = hit
        moment, view = self._moments.get(card.offset), self._args[1]
        if moment is None or element is None:
            return None
        at = moment.step
        return card_address(self._spec, card.array, element, at, view.layer, view.direction)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole picture again."""
        if self._hit(event.position()) is None and self._control(event.position()) is None:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        self.zoom_by(1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer any more."""
        self._under = None
        self.unitHovered.emit(None)
        self.pointed.emit("")


@lru_cache(maxsize=8)
def _static(diagram: Diagram) -> tuple[Shape, ...]:
    return static_shapes(diagram)
