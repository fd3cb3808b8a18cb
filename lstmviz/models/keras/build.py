"""A chain of Keras layers as a network of lstmviz.

Keras computes x @ kernel where lstmviz computes weights @ x, so kernels are transposed; its order
of gates i, f, c, o is already lstmviz's i, f, g, o.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmviz.engine.network import Array, CellWeights, HeadWeights
from lstmviz.engine.spec import MERGES, CellSpec, EmbeddingSpec, HeadSpec, NetworkSpec
from lstmviz.engine.variant import STANDARD, Activation, Variant
from lstmviz.errors import LstmvizError
from lstmviz.models.hdf5 import Dataset
from lstmviz.models.keras.activations import activation, head_activation, plain_name
from lstmviz.models.keras.chains import Chain, Head, returns_sequences
from lstmviz.models.keras.config import Node
from lstmviz.models.keras.weights import Locate, Vars
from lstmviz.npy import Tick

CUDNN = "two per gate (CuDNN's layout), added together"
STRIP = 64
"""Columns of a kernel that are turned into rows at once."""


@dataclass
class Parts:
    """What a network is made of, while it is put together.

    `columns` is where each number that the layer below hands on stands in Keras's own order, or
    None where the orders agree; `reverse` whether Keras has the sequence reversed there. `tick`
    is told, with 0, between pieces of longer work.
    """

    where: str
    version: int
    read: Callable[[Dataset], Array]
    tick: Tick
    layers: list[CellSpec] = field(default_factory=list)
    cells: list[dict[str, CellWeights]] = field(default_factory=list)
    heads: list[HeadSpec] = field(default_factory=list)
    head_weights: list[HeadWeights] = field(default_factory=list)
    used: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    biases: set[str] = field(default_factory=set)
    columns: NDArray[np.intp] | None = None
    reverse: bool = False
    embedding: Array | None = None

    @property
    def spec(self) -> NetworkSpec:
        """The sizes of what was put together."""
        table = None if self.embedding is None else EmbeddingSpec(*self.embedding.shape)
        return NetworkSpec(tuple(self.layers), tuple(self.heads), table)


def assemble(
    chain: Chain,
    locate: Locate,
    version: int,
    where: str,
    read: Callable[[Dataset], Array],
    tick: Tick,
) -> Parts:
    """Every weight of a chain in lstmviz's order.

    `version` is Keras's major version, which hard_sigmoid depends on; `read` gives a dataset's
    numbers; what `tick` raises ends the work. Raises `LstmvizError` naming the layer and what
    about it cannot be opened.
    """
    parts = Parts(where, version, read, tick)
    if chain.embedding:
        parts.embedding = _table(parts, chain.embedding, locate)
    for node in chain.lstms:
        _recurrent(parts, node, locate(node))
    for head in chain.heads:
        if not _dense(parts, head, locate(head.node)):
            break
    if parts.columns is not None and not parts.heads:
        parts.warnings.append(
            "Keras puts the backward direction first here; the output has forward first."
        )
    if parts.reverse and parts.layers[-1].return_sequences:
        parts.warnings.append(
            "Keras hands the output on last step first; here row t is step t of the input."
        )
    return parts


def sizes(node: Node, found: tuple[Vars, ...], where: str) -> tuple[int, int]:
    """(input size, cell size) of a recurrent layer's first cell, held against its shapes.

    Raises `LstmvizError` naming the layer and its shapes if they are not those of an LSTM.
    """
    if found and len(found[0]) in (2, 3):
        kernel, recurrent = (each.shape for each in found[0][:2])
        if len(kernel) == 2 and len(recurrent) == 2:
            size = recurrent[0]
            if recurrent[1] == kernel[1] == 4 * size and size > 0 and kernel[0] > 0:
                return kernel[0], size
    shapes = ", ".join(str(each.shape) for group in found for each in group) or "none"
    raise LstmvizError(
        f"{where}: the tensors of {node.shown} have shapes {shapes[:120]}, which are not those "
        "of an LSTM."
    )


def _recurrent(parts: Parts, node: Node, found: tuple[Vars, ...]) -> None:
    """One layer of the model: one direction or two, of one cell or several."""
    cells = node.cells
    both = node.wrapped == "Bidirectional"
    backwards = parts.reverse != (node.config.get("go_backwards") is True)
    if both and len(cells) > 1:
        raise LstmvizError(
            f"{parts.where}: {node.shown} runs {len(cells)} stacked cells in both directions "
            "and joins them only at the end, which cannot be drawn."
        )
    if len(found) != len(cells) * (2 if both else 1):
        raise LstmvizError(
            f"{parts.where}: {node.shown} has weights for {len(found)} cells, not for "
            f"{len(cells) * (2 if both else 1)}; it is damaged."
        )
    ways = ("backward", "forward") if backwards else ("forward", "backward")
    sequences = returns_sequences(node)
    for index, config in enumerate(cells):
        variant = _variant(parts, node, config)
        if both and node.backward and _variant(parts, node, node.backward) != variant:
            raise LstmvizError(
                f"{parts.where}: {node.shown} has other activations forwards than backwards, "
                "which cannot be drawn."
            )
        width, size = sizes(node, found[index:], parts.where)
        named = {way: found[index + k] for k, way in enumerate(ways[: 2 if both else 1])}
        parts.layers.append(
            CellSpec(
                width,
                size,
                size,
                directions=tuple(way for way in ("forward", "backward") if way in named),
                variant=variant,
                merge=_merge(parts, node),
                return_sequences=sequences or index < len(cells) - 1,
            )
        )
        made = {way: _cell(parts, node, each, width, size) for way, each in named.items()}
        parts.cells.append({way: made[way] for way in parts.layers[-1].directions})
        swapped = both and backwards and parts.layers[-1].merge == "concat"
        parts.columns = np.roll(np.arange(2 * size), size) if swapped else None
    parts.reverse = backwards if sequences else False


def _merge(parts: Parts, node: Node) -> str:
    merge = "concat" if node.merge == "none" else node.merge
    if merge not in MERGES:
        raise LstmvizError(
            f"{parts.where}: {node.shown} merges its directions by {merge[:40]!r}, not by one of "
            f"{', '.join(MERGES)}."
        )
    return merge


def _variant(parts: Parts, node: Node, config: dict[str, Any]) -> Variant:
    """The activations; of Keras's settings nothing else changes a cell that is run."""
    place = f"{parts.where}: {node.shown}"
    inner = activation(config.get("activation", "tanh"), parts.version, place)
    gate = activation(config.get("recurrent_activation", "sigmoid"), parts.version, place)
    variant = Variant(gate=gate, candidate=inner, output=inner)
    return STANDARD if variant == STANDARD else variant


def _cell(parts: Parts, node: Node, found: Vars, width: int, size: int) -> CellWeights:
    """One direction's weights."""
    shapes = [(width, 4 * size), (size, 4 * size)]
    if [each.shape for each in found[:2]] != shapes or len(found) not in (2, 3):
        sizes(node, (found,), parts.where)
        raise LstmvizError(
            f"{parts.where}: {node.shown} has other sizes forwards than backwards; it is damaged."
        )
    parts.used += [each.path for each in found]
    kernel, recurrent = (parts.read(each) for each in found[:2])
    biases: list[Array | None] = [None, None]
    if len(found) == 3:
        length = found[2].shape
        if length not in ((4 * size,), (8 * size,)):
            raise LstmvizError(
                f"{parts.where}: {found[2].path} has shape {length}, but a bias has {4 * size} "
                f"numbers, or {8 * size} in CuDNN's layout."
            )
        bias = parts.read(found[2])
        biases = [bias[: 4 * size], bias[4 * size :] if len(bias) > 4 * size else None]
        if biases[1] is not None:
            kernel, recurrent = _from_cudnn(kernel, recurrent)
            parts.biases.add(CUDNN)
        else:
            parts.biases.add("one per gate")
    else:
        parts.biases.add("none")
    if parts.columns is not None:
        kernel = kernel[parts.columns]
    inputs, own = (_turned(each, parts.tick) for each in (kernel, recurrent))
    return CellWeights(inputs, own, biases[0], biases[1])


def _turned(kernel: Array, tick: Tick) -> Array:
    """The transpose, closed to writing; copied in strips, which is faster and can be given up."""
    result = np.empty(kernel.shape[::-1], kernel.dtype)
    for start in range(0, len(result), STRIP):
        result[start : start + STRIP] = kernel[:, start : start + STRIP].T
        tick(0)
    result.setflags(write=False)
    return result


def _from_cudnn(kernel: Array, recurrent: Array) -> tuple[Array, Array]:
    """Kernels as LSTM has them from those of CuDNNLSTM, which hold each gate transposed.

    As Keras 2 converts them (hdf5_format.preprocess_weights_for_loading).
    """
    inputs = [each.T.reshape(each.shape, order="F") for each in np.hsplit(kernel, 4)]
    return np.hstack(inputs), np.hstack([each.T for each in np.hsplit(recurrent, 4)])


def _dense(parts: Parts, head: Head, found: tuple[Vars, ...]) -> bool:
    """A head; False, with a warning, where its activation is one a head cannot have."""
    node = head.node
    given = head.activation
    squash = given if isinstance(given, Activation) else head_activation(given, parts.version)
    if squash is None:
        said = plain_name(head.activation)
        named = f"the activation {said[:40]!r}, which no head has" if said else "code of its own"
        parts.warnings.append(f"{node.shown} has {named}: it and what follows are not run.")
        return False
    if len(found) != 1 or len(found[0]) not in (1, 2) or len(found[0][0].shape) != 2:
        raise LstmvizError(
            f"{parts.where}: the tensors of {node.shown} are not those of a Dense layer."
        )
    parts.used += [each.path for each in found[0]]
    kernel, *bias = map(parts.read, found[0])
    if parts.columns is not None and len(kernel) == len(parts.columns):
        kernel = kernel[parts.columns]
        parts.columns = None
    spec = HeadSpec(kernel.shape[1], squash.name, bool(bias))
    parts.heads.append(replace(spec, alpha=squash.alpha, beta=squash.beta))
    parts.head_weights.append(HeadWeights(_turned(kernel, parts.tick), bias[0] if bias else None))
    return True


def _table(parts: Parts, node: Node, locate: Locate) -> Array:
    """The table of an Embedding."""
    found = locate(node)
    if len(found) != 1 or len(found[0]) != 1 or len(found[0][0].shape) != 2:
        raise LstmvizError(
            f"{parts.where}: the tensors of {node.shown} are not those of an Embedding; if it is "
            "quantised or has LoRA weights, merge them before saving."
        )
    parts.used.append(found[0][0].path)
    return parts.read(found[0][0])
