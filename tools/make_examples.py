"""Make resources/examples: networks to start from, as a session and as Keras saves them.

Needs Keras 3 with a backend (`pip install keras torch`; set KERAS_BACKEND=torch), which nothing
that is run or tested does. Run from the top level:

    python tools/make_examples.py

The stack is the one that tutorials on `return_sequences` show:

    Sequential([
        LSTM(20, return_sequences=True, input_shape=[None, 1]),
        LSTM(20, return_sequences=True),
        TimeDistributed(Dense(10)),
    ])
"""

from __future__ import annotations

import warnings
from pathlib import Path

import keras
import numpy as np
from keras import Sequential
from keras.layers import LSTM, Dense, TimeDistributed

import lstmviz
from lstmviz.engine.spec import HeadSpec
from lstmviz.session import (
    Document,
    GeneratedInput,
    Layer,
    Session,
    Untrained,
    View,
    save_session,
    spec_of,
)

TARGET = Path(__file__).parent.parent / "resources" / "examples"
STACK = Untrained(
    1,
    (Layer(20, 20), Layer(20, 20)),
    (HeadSpec(10, "linear"),),
    forget_bias=1.0,  # as Keras draws it
)


def main() -> None:
    """Write both files, and hold the second against Keras."""
    TARGET.mkdir(parents=True, exist_ok=True)
    document = Document(STACK, GeneratedInput("sine", 60))
    save_session(Session(document, View(diagram="stack")), TARGET / "stack.lstmviz")
    keras.utils.set_random_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras 3 would have an Input instead of input_shape
        model = Sequential(
            [
                LSTM(20, return_sequences=True, input_shape=[None, 1]),
                LSTM(20, return_sequences=True),
                TimeDistributed(Dense(10)),
            ]
        )
    path = TARGET / "stack.keras"
    model.save(path)
    network = lstmviz.load(path)
    assert network.spec == spec_of(document), network.spec
    x = np.sin(np.arange(60, dtype=np.float32))[:, None]
    theirs = keras.ops.convert_to_numpy(model(x[None]))[0]
    difference = float(np.abs(network.run(x).output - theirs).max())
    assert difference < 1e-6, difference
    print(f"{path.name}: {path.stat().st_size:,} bytes, {difference:.1e} from Keras")


if __name__ == "__main__":
    main()
