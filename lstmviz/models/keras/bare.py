"""Weights of Keras without a description of the model: what their names and shapes tell."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from lstmviz.models.hdf5 import Group
from lstmviz.models.keras.config import Node
from lstmviz.models.keras.weights import CONTAINERS, Locate, Vars, in_legacy, numbered, parts

MOST_ORDERS = 1000


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer by its weights: `kind` as their shapes tell, `width` in and `size` out."""

    node: Node
    found: tuple[Vars, ...]
    width: int
    size: int


NO_CONFIG = (
    "The file does not say which activations the layers have: tanh and sigmoid are assumed, and "
    "linear for heads."
)


def remarks(
    chain: tuple[Node, ...], nodes: tuple[Node, ...], locate: Locate
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What may stand before a chain and is not run, and sentences on all that is guessed.

    The file tells neither the order of its layers nor what runs between them; those with weights
    of three dimensions or more, such as convolutions, usually come first.
    """
    names = {node.name for node in chain}
    rows = [(node, locate(node)[0][0].shape) for node in nodes if node.name not in names]
    before = tuple(
        f"{node.name[:60]} (weight {shape})" for node, shape in rows[:20] if len(shape) > 2
    )
    warnings = [NO_CONFIG]
    if len([node for node in chain if node.kind in ("LSTM", "RNN")]) > 1:
        warnings.append(
            "The layers opened as one stack, as only one order fits their sizes; pick one by its "
            "name to see it alone."
        )
    if rows:
        listed = ", ".join(node.name[:60] for node, _ in rows[:6]) + (" …" if rows[6:] else "")
        warnings.append(
            f"The file does not say where {listed} stand{'s' if len(rows) == 1 else ''} in the "
            "model: not run."
        )
    return before, tuple(warnings)


def modern(root: Group) -> tuple[tuple[Node, ...], Locate]:
    """The layers of a `.weights.h5`, whose groups are named after classes, and their weights."""
    layers = []
    for group in root.groups():
        name = group.path.rpartition("/")[2]
        inner = group.path.count("/cell") or name in ("cell", "vars", "layer", "cells")
        if inner or "_layer/" in group.path + "/" or "optimizer" in group.path:
            continue
        found = parts(group)
        both = group.group("backward_layer") is not None
        cells = group.group("cell") is not None
        called = name if (own := group.group("vars")) is None else own.text("name") or name
        layer = _layer(_short(group.path), called, found, both, cells or both)
        if layer:
            layers.append(layer)
    return _joined(layers)


def _short(path: str) -> str:
    """A group's path without the groups that only hold layers; a cell may be at the top."""
    return "/".join(name for name in path.split("/") if name not in CONTAINERS) or path or "cell"


def legacy(root: Group) -> tuple[tuple[Node, ...], Locate]:
    """The same of the older `.h5` of weights, which lists its layers in order."""
    top = root.group("model_weights") or root
    locate = in_legacy(root)
    layers = []
    for name in top.texts("layer_names") or sorted(top.members, key=numbered):
        node = Node(name, "", {}, (), (name,), (name,))
        group = top.group(name)
        if group is None or not group.members:
            continue
        found = locate(node)
        inside = "/".join(each.path for cell in found for each in cell)
        both = bool(re.search(r"/forward_|/backward_", inside))
        layer = _layer(name, name, found, both, "recurrent_kernel" in inside)
        if layer:
            layers.append(layer)
    return _joined(layers, ordered=True)


def _layer(path: str, name: str, found: tuple[Vars, ...], both: bool, cells: bool) -> Layer | None:
    """What a layer is, by the shapes of its tensors, or None if it has none that are known."""
    if not found or not found[0] or any(len(each.shape) > 4 for each in found[0]):
        return None
    shapes = [each.shape for each in found[0]]
    config: dict[str, Any] = {"return_sequences": True}
    if cells and len(shapes) in (2, 3) and len(shapes[0]) == len(shapes[1]) == 2:
        width, size = shapes[0][0], shapes[1][0]
        gates = {4: "LSTM", 3: "GRU", 1: "SimpleRNN"}
        kind = gates.get(shapes[1][1] // size if size else 0, "")
        count = len(found) // (2 if both else 1)
        if kind == "LSTM" and count > 1:
            kind, inner = "RNN", [{"class_name": "LSTMCell", "config": {}}] * count
            config["cell"] = {"class_name": "StackedRNNCells", "config": {"cells": inner}}
            size = found[count - 1][1].shape[0]
        wrapped = "Bidirectional" if both else ""
        node = Node(path, kind, config, (), (path,), (path,), wrapped)
        return Layer(node, found, width, size * (2 if both else 1)) if kind else None
    kind = ""
    if len(shapes) == 1 and len(shapes[0]) == 2 and "emb" in name.lower():
        kind = "Embedding"
    elif len(shapes[0]) == 2 and (len(shapes) == 1 or shapes[1:] == [shapes[0][1:]]):
        kind = "Dense"
    node = Node(path, kind or name, {}, (), (path,), (path,))
    return Layer(node, found, *(shapes[0] if kind else (0, 0)))


def _joined(layers: list[Layer], *, ordered: bool = False) -> tuple[tuple[Node, ...], Locate]:
    """The layers linked to each other where only one way of doing so fits their sizes."""
    table = {layer.node.name: layer.found for layer in layers}
    lstms = [layer for layer in layers if layer.node.kind in ("LSTM", "RNN")]
    order = [lstms] if ordered else list(_orders(lstms))
    chain = order[0] if len(order) == 1 and _fits(order[0]) else []
    linked = _after([each for each in layers if each.node.kind == "Embedding"], chain)
    if chain:
        linked += chain
        heads = [each for each in layers if each.node.kind == "Dense"]
        fitting = heads if ordered else sorted(heads, key=lambda each: numbered(each.node.name))
        linked += fitting if _fits([chain[-1], *fitting]) else []
    result = []
    for index, layer in enumerate(linked):
        feeds = ((linked[index - 1].node.name, 0),) if index else ()
        result.append(replace(layer.node, inputs=feeds))
    names = {node.name for node in result}
    result += [layer.node for layer in layers if layer.node.name not in names]
    return tuple(result), lambda node: table[node.name]


def _after(tables: list[Layer], chain: list[Layer]) -> list[Layer]:
    """The embedding that feeds a chain, if there is one and it fits."""
    return tables if chain and len(tables) == 1 and tables[0].size == chain[0].width else []


def _fits(layers: list[Layer]) -> bool:
    return all(a.size == b.width for a, b in itertools.pairwise(layers))


def _orders(layers: list[Layer]) -> Iterator[list[Layer]]:
    """Every order that fits and keeps layers of one class in the order of their numbers."""
    classes: dict[str, list[Layer]] = {}
    for layer in sorted(layers, key=lambda each: numbered(each.node.name)):
        classes.setdefault(numbered(layer.node.name)[0], []).append(layer)
    if len(layers) > 64:
        return
    todo: list[tuple[list[Layer], dict[str, int]]] = [([], dict.fromkeys(classes, 0))]
    for _ in range(MOST_ORDERS):
        if not todo:
            return
        done, at = todo.pop()
        if len(done) == len(layers):
            yield done
            continue
        for name, rows in classes.items():
            if at[name] < len(rows):
                layer = rows[at[name]]
                if not done or done[-1].size == layer.width:
                    todo.append(([*done, layer], at | {name: at[name] + 1}))
