"""Units that follow something: which gates and states rise and fall with an annotation.

An annotation says one number of every step: 0 or 1 (inside a string or not), or any number
(the depth of brackets). Where it is NaN the step is left out.

Correlation is Pearson's, r = Σ (v − v̄)(a − ā) / √(Σ (v − v̄)² Σ (a − ā)²). For an annotation
of 0s and 1s the AUC is the chance that a step with 1 has the larger value than a step with 0,
ties counting one half: (R − n₁(n₁ + 1)/2) / (n₁ n₀), R the sum of the ranks of the n₁ steps
with 1 (Mann and Whitney 1947). ½ is chance; 0 separates as well as 1, upside down.

Of hundreds of units one follows anything by accident, so the ranking is made on some of the
steps, and each row says what it comes to on the steps held out; `by_chance` says how well the
best would do by accident.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstmviz.engine.trace import DIRECTION_ARRAYS, Trace
from lstmviz.errors import LstmvizError

Numbers = NDArray[np.float64]

BLOCKS = 12
"""A sequence is cut into so many runs of steps; every third one is held out."""
LEAST = 2 * BLOCKS
"""Fewest annotated steps that can be ranked."""
SHIFTS = 19
"""Shifted copies of an annotation: the best of them is reached by accident one time in twenty."""
HUGE = 1e100
"""An annotation with larger numbers is scaled, so that their squares are numbers."""
SLAB = 2**22
"""Numbers that are worked on at a time."""


@dataclass(frozen=True)
class Follower:
    """How well one unit of one array follows an annotation.

    `correlation` −1…1 and `auc` 0…1 (None unless the annotation is 0s and 1s) are of the steps
    that were ranked; `held_correlation` and `held_auc` are of the steps held out, None
    where the annotation does not change there. A unit that never changes has 0 and ½.
    """

    array: str
    unit: int
    correlation: float
    auc: float | None
    held_correlation: float | None
    held_auc: float | None


def follow(
    trace: Trace, annotation: ArrayLike, layer: int = 0, direction: str = "forward"
) -> tuple[Follower, ...]:
    """Every unit of every gate and state of a layer, those that follow best (by |r|) first.

    `annotation` (steps,) is 0/1 or any numbers, NaN where it says nothing. The steps are cut
    into twelve runs, of which the third, sixth, ninth and last are held out. Without a
    projection `hidden_state` is `cell_output`, and only the latter is ranked. Raises
    `LstmvizError` for a layer or direction the trace lacks, and as `rank` does.
    """
    return rank(ranked_arrays(trace, layer, direction), annotation, held_out(trace.steps))


def ranked_arrays(
    trace: Trace, layer: int = 0, direction: str = "forward"
) -> dict[str, NDArray[np.floating]]:
    """The arrays (steps, units) that `follow` ranks, by name; raises `LstmvizError` as it does."""
    if not 0 <= layer < len(trace.layers):
        raise LstmvizError(f"layer {layer} does not exist; the trace has {len(trace.layers)}.")
    found = dict(trace.layers[layer].directions())
    if direction not in found:
        ways = " and ".join(found)
        raise LstmvizError(f"layer {layer} does not run {direction[:40]!r}; it runs {ways}.")
    arrays = {name: getattr(found[direction], name) for name in DIRECTION_ARRAYS}
    if arrays["hidden_state"] is arrays["cell_output"]:
        del arrays["hidden_state"]
    return arrays


def by_chance(
    arrays: Mapping[str, NDArray[np.floating]], annotation: ArrayLike, held: NDArray[np.bool_]
) -> float:
    """The largest |r| of any column with an annotation that is none of its business.

    That is the annotation itself, shifted around by 19 different numbers of steps: the runs of
    1s and the slow changes that raise correlations by accident stay, only their place is wrong.
    Shifts that bring a regular annotation back onto itself (|r| of ½ or more) are not taken.
    A ranking whose best |r| is not above it could be an accident one time in twenty or more.
    Arguments are those of `rank`.
    """
    told = _checked(annotation, len(held))
    told = np.where(np.isnan(told), np.nanmean(told), told)
    steps = len(told)
    apart = max(1, steps // (SHIFTS + 1))
    wanted = _apart(told, np.arange(apart, steps - apart + 1))
    wanted = np.random.default_rng(0).permutation(wanted)
    shifted = np.stack([np.roll(told, by)[~held] for by in wanted[:SHIFTS]])
    shifted = _unit_length(shifted)
    best = 0.0
    width = max(1, SLAB // shifted.shape[1])
    for values in arrays.values():
        for start in range(0, values.shape[1], width):
            slab = np.ascontiguousarray(values[~held, start : start + width].T, np.float64)
            best = max(best, float(np.abs(_unit_length(slab) @ shifted.T).max()))
    return min(best, 1.0)


def _apart(told: Numbers, shifts: NDArray[np.intp]) -> NDArray[np.intp]:
    """The shifts by which an annotation is least like itself: those below ½, or a few."""
    spectrum = np.abs(np.fft.rfft(told - told.mean())) ** 2
    likeness = np.abs(np.fft.irfft(spectrum, len(told)))
    likeness /= likeness[0] or 1.0
    order = shifts[np.argsort(likeness[shifts], kind="stable")]
    return order[: max(SHIFTS, int((likeness[shifts] < 0.5).sum()))]


def _unit_length(rows: Numbers) -> Numbers:
    """Every row less its mean, of length 1; 0 where it never changes or is not finite."""
    still = ~(rows.max(axis=1) > rows.min(axis=1))
    with np.errstate(invalid="ignore", over="ignore"):
        rows = rows - rows.mean(axis=1, keepdims=True)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        still |= ~(np.isfinite(norms[:, 0]) & (norms[:, 0] > 0))
        rows = np.divide(rows, norms, out=np.zeros_like(rows), where=~still[:, None])
    return np.asarray(rows)


def held_out(steps: int) -> NDArray[np.bool_]:
    """Which steps (steps,) `follow` keeps for the proof: every third of twelve runs."""
    blocks = np.arange(steps) * BLOCKS // max(steps, 1)
    held: NDArray[np.bool_] = blocks % 3 == 2
    return held


def rank(
    arrays: Mapping[str, NDArray[np.floating]], annotation: ArrayLike, held: NDArray[np.bool_]
) -> tuple[Follower, ...]:
    """The columns of `arrays` (name → (steps, units)), those that follow best first.

    `held` (steps,) says which steps are held out. Of equal rows the array and the unit that
    come first stand first. Raises `LstmvizError` for an annotation of another length, of
    fewer than 24 steps, infinite, or the same at every step that is ranked.
    """
    told = _checked(annotation, len(held))
    ranked, proof = ~held & ~np.isnan(told), held & ~np.isnan(told)
    _check_enough(told, ranked)
    both = bool(np.isin(told[ranked | proof], (0.0, 1.0)).all())
    rows: list[Follower] = []
    for name, values in arrays.items():
        first, second = (_scores(values, told, rows_, both) for rows_ in (ranked, proof))
        for unit in range(values.shape[1]):
            correlation, auc = first.of(unit)
            assert correlation is not None  # `_check_enough` saw the annotation change
            rows.append(Follower(name, unit, correlation, auc, *second.of(unit)))
    return tuple(sorted(rows, key=lambda row: -abs(row.correlation)))


@dataclass(frozen=True)
class _Scores:
    """Correlations and AUCs (units,) of one array, each None where there is none."""

    correlations: Numbers | None
    aucs: Numbers | None

    def of(self, unit: int) -> tuple[float | None, float | None]:
        """Both of one unit."""
        return (
            None if self.correlations is None else float(self.correlations[unit]),
            None if self.aucs is None else float(self.aucs[unit]),
        )


def _checked(annotation: ArrayLike, steps: int) -> Numbers:
    """The annotation as (steps,) numbers."""
    try:
        told = np.asarray(annotation)
        told = told.astype(np.float64, casting="unsafe" if told.dtype == object else "same_kind")
    except (TypeError, ValueError, OverflowError):
        raise LstmvizError("the annotation is not numbers; give one number a step.") from None
    if told.shape != (steps,):
        raise LstmvizError(
            f"the annotation has shape {told.shape}, but the trace has {steps:,} steps; give one "
            "number a step."
        )
    if np.isinf(told).any():
        step = int(np.isinf(told).argmax())
        raise LstmvizError(
            f"the annotation is infinite at step {step:,}; give finite numbers, or NaN to leave a "
            "step out."
        )
    largest = np.abs(told[~np.isnan(told)]).max(initial=0)
    return told / largest if largest > HUGE else told


def _check_enough(told: Numbers, ranked: NDArray[np.bool_]) -> None:
    """Raise `LstmvizError` where nothing can be ranked."""
    known = int((~np.isnan(told)).sum())
    if known < LEAST:
        raise LstmvizError(
            f"the annotation says something of {known:,} steps; a ranking needs at least {LEAST}."
        )
    if not ranked.any() or _same(told[ranked]):
        raise LstmvizError(
            "the annotation is the same at every step that is ranked, so nothing can follow it; "
            "annotate steps all over the sequence."
        )


def _same(told: Numbers) -> bool:
    return bool(told.max() == told.min())


def _scores(
    values: NDArray[np.floating], told: Numbers, steps: NDArray[np.bool_], both: bool
) -> _Scores:
    """The scores of an array's columns over some of the steps, a slab of columns at a time."""
    told = told[steps]
    if not len(told) or _same(told):
        return _Scores(None, None)
    correlations, aucs = [], []
    width = max(1, SLAB // len(told))
    for start in range(0, values.shape[1], width):
        slab = np.ascontiguousarray(values[steps, start : start + width].T, np.float64)
        correlations.append(_correlations(slab, told))
        if both:
            aucs.append(_aucs(slab, told > 0))
    return _Scores(np.concatenate(correlations), np.concatenate(aucs) if both else None)


def _correlations(slab: Numbers, told: Numbers) -> Numbers:
    """Pearson's r of every row of (units, steps) with the annotation; 0 of a constant row."""
    found: Numbers = np.clip(_unit_length(slab) @ _unit_length(told[None])[0], -1, 1)
    return found


def _aucs(slab: Numbers, positive: NDArray[np.bool_]) -> Numbers:
    """The AUC of every row of (units, steps): Mann and Whitney's U over n₁ n₀; ½ with NaN."""
    ones = int(positive.sum())
    zeros = len(positive) - ones
    sums = np.array([_ranks(row)[positive].sum() for row in slab])
    aucs: Numbers = (sums - ones * (ones + 1) / 2) / (ones * zeros)
    return np.where(np.isnan(slab).any(axis=1), 0.5, aucs)


def _ranks(row: Numbers) -> Numbers:
    """Ranks from 1; equal values share the mean of theirs."""
    _, group, sizes = np.unique(row, return_inverse=True, return_counts=True)
    last = np.cumsum(sizes)
    ranks: Numbers = (last - (sizes - 1) / 2)[group]
    return ranks
