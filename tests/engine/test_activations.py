"""Activations: what each is, where it ends, and that arrays keep their type."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lstmviz.engine.activations import ACTIVATIONS, SYNONYMS, formula, function, parameters
from lstmviz.engine.variant import Activation
from lstmviz.errors import LstmvizError

X = np.array([-1e4, -20.0, -3.0, -1.0, -0.4, 0.0, 0.3, 1.0, 2.5, 6.5, 20.0, 700.0])


def scalar(name, x, alpha, beta):
    """The same functions of one number, from their definitions."""
    sigmoid = 1 / (1 + math.exp(-x)) if x > -700 else 0.0
    plus = math.log1p(math.exp(x)) if x < 30 else x
    low = math.expm1(min(x, 0))
    return {
        "sigmoid": lambda: sigmoid,
        "tanh": lambda: math.tanh(x),
        "linear": lambda: x,
        "relu": lambda: max(0, x),
        "relu6": lambda: min(6, max(0, x)),
        "hard_sigmoid": lambda: max(0, min(1, alpha * x + beta)),
        "hard_tanh": lambda: max(-1, min(1, x)),
        "softsign": lambda: x / (1 + abs(x)),
        "softplus": lambda: plus,
        "elu": lambda: x if x > 0 else alpha * low,
        "celu": lambda: x if x > 0 else alpha * math.expm1(x / alpha),
        "selu": lambda: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * low),
        "leaky_relu": lambda: x if x > 0 else alpha * x,
        "thresholded_relu": lambda: x if x >= alpha else 0,
        "affine": lambda: alpha * x + beta,
        "scaled_tanh": lambda: alpha * math.tanh(beta * x),
        "exponential": lambda: math.exp(x),
        "silu": lambda: x * sigmoid,
        "hard_silu": lambda: x * max(0, min(1, x / 6 + 0.5)),
        "gelu": lambda: x * 0.5 * (1 + math.erf(x / math.sqrt(2))),
        "gelu_tanh": lambda: (
            0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
        ),
        "mish": lambda: x * math.tanh(plus),
        "log_sigmoid": lambda: -(math.log1p(math.exp(-x)) if x > -30 else -x),
        "tanh_shrink": lambda: x - math.tanh(x),
        "hard_shrink": lambda: x if abs(x) > alpha else 0,
        "soft_shrink": lambda: math.copysign(max(abs(x) - alpha, 0), x),
        "squareplus": lambda: (x + math.sqrt(x * x + alpha)) / 2,
        "sparse_plus": lambda: 0 if x <= -1 else (x + 1) ** 2 / 4 if x < 1 else x,
        "sparse_sigmoid": lambda: max(0, min(1, (x + 1) / 2)),
    }[name]()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_is_what_its_name_says(name):
    for given in (Activation(name), Activation(name, 0.7, 0.4)):
        alpha, beta = parameters(given)
        expected = [scalar(name, x, alpha, beta) for x in X]
        np.testing.assert_allclose(function(given)(X), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_activation_keeps_type_shape_and_limits(name, dtype):
    x = np.linspace(-8, 8, 42, dtype=dtype).reshape(2, 21)
    row, y = formula(Activation(name)), function(Activation(name))(x)
    assert (y.dtype, y.shape) == (dtype, x.shape)
    assert row.low - 1e-6 <= y.min()
    assert y.max() <= row.high + 1e-6
    assert np.isnan(function(Activation(name))(x * dtype(np.nan))).all()
    assert row.text
    assert row.source


def test_the_sigmoid_keeps_its_digits_on_both_sides_and_overflows_nowhere():
    x = np.array([-800.0, -100.0, -30.0, -11.0, 0.0, 11.0, 800.0])
    expected = [0.0, *(1 / (1 + math.exp(-a)) for a in x[1:-1]), 1.0]
    sigmoid = function(Activation("sigmoid"))
    np.testing.assert_allclose(sigmoid(x), expected, rtol=1e-14)
    np.testing.assert_allclose(sigmoid(x.astype(np.float32))[2:], expected[2:], rtol=5e-7)
    assert sigmoid(np.array([-np.inf, np.inf])).tolist() == [0, 1]


def test_synonyms_are_the_same_functions():
    for other, name in SYNONYMS.items():
        assert formula(Activation(other)) is ACTIVATIONS[name]


def test_keras_two_and_three_mean_two_hard_sigmoids():
    x = np.array([-2.5, 1.0])
    three, two = Activation("hard_sigmoid", 1 / 6, 0.5), Activation("hard_sigmoid")
    np.testing.assert_allclose(function(three)(x), [0.5 / 6, 4 / 6])
    np.testing.assert_allclose(function(two)(x), [0.0, 0.7])


def test_an_unknown_activation_is_refused_with_the_known_ones():
    with pytest.raises(LstmvizError) as caught:
        function(Activation("glu"))
    assert str(caught.value).startswith("activation 'glu' is unknown; known are affine, celu, ")
    assert str(caught.value).count(".") == 1
