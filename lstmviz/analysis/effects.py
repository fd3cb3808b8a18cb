"""What a change of a run has done to its output, and from which step on anything differs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from lstmviz.analysis.interventions import WeightChange
from lstmviz.analysis.rerun import Rerun
from lstmviz.engine.spec import GATES
from lstmviz.engine.trace import DIRECTION_ARRAYS, EVERY, Array, Trace
from lstmviz.engine.variant import SWITCHES

ROUNDING = 16
"""Units of the last digit, of the largest value of an array, that count as no difference."""
FIRST_ROWS = 32
"""Rows in which the first difference is looked for, then twice as many, and so on."""


@dataclass(frozen=True)
class Effect:
    """The output of a changed run beside that of its baseline.

    `first` is the first step at which any value of any layer differs (None: none does), more than
    rounding can explain. `largest` is the largest |Δ| of the output, at `step` and `column`,
    `before` and `after` its two values. `likeliest` counts the steps whose largest output is
    another column (None where the output is one number wide). `divergence` is the mean over the
    steps of KL(baseline ‖ changed) in bits, None where the output is no softmax.
    """

    steps: int
    first: int | None
    largest: float
    step: int
    column: int
    before: float
    after: float
    likeliest: int | None
    divergence: float | None


def effect(baseline: Trace, changed: Trace, rows: slice = EVERY) -> Effect:
    """What differs between two runs of as many steps, with outputs of one width.

    Only these rows are looked at; the others are known not to differ.
    """
    start, stop, _ = rows.indices(baseline.steps)
    if start >= stop:
        return effect(baseline, baseline, slice(0, 1))
    before, after = baseline.output[start:stop], changed.output[start:stop]
    with np.errstate(invalid="ignore", over="ignore"):
        apart = _apart(before, after)
    row, column = (int(k) for k in np.unravel_index(apart.argmax(), apart.shape))
    wide = apart.shape[1] > 1
    head = baseline.spec.head
    largest = float(apart[row, column])
    step = start + row if largest else 0
    was = float(baseline.output[step, column])
    return Effect(
        steps=baseline.steps,
        first=_first(baseline, changed, start, stop),
        largest=largest,
        step=step,
        column=column,
        before=was,
        after=float(after[row, column]) if largest else was,
        likeliest=int((before.argmax(1) != after.argmax(1)).sum()) if wide else None,
        divergence=_divergence(before, after) / baseline.steps
        if head is not None and head.activation == "softmax"
        else None,
    )


def _divergence(before: Array, after: Array) -> float:
    """Σ_k p_k log₂(p_k / q_k), summed over the steps; infinite where q is 0 and p is not."""
    p = before.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.log(p / after)
        parts *= p
    total = float(parts.sum())
    if np.isnan(total):  # as 0 log 0 is, which counts as 0
        total = float(parts[p > 0].sum())
    return max(total / math.log(2), 0.0)


def _apart(before: Array, after: Array) -> Array:
    """|after − before|, infinite where one of the two alone is no number."""
    found = np.asarray(np.abs(after - before))
    if np.isnan(found.max()):
        found[(before == after) | (np.isnan(before) & np.isnan(after))] = 0
        found[np.isnan(found)] = np.inf
    return found


def _first(baseline: Trace, changed: Trace, start: int, stop: int) -> int | None:
    """The first of these steps at which an array differs by more than rounding."""
    pairs = {id(baseline.input): (baseline.input, changed.input)}
    pairs[id(baseline.output)] = (baseline.output, changed.output)
    for old, new in zip(baseline.layers, changed.layers, strict=True):
        for (_, before), (_, after) in zip(old.directions(), new.directions(), strict=True):
            for name in DIRECTION_ARRAYS:
                values = getattr(before, name)
                pairs[id(values)] = (values, getattr(after, name))
    bounds = [rounding(before[start:stop]) for before, _ in pairs.values()]
    low, most = start, FIRST_ROWS
    while low < stop:
        rows = slice(low, min(low + most, stop))
        steps = [
            first_row(before[rows], after[rows], bound)
            for (before, after), bound in zip(pairs.values(), bounds, strict=True)
        ]
        known = [step for step in steps if step is not None]
        if known:
            return low + min(known)
        low, most = low + most, 2 * most
    return None


@np.errstate(invalid="ignore")
def rounding(values: Array) -> float:
    """How far values of an array may be apart by rounding."""
    low, high = np.fmin.reduce(values, None), np.fmax.reduce(values, None)
    size = float(max(abs(low), abs(high))) if values.size else 0.0
    return ROUNDING * float(np.finfo(values.dtype).eps) * (size if np.isfinite(size) else 1.0)


def first_row(before: Array, after: Array, bound: float) -> int | None:
    """The first row in which two arrays are further apart than `bound`."""
    with np.errstate(invalid="ignore", over="ignore"):
        same = (np.abs(after - before) <= bound) | (before == after)
    other = ~(same | (np.isnan(before) & np.isnan(after))).all(axis=1)
    return int(other.argmax()) if other.any() else None


@dataclass(frozen=True)
class Touch:
    """Where an intervention takes hold: an array of a layer, its units (None: all) and steps.

    `last` is exclusive. With `weight` it is not the values themselves that are changed, but a
    weight that they are made with.
    """

    layer: int
    direction: str
    array: str
    units: tuple[int, ...] | None
    first: int
    last: int
    weight: bool = False

    def holds(self, unit: int, step: int) -> bool:
        """Whether the value of a unit at a step is itself changed."""
        here = self.units is None or unit in self.units
        return here and not self.weight and self.first <= step < self.last


def touches(again: Rerun) -> tuple[Touch, ...]:
    """Where the interventions of a run take hold; of a weight, the row it is summed into."""
    steps = again.trace.steps
    found = []
    for change in again.changes:
        last = steps if change.last is None else min(change.last, steps)
        place = (change.layer, change.direction, change.array, change.units)
        found.append(Touch(*place, change.first, last))
    for weight in again.weights:
        array, unit = _summed(weight, again.trace.spec.layers[weight.layer].cell_size)
        found.append(Touch(weight.layer, weight.direction, array, (unit,), 0, steps, True))
    return tuple(found)


def _summed(weight: WeightChange, size: int) -> tuple[str, int]:
    """The array and the unit that a weight is summed into, of a cell of that size."""
    if weight.array == "projection":
        return "hidden_state", weight.row
    if weight.array == "peepholes":
        return SWITCHES[weight.row], int(weight.column or 0)
    gates = SWITCHES if weight.array == "gate_recurrence" else GATES
    return gates[weight.row // size], weight.row % size
