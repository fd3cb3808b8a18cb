"""`.pt`, `.pth` and `.ckpt`: what torch.save writes, read without torch and without running it.

Since PyTorch 1.6 that is a zip of stored members: `<root>/data.pkl` holds the structure and
`<root>/data/<key>` the numbers of each storage. Before, five pickles stood behind each other,
then the storages with their lengths (torch/serialization.py).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from lstmviz.errors import LstmvizError
from lstmviz.files import reading, shown
from lstmviz.models import unpickle
from lstmviz.models.build import opened
from lstmviz.models.certificate import Opened
from lstmviz.models.progress import Progress
from lstmviz.models.tensors import (
    FLOATS,
    Tensor,
    TensorFile,
    plain_strides,
    strided_at,
    tensor_at,
    unreadable,
)
from lstmviz.models.torchpickle import BUILDERS, Contents, TensorRef, contents, persistent
from lstmviz.models.zipdir import Directory, place, read_directory, read_stored
from lstmviz.symbols import found_in

LONGEST_PICKLE = 16 * 2**20
MAGIC = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""The first of the five pickles of old files: a number."""

FROZEN = (
    "is a frozen TorchScript file, whose weights stand in its code as constants without names; "
    "save the module before torch.jit.freeze, or its state_dict."
)

_NUMBERS = {
    "float32": 4,
    "float64": 8,
    "float16": 2,
    "bfloat16": 2,
    "LongStorage": 8,
    "IntStorage": 4,
    "ShortStorage": 2,
    "CharStorage": 1,
    "ByteStorage": 1,
    "BoolStorage": 1,
    "ComplexFloatStorage": 8,
    "ComplexDoubleStorage": 16,
}
"""Bytes a number of what old files may hold."""

Find = Callable[[str], tuple[int, int]]
"""Key of a storage → its place and bytes in the file; raises `LstmvizError`."""


def read(path: Path, lstm: str | None = None, progress: Progress | None = None) -> Opened:
    """Open the LSTM of a checkpoint, a state_dict, a whole pickled module or a TorchScript file.

    Raises `LstmvizError` for a damaged or hostile file and for one without an LSTM.
    """
    with reading(path) as stream:
        return opened(tensors(stream, shown(path)), lstm, progress)


def tensors(stream: IO[bytes], where: str) -> TensorFile:
    """Every tensor of an open file; raises `LstmvizError`."""
    start = stream.read(len(MAGIC))
    size = stream.seek(0, os.SEEK_END)
    if start == MAGIC:
        return _old(stream, size, where)
    if start[:2] != b"PK":
        raise LstmvizError(f"{where} {_unlike(start)}")
    directory = read_directory(stream, where)
    root = _root(directory)
    _check_order(stream, directory, root)
    data = read_stored(stream, directory, f"{root}data.pkl", LONGEST_PICKLE)
    pickled = unpickle.load(data, BUILDERS, persistent, f"{where} (data.pkl)", 0, size)
    found = contents(pickled.value, where)
    script = f"{root}constants.pkl" in directory.members
    version, warnings = _lightning(pickled.value)
    framework = "PyTorch (TorchScript)" if script else "PyTorch"
    return _file(
        stream,
        TensorFile(
            *(where, size, "torch zip", {}, framework, version, True),
            warnings=warnings,
            vocabulary=_vocabulary(pickled.value),
            lacking=FROZEN if _frozen(directory, root, found) else "",
        ),
        found,
        lambda key: place(stream, directory, f"{root}data/{key}"),
    )


def _unlike(start: bytes) -> str:
    """What a file is that is no zip."""
    if start[:1] == b"\x80":
        return (
            "is a bare pickle, which PyTorch does not write and which is never opened; save the "
            "state_dict with torch.save."
        )
    if start[:4] == b"\x89HDF":
        return "is an HDF5 file; give it the suffix .h5."
    return (
        "is not a PyTorch file (no zip and no old torch.save); check the file, or save the "
        "weights as .npz or .safetensors."
    )


def _root(directory: Directory) -> str:
    """The folder all members lie in, with its slash."""
    names = [n for n in directory.members if n == "data.pkl" or n.endswith("/data.pkl")]
    roots = [name.removesuffix("data.pkl") for name in names if name.count("/") <= 1]
    if len(roots) != 1:
        what = "no data.pkl" if not roots else "more than one data.pkl"
        raise LstmvizError(
            f"{directory.where} is a zip with {what}, so not one that torch.save wrote; save it "
            "again."
        )
    return roots[0]


def _check_order(stream: IO[bytes], directory: Directory, root: str) -> None:
    """Refuse numbers written by a big-endian machine."""
    name = f"{root}byteorder"
    if name in directory.members and read_stored(stream, directory, name, 64) != b"little":
        raise LstmvizError(
            f"{directory.where} holds big-endian numbers; save it on a little-endian machine."
        )


def _frozen(directory: Directory, root: str, found: Contents) -> bool:
    """Whether all weights of a TorchScript file went into its constants."""
    constants = any(name.startswith(f"{root}constants/") for name in directory.members)
    return constants and not any(len(each.shape) > 1 for each in found.tensors.values())


def _lightning(root: Any) -> tuple[str, tuple[str, ...]]:
    """The version of Lightning, if it wrote the file."""
    version = root.get("pytorch-lightning_version") if isinstance(root, dict) else None
    return (f"Lightning {version[:40]}", ()) if isinstance(version, str) else ("", ())


def _vocabulary(root: Any) -> tuple[str, ...] | None:
    """The symbols kept in a checkpoint beside its weights, or among its hyper-parameters."""
    found = found_in(root)
    if found is None and isinstance(root, dict):
        found = found_in(root.get("hyper_parameters"))
    return found


def _file(stream: IO[bytes], file: TensorFile, found: Contents, find: Find) -> TensorFile:
    """The tensors of a pickle, each with its place in the file; tied ones share how to read it."""
    first: dict[Hashable, Tensor] = {}
    for name, reference in found.tensors.items():
        key = reference.view or name
        if key not in first:
            first[key] = _tensor(stream, name, reference, find, file.where)
        file.tensors[name] = replace(first[key], name=name)
    file.flags.update(found.flags)
    file.classes.update(found.classes)
    file.foreign.update(found.foreign)
    return file


def _tensor(stream: IO[bytes], name: str, reference: TensorRef, find: Find, where: str) -> Tensor:
    """One tensor, held against its storage; a fault is kept until the tensor is needed."""
    kind, shape = reference.kind, reference.shape
    fault = reference.fault
    start = 0
    if not fault and kind in FLOATS and reference.storage is not None:
        try:
            start, size = find(reference.storage.key)
        except LstmvizError as error:
            fault = f"has no storage ({str(error).removeprefix(where).lstrip(': ').rstrip('.')})"
        else:
            each = FLOATS[kind]
            claimed = reference.storage.numbers
            if reference.storage.kind != "UntypedStorage":
                claimed *= each
            if claimed != size:
                fault = f"has a storage of {size:,} bytes where {claimed:,} are claimed"
            start += reference.offset * each
    if fault or kind not in FLOATS:
        return unreadable(name, shape, kind, fault)
    if plain_strides(shape, reference.strides):
        return tensor_at(stream, name, kind, shape, start, where)
    return strided_at(stream, name, kind, shape, reference.strides, start)


def _old(stream: IO[bytes], size: int, where: str) -> TensorFile:
    """A file from before PyTorch 1.6, or saved the old way."""
    stream.seek(0)
    data = stream.read(LONGEST_PICKLE)
    at, values = 0, []
    for _ in range(5):
        pickled = unpickle.load(data, BUILDERS, persistent, where, at, size)
        values.append(pickled.value)
        at = pickled.end
    _, protocol, system, root, keys = values
    little = isinstance(system, dict) and system.get("little_endian") is True
    if protocol != 1001 or not little or not isinstance(keys, list):
        raise LstmvizError(
            f"{where} was saved in an old way that is not known; open it with torch.load and save "
            "it again with torch.save."
        )
    found = contents(root, where)
    kinds = {r.storage.key: r.storage.kind for r in found.tensors.values() if r.storage}
    places = _old_places(stream, at, size, [str(key)[:80] for key in keys], kinds, where)

    def find(key: str) -> tuple[int, int]:
        if key not in places:
            raise LstmvizError(f"no storage {key[:80]!r}.")
        return places[key]

    version, warnings = _lightning(root)
    file = TensorFile(
        *(where, size, "torch, the way before 1.6", {}, "PyTorch", version, True),
        warnings=warnings,
        vocabulary=_vocabulary(root),
    )
    return _file(stream, file, found, find)


def _old_places(
    stream: IO[bytes], at: int, size: int, keys: list[str], kinds: dict[str, str], where: str
) -> dict[str, tuple[int, int]]:
    """Where each storage lies: they follow each other, each after its count of numbers."""
    places: dict[str, tuple[int, int]] = {}
    for key in keys:
        stream.seek(at)
        count = int.from_bytes(stream.read(8), "little")
        each = _NUMBERS.get(kinds.get(key, ""))
        if each is None:
            raise LstmvizError(
                f"{where}: storage {key!r} is of a type that is not known ({kinds.get(key)}); open "
                "the file with torch.load and save it again with torch.save."
            )
        places[key] = at + 8, count * each
        at += 8 + count * each
        if at > size:
            raise LstmvizError(f"{where} ends before its storage {key!r} does; copy it again.")
    return places
