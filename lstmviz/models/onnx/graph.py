"""The messages of ONNX that matter here: graphs, their nodes and tensors (onnx.proto)."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmviz.errors import LstmvizError
from lstmviz.models.onnx.wire import Budget, Field, fields, numbers

DEEPEST = 16
MOST_DIMENSIONS = 8
TYPES = {
    1: "<f4", 2: "u1", 3: "i1", 4: "<u2", 5: "<i2", 6: "<i4", 7: "<i8", 9: "?", 10: "<f2",
    11: "<f8", 12: "<u4", 13: "<u8", 16: "bfloat16",
}  # fmt: skip
"""TensorProto.DataType → how its raw bytes are laid out."""

FLOAT_DATA, INT32_DATA, INT64_DATA, RAW, DOUBLE_DATA, UINT64_DATA = 4, 5, 7, 9, 10, 11
LISTS = {FLOAT_DATA: "<f4", DOUBLE_DATA: "<f8"}

WHOLE_NUMBERS = ("axis", "transA", "transB", "hidden_size", "input_forget", "layout")
KINDS: dict[str, type] = {
    **dict.fromkeys((*WHOLE_NUMBERS, "allowzero", "start", "end", "value_int"), int),
    **dict.fromkeys(("alpha", "beta", "gamma", "clip", "min", "max", "value_float"), float),
    **dict.fromkeys(("direction", "approximate"), str),
}
LIST_KINDS: dict[str, type] = {
    **dict.fromkeys(("perm", "axes", "starts", "ends", "steps", "shape", "value_ints"), int),
    **dict.fromkeys(("activation_alpha", "activation_beta", "value_floats"), float),
    "activations": str,
}
"""Attributes that are looked at → the type of their value, or of each in the list of them."""

BRANCHES = {"then_branch": "/then", "else_branch": "/else"}
"""The bodies of an If → what they add to the names of what is in them."""

Values = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Tensor:
    """A constant, not yet decoded: `blocks` are (field, its bytes) that hold its values."""

    name: str
    shape: tuple[int, ...]
    kind: int
    blocks: tuple[Field, ...]
    external: bool

    def read(self, budget: Budget) -> Values:
        """Its values, bfloat16 widened; a view of the file where it can be.

        Raises `LstmvizError` for values in another file, which is never opened, for foreign
        types, and if the file does not hold as many values as the shape claims.
        """
        place = f"{budget.where}: tensor {self.name[:80]!r}"
        if self.external:
            raise LstmvizError(
                f"{place} keeps its values in another file, which is never opened; put them inside "
                "with onnx.save(onnx.load(OLD), NEW)."
            )
        code = TYPES.get(self.kind)
        if code is None:
            raise LstmvizError(f"{place} is of type {self.kind}, which is not read.")
        count = math.prod(self.shape)
        stored = np.dtype("<u2" if code == "bfloat16" else code)
        raw = [each for each in self.blocks if each.number == RAW]
        flat = self._raw(raw[-1].block, stored, count) if raw else self._listed(stored, budget)
        if flat is None or len(flat) != count:
            raise LstmvizError(
                f"{place} claims shape {list(self.shape)} but does not hold that many values; it "
                "is damaged."
            )
        if code == "bfloat16":
            flat = (flat.astype(np.uint32) << 16).view(np.float32)
        return flat.reshape(self.shape)

    def _raw(self, block: memoryview, stored: np.dtype[Any], count: int) -> Values | None:
        return np.frombuffer(block, stored) if len(block) == count * stored.itemsize else None

    def _listed(self, stored: np.dtype[Any], budget: Budget) -> Values | None:
        """Values from the typed lists; two-byte floats lie in one of whole numbers."""
        parts: list[Values] = []
        for each in self.blocks:
            listed = LISTS.get(each.number)
            if listed is not None:
                if len(each.block) % np.dtype(listed).itemsize:
                    return None
                parts.append(np.frombuffer(each.block, listed))
            else:
                whole = np.array(numbers(each, budget), np.int64)
                two = stored.kind in "fu" and stored.itemsize == 2
                parts.append(whole.astype(np.uint16).view(stored) if two else whole.astype(stored))
        if not parts:
            return np.empty(0, stored)
        return (parts[0] if len(parts) == 1 else np.concatenate(parts)).astype(stored, copy=False)


@dataclass(frozen=True, eq=False)
class Node:
    """One operation; `attributes` are numbers, texts, lists of them, tensors and graphs."""

    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]
    domain: str = ""

    @property
    def shown(self) -> str:
        """Its operator and name, for sentences."""
        name = self.name or (self.outputs[0] if self.outputs else "")
        return f"{self.op[:40]} {name[:80]!r}"

    def input(self, index: int) -> str:
        """The name of an input, "" where it is left out."""
        return self.inputs[index] if index < len(self.inputs) else ""


@dataclass(eq=False)
class Graph:
    """A graph; `outer` is the one whose names a body may use, `path` the node it is the body of."""

    nodes: list[Node] = field(default_factory=list)
    tensors: dict[str, Tensor] = field(default_factory=dict)
    inputs: dict[str, tuple[int, ...]] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    outer: Graph | None = None
    path: str = ""

    def __post_init__(self) -> None:
        self.makers: dict[str, Node] = {}
        self.users: dict[str, list[Node]] = {}

    def index(self) -> None:
        """Note which node makes and which use every name."""
        for node in self.nodes:
            for name in node.outputs:
                self.makers[name] = node
            for name in dict.fromkeys(node.inputs):
                self.users.setdefault(name, []).append(node)


MOST_METADATA = 200


@dataclass(frozen=True, eq=False)
class Model:
    """A model: all its graphs, bodies after what holds them, and who made it."""

    graphs: tuple[Graph, ...]
    producer: str
    version: str
    opset: int
    in_functions: tuple[str, ...]
    metadata: dict[str, str] = field(default_factory=dict)


def model(data: memoryview, budget: Budget) -> Model:
    """A ModelProto; raises `LstmvizError` if it is damaged or none."""
    graphs: list[Graph] = []
    producer = version = ""
    opset = 0
    functions: list[str] = []
    metadata: dict[str, str] = {}
    for each in fields(data, budget):
        if each.number == 2:
            producer = each.text[:80]
        elif each.number == 3:
            version = each.text[:80]
        elif each.number == 7:
            _graph(each.block, budget, graphs, None, "")
        elif each.number == 8:
            parts = {part.number: part for part in fields(each.block, budget)}
            if 2 in parts and (1 not in parts or parts[1].text in ("", "ai.onnx")):
                opset = parts[2].value
        elif each.number == 14 and len(metadata) < MOST_METADATA:
            entry = {part.number: bytes(part.block) for part in fields(each.block, budget)}
            key, value = (entry.get(k, b"").decode("utf-8", "replace") for k in (1, 2))
            metadata[key] = value
        elif each.number == 25:
            functions += _recurrent_in(each.block, budget)
    if not graphs:
        budget.damaged("has no graph")
    return Model(tuple(graphs), producer, version, opset, tuple(functions), metadata)


def _recurrent_in(data: memoryview, budget: Budget) -> list[str]:
    """The name of a function that holds an LSTM, as a list of one or none."""
    parts = list(fields(data, budget))
    name = next((part.text for part in parts if part.number == 1), "")
    nodes = [_node(part.block, budget, [], Graph()) for part in parts if part.number == 7]
    return [name] if any(node.op == "LSTM" for node in nodes) else []


def _graph(
    data: memoryview, budget: Budget, graphs: list[Graph], outer: Graph | None, path: str
) -> None:
    """Read a graph and the bodies in it."""
    depth, above = 0, outer
    while above:
        depth, above = depth + 1, above.outer
    if depth > DEEPEST:
        budget.damaged("nests graphs too deeply")
    graph = Graph(outer=outer, path=path)
    graphs.append(graph)
    outputs = []
    for each in fields(data, budget):
        if each.number == 1:
            graph.nodes.append(_node(each.block, budget, graphs, graph))
        elif each.number == 5:
            tensor = _tensor(each.block, budget)
            graph.tensors[tensor.name] = tensor
        elif each.number == 11:
            name, shape = _value(each.block, budget)
            graph.inputs[name] = shape
        elif each.number == 12:
            outputs.append(_value(each.block, budget)[0])
    graph.outputs = tuple(outputs)
    graph.index()


def _node(data: memoryview, budget: Budget, graphs: list[Graph], graph: Graph) -> Node:
    """A node; graphs among its attributes are read as bodies."""
    inputs, outputs = [], []
    op = name = domain = ""
    raw = []
    for each in fields(data, budget):
        if each.number == 1:
            inputs.append(each.text)
        elif each.number == 2:
            outputs.append(each.text)
        elif each.number == 3:
            name = each.text
        elif each.number == 4:
            op = each.text
        elif each.number == 5:
            raw.append(each.block)
        elif each.number == 7:
            domain = each.text
    path = "/".join(part for part in (graph.path, name or op) if part)
    attributes = dict(_attribute(block, budget, graphs, graph, path) for block in raw)
    node = Node(op, name, tuple(inputs), tuple(outputs), attributes, domain)
    for key, value in attributes.items():
        if domain in ("", "ai.onnx") and value is not None and not _fits(op, key, value):
            budget.damaged(f"gives {node.shown} its {key[:40]} as another type")
    return node


def _fits(op: str, key: str, value: Any) -> bool:
    """Whether an attribute has the type that those who read it rely on."""
    if key == "value":
        return op not in ("Constant", "ConstantOfShape") or isinstance(value, Tensor)
    if key in LIST_KINDS:
        return isinstance(value, list) and all(type(each) is LIST_KINDS[key] for each in value)
    return key not in KINDS or type(value) is KINDS[key]


def _attribute(
    data: memoryview, budget: Budget, graphs: list[Graph], graph: Graph, path: str
) -> tuple[str, Any]:
    name = ""
    value: Any = None
    many: list[Any] = []
    for each in fields(data, budget):
        if each.number == 1:
            name = each.text
        elif each.number == 2:
            value = _floats(each, budget)[0]
        elif each.number == 3:
            value = each.signed
        elif each.number == 4:
            value = each.text
        elif each.number == 5:
            value = _tensor(each.block, budget)
        elif each.number == 7:
            many += _floats(each, budget)
        elif each.number == 8:
            many += numbers(each, budget)
        elif each.number == 9:
            many.append(each.text)
        elif each.number in (6, 11):
            _graph(each.block, budget, graphs, graph, path + BRANCHES.get(name, ""))
    return name, many if many else value


def _floats(each: Field, budget: Budget) -> list[float]:
    """Floats, packed in a block or a single one."""
    if not each.block or len(each.block) % 4:
        budget.damaged("has an attribute that is no number")
    budget.left -= len(each.block) // 4
    return list(struct.unpack(f"<{len(each.block) // 4}f", each.block))


def _tensor(data: memoryview, budget: Budget) -> Tensor:
    """A TensorProto, its values left where they are."""
    shape: list[int] = []
    blocks = []
    name, kind, external = "", 0, False
    for each in fields(data, budget):
        if each.number == 1:
            shape += numbers(each, budget)
        elif each.number == 2:
            kind = each.value
        elif each.number == 8:
            name = each.text
        elif each.number in (FLOAT_DATA, INT32_DATA, INT64_DATA, RAW, DOUBLE_DATA, UINT64_DATA):
            blocks.append(each)
        elif each.number == 13 or (each.number == 14 and each.value == 1):
            external = True
    count = math.prod(size for size in shape if size)
    if len(shape) > MOST_DIMENSIONS or any(size < 0 for size in shape) or count > 2**59:
        budget.damaged(f"has a tensor {name[:80]!r} of an impossible shape")
    return Tensor(name, tuple(shape), kind, tuple(blocks), external)


def _value(data: memoryview, budget: Budget) -> tuple[str, tuple[int, ...]]:
    """A ValueInfoProto: name and shape, 0 where a dimension is open."""
    name, shape = "", []
    for each in fields(data, budget):
        if each.number == 1:
            name = each.text
        elif each.number == 2:
            tensors = [part for part in fields(each.block, budget) if part.number == 1]
            shapes = [p for t in tensors for p in fields(t.block, budget) if p.number == 2]
            for dimension in (d for s in shapes for d in fields(s.block, budget)):
                parts = {part.number: part.value for part in fields(dimension.block, budget)}
                shape.append(parts.get(1, 0))
    return name, tuple(shape)
