"""The directory of a zip, read by hand: what lies where, without unpacking anything.

The layout is that of PKWARE's APPNOTE: an end record, before it (from 4 GiB on) a locator of
the ZIP64 end record, and the central directory that these point at. zipfile makes an object of
every entry before it can be asked how many there are; here the directory's size is bounded first.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import IO, NoReturn

from lstmviz.errors import LstmvizError

LONGEST_DIRECTORY = 4 * 2**20
STORED, DEFLATED = 0, 8
_END, _END64, _LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_ENTRY, _LOCAL = b"PK\x01\x02", b"PK\x03\x04"


@dataclass(frozen=True)
class Member:
    """One file inside: `header` is where its local header begins, `size` its unpacked bytes."""

    name: str
    method: int
    size: int
    packed: int
    header: int


@dataclass(frozen=True)
class Directory:
    """All members by name; `start` is where the directory begins, `where` names the file."""

    members: dict[str, Member]
    start: int
    where: str


class _DamagedError(Exception):
    """What is wrong with a zip, in words."""


def read_directory(stream: IO[bytes], where: str, kind: str = "a zip") -> Directory:
    """The directory of an open zip; `kind` says in errors what it should be.

    Raises `LstmvizError` for a damaged one, for names that come twice, encrypted members, more
    than 4 MiB of directory and anything before or after the archive.
    """
    try:
        start, length = _extent(stream, where)
        stream.seek(start)
        return Directory(_members(stream.read(length)), start, where)
    except _DamagedError as error:
        raise LstmvizError(
            f"{where} is damaged or not {kind} (it {error}); copy or save it again."
        ) from None


def _members(data: bytes) -> dict[str, Member]:
    """Every entry of a directory."""
    members: dict[str, Member] = {}
    at = 0
    while at < len(data):
        member, at = _entry(data, at)
        if member.name in members:
            _damaged(f"names the member {_quoted(member.name)} twice")
        members[member.name] = member
    return members


def place(stream: IO[bytes], directory: Directory, name: str) -> tuple[int, int]:
    """(offset, size) of the bytes of a stored member.

    Raises `LstmvizError` if there is none of that name, if it is compressed, or reaches out of
    the file's own part.
    """
    where, member = directory.where, directory.members.get(name)
    if member is None:
        raise LstmvizError(f"{where} has no member {_quoted(name)}; it is damaged or incomplete.")
    if member.method != STORED or member.size != member.packed:
        raise LstmvizError(
            f"{where}: member {_quoted(name)} is compressed, which this format never is; "
            "save the model again."
        )
    stream.seek(min(member.header, 2**62))
    head = stream.read(30)
    if len(head) < 30 or head[:4] != _LOCAL:
        raise LstmvizError(
            f"{where} has no member {_quoted(name)} where its directory says; it is damaged."
        )
    offset = member.header + 30 + sum(struct.unpack_from("<HH", head, 26))
    if offset + member.size > directory.start:
        raise LstmvizError(f"{where} ends before its member {_quoted(name)} does; copy it again.")
    return offset, member.size


def read_stored(stream: IO[bytes], directory: Directory, name: str, limit: int) -> bytes:
    """The bytes of a stored member of at most `limit`; raises `LstmvizError` as `place`."""
    offset, size = place(stream, directory, name)
    if size > limit:
        raise LstmvizError(
            f"{directory.where}: member {_quoted(name)} has {size:,} bytes, more than the "
            f"{limit:,} that are read; save only the weights."
        )
    stream.seek(offset)
    return stream.read(size)


def _extent(stream: IO[bytes], where: str) -> tuple[int, int]:
    """Where the directory begins, and its bytes."""
    size = stream.seek(0, os.SEEK_END)
    tail_start = max(0, size - 65_557)
    stream.seek(tail_start)
    tail = stream.read(65_557)
    found = tail.rfind(_END)
    if found < 0 or len(tail) - found < 22:
        _damaged("has no directory at its end")
    end = tail_start + found
    length, start, comment = struct.unpack_from("<IIH", tail, found + 12)
    if end + 22 + comment != size:
        _damaged("has bytes after its end")
    stream.seek(max(0, end - 20))
    locator = stream.read(20)
    if end >= 20 and locator[:4] == _LOCATOR:
        end = min(struct.unpack_from("<Q", locator, 8)[0], 2**62)
        stream.seek(end)
        record = stream.read(56)
        if len(record) < 56 or record[:4] != _END64:
            _damaged("has a damaged end")
        length, start = struct.unpack_from("<QQ", record, 40)
    if start + length != end:
        _damaged("has a directory that is not where its end says")
    if length > LONGEST_DIRECTORY:
        raise LstmvizError(
            f"{where} lists {length:,} bytes of members, more than the {LONGEST_DIRECTORY:,} that "
            "are read; save only the weights."
        )
    return start, length


def _entry(data: bytes, at: int) -> tuple[Member, int]:
    """One entry of the directory, and where the next begins."""
    if data[at : at + 4] != _ENTRY or len(data) - at < 46:
        _damaged("has a damaged directory")
    flags, method = struct.unpack_from("<HH", data, at + 8)
    packed, size, name_length, extra_length, comment = struct.unpack_from("<IIHHH", data, at + 20)
    header = struct.unpack_from("<I", data, at + 42)[0]
    middle = at + 46 + name_length
    after = middle + extra_length + comment
    if after > len(data):
        _damaged("has a damaged directory")
    name = data[at + 46 : middle].decode("utf-8", errors="replace")
    if flags & 1:
        _damaged(f"has the encrypted member {_quoted(name)}")
    extra = data[middle : middle + extra_length]
    size, packed, header = _large(extra, size, packed, header)
    return Member(name, method, size, packed, header), after


def _large(extra: bytes, size: int, packed: int, header: int) -> tuple[int, int, int]:
    """Size, packed size and place, from the ZIP64 field where 32 bits do not hold them."""
    values = [size, packed, header]
    if 0xFFFFFFFF not in values:
        return size, packed, header
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            wanted = [k for k, value in enumerate(values) if value == 0xFFFFFFFF]
            if length < 8 * len(wanted) or at + 4 + length > len(extra):
                break
            for index, k in enumerate(wanted):
                values[k] = struct.unpack_from("<Q", extra, at + 4 + 8 * index)[0]
            return values[0], values[1], values[2]
        at += 4 + length
    return _damaged("has a member without its size")


def _quoted(name: str) -> str:
    return repr(name if len(name) <= 80 else name[:79] + "…")


def _damaged(what: str) -> NoReturn:
    raise _DamagedError(what)
