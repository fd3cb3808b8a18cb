"""Where Keras keeps the weights of a layer, in each of its three kinds of file."""

from __future__ import annotations

import re
from collections.abc import Callable

from lstmviz.errors import LstmvizError
from lstmviz.models.hdf5 import Dataset, Group
from lstmviz.models.keras.config import Node

Vars = tuple[Dataset, ...]
"""One cell's or one Dense layer's tensors: kernel, recurrent kernel if any, bias if any."""

Locate = Callable[[Node], tuple[Vars, ...]]
"""The tensors of a layer: of every cell, forward ones first, or of the one Dense inside."""

CONTAINERS = ("layers", "_layer_checkpoint_dependencies")
NUMBERED = re.compile(r"(.*?)(?:_(\d+))?$")


def in_groups(root: Group) -> Locate:
    """Keras 3 and the later 2.x: groups named after classes, in the order of the layers.

    Where the file tells the layers' own names, as newer versions do, those decide.
    """

    def locate(node: Node) -> tuple[Vars, ...]:
        group: Group | None = root
        for name, key in zip(node.names, node.keys, strict=True):
            group = _member(group, name, key)
        if group is None:
            raise LstmvizError(
                f"{root.source.where} has no weights for layer {node.name[:60]!r}; it is damaged "
                "or not a whole model."
            )
        return parts(group)

    return locate


def parts(group: Group) -> tuple[Vars, ...]:
    """The tensors below one layer's group."""
    if node := group.group("forward_layer"):
        other = group.group("backward_layer")
        return parts(node) + (parts(other) if other else ())
    inner = group.group("layer")
    if inner:
        return parts(inner)
    cells = group.group("cell/cells")
    if cells:
        names = sorted(cells.members, key=numbered)
        return tuple(found for name in names if (found := _vars(cells.group(f"{name}/vars"))))
    found = _vars(group.group("cell/vars")) or _vars(group.group("vars"))
    return (found,) if found else ()


def numbered(name: str) -> tuple[str, int]:
    """A sort key under which lstm_10 comes after lstm_2."""
    match = NUMBERED.fullmatch(name)
    stem, number = match.groups() if match else (name, None)
    return stem, int(number[:9]) if number else 0


def layer_groups(root: Group) -> Group | None:
    """The group that holds the layers' groups, or None."""
    for name in CONTAINERS:
        if group := root.group(name):
            return group
    return None


def in_legacy(root: Group) -> Locate:
    """The older `.h5`: each layer's attribute `weight_names` lists paths below its group."""
    top = root.group("model_weights") or root
    where = root.source.where

    def locate(node: Node) -> tuple[Vars, ...]:
        group = top.group(node.names[0])
        names = (group.texts("weight_names") or _spread(group)) if group else None
        if group is None or names is None:
            raise LstmvizError(
                f"{where} has no weights for layer {node.name[:60]!r}; it is damaged or not a "
                "whole model."
            )
        if len(node.names) > 1:
            names = [name for name in names if node.names[-1] in name.split("/")]
        found: list[list[Dataset]] = []
        for name in names:
            dataset = group.dataset(name)
            if dataset is None:
                raise LstmvizError(
                    f"{where} has no tensor {name[:80]!r}, which its list of weights names; it "
                    "is damaged."
                )
            last = name.split("/")[-1].partition(":")[0]
            if not found or last in ("kernel", "embeddings"):
                found.append([])
            found[-1].append(dataset)
        return tuple(tuple(each) for each in found)

    return locate


def _spread(group: Group) -> list[str] | None:
    """The list of weights where it was too long for one attribute and was cut in pieces."""
    names: list[str] = []
    for index in range(1000):
        more = group.texts(f"weight_names{index}")
        if more is None:
            break
        names += more
    return names or group.texts("weight_names")


def _member(group: Group | None, name: str, key: str) -> Group | None:
    """A layer's group in that of the model around it."""
    layers = layer_groups(group) if group else None
    if layers is None:
        return None
    named = [
        each
        for each in layers.members.values()
        if isinstance(each, Group)
        and (own := each.group("vars")) is not None
        and own.text("name") == name
    ]
    return named[0] if len(named) == 1 else layers.group(key)


def _vars(group: Group | None) -> Vars:
    """The tensors of one `vars` group, by number."""
    if group is None:
        return ()
    names = sorted((name for name in group.members if name.isdecimal()), key=lambda n: int(n[:9]))
    return tuple(found for name in names if (found := group.dataset(name)))
