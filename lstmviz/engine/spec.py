"""Sizes of a network, the rules that bind them, and what they cost in parameters.

Symbols: I input size, H hidden size, C cell size. The canonical gate order is
i, f, g, o everywhere inside lstmviz.
"""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.engine.variant import STANDARD, Variant
from lstmviz.errors import LstmvizError

MAX_SIZE = 1024
"""Largest size an untrained network may be asked for; opened models may be larger."""

GATES = ("input_gate", "forget_gate", "candidate", "output_gate")
"""The four gated vectors in canonical order i, f, g, o; each has the cell size."""

LETTERS = {"input_gate": "i", "forget_gate": "f", "candidate": "g", "output_gate": "o"}

STAGES = (
    "gather",
    "pre-activate",
    "activate",
    "forget",
    "write",
    "output",
    "project",
    "head",
)
"""The operations inside one step, in order; `stages` leaves out the absent ones."""

HEAD_ACTIVATIONS = ("softmax", "sigmoid", "linear")


@dataclass(frozen=True)
class CellSpec:
    """One LSTM layer's sizes.

    `project` allows a projection; it is present exactly when it is allowed and
    H ≠ C (Sak et al. 2014). With `project` off and H ≠ C the cell is impossible:
    o ⊙ tanh(c) has size C and cannot be called h. `directions` are the
    directions the layer runs in, each with weights of its own. `variant` says how the cell
    departs from the standard one.
    """

    input_size: int
    hidden_size: int
    cell_size: int
    project: bool = True
    directions: tuple[str, ...] = ("forward",)
    variant: Variant = STANDARD

    @property
    def projected(self) -> bool:
        """Whether a projection W_hr (H, C) is present."""
        return self.project and self.hidden_size != self.cell_size

    @property
    def possible(self) -> bool:
        """Whether the shapes fit together."""
        return self.project or self.hidden_size == self.cell_size

    @property
    def output_size(self) -> int:
        """Width of what the layer hands on: H per direction."""
        return self.hidden_size * len(self.directions)


@dataclass(frozen=True)
class HeadSpec:
    """A Dense layer on the last hidden state, applied at every step."""

    size: int
    activation: str = "softmax"
    bias: bool = True


@dataclass(frozen=True)
class NetworkSpec:
    """The sizes of a whole network: LSTM layers, then an optional head."""

    layers: tuple[CellSpec, ...]
    head: HeadSpec | None = None

    @property
    def input_size(self) -> int:
        """Width I of one step of the input."""
        return self.layers[0].input_size

    @property
    def output_size(self) -> int:
        """Width of one step of the output: the head's size, else the last layer's."""
        return self.head.size if self.head else self.layers[-1].output_size

    @property
    def possible(self) -> bool:
        """Whether every layer's shapes fit together."""
        return all(layer.possible for layer in self.layers)


def single(
    input_size: int,
    hidden_size: int,
    cell_size: int,
    *,
    project: bool = True,
    head: HeadSpec | None = None,
) -> NetworkSpec:
    """A network of one forward layer; raises `LstmvizError` for sizes out of 1..1024."""
    sizes = {"input": input_size, "hidden": hidden_size, "cell": cell_size}
    if head:
        sizes["head"] = head.size
        if head.activation not in HEAD_ACTIVATIONS:
            known = ", ".join(HEAD_ACTIVATIONS)
            raise LstmvizError(f"head activation {head.activation[:40]!r} is not one of {known}.")
    for name, size in sizes.items():
        if not 1 <= size <= MAX_SIZE:
            raise LstmvizError(f"{name} size {size} is outside 1 to {MAX_SIZE}.")
    return NetworkSpec((CellSpec(input_size, hidden_size, cell_size, project),), head)


def stages(spec: NetworkSpec, layer: int = 0) -> tuple[str, ...]:
    """The stages one step of this layer goes through, in order."""
    last = layer == len(spec.layers) - 1
    absent = set()
    if not spec.layers[layer].projected:
        absent.add("project")
    if not (spec.head and last):
        absent.add("head")
    return tuple(stage for stage in STAGES if stage not in absent)


@dataclass(frozen=True)
class Count:
    """One array of parameters: what it is, its shape, and how the number comes about."""

    name: str
    shape: tuple[int, ...]
    gate: str | None = None

    @property
    def total(self) -> int:
        """Number of parameters in the array."""
        product = 1
        for size in self.shape:
            product *= size
        return product


def counts(cell: CellSpec, biases: int) -> tuple[Count, ...]:
    """Every parameter array of one direction of a layer, with `biases` 0, 1 or 2 per gate.

    Each gate has W_h (C, H), W_x (C, I) and `biases` vectors (C,); the projection,
    if present, is W_hr (H, C).
    """
    rows = []
    for gate in GATES:
        letter = LETTERS[gate]
        rows.append(Count(f"W_h{letter}", (cell.cell_size, cell.hidden_size), gate))
        rows.append(Count(f"W_x{letter}", (cell.cell_size, cell.input_size), gate))
        rows += [Count(f"b_{letter}", (cell.cell_size,), gate)] * biases
    if cell.projected:
        rows.append(Count("W_hr", (cell.hidden_size, cell.cell_size)))
    return tuple(rows)


def head_counts(spec: NetworkSpec) -> tuple[Count, ...]:
    """The head's parameter arrays: W_y (size, width) and, if it has one, b_y (size,)."""
    if spec.head is None:
        return ()
    weights = Count("W_y", (spec.head.size, spec.layers[-1].output_size))
    return (weights, Count("b_y", (spec.head.size,))) if spec.head.bias else (weights,)


def parameters(spec: NetworkSpec, biases: int) -> int:
    """All parameters of the network, counting `biases` bias vectors per gate.

    Keras, TensorFlow and Flax keep one, PyTorch and ONNX two. For I=5, C=H=256:
    268,288 with one, 269,312 with two.
    """
    layers = sum(
        count.total * len(cell.directions) for cell in spec.layers for count in counts(cell, biases)
    )
    return layers + sum(count.total for count in head_counts(spec))
