"""The three kinds of file that Keras writes, each as layers and a way to their weights."""

from __future__ import annotations

import contextlib
import io
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import numpy as np

from lstmviz.engine.memory import budget, size_text
from lstmviz.engine.network import Array, Network
from lstmviz.errors import LstmvizError
from lstmviz.files import reading, shown
from lstmviz.models import own, zipdir
from lstmviz.models.certificate import Certificate, Found, Opened
from lstmviz.models.hdf5 import Dataset, Group, Source, open_root
from lstmviz.models.hdf5.source import SLACK
from lstmviz.models.keras import bare
from lstmviz.models.keras.build import Parts, assemble, sizes
from lstmviz.models.keras.chains import Chain, chains
from lstmviz.models.keras.config import (
    OTHER_CELLS,
    OTHER_RECURRENT,
    RECURRENT,
    Node,
    cell_kinds,
    is_model,
    nodes,
)
from lstmviz.models.keras.lookup import LONGEST, MOST_FILES, is_asset, known
from lstmviz.models.keras.weights import Locate, in_groups, in_legacy, layer_groups
from lstmviz.models.pick import pick
from lstmviz.models.progress import Progress, counting
from lstmviz.models.words import described

LONGEST_CONFIG = 16 * 2**20
WEIGHTS = "model.weights.h5"
GATE_ORDER = "ifco"
H5 = "Keras .h5"


@dataclass(frozen=True, eq=False)
class Model:
    """A file as it was understood: its layers, how to find their weights, and who wrote it.

    `described` is whether it says more of its layers than their weights; `assets` are files of
    vocabularies beside them, by name.
    """

    format: str
    root: Group
    nodes: tuple[Node, ...]
    locate: Locate
    version: str
    warnings: tuple[str, ...] = ()
    described: bool = True
    assets: tuple[tuple[str, bytes], ...] = ()

    @property
    def major(self) -> int:
        """Keras's major version, which hard_sigmoid depends on."""
        first = self.version.split(".")[0]
        return int(first) if first.isdecimal() and len(first) < 5 else 3


def read(path: Path, lstm: str | None = None, progress: Progress | None = None) -> Opened:
    """Open a model of Keras; `lstm` picks one of several by its name.

    Raises `LstmvizError` naming the layer or tensor that cannot be read, and `SeveralLstmsError`
    where a pick is needed.
    """
    with reading(path) as stream, _model(stream, shown(path)) as model:
        where = shown(path)
        wholes, singles = chains(model.nodes)
        if not wholes and model.nodes and not _recurrent(model):
            model = _by_weights(model)
            wholes, singles = chains(model.nodes)
        if not wholes:
            raise LstmvizError(_none(model, where))
        choices = tuple(_found(chain, model.locate, where) for chain in (*wholes, *singles))
        index = pick(choices[: len(wholes)], choices[len(wholes) :], lstm, where)
        chain = (*wholes, *singles)[index]
        parts = _assembled(model, chain, where, progress)
        symbols, remarks = known(model.nodes, model.assets, parts.spec.input_size)
        parts.warnings += remarks
        network = _network(model, parts, f"{chain.name} of {path.name}", symbols)
        return Opened(network, _certificate(model, chain, choices, parts))


@contextlib.contextmanager
def _model(stream: IO[bytes], where: str) -> Iterator[Model]:
    """The model in an open file, whatever its name says."""
    size = os.fstat(stream.fileno()).st_size
    start = stream.read(8)
    if start[:4] == b"PK\x03\x04":
        yield _archive(stream, size, where)
    else:
        yield _plain(open_root(Source(stream, size, where)), where)


def _archive(stream: IO[bytes], size: int, where: str) -> Model:
    """A `.keras` file: a zip of two descriptions and the weights, none of them unpacked to disk."""
    directory = zipdir.read_directory(stream, where)
    if "config.json" not in directory.members:
        raise LstmvizError(f"{where} is a zip without config.json; it is not a Keras model.")
    if WEIGHTS not in directory.members and "model.weights.json" in directory.members:
        raise LstmvizError(
            f"{where} keeps its weights in several files; save it in Keras without sharding."
        )
    config = _json(_member(stream, directory, "config.json", LONGEST_CONFIG), where, "config.json")
    about: Any = {}
    if "metadata.json" in directory.members:
        data = _member(stream, directory, "metadata.json", LONGEST_CONFIG)
        about = _json(data, where, "metadata.json")
    version = about.get("keras_version") if isinstance(about, dict) else None
    root = open_root(_weights(stream, size, directory, where))
    version = version if isinstance(version, str) else ""
    if not is_model(config):
        name = config.get("class_name") if isinstance(config, dict) else None
        return _without_config(
            root,
            "Keras .keras",
            version,
            f"The model is of the class {str(name)[:60]!r}, whose code is not in the file.",
        )
    found = nodes(config, where)
    names = [name for name in directory.members if is_asset(name)][:MOST_FILES]
    assets = tuple((name, _member(stream, directory, name, LONGEST)) for name in names)
    return Model("Keras .keras", root, found, in_groups(root), version, assets=assets)


def _plain(root: Group, where: str) -> Model:
    """An HDF5 file: the older whole model, or weights alone of either kind."""
    text = root.text("model_config")
    top = root.group("model_weights") or root
    version = root.text("keras_version") or top.text("keras_version") or ""
    if text is not None:
        warnings = () if version else ("The file does not tell Keras's version: 2 is assumed.",)
        found = nodes(_json(text, where, "model_config"), where)
        return Model(H5, root, found, in_legacy(root), version or "2", warnings)
    if top.texts("layer_names") is not None or top.texts("layer_names0") is not None:
        found, locate = bare.legacy(root)
        return Model("Keras weights .h5", root, found, locate, version or "2", described=False)
    if layer_groups(root) is None and not root.members:
        raise LstmvizError(f"{where} is an HDF5 file without weights of Keras in it.")
    return _without_config(root, "Keras .weights.h5", version, "")


def _without_config(root: Group, form: str, version: str, remark: str) -> Model:
    found, locate = bare.modern(root)
    return Model(form, root, found, locate, version, (remark,) if remark else (), described=False)


def _json(data: str | bytes, where: str, name: str) -> Any:
    """Parsed JSON; Keras writes NaN and Infinity too, in settings that are not looked at."""
    try:
        return json.loads(data, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise LstmvizError(
            f"{where}: {name} is not JSON that can be read; it is damaged."
        ) from None


def _member(stream: IO[bytes], directory: zipdir.Directory, name: str, limit: int) -> bytes:
    """A member of at most `limit` bytes, stored or deflated."""
    member, where = directory.members[name], directory.where
    if member.size > limit:
        raise LstmvizError(
            f"{where}: member {name!r} would take {member.size:,} bytes, more than the "
            f"{limit:,} allowed; it is hostile."
        )
    if member.method == zipdir.STORED:
        return zipdir.read_stored(stream, directory, name, limit)
    if member.method != zipdir.DEFLATED:
        raise LstmvizError(f"{where}: member {name!r} is packed in an unknown way; save it again.")
    packed = replace(member, method=zipdir.STORED, size=member.packed)
    inside = replace(directory, members={name: packed})
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = unpacker.decompress(
            zipdir.read_stored(stream, inside, name, member.packed), member.size + 1
        )
    except zlib.error:
        data = b""
    if len(data) != member.size:
        raise LstmvizError(f"{where}: member {name!r} does not unpack; it is damaged.")
    return data


def _weights(stream: IO[bytes], size: int, directory: zipdir.Directory, where: str) -> Source:
    """The HDF5 file inside: a part of the zip where it is stored, else unpacked in memory."""
    if WEIGHTS not in directory.members:
        raise LstmvizError(f"{where} has no {WEIGHTS}; it is damaged or was saved without weights.")
    if directory.members[WEIGHTS].method == zipdir.STORED:
        start, length = zipdir.place(stream, directory, WEIGHTS)
        return Source(stream, length, where, start)
    data = _member(stream, directory, WEIGHTS, size + SLACK)
    return Source(io.BytesIO(data), len(data), where)


def _recurrent(model: Model) -> bool:
    """Whether a description has a recurrent layer of Keras's own."""
    kinds = (*RECURRENT, *OTHER_RECURRENT)
    return not model.described or any(node.kind in kinds for node in model.nodes)


def _by_weights(model: Model) -> Model:
    """The model as its weights alone tell it, where the LSTM is inside somebody's own layer.

    The same model if none is; a layer that is itself of another class may compute anything.
    """
    if model.format == H5:
        return model
    found, locate = bare.modern(model.root)
    if not any(node.kind in RECURRENT and "/" in node.name for node in found):
        return model
    return replace(
        model,
        nodes=found,
        locate=locate,
        described=False,
        warnings=(
            *model.warnings,
            "The LSTM is inside a layer of another class, whose code is not in the file: only its "
            "weights are read.",
        ),
    )


def _none(model: Model, where: str) -> str:
    """Why a model without an LSTM is not opened."""
    for node in model.nodes:
        cell = node.config.get("cell")
        inner = cell.get("class_name") if isinstance(cell, dict) else ""
        if node.kind in RECURRENT and node.wrapped == "TimeDistributed":
            return (
                f"{where} runs {node.shown} inside TimeDistributed, a sequence at every step, "
                "which cannot be drawn."
            )
        if node.kind in OTHER_RECURRENT or inner in OTHER_CELLS:
            kind = inner or node.kind
            return (
                f"{where} holds a {kind} ({node.name[:60]!r}), not an LSTM; only LSTMs are shown."
            )
        if node.kind == "RNN":
            kinds = " and ".join(dict.fromkeys(cell_kinds(cell)))
            return f"{where}: {node.name[:60]!r} runs cells of {kinds}; only LSTMs are shown."
    kinds = ", ".join(dict.fromkeys(node.kind[:40] for node in model.nodes[:12]))
    return f"{where} holds no LSTM, but {kinds or 'no layers at all'}."


def _found(chain: Chain, locate: Locate, where: str) -> Found:
    """A chain as the user picks it."""
    first = chain.lstms[0]
    width, size = sizes(first, locate(first), where)
    layers = sum(len(node.cells) for node in chain.lstms)
    both = first.wrapped == "Bidirectional"
    backwards = first.config.get("go_backwards") is True
    ways = ("forward", "backward") if both else ("backward" if backwards else "forward",)
    return Found(chain.name, layers, ways, (width, size, size))


def _assembled(model: Model, chain: Chain, where: str, progress: Progress | None) -> Parts:
    """The chain's weights, read one by one."""
    datasets = [each for node in chain.nodes for group in model.locate(node) for each in group]
    total = sum(each.size for each in datasets)
    if total > budget():
        raise LstmvizError(
            f"{where} has weights of {size_text(total)}, more than the {size_text(budget())} "
            "allowed; raise LSTMVIZ_MEMORY_GB if it is right."
        )
    wide = any(each.type.name[1:] == "f8" for each in datasets)
    dtype = np.float64 if wide else np.float32
    tick = counting(progress, total)

    def numbers(dataset: Dataset) -> Array:
        if dataset.type.name != "bfloat16" and dataset.type.name[1:2] != "f":
            raise LstmvizError(f"{where}: {dataset.path} does not hold floats but other data.")
        array: Array = dataset.read(tick).astype(dtype, copy=False)
        return array

    return assemble(chain, model.locate, model.major, where, numbers, tick)


def _network(model: Model, parts: Parts, title: str, symbols: tuple[str, ...] | None) -> Network:
    """The network, and a note where weights are not finite."""
    arrays = {
        f"layer{k}.{way}.{name}": value
        for k, cells in enumerate(parts.cells)
        for way, weights in cells.items()
        for name, value in vars(weights).items()
        if value is not None
    }
    return Network(
        parts.spec,
        tuple(parts.cells),
        tuple(parts.head_weights),
        symbols,
        title=title,
        trained=True,
        notes=own.not_finite(arrays),
        format=model.format,
        gate_order=GATE_ORDER,
        embedding=parts.embedding,
    )


def _certificate(
    model: Model, chain: Chain, choices: tuple[Found, ...], parts: Parts
) -> Certificate:
    """What was understood."""
    used = set(parts.used)
    tensors = [
        each
        for group in model.root.groups()
        for each in group.members.values()
        if isinstance(each, Dataset) and "optimizer" not in each.path
    ]
    before, more = chain.before, tuple[str, ...]()
    if not model.described:
        before, more = bare.remarks(chain.nodes, model.nodes, model.locate)
    return Certificate(
        format=model.format,
        framework="Keras",
        version=model.version,
        gate_order=GATE_ORDER,
        biases="; ".join(sorted(parts.biases)),
        activations=described(parts.layers),
        prefix=chain.lstms[0].name.rpartition("/")[0],
        used=tuple(parts.used),
        ignored=tuple(each.path for each in tensors if each.path not in used),
        before=before,
        choices=choices,
        chosen=chain.name,
        warnings=(*model.warnings, *more, *chain.warnings, *parts.warnings),
    )
