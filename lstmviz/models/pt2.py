"""`.pt2`: archives of torch.export, whose weights need no pickle.

`<root>/data/weights/model_weights_config.json` gives each tensor a file with its raw numbers,
type, sizes and strides; `<root>/models/model.json` holds the graph, from which only the flags of
its LSTM nodes are taken. Types are the numbers of `torch/_export/serde/schema.py`.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from lstmviz.errors import LstmvizError
from lstmviz.files import reading, shown
from lstmviz.models.build import opened
from lstmviz.models.certificate import Opened
from lstmviz.models.progress import Progress
from lstmviz.models.tensors import (
    FLOATS,
    MOST_DIMENSIONS,
    Tensor,
    TensorFile,
    plain_strides,
    reach,
    strided_at,
    tensor_at,
    unreadable,
)
from lstmviz.models.zipdir import Directory, place, read_directory, read_stored
from lstmviz.plain import parse

LONGEST_JSON = 2 * 2**20
CONFIG = "data/weights/model_weights_config.json"
KINDS = {6: "float16", 7: "float32", 8: "float64", 13: "bfloat16"}
SPECS = "input_specs"
LSTM = "torch.ops.aten.lstm.input"
FLAGS = {
    "has_biases": "bias",
    "num_layers": "num_layers",
    "bidirectional": "bidirectional",
    "batch_first": "batch_first",
    "dropout": "dropout",
}
"""The node's word → nn.LSTM's."""


def read(path: Path, lstm: str | None = None, progress: Progress | None = None) -> Opened:
    """Open the LSTM of an exported program; raises `LstmvizError` as the other readers."""
    with reading(path) as stream:
        return opened(tensors(stream, shown(path)), lstm, progress)


def tensors(stream: IO[bytes], where: str) -> TensorFile:
    """Every weight of an open archive; raises `LstmvizError`."""
    size = stream.seek(0, os.SEEK_END)
    directory = read_directory(stream, where)
    names = [name for name in directory.members if name.partition("/")[2] == CONFIG]
    if len(names) != 1:
        raise LstmvizError(
            f"{where} has no {CONFIG}, so torch.export of 2.9 or later did not write it; save the "
            "state_dict instead."
        )
    root = names[0].removesuffix(CONFIG)
    data = read_stored(stream, directory, names[0], LONGEST_JSON)
    config = parse(data, f"{where} ({CONFIG})")
    rows = config.get("config") if isinstance(config, dict) else None
    if not isinstance(rows, dict):
        raise LstmvizError(f"{where}: {CONFIG} lists no weights; it is damaged.")
    graph = _graph(stream, directory, root)
    found = _tensors(stream, directory, root, {n: rows[n] for n in _order(graph, rows)})
    version = graph.get("torch_version", "")
    return TensorFile(
        where,
        size,
        "torch.export .pt2",
        found,
        "PyTorch",
        version[:40] if isinstance(version, str) else "",
        ordered=True,
        flags=_flags(graph, list(found)),
    )


def _order(graph: dict[str, Any], rows: dict[str, Any]) -> list[str]:
    """The names of the weights in the model's order, where the graph tells it.

    The list of weights has tied ones beside each other.
    """
    try:
        kinds = [next(iter(each.items())) for each in graph["graph_module"]["signature"][SPECS]]
        given = [spec.get(f"{kind}_name") for kind, spec in kinds]
    except (KeyError, TypeError, AttributeError, StopIteration):
        given = []
    first = [name for name in given if isinstance(name, str) and name in rows]
    return list(dict.fromkeys([*first, *rows]))


def _tensors(
    stream: IO[bytes], directory: Directory, root: str, rows: dict[str, Any]
) -> dict[str, Tensor]:
    """Every weight; tied ones, whose entries are alike, share how they are read."""
    first: dict[str, Tensor] = {}
    found: dict[str, Tensor] = {}
    for name, row in rows.items():
        key = json.dumps(row, sort_keys=True)
        if key not in first:
            first[key] = _tensor(stream, directory, root, name, row)
        found[name] = replace(first[key], name=name)
    return found


def _tensor(stream: IO[bytes], directory: Directory, root: str, name: str, row: Any) -> Tensor:
    """One weight, held against the bytes of its file; faults are kept until it is needed."""
    try:
        meta = row["tensor_meta"]
        shape = tuple(_number(n) for n in meta["sizes"])
        strides = tuple(_number(n) for n in meta["strides"])
        offset, kind = _number(meta["storage_offset"]), KINDS.get(meta["dtype"], "no floats")
        file, pickled = row["path_name"], row["use_pickle"]
    except (KeyError, TypeError, ValueError):
        return unreadable(name, (), "", "has a damaged entry in the list of weights")
    fault, start = "", 0
    if pickled or not isinstance(file, str):
        fault = "is pickled"
    elif len(shape) != len(strides) or len(shape) > MOST_DIMENSIONS:
        fault = f"has {len(shape)} sizes and {len(strides)} strides"
    elif kind in FLOATS:
        try:
            start, size = place(stream, directory, f"{root}data/weights/{file}")
        except LstmvizError as error:
            fault = f"cannot be found ({str(error).rstrip('.')})"
        else:
            held = size // FLOATS[kind]
            if 0 not in shape and offset + reach(shape, strides) > held:
                fault = f"reaches out of its {held:,} numbers"
            elif math.prod(shape) > held:
                fault = f"repeats its {held:,} numbers"
    if fault or kind not in FLOATS:
        return unreadable(name, shape, kind, fault)
    start += offset * FLOATS[kind]
    if plain_strides(shape, strides):
        return tensor_at(stream, name, kind, shape, start, directory.where)
    return strided_at(stream, name, kind, shape, strides, start)


def _number(value: Any) -> int:
    """A size, as {"as_int": n} or bare."""
    number = value["as_int"] if isinstance(value, dict) else value
    if type(number) is not int or not 0 <= number < 2**62:
        raise ValueError
    return number


def _graph(stream: IO[bytes], directory: Directory, root: str) -> dict[str, Any]:
    """The exported program, or nothing where it cannot be read: the weights need it not."""
    try:
        name = f"{root}models/model.json"
        graph = parse(read_stored(stream, directory, name, LONGEST_JSON), directory.where)
    except LstmvizError:
        return {}
    return graph if isinstance(graph, dict) else {}


def _flags(graph: dict[str, Any], names: list[str]) -> dict[str, dict[str, Any]]:
    """Module → its flags, of every LSTM node whose weights are known by name."""
    known = {"p_" + name.replace(".", "_"): name.rpartition(".")[0] for name in names}
    flags: dict[str, dict[str, Any]] = {}
    try:
        for node in graph["graph_module"]["graph"]["nodes"]:
            if node["target"] == LSTM:
                inputs = {row["name"]: row["arg"] for row in node["inputs"]}
                first = inputs["params"]["as_tensors"][0]["name"]
                if first in known:
                    flags[known[first]] = _said(inputs)
    except (KeyError, TypeError, IndexError):
        return {}
    return flags


def _said(inputs: dict[str, Any]) -> dict[str, Any]:
    """The flags among a node's inputs."""
    said = {}
    for theirs, ours in FLAGS.items():
        given = inputs.get(theirs)
        value = next(iter(given.values()), None) if isinstance(given, dict) else None
        if type(value) in (bool, int, float):
            said[ours] = value
    return said
