"""Asking for a text of several lines."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence, QShortcut, QTextOption
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

SIZE = (460, 280)
TAKE = "Ctrl+Return"


class TextDialog(QDialog):
    """A field for the text; Return makes a line, Tab and Ctrl+Return leave it."""

    def __init__(self, title: str, words: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.field = QPlainTextEdit(text)
        self.field.setAccessibleName(title)
        self.field.setToolTip("Return makes a new line, Ctrl+Return takes the text")
        self.field.setTabChangesFocus(True)
        self.field.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.field.selectAll()
        standard = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(standard.Ok | standard.Cancel)
        self.ok = buttons.button(standard.Ok)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        QShortcut(QKeySequence(TAKE), self, self.ok.click)
        self.field.textChanged.connect(self._offer)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(QLabel(words))
        column.addWidget(self.field, 1)
        column.addWidget(buttons)
        self.resize(*SIZE)
        self._offer()

    @property
    def text(self) -> str:
        """The text as it stands."""
        return self.field.toPlainText()

    def _offer(self) -> None:
        self.ok.setEnabled(bool(self.text))


def ask_text(parent: QWidget | None, title: str, words: str, text: str) -> str | None:
    """Ask for a text, beginning with this one; None if none is wanted."""
    dialog = TextDialog(title, words, text, parent)
    try:
        sure = dialog.exec() == QDialog.DialogCode.Accepted
        return dialog.text if sure else None
    finally:
        dialog.deleteLater()
