"""What can be set in a place of the network: in a layer, in a head, in the input stage."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lstmviz.engine.spec import HEAD_ACTIVATIONS, MAX_SIZE, CellSpec, HeadSpec, NetworkSpec
from lstmviz.gui.controls import KEEPS
from lstmviz.gui.fields import LABEL, narrow, number_box
from lstmviz.gui.layerwords import (
    DIRECTIONS,
    MERGE_WORDS,
    VARIANTS,
    chosen,
    variant_words,
)
from lstmviz.gui.variantform import VariantForm

MIXTURE = "A mixture, see its details"
EVERY, LAST = "Every step (time-distributed)", "The last step only"


RETURNS = "return_sequences: a layer above needs every h; without it only the final one leaves"
"""What the switch of a layer does."""


class _Form(QWidget):
    """A column of controls; `changed(fields)` carries the fields that are wanted otherwise."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(5)
        self._rows: dict[QWidget, QWidget] = {}

    def _emit(self, **fields: Any) -> None:
        self.changed.emit(fields)

    def _combo(self, name: str, tip: str, choices: dict[str, Any]) -> QComboBox:
        """A labelled box of choices: words → what they stand for."""
        combo = QComboBox()
        narrow(combo)
        combo.setAccessibleName(name)
        combo.setToolTip(tip)
        for words, value in choices.items():
            combo.addItem(words, value)
        self._labelled(name, combo, 1)
        return combo

    def _labelled(self, name: str, widget: QWidget, stretch: int = 0) -> None:
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, 0, 0)
        label = QLabel(name)
        label.setBuddy(widget)
        if stretch:
            label.setFixedWidth(LABEL)
        row.addWidget(label, 0 if stretch else 1)
        row.addWidget(widget, stretch)
        self.column.addWidget(inside)
        self._rows[widget] = inside

    def _size(self, name: str, tip: str) -> QSpinBox:
        spin = number_box()
        spin.setRange(1, MAX_SIZE)
        spin.setKeyboardTracking(False)
        spin.setAccessibleName(name)
        spin.setToolTip(tip)
        spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        spin.setFixedWidth(62)
        return spin

    def _check(self, text: str, tip: str) -> QCheckBox:
        box = QCheckBox(text)
        box.setToolTip(tip)
        self.column.addWidget(box)
        return box


class LayerForm(_Form):
    """Direction, merge, what leaves the layer, and the variant of its cell.

    `switched` says that return_sequences is wanted the other way.
    """

    switched = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.direction = self._combo(
            "Reads", "Which way the layer reads the sequence", {name: name for name in DIRECTIONS}
        )
        self.direction.activated.connect(
            lambda: self._emit(directions=DIRECTIONS[self.direction.currentData()])
        )
        merges = {words: merge for merge, words in MERGE_WORDS.items()}
        self.merge = self._combo("Merged", "How h of both directions becomes one row", merges)
        self.merge.activated.connect(lambda: self._emit(merge=self.merge.currentData()))
        self.returns = self._check("Return sequences (every h)", RETURNS)
        self.returns.clicked.connect(lambda: self.switched.emit())
        self.variant = QComboBox()
        narrow(self.variant)
        self.variant.setAccessibleName("Variant of the cell")
        self.variant.setToolTip("Standard, peepholes, or one of the eight of Greff et al. 2015")
        for words, variant in VARIANTS.items():
            self.variant.addItem(words, variant)
        self.variant.activated.connect(lambda row: self._choose_variant(row))
        self.column.addWidget(self.variant)
        self.words = QLabel()
        self.words.setObjectName("muted")
        self.words.setWordWrap(True)
        self.column.addWidget(self.words)
        self.more = QToolButton()
        self.more.setObjectName("fold")
        self.more.setCheckable(True)
        self.more.setToolTip("Activations, gates, peepholes and clipping, one by one")
        self.more.toggled.connect(lambda on: self._unfold(on))
        self.column.addWidget(self.more)
        self.details = VariantForm()
        self.details.changed.connect(lambda variant: self._emit(variant=variant))
        self.column.addWidget(self.details)
        self._unfold(False)

    def _choose_variant(self, row: int) -> None:
        variant = self.variant.itemData(row)
        if variant is not None:
            self._emit(variant=variant)

    def _unfold(self, on: bool) -> None:
        self.details.setVisible(on)
        self.more.setText("▾  Details of the variant" if on else "▸  Details of the variant")

    def show_cell(self, cell: CellSpec, *, opened: bool) -> None:
        """Show a layer, perhaps one that is `opened` from a file."""
        self.returns.setToolTip(f"{RETURNS}. {KEEPS}" if opened else RETURNS)
        way = next(name for name, ways in DIRECTIONS.items() if ways == cell.directions)
        self.direction.setCurrentIndex(self.direction.findData(way))
        self.merge.setCurrentIndex(self.merge.findData(cell.merge))
        self._rows[self.merge].setVisible(len(cell.directions) > 1)
        self.returns.setChecked(cell.return_sequences)
        words = chosen(cell.variant)
        while self.variant.count() > len(VARIANTS):
            self.variant.removeItem(self.variant.count() - 1)
        if words is None:
            self.variant.addItem(MIXTURE, None)
        self.variant.setCurrentIndex(self.variant.findText(words or MIXTURE))
        self.words.setText(variant_words(cell.variant))
        self.details.show_variant(cell.variant, projected=cell.projected)


class HeadForm(_Form):
    """Size, activation, and which steps a Dense layer reads."""

    def __init__(self) -> None:
        super().__init__()
        self.units = self._size("Size of the head", f"How many values it makes: 1 to {MAX_SIZE:,}")
        self.units.valueChanged.connect(lambda size: self._emit(size=size))
        self._labelled("Size", self.units)
        choices = {name: name for name in HEAD_ACTIVATIONS}
        self.activation = self._combo("Activation", "What its sums go through", choices)
        self.activation.activated.connect(self._activate)
        self.steps = QComboBox()
        narrow(self.steps)
        self.steps.setAccessibleName("Steps the head reads")
        self.steps.setToolTip(
            "Every step of the sequence, or the last one as the answer to the whole"
        )
        for words, last in ((EVERY, False), (LAST, True)):
            self.steps.addItem(words, last)
        self.column.addWidget(self.steps)
        self.steps.activated.connect(lambda: self._emit(last_step=self.steps.currentData()))
        self.bias = self._check("Bias", "A number of its own for every value")
        self.bias.clicked.connect(lambda on: self._emit(bias=on))

    def _activate(self) -> None:
        """Take an activation that is offered; what the head has besides is the one it has."""
        name = self.activation.currentData()
        if name in HEAD_ACTIVATIONS:
            self._emit(activation=name, alpha=None, beta=None)

    def show_head(self, head: HeadSpec) -> None:
        """Show a head; an activation that is not offered joins the choices."""
        with QSignalBlocker(self.units):
            self.units.setRange(1, max(MAX_SIZE, head.size))
            self.units.setValue(head.size)
        while self.activation.count() > len(HEAD_ACTIVATIONS):
            self.activation.removeItem(self.activation.count() - 1)
        if head.shown not in HEAD_ACTIVATIONS:
            self.activation.addItem(head.shown, head.shown)
        self.activation.setCurrentIndex(self.activation.findData(head.shown))
        self.steps.setCurrentIndex(self.steps.findData(head.last_step))
        self.bias.setChecked(head.bias)


class InputForm(_Form):
    """Whether symbols are embedded before the first layer."""

    USUAL = 16

    def __init__(self) -> None:
        super().__init__()
        self.dimension = self._size("Width of the embedding", f"1 to {MAX_SIZE:,} numbers a symbol")
        self.dimension.setValue(self.USUAL)
        self.embedded = self._check(
            "Embed the symbols", "Each symbol becomes a row of a table; the input must be symbols"
        )
        self.embedded.clicked.connect(
            lambda on: self._emit(embedding=self.dimension.value() if on else None)
        )
        self.dimension.valueChanged.connect(lambda size: self._emit(embedding=size))
        self._labelled("Numbers a symbol", self.dimension)

    def show_input(self, spec: NetworkSpec) -> None:
        """Show the input stage."""
        table = spec.embedding
        self.embedded.setChecked(table is not None)
        self.dimension.setEnabled(table is not None)
        if table is not None:
            with QSignalBlocker(self.dimension):
                self.dimension.setRange(1, max(MAX_SIZE, table.dimension))
                self.dimension.setValue(table.dimension)
