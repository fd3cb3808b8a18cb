"""The measured claims, each beside its floor, which is measured in the same run.

    python -m benchmarks [engine] [playing] [start] [stalls] [slider] [opening] [hover] [asking]
                         [rerun] [typing]

Without names all are measured, which takes some minutes. Windows are measured offscreen, and
on the display too if there is one. (An Xvfb must be started with -noreset.) Close other programs
first: they share the cores.
"""

from __future__ import annotations

import os
import subprocess
import sys

from benchmarks.common import ROOT

NAMES = (
    "engine",
    "playing",
    "start",
    "stalls",
    "slider",
    "opening",
    "hover",
    "asking",
    "rerun",
    "typing",
)


def main(names):
    """Measure what is named; returns the exit code."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"There is no benchmark {unknown[0]!r}; there are {', '.join(NAMES)}.")
        return 2
    if hasattr(os, "getloadavg"):
        busy = os.getloadavg()[0]
        print(f"{os.cpu_count()} cores, of which other programs kept {busy:.1f} busy just now.")
        sys.stdout.flush()
    failed = 0
    for name in names or NAMES:
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        failed |= subprocess.call(command, cwd=ROOT)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
