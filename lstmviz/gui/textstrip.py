"""What running text is coloured by: the controls above it."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QLabel

from lstmviz.gui.fields import number_box
from lstmviz.gui.strip import Strip
from lstmviz.scene.questions.textpage import PREDICTED
from lstmviz.scene.run import Run
from lstmviz.session import TINTS, View

NAMES = {
    "forget_gate": "forget gate f",
    "input_gate": "input gate i",
    "candidate": "candidate g",
    "output_gate": "output gate o",
    "cell_state": "cell state c",
    "cell_output": "hidden state h",
    "surprise": "surprise",
    "probability": "probability",
}
assert set(NAMES) == set(TINTS)


class TextStrip(Strip):
    """A choice of array, and the unit."""

    def __init__(self) -> None:
        super().__init__()
        self.tint = QComboBox()
        self.tint.setAccessibleName("What colours the text")
        self.tint.setToolTip("A gate or state of the unit, or how well each symbol was foretold")
        for words in NAMES.values():
            self.tint.addItem(words)
        self.tint.activated.connect(lambda row: self.wanted.emit({"tint": list(NAMES)[row]}))
        self.of = QLabel("of unit")
        self.unit = number_box()
        self.unit.setAccessibleName("Unit that colours the text")
        self.unit.setToolTip("The pinned unit; ↑ and ↓ take the neighbouring one")
        self.unit.setFixedWidth(76)
        self.unit.setKeyboardTracking(False)
        self.unit.valueChanged.connect(self._take)
        for widget in (QLabel("Colour by"), self.tint, self.of, self.unit):
            self.row.addWidget(widget)
        self.row.addStretch(1)
        self._shown: int | None = None

    def _take(self, unit: int) -> None:
        if unit != self._shown:
            self.wanted.emit({"unit": unit})

    def show_view(self, run: Run, view: View) -> None:
        """Show what colours the text now."""
        self.tint.setCurrentIndex(list(NAMES).index(view.tint))
        cell = (
            run.spec.layers[view.layer] if run.spec and view.layer < len(run.spec.layers) else None
        )
        if cell is not None:
            output = "cell output m" if cell.projected else NAMES["cell_output"]
            self.tint.setItemText(list(NAMES).index("cell_output"), output)
        of_unit = view.tint not in PREDICTED
        self.of.setVisible(of_unit)
        self.unit.setVisible(of_unit)
        self._shown = view.unit or 0
        self.unit.setRange(0, max((cell.cell_size if cell else 1) - 1, self._shown))
        self.unit.setValue(self._shown)
