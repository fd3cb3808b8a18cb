"""What onnxruntime computes for a network of lstmviz: the LSTM node, built and run.

Needs onnx and onnxruntime, which neither the program nor its tests do.
"""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from lstmviz.engine.activations import SYNONYMS
from lstmviz.engine.network import Network
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


def session(network: Network, layout: int = 0) -> onnxruntime.InferenceSession:
    """The first layer of a network as an ONNX model of one LSTM node."""
    spec = network.spec.layers[0]
    variant, cells = spec.variant, network.cells[0]
    ways = len(cells)
    tensors = {
        "W": np.stack([rows(cell.input_weights) for cell in cells.values()]),
        "R": np.stack([rows(cell.recurrent_weights) for cell in cells.values()]),
    }
    first = next(iter(cells.values()))
    if first.input_bias is not None:
        zeros = np.zeros_like(first.input_bias)
        tensors["B"] = np.stack(
            [
                np.concatenate(
                    [
                        rows(cell.input_bias),
                        rows(zeros if cell.recurrent_bias is None else cell.recurrent_bias),
                    ]
                )
                for cell in cells.values()
            ]
        )
    if variant.peephole:
        tensors["P"] = np.stack([peepholes(cell.peepholes) for cell in cells.values()])
    names, alphas, betas = [], [], []
    for activation in (variant.gate, variant.candidate, variant.output) * ways:
        name, alpha, beta = described(activation)
        names.append(name)
        alphas += alpha
        betas += beta
    attributes = {
        "hidden_size": spec.cell_size,
        "direction": {"forward": "forward", "backward": "reverse"}[spec.directions[0]]
        if ways == 1
        else "bidirectional",
        "activations": names,
        "input_forget": int(variant.coupled),
        "layout": layout,
    }
    if alphas:
        attributes["activation_alpha"] = alphas
    if betas:
        attributes["activation_beta"] = betas
    if variant.clip is not None:
        attributes["clip"] = variant.clip
    inputs = ["X", "W", "R", "B" if "B" in tensors else "", "", "h0", "c0"]
    inputs.append("P" if "P" in tensors else "")
    node = helper.make_node("LSTM", inputs, ["Y", "Y_h", "Y_c"], **attributes)
    kind = TensorProto.DOUBLE if network.dtype == np.float64 else TensorProto.FLOAT
    graph = helper.make_graph(
        [node],
        "lstm",
        [helper.make_tensor_value_info(name, kind, [None] * 3) for name in ("X", "h0", "c0")],
        [
            helper.make_tensor_value_info("Y", kind, [None] * 4),
            helper.make_tensor_value_info("Y_h", kind, [None] * 3),
            helper.make_tensor_value_info("Y_c", kind, [None] * 3),
        ],
        [numpy_helper.from_array(tensor, name) for name, tensor in tensors.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options)


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
    y, y_h, y_c = session(network, layout).run(None, fed)
    # layout 0: (steps, directions, batch, H); layout 1: (batch, steps, directions, H)
    y = y[0] if layout else y[:, :, 0]
    y_h, y_c = (array[0] if layout else array[:, 0] for array in (y_h, y_c))
    return {"output": y.reshape(len(x), -1), "hidden": y_h, "cell": y_c}


__all__ = ["onnx", "run", "session"]
