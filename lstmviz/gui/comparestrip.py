"""What is compared, and how steps and units are paired: the controls above two runs."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QComboBox, QPushButton

from lstmviz.gui.fields import narrow
from lstmviz.gui.parts import Elided
from lstmviz.gui.strip import Strip
from lstmviz.scene.heatlayout import TITLES
from lstmviz.scene.others import other_words
from lstmviz.scene.run import Run
from lstmviz.session import ALIGNED, COMPARED, MATCHED, View


class CompareStrip(Strip):
    """Choices in a row, and a button that asks for another run."""

    def __init__(self) -> None:
        super().__init__()
        self.other = QPushButton("Compare with…")
        self.other.setToolTip("Choose the other run")
        self.other.clicked.connect(lambda: self.otherAsked.emit(self._below()))
        self.row.addWidget(self.other)
        self.words = Elided()
        self.row.addWidget(self.words, 1)
        self.compared = self._choice("Array compared", "Which array is shown", "compared")
        for name in COMPARED:
            self.compared.addItem(TITLES[name], name)
        self.align = self._choice("How steps are paired", "Which steps stand together", "align")
        for name in ALIGNED:
            self.align.addItem(f"by {name}", name)
        self.match = self._choice(
            "How units are paired",
            "Which units stand together: by their numbers, or matched by the correlation of c",
            "match",
        )
        for name in MATCHED:
            words = "matched units" if name == "correlation" else "units by number"
            self.match.addItem(words, name)

    def _choice(self, name: str, tip: str, field: str) -> QComboBox:
        combo = QComboBox()
        combo.setAccessibleName(name)
        combo.setToolTip(tip)
        narrow(combo, 11)
        combo.activated.connect(lambda: self.wanted.emit({field: combo.currentData()}))
        self.row.addWidget(combo)
        return combo

    def _below(self) -> QPoint:
        return self.other.mapToGlobal(QPoint(0, self.other.height()))

    def show_view(self, run: Run, view: View) -> None:
        """Show the choices of a view, and which run is the other."""
        self.words.say(other_words(run.document))
        for combo, value in (
            (self.compared, view.compared),
            (self.align, view.align),
            (self.match, view.match),
        ):
            combo.setCurrentIndex(combo.findData(value))
