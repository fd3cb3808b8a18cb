"""The list of layers: heads on top, the input below, and what can be done to the one chosen."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lstmviz.engine.spec import NetworkSpec
from lstmviz.gui.layerwords import Row, lines, rows
from lstmviz.gui.style import icon, mark
from lstmviz.scene.colors import Theme
from lstmviz.session.shaping import INPUT, Place

TOOLS = {
    "up": "Move it up, further from the input",
    "down": "Move it down, nearer to the input",
    "copy": "Duplicate it",
    "remove": "Remove it",
}
"""What the small buttons do to the row that is chosen."""

NEW = {
    "layer": ("+ LSTM", "Add an LSTM layer above the one chosen"),
    "head": ("+ Dense", "Add a Dense layer on top, or above the one chosen"),
}
"""What may be added: the button's text and its tooltip."""


class LayerList(QWidget):
    """Reports which place is clicked and what is asked of it; shows the network it is given."""

    clicked = Signal(object)
    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.place: Place = INPUT
        self.buttons: list[QPushButton] = []
        self._rows: list[Row] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        heading = QHBoxLayout()
        heading.setSpacing(3)
        title = QLabel("Layers")
        title.setObjectName("heading")
        heading.addWidget(title, 1)
        self.tools: dict[str, QToolButton] = {}
        for name, tip in TOOLS.items():
            button = QToolButton()
            button.setObjectName("tool")
            button.setToolTip(tip)
            button.setAccessibleName(f"{tip}: the layer chosen")
            button.clicked.connect(lambda _, name=name: self.asked.emit(name))
            self.tools[name] = button
            heading.addWidget(button)
        column.addLayout(heading)
        self._stack = QVBoxLayout()
        self._stack.setSpacing(3)
        column.addLayout(self._stack)
        row = QHBoxLayout()
        self.new: dict[str, QPushButton] = {}
        for name, (text, tip) in NEW.items():
            new = QPushButton(text)
            new.setToolTip(tip)
            new.clicked.connect(lambda _, name=name: self.asked.emit(name))
            self.new[name] = new
            row.addWidget(new)
        column.addLayout(row)

    def set_theme(self, theme: Theme) -> None:
        """Icons in these colours from now on."""
        for name, button in self.tools.items():
            button.setIcon(icon(name, theme["ink"]))

    def show_layers(self, spec: NetworkSpec, place: Place, offered: frozenset[str]) -> None:
        """Show a network with one place chosen; `offered` is what may be asked of it."""
        self.place, self._rows = place, rows(spec)
        while len(self.buttons) < len(self._rows):
            self._add_button(len(self.buttons))
        for button, row in zip(self.buttons, self._rows, strict=False):
            self._show_row(button, row)
        for button in self.buttons[len(self._rows) :]:
            button.hide()
        for name, each in (self.tools | self.new).items():
            each.setEnabled(name in offered)

    def _add_button(self, number: int) -> None:
        button = QPushButton()
        button.setObjectName("row")
        button.setCheckable(True)
        button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        button.setToolTip("Click to show it and what can be set in it")
        button.clicked.connect(lambda: self._click(number))
        self._stack.addWidget(button)
        before = self.buttons[-1] if self.buttons else self.tools["remove"]
        QWidget.setTabOrder(before, button)
        self.buttons.append(button)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break the words anew."""
        super().resizeEvent(event)
        for button, row in zip(self.buttons, self._rows, strict=False):
            self._show_row(button, row)

    def _click(self, number: int) -> None:
        self.buttons[number].setChecked(self._rows[number].place == self.place)
        self.clicked.emit(self._rows[number].place)

    def _show_row(self, button: QPushButton, row: Row) -> None:
        room = self.width() - 22
        told = lines(row.words, room, button.fontMetrics().horizontalAdvance)
        text = "\n".join([row.title, *told])
        if button.text() != text:
            button.setText(text)
        mark(button, row.broken)
        button.setChecked(row.place == self.place)
        button.show()

    def button(self, place: Place) -> QPushButton:
        """The row of a place."""
        return self.buttons[[row.place for row in self._rows].index(place)]
