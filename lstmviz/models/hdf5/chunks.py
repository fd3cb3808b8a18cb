"""Datasets stored in chunks, compressed or not."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass

import numpy as np

from lstmviz.errors import LstmvizError
from lstmviz.models.hdf5.source import UNDEFINED, Cursor, Source

DEFLATE, SHUFFLE, CHECKSUM = 1, 2, 3
MOST_CHUNKS = 100_000


@dataclass(frozen=True)
class Filter:
    """One step of how a chunk was packed; `value` is its first parameter."""

    kind: int
    value: int


def filters(cursor: Cursor) -> tuple[Filter, ...]:
    """A filter pipeline, in the order in which it packs."""
    version, count = cursor.number(1), cursor.number(1)
    if version not in (1, 2) or count > 32:
        cursor.source.damaged("has a filter pipeline that is not known")
    cursor.skip(6 if version == 1 else 0)
    found = []
    for _ in range(count):
        kind = cursor.number(2)
        length = cursor.number(2) if version == 1 or kind >= 256 else 0
        cursor.skip(2)
        values = cursor.number(2)
        cursor.skip(length + (-length % 8 if version == 1 else 0))
        first = [cursor.number(4) for _ in range(values)]
        cursor.skip(4 if version == 1 and values % 2 else 0)
        found.append(Filter(kind, first[0] if first else 0))
    return tuple(found)


def chunked(
    cursor: Cursor, shape: tuple[int, ...], itemsize: int, packed: tuple[Filter, ...], path: str
) -> bytes:
    """The bytes of a chunked dataset; raises `LstmvizError` if a chunk is missing or damaged."""
    source = cursor.source
    rank = cursor.number(1) - 1
    tree = cursor.number(8)
    chunk = tuple(cursor.number(4) for _ in range(rank))
    if rank != len(shape) or rank < 1 or min(chunk) < 1:
        source.damaged(f"stores {path} in chunks that do not fit it")
    for each in packed:
        if each.kind not in (DEFLATE, SHUFFLE, CHECKSUM):
            raise LstmvizError(
                f"{source.where}: {path} is packed with filter {each.kind}, which is not known; "
                "save the model without compression."
            )
    expected = math.prod(-(-size // step) for size, step in zip(shape, chunk, strict=True))
    length = math.prod(chunk) * itemsize
    leaves = list(_leaves(source, tree, rank, expected)) if expected <= MOST_CHUNKS else []
    if len(leaves) != expected or len({offset for offset, *_ in leaves}) != expected:
        raise LstmvizError(
            f"{source.where}: {path} has {len(leaves):,} stored chunks of {expected:,}; it is "
            "damaged or hostile."
        )
    source.spend(length, f"a chunk of {path}")
    result = np.zeros((*shape, itemsize), np.uint8)
    for offset, address, size, mask in leaves:
        data = _unpacked(source, source.read(address, size), packed, mask, length, itemsize)
        block = np.frombuffer(data, np.uint8).reshape(*chunk, itemsize)
        spans = [(o, min(o + c, s)) for o, c, s in zip(offset, chunk, shape, strict=True)]
        if any(a >= b for a, b in spans):
            source.damaged(f"has a chunk outside {path}")
        result[tuple(slice(a, b) for a, b in spans)] = block[tuple(slice(b - a) for a, b in spans)]
    return result.tobytes()


def _leaves(
    source: Source, tree: int, rank: int, limit: int
) -> list[tuple[tuple[int, ...], int, int, int]]:
    """(offset, address, stored bytes, filter mask) of every chunk below a B-tree node."""
    found: list[tuple[tuple[int, ...], int, int, int]] = []
    todo, seen = [tree] if tree != UNDEFINED else [], set[int]()
    for node in todo:
        if node in seen:
            source.damaged("has a tree of chunks that runs in a circle")
        seen.add(node)
        head = Cursor(source.read(node, 24), source)
        if head.take(4) != b"TREE" or head.number(1) != 1:
            source.damaged("has a broken tree of chunks")
        level, count = head.number(1), head.number(2)
        body = Cursor(source.read(node + 24, count * (24 + 8 * rank)), source)
        for _ in range(count):
            size, mask = body.number(4), body.number(4)
            offset = tuple(body.number(8) for _ in range(rank))
            body.skip(8)
            child = body.number(8)
            if level:
                todo.append(child)
            else:
                found.append((offset, child, size, mask))
        if len(found) > limit or len(todo) > limit + 100:
            source.damaged("has more chunks than its shapes ask for")
    return found


def _unpacked(
    source: Source, data: bytes, packed: tuple[Filter, ...], mask: int, length: int, itemsize: int
) -> bytes:
    """A chunk's own bytes, never more than `length` of them."""
    for index in reversed(range(len(packed))):
        kind = packed[index].kind
        if mask >> index & 1:
            continue
        if kind == CHECKSUM:
            data = data[:-4]
        elif kind == SHUFFLE:
            width = packed[index].value or itemsize
            if len(data) % width == 0:
                data = np.frombuffer(data, np.uint8).reshape(width, -1).T.tobytes()
        else:
            try:
                data = zlib.decompressobj().decompress(data, length + 4)
            except zlib.error:
                source.damaged("has a chunk that does not unpack")
    if len(data) != length:
        source.damaged("has a chunk of the wrong size")
    return data
