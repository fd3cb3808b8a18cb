"""What a number is the sum of: every term of a pre-activation, or of a projected h."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lstmviz.analysis.steps import Before, before, cell_of, check_unit, direction_of
from lstmviz.engine.network import Array, CellWeights, Network
from lstmviz.engine.spec import GATES, LETTERS, CellSpec
from lstmviz.engine.trace import Trace, layer_input
from lstmviz.engine.variant import SWITCHES
from lstmviz.errors import LstmvizError


class Term(NamedTuple):
    """One term of a sum: where it comes from, which element of that, and its value.

    `source` is "hidden_state" (of the step before), "input" (what the layer reads),
    "input_bias", "recurrent_bias", "peephole", "input_gate", "forget_gate" or "output_gate" (of
    the step before, through gate recurrence), "cell_output" (of this step), or "clip" (what a
    bound took away). `element` is the unit or column there; of a bias, a peephole and a clip it
    is the unit itself.
    """

    source: str
    element: int
    value: float


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

    or "hidden_state" with a projection: h[unit] = Σₖ W_hr[unit, k] mₜ[k]. Terms of weight zero
    are left in, so that the list is as long as the row of weights.

    Raises `LstmvizError` for an array that is no such sum (an absent gate, a coupled f = 1 − i,
    h without a projection), and for a step, unit, layer or direction that is not there.
    """
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
    result = _products("hidden_state", weights.recurrent_weights[row], start.hidden)
    result += _products("input", weights.input_weights[row], layer_input(trace, layer)[step])
    for name in ("input_bias", "recurrent_bias"):
        bias = getattr(weights, name)
        if bias is not None:
            result.append(Term(name, unit, float(bias[row])))
    if array != "candidate":
        result += _from_gates(cell, weights, start, array, unit)
        seen = run.cell_state[step] if array == "output_gate" else start.cell
        if weights.peepholes is not None:
            weight = weights.peepholes[SWITCHES.index(array)][unit]
            result.append(Term("peephole", unit, float(weight) * float(seen[unit])))
    return _within(result, cell.variant.clip, unit)


def _check_gate(cell: CellSpec, array: str) -> None:
    if array not in GATES:
        known = ", ".join((*GATES, "hidden_state"))
        raise LstmvizError(f"{array[:40]!r} is no sum of terms; {known} are.")
    if array in cell.variant.absent:
        raise LstmvizError(
            f"the gate {LETTERS[array]} is absent here, held at 1; nothing is summed."
        )
    if array in cell.variant.lacking:
        raise LstmvizError("f is 1 − i here and has no sum of its own; ask for input_gate.")


def _products(source: str, weights: Array, values: Array) -> list[Term]:
    products = weights.astype(np.float64) * values.astype(np.float64)
    return [Term(source, k, value) for k, value in enumerate(products.tolist())]


def _from_gates(
    cell: CellSpec, weights: CellWeights, start: Before, array: str, unit: int
) -> list[Term]:
    """Terms of the gates of the step before; those without weights of their own send nothing."""
    if weights.gate_recurrence is None:
        return []
    size = cell.cell_size
    row = weights.gate_recurrence[SWITCHES.index(array) * size + unit].reshape(3, size)
    gates = start.gates.reshape(3, size)
    return [
        term
        for k, name in enumerate(SWITCHES)
        if name not in cell.variant.lacking
        for term in _products(name, row[k], gates[k])
    ]


def _projected(cell: CellSpec, weights: CellWeights, m: Array, unit: int) -> list[Term]:
    if weights.projection is None:
        raise LstmvizError("h is the cell output itself here, no sum; ask for a gate.")
    result = _products("cell_output", weights.projection[unit], m)
    return _within(result, cell.variant.projection_clip, unit)


def _within(found: list[Term], bound: float | None, unit: int) -> list[Term]:
    """The terms, and what a bound takes away of their sum."""
    if bound is not None:
        total = sum(term.value for term in found)
        over = min(max(total, -bound), bound) - total
        if over:
            found.append(Term("clip", unit, over))
    return found
