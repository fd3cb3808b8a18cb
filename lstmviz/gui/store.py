"""The only mutable state of the application: the session, its history and the newest run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from lstmviz import history
from lstmviz.engine.spec import NetworkSpec, stages
from lstmviz.gui.compute import Compute
from lstmviz.gui.resting import paused
from lstmviz.scene.picture import fitted
from lstmviz.scene.run import Run
from lstmviz.session import Document, Session, Trained, View, network_spec


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
        self.compute.reported.connect(self._reported)
        self.run = Run(0, session.document)
        self.stopped = False
        self._followed: Document | None = None
        self._sound = session
        self._sound_history = self.history

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
        return self._sizes(self.document)

    def _sizes(self, document: Document) -> NetworkSpec | None:
        network, known = document.network, self.run.spec
        if isinstance(network, Trained):
            return known
        width = network.input_size or (known.input_size if known else None)
        if width is None:
            return None
        return network_spec(network, width)

    def begin(self) -> None:
        """Compute the document at hand from its first step."""
        self.stopped = False
        self.compute.start(self.document)

    def stop(self) -> None:
        """Compute no further; what has been found stands."""
        self.compute.cancel()
        self.stopped = True
        self.ran.emit(self.run)

    def look(self, **changes: Any) -> None:
        """Change the View; never recorded for undo. Another page begins at its first row."""
        if changes.get("diagram", self.view.diagram) != self.view.diagram:
            changes = {"row": 0, **changes}
        view = replace(self.view, **changes)
        if view != self.view:
            self._set(replace(self.session, view=view))

    def look_at(self, layer: int, way: str | None = None) -> None:
        """Show another layer at the end of its step, in this direction or as now if it can be."""
        if self.spec is None:
            return
        wanted = replace(self.view, layer=layer, direction=way or self.view.direction)
        view = fitted(wanted, self.spec)
        last = stages(self.spec, view.layer)[-1]
        self.look(layer=view.layer, direction=view.direction, stage=last)

    def edit(
        self, document: Document, key: str | None = None, *, follow: bool = False, **view: Any
    ) -> None:
        """Change the Document, and the View with it; changes of one `key` undo as one.

        With `follow` the View goes to the last step once the document is computed.
        """
        if document == self.document:
            self.look(**view)
            return
        self._remember()
        self.history = history.record(self.history, document, key)
        self._followed = document if follow else None
        self._adopt(document, **view)

    def undo(self) -> None:
        """Back to the document before."""
        self._travel(history.undo(self.history))

    def redo(self) -> None:
        """Forward to the document that was undone."""
        self._travel(history.redo(self.history))

    def _travel(self, moved: history.History) -> None:
        if moved.current != self.document:
            self._remember()
            self.history = moved
            self._adopt(moved.current)

    def _remember(self) -> None:
        """Keep the session as it is, to come back to if what follows is refused."""
        if self.document == self._sound.document:
            self._sound, self._sound_history = self.session, self.history

    def _adopt(self, document: Document, **changes: Any) -> None:
        self.stopped = False
        view = replace(self.view, **{"hover": None, **changes})
        spec = self._sizes(document)
        self._set(Session(document, fitted(view, spec) if spec else view))
        self.compute.start(document)

    def _set(self, session: Session) -> None:
        old, self.session = self.session, session
        with paused():
            self.changed.emit(old, session)

    def _reported(self, run: Run) -> None:
        latest = self.compute.latest
        if latest is not None and latest is not run and latest.generation == run.generation:
            return  # fuller already: what waits behind it tells all of this, too
        with paused():
            self._report(run)

    def _report(self, run: Run) -> None:
        if run.generation < self.run.generation or not self.compute.wanted(run.generation):
            return
        newest = run.generation == self.compute.generation
        if run.error:
            if newest:
                self._refuse(run)
            return
        if newest and self._sound.document != run.document:
            self._sound, self._sound_history = self.session, self.history
        self.run = run
        self.session = replace(self.session, view=self._placed(run))
        self.ran.emit(run)

    def _placed(self, run: Run) -> View:
        """The view on what this run has; `ran` tells of both at once."""
        view = self.view if run.spec is None else fitted(self.view, run.spec)
        if not run.steps:
            return view
        if run.finished and run.document == self._followed and run.spec is not None:
            self._followed = None
            return replace(view, step=run.steps - 1, stage=stages(run.spec, view.layer)[-1])
        return replace(view, step=min(view.step, run.steps - 1))

    def _refuse(self, run: Run) -> None:
        """Say why and go back to the last session that could be followed, as it was."""
        self.refused.emit(run.error or "")
        if run.document == self._sound.document:
            return
        self.history = history.without(self._sound_history, run.document)
        known = self.run.document == self._sound.document and self.run.finished
        if known:
            self.run = replace(self.run, generation=self.compute.generation)
        self._set(self._sound)
        if not known:
            self.begin()
