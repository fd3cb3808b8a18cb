"""How a cell departs from the standard LSTM: activations, peepholes, missing gates, clipping."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Activation:
    """A named function of one number; `alpha` and `beta` where it has parameters.

    hard_sigmoid is max(0, min(1, alpha x + beta)): 0.2 and 0.5 in ONNX, Keras 2 and TensorFlow 1,
    1/6 and 0.5 in Keras 3.
    """

    name: str
    alpha: float | None = None
    beta: float | None = None


SIGMOID = Activation("sigmoid")
TANH = Activation("tanh")
LINEAR = Activation("linear")


@dataclass(frozen=True)
class Variant:
    """What is not standard about a cell; the default is the standard cell.

    `gate` squashes i, f and o, `candidate` squashes g, `output` squashes c before o.
    `coupled` sets f = 1 − i (CIFG). `absent` names gates held at 1 (NIG, NFG, NOG of Greff et al.
    2015). `peephole` lets i and f see the cell state before and o the new one.
    `gate_recurrence` feeds the gates of the step before into i, f and o (FGR). `clip` bounds the
    pre-activations, `cell_clip` c, `projection_clip` the projected h, each to −value…value.
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


STANDARD = Variant()
