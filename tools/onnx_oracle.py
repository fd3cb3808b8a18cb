"""What onnxruntime computes for a network of lstmviz: the LSTM node, built and run.

Needs onnx and onnxruntime, which neither the program nor its tests do.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from lstmviz.engine.activations import SYNONYMS
from lstmviz.engine.network import CellWeights, Network
from lstmviz.engine.spec import CellSpec
from lstmviz.engine.states import Initial
from lstmviz.engine.variant import Activation

NAMES = {
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "relu": "Relu",
    "hard_sigmoid": "HardSigmoid",
    "softsign": "Softsign",
    "softplus": "Softplus",
    "elu": "Elu",
    "leaky_relu": "LeakyRelu",
    "thresholded_relu": "ThresholdedRelu",
    "affine": "Affine",
    "scaled_tanh": "ScaledTanh",
}
"""Our names of the activations that an ONNX LSTM may have, and theirs."""

ALPHAS = ("hard_sigmoid", "elu", "leaky_relu", "thresholded_relu", "affine", "scaled_tanh")
BETAS = ("hard_sigmoid", "affine", "scaled_tanh")
ORDER = [0, 3, 1, 2]  # i o f g of our i f g o


def rows(array: np.ndarray) -> np.ndarray:
    """Our gate rows in the order of ONNX."""
    return array.reshape(4, -1, *array.shape[1:])[ORDER].reshape(array.shape)


def peepholes(array: np.ndarray) -> np.ndarray:
    """Our peepholes (3, C) of i, f, o as ONNX's (3C,) of i, o, f."""
    return array[[0, 2, 1]].ravel()


def weights(cells: Mapping[str, CellWeights]) -> dict[str, np.ndarray]:
    """W, R and, where there are any, B and P of the directions of a layer, as ONNX has them."""
    tensors = {
        "W": np.stack([rows(cell.input_weights) for cell in cells.values()]),
        "R": np.stack([rows(cell.recurrent_weights) for cell in cells.values()]),
    }
    first = next(iter(cells.values()))
    if first.input_bias is not None:
        tensors["B"] = np.stack([biases(cell) for cell in cells.values()])
    if first.peepholes is not None:
        tensors["P"] = np.stack([peepholes(cell.peepholes) for cell in cells.values()])
    return tensors


def biases(cell: CellWeights) -> np.ndarray:
    """Both biases (8C,), the second of zeros where there is one alone."""
    second = np.zeros_like(cell.input_bias) if cell.recurrent_bias is None else cell.recurrent_bias
    return np.concatenate([rows(cell.input_bias), rows(second)])


def settings(spec: CellSpec) -> dict[str, object]:
    """The attributes of a node with this layer's size, directions and variant."""
    variant, ways = spec.variant, len(spec.directions)
    names, alphas, betas = [], [], []
    for activation in (variant.gate, variant.candidate, variant.output) * ways:
        name, alpha, beta = described(activation)
        names.append(name)
        alphas += alpha
        betas += beta
    one = "reverse" if spec.directions[0] == "backward" else "forward"
    found = {
        "hidden_size": spec.cell_size,
        "direction": "bidirectional" if ways == 2 else one,
        "activations": names,
        "input_forget": int(variant.coupled),
    }
    more = {"activation_alpha": alphas, "activation_beta": betas, "clip": variant.clip}
    return found | {name: value for name, value in more.items() if value not in (None, [])}


def one_node(tensors: Mapping[str, np.ndarray], attributes: Mapping[str, object]):
    """A model of one LSTM node that reads X, h0 and c0 and gives Y, Y_h and Y_c."""
    inputs = ["X", "W", "R", "B" if "B" in tensors else "", "", "h0", "c0"]
    inputs.append("P" if "P" in tensors else "")
    node = helper.make_node("LSTM", inputs, ["Y", "Y_h", "Y_c"], **attributes)
    kind = helper.np_dtype_to_tensor_dtype(tensors["W"].dtype)
    graph = helper.make_graph(
        [node],
        "lstm",
        [helper.make_tensor_value_info(name, kind, [None] * 3) for name in ("X", "h0", "c0")],
        [
            helper.make_tensor_value_info(name, kind, [None] * rank)
            for name, rank in (("Y", 4), ("Y_h", 3), ("Y_c", 3))
        ],
        [numpy_helper.from_array(tensor, name) for name, tensor in tensors.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)


def session(model: onnx.ModelProto | Path) -> onnxruntime.InferenceSession:
    """A session of one thread that says nothing."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    given = str(model) if isinstance(model, Path) else model.SerializeToString()
    return onnxruntime.InferenceSession(given, options)


def described(activation: Activation) -> tuple[str, list[float], list[float]]:
    """ONNX's name of an activation, and the α and β that it takes from the lists."""
    name = SYNONYMS.get(activation.name, activation.name)
    alpha = [float(activation.alpha)] if name in ALPHAS and activation.alpha is not None else []
    beta = [float(activation.beta)] if name in BETAS and activation.beta is not None else []
    return NAMES[name], alpha, beta


def run(
    network: Network, x: np.ndarray, initial: Initial, layout: int = 0
) -> dict[str, np.ndarray]:
    """`output` (steps, H per direction) and (directions, ·) `hidden`, `cell`: the final states."""
    spec = network.spec.layers[0]
    states = [initial.of(0, direction) for direction in spec.directions]
    h0 = np.stack([state.hidden for state in states])[:, None]
    c0 = np.stack([state.cell for state in states])[:, None]
    rows_in = x[:, None]
    if layout:
        rows_in, h0, c0 = (array.swapaxes(0, 1) for array in (rows_in, h0, c0))
    fed = {"X": rows_in, "h0": h0, "c0": c0}
    made = one_node(weights(network.cells[0]), settings(spec) | {"layout": layout})
    y, y_h, y_c = session(made).run(None, fed)
    # layout 0: (steps, directions, batch, H); layout 1: (batch, steps, directions, H)
    y = y[0] if layout else y[:, :, 0]
    y_h, y_c = (array[0] if layout else array[:, 0] for array in (y_h, y_c))
    return {"output": y.reshape(len(x), -1), "hidden": y_h, "cell": y_c}
