"""Shapes, types and numbers of datasets and attributes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmviz.errors import LstmvizError
from lstmviz.models.hdf5 import header
from lstmviz.models.hdf5.chunks import Filter, chunked, filters
from lstmviz.models.hdf5.header import Message
from lstmviz.models.hdf5.source import UNDEFINED, Cursor, Source

FIXED, FLOAT, STRING, OPAQUE, ENUM, VARIABLE = 0, 1, 3, 5, 8, 9
COMPACT, CONTIGUOUS, CHUNKED, VIRTUAL = 0, 1, 2, 3
LONGEST_TEXT = 16 * 2**20

FLOATS = {(2, 5, 10): "f2", (4, 8, 23): "f4", (8, 11, 52): "f8", (2, 8, 7): "bfloat16"}
"""(bytes, bits of the exponent, bits of the mantissa) → type."""


@dataclass(frozen=True)
class Type:
    """An element's type: a NumPy code, "bfloat16", "text", "texts elsewhere" or "" (foreign)."""

    name: str
    size: int


@dataclass(frozen=True, eq=False)
class Dataset:
    """An array in the file, not yet read."""

    source: Source
    path: str
    shape: tuple[int, ...]
    type: Type
    layout: bytes
    filters: tuple[Filter, ...]

    @property
    def size(self) -> int:
        """Bytes of the numbers, unpacked."""
        return math.prod(self.shape) * self.type.size

    def read(self, tick: Callable[[int], None] = lambda count: None) -> NDArray[Any]:
        """The numbers, bfloat16 widened to float32; `tick` is told the bytes of every piece.

        Raises `LstmvizError` for anything but plain numbers that the file really holds.
        """
        name = self.type.name
        if name in ("", "text", "texts elsewhere"):
            raise LstmvizError(
                f"{self.source.where}: {self.path} does not hold plain numbers; such data is not "
                "read."
            )
        self.source.spend(self.size, f"{self.path} of shape {self.shape}")
        data = self._bytes(self.size, tick)
        if name != "bfloat16":
            return np.frombuffer(data, name).reshape(self.shape)
        wide = np.frombuffer(data, "<u2").astype(np.uint32) << 16
        return wide.view(np.float32).reshape(self.shape)

    def _bytes(self, size: int, tick: Callable[[int], None]) -> bytes | NDArray[np.uint8]:
        cursor = Cursor(self.layout, self.source)
        version, kind = cursor.number(1), cursor.number(1)
        if version not in (3, 4, 5) or kind not in (COMPACT, CONTIGUOUS, CHUNKED):
            self.source.damaged(f"stores {self.path} in a layout that is not known")
        if kind == CHUNKED:
            if version != 3:
                raise LstmvizError(
                    f"{self.source.where}: {self.path} is stored in chunks of a newer kind; save "
                    "the model with the defaults of h5py."
                )
            unpacked = chunked(cursor, self.shape, self.type.size, self.filters, self.path)
            tick(size)
            return unpacked
        if self.filters:
            self.source.damaged(f"compresses {self.path} in a way that cannot be")
        if kind == COMPACT:
            stored = cursor.number(2)
            data = cursor.take(stored)
        else:
            address, stored = cursor.number(8), cursor.number(8)
            if address == UNDEFINED and size:
                stored = 0
            if stored >= size > 0:
                filled = np.empty(size, np.uint8)
                self.source.fill(address, filled.data, tick)
                return filled
            data = b""
        if stored < size:
            raise LstmvizError(
                f"{self.source.where}: {self.path} claims shape {self.shape} ({size:,} bytes) but "
                f"{stored:,} bytes are stored; it is damaged or hostile."
            )
        return data[:size]


def dataset(source: Source, path: str, found: list[Message]) -> Dataset:
    """A dataset from its messages; refuses what lies outside the file and virtual ones."""
    parts = {message.kind: message for message in found}
    if header.EXTERNAL_FILES in parts:
        raise LstmvizError(
            f"{source.where}: {path} keeps its values in another file, which is never opened; "
            "save the model with its weights inside."
        )
    for kind in (header.DATASPACE, header.DATATYPE, header.LAYOUT):
        if kind not in parts or parts[kind].shared:
            source.damaged(f"describes {path} in a way that is not read")
    layout = parts[header.LAYOUT].data
    if len(layout) > 1 and layout[0] >= 4 and layout[1] == VIRTUAL:
        raise LstmvizError(
            f"{source.where}: {path} is a virtual dataset made of others, perhaps in other files; "
            "save the model with its weights inside."
        )
    pipeline = parts.get(header.FILTERS)
    return Dataset(
        source,
        path,
        shape(Cursor(parts[header.DATASPACE].data, source)) or (),
        datatype(Cursor(parts[header.DATATYPE].data, source)),
        layout,
        filters(Cursor(pipeline.data, source)) if pipeline else (),
    )


def shape(cursor: Cursor) -> tuple[int, ...] | None:
    """A dataspace: the shape, () for a single value, None for nothing at all."""
    version, rank = cursor.number(1), cursor.number(1)
    if version not in (1, 2) or rank > 32:
        cursor.source.damaged("has a shape that is not known")
    cursor.skip(1)
    kind = cursor.number(1)
    if version == 1:
        cursor.skip(4)
    elif kind == 2:
        return None
    return tuple(cursor.number(8) for _ in range(rank))


def datatype(cursor: Cursor) -> Type:
    """The type of an element."""
    kind, bits, size = cursor.number(1) & 15, cursor.number(3), cursor.number(4)
    order = ">" if bits & 1 else "<"
    if kind == FIXED and size in (1, 2, 4, 8):
        return Type(f"{order}{'i' if bits & 8 else 'u'}{size}", size)
    if kind == FLOAT:
        cursor.skip(5)
        exponent = cursor.number(1)
        cursor.skip(1)
        name = FLOATS.get((size, exponent, cursor.number(1)), "")
        if name == "bfloat16":
            return Type(name if order == "<" else "", size)
        return Type(order + name if name and not bits & 0x40 else "", size)
    if kind == STRING:
        return Type("text", size)
    if kind == OPAQUE and size == 2:
        return Type("bfloat16", size)  # how Keras stores it, which knows no other opaque type
    if kind == ENUM and size == 1:
        return Type("u1", 1)
    if kind == VARIABLE and bits & 15 == 1:
        return Type("texts elsewhere", 16)
    return Type("", size)


def attribute(data: bytes, source: Source) -> tuple[str, Cursor, Cursor, bytes]:
    """An attribute message: its name, type, shape and bytes; the name is "" if it is foreign."""
    cursor = Cursor(data, source)
    version, flags = cursor.number(1), cursor.number(1)
    sizes = [cursor.number(2) for _ in range(3)]
    if version not in (1, 2, 3) or (version > 1 and flags & 3):
        return "", cursor, cursor, b""
    if version == 3:
        cursor.skip(1)
    parts = []
    for size in sizes:
        start = cursor.at
        parts.append(cursor.take(size))
        if version == 1:
            cursor.align(start)
    name = parts[0].split(b"\0")[0].decode("utf-8", "replace")
    return name, Cursor(parts[1], source), Cursor(parts[2], source), data[cursor.at :]


def texts(kind: Type, count: int, data: bytes, source: Source) -> list[str]:
    """The texts of an attribute; raises `LstmvizError` if they are not in the file."""
    if kind.name not in ("text", "texts elsewhere") or kind.size < 1:
        return []
    if count * kind.size > len(data):
        source.damaged("has an attribute that ends too early")
    rows = [data[k * kind.size : (k + 1) * kind.size] for k in range(count)]
    if kind.name == "texts elsewhere":
        rows = [_from_heap(Cursor(row, source)) for row in rows]
    return [row.rstrip(b"\0").decode("utf-8", "replace") for row in rows]


def _from_heap(cursor: Cursor) -> bytes:
    """A text in a global heap, by its length, the heap's address and its number there."""
    source = cursor.source
    length, address, wanted = cursor.number(4), cursor.number(8), cursor.number(4)
    if length == 0:
        return b""
    source.spend(length, "a text")
    prefix = Cursor(source.read(address, 16), source)
    if prefix.take(4) != b"GCOL" or length > LONGEST_TEXT:
        source.damaged("has a text that is not where it should be")
    prefix.skip(4)
    at, end = address + 16, address + prefix.number(8)
    for _ in range(100_000):
        if at + 16 > end:
            break
        entry = Cursor(source.read(at, 16), source)
        index = entry.number(2)
        entry.skip(6)
        size = entry.number(8)
        if index == wanted and length <= size:
            return source.read(at + 16, length)
        if index == 0:
            break
        at += 16 + size + -size % 8
    return source.damaged("has a text that is not where it should be")
