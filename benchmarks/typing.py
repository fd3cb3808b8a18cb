"""Typing: from a key in the typing line to the picture of the run with its step.

demo:python (an LSTM of 128 cells on characters) with a text of 2,000 of them; each key is a step
more.

- `engine alone`  the new step computed, given the run before; `from the start`: all steps
- `bare window`   the painting of the bare window of `playing`
- `key`           from the key to the end of the paint event that shows the whole run in the
  heatmaps
- `frame`         the same until everything else is painted too
"""

from __future__ import annotations

import json
import sys
import time

from benchmarks import common
from benchmarks.slider import complete_pictures, first_picture

DEMO, CELLS, SYMBOLS = "demo:python", 128, 2000
KEYS, WARM = 40, 6
ALLOWED = 50
"""Milliseconds from a key to its picture."""
LINE = "    for index, value in enumerate(values):\n        total += value * 2\n"


def document(more=""):
    """The demo with a text."""
    from lstmviz.session import Document, TextInput, Trained

    return Document(Trained(DEMO), TextInput((LINE * SYMBOLS)[:SYMBOLS] + more))


def keys():
    """The characters that are typed."""
    return (LINE * KEYS).replace("\n", " ")[: KEYS + WARM]


def floor():
    """The bare engine and the bare painting."""
    import pyqtgraph as pg

    from benchmarks.floor import FloorWindow
    from lstmviz.engine import unroll
    from lstmviz.session import resolve

    app = pg.mkQApp()
    window = FloorWindow(CELLS, SYMBOLS)
    window.show()
    common.settle(app)
    resolved = resolve(document("x"))
    network, values = resolved.network, resolved.sequence.values
    before = unroll.run(network, values[:-1])

    def one_more():
        trace = unroll.allocate(network, values)
        for _ in unroll.chunks(network, trace, unroll.carried(before, SYMBOLS, trace)):
            pass

    return {
        "one": [common.milliseconds(one_more) for _ in range(KEYS)],
        "all": [common.milliseconds(lambda: unroll.run(network, values)) for _ in range(5)],
        "bare": [
            common.milliseconds(lambda k=k: (window.go(k), common.painted(app)))
            for k in range(KEYS)
        ],
    }


def program():
    """Milliseconds from each key."""
    from lstmviz.gui.app import application

    app = application()
    from PySide6.QtTest import QTest

    from lstmviz.gui.heatmaps import HeatmapsView

    pictures = complete_pictures(HeatmapsView)
    window = common.open_window(app, document(), unit=7)
    window.store.look(step=SYMBOLS - 1)
    window.typing.field.setFocus()
    common.settle(app, 1.0)
    found = {"key": [], "frame": []}
    for key in keys():
        begun = time.perf_counter()
        QTest.keyClick(window.typing.field, key)
        wanted = window.store.document
        while (whole := first_picture(pictures, wanted, begun)) is None:
            app.processEvents()
        common.painted(app)
        found["frame"].append(1e3 * (time.perf_counter() - begun))
        found["key"].append(1e3 * (whole - begun))
        common.settle(app, 0.1)
    if not window.store.document.input.text.endswith(keys()):
        sys.exit("the text is not what was typed")
    window.close()
    return {kind: times[WARM:] for kind, times in found.items()}


def main():
    """Floor and program, wherever windows can be measured."""
    for platform in common.platforms():
        bare = common.child(platform, "benchmarks.typing", "floor")
        ours = common.child(platform, "benchmarks.typing", "program")
        common.heading(f"Typing: {DEMO}, {SYMBOLS:,} symbols", platform)
        print(common.line("engine alone, from the start", bare["all"]))
        print(common.line("engine alone, one step more", bare["one"]))
        print(common.line("bare window", bare["bare"]))
        print(common.line("key", ours["key"], bare["bare"]), end="")
        print(f"   at most {ALLOWED} ms")
        print(common.line("frame", ours["frame"], bare["bare"]))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps({"floor": floor, "program": program}[sys.argv[1]]()))
    else:
        main()
