"""Make tests/data/keras: models that Keras wrote, and what it computes with them.

Needs Keras 3 with a backend, and h5py (`pip install keras torch h5py`; set KERAS_BACKEND=torch),
which the tests themselves do not. Run from the top level:

    python tools/make_keras_files.py              write the stored models
    python tools/make_keras_files.py --compare N  hold N random models against Keras, once

For every stored model `expected.npz` holds, under `name/…`, the input and the output, and of
every cell the input, gates and states of each step: Keras's own cell is run step by step with its
activations replaced by ones that write down what they return.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import keras
import numpy as np
import torch
from keras import layers
from keras.src.backend.common import dtypes

from lstmviz.engine.trace import layer_input
from lstmviz.models.certificate import SeveralLstmsError
from lstmviz.models.keras import read

TARGET = Path(__file__).parent.parent / "tests" / "data" / "keras"
GATES = ("input_gate", "forget_gate", "output_gate")
SMOOTH = ("tanh", "sigmoid", "softsign", "hard_sigmoid", "linear", "elu", "softplus", "silu")
INPUT = (6, 3)

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
    return [layer for layer in model.layers if isinstance(layer, layers.Bidirectional | layers.RNN)]


def differences(model, path, x, lstm=None):
    """The largest differences from Keras: of the output, and of gates and states of any step.

    The steps of each cell are compared from the input that lstmviz's own trace shows for it.
    """
    opened = read(path, lstm)
    trace = opened.network.run(x)
    theirs = keras.ops.convert_to_numpy(model(x[None], training=False))[0]
    worst = {"output": apart(ours_of(model, opened.network.spec, trace), theirs)}
    flat, pairs, reverse = 0, [], False
    for layer in recurrent(model):
        both = isinstance(layer, layers.Bidirectional)
        inner = layer.forward_layer if both else layer
        reverse = reverse != inner.go_backwards
        cells = cells_of(layer)
        half = len(cells) // 2 if both else len(cells)
        for index in range(half):
            first, second = ("backward", "forward") if reverse else ("forward", "backward")
            pairs.append((flat, first, cells[index]))
            if both:
                pairs.append((flat, second, cells[half + index]))
            flat += 1
        reverse = reverse and inner.return_sequences
    for index, way, cell in pairs:
        source = layer_input(trace, index)
        ours = getattr(trace.layers[index], way)
        steps = slice(None, None, -1) if way == "backward" else slice(None)
        source = source[:, kernel_order(opened.network, index, way, cell)]
        for name, rows in recorded(cell, source[steps]).items():
            worst[name] = max(worst.get(name, 0.0), apart(getattr(ours, name)[steps], rows))
    return worst


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


def shaken(model, rng):
    """The model with random weights, biases too, of the size training leaves."""
    model.set_weights([rng.normal(0, 0.5, w.shape).astype(w.dtype) for w in model.get_weights()])
    return model


def random_layer(rng, dtype, sequences, simple):
    """A random recurrent layer, with `simple` one that its weights alone tell."""

    def settings():
        inner = str(rng.choice(SMOOTH if rng.random() < 0.3 else ("tanh",)))
        gate = str(rng.choice(["sigmoid", "sigmoid", "hard_sigmoid", "softsign"]))
        return {
            "activation": "tanh" if simple else inner,
            "recurrent_activation": "sigmoid" if simple else gate,
            "use_bias": bool(rng.random() < 0.8),
            "dtype": dtype,
        }

    size = int(rng.integers(1, 9))
    options = {"return_sequences": sequences, "go_backwards": not simple and rng.random() < 0.25}
    kind = rng.choice(["lstm", "lstm", "cell", "cells", "both", "both"])
    if kind == "cell":
        return layers.RNN(layers.LSTMCell(size, **settings()), dtype=dtype, **options)
    if kind == "cells":
        cells = [layers.LSTMCell(int(rng.integers(1, 7)), **settings()) for _ in range(2)]
        return layers.RNN(cells, dtype=dtype, **options)
    chosen = settings()
    lstm = layers.LSTM(size, **chosen, **options)
    if kind == "lstm":
        return lstm
    other = layers.LSTM(size, **chosen, **options | {"go_backwards": not options["go_backwards"]})
    merge = "concat" if simple else str(rng.choice(["concat", "concat", "sum", "mul", "ave"]))
    return layers.Bidirectional(lstm, merge, backward_layer=other, dtype=dtype)


def random_layers(rng, dtype, simple):
    """The layers of a random model, and whether it begins with an embedding."""
    count = int(rng.integers(1, 4))
    every = simple or bool(rng.random() < 0.7)
    rows, embedded = [], bool(rng.random() < 0.25)
    if embedded:
        rows.append(layers.Embedding(9, int(rng.integers(1, 6)), dtype=dtype))
    for index in range(count):
        if rng.random() < 0.2:
            rows.append(layers.Dropout(0.3, dtype=dtype))
        rows.append(random_layer(rng, dtype, every or index < count - 1, simple))
    if simple:
        return rows, embedded
    for activation in rng.choice(["relu", "tanh", "sigmoid", "linear"], int(rng.integers(0, 3))):
        dense = layers.Dense(int(rng.integers(1, 6)), activation=str(activation), dtype=dtype)
        rows.append(
            layers.TimeDistributed(dense, dtype=dtype) if every and rng.random() < 0.5 else dense
        )
    if rng.random() < 0.3:
        rows += [layers.Dense(4, dtype=dtype), layers.Activation("softmax", dtype=dtype)]
    return rows, embedded


def random_model(rng, dtype, simple=False):
    """A random model, Sequential or functional, and an input for it."""
    rows, embedded = random_layers(rng, dtype, simple)
    steps, width = int(rng.integers(1, 9)), int(rng.integers(1, 7))
    x = rng.integers(0, 9, steps) if embedded else rng.normal(size=(steps, width)).astype(dtype)
    start = keras.Input(
        (None,) if embedded else (None, width), dtype="int64" if embedded else dtype
    )
    if rng.random() < 0.5:
        return shaken(keras.Sequential([start, *rows]), rng), x
    end = start
    for row in rows:
        end = row(end)
    return shaken(keras.Model(start, end), rng), x


def compare(count: int, seed: int) -> None:
    """Hold random models against Keras and print the largest differences by file and type."""
    rng = np.random.default_rng(seed)
    worst: dict[str, dict[str, float]] = {}
    numbers: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        for index in range(count):
            dtype = str(rng.choice(["float32", "float64"]))
            suffix = str(rng.choice([".keras", ".keras", ".h5", ".weights.h5"]))
            use(dtype)
            bare = suffix == ".weights.h5"
            model, x = random_model(rng, dtype, simple=bare)
            path = Path(folder, f"m{index}{suffix}")
            (model.save_weights if bare else model.save)(path)
            key = f"{suffix} {dtype}"
            try:
                found = differences(model, path, x)
            except SeveralLstmsError:
                assert bare  # weights alone may fit together in more ways than one
                key, found = f"{suffix} with several ways to stack", {}
            numbers[key] = numbers.get(key, 0) + 1
            rows = worst.setdefault(key, {})
            for name, value in found.items():
                rows[name] = max(rows.get(name, 0.0), value)
            path.unlink()
    for key, rows in sorted(worst.items()):
        print(f"{key} ({numbers[key]}):", " ".join(f"{n} {v:.1e}" for n, v in rows.items()))


def use(dtype):
    """Let Keras forget what it built and build in this type from now on."""
    keras.utils.clear_session()
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)


def main() -> None:
    """Write the stored models, or compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--compare", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parsed = parser.parse_args()
    if parsed.compare:
        compare(parsed.compare, parsed.seed)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
