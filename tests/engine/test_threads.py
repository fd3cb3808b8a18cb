"""The limit on BLAS threads holds while anything runs, and is gone afterwards."""

from __future__ import annotations

import threading

import pytest
from threadpoolctl import threadpool_info

from lstmviz.engine.threads import one_thread


def blas_threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_inside_there_is_one_thread_and_afterwards_as_many_as_before():
    before = blas_threads()
    with one_thread():
        assert blas_threads() == {1}
    assert blas_threads() == before


def test_an_error_inside_lifts_the_limit():
    before = blas_threads()
    with pytest.raises(KeyError), one_thread():
        raise KeyError
    assert blas_threads() == before


def test_blocks_in_several_threads_take_turns_and_leave_nothing_behind():
    before = blas_threads()
    seen = []

    def enter():
        with one_thread():
            seen.append(blas_threads())

    others = [threading.Thread(target=enter) for _ in range(3)]
    with one_thread():
        for other in others:
            other.start()
        others[0].join(0.02)
        assert seen == []
    for other in others:
        other.join()
    assert seen == [{1}] * 3
    assert blas_threads() == before
