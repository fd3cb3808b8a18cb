"""Tables: `.csv` (semicolon, comma or tab between cells) and `.tsv`, one row per step."""

from __future__ import annotations

import csv
import io
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lstmviz.engine.memory import budget, size_text
from lstmviz.errors import LstmvizError
from lstmviz.files import read_text, shown
from lstmviz.inputs.columns import chosen, listed, scaled
from lstmviz.inputs.recipes import FileInput
from lstmviz.inputs.sequence import (
    LIMIT,
    Sequence,
    check_size,
    check_width,
    checked_finite,
    numbered,
    unnamed,
)

LONGEST = 256 * 2**20
"""Bytes of a table that are read at most."""

_WORDS = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)


def from_file(recipe: FileInput, input_size: int | None) -> Sequence:
    """The numbers of a table, with its first row as names if it holds no number.

    Of a table whose columns are chosen, the others may hold anything. Raises `LstmvizError`
    naming the line (and column) for ragged rows, empty cells, text among the numbers and
    values that are not finite; for an empty table, a column that is not there and a wrong width.
    """
    name = shown(recipe.path)
    rows = _rows(recipe.path, name)
    first = next(rows, None)
    if first is None:
        raise LstmvizError(f"{name} is empty; give at least one row of numbers.")
    line, cells = first
    names, is_header = _names(cells)
    width = len(cells)
    places = chosen(recipe.columns, names, name) if recipe.columns else list(range(width))
    numbers = array("d")
    if not is_header:
        numbers.extend(_numbers(cells, places, line, name))
    for line, cells in rows:
        if len(cells) != width:
            raise LstmvizError(
                f"{name}, line {line} has {len(cells):,} cell{'s' * (len(cells) != 1)} where the "
                f"first row has {width:,}; give every row as many."
            )
        numbers.extend(_numbers(cells, places, line, name))
    if not numbers:
        raise LstmvizError(f"{name} has a header but no row of numbers; add at least one.")
    taken = tuple(names[k] for k in places)
    check_width(name, len(places), input_size, f"its columns ({listed(names)})")
    check_size(name, len(numbers) // len(places), len(places), 8)
    table = np.array(numbers, dtype=np.float64).reshape(-1, len(places))
    values, notes = scaled(checked_finite(table, name), recipe.scaling, taken)
    return replace(numbered(values, Path(recipe.path).name), columns=taken, notes=notes)


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, and whether its first row of data holds a number."""

    name: str
    numeric: bool


def columns_of(path: str) -> tuple[Column, ...]:
    """The columns of a table, for choosing among them; raises `LstmvizError` as `from_file`."""
    rows = _rows(path, shown(path))
    first = next(rows, None)
    if first is None:
        return ()
    names, is_header = _names(first[1])
    second = next(rows, first) if is_header else first
    cells = [*second[1], *[""] * len(names)]
    return tuple(
        Column(name, _looks_numeric(cell)) for name, cell in zip(names, cells, strict=False)
    )


def _names(cells: list[str]) -> tuple[tuple[str, ...], bool]:
    """The columns' names, and whether the first row holds them: there is no number in it."""
    if any(_looks_numeric(cell) for cell in cells):
        return unnamed(len(cells)), False
    return tuple(" ".join(cell.split()) or f"x{k}" for k, cell in enumerate(cells)), True


def _rows(path: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every row but the blank ones at the start, the end and without cells.

    Raises `LstmvizError` for a row of empty cells between others, which would be a step lost.
    """
    text = read_text(path, LONGEST)
    estimate = 4 * len(text)  # a cell takes two characters or more, and eight bytes
    if estimate > budget():
        raise LstmvizError(
            f"{name} may take {size_text(estimate)}, more than the {size_text(budget())} allowed; "
            "shorten it."
        )
    between = "\t" if Path(path).suffix.lower() == ".tsv" else _between(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    begun, hollow = False, 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise LstmvizError(
                f"{name}, line {reader.line_num} is not a table row ({error}); mend its quotes."
            ) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            if hollow:
                raise LstmvizError(
                    f"{name}, line {hollow} has only empty cells; fill them, or drop that row."
                )
            begun = True
            yield reader.line_num, cells
        elif begun and len(cells) > 1:
            hollow = hollow or reader.line_num


def _between(text: str) -> str:
    """What stands between the cells of a `.csv`, by its first row; commas may be within cells."""
    first = re.sub(r'"[^"]*"', "", text.lstrip().partition("\n")[0])
    return next((mark for mark in ";,\t" if mark in first), ",")


def _looks_numeric(cell: str) -> bool:
    """Whether a cell of the first row says that the row is data and not names."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _numbers(cells: list[str], places: list[int], line: int, name: str) -> list[float]:
    """The cells of one row at these places as finite numbers."""
    taken = [cells[k] for k in places]
    try:
        values = list(map(float, taken))
        if all(abs(value) <= LIMIT for value in values) and not any("_" in c for c in taken):
            return values
    except ValueError:
        pass
    place = next(k for k in places if _fault(cells[k].strip()))
    raise LstmvizError(f"{name}, line {line}, column {place + 1} {_fault(cells[place].strip())}")


def _fault(cell: str) -> str:
    """The end of the sentence about a cell that is not a finite number, or nothing."""
    if not cell:
        return "is empty; give every cell a number."
    if _WORDS.fullmatch(cell):
        return f"is {cell}; every value must be a finite number, so mend or drop that row."
    shown_cell = repr(cell if len(cell) <= 40 else cell[:39] + "…")
    if "_" in cell or not _looks_numeric(cell):
        comma = re.fullmatch(r"[+-]?\d+,\d+", cell)
        mend = "write the decimals after a point" if comma else "choose only columns of numbers"
        if "\t" in cell:
            mend = "name the file .tsv if tabs stand between its cells"
        return f"is {shown_cell}, not a number; {mend}."
    if not abs(float(cell)) <= LIMIT:
        return f"is {shown_cell}, too large for a number here; every value must be below 3.4e38."
    return ""
