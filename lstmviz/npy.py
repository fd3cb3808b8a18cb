"""Arrays from `.npy` and `.npz` files that nobody vouches for.

NumPy's own reader allocates what a header claims before it looks at the file, and hands
out pickles where asked. Here the claimed shape is held against the bytes that are there and
against a budget first, and nothing but plain numbers is read.

The layout is NumPy's: magic, version, header length, a Python literal with `descr`,
`fortran_order` and `shape`, then the numbers (numpy.lib.format).
"""

from __future__ import annotations

import ast
import contextlib
import math
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from lstmviz.errors import LstmvizError
from lstmviz.files import reading, shown

MAGIC = b"\x93NUMPY"
LONGEST_HEADER = 10_000
PIECE = 2**20
"""Bytes read at once: longer reads keep the interpreter's lock for too long."""
DENSEST = 1032
"""Bytes that deflate can make of one at most."""
Tick = Callable[[int], None]
"""Told the bytes of every piece that was read; what it raises ends the reading."""
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What numpy.savez and numpy.savez_compressed write; others unpack with less of a bound."""


@dataclass(frozen=True)
class Header:
    """What a `.npy` says of itself."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran: bool

    @property
    def size(self) -> int:
        """Bytes of the numbers."""
        return math.prod(self.shape) * self.dtype.itemsize


def read_npy(path: str | Path, budget: int) -> NDArray[Any]:
    """The array of a `.npy` file, of at most `budget` bytes.

    Raises `LstmvizError` for anything but a whole, plain array of numbers.
    """
    with reading(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        return read_array(stream, size, shown(path), budget)


@contextlib.contextmanager
def opened(path: str | Path) -> Iterator[zipfile.ZipFile]:
    """An `.npz` file as a zip; every fault inside the block becomes an `LstmvizError`."""
    name = shown(path)
    with reading(path) as stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                yield archive
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise LstmvizError(
                f"{name} is damaged or not an .npz file ({_said(error)}); write it again."
            ) from None
        except (NotImplementedError, RuntimeError) as error:
            raise LstmvizError(
                f"{name} is a zip that cannot be read ({_said(error)}); write it with numpy.savez."
            ) from None


def _said(error: Exception) -> str:
    """What the zip reader says, without its last stop; it may quote long stretches of the file."""
    text = str(error).rstrip(".").lower()
    return text if len(text) <= 120 else text[:119] + "…"


def members(archive: zipfile.ZipFile) -> tuple[str, ...]:
    """The names of the arrays inside, without `.npy`."""
    names = (info.filename for info in archive.infolist())
    return tuple(name.removesuffix(".npy") for name in names if name.endswith(".npy"))


def read_member(
    archive: zipfile.ZipFile,
    name: str,
    where: str,
    budget: int,
    shape: tuple[int, ...] | None = None,
    tick: Tick | None = None,
) -> NDArray[Any]:
    """The array `name` of an open `.npz`, closed to writing; `where` names it in errors.

    Raises `LstmvizError` as `read_npy`, and before unpacking what is over the budget or of
    another shape than the one asked for.
    """
    info = archive.getinfo(f"{name}.npy")
    if info.file_size > budget + LONGEST_HEADER:
        raise LstmvizError(_over(where, info.file_size, budget))
    if info.compress_type not in PACKINGS:
        raise LstmvizError(
            f"{where} is packed in a way that NumPy does not use; write it with numpy.savez."
        )
    stored = info.compress_type == zipfile.ZIP_STORED
    if info.file_size > info.compress_size * (1 if stored else DENSEST):
        raise LstmvizError(
            f"{where} claims {info.file_size:,} bytes, more than its {info.compress_size:,} can "
            "unpack into; it is damaged, so write it again."
        )
    with archive.open(info) as stream:
        array = read_array(stream, info.file_size, where, budget, shape, tick)
        if stream.read(1):
            raise LstmvizError(f"{where} has bytes after its numbers; write it again.")
    return array


def read_array(
    stream: IO[bytes],
    size: int,
    where: str,
    budget: int,
    shape: tuple[int, ...] | None = None,
    tick: Tick | None = None,
) -> NDArray[Any]:
    """One array from a stream of `size` bytes that begins with a `.npy` header.

    It is closed to writing, and read in pieces that are told to `tick`.
    """
    header, start = read_header(stream, where)
    _check_kind(header.dtype, where)
    if shape is not None and header.shape != shape:
        raise LstmvizError(f"{where} has shape {header.shape}, but the sizes ask for {shape}.")
    if header.size > budget:
        raise LstmvizError(_over(where, header.size, budget))
    if header.size != size - start:
        raise LstmvizError(
            f"{where} claims shape {header.shape} of {header.dtype} ({header.size:,} bytes) but "
            f"holds {max(size - start, 0):,} bytes; it is damaged, so write it again."
        )
    array: NDArray[Any] = np.empty(math.prod(header.shape), header.dtype)
    data = array.view(np.uint8).data
    for first in range(0, header.size, PIECE):
        piece = data[first : first + PIECE]
        if stream.readinto(piece) != len(piece):  # type: ignore[attr-defined]
            raise LstmvizError(f"{where} ends too early; it is damaged, so write it again.")
        if tick is not None:
            tick(len(piece))
    array.setflags(write=False)
    return array.reshape(header.shape, order="F" if header.fortran else "C")


def read_header(stream: IO[bytes], where: str) -> tuple[Header, int]:
    """The header and the number of bytes it took; raises `LstmvizError` if it is none."""
    magic = stream.read(8)
    if magic[:6] != MAGIC or len(magic) < 8:
        raise LstmvizError(f"{where} is not a NumPy array file; write it with numpy.save.")
    width = 2 if magic[6] == 1 else 4
    length = int.from_bytes(stream.read(width), "little")
    if not 0 < length <= LONGEST_HEADER:
        raise LstmvizError(f"{where} has a damaged header; write it again with numpy.save.")
    text = stream.read(length).decode("utf-8", errors="replace")
    try:
        if "\\" in text:  # Python warns of some escapes, and no plain array has any
            raise ValueError("escape")
        fields = ast.literal_eval(text.strip())
        descr, shape, fortran = fields["descr"], fields["shape"], fields["fortran_order"]
        if not (isinstance(shape, tuple) and all(type(n) is int and n >= 0 for n in shape)):
            raise ValueError("shape")
        if len(shape) > 32 or max(shape, default=0) > 2**48:
            raise ValueError("shape")
        dtype = np.dtype(descr)
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError):
        raise LstmvizError(
            f"{where} has a damaged header; write it again with numpy.save."
        ) from None
    return Header(dtype, shape, bool(fortran)), 8 + width + length


def _check_kind(dtype: np.dtype[Any], where: str) -> None:
    """Refuse everything but real numbers."""
    if dtype.hasobject:
        raise LstmvizError(
            f"{where} holds pickled Python objects, which are never opened (they can run code); "
            "save plain numbers."
        )
    if dtype.kind == "c":
        raise LstmvizError(
            f"{where} holds complex numbers ({dtype}); save real and imaginary parts as columns."
        )
    if dtype.kind not in "biuf" or dtype.subdtype is not None:
        described = "records" if dtype.names else str(dtype)
        raise LstmvizError(f"{where} holds {described}, not numbers; save a plain float array.")


def _over(where: str, size: int, budget: int) -> str:
    return (
        f"{where} would take {size:,} bytes, more than the {budget:,} allowed; "
        "give a smaller part of it."
    )
