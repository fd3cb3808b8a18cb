"""Asking which of a file's LSTMs to open."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from lstmviz.gui.parts import answers
from lstmviz.models import Found

COLUMNS = ("LSTM", "Layers", "Directions", "Input", "Cell", "Hidden")
NUMBERS = (1, 3, 4, 5)
"""The columns that hold numbers, which stand at the right."""
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
ROOM = (620, 460)
WIDEST = 900
OTHERS = 400
"""Pixels that the columns beside the names take, about."""
ROW = 30
"""Pixels that a row of the table takes, about."""


class LstmDialog(QDialog):
    """A table of the LSTMs; `name` is the one that is marked."""

    def __init__(self, choices: tuple[Found, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Several LSTMs")
        words = QLabel(f"This file holds {len(choices)} LSTMs that can be opened. Which one?")
        self.table = QTreeWidget()
        self.table.setHeaderLabels(COLUMNS)
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setAccessibleName("LSTMs of the file")
        rows = [_row(found) for found in choices]
        self.table.addTopLevelItems(rows)
        header = self.table.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for place in NUMBERS:
            self.table.headerItem().setTextAlignment(place, RIGHT)
        self.table.setCurrentItem(rows[0])
        self.table.itemActivated.connect(lambda: self.accept())
        buttons, self.open_button = answers(self, "&Open")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addWidget(words)
        column.addWidget(self.table, 1)
        column.addWidget(buttons)
        longest = max(self.table.fontMetrics().horizontalAdvance(each.name) for each in choices)
        width = min(max(ROOM[0], longest + OTHERS), WIDEST)
        self.resize(width, min(160 + ROW * len(choices), ROOM[1]))
        self.table.setFocus()

    @property
    def name(self) -> str:
        """The name of the LSTM that is marked."""
        row = self.table.currentItem()
        return row.text(0) if row else ""


def _row(found: Found) -> QTreeWidgetItem:
    numbers = (found.layers, *found.sizes)
    layers, *sizes = (f"{number:,}" for number in numbers)
    row = QTreeWidgetItem([found.name, layers, " and ".join(found.directions), *sizes])
    row.setToolTip(0, found.name)
    for column in NUMBERS:
        row.setTextAlignment(column, RIGHT)
    return row


def pick_lstm(parent: QWidget | None, choices: tuple[Found, ...]) -> str | None:
    """Ask which LSTM of a file to open; None if none is wanted."""
    dialog = LstmDialog(choices, parent)
    try:
        sure = dialog.exec() == QDialog.DialogCode.Accepted
        return dialog.name if sure else None
    finally:
        dialog.deleteLater()
