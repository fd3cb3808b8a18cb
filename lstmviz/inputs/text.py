"""Text: one step per character, one-hot."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lstmviz.errors import LstmvizError
from lstmviz.files import read_text, shown
from lstmviz.inputs.sequence import Sequence, check_size

LONGEST = 64 * 2**20
"""Bytes of text that are read at most."""

MARKS = {" ": "␣", "\n": "↵", "\t": "⇥", "\r": "␍", "\u00a0": "⍽"}


def label(symbol: str) -> str:
    """A symbol as it can be seen: ␣ ↵ ⇥ for space, newline, tab; U+XXXX for other unseen ones."""
    if symbol in MARKS:
        return MARKS[symbol]
    if len(symbol) == 1 and not symbol.isprintable():
        return f"U+{ord(symbol):04X}"
    return symbol


def alphabet(text: str) -> tuple[str, ...]:
    """The different characters of a text, sorted."""
    return tuple(sorted(set(text)))


def from_text(
    text: str,
    input_size: int | None,
    vocabulary: tuple[str, ...] | None,
    where: str = "the text",
    title: str | None = None,
) -> Sequence:
    """One-hot rows over the vocabulary, else over the text's own alphabet.

    An input size beyond the alphabet leaves the last columns unused. Raises `LstmvizError`
    for an empty text, for more different characters than the input size, and for a
    character outside the vocabulary (naming line and column).
    """
    if not text:
        raise LstmvizError(f"{where} is empty; give at least one character.")
    symbols = vocabulary or alphabet(text)
    width = input_size or len(symbols)
    if len(symbols) > width:
        what = "the vocabulary has" if vocabulary else f"{where} has"
        raise LstmvizError(
            f"{what} {len(symbols):,} different characters, but the input size is {width:,}; set "
            f"the input size to {len(symbols):,} or use fewer characters."
        )
    check_size(where, len(text), width)
    ids = _ids(text, symbols, where)
    values = np.zeros((len(text), width), np.float32)
    values[np.arange(len(text)), ids] = 1
    values.setflags(write=False)
    names = {symbol: label(symbol) for symbol in symbols}
    columns = tuple(names.values()) + ("",) * (width - len(symbols))
    return Sequence(
        values, tuple(names[s] for s in text), columns, title or _title(text), symbolic=True
    )


def from_file(path: str, input_size: int | None, vocabulary: tuple[str, ...] | None) -> Sequence:
    """The text of a UTF-8 file; CRLF becomes one newline and a last newline is left out."""
    text = read_text(path, LONGEST).replace("\r\n", "\n").removesuffix("\n")
    return from_text(text, input_size, vocabulary, shown(path), Path(path).name)


def _ids(text: str, symbols: tuple[str, ...], where: str) -> list[int]:
    """The column of every character."""
    index = {symbol: k for k, symbol in enumerate(symbols)}
    try:
        return [index[symbol] for symbol in text]
    except KeyError as missing:
        symbol = missing.args[0]
    place = text.index(symbol)
    line = text.count("\n", 0, place) + 1
    column = place - (text.rfind("\n", 0, place) + 1) + 1
    known = " ".join(map(label, symbols[:20])) + (" …" if len(symbols) > 20 else "")
    raise LstmvizError(
        f"{where}, line {line}, column {column}: {label(symbol)!r} is not in the model's "
        f"vocabulary; use only {known}."
    )


def _title(text: str) -> str:
    """The beginning of the text on one line."""
    start = "".join(map(label, text[:24]))
    return f"“{start}…”" if len(text) > 24 else f"“{start}”"
