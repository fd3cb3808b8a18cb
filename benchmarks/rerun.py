"""Interventions: a run with a change at step k beside the steps after k, and beside a whole run.

Python source of 2,000 characters is read by demo:python. The change holds a forget gate at a value
from step k on, so that every step after it is a changed one. The whole run is there already, as it
is in the window.

- `engine`  `lstmviz.analysis.run_with` given the whole run, beside `lstmviz.engine.unroll.run`.
- `window`  what the window's thread does for a document with the change, beside what it does for
  one without: colour limits, and with the change also the differences and their summary, which
  no whole run has.
- `painted` from the change being made in the window until it is told of, painted in the heatmaps
  and everything else too, beside another text being given. `frame` is the painting alone: the
  baseline on show in place of the changed run, or the other way round.

Each is beside its floor: the same share of the whole run, its time times (2,000 - k) / 2,000, of
`painted` after a frame is taken off, which is then put back. They take turns, so that what else the
machine does falls on all alike. The first change to a run copies the rows before k, and takes fresh
memory for them (`first`); later ones at the same step, as when a value is dragged, need not.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from functools import partial
from statistics import median

from benchmarks import common

STEPS, ROUNDS, PAINTED = 2000, 25, 9
AFTER = (0, 1000, 1900)
ALLOWED = {"engine": 1.1, "window": 1.4}
"""How much of the floor may be taken: medians scatter by a twentieth, and the window's thread works
out differences as well."""
SLACK = {"engine": 0.5, "window": 4.0}
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


def engine():
    """Milliseconds of the engine and of the window's thread, by name."""
    from benchmarks.asking import source
    from lstmviz.analysis import clamp, run_with
    from lstmviz.engine.unroll import run

    document = source(STEPS)
    base = last(document)
    network, x, whole = base.network, base.sequence.values, base.trace
    tasks = {
        "engine whole": lambda: run(network, x),
        "window whole": lambda: last(document),
    }
    for k in AFTER:
        change = [clamp("forget_gate", 0.0, [3], first=k)]
        other = changed(document, k, 0)
        tasks[f"engine first {k}"] = lambda c=change: run_with(network, x, c, replace(whole))
        own, seen = replace(whole), replace(base, trace=replace(whole))
        tasks[f"engine {k}"] = lambda c=change, own=own: run_with(network, x, c, own)
        tasks[f"window {k}"] = lambda d=other, seen=seen: last(d, seen)
    times = {name: [] for name in tasks}
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            times[name].append(common.milliseconds(task))
    return times


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


def main():
    """Measure, and hold the changed runs against the steps that they compute."""
    times = common.child("offscreen", "benchmarks.rerun", "engine")
    times |= common.child("offscreen", "benchmarks.rerun", "painted")
    common.heading(f"A change at step k of {STEPS:,}: demo:python", "offscreen")
    failed = 0
    for kind in ("engine", "engine first", "window", "painted"):
        wholes, frame = times[f"{kind.split()[0]} whole"], 0.0
        print(common.line(f"{kind}, whole run", wholes))
        if f"{kind} frame" in times:
            print(common.line(f"{kind}, frame", times[f"{kind} frame"]))
            frame = median(times[f"{kind} frame"])
        for k in AFTER:
            found, share = times[f"{kind} {k}"], (STEPS - k) / STEPS
            floor = [frame + (time - frame) * share for time in wholes]
            allowed = ALLOWED.get(kind)
            print(common.line(f"{kind}, k = {k:,}", found, floor, allowed), end="")
            print(f" and {SLACK[kind]:g} ms" if allowed else "")
            failed |= bool(allowed) and median(found) > allowed * median(floor) + SLACK[kind]
    return int(failed)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps({"engine": engine, "painted": painted}[sys.argv[1]]()))
    else:
        sys.exit(main())
