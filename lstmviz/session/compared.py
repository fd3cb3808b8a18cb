"""A run beside what a framework gave for the same input, in this gate order and in all others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import ArrayLike

from lstmviz.analysis.agreement import Agreement, Numbers, compare, typeset
from lstmviz.engine import unroll
from lstmviz.engine.network import Network
from lstmviz.engine.states import Initial
from lstmviz.engine.trace import Trace, arrays
from lstmviz.files import shown
from lstmviz.inputs.expected import read_expected
from lstmviz.models.gateorder import GATE_ORDERS, reordered


def agreement(trace: Trace, path: str) -> Agreement:
    """The worst agreement of a complete trace with the arrays of a `.npy` or `.npz` file.

    Raises `LstmvizError` for a file that cannot be read, and with both shapes where one does
    not fit.
    """
    return compare(trace, read_expected(path, arrays(trace)), shown(path))


def tries(
    network: Network,
    x: ArrayLike,
    expected: str | Mapping[str, Numbers],
    initial: Initial | None = None,
    tick: Callable[[], None] = lambda: None,
) -> Iterator[tuple[str, Agreement]]:
    """Each of the 24 gate orders and how well a run with it agrees, one after the other.

    `expected` is the name of a file, or arrays by name. `tick` is called between pieces of work;
    what it raises ends it. Raises `LstmvizError` as `agreement`.
    """
    where = shown(expected) if isinstance(expected, str) else "what is expected"
    for order in GATE_ORDERS:
        changed = reordered(network, order)
        trace = unroll.allocate(changed, x, initial)
        for _ in unroll.chunks(changed, trace):
            tick()
        if isinstance(expected, str):
            expected = read_expected(expected, arrays(trace))
        yield order, compare(trace, expected, where)


def ranked(found: Mapping[str, Agreement]) -> dict[str, Agreement]:
    """Orders from the one that fits best to the worst."""
    return dict(sorted(found.items(), key=lambda row: row[1].relative))


def words(found: Agreement) -> str:
    """What was found, a sentence or two."""
    if np.isinf(found.difference):
        told = f"The difference of {found.array} is no number: step {found.step}, column "
        told += f"{found.column} is {typeset(found.ours, '.4g')}, "
        told += f"expected {typeset(found.theirs, '.4g')}."
    else:
        told = (
            f"Largest difference of {found.array}: {typeset(found.difference, '.2e')} at step "
            f"{found.step}, column {found.column} ({typeset(found.ours, '.6g')}, expected "
            f"{typeset(found.theirs, '.6g')})."
        )
    verdict = "agrees" if found.agrees else "does not agree"
    scale = typeset(found.scale, ".4g")
    return f"{told} It {verdict} within 1e−5 of the largest number expected ({scale})."
