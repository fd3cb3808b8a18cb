"""Playing: the bar with its buttons, and the clock that advances the view."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QStyle,
    QToolButton,
    QWidget,
)

from lstmviz.gui.fields import narrow
from lstmviz.gui.shownswitch import ShownSwitch
from lstmviz.gui.style import icon
from lstmviz.scene.colors import LIGHT, Theme
from lstmviz.scene.order import ORDERS, order_words
from lstmviz.session import View

SPEEDS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)


@dataclass(frozen=True)
class Place:
    """A step and the stage last done in it."""

    step: int
    stage: str


def advance(place: Place, order: tuple[str, ...], steps: int, by: int) -> Place | None:
    """One stage on (`by` 1) or back (−1), running over into the neighbouring step.

    None at the ends of the sequence.
    """
    at = order.index(place.stage) if place.stage in order else len(order) - 1
    stage, step = at + by, place.step
    if stage >= len(order):
        stage, step = 0, step + 1
    elif stage < 0:
        stage, step = len(order) - 1, step - 1
    return Place(step, order[stage]) if 0 <= step < steps else None


class Clock(QObject):
    """Ticks `speed` times a second while playing."""

    ticked = Signal()
    playingChanged = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.ticked)

    @property
    def playing(self) -> bool:
        """Whether the clock runs."""
        return self._timer.isActive()

    def set_speed(self, speed: float) -> None:
        """Ticks per second."""
        interval = round(1000 / speed)
        if self._timer.interval() != interval:
            self._timer.setInterval(interval)

    def play(self, on: bool) -> None:
        """Start or stop."""
        if on != self.playing:
            if on:
                self._timer.start()
            else:
                self._timer.stop()
            self.playingChanged.emit(on)


class Timeline(QSlider):
    """A slider whose handle goes where it is clicked."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to the pointer, then let it be dragged from there."""
        if event.button() == Qt.MouseButton.LeftButton:
            half = 8
            span = max(self.width() - 2 * half, 1)
            self.setValue(
                QStyle.sliderValueFromPosition(
                    self.minimum(), self.maximum(), round(event.position().x()) - half, span
                )
            )
        super().mousePressEvent(event)


class PlayerBar(QWidget):
    """Buttons, timeline and choices; says what was asked for and changes nothing itself."""

    asked = Signal(str)
    stepRequested = Signal(int)
    viewRequested = Signal(dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 6, 10, 4)
        row.setSpacing(4)
        self.buttons: dict[str, QToolButton] = {}
        for name, tip in BUTTONS.items():
            row.addWidget(self._button(name, tip))
        row.addSpacing(6)
        self.place = QLabel("t = 0")
        self.place.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        row.addWidget(self.place)
        self.timeline = Timeline(Qt.Orientation.Horizontal)
        self.timeline.setObjectName("timeline")
        self.timeline.setAccessibleName("Timeline: step of the sequence")
        self.timeline.setToolTip("Drag to any step")
        self.timeline.setMinimumWidth(90)
        self.timeline.valueChanged.connect(self._scrubbed)
        row.addWidget(self.timeline, 1)
        row.addSpacing(6)
        self._add_choices(row)
        self._showing = False

    def _button(self, name: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip.split("  ")[0])
        button.setIconSize(QSize(15, 15))
        button.setFixedSize(26, 28)
        button.clicked.connect(lambda: self.asked.emit(name))
        self.buttons[name] = button
        return button

    def _add_choices(self, row: QHBoxLayout) -> None:
        self.shown = ShownSwitch()
        self.shown.wanted.connect(lambda name: self.viewRequested.emit({"shown": name}))
        row.addWidget(self.shown)
        self.speed = QComboBox()
        self.speed.setAccessibleName("Speed")
        self.speed.setToolTip("How many stages or steps are played in a second")
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}/s", speed)
        self.speed.activated.connect(
            lambda: self.viewRequested.emit({"speed": self.speed.currentData()})
        )
        self.stages = self._check("stages", "Stages", "Play stage by stage inside each step")
        self.loop = self._check("loop", "Loop", "Start again at the end")
        self.reveal = self._check(
            "reveal", "Reveal", "Show heatmap columns only up to the current step"
        )
        self.order = QComboBox()
        self.order.setAccessibleName("Order of the units in the heatmaps")
        self.order.setToolTip("Order of the units in the heatmaps")
        for name, words in ORDERS:
            self.order.addItem(f"order: {words}", name)
        narrow(self.order, 12)
        self.order.activated.connect(
            lambda: self.viewRequested.emit({"order": self.order.currentData()})
        )
        for widget in (self.speed, self.stages, self.loop, self.reveal, self.order):
            row.addWidget(widget)

    def _check(self, field: str, text: str, tip: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setToolTip(tip)
        box.clicked.connect(lambda on: self.viewRequested.emit({field: on}))
        return box

    def _scrubbed(self, step: int) -> None:
        if not self._showing:
            self.stepRequested.emit(step)

    def set_theme(self, theme: Theme) -> None:
        """Icons in the theme's ink."""
        for name, button in self.buttons.items():
            if name != "play":
                button.setIcon(icon(name, theme["ink"]))
        self._ink = theme["ink"]
        self.show_playing(self._playing)

    def show_view(self, view: View, steps: int, playing: bool) -> None:
        """Show where we are."""
        self._showing = True
        self.timeline.setMaximum(max(steps - 1, 0))
        self.timeline.setValue(view.step)
        self._show_place(view.step, steps)
        self.speed.setCurrentIndex(self.speed.findData(view.speed))
        self._show_order(view.order)
        for box, on in (
            (self.stages, view.stages),
            (self.loop, view.loop),
            (self.reveal, view.reveal),
        ):
            box.setChecked(on)
        self.setEnabled(steps > 0)
        self._showing = False
        self.show_playing(playing)

    def show_changes(self, shown: str | None) -> None:
        """Offer what to show of a run with changes; None: there are none."""
        self.shown.show_choice(shown)

    def _show_order(self, name: str) -> None:
        """Show the order of the units; one that the list does not have stands at its end."""
        at, last = self.order.findData(name), len(ORDERS)
        if at < 0 or (at < last < self.order.count()):
            self.order.removeItem(last)
        if at < 0:
            self.order.addItem(f"order: {order_words(name)}", name)
        self.order.setCurrentIndex(last if at < 0 else at)

    def show_playing(self, playing: bool) -> None:
        """The play button is a pause button while playing."""
        self._playing = playing
        shown = ("pause" if playing else "play", self._ink)
        if shown != self._icon:
            self._icon = shown
            self.buttons["play"].setIcon(icon(*shown))

    def _show_place(self, step: int, steps: int) -> None:
        """The step in words, in room enough for the last one.

        Its size is fixed both ways: otherwise each step would lay the whole window out anew.
        """
        if steps != self._steps:
            self._steps = steps
            measures = self.place.fontMetrics()
            widest = measures.horizontalAdvance(f"t = {steps - 1:,} of {steps - 1:,}")
            self.place.setFixedSize(max(widest, 70), measures.height() + 2)
        self.place.setText(f"t = {step:,} of {steps - 1:,}" if steps else "")

    _ink = LIGHT["ink"]
    _playing = False
    _icon = ("", "")
    _steps = -1


BUTTONS = {
    "first": "First step  (Home)",
    "previous": "Previous step  (←)",
    "previous-stage": "Previous stage  (Shift+←)",
    "play": "Play or pause  (Space)",
    "next-stage": "Next stage  (Shift+→)",
    "next": "Next step  (→)",
    "last": "Last step  (End)",
}
