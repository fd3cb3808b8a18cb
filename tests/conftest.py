"""What every test may rely on: no screen, settings of its own, and nothing left behind."""

from __future__ import annotations

import os
import tempfile
import threading
import time

import hypothesis
import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before Qt is imported, or it looks for a screen

# A machine that is busy, or stopped for a minute, is no fault of what is tested; and a landing
# does not hang on a throw of dice.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile(
    "ci", hypothesis.settings.get_profile("patient"), derandomize=True
)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "patient")

PATIENCE = 2.0
"""Seconds a test's threads and windows have to end after it."""

_HOME = tempfile.TemporaryDirectory(prefix="lstmviz-tests-")
for _name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
    os.environ[_name] = _HOME.name


@pytest.fixture(autouse=True)
def nothing_leaks(request):
    """After a test that uses Qt, no thread it started and no window it opened is left.

    Such a test also has settings of its own, empty at its start.
    """
    if "qapp" not in request.fixturenames and "qtbot" not in request.fixturenames:
        yield
        return
    app = request.getfixturevalue("qapp")
    settings = tempfile.TemporaryDirectory(prefix="settings-", dir=_HOME.name)
    _settings_in(settings.name)
    windows, threads = _windows(app), _threads()
    yield
    deadline = time.monotonic() + PATIENCE
    while _leaked(app, windows, threads) and time.monotonic() < deadline:
        _settle(app)
        time.sleep(0.005)
    left = _leaked(app, windows, threads)
    settings.cleanup()
    assert not left, f"left behind: {', '.join(left)}"


def _settings_in(folder):
    """Let every QSettings made from now on live in this folder."""
    from PySide6.QtCore import QSettings

    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    for kind in (QSettings.Format.IniFormat, QSettings.Format.NativeFormat):
        QSettings.setPath(kind, QSettings.Scope.UserScope, folder)


def _settle(app):
    """Deliver what is posted, deletions included."""
    from PySide6.QtCore import QCoreApplication, QEvent

    app.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _windows(app):
    """The top-level widgets that exist."""
    return list(app.topLevelWidgets())


def _threads():
    """The threads that Python started and that still run."""
    return {thread for thread in threading.enumerate() if type(thread).__name__ != "_DummyThread"}


def _leaked(app, windows, threads):
    """Names of the windows and threads that were not there before."""
    from PySide6.QtCore import QThreadPool

    left = [type(widget).__name__ for widget in _windows(app) if widget not in windows]
    left += [thread.name for thread in _threads() - threads]
    busy = QThreadPool.globalInstance().activeThreadCount()
    return left + (["a busy thread pool"] if busy else [])
