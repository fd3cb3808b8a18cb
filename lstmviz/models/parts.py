"""What may be found among named tensors: LSTMs, Dense layers, tables, and all the rest."""

from __future__ import annotations

from dataclasses import dataclass, field

from lstmviz.engine.spec import CellSpec
from lstmviz.models.tensors import Tensor

FIELDS = ("input_weights", "recurrent_weights", "input_bias", "recurrent_bias", "projection")
"""The fields of `CellWeights` that files hold."""


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer: its sizes, and per direction the tensors of `FIELDS`, rows i, f, g, o."""

    spec: CellSpec
    directions: dict[str, dict[str, Tensor]]


@dataclass(frozen=True, eq=False)
class Part:
    """One LSTM by its full name in the file; `first` and `last` are its places there."""

    name: str
    layers: tuple[Layer, ...]
    first: int
    last: int
    gate_order: str = "ifgo"
    activations: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def input_size(self) -> int:
        """Width of what it reads."""
        return self.layers[0].spec.input_size

    @property
    def output_size(self) -> int:
        """Width of what it hands on."""
        return self.layers[-1].spec.output_size

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """All its tensors, in the file's order of layers."""
        return tuple(
            tensor
            for layer in self.layers
            for fields in layer.directions.values()
            for tensor in fields.values()
        )


@dataclass(frozen=True, eq=False)
class Refused:
    """What looks like a recurrent layer and cannot be opened; `reason` is a whole sentence."""

    name: str
    reason: str
    tensors: tuple[str, ...]
    first: int


@dataclass(frozen=True, eq=False)
class Dense:
    """A Dense layer: `weights` (size, width), `bias` (size,) or None.

    `known` is whether the file says that it is one, not its shape alone.
    """

    name: str
    weights: Tensor
    bias: Tensor | None
    place: int
    known: bool = True

    @property
    def size(self) -> int:
        """How many numbers it gives."""
        return self.weights.shape[0]

    @property
    def width(self) -> int:
        """How many numbers it reads."""
        return self.weights.shape[1]

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """Its tensors."""
        return (self.weights,) if self.bias is None else (self.weights, self.bias)


@dataclass(frozen=True, eq=False)
class Table:
    """An Embedding: `weights` (size, dimension)."""

    name: str
    weights: Tensor
    place: int


@dataclass(frozen=True, eq=False)
class Other:
    """A module that is none of these, such as a convolution; `shape` is of its first tensor."""

    name: str
    tensors: tuple[str, ...]
    shape: tuple[int, ...]
    place: int

    @property
    def runs(self) -> bool:
        """Whether it is a layer, not the state of an optimizer or a buffer."""
        return any(
            "weight" in name.rpartition(".")[2] or name.endswith("kernel") for name in self.tensors
        )


@dataclass(eq=False)
class Parts:
    """Everything found, each in the file's order."""

    lstms: list[Part] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    dense: list[Dense] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    others: list[Other] = field(default_factory=list)
