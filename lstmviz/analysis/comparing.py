"""Two runs side by side: what differs, where, and which unit of one is which of the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.aligning import Pairs, by_step, by_token, correlations, matched
from lstmviz.analysis.steps import direction_of
from lstmviz.engine.trace import DIRECTION_ARRAYS, Trace
from lstmviz.errors import LstmvizError

Numbers = NDArray[np.float64]
Tokens = Sequence[str]

OWN = ("hidden_state", "output")
"""Arrays whose columns are no cell units: column k is held against column k."""


@dataclass(frozen=True)
class Largest:
    """The largest |difference| of an array: where (step of the first run, its unit), and the mean.

    `step` and `unit` are None where nothing is compared.
    """

    array: str
    mean: float
    largest: float
    step: int | None
    unit: int | None


@dataclass(frozen=True, eq=False)
class Comparison:
    """Second minus first, over the steps and units that belong together.

    `steps` (n, 2) are steps of the first and of the second run, `units` (m, 2) units of their
    layers, `agreement` (m,) the correlation of each pair's cell states over those steps.
    `differences` maps an array's name to (n, m): every array of the direction but `hidden_state`,
    which is (n, H) and there only with a projection, and `output` (n, width), both where they
    are as wide in both runs.
    """

    steps: Pairs
    units: Pairs
    agreement: Numbers
    differences: dict[str, Numbers]

    def summary(self) -> tuple[Largest, ...]:
        """Mean and largest of every array, the array that differs most first."""
        rows = [self._largest(name, values) for name, values in self.differences.items()]
        return tuple(sorted(rows, key=lambda row: -row.largest))

    def _largest(self, name: str, values: Numbers) -> Largest:
        if not values.size:
            return Largest(name, 0.0, 0.0, None, None)
        apart = np.abs(values)
        apart[np.isnan(apart)] = np.inf
        row, column = (int(k) for k in np.unravel_index(apart.argmax(), apart.shape))
        unit = column if name in OWN else int(self.units[column, 0])
        step = int(self.steps[row, 0])
        return Largest(name, float(apart.mean()), float(apart[row, column]), step, unit)

    def per_unit(self, array: str) -> Numbers:
        """(m,): the root mean square of an array's differences over the steps."""
        return np.asarray(np.sqrt((self.differences[array] ** 2).mean(axis=0)))

    def per_step(self, array: str) -> Numbers:
        """(n,): the root mean square of an array's differences over the units."""
        return np.asarray(np.sqrt((self.differences[array] ** 2).mean(axis=1)))


def compare(
    first: Trace,
    second: Trace,
    layer: int = 0,
    direction: str = "forward",
    tokens: tuple[Tokens, Tokens] | None = None,
    match: bool = False,
) -> Comparison:
    """Hold a layer of two runs against each other.

    Step k stands beside step k as far as both go; with the `tokens` of both (one a step) those
    beside each other that a longest common subsequence pairs. Unit k stands beside unit k; with
    `match` units are paired so that their |correlations| of c sum to the most, as those of
    networks trained apart must be. Raises `LstmvizError` for a layer or direction that one of
    them lacks, for tokens that are not one a step, where no step belongs to another, and, where
    units are not matched, for layers of different sizes.
    """
    ours, theirs = (direction_of(trace, layer, direction) for trace in (first, second))
    steps = _steps(first, second, tokens)
    a, b = ours.cell_state[steps[:, 0]], theirs.cell_state[steps[:, 1]]
    sizes = a.shape[1], b.shape[1]
    if not match and sizes[0] != sizes[1]:
        raise LstmvizError(
            f"the layers have {sizes[0]} and {sizes[1]} units; match their units by correlation."
        )
    found = correlations(a, b)
    units = matched(np.abs(found)) if match else by_step(*sizes)
    differences = {
        name: _apart(getattr(ours, name), getattr(theirs, name), steps, units)
        for name in DIRECTION_ARRAYS
        if name != "hidden_state"
    }
    own = {"output": (first.output, second.output)}
    if ours.hidden_state is not ours.cell_output:
        own = {"hidden_state": (ours.hidden_state, theirs.hidden_state)} | own
    for name, (one, other) in own.items():
        if one.shape[1] == other.shape[1]:
            columns = by_step(one.shape[1], one.shape[1])
            differences[name] = _apart(one, other, steps, columns)
    return Comparison(steps, units, found[units[:, 0], units[:, 1]], differences)


def _steps(first: Trace, second: Trace, tokens: tuple[Tokens, Tokens] | None) -> Pairs:
    """The steps that belong together."""
    if tokens is None:
        return by_step(first.steps, second.steps)
    for trace, labels in zip((first, second), tokens, strict=True):
        if len(labels) != trace.steps:
            raise LstmvizError(
                f"{len(labels):,} tokens are given for {trace.steps:,} steps; give one a step."
            )
    steps = by_token(*tokens)
    if not len(steps):
        raise LstmvizError("the two inputs have no token in common; align them by step.")
    return steps


def _apart(
    ours: NDArray[np.floating], theirs: NDArray[np.floating], steps: Pairs, units: Pairs
) -> Numbers:
    """Second minus first, (steps, units) in float64; 0 where both are infinite alike or NaN."""
    a = ours[np.ix_(steps[:, 0], units[:, 0])].astype(np.float64)
    b = theirs[np.ix_(steps[:, 1], units[:, 1])]
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, b - a)
