"""How much of a file has been read, told while it is read."""

from __future__ import annotations

from collections.abc import Callable

from lstmviz.npy import Tick

Progress = Callable[[int, int], None]
"""Told bytes done and bytes in all while weights are read; what it raises ends the reading."""


def counting(progress: Progress | None, total: int) -> Tick:
    """What is told the bytes of every piece, and tells `progress` how many of `total` are done."""
    done = 0

    def tick(count: int) -> None:
        nonlocal done
        done = min(done + count, total)
        if progress:
            progress(done, total)

    return tick
