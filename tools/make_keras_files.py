"""Make tests/data/keras: models that Keras wrote, and what it computes with them.

Needs Keras 3 with a backend, and h5py (`pip install keras torch h5py`; set KERAS_BACKEND=torch),
which the tests themselves do not. Run from the top level:

    python tools/make_keras_files.py

For every stored model `expected.npz` holds, under `name/…`, the input and the output, and of
every cell the input, gates and states of each step: Keras's own cell is run step by step with its
activations replaced by ones that write down what they return.
"""

from __future__ import annotations

import os
from pathlib import Path

import keras
import numpy as np
from keras import layers
from keras_old import hard_sigmoid_2, older_file
from keras_random import HEADS, shaken, use
from keras_steps import Arrays, apart, ours_of, records

from lstmviz.models.keras import read

TARGET = Path(__file__).parent.parent / "tests" / "data" / "keras"


def stack():
    """What courses show: two LSTMs that hand on sequences, and a Dense on every step."""
    use("float32")
    return keras.Sequential(
        [
            keras.Input((None, 1)),
            layers.LSTM(4, return_sequences=True),
            layers.LSTM(3, return_sequences=True),
            layers.TimeDistributed(layers.Dense(5, activation="softmax")),
        ]
    )


def functional():
    """A functional model with an embedding, both directions added, and its own names."""
    use("float32")
    start = keras.Input((None,), dtype="int64", name="symbols")
    x = layers.Embedding(7, 3, name="table")(start)
    lstm = layers.LSTM(3, recurrent_activation="hard_sigmoid", return_sequences=True)
    x = layers.Bidirectional(lstm, merge_mode="sum", name="both")(x)
    x = layers.Dropout(0.3)(x)
    x = layers.LSTM(4, activation="softsign", use_bias=False, name="my_lstm")(x)
    x = layers.Dense(3, activation="relu", name="hidden")(x)
    return keras.Model(start, layers.Dense(2, activation="softmax", name="said")(x))


def backwards():
    """A layer that hands its sequence on in reverse, and both directions over it."""
    use("float64")
    return keras.Sequential(
        [
            keras.Input((None, 2)),
            layers.LSTM(3, go_backwards=True, return_sequences=True),
            layers.Bidirectional(layers.LSTM(2, return_sequences=True)),
            layers.Dense(2, activation="tanh"),
        ]
    )


def cells():
    """Two cells in one layer; written as weights alone."""
    use("float32")
    both = [layers.LSTMCell(3), layers.LSTMCell(2)]
    return keras.Sequential([keras.Input((None, 2)), layers.RNN(both, return_sequences=True)])


def behind():
    """A convolution in front, which lstmviz does not run, and the final states of both ways."""
    use("float32")
    return keras.Sequential(
        [
            keras.Input((None, 2)),
            layers.Conv1D(3, 2, name="sieve"),
            layers.Bidirectional(layers.LSTM(2)),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


def heads():
    """A Dense of every activation, as a name or as a layer of its own."""
    use("float32")
    named = [layers.Dense(4, activation=name) for name in HEADS if name != "exponential"]
    own = [layers.LeakyReLU(0.15), layers.ELU(0.6), layers.ReLU(6), layers.ReLU(negative_slope=0.2)]
    rows = [row for each in own for row in (layers.Dense(4), each)]
    lstm = layers.LSTM(3, activation="leaky_relu", return_sequences=True)
    return keras.Sequential([keras.Input((None, 2)), lstm, *named, *rows])


@keras.saving.register_keras_serializable("tools")
class Block(layers.Layer):
    """A layer of somebody's own, with an LSTM in it."""

    def __init__(self, **more):
        super().__init__(**more)
        self.inner = layers.LSTM(3, return_sequences=True)

    def build(self, shape):
        """Build what is inside."""
        self.inner.build(shape)

    def call(self, x):
        """The LSTM's own output."""
        return self.inner(x)


def inside():
    """An LSTM that only the weights tell of, and a Dense after it."""
    use("float32")
    return keras.Sequential([keras.Input((None, 2)), Block(), layers.Dense(2)])


class Tagger(keras.Model):
    """A model of a class of its own."""

    input_shape = (None, None)

    def __init__(self):
        super().__init__()
        self.emb = layers.Embedding(7, 3)
        self.both = layers.Bidirectional(layers.LSTM(2, return_sequences=True))
        self.top = layers.LSTM(5, return_sequences=True)
        self.out = layers.Dense(2)

    def call(self, x):
        """Scores of every step."""
        return self.out(self.top(self.both(self.emb(x))))


def own():
    """Weights named after the attributes of a class."""
    use("float32")
    model = Tagger()
    model(np.zeros((1, 2), int))
    return model


def quantised():
    """A head of whole numbers, which is not run."""
    use("float32")
    lstm = layers.LSTM(3, return_sequences=True)
    return keras.Sequential([keras.Input((None, 2)), lstm, layers.Dense(2)])


def older():
    """What `older_file` holds: hard_sigmoid of Keras 2, then a layer of CuDNNLSTM."""
    use("float32")
    return keras.Sequential(
        [
            keras.Input((None, 2)),
            layers.LSTM(3, recurrent_activation=hard_sigmoid_2, return_sequences=True),
            layers.LSTM(2, return_sequences=True),
        ]
    )


STORED = {
    "stack.keras": stack,
    "functional.keras": functional,
    "backwards.h5": backwards,
    "cells.weights.h5": cells,
    "behind.keras": behind,
    "older.h5": older,
    "heads.keras": heads,
    "inside.keras": inside,
    "own.weights.h5": own,
    "quantised.keras": quantised,
}


def write() -> None:
    """Write every stored model and what Keras computes with it."""
    TARGET.mkdir(exist_ok=True)
    expected: Arrays = {}
    for seed, (name, build) in enumerate(STORED.items()):
        rng = np.random.default_rng(seed)
        model = shaken(build(), rng)
        path = TARGET / name
        if build is quantised:
            model.quantize("int8")
        if build is older:
            older_file(model, path)
        else:
            (model.save_weights if ".weights." in name else model.save)(path)
        shape = model.input_shape[2:]
        x = rng.normal(size=(6, *shape)) if shape else rng.integers(0, 7, 6)
        x = x.astype(keras.config.floatx()) if shape else x
        theirs = keras.ops.convert_to_numpy(model(x[None], training=False))[0]
        if build is quantised:
            theirs = keras.ops.convert_to_numpy(model.layers[0](x[None]))[0]
        if build is behind:  # the LSTM reads what the convolution makes of x
            x = keras.ops.convert_to_numpy(model.layers[0](x[None]))[0]
        network = read(path).network
        trace = network.run(x)
        found = apart(ours_of(model, network.spec, trace), theirs)
        assert found < (1e-6 if theirs.dtype == np.float32 else 1e-14), (name, found)
        expected |= {f"{name}/input": x, f"{name}/output": theirs}
        for index, way, rows in records(model, network, trace):
            expected |= {f"{name}/layer{index}.{way}.{key}": v for key, v in rows.items()}
    np.savez_compressed(TARGET / "expected.npz", **expected)
    total = sum(path.stat().st_size for path in TARGET.iterdir())
    print(f"{TARGET}: {len(STORED)} models, {total / 1e3:.0f} kB")


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    write()
