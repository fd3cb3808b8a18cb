"""What lstmviz's own model files hold, whatever they are packed in.

The description is JSON: version, sizes, head, vocabulary, title and notes. The weights stand
under `layer{k}.{direction}.input_weights` (4C, I), `.recurrent_weights` (4C, H), `.input_bias`
and `.recurrent_bias` (4C,), either of which may be absent, `.projection` (H, C) where there is
one, and `head.weights`, `head.bias`; gate rows are in the order i, f, g, o.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

import numpy as np

from lstmviz.engine.memory import budget, size_text
from lstmviz.engine.network import Array, CellWeights, HeadWeights, Network
from lstmviz.engine.spec import (
    HEAD_ACTIVATIONS,
    CellSpec,
    NetworkSpec,
    parameters,
)
from lstmviz.errors import LstmvizError
from lstmviz.plain import from_plain, parse, to_plain

GATE_ORDER = "ifgo"
VERSION = 1
CARD = "lstmviz"
LONGEST_CARD = 2**20
MOST_LAYERS = 64

CELL_ARRAYS = (
    "input_weights",
    "recurrent_weights",
    "input_bias",
    "recurrent_bias",
    "projection",
)


@dataclass(frozen=True)
class Card:
    """What the JSON holds."""

    version: int
    spec: NetworkSpec
    vocabulary: tuple[str, ...] | None = None
    title: str = ""
    trained: bool = False
    notes: dict[str, str] = field(default_factory=dict)


def packed(network: Network) -> tuple[str, dict[str, Array]]:
    """The description as JSON, and the arrays by name."""
    card = Card(
        VERSION, network.spec, network.vocabulary, network.title, network.trained, network.notes
    )
    text = json.dumps(to_plain(card), ensure_ascii=False, indent=1)
    arrays: dict[str, Array] = {}
    for index, directions in enumerate(network.cells):
        for direction, weights in directions.items():
            for name in CELL_ARRAYS:
                value = getattr(weights, name)
                if value is not None:
                    arrays[f"layer{index}.{direction}.{name}"] = value
    if network.head:
        arrays["head.weights"] = network.head.weights
        if network.head.bias is not None:
            arrays["head.bias"] = network.head.bias
    return text, arrays


def parse_card(text: str, where: str) -> Card:
    """The description, its fields of the right types and free of contradictions.

    Raises `LstmvizError` naming the field, also for weights over the memory budget.
    """
    plain = parse(text, where)
    version = plain.get("version") if isinstance(plain, dict) else None
    if type(version) is int and version > VERSION:
        raise LstmvizError(
            f"{where} was written by a newer lstmviz (format {version}, this one knows {VERSION}); "
            "update lstmviz."
        )
    card = from_plain(Card, plain, where)
    _check(card, where)
    return card


def unpacked(
    card: Card,
    names: Collection[str],
    weights: Callable[[str, tuple[int, ...]], Array],
    where: str,
    form: str,
) -> Network:
    """The network of a description whose arrays are `names`, each read by `weights(name, shape)`.

    `form` becomes its `format`. Raises `LstmvizError` for a missing or unknown array.
    Weights that are not finite are kept, as what they do is worth seeing; the note
    "not finite" says where they are.
    """
    arrays = _arrays(card.spec, names, weights, where)
    cells = tuple(
        {direction: _cell(arrays, f"layer{k}.{direction}") for direction in cell.directions}
        for k, cell in enumerate(card.spec.layers)
    )
    head = HeadWeights(arrays["head.weights"], arrays.get("head.bias")) if card.spec.head else None
    notes = card.notes | not_finite(arrays)
    network = Network(card.spec, cells, head, card.vocabulary, card.title, card.trained, notes)
    return replace(network, format=form, gate_order=GATE_ORDER)


def _cell(arrays: dict[str, Array], prefix: str) -> CellWeights:
    """The arrays of one direction of a layer."""
    return CellWeights(
        arrays[f"{prefix}.input_weights"],
        arrays[f"{prefix}.recurrent_weights"],
        arrays.get(f"{prefix}.input_bias"),
        arrays.get(f"{prefix}.recurrent_bias"),
        arrays.get(f"{prefix}.projection"),
    )


def _arrays(
    spec: NetworkSpec,
    names: Collection[str],
    weights: Callable[[str, tuple[int, ...]], Array],
    where: str,
) -> dict[str, Array]:
    """Every weight array, of the shape that the sizes ask for."""
    shapes = _shapes(spec)
    unknown = sorted(set(names) - set(shapes) - {CARD})
    if unknown:
        raise LstmvizError(
            f"{where} holds the unknown array {unknown[0]!r}; it was written by something else."
        )
    arrays: dict[str, Array] = {}
    for name, (shape, optional) in shapes.items():
        if name in names:
            arrays[name] = weights(name, shape)
        elif not optional:
            raise LstmvizError(f"{where} has no array {name!r}; it is damaged or incomplete.")
    return arrays


def _shapes(spec: NetworkSpec) -> dict[str, tuple[tuple[int, ...], bool]]:
    """Name → (shape, whether it may be absent) of every array the sizes allow."""
    shapes: dict[str, tuple[tuple[int, ...], bool]] = {}
    for index, cell in enumerate(spec.layers):
        rows = 4 * cell.cell_size
        for direction in cell.directions:
            prefix = f"layer{index}.{direction}"
            shapes[f"{prefix}.input_weights"] = (rows, cell.input_size), False
            shapes[f"{prefix}.recurrent_weights"] = (rows, cell.hidden_size), False
            shapes[f"{prefix}.input_bias"] = (rows,), True
            shapes[f"{prefix}.recurrent_bias"] = (rows,), True
            if cell.projected:
                shapes[f"{prefix}.projection"] = (cell.hidden_size, cell.cell_size), False
    if spec.head:
        shapes["head.weights"] = (spec.head.size, spec.layers[-1].output_size), False
        if spec.head.bias:
            shapes["head.bias"] = (spec.head.size,), False
    return shapes


def not_finite(arrays: dict[str, Array]) -> dict[str, str]:
    """The note that says which arrays hold NaN or infinity, and where first; else none."""
    places = []
    for name, array in arrays.items():
        bad = np.argwhere(~np.isfinite(array))
        if len(bad):
            first = ", ".join(map(str, bad[0]))
            places.append(f"{name} has {len(bad):,} such weights, the first at [{first}]")
    return {"not finite": "; ".join(places)} if places else {}


def _check(card: Card, where: str) -> None:
    """Raise `LstmvizError` if the description contradicts itself or is over the budget."""
    spec, fault = card.spec, ""
    if not 1 <= len(spec.layers) <= MOST_LAYERS:
        fault = f"has {len(spec.layers)} layers, not 1 to {MOST_LAYERS}"
    elif card.vocabulary is not None and not 1 <= len(card.vocabulary) <= spec.input_size:
        fault = f"has {len(card.vocabulary)} symbols for an input size of {spec.input_size}"
    elif card.vocabulary is not None and len(set(card.vocabulary)) < len(card.vocabulary):
        fault = "names a symbol twice"
    elif spec.head and (spec.head.size < 1 or spec.head.activation not in HEAD_ACTIVATIONS):
        fault = f"has an unknown head of size {spec.head.size} and {spec.head.activation[:40]!r}"
    width = spec.input_size if spec.layers else 0
    for index, cell in enumerate(spec.layers):
        fault = fault or _cell_fault(cell, f"layer{index}", width)
        width = cell.output_size
    if fault:
        raise LstmvizError(f"{where} {fault}; it is damaged.")
    needed = 4 * parameters(spec, 2)
    if needed > budget():
        raise LstmvizError(
            f"{where} claims weights of {size_text(needed)}, more than the {size_text(budget())} "
            "allowed; raise LSTMVIZ_MEMORY_GB if it is right."
        )


def _cell_fault(cell: CellSpec, name: str, width: int) -> str:
    """What is wrong with one layer, or nothing."""
    if min(cell.input_size, cell.hidden_size, cell.cell_size) < 1:
        return f"has a size below 1 in {name}"
    if cell.input_size != width:
        return f"has an input size of {cell.input_size} in {name} where {width} come in"
    if cell.directions not in (("forward",), ("backward",), ("forward", "backward")):
        return f"has unknown directions in {name}"
    return "" if cell.possible else f"has different hidden and cell sizes unprojected in {name}"
