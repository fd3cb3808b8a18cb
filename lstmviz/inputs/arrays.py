"""NumPy arrays: `.npy`, and `.npz` with one array or one named `input`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmviz import npy
from lstmviz.engine.memory import budget
from lstmviz.errors import LstmvizError
from lstmviz.files import shown
from lstmviz.inputs.sequence import Sequence, check_size, check_width, checked_finite, numbered

NAME = "input"


def from_npy(path: str, input_size: int | None) -> Sequence:
    """The (steps, I) array of a `.npy`; (steps,) is one column. Errors as `from_array`."""
    return from_array(npy.read_npy(path, budget()), input_size, shown(path), Path(path).name)


def from_npz(path: str, input_size: int | None) -> Sequence:
    """The only array of an `.npz`, else the one named `input`. Errors as `from_array`."""
    name = shown(path)
    with npy.opened(path) as archive:
        found = npy.members(archive)
        if not found:
            raise LstmvizError(f"{name} holds no array; write one with numpy.savez.")
        if len(found) > 1 and NAME not in found:
            some = ", ".join(found[:6]) + (", …" if len(found) > 6 else "")
            raise LstmvizError(
                f"{name} holds {len(found)} arrays ({some}); name the one to read {NAME!r}."
            )
        chosen = NAME if NAME in found else found[0]
        array = npy.read_member(archive, chosen, f"{name} ({chosen})", budget())
    return from_array(array, input_size, f"{name} ({chosen})", Path(path).name)


def from_array(array: NDArray[Any], input_size: int | None, where: str, title: str) -> Sequence:
    """Any array of real numbers as a sequence; integers, booleans and halves are widened.

    Raises `LstmvizError` for more than two dimensions, no steps, no columns, a wrong width
    and values that are not finite.
    """
    if array.ndim not in (1, 2):
        raise LstmvizError(
            f"{where} has shape {array.shape}; give (steps, input size) or (steps,)."
        )
    if array.size == 0:
        raise LstmvizError(f"{where} has shape {array.shape}; give at least one step and column.")
    table = array.reshape(len(array), -1)
    check_width(where, table.shape[1], input_size)
    dtype = np.float32 if array.dtype.kind == "f" and array.dtype.itemsize <= 4 else np.float64
    check_size(where, *table.shape, np.dtype(dtype).itemsize)
    with np.errstate(over="ignore"):  # what is too large is refused below
        values: NDArray[np.floating] = table.astype(dtype, order="C")
    return numbered(checked_finite(values, where), title)
