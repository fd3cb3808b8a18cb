"""What the measurements of the window share: children with settings of their own, medians, tables.

Each contestant runs in a process of its own, so that neither's style sheet, fonts or modules
weigh on the other; the processes take turns, so that both meet the same machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
WINDOW = (1600, 1000)
PATIENCE = 300.0
"""Seconds after which a child is given up."""


def platforms():
    """Where windows are measured: without a screen, and on the display if there is one."""
    return ("offscreen", "xcb") if os.environ.get("DISPLAY") else ("offscreen",)


def environment(platform, settings):
    """A child's environment: this platform, and no settings but those in a folder.

    Compiled modules are kept, as they are for users; those of site-packages are there already.
    """
    kept = {name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        "QT_QPA_PLATFORM": platform,
        "XDG_CONFIG_HOME": settings,
        "PYTHONPATH": str(ROOT),
    }


def child(platform, module, *arguments):
    """What a module prints as JSON in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as settings:
        done = subprocess.run(
            [sys.executable, "-m", module, *map(str, arguments)],
            env=environment(platform, settings),
            cwd=settings,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
    if done.returncode:
        sys.exit(f"{module} {' '.join(map(str, arguments))} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def percentile(values, share):
    """The smallest value that at least this share of the values does not exceed."""
    ranked = sorted(values)
    return ranked[max(0, -int(-share * len(ranked) // 1) - 1)]


def line(name, values, floor=None, allowed=None):
    """One line of a table: median, 95th percentile and largest, in ms, and the ratio allowed."""
    text = f"  {name:34}{median(values):8.2f}{percentile(values, 0.95):9.2f}{max(values):9.2f}"
    if floor:
        text += f"{median(values) / median(floor):9.2f}"
        text += f"   at most {allowed:g}" if allowed else ""
    return text


def heading(title, platform):
    """The head of a table."""
    print(f"\n{title} ({platform})")
    print(f"  {'milliseconds':34}{'median':>8}{'p95':>9}{'largest':>9}{'ratio':>9}")


# Inside a child -------------------------------------------------------------


def milliseconds(work):
    """How long a call takes."""
    start = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - start)


def settle(app, seconds=0.3):
    """Let the window do what it still has to do."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        app.processEvents()


def painted(app):
    """Return when everything that was asked for is painted and, on X, has arrived there."""
    app.processEvents()
    app.sync()


def count_paints(widget_class):
    """Let a class count its paint events in the list returned, as (start, end) in seconds."""
    paint, paints = widget_class.paintEvent, []

    def counted(self, event):
        start = time.perf_counter()
        paint(self, event)
        paints.append((start, time.perf_counter()))

    widget_class.paintEvent = counted
    return paints


def document(cells, steps, seed=0):
    """An untrained network of 5 inputs on noise."""
    from lstmviz.session import Document, GeneratedInput, one_layer

    return Document(one_layer(5, cells, cells, seed), GeneratedInput("noise", steps))


def open_window(app, opened, **view):
    """The program's window on a document, computed and painted."""
    from lstmviz.gui import app as program
    from lstmviz.session import Session, View

    window = program.open_window(Session(opened, View(theme="light", **view)))
    window.resize(*WINDOW)
    window.store.begin()
    while not window.store.run.finished:
        app.processEvents()
    settle(app)
    return window
