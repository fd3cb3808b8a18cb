"""A network: a spec with its weights, read-only once made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstmviz.engine.spec import CellSpec, NetworkSpec, check
from lstmviz.engine.states import Initial, State
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
    `gate_recurrence` (3C, 3C) or None: from i, f, o of the step before (columns) to i, f, o
    (rows). Rows of gates that a variant lacks are there and zero; nothing reads them.
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
    """`weights` (size, width of what it reads) and `bias` (size,) or None."""

    weights: Array
    bias: Array | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", frozen(self.weights))
        if self.bias is not None:
            object.__setattr__(self, "bias", frozen(self.bias))


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """A spec and its weights: `cells[layer][direction]`, and those of the heads, first to last.

    `embedding` (size, dimension) is the table of the input stage, if there is one.
    `vocabulary` names the input columns when the network reads symbols;
    `title` and `notes` (name → sentence) describe a trained model; `format` and
    `gate_order` (such as "ifgo") say how the file it was read from keeps it.
    Raises `LstmvizError` for weights that are missing, misshapen or not asked for by the
    spec, and for what `spec.check` refuses.

    `initial` are the states that a run starts from where it is given none; None is zeros.
    """

    spec: NetworkSpec
    cells: tuple[dict[str, CellWeights], ...]
    heads: tuple[HeadWeights, ...] = ()
    vocabulary: tuple[str, ...] | None = None
    title: str = ""
    trained: bool = False
    notes: dict[str, str] = field(default_factory=dict)
    format: str = ""
    gate_order: str = ""
    embedding: Array | None = None
    initial: Initial | None = None

    def __post_init__(self) -> None:
        if self.initial is not None:
            object.__setattr__(self, "initial", _frozen_states(self.initial))
        if self.embedding is not None:
            object.__setattr__(self, "embedding", frozen(self.embedding))
        check(self.spec)
        for where, array, shape in _expected(self):
            if (array is None) != (shape is None):
                has, asks = ("has no", "one") if array is None else ("has a", "none")
                raise LstmvizError(f"the network {has} {where}, but its spec asks for {asks}.")
            if array is not None and array.shape != shape:
                raise LstmvizError(
                    f"{where} has shape {array.shape}, but the sizes ask for {shape}."
                )

    def __repr__(self) -> str:
        return f"<Network: {self.spec}, {self.dtype}>"

    @property
    def head(self) -> HeadWeights | None:
        """The last of the chain of heads, or None."""
        return self.heads[-1] if self.heads else None

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """The floating type the network runs in."""
        return next(iter(self.cells[0].values())).input_weights.dtype

    def run(self, x: ArrayLike) -> Trace:
        """Run a whole sequence from its own states; `unroll.run` says more and takes others.

        `x` is (steps, I) numbers, or (steps,) integers where there is a vocabulary or an
        embedding.
        """
        from lstmviz.engine.unroll import run  # unroll imports this module

        return run(self, x)


def _frozen_states(initial: Initial) -> Initial:
    """The same states, closed to writing."""
    return Initial(
        tuple(
            {way: State(frozen(each.hidden), frozen(each.cell)) for way, each in states.items()}
            for states in initial.states
        )
    )


_Row = tuple[str, Array | None, tuple[int, ...] | None]


def _expected(network: Network) -> list[_Row]:
    """(name, array or None, the shape the spec asks for or None) of every array."""
    spec = network.spec
    for what, ours, theirs in (
        ("layers", len(network.cells), len(spec.layers)),
        ("heads", len(network.heads), len(spec.heads)),
    ):
        if ours != theirs:
            raise LstmvizError(f"there are weights of {ours} {what}, but the spec has {theirs}.")
    table = (spec.embedding.size, spec.embedding.dimension) if spec.embedding else None
    rows: list[_Row] = [("embedding", network.embedding, table)]
    for index, (cell, directions) in enumerate(zip(spec.layers, network.cells, strict=True)):
        if set(directions) != set(cell.directions):
            raise LstmvizError(
                f"layer {index} has weights for {' and '.join(directions) or 'no direction'}, but "
                f"its spec runs {' and '.join(cell.directions)}."
            )
        for direction, weights in directions.items():
            rows += _cell_rows(cell, weights, f"layer{index}.{direction}")
            state = network.initial.of(index, direction) if network.initial else None
            if state is not None:
                where = f"layer{index}.{direction}.initial"
                rows.append((f"{where}_hidden_state", state.hidden, (cell.hidden_size,)))
                rows.append((f"{where}_cell_state", state.cell, (cell.cell_size,)))
    width = spec.layers[-1].output_size
    for index, (head, dense) in enumerate(zip(spec.heads, network.heads, strict=True)):
        name = f"head{index}" if len(spec.heads) > 1 else "head"
        rows.append((f"{name} weights", dense.weights, (head.size, width)))
        rows.append((f"{name} bias", dense.bias, (head.size,) if head.bias else None))
        width = head.size
    return rows


def _cell_rows(cell: CellSpec, weights: CellWeights, where: str) -> list[_Row]:
    """The same of one direction; a bias may be there or not."""
    size, variant = cell.cell_size, cell.variant
    shapes: dict[str, tuple[int, ...] | None] = {
        "input_weights": (4 * size, cell.input_size),
        "recurrent_weights": (4 * size, cell.hidden_size),
        "input_bias": None if weights.input_bias is None else (4 * size,),
        "recurrent_bias": None if weights.recurrent_bias is None else (4 * size,),
        "projection": (cell.hidden_size, size) if cell.projected else None,
        "peepholes": (3, size) if variant.peephole else None,
        "gate_recurrence": (3 * size, 3 * size) if variant.gate_recurrence else None,
    }
    return [(f"{where}.{name}", getattr(weights, name), shape) for name, shape in shapes.items()]
