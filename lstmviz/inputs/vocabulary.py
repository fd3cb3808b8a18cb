"""A text as symbols of a vocabulary: by longest match, or word by word.

Symbols may be characters, pieces of words or words. A space or a line break at the start of a
piece may be written Ġ, ▁ or Ċ, and ## marks a piece that goes on with a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from lstmviz.errors import LstmvizError

SPLITS = ("auto", "longest", "words")
"""How a text is taken apart; auto finds out from the vocabulary."""

UNKNOWN = ("<unk>", "[unk]", "<oov>", "[oov]", "<unknown>", "<|unk|>")
"""What the symbol for all others is called, in small letters."""

SPECIAL = re.compile(r"<[^<>\s]+>|\[[A-Z_]+\d*\]|<\|[^|\s]+\|>")
"""Symbols that no text is made of: <pad>, <s>, [CLS], <|endoftext|>."""

_SPACES = {"Ġ": " ", "▁": " ", "Ċ": "\n"}
GOES_ON = "##"


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """`written` maps what stands in a text to a symbol's number, `longest` its longest key.

    `split` is "longest" or "words"; `marked` says that Ġ, ▁ and Ċ stand for spaces and line
    breaks; `unknown` is the number of the symbol for all others.
    """

    symbols: tuple[str, ...]
    split: str
    marked: bool
    written: dict[str, int]
    longest: int
    unknown: int | None

    @property
    def single(self) -> bool:
        """Whether every symbol but the special ones is one character."""
        return all(len(s) <= 1 or SPECIAL.fullmatch(s) for s in self.symbols)

    def told(self) -> str:
        """How a text is taken apart, in a few words."""
        if self.split == "words":
            return "a word a step"
        return "a character a step" if self.single else "the longest symbol that fits a step"

    def text_of(self, number: int) -> str:
        """A symbol as it is written in a text."""
        return _plain(self.symbols[number]) if self.marked else self.symbols[number]


@dataclass(frozen=True)
class Unknown:
    """What was not in the vocabulary: how often, and the first with its place in the text."""

    count: int
    first: str
    at: int


@lru_cache(maxsize=8)
def vocabulary(symbols: tuple[str, ...], split: str = "auto") -> Vocabulary:
    """A vocabulary made ready to take texts apart.

    "auto" takes words where there are symbols of several letters and none holds a space;
    special symbols such as <pad> do not count. Raises `LstmvizError` for an unknown `split`.
    """
    check_split(split)
    plain = [s for s in symbols if s and not SPECIAL.fullmatch(s)]
    several = any(len(s) > 1 for s in plain)
    marked = several and not any(s == " " for s in plain)
    marked = marked and any(s[0] in _SPACES and len(s) > 1 for s in plain)
    spaced = marked or any(c.isspace() for s in plain for c in s)
    if split == "auto":
        split = "words" if several and not spaced else "longest"
    written: dict[str, int] = {}
    for number, symbol in enumerate(symbols):
        if symbol:
            written.setdefault(_plain(symbol) if marked else symbol, number)
    named = (k for k, s in enumerate(symbols) if s.lower() in UNKNOWN)
    return Vocabulary(symbols, split, marked, written, max(map(len, written)), next(named, None))


def check_split(split: str) -> None:
    """Raise `LstmvizError` for an unknown way of taking texts apart."""
    if split not in SPLITS:
        raise LstmvizError(f"split {split[:40]!r} is not one of {', '.join(SPLITS)}.")


def numbers(text: str, known: Vocabulary) -> tuple[list[int], Unknown | None]:
    """The symbol numbers of a text, and what of it is not in the vocabulary.

    What is unknown becomes the symbol for it; where there is none it is left out, and the
    caller is to refuse the text.
    """
    if known.split == "words":
        return _words(text, known)
    written, longest = known.written, known.longest
    if longest == 1:
        quick = list(map(written.get, text))
        if None not in quick:
            return [number for number in quick if number is not None], None
    found: list[int] = []
    at, missing, first = 0, 0, -1
    while at < len(text):
        for length in range(min(longest, len(text) - at), 0, -1):
            number = written.get(text[at : at + length])
            if number is not None:
                found.append(number)
                at += length
                break
        else:
            first = at if not missing else first
            missing += 1
            if known.unknown is not None:
                found.append(known.unknown)
            at += 1
    return found, Unknown(missing, text[first], first) if missing else None


def joined(text: str, number: int, known: Vocabulary) -> str:
    """A text with one more symbol at its end, as it is to be written."""
    symbol = known.text_of(number)
    if known.split == "words" and symbol.startswith(GOES_ON):
        return text + symbol.removeprefix(GOES_ON)
    apart = known.split == "words" and text and not text[-1].isspace() and not symbol.isspace()
    return text + (" " if apart else "") + symbol


def _words(text: str, known: Vocabulary) -> tuple[list[int], Unknown | None]:
    found: list[int] = []
    missing, first, at = 0, "", -1
    breaks = r"\n|[^\s]+" if "\n" in known.written else r"[^\s]+"
    for match in re.finditer(breaks, text):
        pieces = _pieces(match[0], known.written)
        if pieces:
            found += pieces
            continue
        if not missing:
            first, at = match[0], match.start()
        missing += 1
        if known.unknown is not None:
            found.append(known.unknown)
    return found, Unknown(missing, first, at) if missing else None


def _pieces(word: str, written: dict[str, int]) -> list[int]:
    """A word as one symbol, else as pieces that go on with ##; [] where it is neither."""
    if word in written:
        return [written[word]]
    found: list[int] = []
    start = 0
    while start < len(word):
        lead = GOES_ON if start else ""
        for end in range(len(word), start, -1):
            number = written.get(lead + word[start:end])
            if number is not None:
                found.append(number)
                start = end
                break
        else:
            return []
    return found


def _plain(symbol: str) -> str:
    """A symbol with the signs for spaces and line breaks turned into them."""
    return "".join(_SPACES.get(c, c) for c in symbol)
