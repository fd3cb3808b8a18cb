"""Derivatives of the activations a cell or a head may have, each from its formula."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmviz.engine.activations import (
    SELU_ALPHA,
    SELU_SCALE,
    SYNONYMS,
    erf,
    formula,
    parameters,
    sigmoid,
    softplus,
)
from lstmviz.engine.variant import Activation

Numbers = NDArray[np.floating]


def slope(activation: Activation, x: Numbers) -> Numbers:
    """The derivative of an activation at `x`, any shape, float64.

    At a kink it is that of the flatter side, as in PyTorch. Raises `LstmvizError` for an unknown
    activation.
    """
    formula(activation)
    alpha, beta = parameters(activation)
    name = SYNONYMS.get(activation.name, activation.name)
    return np.asarray(_SLOPES[name](x, alpha, beta), np.float64)


def _between(x: Numbers, low: float, high: float) -> NDArray[np.bool_]:
    return np.asarray((x > low) & (x < high))


def _below(x: Numbers, low: Any) -> Numbers:
    """1 above 0, else `low`."""
    return np.where(x > 0, 1.0, low)


def _exp(x: Numbers) -> Numbers:
    """eˣ below 0, where alone it is asked for."""
    return np.asarray(np.exp(np.minimum(x, 0)))


def _sigmoid(x: Numbers, *_: Any) -> Numbers:
    y = sigmoid(x)
    return y * (1 - y)


def _tanh(x: Numbers, *_: Any) -> Numbers:
    y = np.tanh(x)
    return np.asarray(1 - y * y)


def _silu(x: Numbers, *_: Any) -> Numbers:
    y = sigmoid(x)
    return y * (1 + x * (1 - y))


def _gelu(x: Numbers, *_: Any) -> Numbers:
    """Φ(x) + x φ(x)."""
    density = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return np.asarray(0.5 * (1 + erf(x / math.sqrt(2))) + x * density)


def _gelu_tanh(x: Numbers, *_: Any) -> Numbers:
    scale, cubed = math.sqrt(2 / math.pi), 0.044715
    y = np.tanh(scale * (x + cubed * x * x * x))
    return np.asarray(0.5 * (1 + y) + 0.5 * x * (1 - y * y) * scale * (1 + 3 * cubed * x * x))


def _mish(x: Numbers, *_: Any) -> Numbers:
    y = np.tanh(softplus(x))
    return np.asarray(y + x * (1 - y * y) * sigmoid(x))


_SLOPES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "linear": lambda x, *_: np.ones_like(x),
    "relu": lambda x, *_: x > 0,
    "relu6": lambda x, *_: _between(x, 0, 6),
    "hard_sigmoid": lambda x, alpha, beta: alpha * _between(alpha * x + beta, 0, 1),
    "hard_tanh": lambda x, *_: _between(x, -1, 1),
    "softsign": lambda x, *_: 1 / (1 + abs(x)) ** 2,
    "softplus": lambda x, *_: sigmoid(x),
    "elu": lambda x, alpha, _: _below(x, alpha * _exp(x)),
    "celu": lambda x, alpha, _: _below(x, _exp(x / alpha)),
    "selu": lambda x, *_: SELU_SCALE * _below(x, SELU_ALPHA * _exp(x)),
    "leaky_relu": lambda x, alpha, _: _below(x, alpha),
    "thresholded_relu": lambda x, alpha, _: x > alpha,
    "affine": lambda x, alpha, _: np.full_like(x, alpha),
    "scaled_tanh": lambda x, alpha, beta: alpha * beta * _tanh(beta * x),
    "exponential": lambda x, *_: np.exp(x),
    "silu": _silu,
    "hard_silu": lambda x, *_: np.where(x <= -3, 0, np.where(x >= 3, 1, x / 3 + 0.5)),
    "gelu": _gelu,
    "gelu_tanh": _gelu_tanh,
    "mish": _mish,
    "log_sigmoid": lambda x, *_: sigmoid(-x),
    "tanh_shrink": lambda x, *_: np.tanh(x) ** 2,
    "hard_shrink": lambda x, alpha, _: abs(x) > alpha,
    "soft_shrink": lambda x, alpha, _: abs(x) > alpha,
    "squareplus": lambda x, alpha, _: 0.5 * (1 + x / np.sqrt(x * x + alpha)),
    "sparse_plus": lambda x, *_: np.clip(0.5 * (x + 1), 0, 1),
    "sparse_sigmoid": lambda x, *_: 0.5 * _between(x, -1, 1),
}
"""Name → derivative of (x, α, β), for every row of `activations.ACTIVATIONS`."""
