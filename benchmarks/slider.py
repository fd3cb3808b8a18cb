"""Dragging a size slider: whether the diagram keeps up, and how soon the heatmaps follow.

The handle of each size slider is dragged with the mouse, a notch a move, around 256 cells
over 200 steps.

- `paints`  the diagram is painted with the new sizes before the next move
- `diagram` from the move to the end of that painting; the floor is the painting of the bare
  window of `playing`, which lays nothing out
- `heatmaps` from a move after which the hand rests, to the end of the paint event that shows
  the complete picture of the new run; its floor is the engine alone: the weights drawn at
  random and the run computed
- `while moving` in the midst of a drag of 60 moves a second: from a move to the first complete
  picture of its run or of a later move's
"""

from __future__ import annotations

import json
import sys
import time

from benchmarks import common

CELLS, STEPS = 256, 200
MOVES = 24
FOLLOWS = 100


def floor():
    """The bare painting and the bare engine."""
    import pyqtgraph as pg

    from benchmarks.floor import FloorWindow
    from lstmviz.engine import unroll
    from lstmviz.session import resolve

    app = pg.mkQApp()
    window = FloorWindow(CELLS, STEPS)
    window.show()
    common.settle(app)

    def run(seed):
        resolved = resolve(common.document(CELLS, STEPS, seed))
        unroll.run(resolved.network, resolved.sequence.values)

    return {
        "diagram": [
            common.milliseconds(lambda k=k: (window.go(k), common.painted(app)))
            for k in range(MOVES)
        ],
        "heatmaps": [common.milliseconds(lambda k=k: run(k)) for k in range(1, MOVES)],
    }


def program():
    """All three sliders, first slowly, then in a hurry."""
    from lstmviz.gui.app import application

    app = application()
    from lstmviz.gui.diagram import DiagramView
    from lstmviz.gui.heatmaps import HeatmapsView

    found = {"moves": 0, "paints": 0, "diagram": [], "heatmaps": [], "hurried": []}
    diagrams, pictures = common.count_paints(DiagramView), complete_pictures(HeatmapsView)
    window = common.open_window(app, common.document(CELLS, STEPS), unit=7)
    for which in ("cell", "hidden", "input"):
        with Hold(app, window.left.sizes[which].slider) as hold:
            for k in range(MOVES):
                slow_move(app, window, hold, way(k), diagrams, pictures, found)
            moves = [hurried_move(app, window, hold, way(k)) for k in range(MOVES)]
            common.settle(app, 0.5)
            found["hurried"] += followed(moves, pictures)
    window.close()
    return found


def way(k):
    """To the left for a while, then back."""
    return -1 if k < MOVES / 2 else 1


def slow_move(app, window, hold, by, diagrams, pictures, found):
    """One notch on, then rest until the heatmaps are whole."""
    before, was = len(diagrams), window.store.document
    moved = hold.move(by)
    document = window.store.document
    if document == was:
        return
    found["moves"] += 1
    app.processEvents()
    if len(diagrams) > before:
        found["paints"] += 1
        found["diagram"].append(1e3 * (diagrams[-1][1] - moved))
    while (whole := first_picture(pictures, document, moved)) is None:
        app.processEvents()
    found["heatmaps"].append(1e3 * (whole - moved))


def hurried_move(app, window, hold, by):
    """One notch on, and a 60th of a second for everything else; when, and to which document."""
    moved = hold.move(by)
    document = window.store.document
    while time.perf_counter() < moved + 1 / 60:
        app.processEvents()
    return moved, document


def followed(moves, pictures):
    """Milliseconds from each move to the first picture that is no older."""
    firsts = [first_picture(pictures, document, moved) for moved, document in moves]
    return [
        1e3 * (min(whole for whole in firsts[k:] if whole) - moved)
        for k, (moved, _) in enumerate(moves)
    ]


def first_picture(pictures, document, since):
    """When a document was first painted whole after a moment; None if it was not."""
    return next((at for at, painted in pictures if at > since and painted == document), None)


def complete_pictures(view_class):
    """(when, document) of every painting of heatmaps that are whole, in seconds."""
    paint, pictures = view_class.paintEvent, []

    def watched(self, event):
        paint(self, event)
        run, shown = self._run, self._ground.shown
        whole = self._images.complete and not self._ground.painting and shown.place == self.place
        if run is not None and run.trace is not None and run.finished and whole:
            pictures.append((time.perf_counter(), run.document))

    view_class.paintEvent = watched
    return pictures


class Hold:
    """The mouse button held down on the handle of a slider."""

    def __init__(self, app, slider):
        self._app, self._slider = app, slider
        style, slider_option = slider.style(), option(slider)
        handle = style.subControlRect(*slider_option, slider)
        self._at = handle.center()

    def __enter__(self):
        self._mouse("MouseButtonPress", self._at)
        return self

    def __exit__(self, *_):
        self._mouse("MouseButtonRelease", self._at)

    def move(self, by):
        """A pixel or two to the left or right, until the slider follows; returns when it did."""
        value = self._slider.value()
        for _ in range(4):
            self._at.setX(self._at.x() + by)
            begun = time.perf_counter()
            self._mouse("MouseMove", self._at)
            if self._slider.value() != value:
                break
        return begun

    def _mouse(self, kind, at):
        from PySide6.QtCore import QEvent, QPointF, Qt
        from PySide6.QtGui import QMouseEvent

        held = Qt.MouseButton.NoButton if "Release" in kind else Qt.MouseButton.LeftButton
        button = Qt.MouseButton.NoButton if kind == "MouseMove" else Qt.MouseButton.LeftButton
        place, screen = QPointF(at), QPointF(self._slider.mapToGlobal(at))
        event = QMouseEvent(
            QEvent.Type[kind], place, screen, button, held, Qt.KeyboardModifier.NoModifier
        )
        self._app.sendEvent(self._slider, event)


def option(slider):
    """What a style must know to place the handle."""
    from PySide6.QtWidgets import QStyle, QStyleOptionSlider

    known = QStyleOptionSlider()
    slider.initStyleOption(known)
    return QStyle.ComplexControl.CC_Slider, known, QStyle.SubControl.SC_SliderHandle


def main():
    """Floor and program, wherever windows can be measured."""
    for platform in common.platforms():
        bare = common.child(platform, "benchmarks.slider", "floor")
        ours = common.child(platform, "benchmarks.slider", "program")
        common.heading(f"Slider: {CELLS} cells, {STEPS} steps", platform)
        print(common.line("bare window", bare["diagram"]))
        print(common.line("diagram", ours["diagram"], bare["diagram"]))
        print(common.line("engine alone", bare["heatmaps"]))
        print(common.line("heatmaps", ours["heatmaps"], bare["heatmaps"]), end="")
        print(f"   at most {FOLLOWS} ms")
        print(common.line("heatmaps, while moving", ours["hurried"], bare["heatmaps"]))
        print(f"  the diagram was painted at {ours['paints']} of {ours['moves']} moves")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps({"floor": floor, "program": program}[sys.argv[1]]()))
    else:
        main()
