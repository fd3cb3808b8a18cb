"""Backpropagation through time: how one output number depends on everything before it.

For every array of a run, ∂y/∂array at every step, where y is one number of the output (Werbos
1990 for the principle; the equations are those of `engine.cell`, taken backward). An array's
gradient is the total one: what would change in y if that value alone were moved, with
everything that follows from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstmviz.analysis.backward import backward
from lstmviz.analysis.slopes import slope
from lstmviz.analysis.steps import check_step
from lstmviz.engine import memory
from lstmviz.engine.network import CellWeights, HeadWeights, Network
from lstmviz.engine.spec import ACROSS, CellSpec
from lstmviz.engine.states import Initial
from lstmviz.engine.trace import LayerTrace, Trace, layer_input, layer_output
from lstmviz.engine.unroll import run
from lstmviz.errors import LstmvizError

Numbers = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Gradients:
    """∂y/∂ every array of a run, float64, named and shaped as in a `Trace`.

    `value` is y itself. `layers[k].forward.forget_gate[t]` is ∂y/∂f of step t, and so on;
    `initial_cell_state` and `initial_hidden_state` too. Rows that y does not depend on are 0.
    `embedded` is None without an embedding.
    """

    value: float
    input: Numbers
    layers: tuple[LayerTrace, ...]
    embedded: Numbers | None = None


@np.errstate(invalid="ignore", over="ignore")
def gradients(
    network: Network, x: ArrayLike, step: int, output: int, initial: Initial | None = None
) -> Gradients:
    """The gradients of output number `output` (after the head's activation) at a step.

    `x` and `initial` are as in `engine.unroll.run`, which computes the run anew in float64 so
    that the gradients are exact. Raises `LstmvizError` as that does, and for a step or an
    output that is not there.
    """
    wide = widened(network)
    trace = run(wide, x, initial)
    check_step(trace.steps, step)
    if not (isinstance(output, Integral) and 0 <= output < trace.output.shape[1]):
        raise LstmvizError(
            f"there is no output {output}; there are 0 to {trace.output.shape[1] - 1}."
        )
    memory.check(trace.spec, 3 * trace.steps, trace.input.dtype, "the gradients")
    leaving = np.zeros_like(layer_output(trace, len(trace.layers) - 1))
    leaving[step] = _through_heads(wide, trace, step, output)
    layers: list[LayerTrace] = []
    for index in reversed(range(len(trace.layers))):
        given = layer_input(trace, index)
        entering = np.zeros_like(given)
        found = {}
        cell = trace.spec.layers[index]
        for name, hidden in _apart(cell, trace.layers[index], leaving).items():
            direction = dict(trace.layers[index].directions())[name]
            weights = wide.cells[index][name]
            found[name], read = backward(cell.variant, weights, direction, given, hidden, name)
            entering += read
        layers.insert(0, LayerTrace(**found))
        leaving = entering
    value = float(trace.output[step, output])
    if wide.embedding is None:
        return Gradients(value, leaving, tuple(layers))
    return Gradients(value, leaving @ wide.embedding.T, tuple(layers), leaving)


@np.errstate(invalid="ignore", over="ignore")
def saliency(found: Gradients, x: Numbers) -> Numbers:
    """(steps,): gradient times input, summed over the columns, for each step's input.

    Of a one-hot step it is the gradient at the symbol that was read (Denil et al. 2014).
    """
    return np.asarray((found.input * x).sum(axis=1))


def widened(network: Network) -> Network:
    """The same network in float64."""

    def wide(array: NDArray[np.floating] | None) -> Numbers | None:
        return None if array is None else array.astype(np.float64)

    def cell(weights: CellWeights) -> CellWeights:
        arrays: dict[str, Any] = {name: wide(value) for name, value in vars(weights).items()}
        return CellWeights(**arrays)

    cells = tuple(
        {name: cell(weights) for name, weights in directions.items()}
        for directions in network.cells
    )
    heads = tuple(
        HeadWeights(head.weights.astype(np.float64), wide(head.bias)) for head in network.heads
    )
    return replace(network, cells=cells, heads=heads, embedding=wide(network.embedding))


def _through_heads(network: Network, trace: Trace, step: int, output: int) -> Numbers:
    """∂y/∂ what the heads read at the step, (width,)."""
    flow = np.zeros(trace.output.shape[1])
    flow[output] = 1.0
    rows = [layer_output(trace, len(trace.layers) - 1)[step]]
    rows += [array[step] for array in trace.head_outputs]
    for spec, weights, read in reversed(
        list(zip(trace.spec.heads, network.heads, rows, strict=False))
    ):
        logits = weights.weights @ read
        if weights.bias is not None:
            logits = logits + weights.bias
        if spec.activation in ACROSS:
            powers = np.exp(logits - logits.max())
            y = powers / powers.sum()
            logs = spec.activation == "log_softmax"
            flow = flow - flow.sum() * y if logs else y * (flow - flow @ y)
        else:
            flow = flow * slope(spec.squash, logits)
        flow = flow @ weights.weights
    return flow


def _apart(cell: CellSpec, layer: LayerTrace, leaving: Numbers) -> dict[str, Numbers]:
    """∂y/∂ hidden states of each direction, of ∂y/∂ what leaves the layer: the merge, undone."""
    directions = dict(layer.directions())
    seen = {
        name: np.broadcast_to(run.hidden_state[0], run.hidden_state.shape)
        if _ended(cell, name)
        else run.hidden_state
        for name, run in directions.items()
    }
    parts: dict[str, Numbers] = {}
    for k, name in enumerate(directions):
        if len(directions) == 1:
            part = leaving
        elif cell.merge == "concat":
            part = leaving[:, k * cell.hidden_size : (k + 1) * cell.hidden_size]
        elif cell.merge == "mul":
            other = next(other for other in seen if other != name)
            part = leaving * seen[other]
        else:
            part = leaving if cell.merge == "sum" else 0.5 * leaving
        if _ended(cell, name):  # every row is the final state, that of step 0
            whole, part = part, np.zeros_like(part)
            part[0] = whole.sum(axis=0)
        parts[name] = np.ascontiguousarray(part)
    return parts


def _ended(cell: CellSpec, direction: str) -> bool:
    return direction == "backward" and not cell.return_sequences
