"""Bytes of an HDF5 file at addresses, every one checked before it is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, NoReturn

from lstmviz.errors import LstmvizError

UNDEFINED = 2**64 - 1
"""The address of what is not there."""

SLACK = 32 * 2**20
"""Bytes that may be read beyond the size of the file, for what is compressed in it."""


PIECE = 2**20
"""Bytes of values read at once."""


@dataclass
class Source:
    """A part of a seekable stream: `size` bytes from `base`; `where` names it in errors.

    `left` is how many bytes may yet be read as values: an honest file holds no more weights than
    it has bytes, so one block of it that is claimed by many tensors is found out.
    """

    stream: IO[bytes]
    size: int
    where: str
    base: int = 0
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.size + SLACK

    def read(self, address: int, count: int) -> bytes:
        """`count` bytes at an address; raises `LstmvizError` if they are not in the file."""
        if not (0 <= count <= self.size and 0 <= address <= self.size - count):
            self.damaged(f"points at {count:,} bytes at {address:,}, which are not in the file")
        self.stream.seek(self.base + address)
        data = self.stream.read(count)
        if len(data) != count:
            self.damaged("ends too early")
        return data

    def fill(self, address: int, target: memoryview, tick: Callable[[int], None]) -> None:
        """Read bytes from an address into `target`, in pieces that are told to `tick`.

        What `tick` raises ends the reading. Raises `LstmvizError` if they are not in the file.
        """
        count = len(target)
        if not 0 <= address <= self.size - count:
            self.damaged(f"points at {count:,} bytes at {address:,}, which are not in the file")
        self.stream.seek(self.base + address)
        for first in range(0, count, PIECE):
            piece = target[first : first + PIECE]
            if self.stream.readinto(piece) != len(piece):  # type: ignore[attr-defined]
                self.damaged("ends too early")
            tick(len(piece))

    def spend(self, count: int, what: str) -> None:
        """Count bytes about to be taken as values; raises `LstmvizError` if they are too many."""
        if count > self.left:
            raise LstmvizError(
                f"{self.where}: {what} claims {count:,} bytes, more than the file can hold; "
                "it is damaged or hostile."
            )
        self.left -= count

    def damaged(self, how: str) -> NoReturn:
        """Raise `LstmvizError` for a fault of the file."""
        raise LstmvizError(f"{self.where} {how}; it is damaged, so save the model again.")


@dataclass
class Cursor:
    """Little-endian fields read one after the other from a block of bytes."""

    data: bytes
    source: Source
    at: int = 0

    def take(self, count: int) -> bytes:
        """The next `count` bytes; raises `LstmvizError` at the end of the block."""
        if count < 0 or self.at + count > len(self.data):
            self.source.damaged("has a block that ends too early")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, count: int) -> int:
        """The next unsigned number of `count` bytes."""
        return int.from_bytes(self.take(count), "little")

    def skip(self, count: int) -> None:
        """Pass over `count` bytes."""
        self.take(count)

    def align(self, start: int) -> None:
        """Pass over bytes up to a multiple of 8 from `start`."""
        self.take(-(self.at - start) % 8)

    @property
    def left(self) -> int:
        """Bytes not yet read."""
        return len(self.data) - self.at
