"""Small controls that panels are made of."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from lstmviz.engine.spec import MAX_SIZE
from lstmviz.gui.numberbox import NumberBox

NOTCHES = 300
LABEL = 64
"""Width of the words before a box of choices, so that the boxes stand in line."""
SIDE = 5
"""Pixels beside a number in its box, and those that Qt leaves."""


def size_of(notch: int, largest: int = MAX_SIZE) -> int:
    """The size at a notch 0…300 of a slider: even in ratios, and every small size reachable."""
    size: float = largest ** (notch / NOTCHES)
    return max(1, min(largest, round(size)))


def notch_of(size: int, largest: int = MAX_SIZE) -> int:
    """The notch nearest to a size."""
    return round(NOTCHES * math.log(max(size, 1)) / math.log(largest))


def narrow(combo: QComboBox, characters: int = 8) -> None:
    """Let a box of choices be narrower than its longest choice, but not than so many letters."""
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(characters)


def number_box() -> NumberBox:
    """A box for a whole number; style sheets leave its words no room at the sides."""
    box = NumberBox()
    box.lineEdit().setTextMargins(SIDE, 0, SIDE, 0)
    return box


def decimal_box() -> QDoubleSpinBox:
    """The same for any number."""
    box = QDoubleSpinBox()
    box.lineEdit().setTextMargins(SIDE, 0, SIDE, 0)
    return box


class SizeField(QWidget):
    """A size by slider (logarithmic) and by typing, with a line of explanation under it.

    `changed(size, dragging)` tells what the user did; `show_size` never emits.
    """

    changed = Signal(int, bool)

    def __init__(self, name: str, role: str, largest: int = MAX_SIZE) -> None:
        super().__init__()
        self.role = role
        self._largest = largest
        self._showing = False
        self.label = QLabel(name)
        self.spin = number_box()
        self.spin.setRange(1, largest)
        self.spin.setKeyboardTracking(False)
        self.spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.spin.setFixedWidth(62)
        self.spin.setAccessibleName(name)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, NOTCHES)
        self.slider.setPageStep(20)
        self.slider.setAccessibleName(f"{name}, slider")
        self.spin.setToolTip(f"{name}: type 1 to {largest:,}, or ↑ and ↓")
        self.slider.setToolTip(f"{name}: drag, 1 to {largest:,}")
        self.hint = QLabel()
        self.hint.setObjectName("muted")
        self.hint.setWordWrap(True)
        self.label.setBuddy(self.spin)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label, 1)
        row.addWidget(self.spin)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(3)
        column.addLayout(row)
        column.addWidget(self.slider)
        column.addWidget(self.hint)
        self.slider.valueChanged.connect(self._slid)
        self.spin.valueChanged.connect(self._typed)

    def _slid(self, notch: int) -> None:
        if not self._showing:
            self.changed.emit(size_of(notch, self._largest), True)

    def _typed(self, size: int) -> None:
        if not self._showing:
            self.changed.emit(size, False)

    def show_size(self, size: int, hint: str) -> None:
        """Show a size; the slider stays where the user holds it."""
        self._showing = True
        self.spin.setRange(1, max(self._largest, size))
        self.spin.setValue(size)
        if size_of(self.slider.value(), self._largest) != size:
            self.slider.setValue(notch_of(size, self._largest))
        if self.hint.text() != hint:
            self.hint.setText(hint)
        self._showing = False


class OptionalNumber(QWidget):
    """A number that may be absent: a tick, and the number beside it while it is ticked.

    `changed(number or None)` tells what the user did; `show_number` never emits.
    """

    changed = Signal(object)

    def __init__(self, name: str, tip: str, *, low: float, high: float, usual: float) -> None:
        super().__init__()
        self.box = QCheckBox(name)
        self.box.setToolTip(tip)
        self.spin = decimal_box()
        self.spin.setRange(low, high)
        self.spin.setValue(usual)
        self.spin.setSingleStep(0.5)
        self.spin.setKeyboardTracking(False)
        self.spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.spin.setFixedWidth(62)
        self.spin.setAccessibleName(f"{name}: value")
        self.spin.setToolTip(f"{tip}: {low:g} to {high:g}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.box, 1)
        row.addWidget(self.spin)
        self.box.clicked.connect(lambda on: self.changed.emit(self.spin.value() if on else None))
        self.spin.valueChanged.connect(self.changed.emit)

    def show_number(self, number: float | None) -> None:
        """Show a number or that there is none."""
        self.box.setChecked(number is not None)
        self.spin.setEnabled(number is not None)
        if number is not None:
            with QSignalBlocker(self.spin):
                self.spin.setValue(number)
