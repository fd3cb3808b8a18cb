"""Hovering: from the pointer over a square to the inspector painted anew.

256 cells on 1,000 inputs, a gate asked for, so that a sum of 1,258 terms is taken apart at each
move.

- `page`   the sum alone, taken apart, sorted and laid out, without a window
- `hover`  from a move of the pointer to another square of a card to the end of the paint event
  of the inspector
- `frame`  the same until everything else is painted too
- `play`   one step on while the sum is on show, beside one with the unit as a whole
"""

from __future__ import annotations

import json
import sys
import time

from benchmarks import common
from benchmarks.playing import FRAMES, WARM, frames

CELLS, INPUTS, STEPS = 256, 1000, 300
ALLOWED = 16
"""Milliseconds from a move to the inspector."""


def program():
    """Milliseconds of each kind."""
    from lstmviz.gui.app import application

    app = application()
    from PySide6.QtCore import QPoint
    from PySide6.QtTest import QTest

    from lstmviz.gui.inspector import InspectorView
    from lstmviz.scene import why
    from lstmviz.session import Document, GeneratedInput, one_layer

    paints = common.count_paints(InspectorView)
    document = Document(one_layer(INPUTS, CELLS, CELLS), GeneratedInput("noise", STEPS))
    window = common.open_window(app, document, unit=7, stages=False)
    whole = frames(app, lambda k: window.clock.ticked.emit())
    window.store.look(asked="forget_gate")
    common.settle(app)
    play = frames(app, lambda k: window.clock.ticked.emit())
    run, view = window.store.run, window.store.view
    page = [
        common.milliseconds(lambda k=k: why.page(run, replaced(view, k % CELLS)))
        for k in range(FRAMES + WARM)
    ][WARM:]
    card = next(card for card in window.diagram._diagram.cards if card.name == "f")
    at = [window.diagram.to_widget(*card.unit_box(k).center).toPoint() for k in range(CELLS)]
    QTest.mouseMove(window.diagram, QPoint(2, 2))
    common.settle(app)
    shown, hover = [], []

    def move(k):
        begun = time.perf_counter()
        QTest.mouseMove(window.diagram, at[k % CELLS])
        common.painted(app)
        hover.append(1e3 * (paints[-1][1] - begun))
        shown.append(window.inspector.view.address.element)

    frame = frames(app, move)
    if shown != [k % CELLS for k in range(len(shown))]:
        sys.exit("the inspector did not follow the pointer")
    window.close()
    return {"page": page, "hover": hover[WARM:], "frame": frame, "play": play, "whole": whole}


def replaced(view, unit):
    """The view with another unit under the pointer."""
    from dataclasses import replace

    return replace(view, hover=unit)


def main():
    """Wherever windows can be measured."""
    for platform in common.platforms():
        found = common.child(platform, "benchmarks.hover", "program")
        common.heading(f"Hover: {CELLS} cells, {INPUTS:,} inputs", platform)
        print(common.line("page alone", found["page"]))
        print(common.line("hover", found["hover"]), end="")
        print(f"            at most {ALLOWED} ms")
        print(common.line("frame", found["frame"]))
        print(common.line("play, unit as a whole", found["whole"]))
        print(common.line("play, a number asked for", found["play"], found["whole"]))


if __name__ == "__main__":
    print(json.dumps(program())) if len(sys.argv) > 1 else main()
