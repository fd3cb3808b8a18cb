"""Protocol Buffers' wire format: the fields of a message, one after the other.

Just what ONNX needs: varints, fixed numbers and blocks of bytes, which stay views of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from lstmviz.errors import LstmvizError

VARINT, FIXED64, BLOCK, FIXED32 = 0, 1, 2, 5
MOST_FIELDS = 200_000


@dataclass
class Budget:
    """How many fields may yet be read; `where` names the file in errors."""

    where: str
    left: int = MOST_FIELDS

    def damaged(self, how: str) -> NoReturn:
        """Raise `LstmvizError` for a fault of the file."""
        raise LstmvizError(f"{self.where} {how}; it is damaged or not an ONNX model.")


@dataclass(frozen=True)
class Field:
    """One field: its number, and a number or a block of bytes."""

    number: int
    value: int
    block: memoryview

    @property
    def signed(self) -> int:
        """The number as int64 has it."""
        return self.value - 2**64 if self.value >= 2**63 else self.value

    @property
    def text(self) -> str:
        """The block as text."""
        return bytes(self.block[:100_000]).decode("utf-8", "replace")


EMPTY = memoryview(b"")


def fields(data: memoryview, budget: Budget) -> Iterator[Field]:
    """The fields of one message; raises `LstmvizError` where it is damaged or has too many."""
    at, end = 0, len(data)
    while at < end:
        budget.left -= 1
        if budget.left < 0:
            raise LstmvizError(
                f"{budget.where} has more than {MOST_FIELDS:,} fields; a model that large is not "
                "read."
            )
        key, at = varint(data, at, budget)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, at = varint(data, at, budget)
            yield Field(number, value, EMPTY)
            continue
        length = {FIXED64: 8, FIXED32: 4}.get(kind, -1)
        if kind == BLOCK:
            length, at = varint(data, at, budget)
        if not 0 <= length <= end - at:
            budget.damaged("has a field that ends outside it")
        yield Field(number, 0, data[at : at + length])
        at += length


def varint(data: memoryview, at: int, budget: Budget) -> tuple[int, int]:
    """A number of variable length at a place, and where the next thing begins."""
    value = 0
    for index in range(10):
        if at + index >= len(data):
            budget.damaged("ends too early")
        byte = data[at + index]
        value |= (byte & 127) << (7 * index)
        if byte < 128:
            return value & (2**64 - 1), at + index + 1
    return budget.damaged("has a number without end")


def numbers(field: Field, budget: Budget) -> list[int]:
    """Whole numbers, packed in a block or a single one."""
    if not field.block:
        return [field.signed]
    found, at = [], 0
    while at < len(field.block):
        budget.left -= 1
        if budget.left < 0:
            budget.damaged("has too many numbers")
        value, at = varint(field.block, at, budget)
        found.append(value - 2**64 if value >= 2**63 else value)
    return found
