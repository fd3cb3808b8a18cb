"""One step of an LSTM cell, written as the equations: the reference for everything faster.

With [h; x] the previous hidden state above the input (Hochreiter & Schmidhuber 1997,
the forget gate of Gers et al. 2000, the projection of Sak et al. 2014):

    a = W_h h + W_x x + b          pre-activations, four of size C
    i, f, o = σ(a_i), σ(a_f), σ(a_o)
    g = tanh(a_g)
    c' = f ⊙ c + i ⊙ g
    m = o ⊙ tanh(c')
    h' = W_hr m                    or m itself without a projection

and, where a `Variant` asks for it, with the peepholes of Gers & Schmidhuber 2000 and the gates
i°, f°, o° of the step before (Greff et al. 2015; zeros at the first step)

    a_i, a_f += p_i ⊙ c, p_f ⊙ c   before the new cell state
    a_o += p_o ⊙ c'                after it
    a_i, a_f, a_o += R [i°; f°; o°]
    f = 1 − i                      coupled
    i = 1, f = 1 or o = 1          absent
    a, c', h' bounded by clip, cell_clip, projection_clip
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lstmviz.engine.activations import function, sigmoid
from lstmviz.engine.network import Array, CellWeights, HeadWeights
from lstmviz.engine.spec import ACROSS, GATES
from lstmviz.engine.variant import STANDARD, SWITCHES, Activation, Variant

__all__ = ["Step", "bounded", "head", "sent", "sigmoid", "step"]


@dataclass(frozen=True, eq=False)
class Step:
    """Every vector of one step, in the order they come about.

    `gathered` is [h; x] (H + I,); `pre_activation` maps each of `spec.GATES` to a (C,)
    array, with every term and bounded by `clip` as it is squashed (of a gate without weights
    it means nothing); `forgotten` is f ⊙ c and `written` i ⊙ g, whose sum, bounded by
    `cell_clip`, is the new `cell_state`; `squashed` is tanh (or the variant's output
    activation) of it. All (C,) but `hidden_state` (H,), which is `cell_output` itself when
    there is no projection.
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

    @property
    def gates(self) -> Array:
        """[i; f; o] (3C,), what gate recurrence reads at the next step."""
        return np.concatenate([self.input_gate, self.forget_gate, self.output_gate])


@np.errstate(invalid="ignore", over="ignore")
def step(
    weights: CellWeights,
    x: Array,
    h: Array,
    c: Array,
    variant: Variant = STANDARD,
    gates: Array | None = None,
    change: Callable[[str, Array], Array] | None = None,
) -> Step:
    """One step from input `x` (I,), hidden state `h` (H,) and cell state `c` (C,).

    `gates` (3C,) are i, f and o of the step before, which only gate recurrence reads; None is
    zeros. `change` is asked for every gate, "cell_state", "cell_output" and "hidden_state" as it
    comes about, and what it returns stands in its place from there on. NaN and infinity in the
    operands pass through to the results without a warning.
    """
    if change is None:
        change = _unchanged
    squash, squash_candidate, squash_state = (
        function(activation) for activation in (variant.gate, variant.candidate, variant.output)
    )
    a_i, a_f, a_g, a_o = _pre_activations(weights, x, h, c, variant, gates)
    a_i, a_f, a_g = (bounded(part, variant.clip) for part in (a_i, a_f, a_g))

    one: Array = np.ones_like(c)
    i = change("input_gate", one if "input_gate" in variant.absent else squash(a_i))
    f: Array = one if "forget_gate" in variant.absent else squash(a_f)
    if variant.coupled:
        f = np.asarray(1 - i)
    f = change("forget_gate", f)
    g = change("candidate", squash_candidate(a_g))

    forgotten = f * c
    written = i * g
    cell_state = change("cell_state", bounded(forgotten + written, variant.cell_clip))
    if variant.peephole and weights.peepholes is not None:
        a_o = a_o + weights.peepholes[2] * cell_state
    a_o = bounded(a_o, variant.clip)
    o = change("output_gate", one if "output_gate" in variant.absent else squash(a_o))
    squashed = squash_state(cell_state)
    m = change("cell_output", o * squashed)
    projection = weights.projection
    leaving = m if projection is None else bounded(projection @ m, variant.projection_clip)

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
        hidden_state=change("hidden_state", leaving),
    )


def _unchanged(_: str, values: Array) -> Array:
    return values


def _pre_activations(
    weights: CellWeights, x: Array, h: Array, c: Array, variant: Variant, gates: Array | None
) -> tuple[Array, Array, Array, Array]:
    """All that is summed before the new cell state is known: a_o still lacks its peephole."""
    a: Array = weights.recurrent_weights @ h + weights.input_weights @ x
    for bias in (weights.input_bias, weights.recurrent_bias):
        if bias is not None:
            a = a + bias
    a_i, a_f, a_g, a_o = a.reshape(4, -1)
    if variant.gate_recurrence and weights.gate_recurrence is not None and gates is not None:
        r_i, r_f, r_o = (weights.gate_recurrence @ sent(gates, variant)).reshape(3, -1)
        a_i, a_f, a_o = a_i + r_i, a_f + r_f, a_o + r_o
    if variant.peephole and weights.peepholes is not None:
        p_i, p_f, _ = weights.peepholes
        a_i, a_f = a_i + p_i * c, a_f + p_f * c
    return a_i, a_f, a_g, a_o


def bounded(values: Array, bound: float | None) -> Array:
    """The values within ±bound, or as they are without one."""
    return values if bound is None else np.clip(values, -bound, bound)


def sent(gates: Array, variant: Variant) -> Array:
    """The gates [i; f; o] that gate recurrence reads: those without weights send nothing."""
    sent = gates.reshape(3, -1).copy()
    sent[[name in variant.lacking for name in SWITCHES]] = 0
    return sent.ravel()


@np.errstate(invalid="ignore", over="ignore")
def head(weights: HeadWeights, activation: Activation, h: Array) -> Array:
    """A head's output for what it reads, `h` (width,) or (steps, width).

    `activation` is softmax, log_softmax or one of `activations.ACTIVATIONS`; the first two run
    over the last axis.
    """
    logits = h @ weights.weights.T
    if weights.bias is not None:
        logits = logits + weights.bias
    if activation.name not in ACROSS:
        return np.asarray(function(activation)(logits))
    return across(activation.name, logits)


def across(name: str, logits: Array) -> Array:
    """Softmax or log_softmax over the last axis; the largest is subtracted first, so that no
    exponential overflows.
    """
    below = logits - logits.max(axis=-1, keepdims=True)
    powers = np.exp(below)
    total = powers.sum(axis=-1, keepdims=True)
    return np.asarray(powers / total if name == "softmax" else below - np.log(total))
