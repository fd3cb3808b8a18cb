"""What a network reads: values and the words for them."""

from __future__ import annotations

from collections.abc import Sequence as Sequence_
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmviz.engine.memory import VARIABLE, budget, size_text
from lstmviz.errors import LstmvizError

LABEL = 64
"""Bytes of a step's label and its place among them, about."""

LIMIT = float(np.finfo(np.float32).max)
"""The largest value of an input: networks run in single precision."""


@dataclass(frozen=True, eq=False)
class Sequence:
    """`values` (steps, I); `labels`, one per step, for the axis; `columns`, one per input.

    `symbolic` says that each step is a one-hot symbol (labels are then the symbols).
    `seconds` is the time from step to step, where there is one. `notes` are sentences on how
    the values came about that a reader should know.
    """

    values: NDArray[np.floating]
    labels: tuple[str, ...]
    columns: tuple[str, ...]
    title: str
    symbolic: bool = False
    seconds: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def steps(self) -> int:
        """Number of steps T."""
        return len(self.values)


def numbered(values: NDArray[np.floating], title: str) -> Sequence:
    """A sequence of numbers: steps are named 0, 1, … and inputs x0, x1, …."""
    steps, width = values.shape
    labels = tuple(map(str, range(steps)))
    return Sequence(values, labels, unnamed(width), title)


def unnamed(width: int) -> tuple[str, ...]:
    """The names of inputs that have none: x0, x1, …."""
    return tuple(f"x{k}" for k in range(width))


def one_hot(
    ids: Sequence_[int] | NDArray[np.integer], symbols: tuple[str, ...], width: int, title: str
) -> Sequence:
    """Symbols by their numbers as one-hot rows (steps, width); `symbols` as they are shown.

    Columns beyond the symbols are unused. The caller has checked the numbers and the size.
    """
    values = np.zeros((len(ids), width), np.float32)
    values[np.arange(len(ids)), ids] = 1
    values.setflags(write=False)
    columns = symbols + ("",) * (width - len(symbols))
    return Sequence(values, tuple(columns[k] for k in ids), columns, title, symbolic=True)


def check_size(where: str, steps: int, width: int, itemsize: int = 4) -> None:
    """Raise `LstmvizError` with the estimate if (steps, width) values would be over the budget.

    The labels of the steps are counted too, which are most of a narrow sequence.
    """
    needed, allowed = steps * (width * itemsize + LABEL), budget()
    if needed > allowed:
        raise LstmvizError(
            f"{where} would take {size_text(needed)} as {steps:,} steps of {width:,} values, more "
            f"than the {size_text(allowed)} allowed; shorten it, or raise {VARIABLE}."
        )


def check_width(where: str, width: int, input_size: int | None, offer: str = "") -> None:
    """Raise `LstmvizError` with both widths if they differ; None takes any.

    `offer` names the columns there are to choose from, where they can be chosen.
    """
    if input_size is not None and width != input_size:
        columns = "column" if width == 1 else "columns"
        choose = f"choose {input_size:,} of {offer}" if offer and width > input_size else ""
        raise LstmvizError(
            f"{where} has {width:,} {columns}, but the network reads {input_size:,}; "
            f"{choose or f'give {input_size:,}'}, or take a network that reads {width:,}."
        )


def checked_finite(values: NDArray[np.floating], where: str) -> NDArray[np.floating]:
    """The (steps, I) values, closed to writing.

    Raises `LstmvizError` naming row and column (from 1) of the first NaN or infinite value,
    or of one that single precision cannot hold.
    """
    with np.errstate(invalid="ignore"):
        good = np.abs(values) <= LIMIT  # NaN compares false
    if not good.all():
        row, column = (int(k) for k in np.argwhere(~good)[0])
        value = values[row, column]
        name = f"{value:g}" if np.isfinite(value) else {"nan": "NaN"}.get(str(value), str(value))
        raise LstmvizError(
            f"{where}, row {row + 1}, column {column + 1} is {name}; every value must be a finite "
            "number below 3.4e38, so mend or drop that row."
        )
    values.setflags(write=False)
    return values
