"""Opening a model of 200 MB: stalls of the event loop, bytes read, and seconds.

A timer asks to be called every millisecond; a stall is the time between two calls, from the
moment a file is asked for until its run is there. The floor is a plain read of the same file in a
thread beside a window that shows nothing. Bytes are those the process asked the system for
(`rchar` of /proc/self/io, where there is one), beside the file's own size.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks import common
from benchmarks.stalls import Watch

CELLS = 2560
"""Two matrices of 4 × 2,560 × 2,560 numbers are 200 MB."""
ALLOWED, READ = 50, 1.1
ROUNDS = 3
PIECE = 2**20


def arrays():
    """An LSTM's weights by PyTorch's names."""
    rng = np.random.default_rng(0)
    rows = 4 * CELLS
    shapes = {
        "rnn.weight_ih_l0": (rows, CELLS),
        "rnn.weight_hh_l0": (rows, CELLS),
        "rnn.bias_ih_l0": (rows,),
        "rnn.bias_hh_l0": (rows,),
    }
    for name, shape in shapes.items():
        yield name, 0.01 * rng.standard_normal(shape, np.float32)


def write_safetensors(path):
    """The same as the reader's own format describes it."""
    header, at, data = {}, 0, []
    for name, array in arrays():
        header[name] = {"dtype": "F32", "shape": array.shape}
        header[name]["data_offsets"] = [at, at + array.nbytes]
        at += array.nbytes
        data.append(array)
    text = json.dumps(header).encode()
    with path.open("wb") as stream:
        stream.write(len(text).to_bytes(8, "little") + text)
        for array in data:
            stream.write(array.data)


def write_npz(path):
    """As numpy.savez writes it."""
    np.savez(path, **dict(arrays()))


WRITERS = {".safetensors": write_safetensors, ".npz": write_npz}


def bytes_read():
    """What this process has asked the system for so far, or 0 where nobody counts."""
    try:
        lines = Path("/proc/self/io").read_text().splitlines()
    except OSError:
        return 0
    return int(lines[0].split()[1])


def floor(path):
    """A plain read of the file in a thread, and an event loop that only waits."""
    from PySide6.QtWidgets import QApplication, QWidget

    app = QApplication([])
    window = QWidget()
    window.resize(*common.WINDOW)
    window.show()
    common.settle(app)

    def read():
        piece = bytearray(PIECE)
        with Path(path).open("rb", buffering=0) as stream:
            while stream.readinto(piece):
                pass

    with ThreadPoolExecutor(1) as pool:
        watch, before, begun = Watch(), bytes_read(), time.perf_counter()
        job = pool.submit(read)
        until(job.done)
        return found(watch, before, begun, path)


def program(path):
    """The window while it opens the file."""
    from lstmviz.gui.app import application

    app = application()
    window = common.open_window(app, common.document(64, 100))
    watch, before, begun = Watch(), bytes_read(), time.perf_counter()
    window.open_path(path)
    until(lambda: window.store.run.certificate is not None)
    result = found(watch, before, begun, path)
    window.close()
    return result


def until(holds):
    """Run an event loop until something holds; to quit the application would close its windows."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop, check = QEventLoop(), QTimer()
    check.timeout.connect(lambda: loop.quit() if holds() else None)
    check.start(20)
    loop.exec()


def found(watch, before, begun, path):
    """What was measured, as it is told to the parent."""
    seconds = time.perf_counter() - begun
    share = (bytes_read() - before) / Path(path).stat().st_size
    return {"gaps": watch.stop(), "seconds": seconds, "share": share}


def main(given):
    """Every file, those given or ones that are made, and the floor of each, in turns."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        paths = [Path(path) for path in given]
        for suffix, write in () if given else WRITERS.items():
            paths.append(Path(folder) / f"model{suffix}")
            write(paths[-1])
        for path in paths:
            measure(path.resolve())


def measure(path):
    """One file, wherever windows can be measured."""
    size = path.stat().st_size / 2**20
    for platform in common.platforms():
        runs = {"floor": [], "program": []}
        for _ in range(ROUNDS):
            for who, rows in runs.items():
                rows.append(common.child(platform, "benchmarks.opening", who, path))
        common.heading(f"Opening {path.name}, {size:,.0f} MB, {ROUNDS} runs", platform)
        for who, name in (("floor", "a plain read"), ("program", "opening")):
            stalls = [max(run["gaps"]) for run in runs[who]]
            allowed = f"   at most {ALLOWED} ms" if who == "program" else ""
            print(common.line(f"longest stall, {name}", stalls) + allowed)
        floors = [1e3 * run["seconds"] for run in runs["floor"]]
        print(common.line("time, a plain read", floors))
        print(
            common.line("time, opening", [1e3 * run["seconds"] for run in runs["program"]], floors)
        )
        share = max(run["share"] for run in runs["program"])
        print(f"  bytes read: {share:.3f} of the file, at most {READ:g}")


if __name__ == "__main__":
    if sys.argv[1:2] in (["floor"], ["program"]):
        act = floor if sys.argv[1] == "floor" else program
        print(json.dumps(act(sys.argv[2])))
    else:
        main(sys.argv[1:])
