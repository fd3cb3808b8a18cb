"""Asking how a file is to be read: its columns and their scale, one of a batch, frames."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lstmviz.gui.fields import number_box
from lstmviz.inputs.choices import Choices
from lstmviz.inputs.columns import SCALINGS, chosen
from lstmviz.inputs.waves import LONGEST_FRAME
from lstmviz.session import FileInput, Frames

SCALED = {
    "none": "as they are",
    "standard": "each to mean 0, variance 1",
    "minmax": "each to 0 … 1",
}
KINDS = {"samples": "the samples themselves", "spectrum": "log-magnitude spectrum"}
FITTING = "what fits"
WIDTH = 380


class ReadingDialog(QDialog):
    """Shows what a file offers, with what a recipe has chosen of it; `recipe` is the answer."""

    def __init__(
        self,
        recipe: FileInput,
        offered: Choices,
        input_size: int | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._recipe, self._offered, self._size = recipe, offered, input_size
        self.setWindowTitle("How the file is read")
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        for words, look in ((offered.why, "note"), (offered.told, "muted")):
            if words:
                label = QLabel(words)
                label.setWordWrap(True)
                label.setObjectName(look)
                column.addWidget(label)
        if offered.columns:
            self._column_list(column)
        form = QFormLayout()
        self._form(form)
        column.addLayout(form)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column.addWidget(self.buttons)
        self._count()
        self.setMinimumWidth(WIDTH)
        width = max(WIDTH, self.sizeHint().width())
        self.resize(width, max(column.totalHeightForWidth(width), self.sizeHint().height()))

    def _column_list(self, column: QVBoxLayout) -> None:
        offered = self._offered.columns
        names = tuple(each.name for each in offered)
        numeric = [k for k, each in enumerate(offered) if each.numeric]
        taken = numeric[: self._size] if self._size else numeric
        if self._recipe.columns:
            taken = chosen(self._recipe.columns, names, self._recipe.path)
        self.list = QListWidget()
        self.list.setAccessibleName("Columns")
        self.list.setMinimumHeight(170)
        self.list.setSpacing(2)
        for k, each in enumerate(offered):
            words = each.name if each.numeric else f"{each.name}  (no numbers)"
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, k)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
            state = Qt.CheckState.Checked if k in taken else Qt.CheckState.Unchecked
            item.setCheckState(state)
            self.list.addItem(item)
        self.list.itemChanged.connect(lambda item: self._count())
        row = QHBoxLayout()
        self.counted = QLabel()
        row.addWidget(self.counted, 1)
        for words, on in (("All", True), ("None", False)):
            button = QPushButton(words)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _, on=on: self._check_all(on))
            row.addWidget(button)
        column.addLayout(row)
        column.addWidget(self.list)

    def _form(self, form: QFormLayout) -> None:
        self.scaling, self.kind = QComboBox(), QComboBox()
        self.item, self.length, self.hop = number_box(), number_box(), number_box()
        for name in SCALINGS:
            self.scaling.addItem(SCALED[name], name)
        self.scaling.setCurrentIndex(self.scaling.findData(self._recipe.scaling))
        for name, words in KINDS.items():
            self.kind.addItem(words, name)
        frames = self._recipe.frames
        self.kind.setCurrentIndex(self.kind.findData(frames.kind))
        for spin, value in ((self.length, frames.length), (self.hop, frames.hop)):
            spin.setRange(0, LONGEST_FRAME)
            spin.setSpecialValueText(FITTING)
            spin.setSuffix(" samples")
            spin.setAlignment(Qt.AlignmentFlag.AlignRight)
            spin.setValue(value or 0)
        self.item.setRange(0, max(self._offered.items - 1, 0))
        self.item.setValue(self._recipe.item or 0)
        self.item.setAlignment(Qt.AlignmentFlag.AlignRight)
        form.addRow(f"Sequence, of {self._offered.items:,}", self.item)
        form.setRowVisible(self.item, self._offered.items > 0)
        for words, field in (
            ("Frames of", self.kind),
            ("Length", self.length),
            ("Every", self.hop),
        ):
            form.addRow(words, field)
            form.setRowVisible(field, self._offered.frames)
        form.addRow("Values", self.scaling)

    def _check_all(self, on: bool) -> None:
        for k, each in enumerate(self._offered.columns):
            state = Qt.CheckState.Checked if on and each.numeric else Qt.CheckState.Unchecked
            self.list.item(k).setCheckState(state)

    def _taken(self) -> list[int]:
        rows = range(len(self._offered.columns))
        return [k for k in rows if self.list.item(k).checkState() == Qt.CheckState.Checked]

    def _count(self) -> None:
        """Say how many are chosen; only as many as the network reads will do."""
        if not self._offered.columns:
            return
        count = len(self._taken())
        wanted = "" if self._size is None else f"; the network reads {self._size:,}"
        self.counted.setText(f"{count:,} of {len(self._offered.columns):,} columns{wanted}")
        fits = count > 0 if self._size is None else count == self._size
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(fits)

    @property
    def recipe(self) -> FileInput:
        """The file, read as it is now asked for."""
        columns: tuple[str, ...] = ()
        if self._offered.columns:
            taken = self._taken()
            if len(taken) < len(self._offered.columns):
                columns = tuple(self._word(k) for k in taken)
        frames = self._recipe.frames
        if self._offered.frames:
            frames = Frames(
                self.kind.currentData(), self.length.value() or None, self.hop.value() or None
            )
        item = self.item.value() if self._offered.items else self._recipe.item
        return FileInput(self._recipe.path, columns, self.scaling.currentData(), item, frames)

    def _word(self, k: int) -> str:
        """A column by its name, or by its number where another has that name."""
        names = [each.name for each in self._offered.columns]
        return names[k] if names.count(names[k]) == 1 and names[k].strip() else str(k + 1)
