"""NumPy arrays: `.npy`, and `.npz` with one array or one named `input`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmviz import npy
from lstmviz.engine.memory import budget
from lstmviz.errors import LstmvizError
from lstmviz.files import shown
from lstmviz.inputs.columns import chosen, listed, scaled
from lstmviz.inputs.recipes import FileInput
from lstmviz.inputs.sequence import (
    Sequence,
    check_size,
    check_width,
    checked_finite,
    numbered,
    one_hot,
    unnamed,
)
from lstmviz.inputs.text import check_symbols, label

NAME = "input"

Symbols = tuple[str, ...] | None


def from_npy(recipe: FileInput, input_size: int | None, symbols: Symbols) -> Sequence:
    """The array of a `.npy`; see `from_array` for its shapes and errors."""
    array = npy.read_npy(recipe.path, budget())
    return from_array(array, recipe, input_size, symbols, shown(recipe.path))


def from_npz(recipe: FileInput, input_size: int | None, symbols: Symbols) -> Sequence:
    """The only array of an `.npz`, else the one named `input`. Errors as `from_array`."""
    name = shown(recipe.path)
    with npy.opened(recipe.path) as archive:
        found = npy.members(archive)
        if not found:
            raise LstmvizError(f"{name} holds no array; write one with numpy.savez.")
        if len(found) > 1 and NAME not in found:
            some = ", ".join(found[:6]) + (", …" if len(found) > 6 else "")
            raise LstmvizError(
                f"{name} holds {len(found)} arrays ({some}); name the one to read {NAME!r}."
            )
        which = NAME if NAME in found else found[0]
        array = npy.read_member(archive, which, f"{name} ({which})", budget())
    return from_array(array, recipe, input_size, symbols, f"{name} ({which})")


def from_array(
    array: NDArray[Any],
    recipe: FileInput,
    input_size: int | None,
    symbols: Symbols,
    where: str,
) -> Sequence:
    """Any array of real numbers as a sequence; integers, booleans and halves are widened.

    It may be (steps, I), (steps,) for one column, or a batch of such, of which `recipe.item`
    picks one. Whole numbers in one row, for a network that reads more than one value, are the
    numbers of symbols. Raises `LstmvizError` for other shapes, no steps, no columns, a wrong
    width, a batch of which none is picked, and values that are not finite.
    """
    if array.size == 0:
        raise LstmvizError(f"{where} has shape {array.shape}; give at least one step and column.")
    title = Path(recipe.path).name
    wide = input_size is not None and input_size > 1 and not recipe.columns
    ids = array.dtype.kind in "iu" and wide
    picked = recipe.item is not None or array.shape[:1] == (1,)
    row = ids and array.ndim == 2 and array.shape[1] != input_size and picked
    array, notes = _item(array, 1 if row else 2, recipe.item, where)
    if ids and array.ndim == 1 and input_size is not None:
        sequence = _symbols(array, input_size, symbols, where, title)
        return replace(sequence, notes=notes)
    table = array.reshape(len(array), -1)
    names = unnamed(table.shape[1])
    if recipe.columns:
        places = chosen(recipe.columns, names, where)
        table, names = table[:, places], tuple(names[k] for k in places)
    offer = f"its columns ({listed(names)})"
    check_width(where, table.shape[1], input_size, "" if recipe.columns else offer)
    dtype = np.float32 if array.dtype.kind == "f" and array.dtype.itemsize <= 4 else np.float64
    check_size(where, *table.shape, np.dtype(dtype).itemsize)
    with np.errstate(over="ignore"):  # what is too large is refused below
        values: NDArray[np.floating] = table.astype(dtype, order="C")
    values, told = scaled(checked_finite(values, where), recipe.scaling, names)
    return replace(numbered(values, title), columns=names, notes=(*notes, *told))


def _item(
    array: NDArray[Any], single: int, item: int | None, where: str
) -> tuple[NDArray[Any], tuple[str, ...]]:
    """One sequence, of `single` dimensions or fewer, of what may be a batch of them."""
    shape = array.shape
    if not 1 <= array.ndim <= single + 1:
        raise LstmvizError(f"{where} has shape {shape}; give (steps, input size) or (steps,).")
    if array.ndim <= single:
        if item is not None:
            raise LstmvizError(
                f"{where} has shape {shape}, which is one sequence and no batch; leave item out."
            )
        return array, ()
    if item is None and shape[0] == 1:
        return array[0], (f"Shape {shape}: a batch of one, taken as it is.",)
    if item is None and array.ndim == 3 and shape[1] == 1:
        return array[:, 0], (f"Shape {shape}: the batch of one stands second, steps first.",)
    if item is None:
        raise LstmvizError(
            f"{where} has shape {shape}, a batch of {shape[0]:,} sequences; pick one with --item "
            f"0 to {shape[0] - 1:,}, or save one of them."
        )
    if not 0 <= item < shape[0]:
        raise LstmvizError(
            f"{where} has shape {shape}, so its items are 0 to {shape[0] - 1:,}, not {item:,}."
        )
    return array[item], (f"Item {item:,} of a batch of {shape[0]:,}.",)


def _symbols(ids: NDArray[Any], width: int, symbols: Symbols, where: str, title: str) -> Sequence:
    """The numbers of symbols as one-hot rows."""
    if symbols:
        check_symbols(symbols, width)
    check_size(where, len(ids), width)
    if ids.min() < 0 or ids.max() >= width:
        at = int(np.argmax((ids < 0) | (ids >= width)))
        raise LstmvizError(
            f"{where} has the symbol number {ids[at]} at step {at:,}, but the network knows 0 to "
            f"{width - 1:,}; give numbers of its own vocabulary."
        )
    names = tuple(map(label, symbols)) if symbols else tuple(map(str, range(width)))
    return one_hot(ids.astype(np.intp), names, width, title)
