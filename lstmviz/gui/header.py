"""The line at the top of the window: the menus, what is open, and how to look at it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenuBar, QToolButton, QWidget

from lstmviz.gui import style
from lstmviz.gui.parts import Elided, LayerChoice
from lstmviz.scene.colors import Theme
from lstmviz.session import QUESTIONS

VIEWS = {
    "cell": ("Cell", "One step of the whole cell  (C)"),
    "unrolled": ("Unrolled", "Five steps side by side, all layers  (U)"),
    "stack": ("Stack", "All layers above each other, with the shapes between them  (S)"),
    "unit": ("One unit", "Four units, each with gates of its own  (O)"),
}
ZOOMS = {"minus": "Zoom out  (−)", "fit": "Fit  (0)", "plus": "Zoom in  (+)"}


class Header(QWidget):
    """Reports the view that is wanted by its name, and the zoom: "minus", "fit" or "plus"."""

    viewWanted = Signal(str)
    zoomWanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("header")
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 4, 10, 4)
        row.setSpacing(4)
        self.menu_bar = QMenuBar()
        self.summary = Elided()
        self.summary.setObjectName("heading")
        row.addWidget(self.menu_bar)
        row.addSpacing(12)
        row.addWidget(self.summary, 1)
        self.layers = LayerChoice()
        row.addWidget(self.layers)
        self.view_buttons: dict[str, QToolButton] = {}
        for name, (text, tip) in VIEWS.items():
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setToolTip(tip)
            button.clicked.connect(lambda _, name=name: self.viewWanted.emit(name))
            self.view_buttons[name] = button
            row.addWidget(button)
        self.ask = QToolButton()
        self.ask.setText("Ask  ▾")
        self.ask.setObjectName("ask")
        self.ask.setCheckable(True)
        self.ask.setToolTip("Ask a question of the run")
        self.ask.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row.addWidget(self.ask)
        row.addSpacing(8)
        self.zoom_buttons: dict[str, QToolButton] = {}
        for name, tip in ZOOMS.items():
            button = QToolButton()
            button.setToolTip(tip)
            button.setAccessibleName(tip.split("  ")[0])
            button.clicked.connect(lambda _, name=name: self.zoomWanted.emit(name))
            self.zoom_buttons[name] = button
            row.addWidget(button)

    def set_theme(self, theme: Theme) -> None:
        """Icons in this colour from now on."""
        for name, button in self.zoom_buttons.items():
            button.setIcon(style.icon(name, theme["ink"]))

    def show_diagram(self, diagram: str) -> None:
        """Mark the view that is shown."""
        for name, button in self.view_buttons.items():
            button.setChecked(name == diagram)
        self.ask.setChecked(diagram in QUESTIONS)
        for button in self.zoom_buttons.values():
            button.setEnabled(diagram not in QUESTIONS)
