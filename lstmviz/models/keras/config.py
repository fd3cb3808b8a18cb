"""Keras's description of a model: its layers and what feeds them, read as data and never run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from lstmviz.errors import LstmvizError

MOST_LAYERS = 2000
DEEPEST = 8
MODELS = ("Sequential", "Functional", "Model")
CELLS = ("LSTMCell",)
OTHER_CELLS = ("GRUCell", "SimpleRNNCell")
RECURRENT = ("LSTM", "CuDNNLSTM", "RNN")
OTHER_RECURRENT = ("GRU", "CuDNNGRU", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
THROUGH = (
    *("InputLayer", "Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout"),
    *("AlphaDropout", "ActivityRegularization", "Masking", "Identity"),
)
"""Layers that change nothing when a trained model is run."""


@dataclass(frozen=True)
class Node:
    """One layer, wrappers taken off.

    `kind` is the class of what is inside TimeDistributed or Bidirectional, `config` its settings;
    `wrapped` is "", "TimeDistributed" or "Bidirectional", `merge` how the latter joins its
    directions. `inputs` are (name, which of its outputs) of the layers that feed it, the
    sequence first. `names` are its own name and those of the models around it, outermost first,
    and `keys` the same as Keras names the groups of its weights. `again` are the inputs of a
    layer's later calls, where a model shares it.
    """

    name: str
    kind: str
    config: dict[str, Any]
    inputs: tuple[tuple[str, int], ...]
    names: tuple[str, ...]
    keys: tuple[str, ...]
    wrapped: str = ""
    merge: str = "concat"
    backward: dict[str, Any] = field(default_factory=dict)
    again: tuple[tuple[str, int], ...] = ()

    @property
    def cells(self) -> tuple[dict[str, Any], ...]:
        """The settings of every LSTM cell of one direction, () if it is no LSTM."""
        if self.kind in ("LSTM", "CuDNNLSTM"):
            return (self.config,)
        return _cells(self.config.get("cell")) if self.kind == "RNN" else ()

    @property
    def shown(self) -> str:
        """Its name and its class, for sentences."""
        return f"{self.name[:60]} ({self.kind[:40]})"

    @property
    def quantised(self) -> bool:
        """Whether its weights are kept in whole numbers, or beside a low rank (LoRA)."""
        policy = self.config.get("dtype")
        kind = policy.get("class_name") if isinstance(policy, dict) else policy
        name = kind if isinstance(kind, str) else ""
        named = "Quantized" in name or name.startswith(("int", "float8"))
        return named or bool(self.config.get("lora_rank"))

    @property
    def half(self) -> str:
        """The type of two bytes that Keras computes the layer in, "" for a wider one."""
        policy = self.config.get("dtype")
        config = policy.get("config") if isinstance(policy, dict) else None
        name = config.get("name") if isinstance(config, dict) else policy
        found = [kind for kind in ("bfloat16", "float16") if isinstance(name, str) and kind in name]
        return found[0] if found else ""


def nodes(model: Any, where: str) -> tuple[Node, ...]:
    """Every layer of a model, those of models inside it included, as they follow each other.

    `model` is parsed JSON with `class_name` and `config`. Raises `LstmvizError` for a Lambda
    layer (named) and for what is not such a description; models of other classes give ().
    """
    found, _ = _model(model, where, (), (), ())
    return tuple(found)


def is_model(data: Any) -> bool:
    """Whether a description is of a Sequential or functional model."""
    return isinstance(data, dict) and data.get("class_name") in MODELS and bool(_layers(data))


def snake(name: str) -> str:
    """A class as Keras names the group of its weights: my_layer for MyLayer, lstm for LSTM."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _layers(model: dict[str, Any]) -> list[Any]:
    """The list of layers; a Sequential of Keras before 2.2 is that list itself."""
    config = model.get("config")
    rows = config.get("layers") if isinstance(config, dict) else config
    return rows if isinstance(rows, list) else []


_Outputs = tuple[tuple[str, int], ...]


def _model(
    model: Any, where: str, names: tuple[str, ...], keys: tuple[str, ...], feeds: _Outputs
) -> tuple[list[Node], _Outputs]:
    """The nodes of a model that `feeds` go into, and what comes out of it."""
    if not is_model(model):
        return [], ()
    if len(names) > DEEPEST:
        raise LstmvizError(f"{where} nests models too deeply; it is damaged or hostile.")
    rows = _layers(model)
    chain = model["class_name"] == "Sequential"
    found: list[Node] = []
    outputs: dict[str, _Outputs] = {}
    used: dict[str, int] = {}
    previous = feeds
    entries = _entries(model["config"])
    for row in rows:
        name, kind, config = _row(row, where)
        key = snake(kind)
        used[key] = used.get(key, -1) + 1
        key = f"{key}_{used[key]}" if used[key] else key
        inputs = previous if chain else _sources(row, outputs)
        if feeds and not chain and name in entries:
            inputs = (feeds[min(entries.index(name), len(feeds) - 1)],)
        if is_model(row):
            inner, previous = _model(row, where, (*names, name), (*keys, key), inputs)
            found += inner
        else:
            node = _node(kind, config, inputs, (*names, name), (*keys, key), where)
            node = replace(node, again=() if chain else _sources(row, outputs, first=1))
            found.append(node)
            previous = ((node.name, 0),)
        outputs[name] = previous if is_model(row) else tuple((node.name, k) for k in range(8))
        if len(found) > MOST_LAYERS:
            raise LstmvizError(f"{where} has more than {MOST_LAYERS:,} layers; it is hostile.")
    if not chain:
        names_of_ends = _entries(model["config"], "output_layers")
        previous = tuple(outputs[name][0] for name in names_of_ends if outputs.get(name))
    return found, previous


def _row(row: Any, where: str) -> tuple[str, str, dict[str, Any]]:
    """Name, class and settings of one entry of the list of layers."""
    if not isinstance(row, dict) or not isinstance(kind := row.get("class_name"), str):
        raise LstmvizError(f"{where} describes a layer without a class; it is damaged.")
    config = row.get("config")
    config = config if isinstance(config, dict) else {}
    name = row.get("name") or config.get("name") or snake(kind)
    if not isinstance(name, str):
        raise LstmvizError(f"{where} describes a layer without a name; it is damaged.")
    if kind == "Lambda":
        raise LstmvizError(
            f"{where}: layer {name[:60]!r} is a Lambda, which is Python code and never run; "
            "build the model without it and save it again."
        )
    module = row.get("module")
    if isinstance(module, str) and not module.startswith(("keras", "tensorflow", "tf_keras")):
        kind = f"{module}.{kind}"  # somebody's own class, whatever it is called
    return name, kind, config


def _node(
    kind: str,
    config: dict[str, Any],
    inputs: _Outputs,
    names: tuple[str, ...],
    keys: tuple[str, ...],
    where: str,
) -> Node:
    """A layer, with wrappers taken off."""
    wrapped, merge, backward = "", "concat", dict[str, Any]()
    if kind in ("TimeDistributed", "Bidirectional") and isinstance(config.get("layer"), dict):
        wrapped, outer = kind, config
        _, kind, config = _row(outer["layer"], where)
        merge = outer.get("merge_mode") or "none"
        if isinstance(outer.get("backward_layer"), dict):
            _, _, backward = _row(outer["backward_layer"], where)
    if not isinstance(merge, str):
        merge = "unknown"
    name = "/".join(names)
    return Node(name, kind, config, inputs, names, keys, wrapped, merge, backward)


def _cells(cell: Any) -> tuple[dict[str, Any], ...]:
    """The LSTM cells of an RNN layer's `cell`, () if there are others among them."""
    if not isinstance(cell, dict) or not isinstance(config := cell.get("config"), dict):
        return ()
    if cell.get("class_name") in CELLS:
        return (config,)
    if cell.get("class_name") != "StackedRNNCells" or not isinstance(config.get("cells"), list):
        return ()
    inner = [_cells(each) for each in config["cells"][:64]]
    return () if not all(inner) else tuple(each for cells in inner for each in cells)


def cell_kinds(cell: Any) -> list[str]:
    """The classes of an RNN layer's `cell`, or of those it stacks, as far as they are told."""
    config = cell.get("config") if isinstance(cell, dict) else None
    rows = config.get("cells", [cell]) if isinstance(config, dict) else None
    rows = rows[:8] if isinstance(rows, list) else []
    named = [row.get("class_name") for row in rows if isinstance(row, dict)]
    return [name[:40] for name in named if isinstance(name, str)] or ["an unknown class"]


def _entries(config: Any, which: str = "input_layers") -> list[str]:
    """The names of a functional model's first or last layers."""
    rows = config.get(which) if isinstance(config, dict) else None
    if isinstance(rows, list) and rows and isinstance(rows[0], str):
        return [rows[0]]
    if not isinstance(rows, list):
        return []
    return [row[0] for row in rows if isinstance(row, list) and row and isinstance(row[0], str)]


def _sources(row: dict[str, Any], outputs: dict[str, _Outputs], first: int = 0) -> _Outputs:
    """What feeds a layer of a functional model, the sequence first.

    Its first call alone, or all from the one numbered `first` on.
    """
    calls = row.get("inbound_nodes")
    if not isinstance(calls, list) or not calls:
        return ()
    found = []
    for name, index in _tensors(calls[first:] if first else calls[0], 0):
        made = outputs.get(name) or ((name, 0),)
        found.append(made[max(0, min(index, len(made) - 1))])
    return tuple(dict.fromkeys(found))


def _tensors(data: Any, depth: int) -> Iterator[tuple[str, int]]:
    """(layer, which output) of every tensor in a call, of Keras 3 or 2."""
    if depth > 20:
        return
    if isinstance(data, dict):
        config = data.get("config")
        history = config.get("keras_history") if isinstance(config, dict) else None
        if isinstance(history, list) and len(history) == 3 and isinstance(history[0], str):
            yield history[0], history[2] if isinstance(history[2], int) else 0
            return
        for value in data.values():
            yield from _tensors(value, depth + 1)
    elif isinstance(data, list):
        if len(data) in (3, 4) and isinstance(data[0], str) and isinstance(data[2], int):
            yield data[0], data[2]
            data = data[3:]
        for value in data:
            yield from _tensors(value, depth + 1)
