"""The gallery: every bundled model with what it learnt and how well; one is opened."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from lstmviz.models import DEMO, DEMOS, demo_card
from lstmviz.models.own import Card

WIDTH, HEIGHT = 660, 600


class Gallery(QDialog):
    """Accepted with the `chosen` demo, such as `demo:counter`."""

    def __init__(self, present: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Demos")
        self.chosen = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(10)
        words = QLabel(
            "Small LSTMs, each really trained. Their numbers are measured, and can be measured "
            "again: python\N{NO-BREAK SPACE}tools/measure_demos.py"
        )
        words.setWordWrap(True)
        column.addWidget(words)
        inside = QWidget()
        inside.setObjectName("plain")
        rows = QVBoxLayout(inside)
        rows.setContentsMargins(8, 8, 8, 8)
        rows.setSpacing(8)
        self.rows = {name: DemoRow(name, demo_card(name), DEMO + name == present) for name in DEMOS}
        for row in self.rows.values():
            row.opened.connect(self._choose)
            rows.addWidget(row)
        rows.addStretch(1)
        area = QScrollArea()
        area.setObjectName("panel")
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(area, 1)
        cancel = QPushButton("Cancel")
        cancel.setAutoDefault(False)  # none of these is the one to press
        cancel.clicked.connect(self.reject)
        column.addWidget(cancel, 0, Qt.AlignmentFlag.AlignRight)
        self.resize(WIDTH, HEIGHT)

    def _choose(self, name: str) -> None:
        self.chosen = DEMO + name
        self.accept()


class DemoRow(QFrame):
    """One demo: its title, a sentence, its measured quality, and a button that opens it."""

    opened = Signal(str)

    def __init__(self, name: str, card: Card, present: bool) -> None:
        super().__init__()
        self.setObjectName("card")
        self.name = name
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 9, 12, 9)
        row.setSpacing(14)
        words = QVBoxLayout()
        words.setSpacing(3)
        title = card.title or name
        for text, style in (
            (title[:1].upper() + title[1:] + "  ·  open now" * present, "heading"),
            (card.notes.get("about", ""), ""),
            (card.notes.get("quality", ""), "muted"),
        ):
            if text:
                label = QLabel(text)
                label.setObjectName(style)
                label.setWordWrap(True)
                label.setTextFormat(Qt.TextFormat.PlainText)
                words.addWidget(label)
        self.button = QPushButton("Open")
        self.button.setAutoDefault(False)
        self.button.setAccessibleName(f"Open the demo {name}")
        self.button.setToolTip(f"Open {DEMO}{name}")
        self.button.clicked.connect(lambda: self.opened.emit(self.name))
        row.addLayout(words, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
