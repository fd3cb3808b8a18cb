"""Derivatives of the activations a cell or a head may have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmviz.engine.activations import SYNONYMS, function, parameters
from lstmviz.engine.variant import Activation

Numbers = NDArray[np.floating]

NEAR = 1e-5
"""Half the width of a central difference: in float64 exact to some 1e-10."""


def _between(low: float, high: float, slope: Any) -> Callable[[Numbers], Numbers]:
    return lambda y: np.asarray(np.where((y > low) & (y < high), slope, 0.0))


_BY_VALUE: dict[str, Callable[[Numbers], Numbers]] = {
    "sigmoid": lambda y: y * (1 - y),
    "tanh": lambda y: 1 - y * y,
    "linear": np.ones_like,
    "relu": lambda y: np.asarray((y > 0).astype(np.float64)),
    "hard_tanh": _between(-1, 1, 1.0),
}
"""Slopes that follow from the value y alone."""


def slope(activation: Activation, x: Numbers) -> Numbers:
    """The derivative of an activation at `x`, any shape, float64.

    At a kink it is that of the flat side, as in PyTorch, for relu, hard_tanh and hard_sigmoid;
    the rarer activations are differentiated by central differences, which take the mean there.
    """
    name = SYNONYMS.get(activation.name, activation.name)
    apply = function(activation)
    if name in _BY_VALUE:
        return _BY_VALUE[name](np.asarray(apply(x)))
    if name == "hard_sigmoid":
        alpha, _ = parameters(activation)
        return _between(0, 1, alpha)(np.asarray(apply(x)))
    return np.asarray((apply(x + NEAR) - apply(x - NEAR)) / (2 * NEAR))
