"""The heatmaps widget: the scene of `lstmviz.scene.heatmaps`, kept as pictures.

What keeps its place is painted once into the ground; the cursor, marked rows and numbers are
painted over it, and only where they were and are.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from lstmviz import paint
from lstmviz.engine.trace import DirectionTrace, Trace
from lstmviz.gui import resting
from lstmviz.gui.diagram import BY_KEYS, REST_MS
from lstmviz.gui.heatgestures import Gestures
from lstmviz.gui.heatground import Ground, Picture
from lstmviz.gui.heatimages import HeatImages
from lstmviz.gui.heatregions import (
    looks_alike,
    only_more,
    only_repinned,
    parts_of_unit,
    pixels,
    placed,
    rects_of,
    step_parts,
    touching,
    unit_shapes,
)
from lstmviz.scene import heatmaps, pointing
from lstmviz.scene.colors import LIGHT, Theme
from lstmviz.scene.curves import UnitCurves, kept
from lstmviz.scene.heataxes import Content, veil
from lstmviz.scene.heatlayout import HeatmapLayout, locate
from lstmviz.scene.heatmarks import brush, cursor, curtain
from lstmviz.scene.moment import direction_trace
from lstmviz.scene.order import Order
from lstmviz.scene.picture import fitted
from lstmviz.scene.questions import marked
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Box, Rect, Shape
from lstmviz.scene.timeaxis import step_badges
from lstmviz.session import View

SLICE = 0.004
"""Seconds of filling before the event loop runs again."""
AT_ONCE = 0.012
"""Seconds of filling before a painting that is to show it: a short run is filled in that, and
painted once rather than image by image."""
STALE_MS = 250
"""How long the picture of the run before stays where the new one is not yet computed."""


class HeatmapsView(QWidget):
    """Six linked heatmaps and the plots of the pinned unit; says what the user asks for.

    Renders what it is given and changes nothing itself. `brushed` carries the view before, and
    the first and last step (exclusive) that were dragged over since, with Shift.
    """

    stepRequested = Signal(int)
    unitPinned = Signal(int)
    numberAsked = Signal(object)
    unitHovered = Signal(object)
    pointed = Signal(str)
    menuAsked = Signal(object, object)
    spanRequested = Signal(float, object, float, object)
    brushed = Signal(object, int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place: HeatmapLayout | None = None
        self.content: Content | None = None
        self.view = View()
        self._theme: Theme = LIGHT
        self._trace: Trace | None = None
        self._run: Run | None = None
        self._sentence = ""
        self._ringed = False
        self._painted_last = False
        self._images = HeatImages()
        self._orders: tuple[Order, Order] | None = None
        self._orders_of: tuple[DirectionTrace, str, bool] | None = None
        self._ground = Ground(self._images)
        self._curves: UnitCurves | None = None
        self._units: list[tuple[Box, Shape]] = []
        self._gestures = Gestures(self)
        self._filler = QTimer(self, interval=0)
        self._filler.timeout.connect(self._filled)
        self._resizing = QTimer(self, interval=REST_MS, singleShot=True)
        self._resizing.timeout.connect(self._rested)
        self._expiry = QTimer(self, interval=STALE_MS, singleShot=True)
        self._expiry.timeout.connect(self._drop_stale)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(480, 220)
        self.setAccessibleName("Heatmaps of gates and states over time")
        self.setAccessibleDescription(
            "Drag to go to a step, Shift+drag to mark steps, click to ask for a number, turn the "
            "wheel to zoom; up and down pin the neighbouring unit."
        )

    def sizeHint(self) -> QSize:
        """A comfortable size."""
        return QSize(1100, 380)

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        if theme is not self._theme:
            self._theme = theme
            self._repaint(at_once=True)

    # Rendering

    def render(self, run: Run, view: View) -> None:  # type: ignore[override]
        """Show this run as this view asks."""
        if run.trace is not None:
            view = fitted(view, run.trace.spec)
        old, self.view = self.view, view
        if run is self._run and looks_alike(old, view):
            self._move(old, view)
        else:
            short = run.finished and run.trace is not self._trace
            asked = run is self._run or short
            self._run = run
            if not self._resizing.isActive():
                self._derive(at_once=asked)
            if old.reveal != view.reveal:
                self.update()
        self._gestures.refresh()

    def _derive(self, *, at_once: bool = False) -> None:
        """Work everything out anew; the images are filled by and by.

        With `at_once` the next painting shows it; else the one before stays until it is whole.
        """
        run, view = self._run, self.view
        if run is None or run.trace is None or run.sequence is None:
            self._show_nothing(heatmaps.NOTHING if run and run.problem else "")
            return
        if not run.done and any("backward" in cell.directions for cell in run.trace.spec.layers):
            self._show_nothing(heatmaps.WAITING)
            return
        fresh, self._trace = run.trace is not self._trace, run.trace
        size = (self.width(), self.height())
        place = heatmaps.place_of(run.trace, view, *size, seconds=run.sequence.seconds)
        content = heatmaps.content_of(
            run.trace,
            run.sequence,
            view,
            done=run.done,
            limits=run.scales[view.layer, view.direction] if run.scales else None,
            orders=self._order(run, view),
            curves=self._curves_of(run.trace, view),
            touches=run.touches,
            apart=run.apart,
            basis=run.basis,
            own=run.own,
        )
        if fresh:
            self._expiry.start()
        more = not fresh and only_more(self.place, self.content, place, content)
        repinned = only_repinned(self.place, self.content, place, content)
        before = self._units
        self.place, self.content, self._sentence = place, content, ""
        self._units = unit_shapes(place, content, view.hover)
        self._images.show(place, content, self.devicePixelRatioF())
        empty = not any(slot.filled for slot in self._images.slots.values())
        changed = self._images.advance(AT_ONCE if at_once or empty else 0.0)
        self._filler.start()
        if more:
            self._ground.want_more(content)
            self._update(self._ground.add_images(changed) + self._ground.add_curves())
        elif repinned and self._ground.repin(content):
            self._update([*parts_of_unit(place), *self._ground.add_images(changed)])
            self._update_units(before)
        else:
            self._repaint(at_once)
            self._update(self._ground.add_images(changed))
            if empty and changed and self._ground.painting:
                resting.hold()  # the first columns are there, and are seen once this is painted

    def _curves_of(self, trace: Trace, view: View) -> UnitCurves | None:
        """The pinned unit's values, kept from one report of a run to the next."""
        direction = direction_trace(trace, view.layer, view.direction)
        self._curves = kept(self._curves, direction, heatmaps.pinned(trace, view))
        return self._curves

    def _order(self, run: Run, view: View) -> tuple[Order, Order]:
        """The orders of cells and hidden units: anew when asked for, or when a run is whole."""
        assert run.trace is not None
        trace, done = (run.trace, run.done) if run.basis is None else (run.basis, run.steps)
        direction = direction_trace(trace, view.layer, view.direction)
        whole = done == trace.steps
        known = self._orders_of
        if self._orders is not None and known is not None and known[1] == view.order:
            sizes = (direction.cell_state.shape[1], direction.hidden_state.shape[1])
            settled = not whole or (known[0] is direction and known[2])
            if settled and tuple(map(len, self._orders)) == sizes:
                return self._orders
        self._orders = heatmaps.orders_of(trace, view, done)
        self._orders_of = (direction, view.order, whole)
        return self._orders

    def _show_nothing(self, sentence: str) -> None:
        self.place = self.content = self._trace = None
        self._orders = self._orders_of = self._curves = None
        self._images.clear()
        self._filler.stop()
        resting.release()
        self._expiry.stop()
        self._units = []
        self._sentence = sentence
        self._repaint(at_once=True)

    def _filled(self) -> None:
        with resting.paused():
            self._fill()

    def _fill(self) -> None:
        """A slice of filling or of painting in turns, then back to the event loop."""
        self._painted_last = self._ground.painting and not self._painted_last
        if self._painted_last:
            if self._ground.advance(SLICE / 2):
                resting.release()
                self.update()
        else:
            self._update(self._ground.add_images(self._images.advance(SLICE / 2)))
        if self._images.complete and not self._ground.painting:
            self._filler.stop()
            resting.release()

    def _drop_stale(self) -> None:
        self._images.drop_stale()
        self._update(self._ground.add_images(set(self._images.slots)))

    # Painting

    def _repaint(self, at_once: bool = False) -> None:
        """Paint another ground, which is seen when it is whole, or with the next painting."""
        ratio = self.devicePixelRatioF()
        content, place, words = self.content, self.place, self._sentence
        picture = Picture(self.size() * ratio, ratio, self._theme, place, content, words)
        shown = self._ground.shown
        at_once = at_once or shown is None or shown.place is None
        self._ground.want(picture, at_once=at_once)
        if at_once:
            self.update()
        else:
            self._filler.start()

    def _update_units(self, before: list[tuple[Box, Shape]]) -> None:
        """Paint where the marks of units were and are."""
        region = QRegion()
        for box in {box for box, _ in set(before).symmetric_difference(self._units)}:
            region += pixels(box)
        self.update(region)

    def _update(self, parts: list[QRect]) -> None:
        for part in parts:
            self.update(part)

    def _pixmap(self) -> QPixmap:
        """The ground as it stands; stretched to a size that it is not yet painted for."""
        if self._ground.shown is None:
            self._ground.advance()
        pixmap, size = self._ground.pixmap, self.size() * self.devicePixelRatioF()
        return pixmap if pixmap.size() == size else pixmap.scaled(size)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The kept picture, and over it what moves, where it is asked for."""
        ground = self._pixmap()
        painter = QPainter(self)
        ratio = ground.devicePixelRatio()
        moving = self._moving() if self._in_place(ground) else []
        for part in rects_of(event.region()):  # one by one: Qt clips to a rectangle fastest
            painter.setClipRect(part)
            source = QRectF(
                part.x() * ratio, part.y() * ratio, part.width() * ratio, part.height() * ratio
            )
            painter.drawPixmap(QRectF(part), ground, source)
            paint.draw(painter, touching(moving, part), self._theme)
        if self._ringed and self.hasFocus():
            painter.setClipping(False)
            edge = Rect(Box(0.5, 0.5, self.width() - 1, self.height() - 1), stroke="accent")
            paint.draw(painter, [edge], self._theme)
        painter.end()

    def _in_place(self, ground: QPixmap) -> bool:
        """Whether the ground is of the layout that holds now."""
        shown = self._ground.shown
        alike = shown is not None and shown.place == self.place and shown.size == ground.size()
        return alike and self.place is not None and self.content is not None

    def _moving(self) -> list[tuple[Box, Shape]]:
        """The shapes painted over the picture, each with its place."""
        assert self.place is not None and self.content is not None
        place, step = self.place, self.view.step
        plots = self.content.unit is not None
        hidden: list[Shape] = []
        if self.view.reveal:
            hidden = curtain(place, step, plots) + veil(place, self.content, step)
        over = cursor(place, step, plots, self.content) + step_badges(place, step, cover=True)
        under = hidden + brush(place, marked(self.view))
        return placed(under) + self._units + placed(over)

    def _move(self, old: View, new: View) -> None:
        """Only the step or the hovered unit has changed: paint where they were and are."""
        if self.place is None or self.content is None:
            return
        if marked(old) != marked(new):
            self.update()
        if old.step != new.step:
            for part in step_parts(self.place, old.step, new.step, new.reveal):
                self.update(part)
        if old.hover != new.hover:
            before = self._units
            self._units = unit_shapes(self.place, self.content, new.hover)
            self._update_units(before)

    # What the user does

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay everything out anew, once an edge that is dragged comes to rest."""
        if self._ground.shown is not None and self.isVisible():
            self._filler.stop()
            self._resizing.start()
        else:
            self._derive(at_once=True)

    def _rested(self) -> None:
        self._derive()

    def last_shown(self) -> int:
        """The last step whose values may be seen."""
        steps = self.place.steps if self.place else 1
        return self.view.step if self.view.reveal else steps - 1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, a scrub or a pan."""
        self._gestures.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub, pan, or say what is under the pointer."""
        self._gestures.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click asks for a number."""
        self._gestures.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything again."""
        self._gestures.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        self._gestures.wheel(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys are if they came here by keys."""
        self._ringed = event.reason() in BY_KEYS
        super().focusInEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is pointed at any more."""
        self._gestures.leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down pin the neighbouring unit; everything else is for the window."""
        if not self._gestures.key(event):
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Tell in a sentence what an array is when the pointer rests on its title."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._explained(event.x(), event.y()), self)
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._derive(at_once=True)
        return super().event(event)

    def _explained(self, x: float, y: float) -> str:
        if self.place is None or self.content is None or locate(self.place, x, y):
            return ""
        ratio = self.devicePixelRatioF()
        return pointing.explained(self.place, self.content, x, y, ratio)
