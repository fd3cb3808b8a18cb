"""ONNX graphs built node by node, as exporters may write them.

Needs onnx, which neither the program nor its tests do.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ALPHAS = ("HardSigmoid", "Affine", "ScaledTanh", "Elu", "LeakyRelu", "ThresholdedRelu")
BETAS = ("HardSigmoid", "Affine", "ScaledTanh")


class Builder:
    """A graph that grows node by node; every method returns the name of what it made."""

    def __init__(self, rng: np.random.Generator, opset: int) -> None:
        self.rng, self.opset = rng, opset
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []
        self.count = 0

    def name(self) -> str:
        """A new name."""
        self.count += 1
        return f"t{self.count}"

    def node(self, op: str, *inputs: str, **attributes: object) -> str:
        """A node of one output."""
        out = self.name()
        self.nodes.append(helper.make_node(op, list(inputs), [out], name=f"n_{out}", **attributes))
        return out

    def plain(self, array: np.ndarray) -> str:
        """A constant as an initializer, raw or in a typed list, or as a Constant node."""
        way = self.rng.integers(3)
        if way == 2:
            return self.node("Constant", value=numpy_helper.from_array(array))
        name = self.name()
        if way and array.dtype == np.float32:
            data = array.ravel().tolist()
            self.tensors.append(helper.make_tensor(name, TensorProto.FLOAT, array.shape, data))
        else:
            self.tensors.append(numpy_helper.from_array(array, name))
        return name

    def axes(self, op: str, data: str, axes: list[int]) -> str:
        """Squeeze or Unsqueeze, as this opset writes it."""
        if self.opset < 13:
            return self.node(op, data, axes=axes)
        return self.node(op, data, self.plain(np.array(axes, np.int64)))

    def constant(self, array: np.ndarray) -> str:
        """A constant, often behind operators that only move numbers about."""
        way = self.rng.integers(9)
        if way == 0:
            return self.node("Identity", self.plain(array))
        if way == 1:
            order = self.rng.permutation(array.ndim)
            turned = self.plain(np.ascontiguousarray(array.transpose(order)))
            return self.node("Transpose", turned, perm=np.argsort(order).tolist())
        if way == 2:
            shape = self.plain(np.array(array.shape, np.int64))
            return self.node("Reshape", self.plain(array.reshape(-1)), shape)
        if way == 3 and len(array) == 1:
            return self.axes("Unsqueeze", self.plain(array[0]), [0])
        if way == 4:
            return self.axes("Squeeze", self.plain(array[:, None]), [1])
        if way == 5:
            half = array.shape[1] // 2
            parts = [self.plain(array[:, :half].copy()), self.plain(array[:, half:].copy())]
            return self.node("Concat", *parts, axis=1)
        if way == 6:
            wide = np.concatenate([array[:, :1], array, array[:, -1:]], 1)
            cuts = [self.plain(np.array([k], np.int64)) for k in (1, array.shape[1] + 1, 1)]
            return self.node("Slice", self.plain(wide), *cuts)
        if way == 7 and array.dtype == np.float32:
            same = array.astype(np.float16).astype(np.float32) == array
            if same.all():
                return self.node("Cast", self.plain(array.astype(np.float16)), to=1)
        return self.plain(array)


def random_weights(rng, shape):
    """Random weights in float32, of the size training leaves; half of them exact in float16."""
    array = rng.normal(0, 0.5, shape).astype(np.float32)
    return array.astype(np.float16).astype(np.float32) if rng.random() < 0.5 else array


def squash(graph: Builder, x: str, kind: str = "") -> str:
    """An activation as an exporter may write it, a random one if none is named."""
    rng = graph.rng
    kind = kind or str(rng.choice([*ONE_NODE, *SEVERAL_NODES]))

    def held(value):
        return graph.plain(np.array(value, np.float32))

    if kind == "silu":
        return graph.node("Mul", *rng.permutation([x, graph.node("Sigmoid", x)]))
    if kind == "gelu":
        inner = graph.node("Erf", graph.node("Div", x, held(2**0.5)))
        outer = graph.node("Mul", x, graph.node("Add", inner, held(1)))
        return graph.node("Mul", outer, held(0.5))
    if kind == "relu6":
        return graph.node("Clip", x, held(0), held(6))
    if kind == "hard_tanh":
        return graph.node("Clip", x, held(-1), held(1))
    if kind == "hard_sigmoid":
        line = graph.node("Add", graph.node("Mul", x, held(1 / 6)), held(0.5))
        return graph.node("Clip", line, held(0), held(1))
    given = {"alpha": float(rng.uniform(0.1, 0.9))} if kind in ALPHAS else {}
    return graph.node(kind, x, **given, **({"axis": 2} if "Softmax" in kind else {}))


SEVERAL_NODES = ("silu", "gelu", "relu6", "hard_tanh", "hard_sigmoid")
ONE_NODE = ("LogSoftmax", "HardSigmoid", "LeakyRelu", "Elu", "Selu", "Softplus", "Softsign", "Exp")


def packed(graph: Builder, width: int, end: str, body: str) -> onnx.ModelProto:
    """The graph as a model, its nodes in a body of If or Loop if asked."""
    x = helper.make_tensor_value_info("X", TensorProto.FLOAT, ["steps", 1, width])
    out = helper.make_tensor_value_info(end, TensorProto.FLOAT, None)
    nodes, tensors = graph.nodes, graph.tensors
    outer = graph.tensors[::2] if body else []
    inner = graph.tensors[1::2] if body else tensors
    if body == "If":
        then = helper.make_graph(nodes, "then", [], [out], inner)
        other = [helper.make_node("Identity", ["X"], ["other"])]
        kept = helper.make_tensor_value_info("other", TensorProto.FLOAT, None)
        otherwise = helper.make_graph(other, "else", [], [kept])
        outer = [*outer, numpy_helper.from_array(np.array(True), "yes")]
        nodes = [helper.make_node("If", ["yes"], ["out"], then_branch=then, else_branch=otherwise)]
    elif body == "Scan":  # over the batch, of one: each turn runs a whole sequence
        one = helper.make_tensor_value_info("X", TensorProto.FLOAT, ["steps", 1, width])
        scan = helper.make_graph(nodes, "body", [one], [out], inner)
        outer = [*outer, numpy_helper.from_array(np.array([0]), "first")]
        wide = (
            helper.make_node("Unsqueeze", ["X", "first"], ["all"])
            if graph.opset >= 13
            else helper.make_node("Unsqueeze", ["X"], ["all"], axes=[0])
        )
        nodes = [wide, helper.make_node("Scan", ["all"], ["out"], body=scan, num_scan_inputs=1)]
    elif body == "Loop":
        state = [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
        ]
        nodes = [*nodes, helper.make_node("Identity", ["go"], ["go_on"])]
        go_on = helper.make_tensor_value_info("go_on", TensorProto.BOOL, [])
        loop = helper.make_graph(nodes, "body", state, [go_on, out], inner)
        outer = [
            *outer,
            numpy_helper.from_array(np.array(1), "once"),
            numpy_helper.from_array(np.array(True), "yes"),
        ]
        nodes = [
            helper.make_node("Loop", ["once", "yes"], ["many"], body=loop),
            helper.make_node("Identity", ["many"], ["out"]),
        ]
    if body:
        out, inner = helper.make_tensor_value_info("out", TensorProto.FLOAT, None), outer
    made = helper.make_graph(nodes, "model", [x], [out], inner)
    opsets = [helper.make_opsetid("", graph.opset)]
    return helper.make_model(made, opset_imports=opsets, ir_version=8, producer_name="by hand")
