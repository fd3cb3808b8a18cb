"""lstmviz's own model format: an `.npz` of weights with a description in JSON.

The array `lstmviz` holds the description as UTF-8 bytes (uint8): version, sizes, head,
vocabulary, title and notes. The weights stand under `layer{k}.{direction}.input_weights`
(4C, I), `.recurrent_weights` (4C, H), `.input_bias` and `.recurrent_bias` (4C,), either
of which may be absent, `.projection` (H, C) where there is one, and `head.weights`,
`head.bias`; gate rows are in the order i, f, g, o.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from lstmviz import npy
from lstmviz.engine.memory import budget, size_text
from lstmviz.engine.network import Array, CellWeights, HeadWeights, Network
from lstmviz.engine.spec import (
    HEAD_ACTIVATIONS,
    CellSpec,
    NetworkSpec,
    parameters,
)
from lstmviz.errors import LstmvizError
from lstmviz.files import shown, writing
from lstmviz.plain import from_plain, parse, to_plain

FORMAT = "lstmviz .npz"
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


def save(network: Network, path: str | Path) -> None:
    """Write a network; equal networks give equal bytes.

    Raises `LstmvizError` if the target cannot be written; the file appears whole or not at all.
    """
    card = Card(
        VERSION, network.spec, network.vocabulary, network.title, network.trained, network.notes
    )
    text = json.dumps(to_plain(card), ensure_ascii=False, indent=1)
    arrays: dict[str, Any] = {CARD: np.frombuffer(text.encode(), np.uint8)}
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
    with writing(path) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), _bytes(array))


def read(path: str | Path) -> Network:
    """Read a network, `format` and `gate_order` set.

    Raises `LstmvizError` for a damaged or foreign file, a missing, unknown or misshapen array
    (named), sizes that do not fit together, and weights over the memory budget, which are
    refused before they are unpacked. Weights that are not finite are kept, as what they do is
    worth seeing; the note "not finite" says where they are.
    """
    where = shown(path)
    with npy.opened(path) as archive:
        names = set(npy.members(archive))
        card = _card(archive, names, where)
        _check(card, where)
        arrays = _arrays(archive, names, card.spec, where)
    cells = tuple(
        {direction: _cell(arrays, f"layer{k}.{direction}") for direction in cell.directions}
        for k, cell in enumerate(card.spec.layers)
    )
    head = HeadWeights(arrays["head.weights"], arrays.get("head.bias")) if card.spec.head else None
    notes = card.notes | _not_finite(arrays)
    network = Network(card.spec, cells, head, card.vocabulary, card.title, card.trained, notes)
    return replace(network, format=FORMAT, gate_order=GATE_ORDER)


def _cell(arrays: dict[str, Array], prefix: str) -> CellWeights:
    """The arrays of one direction of a layer."""
    return CellWeights(
        arrays[f"{prefix}.input_weights"],
        arrays[f"{prefix}.recurrent_weights"],
        arrays.get(f"{prefix}.input_bias"),
        arrays.get(f"{prefix}.recurrent_bias"),
        arrays.get(f"{prefix}.projection"),
    )


def _bytes(array: Array) -> bytes:
    """An array as a `.npy` file."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(array), allow_pickle=False)
    return stream.getvalue()


def _card(archive: zipfile.ZipFile, names: set[str], where: str) -> Card:
    """The description, its fields of the right types."""
    if CARD not in names:
        raise LstmvizError(
            f"{where} is not an lstmviz model (it has no array {CARD!r}); to read it as an input "
            "give it as one."
        )
    data = npy.read_member(archive, CARD, f"{where} ({CARD})", LONGEST_CARD)
    if data.dtype != np.uint8:
        raise LstmvizError(f"{where}: array {CARD!r} is not text; it is damaged.")
    plain = parse(_decoded(data.tobytes(), where), where)
    version = plain.get("version") if isinstance(plain, dict) else None
    if type(version) is int and version > VERSION:
        raise LstmvizError(
            f"{where} was written by a newer lstmviz (format {version}, this one knows {VERSION}); "
            "update lstmviz."
        )
    return from_plain(Card, plain, where)


def _decoded(data: bytes, where: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise LstmvizError(f"{where}: array {CARD!r} is not UTF-8; it is damaged.") from None


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


def _arrays(
    archive: zipfile.ZipFile, names: set[str], spec: NetworkSpec, where: str
) -> dict[str, Array]:
    """Every weight array, held against the shape that the sizes ask for."""
    shapes = _shapes(spec)
    unknown = sorted(names - set(shapes) - {CARD})
    if unknown:
        raise LstmvizError(
            f"{where} holds the unknown array {unknown[0]!r}; it was written by something else."
        )
    arrays: dict[str, Array] = {}
    for name, (shape, optional) in shapes.items():
        if name in names:
            arrays[name] = _weights(archive, name, shape, where)
        elif not optional:
            raise LstmvizError(f"{where} has no array {name!r}; it is damaged or incomplete.")
    return arrays


def _weights(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...], where: str) -> Array:
    """One array of floats of a known shape."""
    array = npy.read_member(archive, name, f"{where} ({name})", budget(), shape)
    if array.dtype.kind != "f":
        raise LstmvizError(f"{where}: array {name!r} holds {array.dtype}, not floats.")
    dtype = np.float64 if array.dtype.itemsize >= 8 else np.float32
    with np.errstate(over="ignore"):  # a long double may be beyond any double
        return array.astype(dtype)


def _not_finite(arrays: dict[str, Array]) -> dict[str, str]:
    """The note that says which arrays hold NaN or infinity, and where first; else none."""
    places = []
    for name, array in arrays.items():
        bad = np.argwhere(~np.isfinite(array))
        if len(bad):
            first = ", ".join(map(str, bad[0]))
            places.append(f"{name} has {len(bad):,} such weights, the first at [{first}]")
    return {"not finite": "; ".join(places)} if places else {}


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
