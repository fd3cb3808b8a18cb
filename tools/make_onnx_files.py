"""Make tests/data/onnx: ONNX models, and what onnxruntime computes with them.

Needs onnx, onnxruntime, torch and onnxscript, which neither the program nor its tests do. Run from
the top level:

    python tools/make_onnx_files.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx_build import Builder, packed, random_weights, squash
from onnx_oracle import session
from onnx_random import random_model
from onnx_steps import all_lstms, apart, stepped

from lstmviz.engine.trace import layer_input
from lstmviz.models.onnx import read

TARGET = Path(__file__).parent.parent / "tests" / "data" / "onnx"


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
