"""A plain recurrent network, hₜ = tanh(W_h hₜ₋₁ + W_x xₜ + b), to hold an LSTM against.

It has no gates and no cell state: all that it remembers goes through W_h and tanh at every step,
which is why its gradients vanish or explode (Hochreiter 1991; Bengio et al. 1994).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmviz.engine.network import CellWeights
from lstmviz.engine.spec import GATES

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PlainRnn:
    """`input_weights` (C, I), `recurrent_weights` (C, C) and `bias` (C,)."""

    input_weights: Numbers
    recurrent_weights: Numbers
    bias: Numbers

    def run(self, x: NDArray[np.floating]) -> Numbers:
        """The hidden states (steps, C) over inputs (steps, I), from zero."""
        terms = np.asarray(x, np.float64) @ self.input_weights.T + self.bias
        h = np.zeros(len(self.bias))
        states = np.empty_like(terms)
        for t, term in enumerate(terms):
            h = states[t] = np.tanh(self.recurrent_weights @ h + term)
        return states


def random_rnn(input_size: int, size: int, seed: int = 0) -> PlainRnn:
    """An untrained one, every weight uniform in ±1/√C as in `random_network`, from PCG64."""
    generator = np.random.Generator(np.random.PCG64(seed))
    bound = size**-0.5

    def draw(*shape: int) -> Numbers:
        return generator.uniform(-bound, bound, shape)

    return PlainRnn(draw(size, input_size), draw(size, size), draw(size) + draw(size))


def without_gates(weights: CellWeights) -> PlainRnn:
    """What is left of an LSTM without its gates: its candidate g, handed on as h.

    gₜ = tanh(W_h gₜ₋₁ + W_x xₜ + b) with the candidate's own weights; behind a projection g is
    projected before it is read, W_h W_hr in place of W_h. tanh whatever the variant has.
    """
    first = GATES.index("candidate") * (len(weights.input_weights) // len(GATES))
    rows = slice(first, first + len(weights.input_weights) // len(GATES))
    recurrent = weights.recurrent_weights[rows].astype(np.float64)
    if weights.projection is not None:
        recurrent = recurrent @ weights.projection.astype(np.float64)
    bias = np.zeros(len(recurrent))
    for part in (weights.input_bias, weights.recurrent_bias):
        if part is not None:
            bias += part[rows]
    return PlainRnn(weights.input_weights[rows].astype(np.float64), recurrent, bias)


def remembered(rnn: PlainRnn, states: Numbers, rows: Numbers, lags: int) -> Numbers:
    """Rows · ∂h_T/∂h_(T − lag) for lag 0 … lags − 1, as norms: see `jacobians`.

    `states` (T, C) are the hidden states up to the step asked about, `rows` (n, C) the rows of
    the identity that are followed: the result (lags,) is ‖rows · ∂h/∂h‖_F / √n.
    """
    norms = np.empty(lags)
    flow = rows
    for lag in range(lags):
        norms[lag] = np.linalg.norm(flow) / len(rows) ** 0.5
        flow = (flow * (1 - states[len(states) - 1 - lag] ** 2)) @ rnn.recurrent_weights
    return norms
