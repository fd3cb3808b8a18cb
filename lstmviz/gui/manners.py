"""How controls share keys, wheel and focus with the player.

A click on a button, box or slider leaves the keys where they were, so that Space and the arrows
go on playing; Tab still reaches every control. The wheel over a control scrolls the panel unless
the control has the keys. Return and Escape in a number give the keys back, and so does Escape
where text is typed to the network.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QPlainTextEdit,
    QScrollBar,
    QSpinBox,
    QWidget,
)

from lstmviz.gui.typefield import TypeField

Key = Qt.Key
ARROWS = (Key.Key_Left, Key.Key_Right)
ENDS = (Key.Key_Home, Key.Key_End)


class Manners(QObject):
    """Watches the controls of a window; `play` acts on a key of the player if it is one."""

    def __init__(self, window: QWidget, home: QWidget, play: Callable[[QKeyEvent], bool]) -> None:
        super().__init__(window)
        self._home = home
        self._play = play
        for widget in window.findChildren(QWidget):
            self._teach(widget)

    def _teach(self, widget: QWidget) -> None:
        if isinstance(widget, QScrollBar):
            return
        if isinstance(widget, QAbstractScrollArea) and not isinstance(widget, QPlainTextEdit):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        elif isinstance(widget, QAbstractButton | QComboBox | QAbstractSlider):
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
                widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            widget.installEventFilter(self)
        elif isinstance(widget, QAbstractSpinBox | TypeField):
            widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys and turns of the wheel that are not for the control."""
        if isinstance(watched, QWidget):
            if event.type() == QEvent.Type.Wheel and not watched.hasFocus():
                event.ignore()
                return True
            if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
                if isinstance(watched, QSpinBox):
                    return self._leave(watched, event)
                if isinstance(watched, TypeField):
                    return event.key() == Key.Key_Escape and self._go_home()
                return self._plays(watched, event) and self._play(event)
        return super().eventFilter(watched, event)

    def _plays(self, widget: QWidget, event: QKeyEvent) -> bool:
        """Whether an arrow is for the player rather than for the control with the keys."""
        shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        key = Key(event.key())
        if isinstance(widget, QAbstractSlider) and widget.objectName() != "timeline":
            return shift and key in ARROWS
        return key in ARROWS or (key in ENDS and not isinstance(widget, QComboBox))

    def _leave(self, spin: QSpinBox, event: QKeyEvent) -> bool:
        """Return takes the number that is typed, Escape the one before; both let go."""
        if event.key() == Key.Key_Escape:
            spin.lineEdit().setText(spin.textFromValue(spin.value()))
        elif event.key() not in (Key.Key_Return, Key.Key_Enter):
            return False
        spin.interpretText()
        return self._go_home()

    def _go_home(self) -> bool:
        self._home.setFocus()
        return True
