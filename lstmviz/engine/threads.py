"""How many threads a matrix product may use.

Products with a small cell's weights gain nothing from a second thread, and when the
other cores are busy (a window repainting, say) waiting for it costs up to fifty times
the product itself; only weights too large for a core's cache repay it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

SHARED_BYTES = 2**23
"""Weights of at least this many bytes are worth sharing among threads."""

_lock = threading.Lock()


@contextmanager
def suited_to(weight_bytes: int) -> Iterator[None]:
    """Keep BLAS to one thread inside the block, unless the weights repay more.

    The limit is the process's, so blocks that set it take turns: two that overlapped
    would restore each other's limit.
    """
    if weight_bytes >= SHARED_BYTES:
        yield
        return
    with _lock, _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> ThreadpoolController:
    """The BLAS libraries of this process; looking for them takes about a millisecond."""
    return ThreadpoolController()
