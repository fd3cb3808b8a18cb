"""More places like this: steps whose state is nearest to that of a chosen step, or of several."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.steps import check_step, values_of
from lstmviz.engine.trace import Array, Trace
from lstmviz.errors import LstmvizError

Numbers = NDArray[np.float64]

MEASURES = ("cosine", "euclid")
BOTH = ("cell_state", "hidden_state")
ARRAYS = (*BOTH, "cell_output", "states")
"""What is compared; "states" is the mean of what c and h say."""
APART = 10
"""Places on the same sequence are at least so many steps apart, from the chosen one too."""
NEAR = 1e-6
"""Squared distances below this share of the squares are summed over the differences."""


@dataclass(frozen=True)
class Place:
    """A place like the chosen one: `sequence` names where, `step` is its first step.

    `distance` is 0 where the states are the same: 1 − cos of 0…2, or Euclid's, each the mean over
    the steps of the place.
    """

    sequence: str
    step: int
    distance: float


def similar(
    trace: Trace,
    step: int,
    last: int | None = None,
    *,
    array: str = "cell_state",
    measure: str = "cosine",
    most: int = 10,
    apart: int = APART,
    others: Iterable[tuple[str, Trace]] = (),
    layer: int = 0,
    direction: str = "forward",
) -> tuple[Place, ...]:
    """The `most` places nearest to the steps from `step` up to, not with, `last`, nearest first.

    `last` None is one step. Places in the trace itself are named ""; `others` are runs of the
    same network, each with its name, taken one at a time. No two places on one sequence, nor
    the chosen one and another, are closer than `apart` steps or the length of the range. Raises
    `LstmvizError` for what is not there, an unknown array or measure, and runs of other sizes.
    """
    wanted = sample(trace, step, last, array, measure, layer, direction)
    apart = max(apart, wanted.length)
    found: list[Place] = []
    for name, run in [("", trace), *others]:
        away = distances(wanted, run, name)
        if run is trace:
            away[max(0, step - apart + 1) : step + apart] = np.inf
        found += nearest(name, away, most, apart)
    return tuple(sorted(found, key=lambda place: place.distance)[:most])


@dataclass(frozen=True, eq=False)
class Sample:
    """The states of a place, each (length, units), and by what others are measured against it."""

    parts: tuple[Array, ...]
    array: str
    measure: str
    layer: int
    direction: str

    @property
    def length(self) -> int:
        """Steps of the place."""
        return len(self.parts[0])


def sample(
    trace: Trace,
    step: int,
    last: int | None = None,
    array: str = "cell_state",
    measure: str = "cosine",
    layer: int = 0,
    direction: str = "forward",
) -> Sample:
    """The place from `step` up to, not with, `last`; raises `LstmvizError` as `similar`."""
    headed = array == "output" or array.startswith("head")
    if (array not in ARRAYS and not headed) or measure not in MEASURES:
        known, given = (MEASURES, measure) if array in ARRAYS or headed else (ARRAYS, array)
        raise LstmvizError(f"{given[:40]!r} is not one of {', '.join(known)}.")
    check_step(trace.steps, step)
    last = step + 1 if last is None else last
    if not step < last <= trace.steps:
        raise LstmvizError(
            f"steps from {step} up to {last} are no part of a run of {trace.steps:,}; end after "
            "the start, and within the run."
        )
    parts = tuple(each[step:last] for each in _states(trace, array, layer, direction))
    return Sample(parts, array, measure, layer, direction)


def distances(wanted: Sample, trace: Trace, name: str = "") -> Numbers:
    """(T − length + 1,): how far every place as long as the one wanted is from it.

    Raises `LstmvizError` for a run of other sizes; `name` is what it is called then.
    """
    states = _states(trace, wanted.array, wanted.layer, wanted.direction)
    for own, values in zip(wanted.parts, states, strict=True):
        if values.shape[1] != own.shape[1]:
            raise LstmvizError(
                f"{name[:80] or 'the run'} has {values.shape[1]} units, but the chosen place has "
                f"{own.shape[1]}; compare runs of one network."
            )
    pairs = zip(wanted.parts, states, strict=True)
    found: list[Numbers] = [_distances(own, values, wanted.measure) for own, values in pairs]
    mean: Numbers = np.mean(found, axis=0)
    return mean


def _states(trace: Trace, array: str, layer: int, direction: str) -> tuple[Array, ...]:
    names = BOTH if array == "states" else (array,)
    return tuple(values_of(trace, name, layer, direction) for name in names)


def _distances(asked: Array, values: Array, measure: str) -> Numbers:
    """(T − length + 1,): the mean distance of every place as long as the one asked for."""
    length, places = len(asked), len(values) - len(asked) + 1
    if places < 1:
        return np.zeros(0)
    wide = values.astype(np.float64)
    squares = (wide**2).sum(axis=1)
    total = np.zeros(places)
    for k, row in enumerate(asked.astype(np.float64)):
        part = slice(k, k + places)
        one = _cosines if measure == "cosine" else _euclids
        total += one(wide[part], squares[part], row)
    return np.asarray(total / length)


def _cosines(values: Numbers, squares: Numbers, row: Numbers) -> Numbers:
    """(n,): 1 − cos of every row of (n, units) with one; 1 where one of the two is 0."""
    norms = np.sqrt(squares) * np.linalg.norm(row)
    cosines = np.divide(values @ row, norms, out=np.zeros(len(values)), where=norms > 0)
    return np.asarray(1 - np.clip(cosines, -1, 1))


def _euclids(values: Numbers, squares: Numbers, row: Numbers) -> Numbers:
    """(n,): Euclid's distance of every row from one; ‖a‖² − 2ab + ‖b‖² but of near rows."""
    sums = squares + row @ row
    found = sums - 2 * (values @ row)
    near = found < NEAR * sums  # the sum of squares would keep but a few of their digits
    found[near] = ((values[near] - row) ** 2).sum(axis=1)
    return np.asarray(np.sqrt(found))


def nearest(name: str, distances: Numbers, most: int, apart: int) -> list[Place]:
    """The nearest places of one sequence; each takes the room around it."""
    left = distances.copy()
    found: list[Place] = []
    while len(found) < most and len(left):
        step = int(np.nanargmin(left)) if np.isfinite(left).any() else -1
        if step < 0:
            break
        found.append(Place(name, step, float(left[step])))
        left[max(0, step - apart + 1) : step + apart] = np.inf
    return found
