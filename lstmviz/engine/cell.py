"""One step of an LSTM cell, written as the equations: the reference for everything faster.

With [h; x] the previous hidden state above the input (Hochreiter & Schmidhuber 1997,
the forget gate of Gers et al. 2000, the projection of Sak et al. 2014):

    a = W_h h + W_x x + b          pre-activations, four of size C
    i, f, o = σ(a_i), σ(a_f), σ(a_o)
    g = tanh(a_g)
    c' = f ⊙ c + i ⊙ g
    m = o ⊙ tanh(c')
    h' = W_hr m                    or m itself without a projection
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lstmviz.engine.network import Array, CellWeights, HeadWeights
from lstmviz.engine.spec import GATES


@dataclass(frozen=True, eq=False)
class Step:
    """Every vector of one step, in the order they come about.

    `gathered` is [h; x] (H + I,); `pre_activation` maps each of `spec.GATES` to a (C,)
    array; `forgotten` is f ⊙ c and `written` i ⊙ g, whose sum is the new `cell_state`;
    `squashed` is tanh of it. All (C,) but `hidden_state` (H,), which is `cell_output`
    itself when there is no projection.
    """

    gathered: Array
    pre_activation: dict[str, Array]
    input_gate: Array
    forget_gate: Array
    candidate: Array
    output_gate: Array
    forgotten: Array
    written: Array
    cell_state: Array
    squashed: Array
    cell_output: Array
    hidden_state: Array


def sigmoid(a: Array) -> Array:
    """σ(a) = ½ + ½ tanh(½ a), which overflows nowhere."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * a))


@np.errstate(invalid="ignore", over="ignore")
def step(weights: CellWeights, x: Array, h: Array, c: Array) -> Step:
    """One step from input `x` (I,), hidden state `h` (H,) and cell state `c` (C,).

    NaN and infinity in the operands pass through to the results without a warning.
    """
    a = weights.recurrent_weights @ h + weights.input_weights @ x
    for bias in (weights.input_bias, weights.recurrent_bias):
        if bias is not None:
            a = a + bias
    a_i, a_f, a_g, a_o = a.reshape(4, -1)

    i = sigmoid(a_i)
    f = sigmoid(a_f)
    g = np.tanh(a_g)
    o = sigmoid(a_o)

    forgotten = f * c
    written = i * g
    cell_state = forgotten + written
    squashed = np.tanh(cell_state)
    m = o * squashed

    return Step(
        gathered=np.concatenate([h, x]),
        pre_activation=dict(zip(GATES, (a_i, a_f, a_g, a_o), strict=True)),
        input_gate=i,
        forget_gate=f,
        candidate=g,
        output_gate=o,
        forgotten=forgotten,
        written=written,
        cell_state=cell_state,
        squashed=squashed,
        cell_output=m,
        hidden_state=m if weights.projection is None else weights.projection @ m,
    )


@np.errstate(invalid="ignore", over="ignore")
def head(weights: HeadWeights, activation: str, h: Array) -> Array:
    """The head's output for hidden states `h` (width,) or (steps, width).

    `activation` is one of `spec.HEAD_ACTIVATIONS`; softmax runs over the last axis and
    subtracts the largest logit first, so that no exponential overflows.
    """
    logits = h @ weights.weights.T
    if weights.bias is not None:
        logits = logits + weights.bias
    if activation == "softmax":
        powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True))
    if activation == "sigmoid":
        return sigmoid(logits)
    return np.asarray(logits)
