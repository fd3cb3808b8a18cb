"""How the weights of an untrained network are drawn: the seed, and where the gates begin."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lstmviz.gui.fields import decimal_box, narrow, number_box
from lstmviz.gui.style import icon
from lstmviz.scene.colors import Theme
from lstmviz.session import Untrained

BIASES = {
    "random": ("drawn like the rest", "PyTorch's way: uniform, as all weights are"),
    "forget": ("forget bias", "The forget gate's bias, 1 in Keras: the cell remembers at first"),
    "chrono": ("chrono", "Biases for memories of up to T steps (Tallec & Ollivier 2018)"),
}
"""Ways to begin, by their words and what they mean."""

MOST_STEPS = 1_000_000


class WeightsForm(QWidget):
    """Reports the fields of the recipe that are wanted otherwise; shows the one it is given."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.instead = QLabel("In place of the trained ones; undo brings those back.")
        self.instead.setObjectName("muted")
        self.instead.setWordWrap(True)
        column.addWidget(self.instead)
        row = QHBoxLayout()
        label = QLabel("Seed")
        self.seed = number_box()
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setKeyboardTracking(False)
        self.seed.setFixedWidth(86)
        self.seed.setAccessibleName("Seed of the random weights")
        self.seed.setToolTip("Every seed stands for other random weights")
        self.seed.setAlignment(Qt.AlignmentFlag.AlignRight)
        label.setBuddy(self.seed)
        self.seed.valueChanged.connect(lambda seed: self.changed.emit({"seed": seed}))
        self.dice = QToolButton()
        self.dice.setToolTip("Other random weights")
        self.dice.setAccessibleName("Other random weights")
        self.dice.clicked.connect(lambda: self.seed.setValue(self.seed.value() + 1))
        row.addWidget(label, 1)
        row.addWidget(self.seed)
        row.addWidget(self.dice)
        column.addLayout(row)
        self._build_biases(column)

    def _build_biases(self, column: QVBoxLayout) -> None:
        row = QHBoxLayout()
        label = QLabel("Biases")
        self.biases = QComboBox()
        narrow(self.biases, 6)
        self.biases.setAccessibleName("First biases of the gates")
        self.biases.setToolTip("Where the gates begin, before any training")
        for name, (words, tip) in BIASES.items():
            self.biases.addItem(words, name)
            row_number = self.biases.count() - 1
            self.biases.setItemData(row_number, tip, Qt.ItemDataRole.ToolTipRole)
        label.setBuddy(self.biases)
        self.forget, self.chrono = decimal_box(), number_box()
        self.forget.setRange(-100, 100)
        self.forget.setValue(1)
        self.forget.setSingleStep(0.5)
        self.forget.setToolTip("What the forget gate's biases sum to: −100 to 100")
        self.forget.setAccessibleName("Forget bias")
        self.chrono.setRange(3, MOST_STEPS)
        self.chrono.setValue(100)
        self.chrono.setToolTip("T: the longest memory expected, in steps, 3 or more")
        self.chrono.setAccessibleName("Chrono: longest memory in steps")
        row.addWidget(label)
        row.addWidget(self.biases, 1)
        for spin in (self.forget, self.chrono):
            spin.setKeyboardTracking(False)
            spin.setFixedWidth(62)
            spin.setAlignment(Qt.AlignmentFlag.AlignRight)
            row.addWidget(spin)
            spin.valueChanged.connect(lambda: self._emit_biases())
        self.biases.activated.connect(lambda: self._emit_biases())
        column.addLayout(row)

    def _emit_biases(self) -> None:
        kind = self.biases.currentData()
        forget = self.forget.value() if kind == "forget" else None
        chrono = self.chrono.value() if kind == "chrono" else None
        self.changed.emit({"forget_bias": forget, "chrono": chrono})

    def set_theme(self, theme: Theme) -> None:
        """Icons in these colours from now on."""
        self.dice.setIcon(icon("dice", theme["ink"]))

    def show_recipe(self, recipe: Untrained, *, trained: bool) -> None:
        """Show how a network is drawn; a trained one's recipe is what it would become."""
        self.instead.setVisible(trained)
        with QSignalBlocker(self.seed), QSignalBlocker(self.forget), QSignalBlocker(self.chrono):
            self.seed.setValue(min(recipe.seed, 2**31 - 1))
            if recipe.forget_bias is not None:
                self.forget.setValue(recipe.forget_bias)
            if recipe.chrono is not None:
                self.chrono.setValue(min(recipe.chrono, MOST_STEPS))
        kind = "forget" if recipe.forget_bias is not None else "random"
        kind = "chrono" if recipe.chrono is not None else kind
        self.biases.setCurrentIndex(self.biases.findData(kind))
        self.forget.setVisible(kind == "forget")
        self.chrono.setVisible(kind == "chrono")
