"""The question on show, answered in the background."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from lstmviz.errors import LstmvizError
from lstmviz.gui.background import Background
from lstmviz.scene.questions import QUESTIONS, answered, key_of, missing
from lstmviz.scene.run import Run
from lstmviz.session import View

PATIENCE = 0.015
"""Seconds that an answer is waited for, so that most are painted at once and nothing flickers."""


class Asking(QObject):
    """Keeps the newest answer; `changed` tells that there is another, `progressed` how
    far one that takes long has come, and 0 of 0 when it is there.

    While a new answer is worked out to the same question of the same run, the one before stands,
    unless it was the sentence that there is none.
    """

    changed = Signal()
    progressed = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.answer: Any = None
        self._key: tuple[object, ...] = ()
        self._run: Run | None = None
        self._work = Background("ask", self)
        self._work.done.connect(self._answered)
        self._work.failed.connect(self._answered)
        self._work.progressed.connect(self.progressed)

    @property
    def busy(self) -> bool:
        """Whether an answer is being worked out."""
        return self._work.busy

    def follow(self, name: str, run: Run, view: View) -> None:
        """Ask the question of that name, unless this is what was asked last.

        What is answered by the end of this call is not told by `changed`.
        """
        if missing(run):
            self.forget()
            return
        key = key_of(name, QUESTIONS[name], run, view)
        if key == self._key:
            return
        if key[:2] != self._key[:2] or isinstance(self.answer, LstmvizError):
            self.answer = None
        self._key, self._run = key, run  # the run is kept, so that nothing takes its id
        found = self._work.start(lambda progress: answered(name, run, view, progress), PATIENCE)
        if found is not None:
            self.answer = found
            self.progressed.emit(0, 0)

    def forget(self) -> None:
        """Nothing is asked any more."""
        if self._key:
            self._key, self._run, self.answer = (), None, None
            self._work.cancel()

    def close(self) -> None:
        """End everything."""
        self._work.close()

    def _answered(self, answer: Any) -> None:
        self.answer = answer
        self.progressed.emit(0, 0)
        self.changed.emit()
