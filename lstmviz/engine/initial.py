"""Random weights and the states a run starts from, the same on every machine."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from lstmviz.engine.network import Array, CellWeights, HeadWeights, Network
from lstmviz.engine.spec import GATES, CellSpec, NetworkSpec
from lstmviz.engine.states import Initial, State
from lstmviz.engine.variant import SWITCHES, Variant
from lstmviz.errors import LstmvizError


def random_network(
    spec: NetworkSpec,
    seed: int,
    dtype: DTypeLike = np.float32,
    biases: int = 2,
    *,
    forget_bias: float | None = None,
    chrono: int | None = None,
) -> Network:
    """An untrained network by PyTorch's convention, with `biases` (0, 1 or 2) per gate.

    Every array of a cell is uniform in ±1/√C, the projection, peepholes and gate recurrence
    too; a head's in ±1/√width; an embedding in ±1. Drawn from PCG64 of `seed` layer by layer,
    so equal seeds give equal weights on every machine. An impossible spec gets weights as well
    (only running it is refused).

    `forget_bias` is what the forget gate's biases then sum to (1 in Keras and
    Jozefowicz et al. 2015). `chrono` is the longest dependency T expected, in steps: the forget
    bias is then log u with u uniform in 1…T − 1, and the input bias its negative
    (Tallec & Ollivier 2018). Raises `LstmvizError` for both at once, for either without a
    bias, and for a T below 3.
    """
    check_bias(biases, forget_bias, chrono)
    draw = _Uniform(seed, dtype)

    def cell_weights(cell: CellSpec) -> CellWeights:
        weights = _cell(draw, cell, biases)
        if forget_bias is not None:
            return _rebiased(weights, {"forget_gate": np.full(cell.cell_size, forget_bias)}, cell)
        if chrono is not None:
            half = (chrono - 2) / 2
            b = np.log(1 + half + draw(half, cell.cell_size).astype(np.float64))
            return _rebiased(weights, {"forget_gate": b, "input_gate": -b}, cell)
        return weights

    cells = tuple(
        {direction: cell_weights(cell) for direction in cell.directions} for cell in spec.layers
    )
    heads, width = [], spec.layers[-1].output_size
    for head in spec.heads:
        bound = width**-0.5
        weights = draw(bound, head.size, width)
        heads.append(HeadWeights(weights, draw(bound, head.size) if head.bias else None))
        width = head.size
    table = spec.embedding
    embedding = draw(1.0, table.size, table.dimension) if table else None
    return Network(spec, cells, tuple(heads), embedding=embedding)


def random_state(spec: NetworkSpec, seed: int, dtype: DTypeLike = np.float32) -> Initial:
    """Hidden and cell states uniform in ±1 for every layer and direction, from PCG64."""
    draw = _Uniform(seed, dtype)
    return Initial(
        tuple(
            {
                direction: State(draw(1.0, cell.hidden_size), draw(1.0, cell.cell_size))
                for direction in cell.directions
            }
            for cell in spec.layers
        )
    )


class _Uniform:
    """Draws read-only arrays, uniform in ±bound, one after the other from one seed."""

    def __init__(self, seed: int, dtype: DTypeLike) -> None:
        self._generator = np.random.Generator(np.random.PCG64(seed))
        self._dtype: Any = dtype

    def __call__(self, bound: float, *shape: int) -> Array:
        array = np.empty(shape, self._dtype)
        self._generator.random(dtype=self._dtype, out=array)
        array *= 2 * bound
        array -= bound
        array.setflags(write=False)
        return array


def _cell(draw: _Uniform, cell: CellSpec, biases: int) -> CellWeights:
    size, variant = cell.cell_size, cell.variant
    rows, bound = 4 * size, size**-0.5
    weights = CellWeights(
        input_weights=draw(bound, rows, cell.input_size),
        recurrent_weights=draw(bound, rows, cell.hidden_size),
        input_bias=draw(bound, rows) if biases >= 1 else None,
        recurrent_bias=draw(bound, rows) if biases >= 2 else None,
        projection=draw(bound, cell.hidden_size, size) if cell.projected else None,
        peepholes=draw(bound, 3, size) if variant.peephole else None,
        gate_recurrence=draw(bound, 3 * size, 3 * size) if variant.gate_recurrence else None,
    )
    return _without_lacking(weights, variant)


def _without_lacking(weights: CellWeights, variant: Variant) -> CellWeights:
    """Zeros in the rows, and gate recurrence's columns, of gates that have no weights."""
    if not variant.lacking:
        return weights
    named: dict[str, Any] = {
        name: None if a is None else a.copy() for name, a in vars(weights).items()
    }
    for gate in variant.lacking:
        of_four, of_three = GATES.index(gate), SWITCHES.index(gate)
        for name, array in named.items():
            if array is None or name == "projection":
                continue
            if name == "gate_recurrence":
                blocks = array.reshape(3, len(array) // 3, 3, -1)
                blocks[of_three] = 0
                blocks[:, :, of_three] = 0
            elif name == "peepholes":
                array[of_three] = 0
            else:
                array.reshape(4, -1)[of_four] = 0
    return CellWeights(**named)


def check_bias(biases: int, forget_bias: float | None, chrono: int | None) -> None:
    """Raise `LstmvizError`, one sentence, for what `random_network` refuses of these."""
    if forget_bias is not None and chrono is not None:
        raise LstmvizError("forget_bias and chrono both set the forget bias; give one of them.")
    if forget_bias is not None and not math.isfinite(forget_bias):
        raise LstmvizError(f"forget_bias is {forget_bias}; make it a finite number.")
    if biases < 1 and (forget_bias is not None or chrono is not None):
        raise LstmvizError("there is no bias to set; ask for one or two biases per gate.")
    if chrono is not None and chrono < 3:
        raise LstmvizError(f"chrono is {chrono} steps; give the longest dependency, 3 or more.")


def _rebiased(weights: CellWeights, gates: dict[str, Any], cell: CellSpec) -> CellWeights:
    """The biases of some gates set to values: the first bias to them, the second to zero."""
    changed: dict[str, Any] = {}
    for name in ("input_bias", "recurrent_bias"):
        bias = getattr(weights, name)
        if bias is None:
            continue
        parts = bias.reshape(4, -1).copy()
        for gate, values in gates.items():
            if gate not in cell.variant.lacking:
                parts[GATES.index(gate)] = values if name == "input_bias" else 0
        changed[name] = parts.ravel()
    return replace(weights, **changed)
