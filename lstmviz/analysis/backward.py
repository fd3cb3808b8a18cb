"""One direction of a layer, backward in time: from ∂y/∂h at every step to ∂y/∂ everything else.

y is one number, or several at once: then every vector has the ys before its own axis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.slopes import slope
from lstmviz.analysis.steps import in_order
from lstmviz.engine.activations import function
from lstmviz.engine.network import CellWeights
from lstmviz.engine.trace import DIRECTION_ARRAYS, DirectionTrace
from lstmviz.engine.variant import SWITCHES, Variant

Numbers = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Slopes:
    """What one step's derivatives need, each (T, C) in the order of the run.

    `gates` (T, 4, C) are the slopes of i, f, g, o at their pre-activations, 0 where clipped or
    without weights; `squashed` and `squash` the output activation of c and its slope; `kept`
    1 where no cell clip bounded c; `through` (T, H) the same of h.
    """

    gates: Numbers
    squashed: Numbers
    squash: Numbers
    kept: Numbers
    through: Numbers


def backward(
    variant: Variant,
    weights: CellWeights,
    direction: DirectionTrace,
    given: Numbers,
    hidden: Numbers,
    way: str,
) -> tuple[DirectionTrace, Numbers]:
    """(∂y/∂ every array of the direction, ∂y/∂ what it read (T, I)).

    `given` (T, I) is what the direction read, `hidden` (T, H) what reaches y from each h other
    than through later steps, `way` the direction it ran in. All in float64.
    """
    run = run_of(variant, weights, direction, given, way)
    found = {name: np.zeros_like(values) for name, values in run.arrays.items()}
    entering = in_order(hidden, way)
    da = np.zeros((len(given), *run.slopes.gates.shape[1:]))
    state = Flow(*(np.zeros(shape) for shape in (hidden.shape[1], *_cell_shapes(run))))
    reached = np.flatnonzero(entering.any(axis=1))
    for t in reversed(range(reached[-1] + 1 if reached.size else 0)):
        state, values, da[t] = step_back(variant, weights, run, entering[t], state, t)
        for name, value in zip(DIRECTION_ARRAYS, values, strict=True):
            found[name][t] = value
    read = in_order(da.reshape(len(given), -1) @ weights.input_weights, way)
    arrays = {name: in_order(values, way) for name, values in found.items()}
    if weights.projection is None:
        arrays["hidden_state"] = arrays["cell_output"]
    return DirectionTrace(
        **arrays, initial_cell_state=state.cell, initial_hidden_state=state.hidden
    ), np.ascontiguousarray(read)


@dataclass(frozen=True, eq=False)
class Run:
    """A direction's run in its own order: its arrays, its slopes, and c before each step (T, C)."""

    arrays: dict[str, Numbers]
    slopes: Slopes
    cell_before: Numbers


def run_of(
    variant: Variant,
    weights: CellWeights,
    direction: DirectionTrace,
    given: Numbers,
    way: str,
) -> Run:
    """What `step_back` needs of a run; the arguments are as in `backward`."""
    run = {name: in_order(getattr(direction, name), way) for name in DIRECTION_ARRAYS}
    c_before = np.concatenate([direction.initial_cell_state[None], run["cell_state"][:-1]])
    h_before = np.concatenate([direction.initial_hidden_state[None], run["hidden_state"][:-1]])
    slopes = _slopes(variant, weights, run, in_order(given, way), h_before, c_before)
    return Run(run, slopes, c_before)


def _cell_shapes(run: Run) -> tuple[tuple[int, ...], tuple[int, ...]]:
    size = run.cell_before.shape[1]
    return (size,), (3, size)


@dataclass(frozen=True, eq=False)
class Flow:
    """What comes from the step after: ∂y/∂h (…, H), ∂y/∂c (…, C), ∂y/∂ [i, f, o] (…, 3, C)."""

    hidden: Numbers
    cell: Numbers
    gates: Numbers


def step_back(
    variant: Variant, weights: CellWeights, run: Run, entering: Numbers, later: Flow, t: int
) -> tuple[Flow, tuple[Numbers, ...], Numbers]:
    """One step backward: what flows to the step before, and of step t of the run's order

    ∂y/∂ each of `DIRECTION_ARRAYS` (…, C or H) and ∂y/∂ the pre-activations (…, 4, C).
    `entering` (…, H) is ∂y/∂h other than through the step after.
    """
    peepholes, projection, slopes = weights.peepholes, weights.projection, run.slopes
    arrays, c_before = run.arrays, run.cell_before[t]
    dh = entering + later.hidden
    dm = dh if projection is None else (dh * slopes.through[t]) @ projection
    do = dm * slopes.squashed[t] + later.gates[..., 2, :]
    da = np.empty((*do.shape[:-1], 4, do.shape[-1]))
    da[..., 3, :] = do * slopes.gates[t, 3]
    dc = later.cell + dm * arrays["output_gate"][t] * slopes.squash[t]
    if peepholes is not None:
        dc = dc + peepholes[2] * da[..., 3, :]
    raw = dc * slopes.kept[t]
    di = raw * arrays["candidate"][t] + later.gates[..., 0, :]
    df = raw * c_before + later.gates[..., 1, :]
    dg = raw * arrays["input_gate"][t]
    if variant.coupled:
        di = di - df
    for k, value in enumerate((di, df, dg)):
        da[..., k, :] = slopes.gates[t, k] * value
    back = raw * arrays["forget_gate"][t]
    if peepholes is not None:
        back = back + peepholes[0] * da[..., 0, :] + peepholes[1] * da[..., 1, :]
    gates = np.zeros_like(later.gates)
    if weights.gate_recurrence is not None:
        sent = da[..., [0, 1, 3], :]
        gates = (sent.reshape(*do.shape[:-1], -1) @ weights.gate_recurrence).reshape(sent.shape)
        gates[..., [name in variant.lacking for name in SWITCHES], :] = 0
    flat = da.reshape(*do.shape[:-1], -1)
    return Flow(flat @ weights.recurrent_weights, back, gates), (di, df, dg, do, dc, dm, dh), da


def _slopes(
    variant: Variant,
    weights: CellWeights,
    run: dict[str, Numbers],
    given: Numbers,
    h_before: Numbers,
    c_before: Numbers,
) -> Slopes:
    """Every step's slopes at once."""
    a = given @ weights.input_weights.T + h_before @ weights.recurrent_weights.T
    for bias in (weights.input_bias, weights.recurrent_bias):
        if bias is not None:
            a += bias
    a = a.reshape(len(given), 4, -1)
    if weights.gate_recurrence is not None:
        sent = np.stack([run[name] for name in SWITCHES], axis=1)
        sent[:, [name in variant.lacking for name in SWITCHES]] = 0
        earlier = np.concatenate([np.zeros_like(sent[:1]), sent[:-1]]).reshape(len(given), -1)
        terms = (earlier @ weights.gate_recurrence.T).reshape(len(given), 3, -1)
        a[:, [0, 1, 3]] += terms
    if weights.peepholes is not None:
        a[:, :2] += weights.peepholes[:2] * c_before[:, None]
        a[:, 3] += weights.peepholes[2] * run["cell_state"]
    inside = _inside(a, variant.clip)
    a = a if variant.clip is None else np.clip(a, -variant.clip, variant.clip)
    gates = np.empty_like(a)
    gates[:, [0, 1, 3]] = slope(variant.gate, a[:, [0, 1, 3]])
    gates[:, 2] = slope(variant.candidate, a[:, 2])
    gates *= inside
    for k, name in ((0, "input_gate"), (1, "forget_gate"), (3, "output_gate")):
        if name in variant.lacking:
            gates[:, k] = 0
    c, m = run["cell_state"], run["cell_output"]
    written = run["forget_gate"] * c_before + run["input_gate"] * run["candidate"]
    through = np.ones_like(run["hidden_state"])
    if weights.projection is not None:
        through = _inside(m @ weights.projection.T, variant.projection_clip)
    return Slopes(
        gates,
        np.asarray(function(variant.output)(c)),
        slope(variant.output, c),
        _inside(written, variant.cell_clip),
        through,
    )


def _inside(values: Numbers, bound: float | None) -> Numbers:
    """1 where the values are within ±bound (as in torch.clamp), else 0."""
    if bound is None:
        return np.ones_like(values)
    return (np.abs(values) <= bound).astype(np.float64)
