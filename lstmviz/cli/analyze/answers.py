"""What was found, and how it is written: JSON, one tidy CSV table, or named arrays."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmviz.errors import LstmvizError
from lstmviz.files import shown, writing

SUFFIXES = (".json", ".csv", ".npz")
KEYS = ("layer", "direction", "annotation", "array", "unit")
"""Columns that say of what a number is; in the table of a whole report all others are measures."""

Column = Sequence[Any] | NDArray[Any]


@dataclass(frozen=True, eq=False)
class Answer:
    """The answer to one question.

    `table` has columns of equal length, `arrays` are numbers under the names of a trace's arrays
    and what was asked of them, `facts` are what holds for the whole, and `words` say it in lines.
    """

    question: str
    table: Mapping[str, Column] = field(default_factory=dict)
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()


def check_suffix(out: Path) -> None:
    """Raise `LstmvizError` for a file of another kind than answers are written as."""
    if out.suffix.lower() not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise LstmvizError(f"{shown(out)} is none of {known}, as which answers are written.")


def write(answers: Sequence[Answer], about: Mapping[str, Any], out: Path) -> None:
    """Write one answer, or several as a report; the suffix chooses the form.

    `about` says of what the answers are. The file appears whole or not at all. Raises
    `LstmvizError` if it cannot be written.
    """
    match out.suffix.lower():
        case ".json":
            data = json.dumps(_json(answers, about), indent=1, ensure_ascii=False) + "\n"
            with writing(out) as file:
                file.write(data.encode())
        case ".csv":
            data = _csv(answers[0].table if len(answers) == 1 else _long(answers))
            with writing(out) as file:
                file.write(data.encode())
        case _:
            found = {name: array for answer in answers for name, array in answer.arrays.items()}
            with writing(out) as file:
                np.savez(file, allow_pickle=False, **found)


def _json(answers: Sequence[Answer], about: Mapping[str, Any]) -> dict[str, Any]:
    if len(answers) == 1:
        (answer,) = answers
        return {"question": answer.question, **plain({**about, **_one(answer)})}
    parts = {answer.question: _one(answer) for answer in answers}
    return {"question": "report", **plain({**about, **parts})}


def _one(answer: Answer) -> dict[str, Any]:
    names = list(answer.table)
    columns = [_listed(column) for column in answer.table.values()]
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    return {**answer.facts, "table": rows}


def plain(value: Any) -> Any:
    """JSON data in which every number is finite: others become null."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _listed(column: Column) -> list[Any]:
    values: list[Any] = column.tolist() if isinstance(column, np.ndarray) else list(column)
    return values


def _csv(table: Mapping[str, Column]) -> str:
    """A header and rows; what is not known, and NaN, is an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table)
    for row in zip(*map(_listed, table.values()), strict=True):
        writer.writerow(["" if value is None or value != value else value for value in row])
    return text.getvalue()


def _long(answers: Sequence[Answer]) -> dict[str, list[Any]]:
    """Several tables as one: a row for every number."""
    table: dict[str, list[Any]] = {n: [] for n in ("question", *KEYS, "measure", "value")}
    for answer in answers:
        columns = {name: _listed(column) for name, column in answer.table.items()}
        count = len(next(iter(columns.values()), []))
        for measure in (name for name in columns if name not in KEYS):
            table["question"] += [answer.question] * count
            for key in KEYS:
                table[key] += columns.get(key, [None] * count)
            table["measure"] += [measure] * count
            table["value"] += columns[measure]
    return table


def stacked(tables: Sequence[Mapping[str, Column]]) -> dict[str, list[Any]]:
    """Tables of the same columns, one below the other."""
    result: dict[str, list[Any]] = {name: [] for name in tables[0]} if tables else {}
    for table in tables:
        for name, column in table.items():
            result[name] += _listed(column)
    return result
