"""A run in which one number is moved on its way, step by step and apart from the engine's loops."""

from __future__ import annotations

import numpy as np
from nets import merged

from lstmviz.engine.activations import function
from lstmviz.engine.cell import head


def output(network, x, initial, poke=None):
    """The output (steps, size); `poke` is (layer, direction, array, step, unit, by) or None.

    `array` is a gate, "cell_state", "cell_output" or "hidden_state": what follows is computed
    from the moved value.
    """
    source = x if network.embedding is None else network.embedding[x.argmax(axis=1)]
    for index, directions in enumerate(network.cells):
        cell, outputs = network.spec.layers[index], []
        for name, weights in directions.items():
            here = poke[2:] if poke and poke[:2] == (index, name) else None
            hidden = _direction(cell.variant, weights, source, initial.of(index, name), name, here)
            if name == "backward" and not cell.return_sequences:
                hidden = np.stack([hidden[0]] * len(x))
            outputs.append(hidden)
        source = merged(cell.merge, outputs)
    for spec, weights in zip(network.spec.heads, network.heads, strict=True):
        source = head(weights, spec.squash, source)
    return source


def _direction(variant, weights, source, state, name, poke):
    h, c = state.hidden, state.cell
    sent = np.zeros((3, len(c)))
    rows = {}
    order = range(len(source)) if name == "forward" else reversed(range(len(source)))
    squash, squash_g, squash_c = map(function, (variant.gate, variant.candidate, variant.output))

    def moved(array, t, values):
        if poke and poke[:2] == (array, t):
            values = values.copy()
            values[poke[2]] += poke[3]
        return values

    for t in order:
        a = weights.input_weights @ source[t] + weights.recurrent_weights @ h
        for bias in (weights.input_bias, weights.recurrent_bias):
            a = a if bias is None else a + bias
        a_i, a_f, a_g, a_o = a.reshape(4, -1)
        if variant.gate_recurrence:
            r = (weights.gate_recurrence @ sent.ravel()).reshape(3, -1)
            a_i, a_f, a_o = a_i + r[0], a_f + r[1], a_o + r[2]
        p = weights.peepholes if variant.peephole else np.zeros((3, len(c)))
        a_i, a_f = a_i + p[0] * c, a_f + p[1] * c
        one = np.ones_like(c)
        i = one if "input_gate" in variant.absent else squash(_clip(a_i, variant.clip))
        i = moved("input_gate", t, i)
        f = one if "forget_gate" in variant.absent else squash(_clip(a_f, variant.clip))
        f = moved("forget_gate", t, 1 - i if variant.coupled else f)
        g = moved("candidate", t, squash_g(_clip(a_g, variant.clip)))
        c = moved("cell_state", t, _clip(f * c + i * g, variant.cell_clip))
        o = squash(_clip(a_o + p[2] * c, variant.clip))
        o = moved("output_gate", t, one if "output_gate" in variant.absent else o)
        m = moved("cell_output", t, o * squash_c(c))
        h = m
        if weights.projection is not None:
            h = _clip(weights.projection @ m, variant.projection_clip)
        h = moved("hidden_state", t, h)
        lacking = variant.lacking
        gates = (("input_gate", i), ("forget_gate", f), ("output_gate", o))
        sent = np.stack([0 * gate if each in lacking else gate for each, gate in gates])
        rows[t] = h
    return np.stack([rows[t] for t in range(len(source))])


def _clip(values, bound):
    return values if bound is None else np.clip(values, -bound, bound)
