"""Every activation a cell or a head may have, by name: its formula, its limits, where it is from.

Sources, where a row names one: "ONNX" is the operator specification (the activations of
LSTM and the operators of the same name), "Keras" is keras.activations of Keras 3.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmviz.engine.variant import Activation
from lstmviz.errors import LstmvizError

Array = NDArray[np.floating]

SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


@dataclass(frozen=True)
class Formula:
    """One activation: `text` in x, α and β, `apply(x, alpha, beta)` on arrays of any shape.

    `alpha` and `beta` are what holds where a model gives none, None where there is no such
    parameter. With these α and β all values lie in `low`…`high`, infinite where there is no
    limit.
    """

    text: str
    source: str
    apply: Callable[[Any, Any, Any], Any]
    low: float = -math.inf
    high: float = math.inf
    alpha: float | None = None
    beta: float | None = None


def sigmoid(a: Array) -> Array:
    """σ(a) = 1 / (1 + e⁻ᵃ), below 0 as eᵃ / (1 + eᵃ): it overflows nowhere and keeps its digits."""
    return np.asarray(np.exp(np.minimum(a, 0)) / (1 + np.exp(-np.abs(a))))


def softplus(x: Array) -> Array:
    """log(1 + eˣ), which overflows nowhere."""
    return np.asarray(np.maximum(x, 0) + np.log1p(np.exp(-abs(x))))


def _below_zero(x: Array, low: Array) -> Array:
    """Where above 0 x itself, else `low`."""
    return np.asarray(np.where(x > 0, x, low))


def _elu(x: Array, alpha: float, _: Any) -> Array:
    return _below_zero(x, alpha * np.expm1(np.minimum(x, 0)))


def _celu(x: Array, alpha: float, _: Any) -> Array:
    return _below_zero(x, alpha * np.expm1(np.minimum(x, 0) / alpha))


def erf(x: Array) -> Array:
    """The error function, number by number."""
    values = np.fromiter(map(math.erf, x.ravel().tolist()), float, x.size)
    return values.astype(x.dtype).reshape(x.shape)


def _gelu_tanh(x: Array, *_: Any) -> Array:
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)
    return np.asarray(0.5 * x * (1 + np.tanh(inner)))


def _sparse_plus(x: Array, *_: Any) -> Array:
    middle = 0.25 * (x + 1) ** 2
    return np.asarray(np.where(x <= -1, 0 * middle, np.where(x < 1, middle, x)))


ACTIVATIONS: dict[str, Formula] = {
    "sigmoid": Formula(
        "1 / (1 + e⁻ˣ)", "Hochreiter & Schmidhuber 1997", lambda x, *_: sigmoid(x), 0, 1
    ),
    "tanh": Formula("tanh x", "Hochreiter & Schmidhuber 1997", lambda x, *_: np.tanh(x), -1, 1),
    "linear": Formula("x", "Greff et al. 2015 (NIAF, NOAF)", lambda x, *_: x),
    "relu": Formula("max(0, x)", "ONNX, Keras", lambda x, *_: np.maximum(x, 0), 0),
    "relu6": Formula("min(6, max(0, x))", "Keras", lambda x, *_: np.clip(x, 0, 6), 0, 6),
    "hard_sigmoid": Formula(
        "max(0, min(1, αx + β))",
        "ONNX, Keras 2 and TensorFlow 1 with α = 0.2; Keras 3 with α = 1/6",
        lambda x, alpha, beta: np.clip(alpha * x + beta, 0, 1),
        *(0, 1, 0.2, 0.5),
    ),
    "hard_tanh": Formula("max(−1, min(1, x))", "Keras", lambda x, *_: np.clip(x, -1, 1), -1, 1),
    "softsign": Formula("x / (1 + |x|)", "ONNX, Keras", lambda x, *_: x / (1 + abs(x)), -1, 1),
    "softplus": Formula("log(1 + eˣ)", "ONNX, Keras", lambda x, *_: softplus(x), 0),
    "elu": Formula("x above 0, else α(eˣ − 1)", "ONNX, Keras: α = 1", _elu, low=-1, alpha=1),
    "celu": Formula("x above 0, else α(e^(x/α) − 1)", "Keras: α = 1", _celu, low=-1, alpha=1),
    "selu": Formula(
        "1.0507 (x above 0, else 1.6733 (eˣ − 1))",
        "Klambauer et al. 2017; Keras",
        lambda x, *_: SELU_SCALE * _elu(x, SELU_ALPHA, None),
        low=-SELU_SCALE * SELU_ALPHA,
    ),
    "leaky_relu": Formula(
        "x above 0, else αx",
        "ONNX: α = 0.01; Keras 3: α = 0.2",
        lambda x, alpha, _: _below_zero(x, alpha * x),
        alpha=0.01,
    ),
    "thresholded_relu": Formula(
        "x from α up, else 0",
        "ONNX: α = 1; onnxruntime takes 0 where an LSTM gives none",
        lambda x, alpha, _: np.where(x >= alpha, x, 0 * x),
        low=0,
        alpha=1,
    ),
    "affine": Formula(
        "αx + β",
        "ONNX; onnxruntime takes 0 and 0 where an LSTM gives none",
        lambda x, alpha, beta: alpha * x + beta,
        alpha=1,
        beta=0,
    ),
    "scaled_tanh": Formula(
        "α tanh(βx)",
        "ONNX (onnxruntime takes 0 where an LSTM gives none); LeCun et al. 1998: 1.7159, 2/3",
        lambda x, alpha, beta: alpha * np.tanh(beta * x),
        *(-1, 1, 1, 1),
    ),
    "exponential": Formula("eˣ", "Keras", lambda x, *_: np.exp(x), 0),
    "silu": Formula("x σ(x)", "Keras", lambda x, *_: x * sigmoid(x), -0.2785),
    "hard_silu": Formula(
        "x · max(0, min(1, x/6 + ½))", "Keras", lambda x, *_: x * np.clip(x / 6 + 0.5, 0, 1), -0.375
    ),
    "gelu": Formula(
        "½ x (1 + erf(x/√2))",
        "Hendrycks & Gimpel 2016; Keras",
        lambda x, *_: 0.5 * x * (1 + erf(x / math.sqrt(2))),
        -0.17,
    ),
    "gelu_tanh": Formula(
        "½ x (1 + tanh(√(2/π) (x + 0.044715 x³)))",
        "Keras: gelu with approximate=True",
        _gelu_tanh,
        -0.1701,
    ),
    "mish": Formula(
        "x tanh(log(1 + eˣ))", "Misra 2019; Keras", lambda x, *_: x * np.tanh(softplus(x)), -0.3089
    ),
    "log_sigmoid": Formula("−log(1 + e⁻ˣ)", "Keras", lambda x, *_: -softplus(-x), high=0),
    "tanh_shrink": Formula("x − tanh x", "Keras", lambda x, *_: x - np.tanh(x)),
    "hard_shrink": Formula(
        "x where |x| > α, else 0",
        "Keras: α = 0.5",
        lambda x, alpha, _: np.where(abs(x) > alpha, x, 0 * x),
        alpha=0.5,
    ),
    "soft_shrink": Formula(
        "x moved by α towards 0, 0 where |x| ≤ α",
        "Keras: α = 0.5",
        lambda x, alpha, _: np.sign(x) * np.maximum(abs(x) - alpha, 0),
        alpha=0.5,
    ),
    "squareplus": Formula(
        "½ (x + √(x² + α))",
        "Keras: α = 4",
        lambda x, alpha, _: 0.5 * (x + np.sqrt(x * x + alpha)),
        low=0,
        alpha=4,
    ),
    "sparse_plus": Formula("0 up to −1, ¼ (x + 1)² up to 1, then x", "Keras", _sparse_plus, 0),
    "sparse_sigmoid": Formula(
        "max(0, min(1, ½ (x + 1)))", "Keras", lambda x, *_: np.clip(0.5 * (x + 1), 0, 1), 0, 1
    ),
}
"""Name → formula. All work number by number; softmax and log_softmax do not, which only a
head may have."""

SYNONYMS = {"swish": "silu", "hard_swish": "hard_silu", "identity": "linear"}
"""Other names of the same functions."""


def formula(activation: Activation) -> Formula:
    """The row of the table; raises `LstmvizError` listing the known names for an unknown one."""
    name = SYNONYMS.get(activation.name, activation.name)
    if name not in ACTIVATIONS:
        known = ", ".join(sorted(ACTIVATIONS))
        raise LstmvizError(f"activation {activation.name[:40]!r} is unknown; known are {known}.")
    return ACTIVATIONS[name]


def parameters(activation: Activation) -> tuple[float | None, float | None]:
    """α and β as they hold: the activation's own, else the formula's."""
    row = formula(activation)
    alpha = row.alpha if activation.alpha is None else activation.alpha
    beta = row.beta if activation.beta is None else activation.beta
    return alpha, beta


def function(activation: Activation) -> Callable[[Array], Array]:
    """The activation as a function of an array, which keeps the array's type.

    It may return the array itself. Raises `LstmvizError` for an unknown name.
    """
    apply, (alpha, beta) = formula(activation).apply, parameters(activation)
    return lambda x: apply(x, alpha, beta)
