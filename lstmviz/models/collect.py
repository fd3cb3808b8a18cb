"""Everything in a file, sorted into LSTMs, Dense layers, tables and the rest."""

from __future__ import annotations

import re

from lstmviz.models import kerasnames, torchnames
from lstmviz.models.parts import Dense, Other, Parts, Table
from lstmviz.models.tensors import FLOATS, Tensor, TensorFile

LAST = re.compile(r"[./](?=[^./]*\Z)")
TABLE_NAMES = ("emb", "wte", "lookup")


def collect(file: TensorFile) -> Parts:
    """Sort every tensor by its name and shape; nothing is read."""
    found = Parts()
    taken = torchnames.collect(file, found)
    taken |= kerasnames.collect(file, found)
    modules: dict[str, dict[str, tuple[int, Tensor]]] = {}
    for place, tensor in enumerate(file.tensors.values()):
        if tensor.name not in taken:
            *before, last = LAST.split(tensor.name)
            modules.setdefault(before[0] if before else "", {})[last] = place, tensor
    for name, rows in modules.items():
        _sort(found, name, rows, file.classes.get(name, "").rpartition(".")[2])
    return found


def _sort(found: Parts, name: str, rows: dict[str, tuple[int, Tensor]], kind: str) -> None:
    """One module with PyTorch's names in it; `kind` is its class, "" where it is not known."""
    place, first = next(iter(rows.values()))
    weight = rows["weight"][1] if "weight" in rows else None
    bias = rows["bias"][1] if "bias" in rows else None
    plain = weight is not None and _plain(weight, 2) and set(rows) <= {"weight", "bias"}
    if weight is None or not plain or (bias is not None and bias.shape != weight.shape[:1]):
        shape = first.shape if weight is None else weight.shape
        found.others.append(Other(name, tuple(t.name for _, t in rows.values()), shape, place))
    elif kind == "Embedding" or (not kind and bias is None and _called_table(name)):
        found.tables.append(Table(name, weight, place))
    elif not kind or kind.endswith("Linear"):
        found.dense.append(Dense(name, weight, bias, place, bool(kind)))
    else:
        found.others.append(Other(name, (weight.name,), weight.shape, place))


def _plain(tensor: Tensor, dimensions: int) -> bool:
    """Whether it can be read and is no empty one."""
    return (
        len(tensor.shape) == dimensions
        and min(tensor.shape) > 0
        and tensor.kind in FLOATS
        and not tensor.fault
    )


def _called_table(name: str) -> bool:
    last = LAST.split(name)[-1].lower()
    return any(word in last for word in TABLE_NAMES)
