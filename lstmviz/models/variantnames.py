"""How each framework writes a variant, or what it lacks for it.

Sources: the documentation of torch.nn.LSTM, keras.layers.LSTM, tf.compat.v1.nn.rnn_cell.LSTMCell,
tf.contrib.rnn.CoupledInputForgetGateLSTMCell, flax.linen.OptimizedLSTMCell and the ONNX operator
LSTM.
"""

from __future__ import annotations

from collections.abc import Callable

from lstmviz.engine.activations import ACTIVATIONS, SYNONYMS, formula, parameters
from lstmviz.engine.spec import CellSpec, NetworkSpec
from lstmviz.engine.variant import LINEAR, SIGMOID, SWITCHES, TANH, Activation, Variant

WANTS: dict[str, tuple[str, Callable[[CellSpec], bool]]] = {
    "peephole": ("peepholes", lambda cell: cell.variant.peephole),
    "coupled": ("coupled gates", lambda cell: cell.variant.coupled),
    "absent": ("way to leave a gate out", lambda cell: bool(cell.variant.absent)),
    "gate_recurrence": ("gate recurrence", lambda cell: cell.variant.gate_recurrence),
    "clip": ("bound on pre-activations", lambda cell: cell.variant.clip is not None),
    "cell_clip": ("bound on c", lambda cell: cell.variant.cell_clip is not None),
    "projection_clip": (
        "bound on h",
        lambda cell: cell.projected and cell.variant.projection_clip is not None,
    ),
}
"""What a variant may want of a framework: in words, and whether a layer wants it."""

ONNX_NAMES = {
    "relu": "Relu",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "affine": "Affine",
    "leaky_relu": "LeakyRelu",
    "thresholded_relu": "ThresholdedRelu",
    "scaled_tanh": "ScaledTanh",
    "hard_sigmoid": "HardSigmoid",
    "elu": "Elu",
    "softsign": "Softsign",
    "softplus": "Softplus",
}
FLAX_NAMES = {
    **{name: name for name in ("sigmoid", "tanh", "relu", "relu6", "hard_tanh", "elu", "celu")},
    **{name: name for name in ("selu", "silu", "softplus", "hard_sigmoid", "leaky_relu")},
    "softsign": "soft_sign",
    "hard_silu": "hard_silu",
    "log_sigmoid": "log_sigmoid",
}
Defaults = dict[str, tuple[float | None, float | None]]
KERAS_DEFAULTS: Defaults = {"hard_sigmoid": (1 / 6, 0.5), "leaky_relu": (0.2, None)}
FLAX_DEFAULTS: Defaults = {"hard_sigmoid": (1 / 6, 0.5)}


def lack(spec: NetworkSpec, can: tuple[str, ...] = ()) -> str:
    """What the layers want beyond what a framework `can`: "no peepholes, no bound on c", or ""."""
    missing = [
        words
        for name, (words, wanted) in WANTS.items()
        if name not in can and any(wanted(cell) for cell in spec.layers)
    ]
    return ", ".join(f"no {words}" for words in missing)


def _named(activation: Activation, known: dict[str, str], defaults: Defaults) -> str | None:
    """A framework's name of an activation, None where it has none that is the same function."""
    name = SYNONYMS.get(activation.name, activation.name)
    row = formula(activation)
    expected = defaults.get(name, (row.alpha, row.beta))
    same = all(
        (ours is None) == (theirs is None)
        and (ours is None or theirs is None or abs(ours - theirs) < 1e-6)
        for ours, theirs in zip(parameters(activation), expected, strict=True)
    )
    return known.get(name) if same else None


def standard_activations(spec: NetworkSpec) -> bool:
    """Whether all layers have σ and tanh where the standard cell has them."""
    return all(
        (v.gate, v.candidate, v.output) == (SIGMOID, TANH, TANH)
        for v in (cell.variant for cell in spec.layers)
    )


def keras_arguments(variant: Variant) -> str | None:
    """Arguments of keras.layers.LSTM for the activations, None where it has none."""
    known = {name: name for name, row in ACTIVATIONS.items() if "Keras" in row.source}
    known |= {"sigmoid": "sigmoid", "tanh": "tanh", "linear": "linear"}
    return _two_arguments(
        variant, known, KERAS_DEFAULTS, ("activation", "recurrent_activation"), '"{}"'
    )


def flax_arguments(variant: Variant) -> str | None:
    """Arguments of flax.linen.OptimizedLSTMCell for the activations, None where it has none."""
    known = {name: f"nn.{word}" for name, word in FLAX_NAMES.items()}
    return _two_arguments(variant, known, FLAX_DEFAULTS, ("activation_fn", "gate_fn"), "{}")


def _two_arguments(
    variant: Variant,
    known: dict[str, str],
    defaults: Defaults,
    words: tuple[str, str],
    quoted: str,
) -> str | None:
    """Where one activation serves both g and c, and another the gates."""
    if variant.candidate != variant.output:
        return None
    parts = ""
    gates = len(variant.lacking) < len(SWITCHES)
    for word, activation, usual in zip(
        words, (variant.candidate, variant.gate), (TANH, SIGMOID), strict=True
    ):
        if activation == usual or (usual == SIGMOID and not gates):
            continue
        name = _named(activation, known, defaults)
        if name is None:
            return None
        parts += f", {word}={quoted.format(name)}"
    return parts


def tensorflow1_arguments(cell: CellSpec) -> str | None:
    """Arguments of LSTMCell beyond the sizes, None where its activations do not reach."""
    variant = cell.variant
    if variant.gate != SIGMOID or variant.candidate != variant.output:
        return None
    parts = ", use_peepholes=True" if variant.peephole else ""
    if variant.cell_clip is not None:
        parts += f", cell_clip={variant.cell_clip:g}"
    if cell.projected and variant.projection_clip is not None:
        parts += f", proj_clip={variant.projection_clip:g}"
    known = {name: f"tf.nn.{name}" for name in ("relu", "relu6", "elu", "selu", "softplus")}
    known |= {"sigmoid": "tf.nn.sigmoid", "softsign": "tf.nn.softsign", "linear": "tf.identity"}
    if variant.candidate != TANH:
        name = _named(variant.candidate, known, {})
        if name is None:
            return None
        parts += f", activation={name}"
    return parts


def onnx_arguments(variant: Variant) -> str | None:
    """Attributes of the operator LSTM for a variant, None where an activation is not there."""
    three = [variant.gate, variant.candidate, variant.output]
    parts = ""
    if three != [SIGMOID, TANH, TANH]:
        three = [Activation("affine", 1, 0) if a == LINEAR else a for a in three]
        rows = [SYNONYMS.get(a.name, a.name) for a in three]
        if any(row not in ONNX_NAMES for row in rows):
            return None
        listed = ", ".join(f'"{ONNX_NAMES[row]}"' for row in rows)
        parts += f", activations=[{listed}]"
        for k, word in enumerate(("alpha", "beta")):
            values = [parameters(a)[k] for a in three]
            if any(value is not None for value in values):
                numbers = ", ".join(f"{value or 0:.6g}" for value in values)
                parts += f", activation_{word}=[{numbers}]"
    if variant.clip is not None:
        parts += f", clip={variant.clip:g}"
    if variant.coupled:
        parts += ", input_forget=1"
    return parts + (", P=peepholes" if variant.peephole else "")
