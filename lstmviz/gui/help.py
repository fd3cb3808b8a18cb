"""The shortcut sheet and what this program is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from lstmviz.version import __version__

SHORTCUTS = (
    ("Playing", ""),
    ("Space", "play or pause"),
    ("←  →", "previous, next step"),
    ("Shift+←  Shift+→", "previous, next stage inside a step"),
    ("Home  End", "first, last step"),
    ("Looking", ""),
    ("C  U  S  O", "one cell, several steps unrolled, all layers, one unit and its neighbours"),
    ("+  −  0", "zoom in, out, fit"),
    ("F  W", "how the file was read; what if: the changes of the run"),
    ("1  2  3", "of a run with changes: baseline, changed, difference"),
    ("T", "light or dark"),
    ("Tab", "to the next control; Return or Escape in a number gives the keys back"),
    ("Click a number", "ask how it came about, and pin its unit; again to let go"),
    ("Click a term", "go to the number it comes from; Alt+←, Alt+→ go back and forward"),
    ("Click a layer of a stack", "look at it; on its switch: return_sequences on or off"),
    ("Drag on a heatmap", "scrub to a step"),
    ("Shift+drag on a heatmap", "mark steps: which units follow them?"),
    ("Wheel on a heatmap", "zoom steps; with Ctrl, zoom units; double-click resets"),
    ("Right-drag on a heatmap", "pan"),
    ("Right-click a number", "what if it were otherwise: hold, scale, overwrite"),
    ("↑  ↓", "pin the neighbouring unit, on the heatmaps; with Ctrl, zoom"),
    ("↑  ↓  Return", "choose a term, in the panel of a number, and go to it"),
    ("↑  ↓  Page keys", "choose a row of a question’s list; scroll it"),
    ("Delete", "take the marked change away, in the panel of changes"),
    ("Wheel, drag on the diagram", "zoom, pan; double-click beside a card fits"),
    ("Typing to a text model", ""),
    ("Any key  Backspace", "one symbol more, one less, at the end of the text"),
    ("Tab", "take the likeliest next symbol, once one types; Escape gives the keys back"),
    ("Files", ""),
    ("Ctrl+O  Ctrl+I  Ctrl+D", "open a model or session, open input, open a demo"),
    ("Ctrl+S  Ctrl+E", "save the session, export a figure"),
    ("Ctrl+Shift+C", "copy the diagram, or the question in its place"),
    ("Ctrl+Z  Ctrl+Shift+Z", "undo, redo"),
    ("?  Ctrl+Q", "this sheet; quit"),
)

APART = 8
"""Pixels above a heading."""


class ShortcutSheet(QDialog):
    """Every key and gesture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys and mouse")
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(5)
        for row, (keys, what) in enumerate(SHORTCUTS):
            label = QLabel(keys)
            if what:
                grid.addWidget(label, row, 0)
                grid.addWidget(QLabel(what), row, 1)
            else:
                label.setObjectName("heading")
                label.setContentsMargins(0, APART if row else 0, 0, 0)
                grid.addWidget(label, row, 0, 1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.addLayout(grid)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)


class AboutDialog(QDialog):
    """Name, version and what it is for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("About lstmviz")
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        words = QLabel(
            f"<b>lstmviz {__version__}</b><p>See inside any LSTM: sizes, gates and states, live."
            "</p><p>MIT licence. Drawn in DejaVu Sans (Bitstream Vera licence).</p>"
        )
        words.setTextFormat(Qt.TextFormat.RichText)
        column.addWidget(words)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
