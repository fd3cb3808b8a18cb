"""A window painted in a turn of the event loop of its own once much of it has changed at a time.

What is changed, laid out and painted in one turn adds up: while it lasts no key and no click is
heard. Qt paints in the turn in which it has laid out, so the painting is held back here until
the loop has gone round.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget

from lstmviz.gui import resting

ROUND_MS = 1
"""After so long the event loop goes on; a timer of 0 would be last for ever while there are always
other events."""


class Turns(QObject):
    """Holds the paintings of a window back, each until the loop has gone round."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window, self._ended, self._resting = window, False, False
        self._painted, self._held, self._due = (self._timer() for _ in range(3))
        self._painted.timeout.connect(self._release)
        self._held.timeout.connect(self._due.start)  # the first round may be of this very turn
        self._due.timeout.connect(self._paint)
        window.installEventFilter(self)

    def _timer(self) -> QTimer:
        timer = QTimer(self, interval=ROUND_MS, singleShot=True)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        return timer

    def end(self, *, rest: bool = False) -> None:
        """Enough is done in this turn: what has changed is painted in another.

        With `rest` what works in other threads rests until then.
        """
        self._ended = True
        if rest:
            self._resting = True
            resting.hold()

    def at_once(self) -> None:
        """What the user has just changed is painted in this turn, which has painted already."""
        self._ended = False
        self._painted.stop()

    def _release(self) -> None:
        if self._resting:
            self._resting = False
            resting.release()

    def _paint(self) -> None:
        QCoreApplication.sendEvent(self._window, QEvent(QEvent.Type.UpdateRequest))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hold a painting back if this turn has had enough, and if it has painted already."""
        if event.type() != QEvent.Type.UpdateRequest:
            return False
        hold = self._ended or self._painted.isActive()
        self._ended = False
        (self._held if hold else self._painted).start()
        return hold
