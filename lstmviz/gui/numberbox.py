"""A box for a whole number that says when what was typed is out of its range."""

from __future__ import annotations

import re

from PySide6.QtCore import Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QSpinBox

_WHOLE = re.compile(r"-?\d{1,18}")


class NumberBox(QSpinBox):
    """A spin box in which any whole number can be typed.

    Qt's own drops the keys that lead out of the range, so that 1025 became 102. Here it stays
    until it is entered; then the number before comes back, and `outside` carries a sentence.
    """

    outside = Signal(str)

    def validate(self, text: str, pos: int) -> tuple[QValidator.State, str, int]:
        """Let a whole number out of range be typed."""
        typed = self._typed(text)
        if typed == "-" or (_WHOLE.fullmatch(typed) and not self._within(typed)):
            return QValidator.State.Intermediate, text, pos
        return super().validate(text, pos)

    def fixup(self, text: str) -> str:
        """Say what cannot be taken; Qt brings the number before back."""
        typed = self._typed(text)
        if _WHOLE.fullmatch(typed) and not self._within(typed):
            name = self.accessibleName() or "the number"
            self.outside.emit(
                f"{name} {int(typed):,} is outside {self.minimum():,} to {self.maximum():,}; "
                f"it stays {self.value():,}."
            )
        return text

    def _typed(self, text: str) -> str:
        return text.removeprefix(self.prefix()).removesuffix(self.suffix()).strip()

    def _within(self, typed: str) -> bool:
        return self.minimum() <= int(typed) <= self.maximum()
