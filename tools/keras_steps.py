"""How far a trace of lstmviz is from Keras: outputs, and gates and states of every step.

Keras's own cell is run step by step with its activations replaced by ones that write down what
they return. Needs Keras 3 with a backend, which neither the program nor its tests do.
"""

from __future__ import annotations

import keras
import numpy as np
import torch
from keras import layers
from keras.src.backend.common import dtypes

from lstmviz.engine.trace import layer_input
from lstmviz.models.keras import read

Arrays = dict[str, np.ndarray]
_result_type = dtypes.result_type


def _keep_double(*given):
    """Keras's rule for the type of a result, which makes float32 of two float64, put right.

    Without this its products in float64 are rounded to float32 (with torch, in version 3.15).
    """
    names = {getattr(each, "dtype", each) for each in given}
    return "float64" if {"float64", torch.float64} & names else _result_type(*given)


dtypes.result_type = _keep_double


def recorded(cell, x):
    """Gates and states of every step of a Keras LSTMCell over x (steps, I), from zero states."""
    seen = []

    def writing(function):
        def apply(value):
            result = function(value)
            seen.append(keras.ops.convert_to_numpy(result)[0])
            return result

        return apply

    own = cell.activation, cell.recurrent_activation
    cell.activation, cell.recurrent_activation = map(writing, own)
    rows = []
    states = [keras.ops.zeros((1, cell.units), dtype=x.dtype)] * 2
    for row in x:
        seen.clear()
        _, states = cell(keras.ops.convert_to_tensor(row[None]), states)
        i, f, g, o = seen[:4]  # Keras asks for i, f, the candidate and o, then squashes c
        h, c = (keras.ops.convert_to_numpy(state)[0] for state in states)
        rows.append((i, f, g, o, c, h))
    cell.activation, cell.recurrent_activation = own
    names = ("input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state")
    return dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))


def cells_of(layer):
    """The cells of a recurrent layer, those of the second direction last."""
    if isinstance(layer, layers.Bidirectional):
        return cells_of(layer.forward_layer) + cells_of(layer.backward_layer)
    return list(getattr(layer.cell, "cells", [layer.cell]))


def recurrent(model):
    """The recurrent layers of a chain of layers, in order."""
    inside = [getattr(layer, "inner", layer) for layer in model.layers]
    return [layer for layer in inside if isinstance(layer, layers.Bidirectional | layers.RNN)]


def differences(model, path, x, lstm=None):
    """The largest differences from Keras: of the output, and of gates and states of any step."""
    opened = read(path, lstm)
    trace = opened.network.run(x)
    theirs = keras.ops.convert_to_numpy(model(x[None], training=False))[0]
    worst = {"output": apart(ours_of(model, opened.network.spec, trace), theirs)}
    for index, way, rows in records(model, opened.network, trace):
        for name, values in rows.items():
            ours = getattr(getattr(trace.layers[index], way), name)
            worst[name] = max(worst.get(name, 0.0), apart(ours, values))
    return worst


def records(model, network, trace):
    """Layer, direction and what Keras's cell computes, rows as the input was given.

    Each cell is run from the input that lstmviz's own trace shows for it.
    """
    flat, reverse = 0, False
    for layer in recurrent(model):
        both = isinstance(layer, layers.Bidirectional)
        inner = layer.forward_layer if both else layer
        reverse = reverse != inner.go_backwards
        ways = ("backward", "forward") if reverse else ("forward", "backward")
        cells = cells_of(layer)
        half = len(cells) // 2 if both else len(cells)
        for index in range(half):
            pair = cells[index], cells[half + index] if both else None
            for way, cell in zip(ways, pair, strict=True):
                if cell is not None:
                    turn = -1 if way == "backward" else 1
                    columns = kernel_order(network, flat, way, cell)
                    source = layer_input(trace, flat)[:, columns]
                    rows = recorded(cell, source[::turn])
                    yield flat, way, {name: values[::turn] for name, values in rows.items()}
            flat += 1


def kernel_order(network, index, way, cell):
    """Which columns of lstmviz's input Keras's kernel reads, in its order."""
    ours = network.cells[index][way].input_weights.T
    theirs = keras.ops.convert_to_numpy(cell.kernel)
    if np.array_equal(ours, theirs):
        return np.arange(len(ours))
    half = len(ours) // 2
    assert np.array_equal(np.roll(ours, half, axis=0), theirs)
    return np.roll(np.arange(len(ours)), half)


def ours_of(model, spec, trace):
    """The part of lstmviz's output that Keras returns, in Keras's order."""
    reverse = False
    for layer in recurrent(model):
        inner = getattr(layer, "forward_layer", layer)
        reverse = reverse != inner.go_backwards
    output, last = trace.output, spec.layers[-1]
    if not spec.heads and len(last.directions) == 2 and last.merge == "concat" and reverse:
        output = np.roll(output, output.shape[1] // 2, axis=1)
    if not last.return_sequences:
        return output[-1]
    return output[::-1] if reverse else output


def apart(ours, theirs):
    """The largest difference of two arrays of one shape."""
    assert ours.shape == theirs.shape, (ours.shape, theirs.shape)
    return float(np.abs(ours.astype(np.float64) - theirs).max())
