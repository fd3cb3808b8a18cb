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
    return _half_life(direction_of(trace, layer, direction).forget_gate.astype(np.float64))


def longest_hold(
    trace: Trace, least: float = HELD, layer: int = 0, direction: str = "forward"
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """(C,) most steps in a row with f ≥ `least`, and (C,) the step at which that hold began.

    Steps are numbered as in the sequence and counted in the order of the run; of holds alike the
    first counts. Units that never hold have 0, from step 0.
    """
    gates = in_order(direction_of(trace, layer, direction).forget_gate, direction)
    longest = np.zeros(gates.shape[1], np.intp)
    began = np.zeros_like(longest)
    current = np.zeros_like(longest)
    for t, held in enumerate(gates >= least):
        current = np.where(held, current + 1, 0)
        better = current > longest
        longest[better] = current[better]
        began[better] = t + 1 - current[better]
    if direction == "backward":
        began = np.where(longest > 0, trace.steps - 1 - began, 0)
    return longest, began


def horizon(trace: Trace, layer: int = 0, direction: str = "forward") -> Numbers:
    """(C,): the effective horizon, Σₖ ∏ⱼ₌ₖ₊₁..ₜ fⱼ averaged over the steps t.

    It is how many steps' writes are in c at once if all are alike: 1 where all is forgotten,
    1 / (1 − f) after a long run of one f.
    """
    gates = in_order(direction_of(trace, layer, direction).forget_gate, direction)
    weight = np.zeros(gates.shape[1])
    total = np.zeros_like(weight)
    with np.errstate(invalid="ignore", over="ignore"):
        for forget in gates.astype(np.float64):
            weight = forget * weight + 1
            total += weight
    return np.asarray(total / trace.steps)


def memory(trace: Trace, layer: int = 0, direction: str = "forward") -> Memory:
    """The whole table of a layer."""
    gates = direction_of(trace, layer, direction).forget_gate.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.exp(np.log(np.maximum(gates, 0)).mean(axis=0))
    hold, began = longest_hold(trace, HELD, layer, direction)
    return Memory(
        np.median(_half_life(gates), axis=0), mean, hold, began, horizon(trace, layer, direction)
    )


def _half_life(forget: Array) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        result = np.log(0.5) / np.log(forget)
    result = np.where(forget >= 1, np.inf, result)
    return np.where(forget <= 0, 0.0, result)
