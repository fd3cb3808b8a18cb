"""Frames while playing: the program's window beside a bare pyqtgraph window.

A frame is the time from asking for the next moment until everything is painted (and, on X,
has arrived at the server). The window is 1600 × 1000 with every panel open and a unit pinned.

- `play`    one step on, as the clock does it
- `scrub`   to any step, as the timeline does it
- `stage`   one stage on, which lights up other wires and begins an animation
- `travel`  one picture of that animation
- `reveal`  one step on, the heatmaps growing with it
- `unrolled` one step on, five steps side by side
"""

from __future__ import annotations

import json
import sys

from benchmarks import common

SIZES = ((256, 1000, 1.5), (1024, 1000, 2.0))
"""Cells, steps, and how many times the floor a frame may take."""
ROUNDS = 3
FRAMES = 150
WARM = 20
"""Frames at the start of each kind that are not counted."""
SMOOTH = 1000 / 60


def frames(app, work, count=FRAMES):
    """Milliseconds of each frame; `work(k)` asks for the k-th."""
    times = [
        common.milliseconds(lambda k=k: (work(k), common.painted(app))) for k in range(count + WARM)
    ]
    return times[WARM:]


def steps_at_random(steps):
    import numpy as np

    return np.random.default_rng(1).integers(0, steps, FRAMES + WARM).tolist()


def floor(cells, steps):
    """The bare window's frames."""
    import pyqtgraph as pg

    from benchmarks.floor import FloorWindow

    app = pg.mkQApp()
    window = FloorWindow(cells, steps)
    window.show()
    common.settle(app)
    order = steps_at_random(steps)
    return {
        "play": frames(app, lambda k: window.go(k % steps)),
        "scrub": frames(app, lambda k: window.go(order[k])),
    }


def program(cells, steps):
    """The program's frames, by kind."""
    from lstmviz.gui.app import application

    app = application()
    from lstmviz.gui.diagram import DiagramView

    paints = common.count_paints(DiagramView)
    window = common.open_window(app, common.document(cells, steps), unit=7, stages=False)
    order = steps_at_random(steps)
    before = len(paints)
    result = {"play": frames(app, lambda k: window.clock.ticked.emit())}
    if len(paints) - before < FRAMES + WARM:
        sys.exit("the diagram was not painted at every frame")
    result["scrub"] = frames(app, lambda k: window.player.timeline.setValue(order[k]))
    window.store.look(stages=True, step=0)
    result["stage"] = frames(app, lambda k: window.clock.ticked.emit())
    result["travel"] = travel(app, window)
    window.store.look(stages=False, step=100, stage="output", reveal=True)
    result["reveal"] = frames(app, lambda k: window.clock.ticked.emit())
    window.store.look(reveal=False, diagram="unrolled", step=100)
    result["unrolled"] = frames(app, lambda k: window.clock.ticked.emit())
    window.close()
    return result


def travel(app, window):
    """Every picture of the way from stage to stage, over two steps."""
    timer = window.diagram._timer
    times = []
    for _ in range(12):
        common.painted(app)
        window.playing.do("next-stage")
        while timer.isActive():
            times.append(common.milliseconds(lambda: (timer.timeout.emit(), common.painted(app))))
    return times


def report(platform, cells, steps, allowed):
    """Measure both in turns and print the table."""
    bare, ours = {}, {}
    for _ in range(ROUNDS):
        for into, who in ((bare, "floor"), (ours, "program")):
            measured = common.child(platform, "benchmarks.playing", who, cells, steps)
            for kind, times in measured.items():
                into.setdefault(kind, []).extend(times)
    common.heading(f"Playing: input 5, hidden and cell {cells:,}, {steps:,} steps", platform)
    for kind in bare:
        print(common.line(f"{kind}, bare window", bare[kind]))
    for kind, times in ours.items():
        limit = allowed if kind in bare else None
        print(common.line(kind, times, bare.get(kind, bare["play"]), limit))
    late = sum(time > SMOOTH for time in ours["play"]) / len(ours["play"])
    print(f"  {late:.1%} of the frames of `play` take longer than a 60th of a second")


def main():
    """Both sizes, wherever windows can be measured."""
    for platform in common.platforms():
        for size in SIZES:
            report(platform, *size)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        contestant = {"floor": floor, "program": program}[sys.argv[1]]
        print(json.dumps(contestant(*map(int, sys.argv[2:]))))
    else:
        main()
