"""Long work in a thread of its own: one piece at a time, the newest only."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from lstmviz.errors import LstmvizError
from lstmviz.gui import resting
from lstmviz.models import Progress

Work = Callable[[Progress], Any]
"""What is to be done; it tells how far it has come, which also ends it when nobody waits."""

PERIOD = 0.05
"""Least seconds between two reports of progress."""


class _GivenUpError(Exception):
    """Nobody waits for this work any more."""


class Background(QObject):
    """Does work and reports in the receiver's thread: `progressed`, then `done` or `failed`.

    A piece of work captures its inputs and mutates nothing. Starting another, `cancel` and
    `close` end the one before at its next report of progress; nothing is heard of it again.
    """

    progressed = Signal(object, object)
    done = Signal(object)
    failed = Signal(object)
    _reported = Signal(int, str, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._generation = 0
        self.busy = False
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"lstmviz-{name}")
        self._closed = threading.Event()
        self._reported.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def start(self, work: Work, patience: float = 0.0) -> Any:
        """Begin, ending what was under way; returns None.

        What comes of it within `patience` seconds is waited for and returned, an error too, and
        nothing is reported of it.
        """
        self._generation += 1
        self.busy = True
        ended = self._pool.submit(self._work, self._generation, work)
        if not patience:
            return None
        with resting.awaited():
            if not wait([ended], patience).done:
                return None
        self.busy = False
        return ended.result()

    def cancel(self) -> None:
        """End what is under way."""
        self._generation += 1
        self.busy = False

    def close(self) -> None:
        """End everything and wait for the thread to finish."""
        self._closed.set()
        self.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _work(self, generation: int, work: Work) -> Any:
        """Do it; what came of it is returned and reported, None where nobody waits for it."""
        told = 0.0

        def progress(done: int, total: int) -> None:
            nonlocal told
            if self._closed.is_set() or generation != self._generation:
                raise _GivenUpError
            resting.rest()
            now = time.monotonic()
            if total and now - told >= PERIOD:
                told = now
                self._reported.emit(generation, "progressed", (done, total))

        what = "failed"
        try:
            progress(0, 0)
            what, value = "done", work(progress)
        except _GivenUpError:
            return None
        except LstmvizError as error:
            value = error
        except MemoryError:
            value = LstmvizError("This needs more memory than the machine has free.")
        except Exception as error:  # a fault of ours must end in a sentence, not in silence
            value = LstmvizError(
                f"lstmviz failed on this ({type(error).__name__}: {error}); please report it."
            )
        self._reported.emit(generation, what, value)
        return value

    def _deliver(self, generation: int, what: str, value: Any) -> None:
        if generation != self._generation or self._closed.is_set() or not self.busy:
            return
        if what == "progressed":
            self.progressed.emit(*value)
            return
        self.busy = False
        (self.done if what == "done" else self.failed).emit(value)
