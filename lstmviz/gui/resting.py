"""The engine rests while a window is laid out and painted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QWidget

PAINTING = (
    QEvent.Type.Resize,
    QEvent.Type.UpdateRequest,
    QEvent.Type.Expose,
    QEvent.Type.Paint,
)
"""What lays a window out or paints all that is asked for in it before it returns."""


class Resting(QObject):
    """Delivers the events of a window that take long within `paused()`.

    A resized window is not painted by an event of its own but by one of the system's window
    under it, which is there once it is shown.
    """

    def __init__(self, window: QWidget, paused: Callable[[], AbstractContextManager[None]]) -> None:
        super().__init__(window)
        self._window, self._paused = window, paused
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Deliver what paints; leave everything else to its receiver."""
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget):
            self._window.windowHandle().installEventFilter(self)
        if event.type() in PAINTING and isinstance(watched, QWidget | QWindow):
            with self._paused():
                watched.event(event)
            return True
        return False
