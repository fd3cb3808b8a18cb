"""Where a cell state came from: asked in the window, and followed from step to step.

The window is 1600 × 1000 with every panel open.

- `opened`   from asking, while the cell is on show, until the answer is painted: the answer, the
  page and the first painting. Python source read by demo:python.
- `asked`    the same from another unit being pinned while the question is on show, which the
  heatmaps, the plots and the inspector follow too.
- `stepped`  one step on with the page on show: the bars, the text, and all else in the window.
- `scrubbed` to any step.

The floor is the arithmetic alone: what is left at the last step of every write of the unit, by
`lstmviz.analysis.provenance`. Ten thousand steps are of 256 cells on noise, and their answer is
the whole matrix, as far as the picture has pixels.
"""

from __future__ import annotations

import json
import sys
import time

from benchmarks import common

STEPS, LONG = 2000, 10_000
ALLOWED = 50
"""Milliseconds that an answer may take over 2,000 steps, and a frame over 10,000."""
ROUNDS, UNITS, FRAMES = 3, 24, 60


def source(steps):
    """So many characters of Python source code: this program's own."""
    from lstmviz.session import Document, TextInput, Trained

    folder = common.ROOT / "lstmviz" / "engine"
    files = sorted(folder.glob("*.py"))
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    plain = "".join(sign for sign in text if sign.isascii())
    return Document(Trained("demo:python"), TextInput(plain[:steps]))


def floor(steps):
    """The parts of c at the last step, unit by unit."""
    from lstmviz.analysis import provenance
    from lstmviz.scene.run import finished

    trace = finished(document(steps)).trace
    ask = [
        common.milliseconds(lambda unit=unit: provenance(trace, steps - 1, unit))
        for unit in range(UNITS)
    ]
    return {"asked": ask}


def document(steps):
    """What is asked of: source code, or a long run of noise."""
    return source(steps) if steps == STEPS else common.document(256, steps)


def program(steps):
    """The window, asked again and again."""
    from lstmviz.gui.app import application

    app = application()
    from lstmviz.gui.questionview import QuestionView

    paints = common.count_paints(QuestionView)
    view = {"unit": UNITS, "step": steps - 1, "diagram": "provenance"}
    window = common.open_window(app, document(steps), **view)

    def asked(**look):
        """Milliseconds until the answer to a changed view is painted."""
        known, begun = len(paints), time.perf_counter()
        window.store.look(**look)
        while window.asking.busy:
            app.processEvents()
        common.painted(app)
        assert len(paints) > known and window.asking.answer is not None
        return 1e3 * (time.perf_counter() - begun)

    found = {"opened": [], "asked": [], "stepped": [], "scrubbed": []}
    for unit in range(UNITS):
        window.store.look(diagram="cell", unit=unit)
        common.settle(app, 0.1)
        found["opened"].append(asked(diagram="provenance"))
    for unit in range(UNITS):
        common.settle(app, 0.1)
        found["asked"].append(asked(unit=unit))
    for k in range(FRAMES):
        found["stepped"].append(frame(app, window, steps // 2 + k))
    for k in range(FRAMES):
        found["scrubbed"].append(frame(app, window, (k * 7919) % steps))
    window.close()
    return found


def frame(app, window, step):
    """Milliseconds until the window is painted at another step."""
    return common.milliseconds(lambda: (window.store.look(step=step), common.painted(app)))


def main():
    """Floor and program, wherever windows can be measured."""
    failed = 0
    for platform in common.platforms():
        for steps in (STEPS, LONG):
            bare = common.child(platform, "benchmarks.asking", "floor", steps)["asked"]
            runs = [
                common.child(platform, "benchmarks.asking", "program", steps) for _ in range(ROUNDS)
            ]
            common.heading(f"Where c came from: {steps:,} steps", platform)
            print(common.line("arithmetic alone", bare))
            for name in runs[0]:
                times = [value for run in runs for value in run[name]]
                claimed = name == "opened" if steps == STEPS else name in ("stepped", "scrubbed")
                print(common.line(name, times, bare if "step" not in name else None), end="")
                print(f"   at most {ALLOWED} ms" if claimed else "")
                failed |= claimed and common.percentile(times, 0.5) > ALLOWED
    return int(failed)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        made = {"floor": floor, "program": program}[sys.argv[1]](int(sys.argv[2]))
        print(json.dumps(made))
    else:
        sys.exit(main())
