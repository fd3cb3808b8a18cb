"""Files into the session: read in the background while the session before stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lstmviz.errors import LstmvizError
from lstmviz.files import shown
from lstmviz.gui import style
from lstmviz.gui.background import Background
from lstmviz.gui.lstmdialog import pick_lstm
from lstmviz.gui.recent import Recent
from lstmviz.inputs import SUFFIXES
from lstmviz.models import READERS, NoLstmError, Progress, SeveralLstmsError, bundled
from lstmviz.session import Document, Session, Trained, is_session, open_source, opened
from lstmviz.symbols import OVERSIZED

if TYPE_CHECKING:
    from lstmviz.gui.window import MainWindow

PATIENCE = 200
"""Milliseconds of reading after which its progress is shown."""
START_PATIENCE = 400
"""The same while there is no window yet."""

Opener = Callable[[Progress | None, str | None], Session]
"""Makes a session; told whom to tell of bytes, and the LSTM that was picked of several."""


class OpeningBar(QFrame):
    """What is being read, how far it has come, and a button that gives it up."""

    cancelled = Signal()

    def __init__(self, patience: int = PATIENCE) -> None:
        super().__init__()
        self.setObjectName("panel")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        row.setSpacing(12)
        self.words = QLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(10)
        self.bar.setAccessibleName("How much of the file is read")
        self.button = QToolButton()
        self.button.setText("Cancel")
        self.button.setToolTip("Give up opening this file")
        self.button.setAccessibleName("Give up opening the file")
        self.button.clicked.connect(lambda: self.cancelled.emit())
        row.addWidget(self.words)
        row.addWidget(self.bar, 1)
        row.addWidget(self.button)
        self._wait = QTimer(self, singleShot=True, interval=patience)
        self._wait.timeout.connect(self.show)
        self.hide()

    def begin(self, name: str) -> None:
        """Something is being read; it is shown if it takes long."""
        self._name = name
        self.bar.setRange(0, 0)
        self.words.setText(f"Opening {name}")
        self._wait.start()

    def tell(self, done: int, total: int) -> None:
        """So many bytes of so many are read."""
        self.bar.setUpdatesEnabled(False)  # or the window would be painted within this call
        self.bar.setRange(0, 1000 if total else 0)
        self.bar.setValue(round(1000 * done / total) if total else 0)
        self.bar.setUpdatesEnabled(True)
        if total:
            self.words.setText(
                f"Opening {self._name}: {done / 2**20:,.0f} of {total / 2**20:,.0f} MB"
            )

    def end(self) -> None:
        """Nothing is being read."""
        self._wait.stop()
        self.hide()

    _name = ""


class Opening(QObject):
    """Opens what the user names in a window: a model, a session or a sequence, by what it is."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._path = ""
        self.recent = Recent(window.settings)
        self.bar = OpeningBar()
        self.reader = Background("reader", self)
        self.reader.progressed.connect(self.bar.tell)
        self.reader.done.connect(self._opened)
        self.reader.failed.connect(self._failed)
        self.bar.cancelled.connect(self.cancel)
        window.left.input.fileTaken.connect(self.recent.add)

    def open_path(self, path: str, lstm: str | None = None) -> None:
        """Read a file in the background, then take it up; of several LSTMs ask which."""
        self.cancel()
        if Path(path).suffix.lower() in SUFFIXES and Path(path).suffix.lower() not in READERS:
            self._window.left.input.open_file(path)
            return
        self._path, self._picked = path, lstm
        self.bar.begin(Path(path).name)
        self.reader.start(lambda progress: open_source(path, lstm, progress=progress))

    def cancel(self) -> None:
        """Give up what is being read; the session stays as it is."""
        self.reader.cancel()
        self.bar.end()

    def _opened(self, session: Session) -> None:
        self.bar.end()
        self._window.banner.hide()
        view: dict[str, Any] = {"step": 0, "first": 0.0, "last": None, "unit": 0, "expect": None}
        view |= {"target": None, "target_step": None}
        view["side"] = session.view.side
        if is_session(self._path):
            own = ("theme", "reduce_motion")  # the user's, not the session's
            view = {name: value for name, value in vars(session.view).items() if name not in own}
        self._window.store.edit(session.document, None, **view)
        self._window.turns.end(rest=True)
        if not bundled(self._path):
            self.recent.add(self._path)
        self._warn(session.document)

    def _warn(self, document: Document) -> None:
        """Say what a user would else miss: a vocabulary in the file that is not taken."""
        if isinstance(document.network, Trained) and document.vocabulary is None:
            for warning in opened(document.network).certificate.warnings:
                if OVERSIZED in warning:
                    self._window.banner.say(warning)

    def _failed(self, error: LstmvizError) -> None:
        self.bar.end()
        path = self._path
        if isinstance(error, SeveralLstmsError) and self._picked is None:
            picked = pick_lstm(self._window, error.choices)
            if picked is not None:
                self.open_path(path, picked)
        elif isinstance(error, NoLstmError) and Path(path).suffix.lower() in SUFFIXES:
            self._window.left.input.open_file(path)
            self._window.pointed.setText(
                f"{shown(Path(path).name)} holds no LSTM, so its numbers are read as the input."
            )
        else:
            self._window.banner.say(str(error))

    _picked: str | None = None


def open_first(opener: Opener, name: str) -> Session | None:
    """The session that a window is to begin with, read in the background; None if given up.

    A small window tells of progress if it takes long. Raises the `LstmvizError` of the reading.
    """
    picked: str | None = None
    while True:
        found = _read_first(opener, name, picked)
        if isinstance(found, SeveralLstmsError) and picked is None:
            _wear()
            picked = pick_lstm(None, found.choices)
            if picked is None:
                return None
        elif isinstance(found, LstmvizError):
            raise found
        else:
            return found


def _read_first(opener: Opener, name: str, picked: str | None) -> Session | LstmvizError | None:
    """One reading: a session, why there is none, or None if it was given up."""
    window, loop, found = _FirstWindow(name), QEventLoop(), list[Session | LstmvizError]()
    reader = Background("reader")

    def came(result: Session | LstmvizError) -> None:
        found.append(result)
        loop.quit()

    reader.progressed.connect(window.bar.tell)
    reader.done.connect(came)
    reader.failed.connect(came)
    window.closed.connect(loop.quit)
    reader.start(lambda progress: opener(progress, picked))
    loop.exec()
    reader.close()
    reader.deleteLater()
    window.end()
    return found[0] if found else None


class _FirstWindow(QWidget):
    """Stands in while the first file is read, if that takes long."""

    closed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setWindowTitle("lstmviz")
        self.bar = OpeningBar(START_PATIENCE)
        self.bar.cancelled.connect(self.close)
        column = QVBoxLayout(self)
        column.addWidget(self.bar)
        self.resize(520, 80)
        self._wait = QTimer(self, singleShot=True, interval=START_PATIENCE)
        self._wait.timeout.connect(self.show)
        self._wait.start()
        self.bar.begin(name)

    def showEvent(self, event: QShowEvent) -> None:
        """It is seen after all."""
        _wear()
        super().showEvent(event)

    def end(self) -> None:
        """The file is read."""
        self._wait.stop()
        self.hide()
        self.deleteLater()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing it gives the reading up."""
        self.closed.emit()
        super().closeEvent(event)


def _wear() -> None:
    """Look like the window that will come."""
    app = QApplication.instance()
    if isinstance(app, QApplication):
        style.apply(app, style.resolve_theme("system"))
