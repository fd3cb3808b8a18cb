"""Interventions: a run with a change at step k beside the steps after k, and beside a whole run.

The change holds a forget gate at a value from step k on, so that every step after it is a changed
one. The whole run is there already, as it is in the window.

- `engine`  `lstmviz.analysis.run_with` given the whole run, beside `lstmviz.engine.unroll.run`:
  of demo:python, which reads 2,000 characters of Python source, and of untrained networks on noise,
  of one layer and of two, also such as read both ways. `first` is the first change to a run, right
  after something else has filled the processor's caches; the others are as when a value is dragged.
- `looked at` the first change and all of its arrays: what they share with the whole run is copied
  when somebody asks for it.
- `window`  what the window's thread does for a document with the change, beside what it does for
  one without: colour limits, and with the change also the differences and their summary, which
  no whole run has.
- `painted` from the change being made in the window until it is told of, painted in the heatmaps
  and everything else too, beside another text being given. `frame` is the painting alone: the
  baseline on show in place of the changed run, or the other way round.

Each is beside its floor: the same share of the whole run, its time times the share of its steps
that are computed, of `painted` after a frame is taken off, which is then put back. They take turns,
so that what else the machine does falls on all alike.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from functools import partial
from statistics import median

from benchmarks import common

STEPS, ROUNDS, PAINTED = 2000, 15, 9
AFTER = (0, 500, 1000, 1900, 1990)
NETWORKS = {
    "16 cells": (16, 1, ("forward",)),
    "64 cells": (64, 1, ("forward",)),
    "256 cells": (256, 1, ("forward",)),
    "512 cells": (512, 1, ("forward",)),
    "2 x 64 cells": (64, 2, ("forward",)),
    "64 cells, both ways": (64, 1, ("forward", "backward")),
    "2 x 64, both ways": (64, 2, ("forward", "backward")),
}
"""Untrained networks: cells, layers and directions."""
PATIENCE, LEAST = 6.0, 3
"""Seconds and rounds for which each of them is measured."""
ALLOWED = {"engine": 1.1, "engine first": 1.1, "window": 1.4}
"""How much of the floor may be taken: medians scatter by a twentieth, and the window's thread works
out differences as well."""
SLACK = {"engine": 0.5, "engine first": 1.0, "window": 4.0}
"""Milliseconds on top, whatever k: what is asked for is checked, the document is looked up."""


def changed(document, k, value):
    """A document with a forget gate held from step k on."""
    from lstmviz.session import Edit

    return replace(document, changes=(Edit(f"forget_gate[3]@{k}: = {value}"),))


def last(document, earlier=None):
    """What the window's thread has in the end."""
    from lstmviz.scene.run import runs

    for run in runs(0, document, None, earlier):
        found = run
    return found


def changes(network, x, whole):
    """What the engine is to do, by name: a whole run, and changes of it at each step."""
    from lstmviz.analysis import clamp, run_with
    from lstmviz.engine.trace import arrays
    from lstmviz.engine.unroll import run

    tasks = {"engine whole": lambda: run(network, x)}
    for k in AFTER:
        change = [clamp("forget_gate", 0.0, [3], first=k)]
        own = replace(whole)
        tasks |= {
            f"engine first {k}": lambda c=change: run_with(network, x, c, replace(whole)),
            f"engine {k}": lambda c=change, own=own: run_with(network, x, c, own),
            f"looked at {k}": lambda c=change: arrays(run_with(network, x, c, replace(whole))),
        }
    return tasks


def engine():
    """Milliseconds of the engine and of the window's thread, by name."""
    from benchmarks.asking import source

    document = source(STEPS)
    base = last(document)
    tasks = changes(base.network, base.sequence.values, base.trace)
    tasks["window whole"] = lambda: last(document)
    for k in AFTER:
        other, seen = changed(document, k, 0), replace(base, trace=replace(base.trace))
        tasks[f"window {k}"] = lambda d=other, seen=seen: last(d, seen)
    return timed(tasks, ROUNDS)


def timed(tasks, rounds, seconds=0.0):
    """Milliseconds of each task, in turn, so many rounds and at least so long."""
    times, begun = {name: [] for name in tasks}, time.perf_counter()
    while rounds > 0 or time.perf_counter() - begun < seconds:
        for name, task in tasks.items():
            times[name].append(common.milliseconds(task))
        rounds -= 1
    return times


def untrained(name):
    """Milliseconds of the engine with an untrained network."""
    import numpy as np

    from lstmviz.engine.initial import random_network
    from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec
    from lstmviz.engine.unroll import run

    cells, layers, ways = NETWORKS[name]
    widths = [20, *[cells * len(ways)] * (layers - 1)]
    specs = tuple(CellSpec(width, cells, cells, directions=ways) for width in widths)
    network = random_network(NetworkSpec(specs, (HeadSpec(5, "softmax"),)), 0)
    x = np.random.default_rng(0).normal(size=(STEPS, 20)).astype(np.float32)
    return timed(changes(network, x, run(network, x)), LEAST, PATIENCE)


def share(k, layers=1, ways=("forward",)):
    """The share of a whole run's steps that a change of the first layer, read forward, reaches.

    Of one layer the other direction is not reached; of a layer above it all of backward is, and of
    a layer above two directions all of both.
    """
    after = (STEPS - k) / STEPS
    if len(ways) == 1:
        return after
    computed = [after] + [1 + (after if layer == 1 else 1) for layer in range(1, layers)]
    return sum(computed) / (2 * layers)


def painted():
    """Milliseconds until the window shows a change, and another text."""
    from lstmviz.gui.app import application

    app = application()
    from benchmarks.asking import source

    document = source(STEPS)
    window = common.open_window(app, document, unit=3, step=STEPS - 1)

    def shown(wanted):
        window.store.edit(wanted)
        while window.store.run.document != wanted or not window.store.run.finished:
            app.processEvents()
            time.sleep(
                0.0005
            )  # as waiting for events does: the engine's thread is to have its turn
        common.painted(app)

    def look(name):
        window.store.look(shown=name)
        common.painted(app)

    times = {f"painted {k}": [] for k in ("whole", "frame", *AFTER)}
    for number in range(PAINTED):
        for k in AFTER:
            wanted = changed(document, k, 0.1 * number)
            times[f"painted {k}"].append(common.milliseconds(partial(shown, wanted)))
            common.settle(app, 0.1)
            for name in ("baseline", "changed"):
                times["painted frame"].append(common.milliseconds(partial(look, name)))
        text = document.input.text
        document = replace(document, input=replace(document.input, text=text[1:] + text[0]))
        times["painted whole"].append(common.milliseconds(partial(shown, document)))
        common.settle(app, 0.1)
    window.close()
    return times


def told(kind, times, shares, allowed=None):
    """Print a kind of times beside its floor; whether any is above what it may be."""
    failed = False
    wholes, frame = times[f"{'engine' if kind == 'looked at' else kind.split()[0]} whole"], 0.0
    if f"{kind} frame" in times:
        print(common.line(f"{kind}, frame", times[f"{kind} frame"]))
        frame = median(times[f"{kind} frame"])
    for k in AFTER:
        found = times[f"{kind} {k}"]
        floor = [frame + (time - frame) * shares[k] for time in wholes]
        print(common.line(f"{kind}, k = {k:,}", found, floor, allowed), end="")
        print(f" and {SLACK[kind]:g} ms" if allowed else "")
        failed |= bool(allowed) and median(found) > allowed * median(floor) + SLACK[kind]
    return failed


def main():
    """Measure, and hold the changed runs against the steps that they compute."""
    times = common.child("offscreen", "benchmarks.rerun", "engine")
    times |= common.child("offscreen", "benchmarks.rerun", "painted")
    shares, failed = {k: share(k) for k in AFTER}, False
    common.heading(f"A change at step k of {STEPS:,}: demo:python", "offscreen")
    for kind in ("engine", "engine first", "looked at", "window", "painted"):
        if f"{kind} whole" in times:
            print(common.line(f"{kind}, whole run", times[f"{kind} whole"]))
        failed |= told(kind, times, shares, ALLOWED.get(kind))
    for name, (_, layers, ways) in NETWORKS.items():
        times = common.child("offscreen", "benchmarks.rerun", "untrained", name)
        shares = {k: share(k, layers, ways) for k in AFTER}
        common.heading(f"A change at step k of {STEPS:,}: {name}", "offscreen")
        print(common.line("engine, whole run", times["engine whole"]))
        for kind in ("engine", "engine first"):
            told(kind, times, shares)
    return int(failed)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measured = {"engine": engine, "untrained": untrained, "painted": painted}[sys.argv[1]]
        print(json.dumps(measured(*sys.argv[2:])))
    else:
        sys.exit(main())
