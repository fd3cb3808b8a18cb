"""What stands beside the diagram: numbers, how the file was read, or the changes of the run."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

SIDES = {
    "unit": ("Unit", "The number that is asked for, or the pinned unit  (F)"),
    "file": ("File", "How the file was read, and its gate order  (F)"),
    "whatif": ("What if", "Change the run, and see what follows  (W)"),
}


class SidePanel(QFrame):
    """Pages, and the buttons that choose between them; that of the file where there is one."""

    wanted = Signal(str)

    def __init__(self, unit: QWidget, file: QWidget, whatif: QWidget) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setMinimumWidth(228)
        self.setMaximumWidth(560)
        self._pages = QStackedWidget()
        for page in (unit, file, whatif):
            self._pages.addWidget(page)
        self.buttons: dict[str, QToolButton] = {}
        self._bar = QWidget()
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(6, 2, 6, 0)
        row.setSpacing(4)
        for name, (text, tip) in SIDES.items():
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setToolTip(tip)
            button.clicked.connect(lambda _, name=name: self.wanted.emit(name))
            self.buttons[name] = button
            row.addWidget(button, 1)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, 2, 2)
        column.setSpacing(2)
        column.addWidget(self._bar)
        column.addWidget(self._pages, 1)

    def show_side(self, side: str, *, has_file: bool) -> None:
        """Show a page; without a file the unit's in place of the file's."""
        shown = side if has_file or side != "file" else "unit"
        self.buttons["file"].setVisible(has_file)
        self._pages.setCurrentIndex(list(SIDES).index(shown))
        for name, button in self.buttons.items():
            button.setChecked(name == shown)
