"""The card of the model that is open: what it learnt, how well, and which units do what."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from lstmviz.scene.run import Run
from lstmviz.session import Document, Trained

FIRST = ("about", "quality", "not finite")
"""Notes that are always shown, the last with its name."""
ELSEWHERE = ("example",)
"""Notes that the input panel shows."""


class ModelCard(QFrame):
    """Title and first notes; a button unfolds the others."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(5)
        self.title = _words("heading")
        self.about, self.quality, self.more = _words(""), _words("muted"), _words("muted")
        self.button = QToolButton()
        self.button.setObjectName("small")
        self.button.setCheckable(True)
        self.button.toggled.connect(lambda: self._unfold())
        for widget in (self.title, self.about, self.quality, self.more):
            column.addWidget(widget)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self._unfold()

    def show_document(self, document: Document, run: Run, before: Trained | None = None) -> None:
        """Show the network of a document; its notes once it has been read."""
        if not isinstance(document.network, Trained):
            back = f"Undo goes back to {before.path.split('/')[-1]}." if before else ""
            self._show("Untrained: random weights", {"about": back})
            return
        network = run.network if run.document.network == document.network else None
        title = (network.title if network else "") or document.network.path.split("/")[-1]
        notes = network.notes if network else {}
        self._show(_capital(title) if notes else title, notes)  # names in files stay as they are

    def words(self) -> str:
        """Everything that is shown, folded or not."""
        labels = (self.title, self.about, self.quality, self.more)
        return "\n".join(label.text() for label in labels if label.text())

    def _show(self, title: str, notes: dict[str, str]) -> None:
        self.title.setText(title)
        about, quality, broken = (notes.get(name, "") for name in FIRST)
        told = [quality, f"Not finite: {broken}." if broken else ""]
        self.about.setText(about)
        self.quality.setText("\n".join(filter(None, told)))
        rest = [name for name in notes if name not in FIRST + ELSEWHERE]
        self.more.setText("\n\n".join(f"{_capital(name)}: {notes[name]}" for name in rest))
        self._unfold()

    def _unfold(self) -> None:
        """Show the notes that are folded away, or hide them."""
        for label in (self.about, self.quality):
            label.setVisible(bool(label.text()))
        there, on = bool(self.more.text()), self.button.isChecked()
        self.more.setVisible(there and on)
        self.button.setVisible(there)
        self.button.setText("Less" if on else "Units and training…")
        self.button.setToolTip(
            "Fold this away" if on else "Which units do what, and how it was trained and measured"
        )
        self.updateGeometry()


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _words(name: str) -> QLabel:
    """A label that wraps and never asks for more width than there is."""
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return label
