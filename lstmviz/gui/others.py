"""Choosing another run to compare with, or to take states from."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QFileDialog, QMenu

from lstmviz.inputs import SUFFIXES
from lstmviz.inputs.recipes import FileInput, TextInput
from lstmviz.models import READERS
from lstmviz.session import Other, Trained, Untrained, input_of

if TYPE_CHECKING:
    from lstmviz.gui.window import MainWindow

MODELS = f"Models ({' '.join(f'*{suffix}' for suffix in READERS)});;All files (*)"
INPUTS = f"Sequences ({' '.join(f'*{suffix}' for suffix in SUFFIXES)});;All files (*)"
CHOICES = {
    "model": "Another &model or checkpoint…",
    "seed": "Another &seed",
    "text": "Another &text…",
    "input": "Another &input file…",
    "none": "&No other run",
}


class Others(QObject):
    """Sets the other run of the document and asks the question that compares."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._store = window, window.store
        self.menu = QMenu("Compare &with", window)
        self.actions = {
            name: self.menu.addAction(words, partial(self.choose, name))
            for name, words in CHOICES.items()
        }
        self.menu.aboutToShow.connect(self.refresh)

    def refresh(self) -> None:
        """Grey what cannot be chosen."""
        document = self._store.document
        self.actions["seed"].setEnabled(isinstance(document.network, Untrained))
        self.actions["text"].setEnabled(bool(self._store.run.sequence))
        self.actions["none"].setEnabled(document.other is not None)

    def popup(self, at: QPoint) -> None:
        """Show the menu."""
        self.refresh()
        self.menu.popup(at)

    def choose(self, name: str) -> None:
        """Ask what is needed, then compare with it."""
        document = self._store.document
        other = document.other or Other()
        if name == "none":
            self._keep(None)
        elif name == "seed" and isinstance(document.network, Untrained):
            before = other.network if isinstance(other.network, Untrained) else document.network
            self._keep(replace(other, network=replace(before, seed=before.seed + 1)))
        elif name == "model":
            path, _ = QFileDialog.getOpenFileName(self._window, "Another model", "", MODELS)
            if path:
                self._keep(Other(Trained(path), other.input))
        elif name == "input":
            path, _ = QFileDialog.getOpenFileName(self._window, "Another input", "", INPUTS)
            if path:
                self._keep(replace(other, input=FileInput(path)))
        elif name == "text":
            self._ask_text(other)

    def _ask_text(self, other: Other) -> None:
        given = other.input or input_of(self._store.document)
        text = given.text if isinstance(given, TextInput) else ""
        from lstmviz.gui.textdialog import ask_text  # late: nothing the first picture needs

        told = ask_text(self._window, "Another text", "The text that the other run reads:", text)
        if told:
            self._keep(replace(other, input=TextInput(told)))

    def _keep(self, other: Other | None) -> None:
        self._window.banner.hide()
        document = replace(self._store.document, other=other)
        self._store.edit(document, diagram="compare")
