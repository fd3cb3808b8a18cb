"""Make tests/data/keras2: models that Keras 2 wrote, and what it computes with them.

Needs TensorFlow with Keras 2 on Python 3.11 (`pip install "tensorflow-cpu==2.15.*"`), which neither
the program nor its tests do. Run from the top level:

    python tools/make_keras2_files.py
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from tensorflow.compat.v1.keras import layers as first_layers
from tensorflow.keras import Input, Model, Sequential, layers

TARGET = Path(__file__).parent.parent / "tests" / "data" / "keras2"


def both():
    """Both directions added up, a Dense at every step, and an activation that is a layer."""
    lstm = layers.LSTM(3, return_sequences=True, recurrent_activation="hard_sigmoid")
    return Sequential(
        [
            Input((None, 2)),
            layers.Bidirectional(lstm, merge_mode="sum"),
            layers.TimeDistributed(layers.Dense(3, activation="leaky_relu")),
            layers.Dense(2),
            layers.LeakyReLU(0.15),
        ]
    )


def first():
    """A functional model: the LSTM of TensorFlow 1, hard_sigmoid its default, then two cells."""
    start = Input((None, 2), name="seq")
    x = first_layers.LSTM(3, return_sequences=True, name="older")(start)
    cells = layers.RNN([layers.LSTMCell(3), layers.LSTMCell(2)], name="cells")(x)
    return Model(start, layers.Dense(2, activation="selu", name="out")(cells))


def text():
    """A vocabulary that a layer learnt, an embedding, and a layer that reads backwards."""
    words = layers.TextVectorization()
    words.adapt(["the cat sat on the mat"])
    return Sequential(
        [
            Input((1,), dtype="string"),
            words,
            layers.Embedding(len(words.get_vocabulary()), 2),
            layers.LSTM(3, go_backwards=True, return_sequences=True),
            layers.LSTM(2, return_sequences=True),
        ]
    )


def main() -> None:
    """Write every model, and what Keras computes with it."""
    TARGET.mkdir(exist_ok=True)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1, 6, 2)).astype(np.float32)
    symbols = np.array([[2, 3, 4, 5, 2, 6]])
    expected: dict[str, np.ndarray] = {}

    def write(name, model, given, behind=0):
        """Give the model random weights, save it and run its layers from one on."""
        for weights in model.trainable_weights:
            weights.assign(rng.normal(0, 0.5, weights.shape))
        model.save(TARGET / name)
        y = given if behind else model(given)
        for layer in model.layers[behind:] if behind else ():
            y = layer(y)
        expected.update({f"{name}/input": given[0], f"{name}/output": np.asarray(y)[0]})

    write("both.h5", both(), x)
    write("first.keras", first(), x)
    write("text.keras", text(), symbols, behind=1)
    cudnn = Sequential([Input((None, 2)), first_layers.CuDNNLSTM(3, return_sequences=True)])
    cudnn.set_weights([rng.normal(0, 0.5, w.shape) for w in cudnn.get_weights()])
    cudnn.save(TARGET / "cudnn.h5")
    plain = Sequential([Input((None, 2)), layers.LSTM(3, return_sequences=True)])
    plain.load_weights(TARGET / "cudnn.h5")  # Keras turns the weights itself
    y = np.asarray(plain(x))[0]
    expected |= {"cudnn.h5/input": x[0], "cudnn.h5/output": y}
    np.savez_compressed(TARGET / "expected.npz", **expected)


if __name__ == "__main__":
    main()
