"""One thread for matrix products while a network runs.

A product with a cell's weights is over in microseconds. A second thread gains nothing
below some 512 cells and at most a factor of two above; but as soon as the cores are busy
with anything else (a window repainting, say) waiting for it costs ten to fifty times the
product itself. And with one thread the last bit of a result does not depend on how many
cores there are.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

_turn = threading.Lock()


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep BLAS to one thread inside the block.

    The limit is the process's, so blocks in several threads take turns: two that overlapped
    would lift, or leave behind, one another's limit. Keep blocks short.
    """
    with _turn, _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> ThreadpoolController:
    """The BLAS libraries of this process; looking for them takes about a millisecond."""
    return ThreadpoolController()
