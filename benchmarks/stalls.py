"""The longest stall of the event loop while a long run computes, and the first columns.

A timer asks to be called every millisecond; a stall is the time between two calls. It is
measured from the moment a run of 1,024 cells over 10,000 steps is asked for until its
heatmaps are complete: `still` leaves the window alone, `used` goes to other steps and moves the
pointer over it all the while, `resized` drags its edge besides. The floor is the same run in the
same thread beside a window that shows nothing, for the engine and the interpreter's lock alone.

`first columns` is the time from asking for the run to the end of the paint event that shows
the first of its heatmap columns; its floor is how long the engine alone takes to draw the
weights at random and compute the steps of one column.
"""

from __future__ import annotations

import json
import sys
import time

from benchmarks import common

CELLS, STEPS = 1024, 10_000
ALLOWED, FIRST = 50, 200
ROUNDS = 3
PROGRAM = ("still", "used", "resized")


class Watch:
    """Gaps in milliseconds between the calls of a timer that is always due."""

    def __init__(self):
        from PySide6.QtCore import Qt, QTimer

        self.gaps, self._last = [], time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._called)
        self._timer.start(1)

    def _called(self):
        now = time.perf_counter()
        self.gaps.append(1e3 * (now - self._last))
        self._last = now

    def stop(self):
        self._timer.stop()
        self._called()
        return self.gaps


def floor():
    """The engine in its thread, and an event loop that only waits."""
    from PySide6.QtWidgets import QApplication, QWidget

    from lstmviz.engine import unroll
    from lstmviz.gui.compute import Compute
    from lstmviz.session import resolve

    app = QApplication([])
    window = QWidget()
    window.resize(*common.WINDOW)
    window.show()
    common.settle(app)
    compute, done = Compute(), []
    compute.reported.connect(lambda run: done.append(run) if run.finished else None)
    watch = Watch()
    compute.start(common.document(CELLS, STEPS))
    until(app, lambda: done)
    gaps = watch.stop()
    compute.close()

    def first():
        resolved = resolve(common.document(CELLS, STEPS, seed=1))
        trace = unroll.allocate(resolved.network, resolved.sequence.values)
        next(done for done in unroll.chunks(resolved.network, trace) if done >= COLUMN)

    return {"gaps": gaps, "first": common.milliseconds(first)}


COLUMN = 32
"""More steps than a pixel column of a heatmap stands for."""


def until(app, holds):
    """Run the event loop as the program does, until something holds."""
    from PySide6.QtCore import QTimer

    check = QTimer()
    check.timeout.connect(lambda: app.quit() if holds() else None)
    check.start(20)
    app.exec()


def program(who):
    """The window while it computes, and someone does something with it."""
    from lstmviz.gui.app import application

    app = application()
    from lstmviz.gui.heatmaps import HeatmapsView

    columns = first_columns(HeatmapsView)
    window = common.open_window(app, common.document(64, 100), unit=7)
    del columns[:]
    watch, begun = Watch(), time.perf_counter()
    window.edit(common.document(CELLS, STEPS))
    hand = Hand(window, resizes=who == "resized") if who != "still" else None
    until(app, lambda: window.store.run.finished and window.store.run.steps == STEPS)
    if hand:  # what is dragged all the while is painted when it comes to rest
        hand.stop()
    until(app, lambda: complete(window))
    seconds = time.perf_counter() - begun
    gaps = watch.stop()
    window.close()
    return {"gaps": gaps, "first": 1e3 * (columns[0] - begun), "seconds": seconds}


def first_columns(view_class):
    """Times at which paint events that show columns of the long run end."""
    paint, times = view_class.paintEvent, []

    def watched(self, event):
        paint(self, event)
        content = self.content
        if content is not None and len(content.direction.cell_state) == STEPS:
            slots, shown = self._images.slots.values(), self._ground.shown
            if shown.place == self.place and all(slot.filled for slot in slots):
                times.append(time.perf_counter())

    view_class.paintEvent = watched
    return times


def complete(window):
    """Whether the run and its pictures are."""
    run = window.store.run
    images = window.heatmaps._images
    return run.steps == STEPS and run.finished and images.complete


class Hand:
    """Someone who scrubs and points while the engine computes, and may drag an edge."""

    def __init__(self, window, resizes):
        from PySide6.QtCore import QTimer

        self._window, self._count = window, 0
        self._acts = [self._scrub, self._hover]
        if resizes:
            self._acts.insert(0, self._resize)
        self._timer = QTimer()
        self._timer.timeout.connect(self._move)
        self._timer.start(60)

    def _move(self):
        window, k = self._window, self._count
        self._count += 1
        self._acts[k % len(self._acts)](window, k)

    def _resize(self, window, k):
        width, height = common.WINDOW
        window.resize(width - 40 * (k % 5), height - 25 * (k % 4))

    def _scrub(self, window, k):
        window.playing.go(97 * k % max(window.store.run.done, 1))

    def _hover(self, window, k):
        window.store.look(hover=k % CELLS)

    def stop(self):
        self._timer.stop()


def main():
    """All in turns, wherever windows can be measured."""
    for platform in common.platforms():
        found = {"floor": [], "still": [], "used": [], "resized": []}
        for _ in range(ROUNDS):
            for who, runs in found.items():
                runs.append(common.child(platform, "benchmarks.stalls", who))
        title = f"Stalls: {CELLS:,} cells, {STEPS:,} steps, {ROUNDS} runs"
        common.heading(title, platform)
        longest = {who: [max(run["gaps"]) for run in runs] for who, runs in found.items()}
        print(common.line("longest stall, engine alone", longest["floor"]))
        for who in PROGRAM:
            print(common.line(f"longest stall, {who}", longest[who], longest["floor"]), end="")
            print(f"   at most {ALLOWED} ms")
        firsts = {who: [run["first"] for run in runs] for who, runs in found.items()}
        print(common.line("first columns, engine alone", firsts["floor"]))
        for who in PROGRAM:
            print(common.line(f"first columns, {who}", firsts[who], firsts["floor"]), end="")
            print(f"   at most {FIRST} ms")
        seconds = max(run["seconds"] for who in PROGRAM for run in found[who])
        print(f"  the longest of these runs was complete after {seconds:.1f} s")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(floor() if sys.argv[1] == "floor" else program(sys.argv[1])))
    else:
        main()
