"""A network: a spec with its weights, read-only once made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstmviz.engine.spec import NetworkSpec
from lstmviz.errors import LstmvizError

if TYPE_CHECKING:
    from lstmviz.engine.trace import Trace

Array = NDArray[np.floating]


def frozen(array: Array) -> Array:
    """The array C-contiguous and closed to writing: itself if it already is, else a copy."""
    if array.flags.c_contiguous and not array.flags.writeable:
        return array
    result = np.array(array, order="C")
    result.setflags(write=False)
    return result


@dataclass(frozen=True, eq=False)
class CellWeights:
    """Weights of one direction of a layer, rows in canonical order i, f, g, o.

    `input_weights` (4C, I), `recurrent_weights` (4C, H), biases (4C,) or None,
    `projection` (H, C) or None. `peepholes` (3, C) or None: of i, f and o.
    `gate_recurrence` (3C, 3C) or None: from i, f, o of the step before to i, f, o.
    Rows of gates that a variant lacks are there and zero.
    """

    input_weights: Array
    recurrent_weights: Array
    input_bias: Array | None = None
    recurrent_bias: Array | None = None
    projection: Array | None = None
    peepholes: Array | None = None
    gate_recurrence: Array | None = None

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value is not None:
                object.__setattr__(self, name, frozen(value))


@dataclass(frozen=True, eq=False)
class HeadWeights:
    """`weights` (size, width of the last layer) and `bias` (size,) or None."""

    weights: Array
    bias: Array | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", frozen(self.weights))
        if self.bias is not None:
            object.__setattr__(self, "bias", frozen(self.bias))


@dataclass(frozen=True, eq=False)
class Network:
    """A spec and its weights: `cells[layer][direction]`, and the head's if there is one.

    `vocabulary` names the input columns when the network reads symbols;
    `title` and `notes` (name → sentence) describe a trained model; `format` and
    `gate_order` (such as "ifgo") say how the file it was read from keeps it.
    """

    spec: NetworkSpec
    cells: tuple[dict[str, CellWeights], ...]
    head: HeadWeights | None = None
    vocabulary: tuple[str, ...] | None = None
    title: str = ""
    trained: bool = False
    notes: dict[str, str] = field(default_factory=dict)
    format: str = ""
    gate_order: str = ""

    def __post_init__(self) -> None:
        for where, weights, shape in _expected(self):
            if weights.shape != shape:
                raise LstmvizError(
                    f"{where} has shape {weights.shape}, but the sizes ask for {shape}."
                )

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """The floating type the network runs in."""
        return next(iter(self.cells[0].values())).input_weights.dtype

    def run(self, x: ArrayLike) -> Trace:
        """Run a whole sequence from zero states; `unroll.run` says more and takes states.

        `x` is (steps, I) numbers, or (steps,) integers where there is a vocabulary.
        """
        from lstmviz.engine.unroll import run  # unroll imports this module

        return run(self, x)


def _expected(network: Network) -> list[tuple[str, Array, tuple[int, ...]]]:
    """(name, array, the shape the spec asks for) of every array present."""
    rows: list[tuple[str, Array, tuple[int, ...]]] = []
    pairs = zip(network.spec.layers, network.cells, strict=True)
    for index, (cell, directions) in enumerate(pairs):
        for direction, weights in directions.items():
            shapes = {
                "input_weights": (4 * cell.cell_size, cell.input_size),
                "recurrent_weights": (4 * cell.cell_size, cell.hidden_size),
                "input_bias": (4 * cell.cell_size,),
                "recurrent_bias": (4 * cell.cell_size,),
                "projection": (cell.hidden_size, cell.cell_size),
                "peepholes": (3, cell.cell_size),
                "gate_recurrence": (3 * cell.cell_size, 3 * cell.cell_size),
            }
            for name, shape in shapes.items():
                array = getattr(weights, name)
                if array is not None:
                    rows.append((f"layer{index}.{direction}.{name}", array, shape))
    if network.head is not None and network.spec.head is not None:
        width, size = network.spec.layers[-1].output_size, network.spec.head.size
        rows.append(("head weights", network.head.weights, (size, width)))
        if network.head.bias is not None:
            rows.append(("head bias", network.head.bias, (size,)))
    return rows
