"""Make tests/data/onnx: ONNX models, and what onnxruntime computes with them.

Needs onnx, onnxruntime, torch and onnxscript, which neither the program nor its tests do. Run from
the top level:

    python tools/make_onnx_files.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from lstmviz.engine.trace import layer_input
from lstmviz.models.onnx import read

TARGET = Path(__file__).parent.parent / "tests" / "data" / "onnx"
GATES = ["Sigmoid", "Sigmoid", "HardSigmoid", "Softsign", "Affine", "Tanh"]
INNER = ["Tanh", "Tanh", "Relu", "Softsign", "ScaledTanh", "Elu", "LeakyRelu", "ThresholdedRelu"]
ALPHAS = ("HardSigmoid", "Affine", "ScaledTanh", "Elu", "LeakyRelu", "ThresholdedRelu")
BETAS = ("HardSigmoid", "Affine", "ScaledTanh")
DIRECTIONS = ("forward", "reverse", "bidirectional")


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


def session(model: onnx.ModelProto | Path) -> onnxruntime.InferenceSession:
    """A session of one thread that says nothing."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    given = str(model) if isinstance(model, Path) else model.SerializeToString()
    return onnxruntime.InferenceSession(given, options)


def stepped(unit, network, index: int, x: np.ndarray) -> dict[str, np.ndarray]:
    """Gates and states of every step, onnxruntime run one step at a time, by direction.

    The weights are turned back into a node of one direction, in ONNX's order of rows; the gates,
    which no node tells, are those of `primitive_step`, whose cell state must be the node's.
    """
    spec = network.spec.layers[index]
    found = {}
    for way, cell in network.cells[index].items():
        order = [0, 3, 1, 2]
        size = spec.cell_size

        def rows(array, order=order, size=size):
            blocks = array.reshape(4, size, *array.shape[1:])
            return blocks[order].reshape(array.shape)

        tensors = {"W": rows(cell.input_weights), "R": rows(cell.recurrent_weights)}
        if cell.input_bias is not None:
            tensors["B"] = np.concatenate([rows(cell.input_bias), rows(cell.recurrent_bias)])
        if cell.peepholes is not None:
            tensors["P"] = cell.peepholes[[0, 2, 1]].ravel()
        keep = ("activations", "activation_alpha", "activation_beta", "clip", "input_forget")
        settings = {a.name: helper.get_attribute_value(a) for a in unit.attribute if a.name in keep}
        if "activations" in settings:
            settings["activations"] = [name.decode() for name in settings["activations"]][:3]
        for name in ("activation_alpha", "activation_beta"):
            if name in settings and len(network.cells[index]) == 2:
                settings[name] = settings[name][: len(settings[name]) // 2]
        inputs = ["X", "W", "R", "B" if "B" in tensors else "", "", "h", "c"]
        inputs += ["P"] if "P" in tensors else []
        outputs = ["Y", "Y_h", "Y_c"]
        node = helper.make_node("LSTM", inputs, outputs, hidden_size=size, **settings)
        graph = helper.make_graph(
            [node],
            "step",
            [helper.make_tensor_value_info(n, 1, [None] * 3) for n in ("X", "h", "c")],
            [helper.make_tensor_value_info(n, 1, None) for n in ("Y_h", "Y_c")],
            [numpy_helper.from_array(v[None], k) for k, v in tensors.items()],
        )
        opsets = [helper.make_opsetid("", 14)]
        run = session(helper.make_model(graph, opset_imports=opsets, ir_version=8)).run
        by_hand = primitive_step(tensors, settings)
        states = []
        start = network.initial.of(index, way) if network.initial else None
        h = np.zeros((1, 1, size), np.float32) + (0 if start is None else start.hidden)
        c = np.zeros((1, 1, size), np.float32) + (0 if start is None else start.cell)
        for row in x[::-1] if way == "backward" else x:
            fed = {"X": row[None, None], "h": h, "c": c}
            gates = by_hand.run(None, fed)
            h, c = run(None, fed)
            assert apart(gates[-1], c) < 1e-6, name
            states.append([each[0, 0] for each in (*gates[:-1], h, c)])
        columns = [np.array(column) for column in zip(*states, strict=True)]
        turn = -1 if way == "backward" else 1
        names = ("input_gate", "forget_gate", "candidate", "output_gate")
        for name, column in zip((*names, "hidden_state", "cell_state"), columns, strict=True):
            found[f"{way}.{name}"] = column[::turn]
    return found


def primitive_step(tensors, settings) -> onnxruntime.InferenceSession:
    """The equations of the operator's documentation as a model: i, f, g, o and c of one step.

    f(x) of the documentation is the first activation, g the second, h (of c) the third.
    """
    graph = Builder(np.random.default_rng(0), 14)
    size = tensors["R"].shape[1]
    listed = settings.get("activations", ["Sigmoid", "Tanh", "Tanh"])
    alphas, betas = (list(settings.get(f"activation_{n}", ())) for n in ("alpha", "beta"))
    functions = [
        (op, alphas.pop(0) if op in ALPHAS else None, betas.pop(0) if op in BETAS else None)
        for op in listed
    ]

    def held(array):
        name = graph.name()
        graph.tensors.append(numpy_helper.from_array(np.asarray(array, np.float32), name))
        return name

    def activation(which, name):
        op, alpha, beta = functions[which]
        if op == "Affine":
            return graph.node("Add", graph.node("Mul", name, held(alpha)), held(beta))
        if op == "ScaledTanh":
            inner = graph.node("Tanh", graph.node("Mul", name, held(beta)))
            return graph.node("Mul", inner, held(alpha))
        given = {"alpha": alpha, "beta": beta}
        return graph.node(op, name, **{k: v for k, v in given.items() if v is not None})

    def gate(index, peephole, state, which):
        rows = slice(index * size, (index + 1) * size)
        terms = [graph.node("MatMul", "X", held(tensors["W"][rows].T))]
        terms.append(graph.node("MatMul", "h", held(tensors["R"][rows].T)))
        if "B" in tensors:
            terms += [held(half[rows]) for half in np.split(tensors["B"], 2)]
        if "P" in tensors and peephole is not None:
            terms.append(graph.node("Mul", state, held(np.split(tensors["P"], 3)[peephole])))
        total = terms[0]
        for term in terms[1:]:
            total = graph.node("Add", total, term)
        if "clip" in settings:
            total = graph.node("Clip", total, held(-settings["clip"]), held(settings["clip"]))
        return activation(which, total)

    i, g = gate(0, 0, "c", 0), gate(3, None, "", 1)
    f = gate(2, 2, "c", 0)
    if settings.get("input_forget"):
        f = graph.node("Sub", held(1), i)
    c = graph.node("Add", graph.node("Mul", f, "c"), graph.node("Mul", i, g))
    o = gate(1, 1, c, 0)
    values = [helper.make_tensor_value_info(n, 1, [None] * 3) for n in ("X", "h", "c")]
    ends = [helper.make_tensor_value_info(n, 1, None) for n in (i, f, g, o, c)]
    made = helper.make_graph(graph.nodes, "step", values, ends, graph.tensors)
    opsets = [helper.make_opsetid("", 14)]
    return session(helper.make_model(made, opset_imports=opsets, ir_version=8))


def differences(model: onnx.ModelProto, path: Path, x: np.ndarray) -> dict[str, float]:
    """The largest differences from onnxruntime: of the output, and of the states of any step."""
    onnx.save(model, path)
    opened = read(path)
    trace = opened.network.run(x)
    theirs = session(path).run(None, {"X": x[:, None]})[0]
    theirs = theirs.reshape(len(x), -1) if theirs.size % len(x) == 0 else theirs
    ours = trace.output
    worst = {"output": apart_in_any_order(opened.network, ours, theirs)}
    for index, unit in enumerate(all_lstms(model.graph)):
        worst = larger(worst, against_steps(unit, opened.network, trace, index))
    return worst


def against_steps(unit, network, trace, index: int) -> dict[str, float]:
    """The largest differences of a layer's gates and states from onnxruntime's, step by step."""
    worst: dict[str, float] = {}
    for name, theirs in stepped(unit, network, index, layer_input(trace, index)).items():
        way, which = name.split(".")
        mine = getattr(getattr(trace.layers[index], way), which)
        worst = larger(worst, {which: apart(mine, theirs)})
    return worst


def larger(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    """The larger of two by name."""
    return one | {name: max(value, one.get(name, 0.0)) for name, value in other.items()}


def apart_in_any_order(network, ours, theirs) -> float:
    """The largest difference, backward first allowed where there is no head."""
    plain = apart(ours, theirs) if ours.shape == theirs.shape else np.inf
    spec = network.spec.layers[-1]
    if network.heads or len(spec.directions) == 1:
        return plain
    half = spec.hidden_size
    a, b = ours[:, :half], ours[:, half:]
    return min(plain, apart(np.hstack([b, a]), theirs)) if spec.merge == "concat" else plain


def torch_model(rng):
    """A random module of torch around an LSTM, and its input."""
    import torch

    size, width, ways = int(rng.integers(1, 8)), int(rng.integers(1, 6)), int(rng.integers(1, 3))
    first, embedded = bool(rng.random() < 0.5), bool(rng.random() < 0.3)
    how = str(rng.choice(["all", "last", "final"]))
    layers = int(rng.integers(1, 4))
    counts = rng.integers(1, 5, int(rng.integers(0, 3))).tolist()
    nn = torch.nn
    kinds = [nn.ReLU(), nn.Tanh(), nn.Softmax(-1), nn.Identity(), nn.LogSoftmax(-1), nn.Sigmoid()]
    kinds += [nn.LeakyReLU(0.15), nn.ELU(0.7), nn.SELU(), nn.GELU(), nn.GELU("tanh"), nn.SiLU()]
    kinds += [nn.Softplus(), nn.Softsign(), nn.Hardsigmoid(), nn.Hardswish(), nn.Hardtanh()]
    kinds += [nn.ReLU6(), nn.Mish(), nn.CELU(0.5), nn.LogSigmoid(), nn.Tanhshrink(), nn.PReLU()]

    class Model(torch.nn.Module):
        """An LSTM with what usually stands around it."""

        def __init__(self) -> None:
            super().__init__()
            self.table = torch.nn.Embedding(9, width) if embedded else torch.nn.Identity()
            self.lstm = torch.nn.LSTM(
                width,
                size,
                layers,
                bias=bool(rng.random() < 0.8),
                batch_first=first,
                bidirectional=ways == 2,
                dropout=0.3 if layers > 1 else 0,
            )
            sizes = [ways * size, *counts]
            rows = []
            for a, b in zip(sizes, counts, strict=False):
                rows += [
                    torch.nn.Linear(a, b),
                    kinds[rng.integers(len(kinds))],
                    torch.nn.Dropout(0.2),
                ]
            self.head = torch.nn.Sequential(*rows)

        def forward(self, x):
            """Run it."""
            y, (h, _) = self.lstm(self.table(x))
            if how == "last":
                y = y[:, -1] if first else y[-1]
            elif how == "final":
                y = torch.cat([h[-2], h[-1]], -1) if ways == 2 else h[-1]
            return self.head(y)

    x = rng.integers(0, 9, 6) if embedded else rng.normal(size=(6, width)).astype(np.float32)
    axis = 0 if first else 1
    return Model().eval(), np.expand_dims(x, axis), axis


def exported(count: int, seed: int, folder: Path) -> Iterator[tuple[str, dict[str, float]]]:
    """Random modules of torch, exported both ways: which way, and how far onnxruntime is off."""
    import torch

    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    for index in range(count):
        model, x, axis = torch_model(rng)
        path = folder / f"t{index}.onnx"
        new = bool(rng.random() < 0.4)
        open_sizes = {} if new or rng.random() < 0.5 else {"dynamic_axes": {"X": [0, 1]}}
        opset = int(rng.choice([18, 20, 21, 23] if new else [13, 14, 16, 17, 18, 20]))
        torch.onnx.export(
            model,
            (torch.from_numpy(x),),
            path,
            dynamo=new,
            verbose=False,
            opset_version=opset,
            input_names=["X"],
            **({"external_data": False} if new else {}),
            **open_sizes,
        )
        opened = read(path)
        trace = opened.network.run(x[:, 0] if axis else x[0])
        theirs = session(path).run(None, {"X": x})[0]
        theirs = theirs.reshape(-1, theirs.shape[-1])
        ours = trace.output[-1:] if opened.network.spec.last_step else trace.output
        if ours.shape != theirs.shape and not opened.network.heads:
            ours = ours[-1:]
        told = opened.certificate
        assert not told.warnings and not told.before, (index, model, opset, told)
        worst = {"output": apart(ours, theirs)}
        for layer, unit in enumerate(all_lstms(onnx.load(path).graph)):
            worst = larger(worst, against_steps(unit, opened.network, trace, layer))
        yield ("torch.onnx, dynamo" if new else "torch.onnx, TorchScript"), worst
        path.unlink()


def all_lstms(graph: onnx.GraphProto) -> list[onnx.NodeProto]:
    """Every LSTM node, in bodies too."""
    found = []
    for node in graph.node:
        if node.op_type == "LSTM":
            found.append(node)
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                found += all_lstms(attribute.g)
    return found


def apart(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The largest difference of two arrays of one shape, in their own size where that is above 1.

    Gates without a limit let some random cells grow beyond all measure.
    """
    assert ours.shape == theirs.shape, (ours.shape, theirs.shape)
    difference = np.abs(ours.astype(np.float64) - theirs).max()
    return float(difference / max(1.0, np.abs(theirs).max()))


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


def torch_module(*, older: bool):
    """An embedding or plain numbers, two layers both ways, and Dense layers after it."""
    import torch

    class Model(torch.nn.Module):
        """What a torch user would write."""

        def __init__(self) -> None:
            super().__init__()
            self.table = torch.nn.Embedding(7, 3) if older else torch.nn.Identity()
            self.lstm = torch.nn.LSTM(3, 4, 2, batch_first=True, bidirectional=older)
            self.head = torch.nn.Linear(8 if older else 4, 3)

        def forward(self, x):
            """Every step's Dense, or the last one's."""
            y, _ = self.lstm(self.table(x))
            return torch.softmax(self.head(y if older else y[:, -1]), -1)

    return Model().eval()


def batchwise(model: onnx.ModelProto) -> onnx.ModelProto:
    """A model of one LSTM node with the batch first, of which onnxruntime runs only the other."""
    turned = onnx.ModelProto()
    turned.CopyFrom(model)
    turned.graph.node[0].attribute.append(helper.make_attribute("layout", 1))
    return turned


def one_node(rng, direction: str) -> onnx.ModelProto:
    """A model of one LSTM node, its weights as plain initializers."""
    ways = 2 if direction == "bidirectional" else 1
    shapes = {"W": (ways, 12, 2), "R": (ways, 12, 3), "B": (ways, 24)}
    tensors = [numpy_helper.from_array(random_weights(rng, v), k) for k, v in shapes.items()]
    node = helper.make_node(
        "LSTM", ["X", *shapes], ["Y"], "only", hidden_size=3, direction=direction
    )
    values = [helper.make_tensor_value_info(n, 1, [None] * k) for n, k in (("X", 3), ("Y", 4))]
    graph = helper.make_graph([node], "one", values[:1], values[1:], tensors)
    opsets = [helper.make_opsetid("", 14)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def stored() -> dict[str, tuple[onnx.ModelProto, np.ndarray, np.ndarray, np.ndarray]]:
    """Name → model, its input as lstmviz takes it, as onnxruntime takes it, and its output."""
    import torch

    found = {}
    for name, older in (("torchscript.onnx", True), ("dynamo.onnx", False)):
        torch.manual_seed(older)
        x = np.random.default_rng(older).normal(size=(6, 3)).astype(np.float32)
        x = np.array([0, 3, 6, 1, 1, 5]) if older else x
        path = TARGET / name
        options = {"dynamic_axes": {"X": [0, 1]}} if older else {"external_data": False}
        given = (torch.from_numpy(x[None]),)
        torch.onnx.export(
            torch_module(older=older),
            given,
            path,
            dynamo=not older,
            verbose=False,
            input_names=["X"],
            **options,
        )
        model = onnx.load(path)
        for node in model.graph.node:
            node.ClearField("metadata_props")  # names this machine's files
            node.ClearField("doc_string")
        found[name] = (model, x, x[None], session(path).run(None, {"X": x[None]})[0][0])
    rng = np.random.default_rng(11)
    x = rng.normal(size=(6, 2)).astype(np.float32)
    model = one_node(rng, "bidirectional")
    y = session(model).run(None, {"X": x[:, None]})[0][:, :, 0].reshape(6, -1)
    found["batchwise.onnx"] = (batchwise(model), x, x[None], y)
    for name, seed, body in (("loop.onnx", 31, "Loop"), ("if.onnx", 5, "If")):
        rng = np.random.default_rng(seed)
        model, width = random_model(rng, body)
        x = rng.normal(size=(6, width)).astype(np.float32)
        y = session(model).run(None, {"X": x[:, None]})[0].reshape(6, -1)
        found[name] = (model, x, x[:, None], y)
    x = np.random.default_rng(7).normal(size=(6, 2)).astype(np.float32)
    model = heads_and_states(np.random.default_rng(8))
    y = session(model).run(None, {"X": x[:, None]})[0].reshape(6, -1)
    found["heads.onnx"] = (model, x, x[:, None], y)
    return found


def heads_and_states(rng) -> onnx.ModelProto:
    """A node that starts from states of its own, and a Dense of every activation behind it."""
    graph = Builder(rng, 17)

    def held(*shape):
        graph.tensors.append(
            numpy_helper.from_array(random_weights(rng, shape), name := graph.name())
        )
        return name

    inputs = ["X", held(1, 16, 2), held(1, 16, 4), held(1, 32), "", held(1, 1, 4), held(1, 1, 4)]
    node = helper.make_node("LSTM", inputs, ["Y"], "only", hidden_size=4)
    graph.nodes.append(node)
    end = graph.axes("Squeeze", "Y", [1])
    kinds = ("HardSigmoid", "LeakyRelu", "Elu", "Selu", "Softplus", "Softsign", "Exp", "silu")
    for kind in (*kinds, "gelu", "relu6", "hard_tanh", "hard_sigmoid", "LogSoftmax"):
        dense = graph.node("MatMul", end, held(4, 4))
        end = squash(graph, graph.node("Add", dense, held(4)), kind)
    return packed(graph, 2, end, "")


def write() -> None:
    """Write every stored model and what onnxruntime computes with it."""
    TARGET.mkdir(exist_ok=True)
    expected: dict[str, np.ndarray] = {}
    for name, (model, x, _, y) in stored().items():
        path = TARGET / name
        onnx.save(model, path)
        network = read(path).network
        trace = network.run(x)
        ours = trace.output[-1] if y.ndim == 1 else trace.output
        assert apart(ours, y) < 1e-6, (name, apart(ours, y))
        expected |= {f"{name}/input": x, f"{name}/output": y}
        for index, unit in enumerate(all_lstms(model.graph)):
            states = stepped(unit, network, index, layer_input(trace, index))
            expected |= {f"{name}/layer{index}.{key}": value for key, value in states.items()}
    np.savez_compressed(TARGET / "expected.npz", **expected)
    total = sum(path.stat().st_size for path in TARGET.iterdir())
    print(f"{TARGET}: {total / 1e3:.0f} kB")


if __name__ == "__main__":
    write()
