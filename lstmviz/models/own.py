"""What lstmviz's own model files hold, whatever they are packed in.

The description is JSON: version, sizes, heads, vocabulary, title and notes. The weights stand
under `layer{k}.{direction}.input_weights` (4C, I), `.recurrent_weights` (4C, H), `.input_bias`
and `.recurrent_bias` (4C,), either of which may be absent, `.projection` (H, C),
`.peepholes` (3, C) and `.gate_recurrence` (3C, 3C) where there are such, and where a run does not
start from zeros `.initial_hidden_state` (H,) with `.initial_cell_state` (C,), `head.weights` and
`head.bias` (of several heads `head0.weights` and so on) and `embedding` (size, dimension); gate
rows are in the order i, f, g, o.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lstmviz.engine.memory import budget, size_text
from lstmviz.engine.network import Array, CellWeights, HeadWeights, Network
from lstmviz.engine.spec import NetworkSpec, check, parameters, problem
from lstmviz.engine.states import Initial, State
from lstmviz.errors import LstmvizError
from lstmviz.plain import from_plain, parse, to_plain

GATE_ORDER = "ifgo"
VERSION = 2
"""Version 1 had at most one head, under `head`."""

CARD = "lstmviz"
LONGEST_CARD = 2**20
MOST_LAYERS = 64

CELL_ARRAYS = (
    "input_weights",
    "recurrent_weights",
    "input_bias",
    "recurrent_bias",
    "projection",
    "peepholes",
    "gate_recurrence",
)

INITIAL_ARRAYS = ("initial_hidden_state", "initial_cell_state")


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
            state = network.initial.of(index, direction) if network.initial else None
            if state is not None:
                for name, vector in zip(INITIAL_ARRAYS, (state.hidden, state.cell), strict=True):
                    arrays[f"layer{index}.{direction}.{name}"] = vector
    for name, head in zip(_head_names(network.spec), network.heads, strict=True):
        arrays[f"{name}.weights"] = head.weights
        if head.bias is not None:
            arrays[f"{name}.bias"] = head.bias
    if network.embedding is not None:
        arrays["embedding"] = network.embedding
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
    if version == 1 and isinstance(plain.get("spec"), dict) and "head" in plain["spec"]:
        head = plain["spec"].pop("head")
        plain["spec"]["heads"] = [] if head is None else [head]
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
    heads = tuple(
        HeadWeights(arrays[f"{name}.weights"], arrays.get(f"{name}.bias"))
        for name in _head_names(card.spec)
    )
    notes = card.notes | not_finite(arrays)
    return Network(
        *(card.spec, cells, heads, card.vocabulary, card.title, card.trained, notes),
        format=form,
        gate_order=GATE_ORDER,
        embedding=arrays.get("embedding"),
        initial=_initial(arrays, card.spec),
    )


def _initial(arrays: dict[str, Array], spec: NetworkSpec) -> Initial | None:
    """The states that are told, None without any."""
    states: list[dict[str, State]] = []
    for index, cell in enumerate(spec.layers):
        states.append({})
        for direction in cell.directions:
            hidden, c = (arrays.get(f"layer{index}.{direction}.{name}") for name in INITIAL_ARRAYS)
            if hidden is not None and c is not None:
                states[-1][direction] = State(hidden, c)
    return Initial(tuple(states)) if any(states) else None


def _cell(arrays: dict[str, Array], prefix: str) -> CellWeights:
    """The arrays of one direction of a layer."""
    found: dict[str, Any] = {name: arrays.get(f"{prefix}.{name}") for name in CELL_ARRAYS}
    return CellWeights(**found)


def _head_names(spec: NetworkSpec) -> tuple[str, ...]:
    """What the names of each head's arrays begin with."""
    return ("head",) if len(spec.heads) == 1 else tuple(f"head{k}" for k in range(len(spec.heads)))


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
            shapes[f"{prefix}.initial_hidden_state"] = (cell.hidden_size,), True
            shapes[f"{prefix}.initial_cell_state"] = (cell.cell_size,), True
            if cell.projected:
                shapes[f"{prefix}.projection"] = (cell.hidden_size, cell.cell_size), False
            if cell.variant.peephole:
                shapes[f"{prefix}.peepholes"] = (3, cell.cell_size), False
            if cell.variant.gate_recurrence:
                shapes[f"{prefix}.gate_recurrence"] = (3 * cell.cell_size,) * 2, False
    width = spec.layers[-1].output_size
    for name, head in zip(_head_names(spec), spec.heads, strict=True):
        shapes[f"{name}.weights"] = (head.size, width), False
        if head.bias:
            shapes[f"{name}.bias"] = (head.size,), False
        width = head.size
    if spec.embedding:
        shapes["embedding"] = (spec.embedding.size, spec.embedding.dimension), False
    return shapes


def not_finite(arrays: dict[str, Array]) -> dict[str, str]:
    """The note that says which arrays hold NaN or infinity, and where first; else none."""
    places = []
    for name, array in arrays.items():
        bad = ~np.isfinite(array)
        if bad.any():
            first = ", ".join(map(str, np.unravel_index(bad.argmax(), bad.shape)))
            many = f"{bad.sum():,} such weights, the first" if bad.sum() > 1 else "one such weight,"
            places.append(f"{name} has {many} at [{first}]")
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
    if fault:
        raise LstmvizError(f"{where} {fault}; it is damaged.")
    try:
        check(spec)
    except LstmvizError as error:
        raise LstmvizError(f"{where} is damaged: {error}") from None
    misfit = problem(spec)
    if misfit:
        raise LstmvizError(f"{where} is damaged: {misfit}")
    needed = 4 * parameters(spec, 2)
    if needed > budget():
        raise LstmvizError(
            f"{where} claims weights of {size_text(needed)}, more than the {size_text(budget())} "
            "allowed; raise LSTMVIZ_MEMORY_GB if it is right."
        )
