"""`.npz` files of weights that something else wrote: arrays by PyTorch's or Keras's names."""

from __future__ import annotations

import math
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from lstmviz import npy
from lstmviz.engine.network import Array
from lstmviz.errors import LstmvizError
from lstmviz.files import reading, shown
from lstmviz.models import npz, own
from lstmviz.models.certificate import Certificate, Opened
from lstmviz.models.progress import Progress
from lstmviz.models.tensors import Tensor, TensorFile, unreadable
from lstmviz.models.zipdir import read_directory
from lstmviz.npy import Tick

MOST_ARRAYS = 4096
SPARE = 16 * 2**20


def read(path: Path, lstm: str | None = None, progress: Progress | None = None) -> Opened:
    """Open lstmviz's own `.npz`, or the LSTM of any other.

    Raises `LstmvizError` for a damaged file (naming the array) and for one without an LSTM.
    """
    where = shown(path)
    size = _check_members(path, where)
    with npy.opened(path) as archive:
        names = npy.members(archive)
        if own.CARD not in names:
            from lstmviz.models.build import opened  # late: our own files do without

            found = {name: _tensor(archive, name, where, size) for name in names}
            return opened(TensorFile(where, size, ".npz", found), lstm, progress)
    network = npz.read(path, progress)
    return Opened(network, Certificate(npz.FORMAT, "lstmviz", used=names))


def _check_members(path: Path, where: str) -> int:
    """The file's size; raises `LstmvizError` for more members than are looked at."""
    with reading(path) as stream:
        size = stream.seek(0, os.SEEK_END)
        count = len(read_directory(stream, where, "an .npz file").members)
    if count > MOST_ARRAYS:
        raise LstmvizError(
            f"{where} holds {count:,} arrays, more than the {MOST_ARRAYS:,} that are looked at; "
            "save only the weights."
        )
    return size


def _tensor(archive: zipfile.ZipFile, name: str, where: str, size: int) -> Tensor:
    """One array by its header."""
    told = f"{where} ({name[:80]})"
    with archive.open(f"{name}.npy") as stream:
        header, _ = npy.read_header(stream, told)
    if header.dtype.kind != "f" or header.dtype.itemsize > 8:
        return unreadable(name, header.shape, str(header.dtype), "")
    limit = 2 * size + SPARE
    if math.prod(header.shape) * max(header.dtype.itemsize, 4) > limit:
        return unreadable(
            name, header.shape, header.dtype.name, f"would unpack into more than {limit:,} bytes"
        )

    def load(tick: Tick) -> Array:
        array: np.ndarray[Any, Any] = npy.read_member(archive, name, told, limit, tick=tick)
        wide = np.float64 if array.dtype.itemsize == 8 else np.float32
        result: Array = np.ascontiguousarray(array, wide)
        result.setflags(write=False)
        return result

    return Tensor(name, header.shape, header.dtype.name, load)
