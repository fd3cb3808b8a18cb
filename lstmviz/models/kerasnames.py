"""LSTMs among tensors with Keras's names: kernel, recurrent_kernel, bias.

Keras multiplies from the other side, so that its kernels are ours turned over; the columns are
i, f, c, o. The cuDNN layout (bias of 8C) is that of `keras.layers.CuDNNLSTM`: a bias for each
matrix, and every gate's kernel stored the way cuDNN wants it (`_convert_rnn_weights` of Keras 2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from lstmviz.engine.network import Array
from lstmviz.engine.spec import CellSpec
from lstmviz.models.parts import Dense, Layer, Part, Parts, Refused, Table
from lstmviz.models.tensors import Tensor, TensorFile
from lstmviz.models.torchnames import UnfitError, check_floats, check_matrix, shown
from lstmviz.npy import Tick

NAME = re.compile(
    r"(?P<prefix>(?:.*[./])?)(?P<role>kernel|recurrent_kernel|bias|embeddings)(?::0)?", re.DOTALL
)
CELL = re.compile(r"(?:[./]|^)(?:cell|lstm_cell(?:_\d+)?)$")
WAY = re.compile(r"(?P<before>(?:.*[./])?)(?P<way>forward|backward)_(?P<after>[^./]*)", re.DOTALL)
ACTIVATIONS = "sigmoid for i, f, o; tanh for g and c (Keras's defaults: the file does not say)"
SILENT = (
    "The file holds only weights: activations, go_backwards and the merge mode are Keras's "
    "defaults, which the model need not have used."
)


@dataclass(eq=False)
class _Group:
    """The tensors of one module."""

    first: int
    last: int = 0
    roles: dict[str, Tensor] = field(default_factory=dict)


def collect(file: TensorFile, found: Parts) -> set[str]:
    """Add LSTMs, Dense layers and embeddings; returns the names of their tensors."""
    groups: dict[str, _Group] = {}
    for place, tensor in enumerate(file.tensors.values()):
        match = NAME.fullmatch(tensor.name)
        if match:
            group = groups.setdefault(match["prefix"][:-1], _Group(place))
            group.last = place
            group.roles[match["role"]] = tensor
    taken: set[str] = set()
    single: dict[str, tuple[Layer, _Group]] = {}
    for name, group in groups.items():
        roles = group.roles
        names = [tensor.name for tensor in roles.values()]
        if "recurrent_kernel" in roles:
            try:
                single[CELL.sub("", name)] = _layer(roles, name), group
            except UnfitError as error:
                reason = f"{file.where}: {error}"
                found.refused.append(Refused(name, reason, tuple(names), group.first))
        elif "kernel" in roles and _dense(roles):
            found.dense.append(
                Dense(name, _turned(roles["kernel"]), roles.get("bias"), group.first)
            )
        elif "embeddings" in roles and len(roles["embeddings"].shape) == 2:
            found.tables.append(Table(name, roles["embeddings"], group.first))
        else:
            continue
        taken.update(names)
    found.lstms += _paired(single)
    return taken


def _dense(roles: dict[str, Tensor]) -> bool:
    kernel, bias = roles["kernel"], roles.get("bias")
    return len(kernel.shape) == 2 and (bias is None or bias.shape == kernel.shape[1:])


def _layer(roles: dict[str, Tensor], name: str) -> Layer:
    """One direction of an LSTM; raises `UnfitError`."""
    kernel, back, bias = roles.get("kernel"), roles["recurrent_kernel"], roles.get("bias")
    if kernel is None:
        raise UnfitError(f"{shown(name)} has no kernel; it is incomplete.")
    for tensor in roles.values():
        check_floats(tensor)
    for tensor in (kernel, back):
        check_matrix(tensor)
    cells, columns = back.shape
    for factor, kind in ((3, "a GRU"), (1, "a plain RNN")):
        if columns == factor * cells:
            raise UnfitError(
                f"{shown(name)} is {kind} (tensor {back.name!r} has {factor} × {cells} columns), "
                "and lstmviz opens only LSTMs."
            )
    wide = (kernel.shape[0], 4 * cells)
    if columns != 4 * cells or kernel.shape != wide:
        raise UnfitError(
            f"tensor {back.name!r} has shape {back.shape} and {kernel.name!r} {kernel.shape}, "
            "which do not fit together as an LSTM; they are damaged or another kind of layer."
        )
    fields = _fields(kernel, back, bias)
    return Layer(CellSpec(kernel.shape[0], cells, cells), {"forward": fields})


def _fields(kernel: Tensor, back: Tensor, bias: Tensor | None) -> dict[str, Tensor]:
    """The fields of CellWeights, in the plain or the cuDNN layout."""
    wide = kernel.shape[1]
    if bias is None:
        return {"input_weights": _turned(kernel), "recurrent_weights": _turned(back)}
    if bias.shape == (wide,):
        return {
            "input_weights": _turned(kernel),
            "recurrent_weights": _turned(back),
            "input_bias": bias,
        }
    if bias.shape == (2 * wide,):
        return {
            "input_weights": _from_cudnn(kernel),
            "recurrent_weights": _from_cudnn(back),
            "input_bias": _part_of(bias, 0, wide),
            "recurrent_bias": _part_of(bias, wide, 2 * wide),
        }
    raise UnfitError(
        f"tensor {bias.name!r} has shape {bias.shape} where {kernel.name!r} asks for ({wide},); it "
        "is damaged."
    )


def _turned(tensor: Tensor) -> Tensor:
    """A kernel (width, size) as weights (size, width)."""
    return _derived(tensor, tensor.shape[::-1], lambda array: np.ascontiguousarray(array.T))


def _from_cudnn(tensor: Tensor) -> Tensor:
    """A kernel whose gates are each stored row by row as cuDNN's (C, width)."""
    width, columns = tensor.shape

    def change(array: Array) -> Array:
        gates = np.split(array, 4, axis=1)
        return np.concatenate([gate.reshape(columns // 4, width) for gate in gates])

    return _derived(tensor, (columns, width), change)


def _part_of(tensor: Tensor, first: int, last: int) -> Tensor:
    """A run of a vector."""
    return _derived(tensor, (last - first,), lambda array: array[first:last].copy())


def _derived(tensor: Tensor, shape: tuple[int, ...], change: object) -> Tensor:
    """A tensor made of another."""

    def read(tick: Tick) -> Array:
        array: Array = change(tensor.read(tick))  # type: ignore[operator]
        array.setflags(write=False)
        return array

    return Tensor(tensor.name, shape, tensor.kind, read, tensor.names, tensor.fault)


def _paired(single: dict[str, tuple[Layer, _Group]]) -> list[Part]:
    """LSTMs, forward_X and backward_X of equal sizes side by side as one layer."""
    parts = []
    for name, (layer, group) in single.items():
        match = WAY.fullmatch(name)
        other = None
        if match:
            turned = "backward" if match["way"] == "forward" else "forward"
            other = single.get(f"{match['before']}{turned}_{match['after']}")
        if match and other and other[0].spec == layer.spec:
            if match["way"] == "backward":
                continue  # it is taken with its forward one
            layer = _both(layer, other[0])
            ends = sorted((group.first, group.last, other[1].first, other[1].last))
            name = match["before"][:-1] or name
        else:
            ends = [group.first, group.last]
        parts.append(Part(name, (layer,), ends[0], ends[-1], "ifco", ACTIVATIONS, (SILENT,)))
    return parts


def _both(forward: Layer, backward: Layer) -> Layer:
    size = forward.spec
    ways = ("forward", "backward")
    spec = CellSpec(size.input_size, size.hidden_size, size.cell_size, True, ways)
    return Layer(
        spec,
        {
            "forward": forward.directions["forward"],
            "backward": backward.directions["forward"],
        },
    )
