"""Random ONNX models, put together node by node, held against onnxruntime.

Needs onnx and onnxruntime, which neither the program nor its tests do.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper
from onnx_build import ALPHAS, BETAS, Builder, packed, random_weights, squash
from onnx_steps import differences

GATES = ["Sigmoid", "Sigmoid", "HardSigmoid", "Softsign", "Affine", "Tanh"]
INNER = ["Tanh", "Tanh", "Relu", "Softsign", "ScaledTanh", "Elu", "LeakyRelu", "ThresholdedRelu"]
DIRECTIONS = ("forward", "reverse", "bidirectional")


def lstm_node(
    graph: Builder, x: str, width: int, size: int, direction: str, standard: bool, wide: bool
):
    """An LSTM node with random settings; its outputs Y and Y_h.

    With `wide` perhaps with states of its own and with the length of its input.
    """
    rng = graph.rng
    ways = 2 if direction == "bidirectional" else 1
    inputs = [x]
    inputs += [graph.constant(random_weights(rng, (ways, 4 * size, n))) for n in (width, size)]
    some_bias, peepholes = rng.random() < 0.8, not standard and rng.random() < 0.4
    inputs.append(graph.constant(random_weights(rng, (ways, 8 * size))) if some_bias else "")
    inputs += ["", "", ""]
    if wide and rng.random() < 0.4:
        for index in rng.choice([5, 6], int(rng.integers(1, 3)), replace=False):
            inputs[index] = graph.constant(random_weights(rng, (ways, 1, size)))
    if wide and rng.random() < 0.2:
        steps = graph.node("Shape", x)
        first = [graph.plain(np.array([k], np.int64)) for k in (0, 1)]
        inputs[4] = graph.node("Cast", graph.node("Slice", steps, *first), to=TensorProto.INT32)
    if peepholes:
        inputs.append(graph.constant(random_weights(rng, (ways, 3 * size))))
    attributes: dict[str, object] = {"hidden_size": size, "direction": direction}
    if not standard:
        if rng.random() < 0.4:
            attributes["clip"] = float(rng.uniform(0.2, 2))
        if rng.random() < 0.3:
            attributes["input_forget"] = 1
        if rng.random() < 0.7:
            attributes |= activations(rng, ways)
    while inputs[-1] == "":
        inputs.pop()
    outputs = [graph.name(), graph.name()]
    graph.nodes.append(helper.make_node("LSTM", inputs, outputs, f"l_{outputs[0]}", **attributes))
    return outputs


def activations(rng, ways: int) -> dict[str, object]:
    """Random activations, the same both ways, with the α and β that they take in turn."""
    named = [str(rng.choice(kind)) for kind in (GATES, INNER, INNER)]
    found: dict[str, object] = {"activations": named * ways}
    alphas = [float(rng.uniform(0.2, 0.9)) for name in named if name in ALPHAS]
    betas = [float(rng.uniform(0.2, 0.9)) for name in named if name in BETAS]
    if alphas:
        found["activation_alpha"] = alphas * ways
    if betas:
        found["activation_beta"] = betas * ways
    return found


def joined(graph: Builder, y: str, size: int, direction: str) -> str:
    """(steps, D, batch, H) as (steps, batch, D H), in one of the ways exporters do it."""
    way = graph.rng.integers(4)
    if direction != "bidirectional":
        if way == 0:
            turned = graph.node("Transpose", y, perm=[0, 2, 1, 3])
            shape = graph.plain(np.array([0, 0, size], np.int64))
            return graph.node("Reshape", turned, shape)
        return graph.axes("Squeeze", y, [1])
    if way == 0:
        cuts = [graph.node("Gather", y, graph.plain(np.array(k, np.int64)), axis=1) for k in (0, 1)]
        return graph.node(str(graph.rng.choice(["Add", "Mul"])), *cuts)
    if way == 1:
        cuts = [graph.node("Gather", y, graph.plain(np.array(k, np.int64)), axis=1) for k in (1, 0)]
        return graph.node("Concat", *cuts, axis=2)
    turned = graph.node("Transpose", y, perm=[0, 2, 1, 3])
    return graph.node("Reshape", turned, graph.plain(np.array([0, 0, -1], np.int64)))


def width_of(graph: Builder, name: str, size: int, direction: str) -> int:
    """How wide `joined` made it."""
    made = next(node for node in graph.nodes if name in node.output)
    return (
        2 * size if direction == "bidirectional" and made.op_type in ("Concat", "Reshape") else size
    )


def random_model(rng, body: str, *, wide: bool = False):
    """A random model and its input width: LSTMs, perhaps heads, perhaps in a body of a node.

    With `wide` states to start from, and activations of heads of every kind, are among it.
    """
    opset = int(rng.choice([11, 13, 17, 21]))
    graph = Builder(rng, opset)
    width = first = int(rng.integers(1, 7))
    x, standard = "X", bool(rng.random() < 0.4)
    for _ in range(int(rng.integers(1, 4))):
        size, direction = int(rng.integers(1, 8)), str(rng.choice(DIRECTIONS))
        y, _ = lstm_node(graph, x, width, size, direction, standard, wide)
        x = joined(graph, y, size, direction)
        width = width_of(graph, x, size, direction)
        if rng.random() < 0.2:
            x = graph.node("Identity", x)
    if rng.random() < 0.3:
        back = graph.node("Transpose", x, perm=[1, 0, 2])
        x = graph.node("Transpose", back, perm=[1, 0, 2])
    end = x
    for index in range(int(rng.integers(0, 3))):
        size = int(rng.integers(1, 5))
        weights = random_weights(rng, (width, size))
        end = graph.node("MatMul", end, graph.constant(weights))
        if rng.random() < 0.7:
            end = graph.node(
                "Add", *rng.permutation([end, graph.plain(random_weights(rng, (size,)))])
            )
        op = str(rng.choice(["Relu", "Sigmoid", "Tanh", "Softmax", ""]))
        if wide and rng.random() < 0.6:
            end = squash(graph, end)
        elif op:
            end = graph.node(op, end, **({"axis": 2} if op == "Softmax" else {}))
        width = size
        del index
    return packed(graph, first, end, body), first


def compare(count: int, seed: int, folder: Path) -> Iterator[tuple[str, dict[str, float]]]:
    """Random models made by hand: where the nodes stand, and how far onnxruntime is off."""
    rng = np.random.default_rng(seed)
    for index in range(count):
        body = str(rng.choice(["", "", "If", "Loop", "Scan"]))
        model, width = random_model(rng, body, wide=True)
        x = rng.normal(size=(int(rng.integers(2, 8)), width)).astype(np.float32)
        path = folder / f"m{index}.onnx"
        yield f"by hand, {f'in {body}' if body else 'plain'}", differences(model, path, x)
        path.unlink()
