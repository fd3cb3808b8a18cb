"""How far a trace of lstmviz is from onnxruntime: outputs, and gates and states of every step.

Needs onnx and onnxruntime, which neither the program nor its tests do.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper
from onnx_build import ALPHAS, BETAS, Builder
from onnx_oracle import one_node, session, weights

from lstmviz.engine.spec import GATES
from lstmviz.engine.trace import layer_input
from lstmviz.models.onnx import read


def stepped(unit, network, index: int, x: np.ndarray) -> dict[str, np.ndarray]:
    """Gates and states of every step, onnxruntime run one step at a time, by direction.

    The weights are turned back into a node of one direction, in ONNX's order of rows; the gates,
    which no node tells, are those of `primitive_step`, whose cell state must be the node's.
    """
    found = {}
    settings = settings_of(unit, len(network.cells[index]))
    for way, cell in network.cells[index].items():
        tensors, size = weights({way: cell}), cell.recurrent_weights.shape[1]
        node = session(one_node(tensors, settings | {"hidden_size": size}))
        gates = primitive_step({name: array[0] for name, array in tensors.items()}, settings)
        start = network.initial.of(index, way) if network.initial else None
        h = np.zeros((1, 1, size), np.float32) + (0 if start is None else start.hidden)
        c = np.zeros((1, 1, size), np.float32) + (0 if start is None else start.cell)
        states = []
        for row in x[::-1] if way == "backward" else x:
            fed = {"X": row[None, None], "h0": h, "c0": c}
            *made, state = gates.run(None, fed)
            _, h, c = node.run(None, fed)
            assert apart(state, c) < 1e-6, unit.name
            states.append([each[0, 0] for each in (*made, h, c)])
        columns = [np.array(column) for column in zip(*states, strict=True)]
        turn = -1 if way == "backward" else 1
        for name, column in zip((*GATES, "hidden_state", "cell_state"), columns, strict=True):
            found[f"{way}.{name}"] = column[::turn]
    return found


def settings_of(unit: onnx.NodeProto, ways: int) -> dict[str, object]:
    """What a node says of its equations, of one direction where it has two."""
    keep = ("activations", "activation_alpha", "activation_beta", "clip", "input_forget")
    settings = {a.name: helper.get_attribute_value(a) for a in unit.attribute if a.name in keep}
    if "activations" in settings:
        settings["activations"] = [name.decode() for name in settings["activations"]][:3]
    for name in ("activation_alpha", "activation_beta"):
        if name in settings:
            settings[name] = settings[name][: len(settings[name]) // ways]
    return settings


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
        terms.append(graph.node("MatMul", "h0", held(tensors["R"][rows].T)))
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

    i, g = gate(0, 0, "c0", 0), gate(3, None, "", 1)
    f = gate(2, 2, "c0", 0)
    if settings.get("input_forget"):
        f = graph.node("Sub", held(1), i)
    c = graph.node("Add", graph.node("Mul", f, "c0"), graph.node("Mul", i, g))
    o = gate(1, 1, c, 0)
    values = [helper.make_tensor_value_info(n, 1, [None] * 3) for n in ("X", "h0", "c0")]
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
