"""The only mutable state of the application: the session, its history and the newest run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from lstmviz import history
from lstmviz.engine.spec import NetworkSpec, single
from lstmviz.gui.compute import Compute
from lstmviz.scene.run import Run
from lstmviz.session import Document, Session, Trained, View


class Store(QObject):
    """Holds the session; every change goes through here and is announced once.

    `changed(old, new)` carries sessions, `ran(run)` what the engine has found so far, and
    `refused(sentence)` why a document was not taken up.
    """

    changed = Signal(object, object)
    ran = Signal(object)
    refused = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.history = history.start(session.document)
        self.compute = Compute(self)
        self.compute.reported.connect(self._report)
        self.run = Run(0, session.document)
        self._sound = session.document

    @property
    def view(self) -> View:
        """Where the user stands."""
        return self.session.view

    @property
    def document(self) -> Document:
        """What decides the numbers."""
        return self.session.document

    @property
    def spec(self) -> NetworkSpec | None:
        """The sizes to draw: of the document at hand as far as they are known without reading.

        A trained network's sizes, and an input size taken from the input, come with the run.
        """
        network, known = self.document.network, self.run.spec
        if isinstance(network, Trained):
            return known
        width = network.input_size or (known.input_size if known else None)
        if width is None:
            return None
        return single(
            width,
            network.hidden_size,
            network.cell_size,
            project=network.project,
            head=network.head,
        )

    def begin(self) -> None:
        """Compute the first document."""
        self.compute.start(self.document)

    def look(self, **changes: Any) -> None:
        """Change the View; never recorded for undo."""
        view = replace(self.view, **changes)
        if view != self.view:
            self._set(replace(self.session, view=view))

    def edit(self, document: Document, key: str | None = None, **view: Any) -> None:
        """Change the Document, and the View with it; changes of one `key` undo as one."""
        if document == self.document:
            self.look(**view)
            return
        self.history = history.record(self.history, document, key)
        self._adopt(document, **view)

    def undo(self) -> None:
        """Back to the document before."""
        self._travel(history.undo(self.history))

    def redo(self) -> None:
        """Forward to the document that was undone."""
        self._travel(history.redo(self.history))

    def _travel(self, moved: history.History) -> None:
        if moved is not self.history and moved.current != self.document:
            self.history = moved
            self._adopt(moved.current)

    def _adopt(self, document: Document, **view: Any) -> None:
        self._set(Session(document, replace(self.view, **{"hover": None, **view})))
        self.compute.start(document)

    def _set(self, session: Session) -> None:
        old, self.session = self.session, session
        self.changed.emit(old, session)

    def _report(self, run: Run) -> None:
        if run.generation != self.compute.generation:
            return
        if run.error:
            self._refuse(run)
            return
        self._sound = run.document
        self.run = run
        if run.steps and self.view.step >= run.steps:
            self.look(step=run.steps - 1)
        self.ran.emit(run)

    def _refuse(self, run: Run) -> None:
        """Say why and go back to the last document that could be followed."""
        error = run.error or ""
        if run.document != self._sound:
            self.history = history.drop(self.history, self._sound)
            self._adopt(self._sound)
        self.refused.emit(error)
