"""Sizes of a network, the rules that bind them, and what they cost in parameters.

Symbols: I input size, H hidden size, C cell size. The canonical gate order is
i, f, g, o everywhere inside lstmviz.
"""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.engine.activations import formula
from lstmviz.engine.variant import STANDARD, SWITCHES, Activation, Variant, activation_name
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

HEAD_ACTIVATIONS = ("softmax", "sigmoid", "relu", "tanh", "linear")
"""What a head is offered; a model that was opened may have any of `activations` besides."""

ACROSS = ("softmax", "log_softmax")
"""Activations that run across a head's numbers; all others work number by number."""

MERGES = ("concat", "sum", "mul", "ave")
"""How the two directions of a layer become one row: side by side, or number by number."""

WAYS = {"forward": ("forward",), "backward": ("backward",), "both": ("forward", "backward")}
"""The directions a layer may run in."""


@dataclass(frozen=True)
class CellSpec:
    """One LSTM layer's sizes.

    `project` allows a projection; it is present exactly when it is allowed and
    H ≠ C (Sak et al. 2014). With `project` off and H ≠ C the cell is impossible:
    o ⊙ tanh(c) has size C and cannot be called h. `directions` are the
    directions the layer runs in, each with weights of its own, and `merge` is how two
    become one row. `variant` says how the cell departs from the standard one.

    With `return_sequences` off (only on the last layer) just the final states leave it: of
    forward the last step's, of backward that of step 0, where it ends.
    """

    input_size: int
    hidden_size: int
    cell_size: int
    project: bool = True
    directions: tuple[str, ...] = ("forward",)
    variant: Variant = STANDARD
    merge: str = "concat"
    return_sequences: bool = True

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
        """Width of what the layer hands on: H per direction side by side, else H."""
        return self.hidden_size * (len(self.directions) if self.merge == "concat" else 1)


@dataclass(frozen=True)
class EmbeddingSpec:
    """An input stage: symbol k becomes row k of a table (size, dimension)."""

    size: int
    dimension: int


@dataclass(frozen=True)
class HeadSpec:
    """A Dense layer on the hidden states or on the head before it, computed at every step.

    With `last_step` only the last row is the model's output (PyTorch's `out[:, -1]`); the rows
    before it are then what it would say if the sequence ended there. `alpha` and `beta` are those
    of the activation, None where it has no such parameter or the usual one.
    """

    size: int
    activation: str = "softmax"
    bias: bool = True
    last_step: bool = False
    alpha: float | None = None
    beta: float | None = None

    @property
    def squash(self) -> Activation:
        """The activation with its parameters."""
        return Activation(self.activation, self.alpha, self.beta)

    @property
    def shown(self) -> str:
        """The activation and its parameters, for people: "leaky_relu(0.2)"."""
        return activation_name(self.squash)


@dataclass(frozen=True)
class NetworkSpec:
    """The sizes of a whole network: an optional embedding, LSTM layers, a chain of heads."""

    layers: tuple[CellSpec, ...]
    heads: tuple[HeadSpec, ...] = ()
    embedding: EmbeddingSpec | None = None

    def __str__(self) -> str:
        first = f"input {self.input_size}"
        first += f" embedded in {self.embedding.dimension}" if self.embedding else ""
        layers = [f"cell {c.cell_size} hidden {c.hidden_size}" for c in self.layers]
        heads = [f"head {head.size} {head.shown}" for head in self.heads]
        return ", ".join([first, *layers, *heads])

    @property
    def head(self) -> HeadSpec | None:
        """The last of the chain, whose output is the network's, or None."""
        return self.heads[-1] if self.heads else None

    @property
    def input_size(self) -> int:
        """Width I of one step of the input: the number of symbols where it is embedded."""
        return self.embedding.size if self.embedding else self.layers[0].input_size

    @property
    def output_size(self) -> int:
        """Width of one step of the output: the last head's size, else the last layer's."""
        return self.head.size if self.head else self.layers[-1].output_size

    @property
    def last_step(self) -> bool:
        """Whether only the last row of the output is the model's own."""
        last = not self.layers[-1].return_sequences
        return last or any(head.last_step for head in self.heads)

    def joins(self, layer: int) -> bool:
        """Whether what leaves a layer is an array of its own, made of its hidden states."""
        cell = self.layers[layer]
        return len(cell.directions) > 1 or (
            "backward" in cell.directions and not cell.return_sequences
        )

    @property
    def possible(self) -> bool:
        """Whether the shapes fit together; `problem` says why not."""
        return problem(self) is None


def problem(spec: NetworkSpec) -> str | None:
    """Why the shapes do not fit together and what would mend it, a sentence, or None."""
    found = fault(spec)
    return found[1] if found else None


def fault(spec: NetworkSpec) -> tuple[int, str] | None:
    """The first layer that does not fit with what stands below it, and its `problem`."""
    source, width = "the embedding", spec.embedding.dimension if spec.embedding else None
    for index, cell in enumerate(spec.layers):
        above = index + 1 if index + 1 < len(spec.layers) else None
        told = _misfit(f"layer {index}", cell, source, width, above)
        if told:
            return index, told
        source, width = f"layer {index}", cell.output_size
    return None


def cell_fault(cell: CellSpec) -> tuple[str, str] | None:
    """Why a cell cannot be computed, and what would mend it; None if it can."""
    if not cell.possible:
        variant = cell.variant
        plain = variant.output.name == "tanh" and "output_gate" not in variant.absent
        h, c = f"{cell.hidden_size:,}", f"{cell.cell_size:,}"
        return (
            f"h = o ⊙ tanh(c) needs equal sizes, but h and o have {h} and c has {c}"
            if plain
            else f"h is the cell output, but h has size {h} and c has {c}",
            "make the two equal or allow the projection",
        )
    missing = [gate for gate in cell.variant.absent if gate != "output_gate"]
    if cell.variant.coupled and missing:
        return (
            f"f = 1 − i needs both gates, but the {missing[0].replace('_', ' ')} is absent",
            "bring it back or uncouple them",
        )
    return None


def _misfit(
    name: str, cell: CellSpec, source: str, width: int | None, above: int | None
) -> str | None:
    """Why a layer cannot stand on a `source` that hands on rows of `width`, under another."""
    broken = cell_fault(cell)
    if broken:
        cause, mend = broken
        return f"{name} cannot run: {cause}; {mend}."
    if width is not None and width != cell.input_size:
        return (
            f"{name} reads {cell.input_size} numbers a step, but {source} hands on "
            f"{width}; make the two equal."
        )
    if not cell.return_sequences and above is not None:
        return (
            f"{name} hands on its final state only, but layer {above} reads a "
            f"sequence; let {name} return its sequence."
        )
    return None


def check(spec: NetworkSpec) -> None:
    """Raise `LstmvizError`, one sentence, for sizes below 1 and words that are not known.

    Shapes that do not fit together are no such fault: `problem` tells of them.
    """
    if not spec.layers:
        raise LstmvizError("a network has at least one layer, but this one has none.")
    sizes = [(f"layer {k}", n) for k, c in enumerate(spec.layers) for n in _sizes(c)]
    sizes += [(f"head {k}", head.size) for k, head in enumerate(spec.heads)]
    if spec.embedding:
        sizes += [("the embedding", n) for n in (spec.embedding.size, spec.embedding.dimension)]
    for where, size in sizes:
        if size < 1:
            raise LstmvizError(f"{where} has the size {size}; make it 1 or more.")
    for index, cell in enumerate(spec.layers):
        if cell.directions not in WAYS.values():
            known = " or ".join(" and ".join(way) for way in WAYS.values())
            given = " and ".join(way[:40] for way in cell.directions[:3]) or "nowhere"
            raise LstmvizError(f"layer {index} runs {given}; it may run {known}.")
        if cell.merge not in MERGES:
            raise LstmvizError(
                f"layer {index} merges its directions by {cell.merge[:40]!r}, not one of "
                f"{', '.join(MERGES)}."
            )
        check_variant(cell.variant)
    for head in spec.heads:
        if head.activation not in ACROSS:
            formula(head.squash)


def check_variant(variant: Variant) -> None:
    """Raise `LstmvizError`, one sentence, for words and bounds that no variant can have."""
    for activation in (variant.gate, variant.candidate, variant.output):
        formula(activation)
    for name in variant.absent:
        if name not in SWITCHES:
            known = ", ".join(SWITCHES)
            raise LstmvizError(f"{name[:40]!r} is no gate that may be absent; {known} may be.")
    for name in ("clip", "cell_clip", "projection_clip"):
        bound = getattr(variant, name)
        if bound is not None and not bound > 0:
            raise LstmvizError(f"{name} is {bound}; make it a number above 0.")


def _sizes(cell: CellSpec) -> tuple[int, int, int]:
    return cell.input_size, cell.hidden_size, cell.cell_size


def stages(spec: NetworkSpec, layer: int = 0) -> tuple[str, ...]:
    """The stages one step of this layer goes through, in order."""
    last = layer == len(spec.layers) - 1
    cell, absent = spec.layers[layer], set()
    if "forget_gate" in cell.variant.absent and not cell.variant.coupled:
        absent.add("forget")
    if not cell.projected:
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

    Each gate has W_h (C, H), W_x (C, I) and `biases` vectors (C,), and where the variant asks
    for them a peephole p (C,) and R (C, n C), which reads the n of i, f, o that have weights;
    absent gates and a coupled f have nothing. The projection, if present, is W_hr (H, C).
    """
    variant, size, rows = cell.variant, cell.cell_size, []
    switches = [name for name in SWITCHES if name not in variant.lacking]
    for gate in GATES:
        if gate in variant.lacking:
            continue
        letter = LETTERS[gate]
        rows.append(Count(f"W_h{letter}", (size, cell.hidden_size), gate))
        rows.append(Count(f"W_x{letter}", (size, cell.input_size), gate))
        rows += [Count(f"b_{letter}", (size,), gate)] * biases
        if variant.peephole and gate in switches:
            rows.append(Count(f"p_{letter}", (size,), gate))
        if variant.gate_recurrence and gate in switches:
            rows.append(Count(f"R_{letter}", (size, len(switches) * size), gate))
    if cell.projected:
        rows.append(Count("W_hr", (cell.hidden_size, size)))
    return tuple(rows)


def head_counts(spec: NetworkSpec) -> tuple[Count, ...]:
    """The last head's parameter arrays: W_y (size, width) and, if it has one, b_y (size,)."""
    return chain_counts(spec)[-1] if spec.heads else ()


def chain_counts(spec: NetworkSpec) -> tuple[tuple[Count, ...], ...]:
    """The parameter arrays of every head of the chain, first to last."""
    rows, width = [], spec.layers[-1].output_size
    for head in spec.heads:
        weights, bias = Count("W_y", (head.size, width)), Count("b_y", (head.size,))
        rows.append((weights, bias) if head.bias else (weights,))
        width = head.size
    return tuple(rows)


def parameters(spec: NetworkSpec, biases: int) -> int:
    """All parameters of the network, counting `biases` bias vectors per gate.

    Keras, TensorFlow and Flax keep one, PyTorch and ONNX two. For I=5, C=H=256:
    268,288 with one, 269,312 with two.
    """
    layers = sum(
        count.total * len(cell.directions) for cell in spec.layers for count in counts(cell, biases)
    )
    heads = sum(count.total for rows in chain_counts(spec) for count in rows)
    table = spec.embedding.size * spec.embedding.dimension if spec.embedding else 0
    return table + layers + heads
