"""LSTMs among tensors with PyTorch's names, those of nn.LSTM and nn.LSTMCell.

Sources: the documentation of torch.nn.LSTM and torch.nn.LSTMCell; rows are i, f, g, o.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from lstmviz.engine.network import Array
from lstmviz.engine.spec import CellSpec
from lstmviz.models.own import MOST_LAYERS
from lstmviz.models.parts import Layer, Part, Parts, Refused
from lstmviz.models.tensors import FLOATS, Tensor, TensorFile
from lstmviz.npy import Tick

ROLES = {
    "weight_ih": "input_weights",
    "weight_hh": "recurrent_weights",
    "bias_ih": "input_bias",
    "bias_hh": "recurrent_bias",
    "weight_hr": "projection",
}
"""PyTorch's name → field of CellWeights."""

NAME = re.compile(
    r"(?P<prefix>(?:.*?[./])??)(?P<parametrized>parametrizations[./])?"
    r"(?P<role>weight_ih|weight_hh|bias_ih|bias_hh|weight_hr)"
    r"(?:_l(?P<layer>\d{1,4})(?P<reverse>_reverse)?)?"
    r"(?P<suffix>_[a-z]\w{0,40}|[./]original[01]?)?",
    re.DOTALL,
)
ACTIVATIONS = "sigmoid for i, f, o; tanh for g and c (PyTorch's LSTM has no others)"

NORMED = {"_g": "g", "_v": "v", ".original0": "g", ".original1": "v"}
PRUNED = {"_orig": "orig", "_mask": "mask"}
HALVES = NORMED | PRUNED
"""What a weight kept in two tensors adds to its name → which of them it is.

The first are those of weight_norm, the others those of torch.nn.utils.prune.
"""

DROPPED = "Weights that were dropped at random in training ({}) are all used here."

Key = tuple[int, bool]
"""(layer, whether it is the reverse direction)."""


@dataclass(eq=False)
class _Group:
    """The tensors of one module; `odd` are those whose names say they are something else.

    `raw` are weights before a dropout of weights, which is off when a model is used.
    """

    name: str
    first: int
    last: int = 0
    cell: bool = False
    names: list[str] = field(default_factory=list)
    roles: dict[Key, dict[str, Tensor]] = field(default_factory=dict)
    halves: dict[tuple[Key, str], dict[str, Tensor]] = field(default_factory=dict)
    raw: dict[Key, dict[str, Tensor]] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)


class UnfitError(Exception):
    """Why a group of tensors is no LSTM, a sentence without the file."""


def collect(file: TensorFile, found: Parts) -> set[str]:
    """Add every LSTM and every refused recurrent layer; returns the names of their tensors."""
    groups: dict[tuple[str, bool], _Group] = {}
    for place, tensor in enumerate(file.tensors.values()):
        match = NAME.fullmatch(tensor.name)
        if match:
            _sort_in(groups, match, tensor, place)
    taken: set[str] = set()
    for group in _unwrapped(groups):
        taken.update(group.names)
        try:
            found.lstms.append(_part(group, file))
        except UnfitError as error:
            reason = f"{file.where}: {error}"
            found.refused.append(Refused(group.name, reason, tuple(group.names), group.first))
    return taken


def _unwrapped(groups: dict[tuple[str, bool], _Group]) -> list[_Group]:
    """The groups, raw weights that a wrapper holds put to the LSTM inside it (its `module`)."""
    found = []
    for (name, cell), group in groups.items():
        inner = groups.get((f"{name}.module" if name else "module", cell))
        if inner is None or not group.raw or group.roles:
            found.append(group)
            continue
        inner.names += group.names
        for key, rows in group.raw.items():
            inner.raw.setdefault(key, {}).update(rows)
    return found


def _sort_in(
    groups: dict[tuple[str, bool], _Group], match: re.Match[str], tensor: Tensor, place: int
) -> None:
    """Put one tensor to the others of its module."""
    prefix, cell = match["prefix"], match["layer"] is None
    name = prefix[:-1]
    group = groups.setdefault((name, cell), _Group(name, place, cell=cell))
    group.last = place
    group.names.append(tensor.name)
    key = (int(match["layer"] or 0), match["reverse"] is not None)
    suffix = (match["suffix"] or "").replace("/", ".")
    half = HALVES.get(suffix)
    if suffix == "_raw" and not match["parametrized"]:
        group.raw.setdefault(key, {})[match["role"]] = tensor
    elif half and (match["parametrized"] is None) == (suffix[0] == "_"):
        group.halves.setdefault((key, match["role"]), {})[half] = tensor
    elif suffix or match["parametrized"]:
        group.odd.append(tensor.name)
    else:
        group.roles.setdefault(key, {})[match["role"]] = tensor


def _part(group: _Group, file: TensorFile) -> Part:
    """The LSTM of a group; raises `UnfitError`."""
    if group.odd:
        raise UnfitError(
            f"tensor {group.odd[0]!r} is changed by a wrapper before the LSTM sees it, in a way "
            "that is not known; save the model with the wrapper taken off."
        )
    for (key, role), halves in group.halves.items():
        group.roles.setdefault(key, {}).setdefault(role, _folded(halves))
    for key, rows in group.raw.items():
        group.roles.setdefault(key, {}).update(rows)
    layers = sorted({layer for layer, _ in group.roles})
    if layers != list(range(len(layers))) or len(layers) > MOST_LAYERS:
        raise UnfitError(
            f"{shown(group.name)} has layers {_numbers(layers)}, not 0 to at most "
            f"{MOST_LAYERS - 1} without a gap; it is incomplete."
        )
    both = any(reverse for _, reverse in group.roles)
    made: list[Layer] = []
    for index in layers:
        keys = [(index, False), (index, True)] if both else [(index, False)]
        made.append(_layer(group, keys, made[-1].spec.output_size if made else None))
    warnings = _unlike_flags(file.flags.get(group.name, {}), group.name, made)
    if group.raw:
        warnings.append(DROPPED.format(next(iter(next(iter(group.raw.values())).values())).name))
    return Part(
        group.name, tuple(made), group.first, group.last, "ifgo", ACTIVATIONS, tuple(warnings)
    )


def _layer(group: _Group, keys: list[Key], width: int | None) -> Layer:
    """One layer, all its tensors held against each other."""
    specs, directions = [], {}
    for key in keys:
        roles = group.roles.get(key, {})
        for role in ("weight_ih", "weight_hh"):
            if role not in roles:
                raise UnfitError(
                    f"{shown(group.name)} has no {_called(role, key, group.cell)}; it is "
                    "incomplete."
                )
        for tensor in roles.values():
            check_floats(tensor)
        specs.append(_sizes(roles, group.name))
        direction = "backward" if key[1] else "forward"
        directions[direction] = {ROLES[role]: tensor for role, tensor in roles.items()}
    first = specs[0]
    name = group.roles[keys[0]]["weight_ih"].name
    if any(spec != first for spec in specs):
        raise UnfitError(f"the directions of {name!r} have different sizes; it is damaged.")
    if width is not None and first.input_size != width:
        raise UnfitError(
            f"tensor {name!r} reads {first.input_size} numbers where the layer before gives "
            f"{width}; it is damaged."
        )
    spec = CellSpec(first.input_size, first.hidden_size, first.cell_size, True, tuple(directions))
    return Layer(spec, directions)


def _sizes(roles: dict[str, Tensor], where: str) -> CellSpec:
    """The sizes of one direction: C is a quarter of the rows, H the columns of weight_hh."""
    into, back = roles["weight_ih"], roles["weight_hh"]
    for tensor in (into, back):
        check_matrix(tensor)
    rows, hidden = back.shape
    hr = roles.get("weight_hr")
    if hr is not None:
        check_matrix(hr)
    cell = hr.shape[1] if hr is not None else hidden
    if rows != 4 * cell:
        raise UnfitError(_not_lstm(back, rows, cell, where))
    wanted = {
        "weight_ih": (rows, into.shape[1]),
        "bias_ih": (rows,),
        "bias_hh": (rows,),
        "weight_hr": (hidden, cell),
    }
    for role, shape in wanted.items():
        given = roles.get(role)
        if given is not None and given.shape != shape:
            raise UnfitError(
                f"tensor {given.name!r} has shape {given.shape} where {back.name!r} asks for "
                f"{shape}; it is damaged."
            )
    if hr is not None and hidden == cell:
        raise UnfitError(
            f"tensor {hr.name!r} projects {cell} numbers to as many, which PyTorch never does."
        )
    return CellSpec(into.shape[1], hidden, cell)


def check_floats(tensor: Tensor) -> None:
    """Raise `UnfitError` for a tensor that cannot be read."""
    if tensor.fault:
        raise UnfitError(f"tensor {tensor.name!r} {tensor.fault}; it cannot be opened.")
    if tensor.kind not in FLOATS:
        raise UnfitError(
            f"tensor {tensor.name!r} holds {tensor.kind[:40]}, not floats; save the model before "
            "it is quantised."
        )


def check_matrix(tensor: Tensor) -> None:
    """Raise `UnfitError` for what is no matrix of at least one row and column."""
    if len(tensor.shape) != 2 or min(tensor.shape) < 1:
        raise UnfitError(
            f"tensor {tensor.name!r} has shape {tensor.shape}, which no LSTM has; it is damaged."
        )


def _not_lstm(back: Tensor, rows: int, cell: int, where: str) -> str:
    """What has other rows than four times its columns."""
    for factor, kind in ((3, "a GRU"), (1, "a plain RNN")):
        if rows == factor * cell:
            return (
                f"{shown(where)} is {kind} (tensor {back.name!r} has {factor} × {cell} rows), and "
                "lstmviz opens only LSTMs."
            )
    return (
        f"tensor {back.name!r} has {rows} rows for {cell} cells, where an LSTM has four times as "
        "many; it is damaged or another kind of layer."
    )


def _folded(halves: dict[str, Tensor]) -> Tensor:
    """The weight that two tensors make; raises `UnfitError` where one is missing."""
    if len(halves) < 2:
        raise UnfitError(f"tensor {next(iter(halves.values())).name!r} lacks its other half.")
    if halves.keys() == {"orig", "mask"}:
        return _pruned(halves["orig"], halves["mask"])
    if halves.keys() == {"g", "v"}:
        return _normed(halves["g"], halves["v"])
    names = " and ".join(repr(tensor.name) for tensor in halves.values())
    raise UnfitError(f"tensors {names} do not make one weight; save the model without wrappers.")


def _pruned(whole: Tensor, mask: Tensor) -> Tensor:
    """The weight of torch.nn.utils.prune, zero where the mask is."""
    if mask.shape != whole.shape:
        raise UnfitError(
            f"tensor {mask.name!r} has shape {mask.shape}, not {whole.shape} as {whole.name!r}; it "
            "is damaged."
        )
    check_floats(mask)

    def read(tick: Tick) -> Array:
        result: Array = whole.read(tick) * mask.read(tick)
        result.setflags(write=False)
        return result

    return Tensor(whole.name, whole.shape, whole.kind, read, (whole.name, mask.name), whole.fault)


def _normed(size: Tensor, way: Tensor) -> Tensor:
    """The weight g · v / |v| of torch.nn.utils.weight_norm, one norm a row."""
    rows = way.shape[0] if way.shape else 0
    if len(way.shape) != 2 or size.shape != (rows, 1):
        raise UnfitError(
            f"tensor {size.name!r} has shape {size.shape}, not one norm for each row of "
            f"{way.name!r}; save the model with its weight_norm removed."
        )
    check_floats(size)

    def read(tick: Tick) -> Array:
        result, norm = way.read(tick), size.read(tick)
        result.setflags(write=True)  # read for nobody else
        lengths = np.sqrt(np.einsum("ij,ij->i", result, result))[:, None]
        result *= np.divide(norm, lengths, where=lengths > 0, out=np.zeros_like(norm))
        result.setflags(write=False)
        return result

    kind = "float64" if "float64" in (size.kind, way.kind) else way.kind
    return Tensor(way.name, way.shape, kind, read, (size.name, way.name), way.fault)


def _unlike_flags(flags: dict[str, object], name: str, layers: list[Layer]) -> list[str]:
    """Sentences on what a module says of itself that its weights contradict."""
    first = layers[0].spec
    true = {
        "input_size": first.input_size,
        "hidden_size": first.cell_size,
        "num_layers": len(layers),
        "bidirectional": len(first.directions) > 1,
        "proj_size": first.hidden_size if first.projected else 0,
    }
    return [
        f"{shown(name)} says {flag} = {flags[flag]}, but its weights say {value}: these were taken."
        for flag, value in true.items()
        if flag in flags and flags[flag] != value
    ]


def _called(role: str, key: Key, cell: bool) -> str:
    return role if cell else f"{role}_l{key[0]}{'_reverse' if key[1] else ''}"


def _numbers(layers: list[int]) -> str:
    return ", ".join(map(str, layers[:8])) + (" …" if len(layers) > 8 else "")


def shown(name: str) -> str:
    """A module's name in a sentence; the file itself has none."""
    return repr(name if len(name) <= 80 else name[:79] + "…") if name else "the model"
