"""Choosing an activation, with its parameters where it has some."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from lstmviz.engine.activations import ACTIVATIONS, SYNONYMS, formula, parameters
from lstmviz.engine.variant import Activation
from lstmviz.gui.fields import decimal_box, narrow

FIRST = {
    "sigmoid": Activation("sigmoid"),
    "tanh": Activation("tanh"),
    "linear": Activation("linear"),
    "relu": Activation("relu"),
    "hard σ (Keras 2)": Activation("hard_sigmoid", 0.2, 0.5),
    "hard σ (Keras 3)": Activation("hard_sigmoid", 1 / 6, 0.5),
    "hard_tanh": Activation("hard_tanh"),
}
"""What is asked for most, by the words it is offered with."""

OFFERED = FIRST | {
    name: Activation(name) for name in ACTIVATIONS if name not in FIRST and name != "hard_sigmoid"
}


class ActivationField(QWidget):
    """Reports the activation wanted; shows the one it is given, be it offered or not."""

    changed = Signal(object)

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self._activation = Activation("linear")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        self.combo = QComboBox()
        narrow(self.combo)
        self.combo.setAccessibleName(f"Activation: {name}")
        self.combo.setToolTip(tip)
        for words, activation in OFFERED.items():
            self.combo.addItem(words)
            row = self.combo.count() - 1
            text = formula(activation).text
            self.combo.setItemData(row, text, Qt.ItemDataRole.ToolTipRole)
        self.combo.activated.connect(lambda row: self._choose(row))
        column.addWidget(self.combo)
        self._numbers = QWidget()
        inner = QHBoxLayout(self._numbers)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(3)
        self.labels, self.spins = {}, {}
        for letter, which in (("α", "alpha"), ("β", "beta")):
            spin = decimal_box()
            spin.setRange(-1000, 1000)
            spin.setDecimals(3)
            spin.setFixedWidth(58)
            spin.setAlignment(Qt.AlignmentFlag.AlignRight)
            spin.setSingleStep(0.1)
            spin.setKeyboardTracking(False)
            spin.setAccessibleName(f"{letter} of the activation: {name}")
            spin.setToolTip(f"{letter} in the formula of the activation")
            spin.valueChanged.connect(lambda value, which=which: self._tune(which, value))
            self.labels[which], self.spins[which] = QLabel(letter), spin
            inner.addWidget(self.labels[which])
            inner.addWidget(spin)
        column.addWidget(self._numbers)

    def _choose(self, row: int) -> None:
        words = self.combo.itemText(row)
        if words in OFFERED:  # not the one that is there because it is shown
            self.changed.emit(OFFERED[words])

    def _tune(self, which: str, value: float) -> None:
        alpha, beta = parameters(self._activation)
        values = {"alpha": alpha, "beta": beta, which: value}
        self.changed.emit(Activation(self._activation.name, **values))

    def show_activation(self, activation: Activation) -> None:
        """Show an activation."""
        self._activation = activation
        row, holding = formula(activation), parameters(activation)
        name = SYNONYMS.get(activation.name, activation.name)
        offered = next(
            (
                words
                for words, known in OFFERED.items()
                if known.name == name and parameters(known) == holding
            ),
            name,
        )
        with QSignalBlocker(self.combo):
            while self.combo.count() > len(OFFERED):
                self.combo.removeItem(self.combo.count() - 1)
            if offered not in OFFERED:
                self.combo.addItem(offered)
            self.combo.setCurrentIndex(self.combo.findText(offered))
        for (which, spin), value in zip(self.spins.items(), holding, strict=True):
            has = getattr(row, which) is not None
            spin.setVisible(has)
            self.labels[which].setVisible(has)
            with QSignalBlocker(spin):
                spin.setValue(value or 0)
        self._numbers.setVisible(row.alpha is not None or row.beta is not None)
