"""What Keras computes for a network of lstmviz: the model built, its weights set, and run.

Needs keras and a backend (`pip install keras torch`, KERAS_BACKEND=torch), which neither the
program nor its tests do.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras.src.backend.common import dtypes

from lstmviz.engine.network import CellWeights, HeadWeights, Network
from lstmviz.engine.spec import CellSpec, HeadSpec
from lstmviz.engine.variant import Activation

ACTIVATIONS = {
    **{
        name: Activation(name)
        for name in (
            *("sigmoid", "tanh", "linear", "relu", "relu6", "hard_tanh", "softsign", "softplus"),
            *("elu", "celu", "selu", "exponential", "silu", "hard_silu", "gelu", "mish"),
            *("log_sigmoid", "tanh_shrink", "hard_shrink", "soft_shrink", "squareplus"),
            *("sparse_plus", "sparse_sigmoid"),
        )
    },
    "hard_sigmoid": Activation("hard_sigmoid", 1 / 6, 0.5),
    "leaky_relu": Activation("leaky_relu", 0.2),
}
"""Keras 3's names of activations and what they are here."""

dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
"""Keras multiplies float64 in float32 on every backend but TensorFlow, whose rule this is."""

NAMES = {activation: name for name, activation in ACTIVATIONS.items()}


def lstm(cell: CellSpec, dtype: str, direction: str) -> Any:
    """A keras.layers.LSTM of one direction; Keras has one activation for g and for c."""
    variant = cell.variant
    assert variant.candidate == variant.output
    return keras.layers.LSTM(
        cell.cell_size,
        activation=NAMES[variant.candidate],
        recurrent_activation=NAMES[variant.gate],
        return_sequences=cell.return_sequences,
        go_backwards=direction == "backward",
        dtype=dtype,
    )


def cell_arrays(weights: CellWeights) -> list[np.ndarray]:
    """Kernel (I, 4H), recurrent kernel (H, 4H) and bias (4H,) as Keras keeps them."""
    bias = np.zeros(len(weights.input_weights), weights.input_weights.dtype)
    for part in (weights.input_bias, weights.recurrent_bias):
        if part is not None:
            bias = bias + part
    return [weights.input_weights.T, weights.recurrent_weights.T, bias]


def dense(head: HeadSpec, rows: bool, dtype: str) -> Any:
    """A Dense layer, time-distributed over rows if there are such."""
    layer = keras.layers.Dense(
        head.size, activation=head.activation, use_bias=head.bias, dtype=dtype
    )
    return keras.layers.TimeDistributed(layer, dtype=dtype) if rows else layer


def dense_arrays(weights: HeadWeights) -> list[np.ndarray]:
    """Kernel and bias as Keras keeps them."""
    return [weights.weights.T] + ([] if weights.bias is None else [weights.bias])


def model(network: Network) -> Any:
    """A keras.Sequential with the network's weights."""
    spec, dtype = network.spec, str(network.dtype)
    layers: list[tuple[Any, list[np.ndarray]]] = []
    if spec.embedding:
        table = spec.embedding
        layers.append(
            (keras.layers.Embedding(table.size, table.dimension, dtype=dtype), [network.embedding])
        )
    for cell, directions in zip(spec.layers, network.cells, strict=True):
        if len(directions) == 1:
            (name, weights), *_ = directions.items()
            layers.append((lstm(cell, dtype, name), cell_arrays(weights)))
        else:
            layer = keras.layers.Bidirectional(
                lstm(cell, dtype, "forward"),
                merge_mode=cell.merge,
                backward_layer=lstm(cell, dtype, "backward"),
                dtype=dtype,
            )
            arrays = [a for weights in directions.values() for a in cell_arrays(weights)]
            layers.append((layer, arrays))
    for head, dense_weights in zip(spec.heads, network.heads, strict=True):
        rows = spec.layers[-1].return_sequences
        layers.append((dense(head, rows, dtype), dense_arrays(dense_weights)))
    shape = (None,) if spec.embedding else (None, spec.input_size)
    start = keras.Input(shape, dtype="int32" if spec.embedding else dtype)
    built = keras.Sequential([start, *(layer for layer, _ in layers)])
    for layer, arrays in layers:
        layer.set_weights(arrays)
    return built


def run(network: Network, x: np.ndarray) -> np.ndarray:
    """The model's output for one sequence: (steps, ·), or (·,) of a last step.

    Keras lists the steps of a layer that runs backwards only in the order it takes them; here
    they stand in the order of the sequence.
    """
    keras.config.set_floatx(str(network.dtype))  # what Keras turns its inputs into
    given = x.argmax(axis=1) if network.spec.embedding else x
    output = np.asarray(keras.ops.convert_to_numpy(model(network)(given[None])))[0]
    backward = network.spec.layers[-1].directions == ("backward",)
    return output[::-1] if backward and output.ndim == 2 else output


def states(network: Network, x: np.ndarray) -> dict[str, np.ndarray]:
    """Rows of h and c, (steps, H) each, of a network of one forward layer: its cell stepped."""
    keras.config.set_floatx(str(network.dtype))
    cell = lstm(network.spec.layers[0], str(network.dtype), "forward").cell
    cell.build((1, network.spec.input_size))
    cell.set_weights(cell_arrays(network.cells[0]["forward"]))
    h = c = keras.ops.zeros((1, cell.units), dtype=str(network.dtype))
    rows: dict[str, list[np.ndarray]] = {"hidden_state": [], "cell_state": []}
    for row in x:
        _, (h, c) = cell(row[None], [h, c])
        for name, state in (("hidden_state", h), ("cell_state", c)):
            rows[name].append(np.asarray(keras.ops.convert_to_numpy(state))[0])
    return {name: np.stack(values) for name, values in rows.items()}
