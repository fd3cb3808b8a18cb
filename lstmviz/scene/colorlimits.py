"""Which values the colours of c, h and m tell apart: all of a run, or those of most units.

A few units with large values would else leave all others pale.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lstmviz.engine.trace import DirectionTrace

Array = NDArray[np.floating]
Limits = dict[str, tuple[float, float]]

CHOICES = (
    ("most", "the values of three units in four, where a few others are far larger"),
    ("all", "every value"),
)
"""The choices by name (as in `View.limits`), each with the words for a menu; the first is usual."""

SHARE, WORTH = 75.0, 0.6
"""Per cent of the units that are wholly within the narrower limits, and the part of the largest
value that these must not exceed: else nothing is gained."""

ALIKE = {
    "cell_state": ("forgotten", "written", "summed", "cell_state_before"),
    "hidden_state": ("hidden_state_before",),
    "cell_output": (),
}
"""The arrays with a choice, each with those that have its colours."""
MOST, PEAK, ALL = "/most", "/peak", "/all"
"""Ends of names: what most units need, the largest value, and limits before narrowing."""

ROUND = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
"""Round limits within a power of ten."""


def rounded(peak: float) -> float:
    """The least round number that is not below `peak`; 1 where that is 0."""
    if peak <= 0.0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(peak))
    limit = next(k * power for k in ROUND if k * power >= peak * (1 - 1e-9))
    return float(f"{limit:.3g}")


def most(run: DirectionTrace, first: int, last: int) -> Limits:
    """What the narrower limits of a run's steps `first` to `last` (exclusive) are made of."""
    result: Limits = {}
    for name in ALIKE:
        peaks = _peaks(getattr(run, name)[first:last])
        share, largest = _percentile(peaks, SHARE), float(peaks.max())
        result |= {name + MOST: (-share, share), name + PEAK: (-largest, largest)}
    return result


def _percentile(values: Array, share: float) -> float:
    """As `np.percentile`, which loads masked arrays first: a twentieth of a second at the start."""
    place = share / 100 * (len(values) - 1)
    return float(np.interp(place, np.arange(len(values)), np.sort(values)))


def _peaks(values: Array) -> Array:
    """(units,) the largest finite magnitude of each unit; 0 where there is none."""
    if not len(values):
        return np.zeros(1)
    with np.errstate(invalid="ignore"):
        peaks = np.maximum(np.fmax.reduce(values, axis=0), -np.fmin.reduce(values, axis=0))
    if not np.isfinite(peaks).all():
        peaks = np.where(np.isfinite(values), np.abs(values), 0).max(axis=0)
    return np.asarray(peaks)


def chosen(limits: Limits, choice: str) -> Limits:
    """The limits by array as a view's `choice` has them; what is narrowed is kept as NAME/all."""
    if choice == "all":
        return limits
    result = dict(limits)
    for name, alike in ALIKE.items():
        share, peak = (limits.get(name + end, (0.0, 0.0))[1] for end in (MOST, PEAK))
        if not 0 < share <= WORTH * peak:
            continue
        limit = min(rounded(share), whole(limits, name)[1])
        for each in (name, *alike):
            if each in limits:
                result[each + ALL], result[each] = whole(limits, each), (-limit, limit)
    return result


def whole(limits: Limits, name: str) -> tuple[float, float]:
    """The limits of every value of an array, whatever its colours tell apart."""
    return limits.get(name + ALL, limits[name])


def narrowed(limits: Limits, name: str) -> bool:
    """Whether there are values beyond the colours of an array."""
    return whole(limits, name)[1] > limits[name][1]
