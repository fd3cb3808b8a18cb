"""A question about the run: its page, drawn, and what the pointer does on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from lstmviz import paint
from lstmviz.gui.diagram import BY_KEYS
from lstmviz.scene.colors import LIGHT, Theme
from lstmviz.scene.questions import HEIGHT, QUESTIONS, TITLES, WIDTH, Page, Spot, brushed, page_of
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Box, Rect, Shape, Text
from lstmviz.session import View

ROWS = 3
"""Rows that a notch of the wheel scrolls."""
HEAD, TITLED = 62, 11
"""What is written above the one in letters no smaller than the other heads a page."""
ARROWS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


@dataclass(frozen=True)
class Brush:
    """Steps being marked: the view before, the first of them, and where the button went down."""

    view: View
    step: int
    x: float


class QuestionView(QWidget):
    """Renders an answer at a view; reports what the pointer does and changes nothing itself.

    `wanted` carries the changes of the View that a click asks for; `fileWanted` a file to read, the
    step to stand at in it, and such changes.
    """

    unitHovered = Signal(object)
    pointed = Signal(str)
    wanted = Signal(object)
    fileWanted = Signal(str, int, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(420, 240)
        self.setAccessibleName("A question about the run")
        self._theme: Theme = LIGHT
        self._page: Page | None = None
        self._made: tuple[object, ...] = ()
        self._view = View()
        self._asked: tuple[str, Any, Run] | None = None
        self._still: QPixmap | None = None
        self._brush: Brush | None = None
        self._band = (0.0, 0.0)
        self._dragging = False
        self._turned = 0.0
        self._ringed = False

    def sizeHint(self) -> QSize:
        """Room for the page at its own size."""
        return QSize(int(WIDTH), int(HEIGHT))

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        self._theme = theme
        self._still = None
        self.update()

    def render_answer(self, name: str, answer: Any, run: Run, view: View) -> None:
        """Show the answer to the question of that name (None while there is none)."""
        self._asked, self._view = (name, answer, run), view
        self.setAccessibleName(TITLES[name][0])
        self._lay_out()
        self.update()

    def shapes(self) -> tuple[Shape, ...]:
        """The whole page as it stands, with what there is to click."""
        return (*self._page.shapes, *self._moving()) if self._page else ()

    def _moving(self) -> tuple[Shape, ...]:
        """What follows the view."""
        page, view = self._page, self._view
        return (*page.marks(view), *page.controls(view)) if page else ()

    def _lay_out(self) -> None:
        """Make the page anew where anything that it depends on has changed."""
        if self._asked is None:
            return
        name, answer, run = self._asked
        question = QUESTIONS[name]
        fields = (*question.fields, *question.page_fields)
        view = tuple(getattr(self._view, field) for field in fields) if answer is not None else ()
        waits = (run.done, run.steps) if answer is None else ()
        made = (name, id(answer), view, waits, self.width(), self.height())
        if made != self._made:
            self._made, self._still = made, None
            self._page = page_of(name, answer, run, self._view, self.width(), self.height())
            self.setAccessibleDescription(_heading(self.shapes()))

    # Painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the page out in the new size."""
        self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Blit what rests, paint what moves."""
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        if self._still is None or self._still.devicePixelRatio() != ratio:
            self._still = self._rest(ratio)
        painter.drawPixmap(0, 0, self._still)
        paint.draw(painter, self._moving(), self._theme)
        if self._brush is not None and not self._takes_steps():
            left, right = sorted(self._band)
            band = Box(left, 0, max(right - left, 2), self.height())
            paint.draw(painter, [Rect(band, fill="accent", opacity=0.2)], self._theme)
        if self._ringed and self.hasFocus():
            edge = Rect(Box(0.5, 0.5, self.width() - 1, self.height() - 1), stroke="accent")
            paint.draw(painter, [edge], self._theme)
        painter.end()

    def _rest(self, ratio: float) -> QPixmap:
        """A picture of what rests."""
        pixmap = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(self._theme["panel"]))
        if self._page is not None:
            painter = QPainter(pixmap)
            paint.draw(painter, self._page.shapes, self._theme)
            painter.end()
        return pixmap

    # Pointer

    def _spot(self, at: QPointF) -> Spot | None:
        return self._page.at(self._view, at.x(), at.y()) if self._page else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what lies under the pointer; mark the steps it brushes."""
        if self._brush is not None:
            self._brushed(event.position())
        spot = self._spot(event.position())
        clickable = spot is not None and bool(spot.changes)
        hand, arrow = Qt.CursorShape.PointingHandCursor, Qt.CursorShape.ArrowCursor
        self.setCursor(hand if clickable else arrow)
        if self._dragging and spot is not None and spot.drags:
            self.wanted.emit(dict(spot.changes))
        self.unitHovered.emit(spot.unit if spot else None)
        self.pointed.emit(self._told(spot, event.position()))

    def _told(self, spot: Spot | None, at: QPointF) -> str:
        """What lies under the pointer, or which steps it is marking."""
        step = self._step(at)
        if self._brush is not None and step is not None and not self._takes_steps():
            first, last = sorted((self._brush.step, step))
            return f"steps {first:,} to {last:,}: let go to ask which units follow them"
        return spot.words if spot else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Do what a click here asks for; with Shift begin to mark steps."""
        left = event.button() == Qt.MouseButton.LeftButton
        if left and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            step = self._step(event.position())
            if step is not None:
                self._brush = Brush(self._view, step, event.position().x())
                self._brushed(event.position())
            return
        spot = self._spot(event.position())
        if spot is not None and spot.changes and event.button() == Qt.MouseButton.LeftButton:
            self._dragging = spot.drags
            if spot.opens is None:
                self.wanted.emit(dict(spot.changes))
            else:
                self.fileWanted.emit(*spot.opens, dict(spot.changes))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """What a held button did ends; steps marked on a page that takes none are asked of now."""
        brush, self._brush, self._dragging = self._brush, None, False
        if brush is not None and not self._takes_steps():
            self._mark(brush, event.position())
            self.update()

    def _takes_steps(self) -> bool:
        """Whether the question on show is itself about marked steps."""
        return self._asked is not None and QUESTIONS[self._asked[0]].brushed is not None

    def _step(self, at: QPointF) -> int | None:
        return self._page.step_at(at.x(), at.y()) if self._page else None

    def _brushed(self, at: QPointF) -> None:
        """Ask for the steps between where the brush went down and here, or show them.

        Another question would take this one's place, and with it the steps under the pointer.
        """
        if self._brush is None:
            return
        self._band = (self._brush.x, at.x())
        if self._takes_steps():
            self._mark(self._brush, at)
        self.update()

    def _mark(self, brush: Brush, at: QPointF) -> None:
        step = self._step(at)
        if step is not None:
            first, last = min(brush.step, step), max(brush.step, step) + 1
            self.wanted.emit(brushed(brush.view, first, last))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll a page that has more rows than there is room for."""
        self._turned += event.angleDelta().y()
        rows = int(self._turned * ROWS / 120)
        self._turned -= rows * 120 / ROWS
        if self._scroll(-rows):
            event.accept()
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose the row above or below, if rows can be chosen, or scroll; scroll by a page."""
        key, page = Qt.Key(event.key()), self._page
        if page is not None and page.choice is not None and key in ARROWS:
            self.wanted.emit(dict(page.choice.beside(self._view, ARROWS[key])))
            return
        many = page.rows - 1 if page else 0
        keys = {**ARROWS, Qt.Key.Key_PageUp: -many, Qt.Key.Key_PageDown: many}
        rows = keys.get(key)
        if rows is None or not self._scroll(rows):
            super().keyPressEvent(event)

    def _scroll(self, rows: int) -> bool:
        """Show rows further down (or up), if this page has more; whether it has."""
        if self._page is None or self._page.scroll is None:
            return False
        if rows:
            self.wanted.emit(dict(self._page.scroll(self._view, rows)))
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys are if they came here by keys."""
        self._ringed = event.reason() in BY_KEYS
        super().focusInEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer any more."""
        self.unitHovered.emit(None)
        self.pointed.emit("")


def _heading(shapes: Iterable[Shape]) -> str:
    """The title of a page and what stands below it, for those who have it read to them."""
    texts = [text for text in shapes if isinstance(text, Text) and text.size >= TITLED]
    top = sorted((text for text in texts if text.y <= HEAD), key=lambda text: text.y)
    return " ".join(text.text for text in top)
