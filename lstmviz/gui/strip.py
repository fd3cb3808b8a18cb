"""What the strips of controls above the pages of questions share."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from lstmviz.scene.colors import Theme
from lstmviz.scene.run import Run
from lstmviz.session import View

PAUSE = 350
"""Milliseconds without a key after which what was typed is asked."""


class Strip(QWidget):
    """A row of controls; `wanted` carries the changes of the View that are asked for.

    `otherAsked` tells where a menu of other runs is wanted.
    """

    wanted = Signal(object)
    otherAsked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(8, 4, 8, 2)
        self.row.setSpacing(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""

    def show_progress(self, done: int, total: int) -> None:
        """Show how far an answer has come; `total` 0 says that it is there."""

    def show_view(self, run: Run, view: View) -> None:
        """Show the controls as they stand in a view."""


class Typed(QLineEdit):
    """A line whose text is `settled` when Return is pressed, or no key for a moment."""

    settled = Signal(str)

    def __init__(self, name: str, hint: str, tip: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self.setToolTip(tip)
        self._last = ""
        self._pause = QTimer(self, interval=PAUSE, singleShot=True)
        self._pause.timeout.connect(self._settle)
        self.textEdited.connect(lambda: self._pause.start())
        self.editingFinished.connect(self._settle)

    def show_text(self, text: str) -> None:
        """Show what holds now, unless it is what was typed here."""
        if text != self._last:
            self._pause.stop()
            self._last = text
            self.setText(text)

    def _settle(self) -> None:
        self._pause.stop()
        if self.text() != self._last:
            self._last = self.text()
            self.settled.emit(self.text())
