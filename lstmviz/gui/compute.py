"""The engine in the background: a document in, runs out, the newest only."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, Signal

from lstmviz.gui import resting
from lstmviz.scene.run import Run, runs
from lstmviz.session import Document

PERIOD = 0.05
"""Least seconds between two reports of one run, and before its first: short runs are told whole."""
GRACE = 0.1
"""Seconds a run that is no longer the newest may take to its end.

Short runs thus keep following a slider that never rests.
"""

COLUMN, HURRY = 32, 0.25
"""Steps of which a heatmap of a long run has something to show, and seconds: until a run has these
steps, or has taken so long, nothing is reported and nothing painted that would hold it up."""


class _StaleError(Exception):
    """A newer document has come while a model was being read."""


class Compute(QObject):
    """Runs one document at a time in a thread of its own.

    A job captures its document, looks at the generation between chunks and ends when a newer
    document has come, unless it is nearly done. Everything comes back through `reported`, in
    the receiver's thread.
    """

    reported = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.generation = 0
        self._cancelled = 0
        self.latest: Run | None = None  # what was reported last, perhaps not yet taken up
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="lstmviz-engine")
        self._last: Run | None = None  # what the thread has computed, to go on from
        self._closed = threading.Event()

    def start(self, document: Document) -> int:
        """Begin computing a document, ending what was under way; returns its generation."""
        self.generation += 1
        self._pool.submit(self._work, self.generation, document)
        return self.generation

    def cancel(self) -> None:
        """End what is under way; what has been reported stands."""
        self.generation += 1
        self._cancelled = self.generation

    def close(self) -> None:
        """End everything and wait for the thread to finish."""
        self._closed.set()
        self.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def wanted(self, generation: int) -> bool:
        """Whether what a job reports may still be shown."""
        return generation > self._cancelled

    def _work(self, generation: int, document: Document) -> None:
        try:
            self._follow(generation, document)
        except _StaleError:
            return
        except Exception as error:  # a fault of ours must end in a sentence, not in silence
            told = f"lstmviz failed on this ({type(error).__name__}: {error}); please report it."
            self._report(Run(generation, document, error=told))

    def _follow(self, generation: int, document: Document) -> None:
        if generation != self.generation:
            return
        last = begun = time.monotonic()
        told = False  # that the sizes are known, before any step is
        made = runs(generation, document, lambda done, total: self._look(generation), self._last)
        for run in made:
            now = time.monotonic()
            if run.done:
                self._last = run
            early = run.done < COLUMN and now - begun < HURRY
            if not (early and run.done):
                resting.rest()
            if self._ended(generation, now - begun):
                return
            news = now - last >= PERIOD and not early and (run.done or not told)
            if run.finished or run.trace is None or news:
                self._report(run)
                last, told = now, True

    def _report(self, run: Run) -> None:
        self.latest = run
        self.reported.emit(run)

    def _look(self, generation: int) -> None:
        """End the reading of a model that nobody waits for any more."""
        if self._ended(generation, GRACE):
            raise _StaleError

    def _ended(self, generation: int, seconds: float) -> bool:
        """Whether a job that has run for so long is to end."""
        if self._closed.is_set() or not self.wanted(generation):
            return True
        return generation != self.generation and seconds > GRACE
