"""Named tensors of a file, known by shape and type before any number of theirs is read."""

from __future__ import annotations

import math
import mmap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from lstmviz.engine.network import Array
from lstmviz.errors import LstmvizError
from lstmviz.npy import Tick

FLOATS = {"float16": 2, "bfloat16": 2, "float32": 4, "float64": 8}
"""Types that are read, and their bytes a number."""

CHUNK = 2**18
"""Numbers read at once."""

MOST_DIMENSIONS = 8


@dataclass(frozen=True, eq=False)
class Tensor:
    """One tensor: `kind` is a type such as "float32", `read` gives its numbers.

    float16 and bfloat16 are read as float32. `sources` are the names in the file that it is
    made of, its own unless it was folded. `fault` says why it cannot be read; it is told only
    when the tensor is needed.
    """

    name: str
    shape: tuple[int, ...]
    kind: str
    read: Callable[[Tick], Array]
    sources: tuple[str, ...] = ()
    fault: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What it is called in the file."""
        return self.sources or (self.name,)

    @property
    def numbers(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)

    @property
    def size(self) -> int:
        """Bytes it takes once it is read."""
        return self.numbers * (8 if self.kind == "float64" else 4)


@dataclass(frozen=True, eq=False)
class TensorFile:
    """What a reader found: the tensors in the file's order, if `ordered` that of the model.

    `where` names the file in errors, `size` is its bytes. `flags` are what the file says of a
    module besides its weights (module → flag → value), `classes` what a module is where the file
    says so, `foreign` the classes of values that are neither tensor nor module (name → class).
    `lacking` is why no LSTM may be found in it, a sentence without the file.
    """

    where: str
    size: int
    format: str
    tensors: dict[str, Tensor]
    framework: str = ""
    version: str = ""
    ordered: bool = False
    flags: dict[str, dict[str, Any]] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    vocabulary: tuple[str, ...] | None = None
    lacking: str = ""


def tensor_at(
    stream: IO[bytes], name: str, kind: str, shape: tuple[int, ...], start: int, where: str
) -> Tensor:
    """A tensor whose numbers stand side by side from byte `start`."""

    def read(tick: Tick) -> Array:
        flat = _contiguous(stream, kind, math.prod(shape), start, tick, f"{where} ({name})")
        return _closed(flat.reshape(shape))

    return Tensor(name, shape, kind, read)


def strided_at(
    stream: IO[bytes],
    name: str,
    kind: str,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    start: int,
) -> Tensor:
    """A tensor that walks from byte `start` in strides (in numbers, none below 0).

    The caller has held every place it reaches against the file.
    """

    def read(tick: Tick) -> Array:
        result = _walked(stream, kind, shape, strides, start)
        tick(math.prod(shape) * FLOATS[kind])
        return _closed(result)

    return Tensor(name, shape, kind, read)


def unreadable(name: str, shape: tuple[int, ...], kind: str, fault: str) -> Tensor:
    """A tensor that cannot be read, for its fault or because it holds no floats."""
    return Tensor(name, shape, kind, lambda tick: np.empty(0), fault=fault)


def reach(shape: tuple[int, ...], strides: tuple[int, ...]) -> int:
    """How many numbers after its first a tensor reaches, the first counted; 0 if it is empty."""
    if 0 in shape:
        return 0
    return 1 + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))


def plain_strides(shape: tuple[int, ...], strides: tuple[int, ...]) -> bool:
    """Whether the numbers stand side by side in C order."""
    expected = 1
    for n, step in zip(reversed(shape), reversed(strides), strict=True):
        if n != 1 and step != expected:
            return False
        expected *= n
    return True


def _closed(array: Array) -> Array:
    array.setflags(write=False)
    return array


def _contiguous(
    stream: IO[bytes], kind: str, count: int, start: int, tick: Tick, where: str
) -> Array:
    """`count` numbers from byte `start`, read once and in pieces."""
    result: np.ndarray[Any, Any] = np.empty(count, np.float64 if kind == "float64" else np.float32)
    raw = np.empty(min(count, CHUNK), _stored(kind)) if FLOATS[kind] == 2 else None
    stream.seek(start)
    for first in range(0, count, CHUNK):
        piece = result[first : first + CHUNK]
        into = piece if raw is None else raw[: len(piece)]
        view = into.view(np.uint8).data
        if stream.readinto(view) != len(view):  # type: ignore[attr-defined]
            raise LstmvizError(f"{where} ends too early; the file is damaged, so copy it again.")
        if raw is not None:
            _widen(into, kind, piece)
        elif not into.dtype.newbyteorder("<").isnative:
            piece.byteswap(inplace=True)
        tick(len(view))
    return result


def _stored(kind: str) -> np.dtype[Any]:
    """The type that holds the bytes."""
    return np.dtype({"float16": "<f2", "bfloat16": "<u2", "float32": "<f4"}.get(kind, "<f8"))


def _widen(stored: np.ndarray[Any, Any], kind: str, into: np.ndarray[Any, Any]) -> None:
    """Two-byte floats into float32; bfloat16 is the upper half of one."""
    if kind == "bfloat16":
        bits = into.view(np.uint32)
        bits[...] = stored
        bits <<= 16
    else:
        with np.errstate(invalid="ignore"):  # of NaN
            into[...] = stored


def _walked(
    stream: IO[bytes], kind: str, shape: tuple[int, ...], strides: tuple[int, ...], start: int
) -> Array:
    """A strided tensor, copied out of the mapped file."""
    stored = _stored(kind)
    count = reach(shape, strides)
    with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        flat = np.frombuffer(mapped, stored, count, start)
        view = as_strided(flat, shape, tuple(n * stored.itemsize for n in strides))
        result = np.empty(shape, np.float64 if kind == "float64" else np.float32)
        if stored.itemsize == 2:
            _widen(view, kind, result)
        else:
            result[...] = view
        del flat, view  # or the map cannot be closed
    return result
