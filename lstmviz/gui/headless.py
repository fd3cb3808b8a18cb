"""A picture of the window of a session, with no window to be seen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEventLoop, Qt
from PySide6.QtWidgets import QApplication, QWidget

from lstmviz.errors import LstmvizError
from lstmviz.export import devices, figure
from lstmviz.export.pictures import Size, theme_of
from lstmviz.export.recipe import recipe, title
from lstmviz.gui.picture import widget_picture
from lstmviz.session import Session

if TYPE_CHECKING:
    from lstmviz.gui.window import MainWindow

SIZE = (1600, 1000)
"""The window's size in logical pixels when none is asked for."""
SHARPEST = 2.0
"""Resolution of icons in a picture of the window that is kept as shapes."""


def export_window(
    session: Session,
    out: str | Path,
    *,
    theme: str | None = None,
    scale: float = 1.0,
    size: Size | None = None,
) -> Path:
    """Write a picture of the whole window, never shown, after the run has come to its end.

    Raises `LstmvizError` as `export_session` does; then nothing is written.
    """
    write = devices.writer(out)
    devices.check_scale(scale)
    devices.check_size(size)
    colors = theme_of(theme or session.view.theme)
    session = replace(session, view=replace(session.view, theme=colors.name))
    app = _application(scale if write is devices.png_bytes else SHARPEST)
    from lstmviz.gui import style
    from lstmviz.gui.window import MainWindow

    style.apply(app, colors)
    window = MainWindow(session)
    try:
        with _shown_nowhere(window, size or SIZE):
            _run_to_the_end(window)
            window.setUpdatesEnabled(True)
            run = window.store.run
            view = figure.checked(run, session.view)
            words = title(run, view, "window"), recipe(run, view, "window", colors.name)
            return devices.save(widget_picture(window, colors, *words), out, scale)
    finally:
        window.close()
        window.deleteLater()


def _application(sharpness: float) -> QApplication:
    """A QApplication whose icons are drawn at this resolution, if it is the first."""
    if QCoreApplication.instance() is None:
        before = os.environ.get("QT_SCALE_FACTOR")
        os.environ["QT_SCALE_FACTOR"] = f"{max(sharpness, 1.0):g}"
        try:
            devices.application(widgets=True, offscreen=True)
        finally:
            os.environ.pop("QT_SCALE_FACTOR")
            if before is not None:
                os.environ["QT_SCALE_FACTOR"] = before
    app = devices.application(widgets=True)
    assert isinstance(app, QApplication)
    return app


@contextmanager
def _shown_nowhere(window: MainWindow, size: Size) -> Iterator[None]:
    """Laid out at this size without ever being on a screen."""
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.setFixedSize(round(size[0]), round(size[1]))  # or Qt asks the platform about limits
    window.setUpdatesEnabled(False)  # what nobody sees need not be painted
    window.show()
    yield
    window.hide()


def _run_to_the_end(window: MainWindow, patience: int = 600_000) -> None:
    """Wait until the window's run is finished; raises `LstmvizError` if it is refused."""
    refused: list[str] = []
    window.store.refused.connect(refused.append)
    window.store.begin()
    clock = QElapsedTimer()
    clock.start()
    while window.busy and not refused and clock.elapsed() < patience:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
    if refused:
        raise LstmvizError(refused[0])
    focused = window.focusWidget()
    if focused is not None:
        focused.clearFocus()
    settle(window)


def settle(window: QWidget, most: int = 50) -> None:
    """Let the layout come to rest: one that waits for another takes more than one pass."""
    before = None
    for _ in range(most):
        QApplication.processEvents()
        now = [widget.geometry().getRect() for widget in window.findChildren(QWidget)]
        if now == before:
            return
        before = now
