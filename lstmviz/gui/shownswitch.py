"""Which of a run with changes is shown: as it was, as it is changed, or the difference."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

CHOICES = {
    "baseline": ("Was", "The baseline: the run as it was  (1)"),
    "changed": ("Now", "The changed run: with the changes made  (2)"),
    "difference": ("Δ", "The difference, changed minus baseline, in the heatmaps  (3)"),
}


class ShownSwitch(QWidget):
    """Three buttons of which one is down; hidden where nothing is changed."""

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("What is shown of the changed run")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 4, 0)
        row.setSpacing(1)
        self.buttons: dict[str, QToolButton] = {}
        for name, (text, tip) in CHOICES.items():
            button = QToolButton()
            button.setObjectName("tool")
            button.setText(text)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setAccessibleName(tip.split("  ")[0])
            button.setMinimumWidth(button.fontMetrics().horizontalAdvance(text) + 16)
            button.clicked.connect(lambda _, name=name: self._clicked(name))
            self.buttons[name] = button
            row.addWidget(button)
        self._choice: str | None = None
        self.hide()

    def _clicked(self, name: str) -> None:
        self._mark()
        self.wanted.emit(name)

    def show_choice(self, choice: str | None) -> None:
        """Mark what is shown; None hides the switch."""
        if choice != self._choice:
            self._choice = choice
            self.setVisible(choice is not None)
            self._mark()

    def _mark(self) -> None:
        for name, button in self.buttons.items():
            button.setChecked(name == self._choice)
