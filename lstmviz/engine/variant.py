"""How a cell departs from the standard LSTM: activations, peepholes, missing gates, clipping."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lstmviz.errors import LstmvizError


@dataclass(frozen=True)
class Activation:
    """A named function of one number; `alpha` and `beta` where it has parameters.

    The names are those of `activations.ACTIVATIONS`. hard_sigmoid is
    max(0, min(1, alpha x + beta)): 0.2 and 0.5 in ONNX, Keras 2 and TensorFlow 1, 1/6 and 0.5
    in Keras 3.
    """

    name: str
    alpha: float | None = None
    beta: float | None = None


SIGMOID = Activation("sigmoid")
TANH = Activation("tanh")
LINEAR = Activation("linear")

SWITCHES = ("input_gate", "forget_gate", "output_gate")
"""The three gates i, f, o: what peepholes and gate recurrence come into, in this order."""


@dataclass(frozen=True)
class Variant:
    """What is not standard about a cell; the default is the standard cell.

    `gate` squashes i, f and o, `candidate` squashes g, `output` squashes c before o.
    `coupled` sets f = 1 − i (CIFG). `absent` names gates held at 1 (NIG, NFG, NOG of Greff et al.
    2015). `peephole` lets i and f see the cell state before and o the new one.
    `gate_recurrence` feeds the gates of the step before, zeros at the first, into i, f and o
    (FGR). `clip` bounds the pre-activations with all their terms, `cell_clip` the new c before
    it is stored and squashed, `projection_clip` the projected h, each to −value…value; without
    a projection there is nothing for the last to bound.
    """

    gate: Activation = SIGMOID
    candidate: Activation = TANH
    output: Activation = TANH
    coupled: bool = False
    absent: tuple[str, ...] = ()
    peephole: bool = False
    gate_recurrence: bool = False
    clip: float | None = None
    cell_clip: float | None = None
    projection_clip: float | None = None

    @property
    def lacking(self) -> tuple[str, ...]:
        """Gates without weights of their own: those absent, and f where it is 1 − i.

        They send nothing into gate recurrence either.
        """
        coupled = ("forget_gate",) if self.coupled else ()
        return tuple(name for name in SWITCHES if name in self.absent + coupled)


STANDARD = Variant()

PEEPHOLE = Variant(peephole=True)
"""What Greff et al. 2015 call V, the vanilla LSTM: theirs has peepholes."""

GREFF: dict[str, Variant] = {
    "NIG": Variant(absent=("input_gate",), peephole=True),
    "NFG": Variant(absent=("forget_gate",), peephole=True),
    "NOG": Variant(absent=("output_gate",), peephole=True),
    "NIAF": Variant(candidate=LINEAR, peephole=True),
    "NOAF": Variant(output=LINEAR, peephole=True),
    "NP": STANDARD,
    "CIFG": Variant(coupled=True, peephole=True),
    "FGR": Variant(gate_recurrence=True, peephole=True),
}
"""The eight of Greff et al. 2015, each one change to V; so all but NP have peepholes."""


def named_variant(name: str, *, peephole: bool | None = None) -> Variant:
    """A variant by its name: "standard", "peephole" (or "V"), or one of `GREFF`.

    Those of Greff et al. 2015 have peepholes as in the paper, all but NP, which is the
    standard cell; `peephole` True or False gives them or takes them away. Raises
    `LstmvizError` for another name.
    """
    known = {"standard": STANDARD, "peephole": PEEPHOLE, "V": PEEPHOLE} | GREFF
    if name not in known:
        raise LstmvizError(f"variant {name[:40]!r} is unknown; known are {', '.join(known)}.")
    variant = known[name]
    return variant if peephole is None else replace(variant, peephole=peephole)


def variant_name(variant: Variant) -> str:
    """A name to show: of `named_variant` where there is one, else what departs, in a few words.

    Such as "standard", "peephole", "CIFG", "CIFG without peepholes",
    "hard_sigmoid gates, clip 3".
    """
    bare = replace(variant, clip=None, cell_clip=None, projection_clip=None, gate=SIGMOID)
    name = _plain_name(bare)
    parts = [] if variant.gate == SIGMOID else [f"{activation_name(variant.gate)} gates"]
    for field, word in (
        ("clip", "clip"),
        ("cell_clip", "cell clip"),
        ("projection_clip", "h clip"),
    ):
        bound = getattr(variant, field)
        if bound is not None:
            parts.append(f"{word} {bound:g}")
    if name == "standard" and parts:
        return ", ".join(parts)
    return ", ".join([name, *parts])


def _plain_name(variant: Variant) -> str:
    """The name of a variant with sigmoid gates and no clipping."""
    if variant == STANDARD:
        return "standard"
    if variant == PEEPHOLE:
        return "peephole"
    for name, known in GREFF.items():
        if variant == known:
            return name
        if variant == replace(known, peephole=False):
            return f"{name} without peepholes"
    parts = [f"no {name.replace('_', ' ')}" for name in variant.lacking if name in variant.absent]
    parts += ["coupled i and f"] * variant.coupled
    parts += ["gate recurrence"] * variant.gate_recurrence
    parts += ["peephole"] * variant.peephole
    if variant.candidate != TANH:
        parts.append(f"{activation_name(variant.candidate)} candidate")
    if variant.output != TANH:
        parts.append(f"{activation_name(variant.output)} output")
    return ", ".join(parts)


def activation_name(activation: Activation) -> str:
    """An activation and its own parameters: "elu", "hard_sigmoid(0.2, 0.5)"."""
    given = [f"{value:.3g}" for value in (activation.alpha, activation.beta) if value is not None]
    return f"{activation.name}({', '.join(given)})" if given else activation.name
