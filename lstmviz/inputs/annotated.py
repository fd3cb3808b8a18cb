"""One number a step from a file: what units may follow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstmviz import npy
from lstmviz.engine.memory import budget
from lstmviz.errors import LstmvizError
from lstmviz.files import read_text, shown
from lstmviz.inputs import tables
from lstmviz.inputs.recipes import FileInput
from lstmviz.plain import parse

Numbers = NDArray[np.float64]

SUFFIXES = (".csv", ".tsv", ".txt", ".npy", ".json")
LONGEST = 64 * 2**20


def is_file(text: str) -> bool:
    """Whether FILE or FILE:COLUMN is meant, by the suffix."""
    return parted(text)[0].lower().endswith(SUFFIXES)


def from_file(text: str, steps: int) -> Numbers:
    """(steps,): the annotation of FILE or FILE:COLUMN.

    A table's column is named or numbered from 1, and may be left out where there is but one. A
    `.txt` holds numbers apart by spaces or lines, or a row of 0s and 1s; a `.json` a list, or an
    object of lists by column, in which null says nothing of a step; a `.npy` (steps,) numbers or
    (steps, columns), NaN where nothing is said. Raises `LstmvizError` naming the file.
    """
    path, column = parted(text)
    name = shown(path)
    match Path(path).suffix.lower():
        case ".csv" | ".tsv":
            values = _table(path, column)
        case ".npy":
            values = _columns(npy.read_npy(path, budget()), column, name)
        case ".json":
            values = _json(parse(read_text(path, LONGEST), name), column, name)
        case _:
            values = _text(read_text(path, LONGEST), column, name)
    if values.shape != (steps,):
        raise LstmvizError(
            f"{name} has {len(values):,} numbers, but the input has {steps:,} steps; give one a "
            "step."
        )
    return values


def folder_of(text: str) -> tuple[Path, str | None] | None:
    """FOLDER and COLUMN, where FOLDER or FOLDER:COLUMN is meant: there is such a folder."""
    if Path(text).is_dir():
        return Path(text), None
    path, colon, column = text.rpartition(":")
    return (Path(path), column) if colon and path and column and Path(path).is_dir() else None


def from_folder(folder: Path, column: str | None, name: str, steps: int) -> Numbers:
    """(steps,): of an input, by its file's name, the annotation in the folder's file of that name.

    Their suffixes may differ. Raises `LstmvizError` where there is none, and as `from_file` does.
    """
    stem = Path(name).stem
    for suffix in SUFFIXES:
        path = folder / f"{stem}{suffix}"
        if path.is_file():
            return from_file(joined(str(path), column or ""), steps)
    raise LstmvizError(
        f"{shown(folder)} has no annotation of it; give it a file {stem} with one of the suffixes "
        f"{' '.join(SUFFIXES)}."
    )


def parted(text: str) -> tuple[str, str | None]:
    """FILE and COLUMN; a colon of the file's own name stays with it."""
    path, colon, column = text.rpartition(":")
    if colon and path.lower().endswith(SUFFIXES) and column:
        return path, column
    return text, None


def joined(path: str, column: str) -> str:
    """FILE:COLUMN, or FILE alone where no column is named."""
    return f"{path}:{column}" if column else path


def _table(path: str, column: str | None) -> Numbers:
    wanted = () if column is None else (column,)
    values = tables.from_file(FileInput(path, columns=wanted), None).values
    if values.shape[1] != 1:
        names = ", ".join(each.name[:24] for each in tables.columns_of(path)[:12])
        raise LstmvizError(
            f"{shown(path)} has several columns; name one, as in {shown(path)}:COLUMN, of {names}."
        )
    return np.asarray(values[:, 0], np.float64)


def _columns(array: NDArray[np.generic], column: str | None, name: str) -> Numbers:
    if not array.size:
        raise LstmvizError(f"{name} has the shape {array.shape}; give one number a step.")
    table = np.asarray(array, np.float64).reshape(len(array) if array.ndim else 1, -1)
    if column is None and table.shape[1] == 1:
        return np.asarray(table[:, 0])
    number = int(column) if column and column.isascii() and column.isdecimal() else 0
    if not 1 <= number <= table.shape[1]:
        raise LstmvizError(
            f"{name} has the columns 1 to {table.shape[1]}; name one of them, as in FILE:1."
        )
    return np.asarray(table[:, number - 1])


def _json(data: object, column: str | None, name: str) -> Numbers:
    if isinstance(data, dict):
        keys = ", ".join(str(key)[:24] for key in list(data)[:12])
        if column is None and len(data) == 1:
            (column,) = data
        if column is None or column not in data:
            raise LstmvizError(f"{name} has the columns {keys}; name one, as in FILE:COLUMN.")
        data = data[column]
    elif column is not None:
        raise LstmvizError(f"{name} is a list and has no column {column[:40]!r}; leave it out.")
    if not isinstance(data, list) or not all(map(_numeric, data)):
        raise LstmvizError(f"{name} is no list of numbers; give one number a step.")
    return np.array([np.nan if value is None else float(value) for value in data], np.float64)


def _numeric(value: object) -> bool:
    """Whether it is null or a number that a float can hold."""
    if value is None or isinstance(value, float):
        return True
    return isinstance(value, int) and abs(value) < 2**1000


def _text(text: str, column: str | None, name: str) -> Numbers:
    if column is not None:
        raise LstmvizError(f"{name} has no columns; leave {column[:40]!r} out.")
    words = text.split()
    if len(words) == 1 and set(words[0]) <= {"0", "1"}:
        words = list(words[0])
    try:
        return np.array([float(word) for word in words], np.float64)
    except ValueError:
        raise LstmvizError(f"{name} is not numbers apart by spaces; give one a step.") from None
