"""Text: one step per symbol, one-hot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from lstmviz.errors import LstmvizError
from lstmviz.files import read_text, shown
from lstmviz.inputs.sequence import Sequence, check_size, one_hot
from lstmviz.inputs.vocabulary import Unknown, Vocabulary, numbers, vocabulary

LONGEST = 64 * 2**20
"""Bytes of text that are read at most."""

MARKS = {" ": "␣", "\n": "↵", "\t": "⇥", "\r": "␍", "\u00a0": "⍽"}


def label(symbol: str) -> str:
    """A symbol as it can be seen: ␣ ↵ ⇥ for space, newline, tab; U+XXXX for other unseen ones."""
    return "".join(map(_mark, symbol))


def _mark(character: str) -> str:
    if character in MARKS:
        return MARKS[character]
    return character if character.isprintable() else f"U+{ord(character):04X}"


def alphabet(text: str) -> tuple[str, ...]:
    """The different characters of a text, sorted."""
    return tuple(sorted(set(text)))


def from_text(
    text: str,
    input_size: int | None,
    symbols: tuple[str, ...] | None,
    where: str = "the text",
    title: str | None = None,
    split: str = "auto",
) -> Sequence:
    """One-hot rows over the vocabulary `symbols`, else over the text's own alphabet.

    `split` says how a vocabulary takes texts apart (`vocabulary.SPLITS`). An input size beyond
    the alphabet leaves the last columns unused. Raises `LstmvizError` for an empty text, for
    more symbols than the input size, and, where the vocabulary has no symbol for all others,
    for what is not in it (naming line and column).
    """
    if not text:
        raise LstmvizError(f"{where} is empty; give at least one character.")
    given = symbols
    symbols = symbols or alphabet(text)
    width = input_size or len(symbols)
    check_symbols(symbols, width, None if given else where)
    check_size(where, len(text), width)
    known = vocabulary(symbols, split if given else "longest")
    ids, unknown = numbers(text, known)
    if unknown is not None and (known.unknown is None or not ids):
        raise LstmvizError(_refusal(text, unknown, known, where))
    if not ids:
        raise LstmvizError(f"{where} holds no symbol; give at least one word.")
    names = tuple(map(label, symbols))
    sequence = one_hot(ids, names, width, title or _title(text))
    notes = [known.told().capitalize() + "."] if not known.single or known.split == "words" else []
    if not given and width > len(symbols):
        notes.append(
            f"No vocabulary is known: the text's {len(symbols):,} symbols, sorted, take the first "
            f"of {width:,} inputs."
        )
    if unknown is not None and known.unknown is not None:
        times = "time" if unknown.count == 1 else "times"
        notes.append(
            f"Not in the vocabulary and read as {names[known.unknown]}: {unknown.count:,} {times}, "
            f"first {label(unknown.first)!r} in {_place(text, unknown.at)}."
        )
    return replace(sequence, notes=tuple(notes))


def check_symbols(symbols: tuple[str, ...], width: int, where: str | None = None) -> None:
    """Raise `LstmvizError` with both sizes for more symbols than inputs.

    `where` is what they are the characters of; None: they are a vocabulary.
    """
    if len(symbols) > width:
        told = f"{where} has" if where else "the vocabulary has"
        what, mend = ("different characters", "characters") if where else ("symbols", "symbols")
        raise LstmvizError(
            f"{told} {len(symbols):,} {what}, but the input size is {width:,}; set "
            f"the input size to {len(symbols):,} or use fewer {mend}."
        )


def from_file(
    path: str, input_size: int | None, symbols: tuple[str, ...] | None, split: str = "auto"
) -> Sequence:
    """The text of a UTF-8 file; CRLF becomes one newline and a last newline is left out."""
    text = read_text(path, LONGEST).replace("\r\n", "\n").removesuffix("\n")
    return from_text(text, input_size, symbols, shown(path), Path(path).name, split)


def _refusal(text: str, unknown: Unknown, known: Vocabulary, where: str) -> str:
    """The sentence on what is not in the vocabulary, and what is."""
    shown_symbols = [label(s) for s in known.symbols if s]
    few = " ".join(s[:16] for s in shown_symbols[:20]) + (" …" if len(shown_symbols) > 20 else "")
    return (
        f"{where}, {_place(text, unknown.at)}: {label(unknown.first)[:40]!r} is not in the model's "
        f"vocabulary; use only {few}."
    )


def _place(text: str, at: int) -> str:
    line = text.count("\n", 0, at) + 1
    return f"line {line}, column {at - (text.rfind(chr(10), 0, at) + 1) + 1}"


def _title(text: str) -> str:
    """The beginning of the text on one line."""
    start = "".join(map(label, text[:24]))
    return f"“{start}…”" if len(text) > 24 else f"“{start}”"
