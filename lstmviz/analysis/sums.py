"""What a number is the sum of: every term of a pre-activation, of a projected h, of a logit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lstmviz.analysis.steps import (
    Before,
    before,
    cell_of,
    check_of,
    check_step,
    check_unit,
    direction_of,
)
from lstmviz.engine.network import Array, CellWeights, Network
from lstmviz.engine.spec import GATES, LETTERS, CellSpec
from lstmviz.engine.trace import Trace, layer_input, layer_output
from lstmviz.engine.variant import SWITCHES
from lstmviz.errors import LstmvizError


class Term(NamedTuple):
    """One term of a sum: where it comes from, which element of that, and its value.

    `source` is "hidden_state" (of the step before), "input" (what the layer or the head reads),
    "input_bias", "recurrent_bias", "peephole", "input_gate", "forget_gate" or "output_gate" (of
    the step before, through gate recurrence), "cell_output" (of this step), or "clip" (what a
    bound took away). `element` is the unit or column there; of a bias, a peephole and a clip it
    is the unit itself.
    """

    source: str
    element: int
    value: float


@dataclass(frozen=True, eq=False)
class Addends:
    """All terms of one source, in float64: `values` (n,) = `weights` · `operands`.

    The elements are 0 to n − 1, or `first` alone. A bias and a clip have no operands (None).
    """

    source: str
    values: Array
    first: int = 0
    weights: Array | None = None
    operands: Array | None = None


def terms(
    network: Network,
    trace: Trace,
    array: str,
    step: int,
    unit: int,
    layer: int = 0,
    direction: str = "forward",
) -> list[Term]:
    """Every term of one number, in float64; their values sum to it.

    `array` is a gate ("input_gate", "forget_gate", "candidate" or "output_gate"), whose
    pre-activation is taken apart,

        a = Σⱼ W_h[unit, j] hₜ₋₁[j] + Σₖ W_x[unit, k] xₜ[k] + b
            (+ p cₜ₋₁, or p cₜ for o, + Σ R [i; f; o]ₜ₋₁, within ±clip)

    or "hidden_state" with a projection: h[unit] = Σₖ W_hr[unit, k] mₜ[k], or "output" (of a
    chain of heads also "head0" and so on): Σₖ W_y[unit, k] readₜ[k] + b, before softmax. Terms of
    weight zero are left in, so that the list is as long as the row of weights.

    A float32 run keeps what the sum is squashed to, to the last digit; with more weights than
    `engine.recur.WIDE` (more than 181 cells) it sums in float32 too, which is off by up to
    2·10⁻⁷ of the terms' sizes together and tells only where they cancel.

    Raises `LstmvizError` for an array that is no such sum (an absent gate, a coupled f = 1 − i,
    h without a projection), for a step, unit, layer or direction that is not there, and for the
    trace of another network.
    """
    return [
        Term(group.source, group.first + k, value)
        for group in addends(network, trace, array, step, unit, layer, direction)
        for k, value in enumerate(group.values.tolist())
    ]


def addends(
    network: Network,
    trace: Trace,
    array: str,
    step: int,
    unit: int,
    layer: int = 0,
    direction: str = "forward",
) -> list[Addends]:
    """The same as `terms`, a group a source."""
    check_of(network, trace)
    place = head_place(network, array)
    if place is not None:
        check_step(trace.steps, step)
        check_unit(network.spec.heads[place].size, unit)
        return _logit(network, trace, place, step, unit)
    cell = cell_of(network.spec, layer, direction)
    weights = network.cells[layer][direction]
    start = before(trace, layer, direction, step)
    run = direction_of(trace, layer, direction)
    if array == "hidden_state":
        check_unit(cell.hidden_size, unit)
        return _projected(cell, weights, run.cell_output[step], unit)
    _check_gate(cell, array)
    check_unit(cell.cell_size, unit)
    row = GATES.index(array) * cell.cell_size + unit
    read = layer_input(trace, layer, slice(step, step + 1))[0]
    result = [
        _products("hidden_state", weights.recurrent_weights[row], start.hidden),
        _products("input", weights.input_weights[row], read),
        *_biases(weights, row, unit),
    ]
    if array != "candidate":
        result += _from_gates(cell, weights, start, array, unit)
        seen = run.cell_state[step] if array == "output_gate" else start.cell
        if weights.peepholes is not None:
            here = slice(unit, unit + 1)
            weight = weights.peepholes[SWITCHES.index(array)][here]
            result.append(_products("peephole", weight, seen[here], unit))
    return _within(result, cell.variant.clip, unit)


def head_place(network: Network, array: str) -> int | None:
    """Which head of the chain makes this array, None where none does."""
    names = [f"head{k}" for k in range(len(network.heads) - 1)]
    names += ["output"] * bool(network.heads)
    return names.index(array) if array in names else None


def head_input(trace: Trace, place: int, step: int) -> Array:
    """What a head of the chain reads at a step."""
    here = slice(step, step + 1)
    below = trace.head_outputs[place - 1][here] if place else None
    rows = layer_output(trace, len(trace.layers) - 1, here) if below is None else below
    read: Array = rows[0]
    return read


@np.errstate(invalid="ignore", over="ignore")
def total(groups: list[Addends]) -> float:
    """The sum of all terms."""
    return float(sum(group.values.sum() for group in groups))


def _check_gate(cell: CellSpec, array: str) -> None:
    if array not in GATES:
        known = ", ".join((*GATES, "hidden_state", "output"))
        raise LstmvizError(f"{array[:40]!r} is no sum of terms; {known} are.")
    if array in cell.variant.absent:
        raise LstmvizError(
            f"the gate {LETTERS[array]} is absent here, held at 1; nothing is summed."
        )
    if array in cell.variant.lacking:
        raise LstmvizError("f is 1 − i here and has no sum of its own; ask for input_gate.")


@np.errstate(invalid="ignore", over="ignore")
def _products(source: str, weights: Array, values: Array, first: int = 0) -> Addends:
    weights, values = weights.astype(np.float64), values.astype(np.float64)
    return Addends(source, weights * values, first, weights, values)


def _biases(weights: CellWeights, row: int, unit: int) -> list[Addends]:
    """One term a bias that there is."""
    return [
        Addends(name, bias[row : row + 1].astype(np.float64), unit)
        for name in ("input_bias", "recurrent_bias")
        if (bias := getattr(weights, name)) is not None
    ]


def _from_gates(
    cell: CellSpec, weights: CellWeights, start: Before, array: str, unit: int
) -> list[Addends]:
    """Terms of the gates of the step before; those without weights of their own send nothing."""
    if weights.gate_recurrence is None:
        return []
    size = cell.cell_size
    row = weights.gate_recurrence[SWITCHES.index(array) * size + unit].reshape(3, size)
    gates = start.gates.reshape(3, size)
    return [
        _products(name, row[k], gates[k])
        for k, name in enumerate(SWITCHES)
        if name not in cell.variant.lacking
    ]


def _projected(cell: CellSpec, weights: CellWeights, m: Array, unit: int) -> list[Addends]:
    if weights.projection is None:
        raise LstmvizError("h is the cell output itself here, no sum; ask for a gate.")
    result = [_products("cell_output", weights.projection[unit], m)]
    return _within(result, cell.variant.projection_clip, unit)


def _logit(network: Network, trace: Trace, place: int, step: int, unit: int) -> list[Addends]:
    """What a head sums before its activation."""
    head = network.heads[place]
    result = [_products("input", head.weights[unit], head_input(trace, place, step))]
    if head.bias is not None:
        result.append(Addends("input_bias", head.bias[unit : unit + 1].astype(np.float64), unit))
    return result


def _within(found: list[Addends], bound: float | None, unit: int) -> list[Addends]:
    """The terms, and what a bound takes away of their sum."""
    if bound is not None:
        summed = total(found)
        over = min(max(summed, -bound), bound) - summed
        if over:
            found.append(Addends("clip", np.array([over]), unit))
    return found
