"""The watch over threads and windows really fails a test that leaves some behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent

SOURCE = """
import threading, time
import conftest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget

conftest.PATIENCE = 0.3
kept = []

def test_tidy(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    thread = threading.Thread(target=time.sleep, args=(0.1,))
    thread.start()

def test_window(qtbot):
    kept.append(QWidget())

def test_thread(qapp):
    threading.Thread(target=time.sleep, args=(2,), daemon=True).start()

def test_settings(qapp):
    QSettings("lstmviz", "lstmviz").setValue("kept", 1)

def test_settings_again(qapp):
    assert QSettings("lstmviz", "lstmviz").value("kept") is None
"""


def test_leaks_fail(tmp_path):
    (tmp_path / "test_leaks.py").write_text(SOURCE)
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-c", os.devnull, "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "5 passed, 2 errors" in done.stdout
    assert "left behind: QWidget" in done.stdout
    assert "left behind: Thread-" in done.stdout
