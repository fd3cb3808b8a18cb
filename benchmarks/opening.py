"""Opening a model of 200 MB in every format: stalls of the event loop, bytes read, and seconds.

    python -m benchmarks.opening [FILE | .SUFFIX …]

Without arguments a file of each format is made; suffixes choose among them, and files of your own
are taken as they are. A timer asks to be called every millisecond; a stall is the time between two
calls, from the moment a file is asked for until its run and its heatmaps are whole. The floor is a
plain read of the same file in a thread beside a window that shows nothing. Of each stall the part
is told, too, in which the system gave the cores to other programs (/proc/self/schedstat, where
there is one). Bytes are those the process asked the system for (`rchar` of /proc/self/io).
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks import common
from benchmarks.stalls import Watch

ALLOWED, READ = 50, 1.1
ROUNDS = 3
PIECE = 2**20


class Waits(Watch):
    """Beside each gap the milliseconds in which the thread could have run but had no core."""

    def __init__(self):
        path = Path("/proc/thread-self/schedstat")
        self._schedule = path.open() if path.exists() else None
        self.waits, self._waited = [], self._now()
        super().__init__()

    def _now(self):
        if self._schedule is None:
            return 0.0
        self._schedule.seek(0)
        return int(self._schedule.read().split()[1]) / 1e6

    def _called(self):
        super()._called()
        now = self._now()
        self.waits.append(now - self._waited)
        self._waited = now

    def stop(self):
        super().stop()
        longest = max(range(len(self.gaps)), key=self.gaps.__getitem__)
        return {"longest": self.gaps[longest], "waited": self.waits[longest]}


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
        watch, before, begun = Waits(), bytes_read(), time.perf_counter()
        job = pool.submit(read)
        until(job.done)
        return found(watch, before, begun, path)


def program(path):
    """The window while it opens the file."""
    from lstmviz.gui.app import application

    app = application()
    window = common.open_window(app, common.document(64, 100))
    watch, before, begun = Waits(), bytes_read(), time.perf_counter()
    window.open_path(path)
    until(lambda: shown(window))
    result = found(watch, before, begun, path)
    window.close()
    return result


def shown(window):
    """Whether the file's run and its pictures are whole."""
    run, heatmaps = window.store.run, window.heatmaps
    computed = run.certificate is not None and run.finished
    return computed and heatmaps._images.complete and not heatmaps._ground.painting


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
    return {**watch.stop(), "seconds": seconds, "share": share}


def main(given):
    """Every file, those given or ones that are made, and the floor of each, in turns."""
    suffixes = [each for each in given if each in WRITERS]
    files = [Path(each).resolve() for each in given if each not in WRITERS]
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        for suffix in suffixes or ([] if files else WRITERS):
            path = Path(folder) / f"model{suffix}"
            WRITERS[suffix](path)
            measure(path)
            path.unlink()
    for path in files:
        measure(path)


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
            allowed = f"   at most {ALLOWED} ms" if who == "program" else ""
            stalls, waits = ([run[part] for run in runs[who]] for part in ("longest", "waited"))
            print(common.line(f"longest stall, {name}", stalls) + allowed)
            print(common.line("  of that without a core", waits))
        floors = [1e3 * run["seconds"] for run in runs["floor"]]
        times = [1e3 * run["seconds"] for run in runs["program"]]
        print(common.line("time, a plain read", floors))
        print(common.line("time, opening", times, floors))
        share = max(run["share"] for run in runs["program"])
        print(f"  bytes read: {share:.3f} of the file, at most {READ:g}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] in (["floor"], ["program"]):
        act = floor if sys.argv[1] == "floor" else program
        print(json.dumps(act(sys.argv[2])))
    else:
        from benchmarks.modelfiles import WRITERS

        main(sys.argv[1:])
