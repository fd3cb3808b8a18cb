"""Interventions: a run with a change at step k beside the steps after k, and beside a whole run.

Python source of 2,000 characters is read by demo:python. The change holds a forget gate at 0 from
step k on, so that every step after it is a changed one. The whole run is there already, as it
is in the window, and what comes before k is taken from it.

- `floor`   the same share of a whole run: its time times (2,000 − k) / 2,000.
- `rerun`   `lstmviz.analysis.run_with`, the new trace with what is copied into it.
- `copying` what is in that which no step costs: the room for the trace, and the rows before k.

Each is the median of rounds in which all of them take their turns, so that what else the machine
does falls on all alike.
"""

from __future__ import annotations

import statistics
import sys

from benchmarks import common

STEPS, ROUNDS = 2000, 25
AFTER = (0, 1000, 1900)
ALLOWED = 1.15
"""A re-run may take so much of the floor and the copying: the changed steps are all a little
dearer, and rounds scatter by a tenth."""


def main():
    """Measure, and hold the re-run against the steps that it computes."""
    from benchmarks.asking import source
    from lstmviz.analysis import ablate, clamp, run_with
    from lstmviz.engine.unroll import run
    from lstmviz.session import resolve

    found = resolve(source(STEPS))
    network, x = found.network, found.sequence.values
    whole = run(network, x)
    tasks = {"whole": lambda: run(network, x)}
    nothing = [ablate([0], first=STEPS - 1)]
    tasks["copying"] = lambda: run_with(network, x, nothing, whole)
    for k in AFTER:
        change = [clamp("forget_gate", 0.0, [3], first=k)]
        tasks[k] = lambda change=change: run_with(network, x, change, whole)
    times = {name: [] for name in tasks}
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            times[name].append(common.milliseconds(task))
    common.heading(f"A change at step k of {STEPS:,}: demo:python", "no window")
    print(common.line("whole run", times["whole"]))
    print(common.line("copying", times["copying"]))
    failed = 0
    copying = statistics.median(times["copying"])
    for k in AFTER:
        floor = [time * (STEPS - k) / STEPS for time in times["whole"]]
        print(common.line(f"k = {k:,}", times[k], floor))
        most = ALLOWED * (statistics.median(floor) + copying * (k > 0))
        failed |= statistics.median(times[k]) > most
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
