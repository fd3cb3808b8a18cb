"""Time from the start of the process to the first painted window, beside a bare window's.

The bare window is PySide6's QMainWindow with one empty pyqtgraph plot. Both are measured
from before the process starts until its first pass of painting is over, in turns, with warm
caches. `values` is when the diagram first shows computed values.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time

from benchmarks import common

RUNS = 11
ALLOWED = 1.5


def stamp(name):
    """Tell the parent what has been reached now."""
    print(name, time.time(), flush=True)


def after_paints(widget_class, painted):
    """Call `painted` once each pass of painting in which the class paints is over."""
    from PySide6.QtCore import QTimer

    paint = widget_class.paintEvent

    def watched(self, event):
        paint(self, event)
        QTimer.singleShot(0, painted)

    widget_class.paintEvent = watched


def floor():
    """A bare window, opened as plainly as can be."""
    import pyqtgraph as pg
    from PySide6.QtWidgets import QApplication, QMainWindow

    app = QApplication([])
    after_paints(pg.PlotWidget, lambda: (stamp("window"), app.quit()))
    window = QMainWindow()
    window.setCentralWidget(pg.PlotWidget())
    window.resize(*common.WINDOW)
    window.show()
    app.exec()


def program():
    """The program as its command starts it, on the demo it opens with."""
    from lstmviz import cli

    with cli._at_once():  # as the command line loads them
        from lstmviz.gui import app as gui
        from lstmviz.gui.diagram import DiagramView
        from lstmviz.gui.window import MainWindow

    def painted(window):
        stamp("window")
        if window.store.run.done:
            stamp("values")
            window.close()

    def begin(window):
        after_paints(DiagramView, lambda: painted(window))
        show(window)

    show, MainWindow.show = MainWindow.show, begin
    gui.has_display = lambda: True  # a window even without a screen, not a picture of it
    cli.main([])


def once(platform, who):
    """Milliseconds from the start of a process to what it reaches, by name."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as settings:
        begun = time.time()
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.start", who],
            env=common.environment(platform, settings),
            capture_output=True,
            text=True,
            timeout=common.PATIENCE,
        )
    if done.returncode:
        sys.exit(f"the start of the {who} failed:\n{done.stderr}")
    reached = {}
    for line in done.stdout.splitlines():
        name, at = line.split()
        reached.setdefault(name, 1e3 * (float(at) - begun))
    return reached


def main():
    """Both in turns, wherever windows can be measured."""
    for platform in common.platforms():
        bare, ours = [], []
        for _ in range(RUNS + 1):
            bare.append(once(platform, "floor"))
            ours.append(once(platform, "program"))
        common.heading(f"Start: process to first painted window, {RUNS} runs", platform)
        floors = [run["window"] for run in bare[1:]]
        print(common.line("bare window", floors))
        print(common.line("window", [run["window"] for run in ours[1:]], floors, ALLOWED))
        print(common.line("window with values", [run["values"] for run in ours[1:]], floors))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        {"floor": floor, "program": program}[sys.argv[1]]()
    else:
        main()
