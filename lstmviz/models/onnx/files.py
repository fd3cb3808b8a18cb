"""ONNX files as networks; nothing of them is run."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from lstmviz.engine.memory import budget as memory_budget
from lstmviz.engine.memory import size_text
from lstmviz.engine.network import Network
from lstmviz.engine.spec import EmbeddingSpec, NetworkSpec
from lstmviz.errors import LstmvizError
from lstmviz.files import reading, shown
from lstmviz.models import own
from lstmviz.models.certificate import Certificate, Found, Opened
from lstmviz.models.onnx.chains import Form, Stack, stacks
from lstmviz.models.onnx.given import initial
from lstmviz.models.onnx.graph import Graph, Model, Node, model
from lstmviz.models.onnx.heads import Heads, heads
from lstmviz.models.onnx.lstm import Float, Lstm, cells, lstm
from lstmviz.models.onnx.values import Evaluator, sources
from lstmviz.models.onnx.wire import Budget
from lstmviz.models.pick import pick
from lstmviz.models.progress import Progress, counting
from lstmviz.models.words import described
from lstmviz.npy import Tick
from lstmviz.symbols import fitting, oversized, told_in

FORMAT = "ONNX"
GATE_ORDER = "iofc"
PIECE = 2**20
PRODUCERS = {"pytorch": "PyTorch", "tf2onnx": "tf2onnx", "keras": "Keras", "skl2onnx": "skl2onnx"}
OTHERS = ("GRU", "RNN")
MOST_LSTMS = 200


def read(path: Path, lstm: str | None = None, progress: Progress | None = None) -> Opened:
    """Open an ONNX model; `lstm` picks one of several by its name.

    Raises `LstmvizError` naming the node or tensor that cannot be read, and `SeveralLstmsError`
    where a pick is needed.
    """
    where = shown(path)
    data, tick = _bytes(path, where, progress)
    limit = Budget(where)
    content = model(data, limit)
    evaluator = Evaluator(limit, len(data))
    units, refused = _units(evaluator, content, where)
    if not units:
        raise LstmvizError(next(iter(refused.values()), "") or _none(content, where))
    if lstm is not None and lstm in refused:
        raise LstmvizError(refused[lstm])
    wholes, singles = stacks(evaluator, units)
    choices = tuple(_found(stack) for stack in (*wholes, *singles))
    index = pick(choices[: len(wholes)], choices[len(wholes) :], lstm, where)
    stack = (*wholes, *singles)[index]
    above = heads(evaluator, stack.units, content.opset)
    network = _network(evaluator, stack, above, path.name, tick)
    vocabulary, size = told_in(content.metadata), network.spec.input_size
    network = replace(network, vocabulary=fitting(vocabulary, size))
    remarks = (*refused.values(), *oversized(vocabulary, size))
    return Opened(
        network,
        _certificate(content, stack, above, choices, remarks, network),
    )


def _bytes(path: Path, where: str, progress: Progress | None) -> tuple[memoryview, Tick]:
    """The whole file, in pieces so that it can be given up, and who is told of the pieces."""
    with reading(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > memory_budget():
            raise LstmvizError(
                f"{where} has {size_text(size)}, more than the {size_text(memory_budget())} "
                "allowed; raise LSTMVIZ_MEMORY_GB if it is right."
            )
        data = np.empty(size, np.uint8).data  # a bytearray would be cleared under the lock
        done, tick = 0, counting(progress, size)
        while done < size:
            count = stream.readinto(data[done : done + PIECE])  # type: ignore[attr-defined]
            if not count:
                raise LstmvizError(f"{where} ends too early; it is being changed, so retry.")
            done += count
            tick(count)
    return data, tick


def _units(evaluator: Evaluator, content: Model, where: str) -> tuple[list[Lstm], dict[str, str]]:
    """Every LSTM node that can be opened, and why the others cannot, by name."""
    units: list[Lstm] = []
    refused: dict[str, str] = {}
    taken: set[str] = set()
    for graph in content.graphs:
        for node in graph.nodes:
            if node.op != "LSTM" or node.domain not in ("", "ai.onnx"):
                continue
            name = _name(graph, node, taken)
            try:
                units.append(lstm(evaluator, graph, node, name))
            except LstmvizError as error:
                refused[name] = str(error)
            if len(taken) > MOST_LSTMS:
                raise LstmvizError(f"{where} holds more than {MOST_LSTMS} LSTMs; it is hostile.")
    return units, refused


def _name(graph: Graph, node: Node, taken: set[str]) -> str:
    """A name of its own for a node."""
    inner = node.name or f"LSTM{len(taken)}"
    name = "/".join(part for part in (graph.path, inner) if part)
    while name in taken:
        name += "'"
    taken.add(name)
    return name


def _none(content: Model, where: str) -> str:
    """Why a model without an LSTM node is not opened."""
    if content.in_functions:
        return (
            f"{where} has its LSTM in the function {content.in_functions[0][:60]!r}; inline "
            "functions with onnx.inliner and save it again."
        )
    for graph in content.graphs:
        for node in graph.nodes:
            if node.op == "DynamicQuantizeLSTM":
                return (
                    f"{where} holds {node.shown}, a quantised LSTM, whose weights are no floats; "
                    "save the model before it is quantised."
                )
            if node.op in OTHERS:
                return f"{where} holds {node.shown}, not an LSTM; only LSTMs are shown."
    kinds = dict.fromkeys(
        ".".join(filter(None, (node.domain[:30], node.op[:30])))
        for graph in content.graphs
        for node in graph.nodes
    )
    listed = ", ".join(list(kinds)[:12]) or "no nodes"
    return f"{where} holds no LSTM node, but {listed}."


def _found(stack: Stack) -> Found:
    spec = stack.units[0].spec
    sizes = (spec.input_size, spec.cell_size, spec.hidden_size)
    return Found(stack.name, len(stack.units), spec.directions, sizes)


def _columns(form: Form | None, size: int) -> list[int]:
    """Which of lstmviz's columns a layer's own come from, where backward stood first."""
    if form is None or not form.swapped:
        return []
    return [*range(size, 2 * size), *range(size)]


def _network(evaluator: Evaluator, stack: Stack, above: Heads, file: str, tick: Tick) -> Network:
    """Every weight in lstmviz's order."""
    arrays = [array for unit in stack.units for array in unit.weights if array is not None]
    wide = any(array.dtype.itemsize == 8 for array in arrays)
    dtype: Float = np.float64 if wide else np.float32
    specs, made = [], []
    for index, unit in enumerate(stack.units):
        below = stack.units[index - 1].spec.hidden_size if index else 0
        form = stack.forms[index - 1] if index else None
        made.append(cells(unit, dtype, _columns(form, below), tick))
        specs.append(unit.spec)
    if above.form:
        kind = above.form.kind
        forward = kind == "last" and specs[-1].directions == ("forward",) and not above.specs
        ended = kind == "final" or forward
        specs[-1] = replace(specs[-1], merge=above.form.merge, return_sequences=not ended)
    table = evaluator.constant(stack.units[0].graph, stack.table) if stack.table else None
    spec = NetworkSpec(
        tuple(specs),
        tuple(above.specs),
        None if table is None else EmbeddingSpec(*table.shape),
    )
    weights = {
        f"layer{k}.{way}.{name}": value
        for k, ways in enumerate(made)
        for way, cell in ways.items()
        for name, value in vars(cell).items()
        if value is not None
    }
    return Network(
        spec,
        tuple(made),
        above.made(dtype, _columns(above.form, specs[-1].hidden_size)),
        title=f"{stack.name} of {file}",
        trained=True,
        notes=own.not_finite(weights),
        format=FORMAT,
        gate_order=GATE_ORDER,
        embedding=None if table is None else table.astype(dtype),
        initial=initial(stack.units, dtype),
    )


def _certificate(
    content: Model,
    stack: Stack,
    above: Heads,
    choices: tuple[Found, ...],
    warnings: tuple[str, ...],
    network: Network,
) -> Certificate:
    """What was understood."""
    first = stack.units[0]
    used = [name for unit in stack.units for name in unit.used] + above.used
    if stack.table:
        used = sources(first.graph, stack.table) + used
    taken = set(used)
    tensors = [name for graph in content.graphs for name in graph.tensors]
    remarks = [*stack.warnings, *above.warnings, *warnings]
    biases = "two per gate, added together" if first.weights[2] is not None else "none"
    flags = [f"{key}={first.node.attributes[key]}" for key in FLAGS if key in first.node.attributes]
    return Certificate(
        format=FORMAT,
        framework=PRODUCERS.get(content.producer.lower(), content.producer),
        version=content.version,
        gate_order=GATE_ORDER,
        biases=biases,
        activations=described(network.spec.layers),
        prefix=first.graph.path,
        used=tuple(dict.fromkeys(used)),
        ignored=tuple(name for name in tensors if name not in taken),
        before=stack.before,
        choices=choices,
        chosen=stack.name,
        warnings=tuple(remarks),
        flags=(f"opset={content.opset}", *flags),
    )


FLAGS = ("hidden_size", "direction", "layout", "clip", "input_forget")
