"""Random weights and the states a run starts from, the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from lstmviz.engine.network import Array, CellWeights, HeadWeights, Network
from lstmviz.engine.spec import CellSpec, NetworkSpec


@dataclass(frozen=True, eq=False)
class State:
    """What a direction starts from: `hidden` (H,) and `cell` (C,)."""

    hidden: Array
    cell: Array


@dataclass(frozen=True, eq=False)
class Initial:
    """The starting states of a run: `states[layer][direction]`; an absent one is zero."""

    states: tuple[dict[str, State], ...]

    def of(self, layer: int, direction: str) -> State | None:
        """The state of one direction, or None where it starts from zero."""
        return self.states[layer].get(direction) if layer < len(self.states) else None


def random_network(
    spec: NetworkSpec, seed: int, dtype: DTypeLike = np.float32, biases: int = 2
) -> Network:
    """An untrained network by PyTorch's convention, with `biases` (0, 1 or 2) per gate.

    Every array of a cell is uniform in ±1/√C, the projection too; the head's in ±1/√width.
    Drawn from PCG64 of `seed` layer by layer, so equal seeds give equal weights on every
    machine. An impossible spec gets weights as well (only running it is refused).
    """
    draw = _Uniform(seed, dtype)
    cells = tuple(
        {direction: _cell(draw, cell, biases) for direction in cell.directions}
        for cell in spec.layers
    )
    head = None
    if spec.head:
        width = spec.layers[-1].output_size
        bound = width**-0.5
        head = HeadWeights(
            draw(bound, spec.head.size, width),
            draw(bound, spec.head.size) if spec.head.bias else None,
        )
    return Network(spec, cells, head)


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
    rows, bound = 4 * cell.cell_size, cell.cell_size**-0.5
    return CellWeights(
        input_weights=draw(bound, rows, cell.input_size),
        recurrent_weights=draw(bound, rows, cell.hidden_size),
        input_bias=draw(bound, rows) if biases >= 1 else None,
        recurrent_bias=draw(bound, rows) if biases >= 2 else None,
        projection=draw(bound, cell.hidden_size, cell.cell_size) if cell.projected else None,
    )
