"""Object headers: the messages that say what an object of the file is."""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.models.hdf5.source import Cursor, Source

DATASPACE, LINK_INFO, DATATYPE, LINK = 0x01, 0x02, 0x03, 0x06
EXTERNAL_FILES, LAYOUT, FILTERS, ATTRIBUTE = 0x07, 0x08, 0x0B, 0x0C
CONTINUATION, SYMBOL_TABLE, ATTRIBUTE_INFO = 0x10, 0x11, 0x15

SHARED = 0x02
MOST_MESSAGES = 10_000


@dataclass(frozen=True)
class Message:
    """One message of an object header; `shared` ones lie elsewhere in the file."""

    kind: int
    data: bytes
    shared: bool


def messages(source: Source, address: int) -> list[Message]:
    """Every message of the object at an address; raises `LstmvizError` for a damaged header."""
    start = source.read(address, 4)
    if start == b"OHDR":
        return _version_2(source, address)
    if start[0] != 1:
        source.damaged("has no object where one should be")
    return _version_1(source, address)


def _version_1(source: Source, address: int) -> list[Message]:
    cursor = Cursor(source.read(address, 16), source)
    cursor.skip(8)
    blocks, found = [(address + 16, cursor.number(4))], list[Message]()
    for start, length in blocks:
        cursor = Cursor(source.read(start, length), source)
        while cursor.left >= 8:
            kind, size, flags = cursor.number(2), cursor.number(2), cursor.number(1)
            cursor.skip(3)
            _add(source, Message(kind, cursor.take(size), bool(flags & SHARED)), blocks, found)
    return found


def _version_2(source: Source, address: int) -> list[Message]:
    head = Cursor(source.read(address, min(48, source.size - address)), source, 4)
    version, flags = head.number(1), head.number(1)
    if version != 2:
        source.damaged("has an object header of an unknown version")
    head.skip((16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0))
    length = head.number(1 << (flags & 3))
    blocks, found = [(address + head.at, length)], list[Message]()
    for index, (start, size) in enumerate(blocks):
        cursor = Cursor(source.read(start, size), source)
        if index and cursor.take(4) != b"OCHK":
            source.damaged("has a broken object header")
        end = 4 if index else 0  # the checksum
        while cursor.left - end >= (6 if flags & 4 else 4):
            kind, count, marks = cursor.number(1), cursor.number(2), cursor.number(1)
            cursor.skip(2 if flags & 4 else 0)
            _add(source, Message(kind, cursor.take(count), bool(marks & SHARED)), blocks, found)
    return found


def _add(
    source: Source, message: Message, blocks: list[tuple[int, int]], found: list[Message]
) -> None:
    """Keep a message, or queue the block that a continuation points at."""
    if message.kind == CONTINUATION:
        cursor = Cursor(message.data, source)
        block = cursor.number(8), cursor.number(8)
        if block in blocks or len(blocks) > 100:
            source.damaged("has an object header that runs in a circle")
        blocks.append(block)
    elif message.kind:
        found.append(message)
    if len(found) > MOST_MESSAGES:
        source.damaged("has an object header without end")
