"""What if: the changes of the run as a list, and what they have done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lstmviz.gui.style import icon
from lstmviz.scene.colors import LIGHT, Theme
from lstmviz.scene.run import Run
from lstmviz.session import Document

if TYPE_CHECKING:
    from lstmviz.inputs.sequence import Sequence
    from lstmviz.scene.whatif import WhatIf

HINT = (
    "Hold a gate, switch a unit off, overwrite a state, edit an input or a weight, and see what "
    "follows. Press Add…, or click a square or a heatmap's row with the right button."
)
TOOLS = {
    "up": "Make this change earlier",
    "down": "Make this change later",
    "remove": "Remove this change  (Delete)",
}


class _List(QListWidget):
    """The list; Delete removes."""

    removeWanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes the change that is marked; the rest is the list's."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removeWanted.emit()
        else:
            super().keyPressEvent(event)


class WhatIfPanel(QWidget):
    """Reports what is wanted by the place of a change; changes nothing itself."""

    addWanted = Signal()
    editWanted = Signal(int)
    switched = Signal(int, bool)
    moveWanted = Signal(int, int)
    removeWanted = Signal(int)
    clearWanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._theme: Theme = LIGHT
        self._shown: tuple[object, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 6)
        column.setSpacing(6)
        self.hint = QLabel(HINT)
        self.hint.setObjectName("muted")
        self.hint.setWordWrap(True)
        column.addWidget(self.hint)
        self.list = _List()
        self.list.setWordWrap(True)
        self.list.setSpacing(2)
        self.list.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setAccessibleName("Changes of the run")
        self.list.setToolTip("Tick: made or not. Double click: edit.")
        self.list.itemChanged.connect(self._ticked)
        self.list.itemDoubleClicked.connect(lambda _: self.editWanted.emit(self.list.currentRow()))
        self.list.removeWanted.connect(lambda: self._asked("remove"))
        self.list.currentRowChanged.connect(lambda _: self._offer())
        column.addWidget(self.list, 1)
        column.addLayout(self._tools())
        self.effect = QLabel()
        self.effect.setWordWrap(True)
        self.effect.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.effect)
        self.spring = QWidget()
        column.addWidget(self.spring, 1)

    def _tools(self) -> QVBoxLayout:
        """What can be done, in two rows: in one the words would not have room."""
        rows, row, below = QVBoxLayout(), QHBoxLayout(), QHBoxLayout()
        rows.setSpacing(4)
        row.setSpacing(3)
        rows.addLayout(row)
        rows.addLayout(below)
        self.add = QPushButton("Add…")
        self.add.setToolTip("Make a change")
        self.add.clicked.connect(lambda: self.addWanted.emit())
        row.addWidget(self.add)
        self.change = QToolButton()
        self.change.setText("Edit…")
        self.change.setToolTip("Edit this change")
        self.change.clicked.connect(lambda: self._asked("edit"))
        below.addWidget(self.change)
        row.addStretch(1)
        self.tools: dict[str, QToolButton] = {}
        for name, tip in TOOLS.items():
            button = QToolButton()
            button.setObjectName("tool")
            button.setToolTip(tip)
            button.setAccessibleName(tip.split("  ")[0])
            button.clicked.connect(lambda _, name=name: self._asked(name))
            self.tools[name] = button
            row.addWidget(button)
        self.clear = QToolButton()
        self.clear.setText("Clear all")
        self.clear.setToolTip("Remove all changes")
        self.clear.setAccessibleName("Remove all changes")
        self.clear.clicked.connect(lambda: self.clearWanted.emit())
        below.addStretch(1)
        below.addWidget(self.clear)
        return rows

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        self._theme, self._shown = theme, ()
        for name, button in self.tools.items():
            button.setIcon(icon(name, theme["ink"]))

    def show_run(self, document: Document, run: Run) -> None:
        """Show the changes of a document, and what they did to its run."""
        what_if = run.what_if if run.document.changes == document.changes else None
        shown = (document.changes, run.spec, what_if, run.sequence)
        if shown == self._shown:
            return
        self._shown = shown
        faults = what_if.faults if what_if else {}
        with QSignalBlocker(self.list):
            row = self.list.currentRow()
            self.list.clear()
            for index, edit in enumerate(document.changes):
                self.list.addItem(self._item(edit.line, edit.on, run, faults.get(index, "")))
            last = self.list.count() - 1
            self.list.setCurrentRow(min(row if row >= 0 else last, last))
        some = bool(document.changes)
        self.hint.setVisible(not some)
        self.list.setVisible(some)
        self.spring.setVisible(not some)
        self.effect.setText(_effect(what_if, run.sequence))
        self.effect.setVisible(bool(self.effect.text()))
        self.add.setEnabled(run.trace is not None)
        self._offer()

    def _item(self, line: str, on: bool, run: Run, fault: str) -> QListWidgetItem:
        from lstmviz.scene.changewords import words  # late: the window opens without

        told = words(line, run.spec, run.sequence)
        item = QListWidgetItem(f"{told}\nNot made: {fault}" if fault else told)
        item.setToolTip(line)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        if fault:
            item.setForeground(QBrush(QColor(self._theme["bad"])))
        return item

    def _offer(self) -> None:
        row, count = self.list.currentRow(), self.list.count()
        some = 0 <= row < count
        self.change.setEnabled(some)
        self.tools["remove"].setEnabled(some)
        self.tools["up"].setEnabled(some and row > 0)
        self.tools["down"].setEnabled(some and row < count - 1)
        for widget in (self.change, self.clear, *self.tools.values()):
            widget.setVisible(count > 0)

    def _ticked(self, item: QListWidgetItem) -> None:
        on = item.checkState() == Qt.CheckState.Checked
        self.switched.emit(self.list.row(item), on)

    def _asked(self, what: str) -> None:
        row = self.list.currentRow()
        if row < 0:
            return
        if what == "edit":
            self.editWanted.emit(row)
        elif what == "remove":
            self.removeWanted.emit(row)
        else:
            by = -1 if what == "up" else 1
            with QSignalBlocker(self.list):
                self.list.setCurrentRow(row + by)
            self.moveWanted.emit(row, by)


def _effect(what_if: WhatIf | None, sequence: Sequence | None) -> str:
    """What the changes have done, in sentences; nothing where there are none."""
    if what_if is None:
        return ""
    from lstmviz.scene.changewords import effect_words  # late: the window opens without

    return effect_words(what_if, sequence)
