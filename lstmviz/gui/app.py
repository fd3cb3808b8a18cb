"""The application: a window on a session, or without a display a picture of it."""

from __future__ import annotations

import gc
import os
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from lstmviz import doctor, resources
from lstmviz.engine import unroll
from lstmviz.engine.network import Network
from lstmviz.errors import LstmvizError
from lstmviz.models import load, npz
from lstmviz.session import Document, FileInput, Session, TextInput, Trained

if TYPE_CHECKING:
    from lstmviz.gui.opening import Opener
    from lstmviz.gui.window import MainWindow

PICTURE = "lstmviz-window.png"
GIVEN_UP = 130
"""Exit code where the user gave up the reading that a window was to begin with, as Ctrl-C does."""


def has_display() -> bool:
    """Whether a window could be seen."""
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return False
    return doctor.display() is not None


def application() -> QApplication:
    """The one QApplication, made if there is none; offscreen where there is no display."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    if not has_display():
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([sys.argv[0] or "lstmviz"])
    app.setApplicationName("lstmviz")
    app.setOrganizationName("lstmviz")
    app.setDesktopFileName("lstmviz")
    app.setWindowIcon(QIcon(str(resources.path("icons", "lstmviz.svg"))))
    return app


def main(opener: Opener, name: str = "lstmviz") -> int:
    """Open the window on a session and stay until it is closed; returns the exit code.

    `opener` makes the session, in the background; `name` is the file it is made of, or says of
    what. Without a display it writes a picture of the window to the working folder and says so.
    Raises `LstmvizError` for what cannot be opened, before the window is there.
    """
    if not has_display():
        return _picture(opener(None, None))
    _require_libraries()
    app = application()
    from lstmviz.gui.opening import open_first
    from lstmviz.gui.remembered import recalled

    settings = QSettings("lstmviz", "lstmviz")
    session = open_first(opener, Path(name).name)
    if session is None:
        return GIVEN_UP
    session = replace(session, view=recalled(session.view, settings))
    gc.disable()  # a window in the making leaves hardly any garbage to look for
    try:
        window = open_window(session, settings)
    finally:
        gc.enable()
    if Path(name).is_file():
        window.opening.recent.add(name)
    QTimer.singleShot(0, window.store.begin)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return app.exec()


def open_window(session: Session, settings: QSettings | None = None) -> MainWindow:
    """The window of a process that lives as long as it does."""
    from lstmviz.gui.window import MainWindow

    window = MainWindow(session, settings)
    window.show()
    gc.freeze()  # what lives as long as the window need not be looked over again and again
    return window


def _require_libraries() -> None:
    """Say what Qt would abort over, and what installs it."""
    missing = doctor.missing_libraries(window=doctor.display() == "x11")
    if missing:
        names = ", ".join(library.soname for library in missing)
        raise LstmvizError(
            f"no window can be opened because this machine lacks {names}; install what is missing "
            f"with: {doctor.line_for(missing)}"
        )


def _picture(session: Session) -> int:
    from lstmviz.gui.headless import export_window

    out = Path.cwd() / PICTURE
    export_window(session, out)
    print(
        f"There is no display, so no window can be shown; a picture of it is in {out}. "
        "To write figures use: lstmviz export --out FILE."
    )
    return 0


def view(model: Network | str | Path, x: ArrayLike | str | None = None) -> int:
    """Open the window on a model and an input; returns the exit code when it is closed.

    `x` is (steps, I) numbers, (steps,) symbol numbers or a text where the model has a vocabulary,
    or None for the model's own example. Raises `LstmvizError` for what does not fit.
    """
    with tempfile.TemporaryDirectory(prefix="lstmviz-") as folder:
        session = Session(_document(model, x, Path(folder)))
        return main(lambda progress, lstm: session)


def _document(model: Network | str | Path, x: ArrayLike | str | None, folder: Path) -> Document:
    """A document of what is in memory, by way of files in `folder`."""
    network = model if isinstance(model, Network) else load(model)
    path = str(model)
    if isinstance(model, Network):
        path = str(folder / "network.npz")
        npz.save(network, path)
    if x is None or isinstance(x, str):
        return Document(Trained(path), None if x is None else TextInput(x))
    values = unroll.allocate(network, x).input
    np.save(folder / "input.npy", values)
    return Document(Trained(path), FileInput(str(folder / "input.npy")))
