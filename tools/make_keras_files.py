"""Make tests/data/keras: models that Keras wrote, and what it computes with them.

Needs Keras 3 with a backend, and h5py (`pip install keras torch h5py`; set KERAS_BACKEND=torch),
which the tests themselves do not. Run from the top level:

    python tools/make_keras_files.py

For every stored model `expected.npz` holds, under `name/…`, the input and the output, and of
every cell the input, gates and states of each step: Keras's own cell is run step by step with its
activations replaced by ones that write down what they return.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import h5py
import keras
import numpy as np
import torch
from keras import layers
from keras.src.backend.common import dtypes

from lstmviz.engine.trace import layer_input
from lstmviz.models.certificate import SeveralLstmsError
from lstmviz.models.keras import read

TARGET = Path(__file__).parent.parent / "tests" / "data" / "keras"
SMOOTH = ("tanh", "sigmoid", "softsign", "hard_sigmoid", "linear", "elu", "softplus", "silu")
HEADS = (
    *("relu", "tanh", "sigmoid", "linear", "hard_sigmoid", "leaky_relu", "elu", "selu", "softplus"),
    *("softsign", "gelu", "silu", "relu6", "exponential", "log_softmax", "softmax", "mish"),
)

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


def as_keras_2(path):
    """Write a file of Keras 3 as 2.15 would have: calls as lists, plain names, weights with :0."""
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        file.attrs["model_config"] = json.dumps(_older(config))
        top = file["model_weights"]
        for holder in (file, top):
            holder.attrs["keras_version"] = "2.15.0"
        for group in top.values():
            names = list(group.attrs.get("weight_names", []))
            for name in names:
                group.move(name, f"{name}:0")
            group.attrs["weight_names"] = [f"{name}:0".encode() for name in names]


def _older(value):
    """A description of Keras 3 in the words of Keras 2."""
    if isinstance(value, list):
        return [_older(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "function":
        return "hard_sigmoid"  # `hard_sigmoid_2`, the only function of ours
    if value.get("class_name") == "DTypePolicy":
        return value["config"]["name"]
    made = {k: _older(v) for k, v in value.items() if k not in ("module", "registered_name")}
    if "batch_shape" in made:
        made["batch_input_shape"] = made.pop("batch_shape")
    for call in value.get("inbound_nodes") or []:
        if isinstance(call, dict):
            history = call["args"][0]["config"]["keras_history"]
            made["inbound_nodes"] = [[[*history, {}]]]
    return made


def use(dtype):
    """Let Keras forget what it built and build in this type from now on."""
    keras.utils.clear_session()
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)


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


@keras.saving.register_keras_serializable("tools")
def hard_sigmoid_2(x):
    """hard_sigmoid as Keras 2 has it."""
    return keras.ops.clip(0.2 * x + 0.5, 0, 1)


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


def older_file(model, path):
    """Write the model of `older` as Keras 2.2 wrote it: names with :0, and cuDNN's layout."""
    first, second = model.layers
    shared = {"return_sequences": True, "go_backwards": False, "use_bias": True}
    hard = {"name": "lstm_1", "units": 3, "activation": "tanh"} | shared
    hard["recurrent_activation"] = "hard_sigmoid"
    rows = [
        {"class_name": "LSTM", "config": hard | {"batch_input_shape": [None, None, 2]}},
        {"class_name": "CuDNNLSTM", "config": {"name": "cu_dnnlstm_1", "units": 2} | shared},
    ]
    config = {"class_name": "Sequential", "config": {"name": "sequential_1", "layers": rows}}
    kernel, recurrent_kernel, bias = second.get_weights()
    kernel = np.hstack([k.T.reshape(k.shape) for k in np.hsplit(kernel, 4)])
    recurrent_kernel = np.hstack([k.T for k in np.hsplit(recurrent_kernel, 4)])
    cudnn = [kernel, recurrent_kernel, np.concatenate([0.25 * bias, 0.75 * bias])]
    names = ("kernel:0", "recurrent_kernel:0", "bias:0")
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = b"2.2.4"
        file.attrs["backend"] = b"tensorflow"
        file.attrs["model_config"] = json.dumps(config).encode()
        top = file.create_group("model_weights")
        top.attrs["layer_names"] = [b"lstm_1", b"cu_dnnlstm_1"]
        for layer, arrays in (("lstm_1", first.get_weights()), ("cu_dnnlstm_1", cudnn)):
            group = top.create_group(layer)
            group.attrs["weight_names"] = [f"{layer}/{name}".encode() for name in names]
            for name, array in zip(names, arrays, strict=True):
                group.create_dataset(f"{layer}/{name}", data=array)


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
