"""Which vocabulary texts are read by, and choosing another."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFileDialog, QMenu, QSizePolicy, QToolButton

from lstmviz.inputs.sequence import Sequence
from lstmviz.inputs.vocabulary import SPLITS
from lstmviz.session import VocabularyFile

SPLIT_WORDS = {
    "auto": "Take texts apart as the vocabulary suggests",
    "longest": "By the longest symbols that fit",
    "words": "Into words at spaces",
}
FILTER = "Vocabularies (*.json *.txt *.vocab *.tsv);;All files (*)"


class VocabularyButton(QToolButton):
    """Says whose symbols they are; its menu offers others. `wanted` carries a file or None."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._given: VocabularyFile | None = None
        menu = QMenu(self)
        self.choose = menu.addAction("Vocabulary from a file…")
        self.choose.triggered.connect(lambda: self.ask())
        self.own = menu.addAction("The model's (or the text's) own")
        self.own.triggered.connect(lambda: self.wanted.emit(None))
        menu.addSeparator()
        self.splits: dict[str, QAction] = {}
        group = QActionGroup(self)
        for split in SPLITS:
            action = menu.addAction(SPLIT_WORDS[split])
            action.setCheckable(True)
            group.addAction(action)
            action.triggered.connect(lambda _, split=split: self._split(split))
            self.splits[split] = action
        self.setMenu(menu)

    def ask(self) -> None:
        """Ask for a file of symbols."""
        path, _ = QFileDialog.getOpenFileName(self, "Open vocabulary", "", FILTER)
        if path:
            self.open_file(path)

    def open_file(self, path: str) -> None:
        """Want the symbols of a file."""
        self.wanted.emit(VocabularyFile(path))

    def _split(self, split: str) -> None:
        if self._given is not None:
            self.wanted.emit(replace(self._given, split=split))

    def show_vocabulary(
        self, given: VocabularyFile | None, own: tuple[str, ...] | None, sequence: Sequence
    ) -> None:
        """Show whose symbols these are and how many."""
        self._given = given
        whose = "the model's" if own else "the text's"
        if given is not None:
            whose = Path(given.path).name
        count = len(own) if own else sum(map(bool, sequence.columns))
        words = f"Vocabulary: {whose}, {count:,}"
        self.setText(words)
        self.setToolTip(f"{words} symbols; click to choose another")
        self.setAccessibleName(words)
        self.own.setEnabled(given is not None)
        for split, action in self.splits.items():
            action.setEnabled(given is not None)
            action.setChecked(split == (given.split if given else "auto"))
