"""Of a table's columns those that are wanted, and their scale."""

from __future__ import annotations

from collections.abc import Sequence as Names

import numpy as np
from numpy.typing import NDArray

from lstmviz.errors import LstmvizError

SCALINGS = ("none", "standard", "minmax")

_TOLD = {"standard": "scaled to mean 0 and variance 1", "minmax": "scaled to 0 … 1"}


def chosen(wanted: Names[str], names: Names[str], where: str) -> list[int]:
    """The places of the wanted columns, each given by its name or its number from 1.

    Raises `LstmvizError`, listing what there is, for one that is not there or asked for twice.
    """
    places: list[int] = []
    for each in wanted:
        place = _place(each.strip(), names)
        if place is None:
            raise LstmvizError(
                f"{where} has no column {each.strip()[:40]!r}; there are {listed(names)}."
            )
        if place in places:
            raise LstmvizError(f"{where}: column {each[:40]!r} is asked for twice; leave one out.")
        places.append(place)
    return places


def _place(wanted: str, names: Names[str]) -> int | None:
    if wanted in names:
        return list(names).index(wanted)
    if wanted.isascii() and wanted.isdecimal() and len(wanted) < 8:
        return int(wanted) - 1 if 1 <= int(wanted) <= len(names) else None
    return None


def listed(names: Names[str], most: int = 12) -> str:
    """Column names in a sentence, with their numbers."""
    shown = [f"{k} {name[:24]}" for k, name in enumerate(names[:most], 1)]
    return ", ".join(shown) + (f" … {len(names):,} in all" if len(names) > most else "")


def scaled(
    values: NDArray[np.floating], scaling: str, names: Names[str]
) -> tuple[NDArray[np.floating], tuple[str, ...]]:
    """(steps, width) values scaled column by column, and sentences on what was done.

    A constant column becomes 0. Raises `LstmvizError` for an unknown scaling.
    """
    if scaling not in SCALINGS:
        raise LstmvizError(f"scaling {scaling[:40]!r} is not one of {', '.join(SCALINGS)}.")
    if scaling == "none":
        return values, ()
    numbers = values.astype(np.float64)
    low, high = numbers.min(axis=0), numbers.max(axis=0)
    constant = low == high
    if scaling == "standard":
        middle, spread = numbers.mean(axis=0), numbers.std(axis=0)
    else:
        middle, spread = low, high - low
    spread[constant | (spread == 0)] = 1
    result: NDArray[np.floating] = (numbers - middle) / spread
    result[:, constant] = 0
    sentences = [f"Each column is {_TOLD[scaling]}."]
    flat = [name for name, same in zip(names, constant, strict=True) if same]
    if flat:
        few = ", ".join(name[:24] for name in flat[:6]) + (" …" if len(flat) > 6 else "")
        sentences.append(f"Constant, so 0 throughout: {few}.")
    result.setflags(write=False)
    return result, tuple(sentences)
