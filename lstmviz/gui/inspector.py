"""The inspector: the pinned unit in numbers, or one number with all it is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QToolTip, QVBoxLayout, QWidget

from lstmviz import paint
from lstmviz.engine.trace import Trace
from lstmviz.gui.diagram import BY_KEYS
from lstmviz.gui.numbers import Numbers
from lstmviz.gui.parts import scrolled
from lstmviz.gui.scenewidget import SceneWidget
from lstmviz.scene import inspector, why
from lstmviz.scene.addends import MOST
from lstmviz.scene.address import Address, of_cell
from lstmviz.scene.moment import Scales
from lstmviz.scene.page import Page, Spot
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Box, Rect
from lstmviz.session import View

MORE = 4
"""How many times as many terms a click on the others tells."""


LOOKS = ("step", "stage", "unit", "hover", "layer", "direction", "asked", "element")
"""What of a view the page depends on."""


@dataclass(frozen=True, eq=False)
class _Asked:
    """What a page is made from."""

    trace: Trace | None
    scales: Scales | None
    done: bool
    looks: tuple[object, ...]
    room: float
    most: int
    nothing: str

    def same_as(self, other: _Asked | None) -> bool:
        """Whether the page would be the same."""
        if other is None or self.trace is not other.trace or self.scales is not other.scales:
            return False
        ours = (self.done, self.looks, self.room, self.most, self.nothing)
        return ours == (other.done, other.looks, other.room, other.most, other.nothing)


class InspectorView(SceneWidget):
    """The page itself; says what is pointed at and asked for, and changes nothing."""

    numberAsked = Signal(object)
    unitHovered = Signal(object)
    pointed = Signal(str)
    reached = Signal(QRect)

    def __init__(self) -> None:
        super().__init__(inspector.WIDTH, inspector.inspector_height())
        self.setAccessibleName("The pinned unit in numbers")
        self.setAccessibleDescription(
            "Up and down go from number to number, Return asks for it; Alt+Left goes back."
        )
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.page = Page(inspector.inspector_height(), ())
        self.address: Address | None = None
        self._shown: tuple[Run, View, str] | None = None
        self._known: _Asked | None = None
        self._most = MOST
        self._under: int | None = None
        self._chosen: int | None = None
        self._ringed = False

    # What is shown

    def render_run(self, run: Run, view: View, nothing: str) -> None:
        """Show this run as this view asks; `nothing` says why there is nothing to show."""
        self._shown = run, view, nothing
        if self.isVisible():
            self._rebuild()

    def _rebuild(self) -> None:
        """Work the page out, if it is another."""
        if self._shown is None:
            return
        run, view, nothing = self._shown
        if self._under is not None:  # what is pointed at here is marked, not asked for
            view = replace(view, hover=None)
        looks = tuple(getattr(view, name) for name in LOOKS)
        room = max(self.width(), inspector.WIDTH)
        asked = _Asked(
            run.trace, run.scales, run.done > view.step, looks, room, self._most, nothing
        )
        if asked.same_as(self._known):
            return
        self._known = asked
        address = why.asked(run, view)
        if _which(address) != _which(self.address):
            self._most, self._chosen = MOST, None
        self.address = address
        self.page = why.page(run, view, room, self._most, nothing)
        self._chosen = None if (self._chosen or 0) >= len(self.page.spots) else self._chosen
        if self._under is not None and self._under >= len(self.page.spots):
            self._under = None
        height = round(self.page.height)
        if self.minimumHeight() != height:
            self.setMinimumHeight(height)
        self.set_shapes(self.page.shapes)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what went on while nobody looked."""
        self._rebuild()
        super().showEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the page out for the room there is."""
        if event.size().width() != event.oldSize().width():
            self._rebuild()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bands that are to be seen, over the row that is pointed at or chosen."""
        painter = QPainter(self)
        seen = event.rect()
        painter.fillRect(seen, QColor(self._theme["panel"]))
        for place, stroke in ((self._under, None), (self._chosen_now(), "accent")):
            spot = self._spot(place)
            if spot is not None and (spot.acts or stroke):
                back = Rect(spot.box, fill="faint", stroke=stroke, radius=4)
                paint.draw(painter, [back], self._theme)
        for band in self.page.bands:
            if band.bottom + 4 >= seen.top() and band.top - 4 <= seen.bottom():
                paint.draw(painter, band.shapes, self._theme)
        if self._ringed and self.hasFocus():
            edge = Box(0.5, 0.5, self.width() - 1, self.height() - 1)
            paint.draw(painter, [Rect(edge, stroke="accent")], self._theme)
        painter.end()

    def _chosen_now(self) -> int | None:
        return self._chosen if self.hasFocus() else None

    def _spot(self, place: int | None) -> Spot | None:
        spots = self.page.spots
        return spots[place] if place is not None and place < len(spots) else None

    # Pointer

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what lies under the pointer, and mark its unit everywhere."""
        under = self.page.spot_at(event.position().x(), event.position().y())
        spot = self._spot(under)
        acts = spot is not None and spot.acts
        shape = Qt.CursorShape.PointingHandCursor if acts else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)
        if under != self._under:
            self._under = under
            self.unitHovered.emit(self._unit(spot))
            self.pointed.emit(self._words(spot))
            self.update()

    def _unit(self, spot: Spot | None) -> int | None:
        """The cell unit that a spot leads to, in the layer and direction that is looked at."""
        if spot is None or spot.target is None or self._shown is None:
            return None
        run, view, _ = self._shown
        target = spot.target
        here = (target.layer, target.direction) == (view.layer, view.direction)
        if run.spec is None or not here or not of_cell(run.spec.layers[target.layer], target.array):
            return None
        return target.element

    def _words(self, spot: Spot | None) -> str:
        if spot is None:
            return ""
        leads = "  ·  click to go there" if spot.target is not None else ""
        return spot.words + leads

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer any more."""
        if self._under is not None:
            self._under = None
            self.unitHovered.emit(None)
            self.pointed.emit("")
            self._rebuild()
            self.update()
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click goes to the number under the pointer, or tells more terms."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._act(self.page.spot_at(event.position().x(), event.position().y()))

    def _act(self, place: int | None) -> None:
        spot = self._spot(place)
        if spot is None or not spot.acts:
            return
        if spot.more:
            self._most *= MORE
            self._rebuild()
        elif spot.target is not None:
            self._under = None
            self.numberAsked.emit(spot.target)

    def event(self, event: QEvent) -> bool:
        """Tell what is under the pointer when it rests there."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            spot = self._spot(self.page.spot_at(event.x(), event.y()))
            QToolTip.showText(event.globalPos(), spot.words if spot else "", self)
            return True
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be copied."""
        spot = self._spot(self.page.spot_at(event.x(), event.y()))
        menu = QMenu(self)
        menu.addAction("Copy the arithmetic").triggered.connect(lambda: self.copy())
        if spot is not None and spot.text:
            line = menu.addAction("Copy this line")
            line.triggered.connect(lambda: QGuiApplication.clipboard().setText(spot.text))
        menu.exec(event.globalPos())
        menu.deleteLater()

    def copy(self) -> None:
        """The whole page as text on the clipboard."""
        QGuiApplication.clipboard().setText(self.page.text)

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down choose a number, Return goes there; other keys are for the window."""
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._choose(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._chosen is not None:
            self._act(self._chosen)
        else:
            event.ignore()

    def _choose(self, by: int) -> None:
        """The next number that leads anywhere."""
        places = [k for k, spot in enumerate(self.page.spots) if spot.acts]
        if not places:
            return
        if self._chosen in places:
            at = min(max(places.index(self._chosen) + by, 0), len(places) - 1)
        else:
            at = 0 if by > 0 else len(places) - 1
        self._chosen = places[at]
        spot = self.page.spots[self._chosen]
        box = spot.box
        self.reached.emit(QRect(round(box.x), round(box.y), round(box.w), round(box.h)))
        self.pointed.emit(self._words(spot))
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys are if they came here by keys."""
        self._ringed = event.reason() in BY_KEYS
        super().focusInEvent(event)
        self.update()


def _which(address: Address | None) -> tuple[str, int, int, str] | None:
    """A number whatever its step."""
    if address is None:
        return None
    return address.array, address.element, address.layer, address.direction


class Inspector(QWidget):
    """The page, with the way back above it."""

    def __init__(self, numbers: Numbers) -> None:
        super().__init__()
        self.setObjectName("plain")
        self._numbers = numbers
        self.view = InspectorView()
        self.area = scrolled(self.view)
        self.back = _button("‹", "Back to the number before  (Alt+←)", numbers.back)
        self.forward = _button("›", "Forward again  (Alt+→)", numbers.forward)
        self.whole = _button("Unit", "The unit as a whole: its gates, c and h", numbers.whole)
        self.copy = _button("Copy", "Copy the arithmetic as text", self.view.copy)
        self._bar = QWidget()
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(10, 6, 12, 0)
        row.setSpacing(4)
        for button in (self.back, self.forward, self.whole):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self.area, 1)
        self.view.numberAsked.connect(numbers.ask)
        self.view.reached.connect(self._reach)
        numbers.moved.connect(self._moved)
        self._moved()

    def render_run(self, run: Run, view: View, nothing: str) -> None:
        """Show this run as this view asks; `nothing` says why there is nothing to show."""
        self.view.render_run(run, view, nothing)
        self.whole.setText(f"Unit {view.unit}" if view.unit is not None else "Unit")
        self._bar.setVisible(view.asked is not None or self._retraces())

    def _retraces(self) -> bool:
        return self._numbers.can_go_back or self._numbers.can_go_forward

    def _moved(self) -> None:
        self.back.setEnabled(self._numbers.can_go_back)
        self.forward.setEnabled(self._numbers.can_go_forward)
        self.area.verticalScrollBar().setValue(0)

    def _reach(self, box: QRect) -> None:
        middle = box.center()
        self.area.ensureVisible(middle.x(), middle.y(), 0, 40)


def _button(text: str, tip: str, act: Callable[[], None]) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setObjectName("small")
    button.setToolTip(tip)
    button.setAccessibleName(tip.split("  (")[0])
    button.clicked.connect(lambda: act())
    return button
