"""How long a unit remembers: half-lives, unbroken holds, and the horizon of a whole run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.steps import direction_of, in_order
from lstmviz.engine.trace import Array, Trace

Numbers = NDArray[np.float64]

HELD = 0.9
"""A forget gate from here up holds."""
BLOCK = 64
"""Units whose gates are ranked at once, side by side in memory."""


@dataclass(frozen=True, eq=False)
class Memory:
    """What a layer's units remember, each array (C,).

    `half_life` is the median over the steps, `mean_forget` the geometric mean of f, `hold` the
    longest unbroken hold and `hold_from` the step it began at, `horizon` the effective horizon.
    """

    half_life: Numbers
    mean_forget: Numbers
    hold: NDArray[np.intp]
    hold_from: NDArray[np.intp]
    horizon: Numbers


def half_life(trace: Trace, layer: int = 0, direction: str = "forward") -> Numbers:
    """(steps, C): in how many steps half is forgotten if f stays as it is, ln ½ / ln f.

    Infinite for f ≥ 1, 0 for f ≤ 0; NaN where f is not a number.
    """
    return half_lives(direction_of(trace, layer, direction).forget_gate)


def longest_hold(
    trace: Trace, least: float = HELD, layer: int = 0, direction: str = "forward"
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """(C,) most steps in a row with f ≥ `least`, and (C,) the step at which that hold began.

    Steps are numbered as in the sequence and counted in the order of the run; of holds alike the
    first counts. Units that never hold have 0, from step 0.
    """
    gates = in_order(direction_of(trace, layer, direction).forget_gate, direction)
    longest, began = holds(gates, least)
    return longest, _numbered(longest, began, trace.steps, direction)


def horizon(trace: Trace, layer: int = 0, direction: str = "forward") -> Numbers:
    """(C,): the effective horizon, Σₖ ∏ⱼ₌ₖ₊₁..ₜ fⱼ averaged over the steps t.

    It is how many steps' writes are in c at once if all are alike: 1 where all is forgotten,
    1 / (1 − f) after a long run of one f.
    """
    return horizons(in_order(direction_of(trace, layer, direction).forget_gate, direction))


def memory(trace: Trace, layer: int = 0, direction: str = "forward") -> Memory:
    """The whole table of a layer."""
    return memory_of(direction_of(trace, layer, direction).forget_gate, direction)


def memory_of(forget: Array, direction: str = "forward") -> Memory:
    """The same of (T, C) forget gates, T ≥ 1, by step of the sequence."""
    gates = in_order(forget, direction)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.exp(np.log(np.maximum(gates, 0)).mean(axis=0, dtype=np.float64))
    longest, began = holds(gates, HELD)
    began = _numbered(longest, began, len(gates), direction)
    return Memory(median_half_life(gates), mean, longest, began, horizons(gates))


def median_half_life(forget: Array) -> Numbers:
    """(C,): the median of the half-lives of (T, C) forget gates; NaN where one is no number.

    A half-life never falls as f grows, so that the median stands at the middle of the gates.
    """
    middle, found = len(forget) // 2, np.empty((2, forget.shape[1]))
    for first in range(0, forget.shape[1], BLOCK):
        part = forget[:, first : first + BLOCK].T.copy()  # ranked in place
        broken = np.isnan(part).any(axis=1)
        part.partition(middle, axis=1)
        upper = part[:, middle]
        lower = upper if len(forget) % 2 else part[:, :middle].max(axis=1)
        found[:, first : first + BLOCK] = np.where(broken, np.nan, [lower, upper])
    with np.errstate(invalid="ignore"):
        return np.asarray(half_lives(found).mean(axis=0))


def holds(gates: Array, least: float = HELD) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """(C,) longest runs of rows with gates (T, C) of at least `least`, (C,) the row each begins."""
    steps, units = gates.shape
    held = np.zeros((units, steps + 2), np.int8)
    held[:, 1:-1] = (gates >= least).T
    changes = np.diff(held).ravel()
    starts, ends = np.flatnonzero(changes == 1), np.flatnonzero(changes == -1)
    unit, lengths = starts // (steps + 1), ends - starts
    longest = np.zeros(units, np.intp)
    np.maximum.at(longest, unit, lengths)
    began = np.zeros(units, np.intp)
    best = np.flatnonzero(lengths == longest[unit])[::-1]
    began[unit[best]] = starts[best] % (steps + 1)
    return longest, began


def horizons(gates: Array) -> Numbers:
    """(C,) effective horizons of (T, C) forget gates in the order of the run."""
    weight = np.zeros(gates.shape[1])
    total = np.zeros_like(weight)
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        for forget in gates:
            weight *= forget
            weight += 1
            total += weight
    return np.asarray(total / len(gates))


def _numbered(
    longest: NDArray[np.intp], began: NDArray[np.intp], steps: int, direction: str
) -> NDArray[np.intp]:
    """Rows of the run as steps of the sequence; 0 for units that never hold."""
    if direction == "forward":
        return began
    return np.where(longest > 0, steps - 1 - began, 0)


def half_lives(forget: Array) -> Numbers:
    """The half-life ln ½ / ln f of each forget gate, in an array of any shape."""
    forget = forget.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        result = np.log(0.5) / np.log(forget)
    result = np.where(forget >= 1, np.inf, result)
    return np.where(forget <= 0, 0.0, result)
