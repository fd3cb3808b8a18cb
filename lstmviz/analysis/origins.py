"""When a cell state was written: what is left at one step of every step's write, exactly.

A cell state is a sum that fades: cₜ = fₜ cₜ₋₁ + wₜ, so that

    cₜ = (∏ⱼ₌₀..ₜ fⱼ) c₋₁ + Σₖ (∏ⱼ₌ₖ₊₁..ₜ fⱼ) wₖ

where c₋₁ is the initial state (Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al.
2000, unrolled). wₖ is i ⊙ g; it is taken from the trace as cₖ − fₖ cₖ₋₁, which is the same and
also holds what rounding and a cell clip did at that step, so that the parts sum to cₜ for every
variant. With a cell clip, what the bound took away thus counts against the step that hit it:
`clipped` says which steps did.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.steps import check_step, check_unit, direction_of, in_order
from lstmviz.engine.trace import DirectionTrace, Trace

Numbers = NDArray[np.float64]


def provenance(
    trace: Trace, step: int, unit: int, layer: int = 0, direction: str = "forward"
) -> Numbers:
    """(step + 2,): what remains in c at a step of c₀ (entry 0) and of step k's write (entry k + 1).

    In float64; the entries sum to the traced c. Where the layer runs backward, the steps count in
    the order in which they came about: entry k + 1 belongs to step T − 1 − k, and there are
    T − step + 1 entries. Raises `LstmvizError` for a step, unit, layer or direction that is not
    there.
    """
    kept, writes = _parts(trace, step, unit, layer, direction)
    return np.asarray(kept * writes)


def remaining(
    trace: Trace, step: int, unit: int, layer: int = 0, direction: str = "forward"
) -> Numbers:
    """(step + 2,): the share 0…1 (with gates of 0…1) that is left of c₀ and of every write."""
    return _parts(trace, step, unit, layer, direction)[0]


def writes(trace: Trace, unit: int, layer: int = 0, direction: str = "forward") -> Numbers:
    """(T,): what each step wrote, in the order of the steps, before anything of it faded."""
    run = direction_of(trace, layer, direction)
    check_unit(run.cell_state.shape[1], unit)
    _, written = _run(run, unit, direction)
    return np.asarray(in_order(written[1:], direction), np.float64)


def provenance_matrix(
    trace: Trace, unit: int, layer: int = 0, direction: str = "forward"
) -> Numbers:
    """(T, T + 1): row t is `provenance` at the t-th step that came about, zeros after it."""
    run = direction_of(trace, layer, direction)
    check_unit(run.cell_state.shape[1], unit)
    forget, written = _run(run, unit, direction)
    steps = len(forget)
    result = np.zeros((steps, steps + 1))
    row = np.zeros(steps + 1)
    row[0] = written[0]
    for t in range(steps):
        row[: t + 1] *= forget[t]
        row[t + 1] = written[t + 1]
        result[t] = row
    return result


def provenance_map(
    trace: Trace,
    unit: int,
    seen: NDArray[np.integer],
    edges: NDArray[np.integer],
    layer: int = 0,
    direction: str = "forward",
) -> tuple[Numbers, Numbers]:
    """The matrix as far as a picture can show it, in the order of the sequence.

    (len(seen), len(edges) - 1): at each step of `seen` (ascending), what is left of all that was
    written from step edges[k] up to, not with, edges[k + 1]; and (len(seen),) what is left of c₀.
    What is left of a column's writes fades by the same gates, so that this takes
    O(T + len(seen) len(edges)) where the whole matrix takes O(T²). Raises `LstmvizError` as
    `provenance`.
    """
    run = direction_of(trace, layer, direction)
    check_unit(run.cell_state.shape[1], unit)
    forget, written = _run(run, unit, direction)
    steps, forward = len(forget), direction == "forward"
    ranks = np.asarray(seen) if forward else steps - 1 - np.asarray(seen)[::-1]
    numbers = np.arange(steps) if forward else np.arange(steps)[::-1]
    columns = np.searchsorted(edges, numbers, side="right")  # 0 and len(edges) lie outside
    total, sums = _between(forget, written, ranks, columns, len(edges) + 1)
    start = written[0] * np.cumprod(total)
    for row in range(1, len(ranks)):
        sums[row] += sums[row - 1] * total[row]
    sums = sums[:, 1:-1]
    return (sums, start) if forward else (sums[::-1], start[::-1])


def _between(
    forget: Numbers,
    written: Numbers,
    ranks: NDArray[np.int64],
    columns: NDArray[np.int64],
    most: int,
) -> tuple[Numbers, Numbers]:
    """From each rank to the next: (R,) the product of the gates, and (R, most) what is left at
    its end of what was written since, summed by column.
    """
    wide = np.diff(ranks, prepend=-1)
    steps = ranks[:, None] - np.arange(wide.max(initial=1))  # each row from its end backwards
    there = steps > (ranks - wide)[:, None]
    kept: Numbers = np.cumprod(np.where(there, forget[steps], 1.0), axis=1, dtype=np.float64)
    left = written[steps + 1]
    left[:, 1:] *= kept[:, :-1]
    rows = np.repeat(np.arange(len(ranks)), wide)
    found = np.bincount(rows * most + columns[steps[there]], left[there], len(ranks) * most)
    return kept[:, -1], np.asarray(found, np.float64).reshape(len(ranks), most)


def clipped(
    trace: Trace, unit: int, layer: int = 0, direction: str = "forward"
) -> NDArray[np.bool_]:
    """(T,): at which steps a cell clip bounded the unit's c; none without one."""
    run = direction_of(trace, layer, direction)
    check_unit(run.cell_state.shape[1], unit)
    bound = trace.spec.layers[layer].variant.cell_clip
    if bound is None:
        return np.zeros(trace.steps, bool)
    return np.asarray(np.abs(run.cell_state[:, unit]) >= bound)


def _parts(
    trace: Trace, step: int, unit: int, layer: int, direction: str
) -> tuple[Numbers, Numbers]:
    """(share left, written) of c₀ and of every step up to this one, in the order of the run."""
    run = direction_of(trace, layer, direction)
    check_step(trace.steps, step)
    check_unit(run.cell_state.shape[1], unit)
    count = (step if direction == "forward" else trace.steps - 1 - step) + 1
    forget, written = _run(run, unit, direction)
    kept = np.ones(count + 1)
    kept[:-1] = np.cumprod(forget[:count][::-1])[::-1]
    return kept, written[: count + 1]


def _run(run: DirectionTrace, unit: int, direction: str) -> tuple[Numbers, Numbers]:
    """(T,) forget gates and (T + 1,) c₀ and writes of a unit, in the order of the run."""
    forget = in_order(run.forget_gate[:, unit], direction).astype(np.float64)
    state = np.empty(len(forget) + 1)
    state[0] = run.initial_cell_state[unit]
    state[1:] = in_order(run.cell_state[:, unit], direction)
    written = state.copy()
    with np.errstate(invalid="ignore", over="ignore"):
        written[1:] -= forget * state[:-1]
    return forget, written
