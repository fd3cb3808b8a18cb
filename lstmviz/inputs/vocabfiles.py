"""Vocabularies from files: JSON, or text with one symbol a line."""

from __future__ import annotations

import re
from pathlib import Path

from lstmviz import plain
from lstmviz.errors import LstmvizError
from lstmviz.files import read_text, shown
from lstmviz.symbols import MOST, checked, from_plain

LONGEST = 32 * 2**20
"""Bytes of a vocabulary file that are read at most."""

SUFFIXES = (".json", ".txt", ".vocab", ".tsv")

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "s": " ", "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:([ntrs\\])|u([0-9A-Fa-f]{4}))")


def read(path: str) -> tuple[str, ...]:
    r"""The symbols of a file by their numbers; "" where a number has none.

    `.json` may hold what `lstmviz.symbols.from_plain` says. Any other file has a symbol a line,
    the first being 0; of a line with tabs only what stands before the first counts. \n, \t,
    \r, \s (space), \\ and \uXXXX stand for what cannot be written on a line of its own.
    Raises `LstmvizError` naming file and symbol.
    """
    where, text = shown(path), read_text(path, LONGEST)
    if Path(path).suffix.lower() == ".json":
        return from_plain(plain.parse(text, where), where)
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if len(lines) > MOST:
        raise LstmvizError(f"{where} has {len(lines):,} symbols, more than {MOST:,}; shorten it.")
    return checked(tuple(map(_unescaped, lines)), where)


def _unescaped(line: str) -> str:
    """The symbol of a line."""
    symbol = line.split("\t")[0] if line.strip("\t") else line[:1]
    return _ESCAPE.sub(lambda m: _ESCAPES[m[1]] if m[1] else chr(int(m[2], 16)), symbol)
