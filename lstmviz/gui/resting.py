"""Long work rests while a window is laid out and painted: the two would wait for one another.

The interpreter's lock changes hands at every call into Qt, and each time the thread that works
takes it for a while; a picture takes two to four times as long then.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QWidget

PAINTING = (
    QEvent.Type.Resize,
    QEvent.Type.UpdateRequest,
    QEvent.Type.Expose,
    QEvent.Type.Paint,
    QEvent.Type.LayoutRequest,
)
"""What lays a window out or paints all that is asked for in it before it returns."""


PATIENCE = 0.2
"""Seconds that long work rests at most for one painting."""

_free = threading.Event()
_free.set()
_held = threading.Event()


@contextmanager
def paused() -> Iterator[None]:
    """Let every thread that calls `rest` rest; for the thread of the windows alone."""
    if not _free.is_set():  # within another pause, which ends later
        yield
        return
    _free.clear()
    try:
        yield
    finally:
        if not _held.is_set():
            _free.set()


@contextmanager
def awaited() -> Iterator[None]:
    """Let them work on within a pause, while the thread of the windows waits for one of them."""
    resting = not _free.is_set()
    _free.set()
    try:
        yield
    finally:
        if resting:
            _free.clear()


def hold() -> None:
    """Let them rest until `release`, over several turns of the event loop, or out of patience."""
    _held.set()
    _free.clear()


def release() -> None:
    """End what `hold` began."""
    _held.clear()
    _free.set()


def rest() -> None:
    """Called between the pieces of long work: wait until the window is painted."""
    if not _free.wait(PATIENCE):
        release()


class Resting(QObject):
    """Delivers the events of a window that take long within `paused()`.

    A resized window is not painted by an event of its own but by one of the system's window
    under it, which is there once it is shown.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Deliver what paints; leave everything else to its receiver."""
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget):
            self._window.windowHandle().installEventFilter(self)
        if event.type() in PAINTING and isinstance(watched, QWidget | QWindow):
            with paused():
                watched.event(event)
            return True
        return False
