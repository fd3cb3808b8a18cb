"""Pieces the window is put together from."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lstmviz.engine.spec import NetworkSpec
from lstmviz.models import bundled
from lstmviz.scene.run import Run
from lstmviz.session import Document, Trained, Untrained, View


class LayerChoice(QComboBox):
    """Which layer and direction is looked at, where there is more than one."""

    chosen = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Layer and direction shown")
        self.setToolTip("Which layer is shown, and in which direction it reads")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._spec: NetworkSpec | None = None
        self._ways: list[tuple[int, str]] = []
        self.activated.connect(lambda row: self.chosen.emit(*self._ways[row]))
        self.hide()

    def show_layers(self, spec: NetworkSpec | None, view: View) -> None:
        """Offer the layers of a network, with the one of the view chosen."""
        if spec != self._spec:
            self._spec = spec
            self.clear()
            self._ways = []
            for layer, cell in enumerate(spec.layers if spec else ()):
                for way in cell.directions:
                    plain = cell.directions == ("forward",)
                    words = f"layer {layer}" if plain else f"layer {layer}, {way}"
                    self.addItem(words)
                    self._ways.append((layer, way))
        self.setVisible(self.count() > 1)
        if (view.layer, view.direction) in self._ways:
            self.setCurrentIndex(self._ways.index((view.layer, view.direction)))


def begun(sentence: str) -> str:
    """A sentence with a large first letter; names of files and arrays stay as they are."""
    first = sentence.split(" ", 1)[0]
    plain = first.isalpha() and first.islower() and first != "lstmviz"
    return sentence[:1].upper() + sentence[1:] if plain else sentence


class Banner(QFrame):
    """One sentence of what went wrong, until it is closed or something else is done."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QToolButton()
        close.setText("Close")
        close.setToolTip("Close this sentence")
        close.setAccessibleName("Close the sentence")
        close.clicked.connect(self.hide)
        row.addWidget(self.words, 1)
        row.addWidget(close)
        self.hide()

    def say(self, sentence: str) -> None:
        """Show a sentence, which begins large unless it begins with a name."""
        self.words.setText(begun(sentence))
        self.show()


def framed(widget: QWidget, *bars: QWidget) -> QFrame:
    """A panel with a view, and bars above it."""
    frame = QFrame()
    frame.setObjectName("panel")
    column = QVBoxLayout(frame)
    column.setContentsMargins(6, 6, 6, 6)
    column.setSpacing(2)
    for bar in bars:
        column.addWidget(bar)
    column.addWidget(widget, 1)
    return frame


def answers(dialog: QDialog, words: str) -> tuple[QDialogButtonBox, QPushButton]:
    """The buttons of a dialog, and the one that takes its answer, which Return presses too."""
    buttons = QDialogButtonBox()
    take = buttons.addButton(words, QDialogButtonBox.ButtonRole.AcceptRole)
    take.setDefault(True)
    buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons, take


PAGES = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class Scrolled(QScrollArea):
    """Scrolls by wheel, bar and pages; all other keys are for the window."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the arrows to the player."""
        if Qt.Key(event.key()) in PAGES:
            super().keyPressEvent(event)
        else:
            event.ignore()


def scrolled(widget: QWidget) -> QScrollArea:
    """A view that scrolls when there is no room for it."""
    area = Scrolled()
    area.setObjectName("plain")
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area


def summary(document: Document, spec: NetworkSpec | None, run: Run) -> str:
    """The network in a line: where it is from and its sizes from input to output."""
    network = document.network
    if isinstance(network, Trained):
        name = network.path if bundled(network.path) else Path(network.path).name
    else:
        name = f"random weights, seed {network.seed}" if isinstance(network, Untrained) else ""
    if spec is None:
        return name
    parts = [f"{spec.input_size:,}"]
    for cell in spec.layers:
        lstm = f"LSTM {cell.cell_size:,}"
        same = cell.hidden_size == cell.cell_size
        parts.append(lstm if same else f"{lstm} (h {cell.hidden_size:,})")
    parts += [f"Dense {head.size:,} {head.shown}" for head in spec.heads]
    return f"{name}{BETWEEN}{ARROW.join(parts)}"


BETWEEN, ARROW = "   ·   ", " → "


def shorter(line: str) -> tuple[str, ...]:
    """Shorter summaries: with equal layers counted, then without where it is from."""
    name, between, chain = line.rpartition(BETWEEN)
    runs = [(part, len(list(same))) for part, same in groupby(chain.split(ARROW))]
    counted = ARROW.join(part if count == 1 else f"{count} × {part}" for part, count in runs)
    return f"{name}{between}{counted}", chain, counted


class Elided(QLabel):
    """A line, a shorter one or at last one that ends in … where it has no room; its tooltip has
    it whole.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def say(self, line: str, *shorter: str) -> None:
        """Show a line, or the first of the shorter ones that has room."""
        self._shorter = shorter
        if line != self.text():
            self.setText(line)
            self.setToolTip(line)

    _shorter: tuple[str, ...] = ()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint as much of the line as there is room for."""
        painter = QPainter(self)
        room = self.contentsRect()
        metrics, lines = self.fontMetrics(), (self.text(), *self._shorter)
        line = next((x for x in lines if metrics.horizontalAdvance(x) <= room.width()), lines[-1])
        line = metrics.elidedText(line, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, line)
        painter.end()


class Progress(QWidget):
    """How far the engine has come, with a button that stops it or starts it again."""

    stopRequested = Signal()
    startRequested = Signal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 10, 0)
        self.words = QLabel()
        self.button = QToolButton()
        self.button.setObjectName("small")
        self.button.clicked.connect(lambda: self._asked())
        row.addWidget(self.words)
        row.addWidget(self.button)
        self._show_button(stopped=False)
        self.hide()

    def _asked(self) -> None:
        (self.startRequested if self._stopped else self.stopRequested).emit()

    def show_run(self, run: Run, stopped: bool) -> None:
        """Show how far this run has come, while it has not come to the end."""
        if run.trace is None or run.finished:
            self.hide()
            return
        self._show_button(stopped)
        what = "stopped at" if stopped else "computing:"
        self.words.setText(f"{what} step {run.done:,} of {run.steps:,}")
        self.show()

    def _show_button(self, stopped: bool) -> None:
        self._stopped = stopped
        self.button.setText("Start again" if stopped else "Stop")
        tip = "Compute from the first step" if stopped else "Compute no further"
        self.button.setToolTip(tip)
        self.button.setAccessibleName(tip)
