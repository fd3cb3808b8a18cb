"""A sequence of symbols as the text it was made of, and which steps a stretch of it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.python_source import COLUMNS, annotate
from lstmviz.errors import LstmvizError
from lstmviz.inputs import patterns
from lstmviz.inputs.sequence import Sequence
from lstmviz.inputs.text import MARKS
from lstmviz.inputs.vocabulary import joined, vocabulary

Numbers = NDArray[np.float64]

BALANCE = "balance"
_PLAIN = {mark: symbol for symbol, mark in MARKS.items()}


@dataclass(frozen=True, eq=False)
class Spoken:
    """The `text`; step k is its characters from `starts[k]` to `ends[k]` (exclusive)."""

    text: str
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]

    def steps_of(self, characters: Numbers) -> Numbers:
        """(steps,): of an annotation of the characters, what it says at each step's last."""
        return np.asarray(characters[np.maximum(self.ends - 1, 0)])


def spoken(sequence: Sequence, symbols: tuple[str, ...] | None, split: str = "auto") -> Spoken:
    """The text of a sequence of symbols; `symbols` None: those its columns are named by.

    Raises `LstmvizError` for a sequence of numbers, which has no text.
    """
    if not sequence.symbolic:
        raise LstmvizError(f"{sequence.title} is not text; give text, or annotations from a file.")
    if symbols is None:
        symbols = tuple(_PLAIN.get(name, name) for name in sequence.columns)
        split = "longest"
    known = vocabulary(symbols, split)
    parts, last = [], ""
    for number in sequence.values.argmax(axis=1).tolist():
        part = joined(last, number, known)[len(last) :] if number < len(symbols) else ""
        parts.append(part)
        last = part[-1:] or last
    ends = np.cumsum([len(part) for part in parts])
    starts = ends - [
        len(part.lstrip(" ")) if known.split == "words" else len(part) for part in parts
    ]
    return Spoken("".join(parts), starts, ends)


def matching(told: Spoken, pattern: str, wanted: Callable[[], object] | None = None) -> Numbers:
    """(steps,): 1 at every step of which a character lies in a match of a regular expression.

    `wanted` is called every now and then; what it raises ends the search. Raises
    `LstmvizError` for what is no regular expression, and one that matches nothing.
    """
    inside = np.zeros(len(told.text) + 1, np.intp)
    for first, end in patterns.spans(pattern, told.text, wanted=wanted):
        inside[first:end] = 1
    if not inside.any():
        raise LstmvizError(f"{pattern[:60]!r} matches nothing in the text; try another pattern.")
    before = np.concatenate([[0], np.cumsum(inside)])
    return np.asarray((before[told.ends] > before[told.starts]).astype(np.float64))


def balance(told: Spoken, opening: str, closing: str) -> Numbers:
    """(steps,): how many of the `opening` characters came more often than the `closing` ones."""
    change = [(c in opening) - (c in closing) for c in told.text]
    return told.steps_of(np.cumsum(change).astype(np.float64))


def built_in(told: Spoken, name: str) -> Numbers:
    """(steps,): an annotation of Python source code, or "balance:OPENING:CLOSING".

    Raises `LstmvizError` for another name, and for text that is no Python.
    """
    if name in COLUMNS:
        return told.steps_of(annotate(told.text)[name])
    kind, _, rest = name.partition(":")
    opening, colon, closing = rest.partition(":")
    if kind == BALANCE and colon and opening and closing:
        return balance(told, opening, closing)
    known = ", ".join((*COLUMNS, f"{BALANCE}:OPENING:CLOSING"))
    raise LstmvizError(f"annotation {name[:40]!r} is unknown; there are {known}, or give a file.")
