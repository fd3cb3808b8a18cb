"""`.safetensors`, by hand: a length, a JSON header, then the numbers.

The header gives each tensor its `dtype`, `shape` and `data_offsets` (from the header's end);
`__metadata__` holds texts. Tensors fill the rest of the file without gap or overlap
(github.com/huggingface/safetensors, README). Of tensors that share their numbers
`safetensors.torch.save_model` keeps one, and names it in the metadata under the names of the
others.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, NoReturn

import numpy as np

from lstmviz.engine.memory import budget
from lstmviz.engine.network import Array, Network
from lstmviz.errors import LstmvizError
from lstmviz.files import reading, shown, writing
from lstmviz.models.build import opened
from lstmviz.models.certificate import Certificate, Opened
from lstmviz.models.own import CARD, packed, parse_card, unpacked
from lstmviz.models.progress import Progress, counting
from lstmviz.models.tensors import FLOATS, Tensor, TensorFile, tensor_at, unreadable
from lstmviz.symbols import told_in

FORMAT = "safetensors"
OWN = "lstmviz .safetensors"
LONGEST_HEADER = 2 * 2**20
METADATA = "__metadata__"
SIZES = {
    "F64": 8,
    "F32": 4,
    "F16": 2,
    "BF16": 2,
    "I64": 8,
    "U64": 8,
    "I32": 4,
    "U32": 4,
    "I16": 2,
    "U16": 2,
    "I8": 1,
    "U8": 1,
    "BOOL": 1,
    "F8_E4M3": 1,
    "F8_E5M2": 1,
    "C64": 8,
}
KINDS = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}


def read(path: Path, lstm: str | None = None, progress: Progress | None = None) -> Opened:
    """Open lstmviz's own file, or the LSTM of any other.

    Raises `LstmvizError` for a damaged file (naming the tensor) and for one without an LSTM.
    """
    where = shown(path)
    with reading(path) as stream:
        file, metadata = tensors(stream, where)
        if CARD not in metadata:
            return opened(file, lstm, progress)
        network = _own(file, metadata[CARD], progress)
        return Opened(network, Certificate(OWN, "lstmviz", used=tuple(file.tensors)))


def save(network: Network, path: str | Path) -> None:
    """Write a network as lstmviz's own `.safetensors`; equal networks give equal bytes.

    Raises `LstmvizError` if the target cannot be written; the file appears whole or not at all.
    """
    text, arrays = packed(network)
    header: dict[str, Any] = {METADATA: {"format": "lstmviz", CARD: text}}
    at = 0
    for name, array in arrays.items():
        kind = "F64" if array.dtype == np.float64 else "F32"
        header[name] = {
            "dtype": kind,
            "shape": array.shape,
            "data_offsets": [at, at + array.nbytes],
        }
        at += array.nbytes
    data = json.dumps(header, ensure_ascii=False).encode()
    data += b" " * (-len(data) % 8)
    if len(data) > LONGEST_HEADER:
        raise LstmvizError(
            f"{shown(path)} cannot be written: the vocabulary and notes take more than "
            f"{LONGEST_HEADER:,} bytes; shorten them."
        )
    with writing(path) as stream:
        stream.write(len(data).to_bytes(8, "little") + data)
        for array in arrays.values():
            stream.write(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).data)


def tensors(stream: IO[bytes], where: str) -> tuple[TensorFile, dict[str, str]]:
    """Every tensor of an open file, and its metadata; raises `LstmvizError`."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    length = int.from_bytes(stream.read(8), "little")
    if size < 8 or length > size - 8:
        _damaged(where, f"claims a header of {length:,} bytes but has {max(size - 8, 0):,}")
    if length > LONGEST_HEADER:
        raise LstmvizError(
            f"{where} has a header of {length:,} bytes, more than the {LONGEST_HEADER:,} that are "
            "read; save fewer tensors."
        )
    header = _header(stream.read(length), where)
    metadata = header.pop(METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        _damaged(where, "has metadata that are no texts")
    rows = [_row(name, entry, where) for name, entry in header.items()]
    _check_places(rows, size - 8 - length, where)
    found = {
        name: _tensor(stream, name, kind, shape, 8 + length + start, where)
        for name, kind, shape, start, _ in rows
    }
    tied = _tied(found, metadata)
    framework = {"pt": "PyTorch", "tf": "TensorFlow", "flax": "Flax", "np": "NumPy"}
    from_whom = framework.get(metadata.get("format", ""), "")
    file = TensorFile(
        *(where, size, FORMAT, found | tied, from_whom),
        warnings=_told(tied, metadata),
        vocabulary=told_in(metadata),
    )
    return file, metadata


def _tied(found: dict[str, Tensor], metadata: dict[str, str]) -> dict[str, Tensor]:
    """The tensors that are in the file under the name of another."""
    return {
        name: replace(found[kept], name=name)
        for name, kept in metadata.items()
        if kept in found and name not in found
    }


def _told(tied: dict[str, Tensor], metadata: dict[str, str]) -> tuple[str, ...]:
    """A sentence on names that stand for one tensor."""
    if not tied:
        return ()
    pairs = [f"{_quoted(name)} is {_quoted(metadata[name])}" for name in list(tied)[:6]]
    more = f" and {len(tied) - 6:,} more" if len(tied) > 6 else ""
    return (f"Tied weights, kept once in the file: {', '.join(pairs)}{more}.",)


Row = tuple[str, str, tuple[int, ...], int, int]
"""Name, dtype, shape, first byte and the one after the last."""


def _header(data: bytes, where: str) -> dict[str, Any]:
    """The JSON, no name of which may come twice."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) < len(pairs):
            raise ValueError("a name twice")
        return result

    try:
        header = json.loads(data.decode(), object_pairs_hook=unique, parse_constant=_refuse)
    except (ValueError, RecursionError):
        _damaged(where, "has a header that is not JSON, or names a tensor twice")
    if not isinstance(header, dict):
        _damaged(where, "has a header that is no object")
    return header


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _row(name: str, entry: Any, where: str) -> Row:
    """One tensor's entry, every field of the right type."""
    told = f"tensor {_quoted(name)}"
    if not isinstance(entry, dict) or not {"dtype", "shape", "data_offsets"} <= entry.keys():
        _damaged(where, f"has no dtype, shape and data_offsets for {told}")
    kind, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(kind, str) or not _sizes(shape) or not _sizes(offsets) or len(offsets) != 2:
        _damaged(where, f"has a damaged entry for {told}")
    if len(shape) > 32 or max(shape, default=0) > 2**48:
        _damaged(where, f"claims shape {str(shape)[:60]} for {told}")
    start, end = offsets
    each = SIZES.get(kind)
    if each is not None and end - start != math.prod(shape) * each:
        _damaged(
            where,
            f"claims shape {tuple(shape)} of {kind} for {told} but gives it {end - start:,} bytes",
        )
    return name, kind, tuple(shape), start, end


def _sizes(value: Any) -> bool:
    return isinstance(value, list) and all(type(n) is int and 0 <= n < 2**63 for n in value)


def _check_places(rows: list[Row], size: int, where: str) -> None:
    """Every tensor lies within the file and none over another."""
    at = 0
    for name, _, _, start, end in sorted(rows, key=lambda row: (row[3], row[4])):
        if end > size or end < start:
            _damaged(where, f"ends before its tensor {_quoted(name)} does")
        if start < at:
            _damaged(where, f"has tensor {_quoted(name)} lie over another")
        at = end


def _tensor(
    stream: IO[bytes], name: str, kind: str, shape: tuple[int, ...], start: int, where: str
) -> Tensor:
    known = KINDS.get(kind)
    if known is None:
        return unreadable(name, shape, kind, "")
    return tensor_at(stream, name, known, shape, start, where)


def _own(file: TensorFile, card: str, progress: Progress | None) -> Network:
    """The network of lstmviz's own file."""
    total = sum(tensor.size for tensor in file.tensors.values())
    tick = counting(progress, total)

    def weights(name: str, shape: tuple[int, ...]) -> Array:
        tensor = file.tensors[name]
        if tensor.shape != shape:
            raise LstmvizError(
                f"{file.where} ({name}) has shape {tensor.shape}, but the sizes ask for {shape}."
            )
        if tensor.kind not in FLOATS:
            raise LstmvizError(f"{file.where}: array {name!r} holds {tensor.kind}, not floats.")
        return tensor.read(tick)

    if total > budget():
        raise LstmvizError(f"{file.where} holds more weights than are allowed in memory.")
    return unpacked(parse_card(card, file.where), file.tensors, weights, file.where, OWN)


def _quoted(name: str) -> str:
    return repr(name if len(name) <= 80 else name[:79] + "…")


def _damaged(where: str, what: str) -> NoReturn:
    raise LstmvizError(f"{where} {what}; it is damaged, so copy or save it again.")
