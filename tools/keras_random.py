"""Random models, saved by Keras in every kind of file and held against it.

Needs Keras 3 with a backend, and h5py, which neither the program nor its tests do.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
from keras import layers
from keras_old import as_keras_2, hard_sigmoid_2
from keras_steps import differences

from lstmviz.models.certificate import SeveralLstmsError

SMOOTH = ("tanh", "sigmoid", "softsign", "hard_sigmoid", "linear", "elu", "softplus", "silu")
HEADS = (
    *("relu", "tanh", "sigmoid", "linear", "hard_sigmoid", "leaky_relu", "elu", "selu", "softplus"),
    *("softsign", "gelu", "silu", "relu6", "exponential", "log_softmax", "softmax", "mish"),
)


def shaken(model, rng):
    """The model with random weights, biases too, of the size training leaves."""
    model.set_weights([rng.normal(0, 0.5, w.shape).astype(w.dtype) for w in model.get_weights()])
    return model


def random_layer(rng, dtype, sequences, simple, hard):
    """A random recurrent layer, with `simple` one that its weights alone tell.

    `hard` is the hard sigmoid of the version of Keras that the file is to be of.
    """

    def settings():
        inner = str(rng.choice(SMOOTH if rng.random() < 0.3 else ("tanh",)))
        gate = ("sigmoid", "sigmoid", hard, "softsign")[rng.integers(4)]
        inner = hard if inner == "hard_sigmoid" else inner
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


def random_layers(rng, dtype, simple, hard):
    """The layers of a random model, and whether it begins with an embedding."""
    count = int(rng.integers(1, 4))
    every = simple or bool(rng.random() < 0.7)
    rows, embedded = [], bool(rng.random() < 0.25)
    if embedded:
        rows.append(layers.Embedding(9, int(rng.integers(1, 6)), dtype=dtype))
    for index in range(count):
        if rng.random() < 0.2:
            rows.append(layers.Dropout(0.3, dtype=dtype))
        rows.append(random_layer(rng, dtype, every or index < count - 1, simple, hard))
    if simple:
        return rows, embedded
    for kind in rng.integers(len(HEADS), size=int(rng.integers(0, 3))):
        name = hard if HEADS[kind] == "hard_sigmoid" else HEADS[kind]
        dense = layers.Dense(int(rng.integers(1, 6)), activation=name, dtype=dtype)
        rows.append(
            layers.TimeDistributed(dense, dtype=dtype) if every and rng.random() < 0.5 else dense
        )
    if rng.random() < 0.3:
        last = (layers.Activation("softmax"), layers.LeakyReLU(0.15), layers.ELU(0.6))
        last += (layers.ReLU(6), layers.ReLU(negative_slope=0.2), layers.Softmax())
        rows += [layers.Dense(4, dtype=dtype), last[rng.integers(len(last))]]
    return rows, embedded


def random_model(rng, dtype, simple=False, older=False):
    """A random model, Sequential or functional, and an input for it."""
    hard = hard_sigmoid_2 if older else "hard_sigmoid"
    rows, embedded = random_layers(rng, dtype, simple, hard)
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


def compare(count: int, seed: int, folder: Path) -> Iterator[tuple[str, dict[str, float]]]:
    """Random models: the kind of file, and the largest differences from Keras."""
    rng = np.random.default_rng(seed)
    for index in range(count):
        dtype = str(rng.choice(["float32", "float64"]))
        kind = str(rng.choice([".keras", ".keras", ".h5", ".h5 as of Keras 2", ".weights.h5"]))
        suffix, older = kind.split()[0], kind.endswith("2")
        use(dtype)
        bare = suffix == ".weights.h5"
        model, x = random_model(rng, dtype, simple=bare, older=older)
        path = folder / f"m{index}{suffix}"
        (model.save_weights if bare else model.save)(path)
        if older:
            as_keras_2(path)
        try:
            yield f"{kind} {dtype}", differences(model, path, x)
        except SeveralLstmsError:
            assert bare  # weights alone may fit together in more ways than one
            yield f"{kind} with several ways to stack", {}
        path.unlink()


def use(dtype):
    """Let Keras forget what it built and build in this type from now on."""
    keras.utils.clear_session()
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)
