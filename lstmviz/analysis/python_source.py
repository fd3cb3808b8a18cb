"""What stands where in Python source code, as annotations of its characters.

By the standard library's own tokenizer, so that nothing is guessed. Each says what is known
once a character has been read: from the opening quote on one is inside a string, and after
the closing quote no longer.
"""

from __future__ import annotations

import io
import re
import tokenize

import numpy as np
from numpy.typing import NDArray

from lstmviz.errors import LstmvizError

Numbers = NDArray[np.float64]

COLUMNS = {
    "strings": "1 inside a string, from its opening quote to the character before its end",
    "docstrings": "the same of strings in three quotes",
    "comments": "1 inside a comment, from its # to the end of the line",
    "prose": "1 inside either: a comment or a string in three quotes",
    "prose-comments": "of prose alone: 1 inside a comment, 0 inside a string in three quotes",
    "indentation": "blocks the line of code stands in; a line's own once its first token is read",
    "brackets": "how many ( [ { are open",
    "column": "characters since the line began",
}
"""The annotations and what they say."""

QUOTES = "\"'"


def annotate(text: str) -> dict[str, Numbers]:
    """The annotations named in `COLUMNS`, each (characters,).

    The text may end anywhere, as one that is being typed does. Raises `LstmvizError` where it is
    not Python: it names the line and the cause.
    """
    lengths = [len(line) + 1 for line in text.split("\n")]
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(int)

    def place(position: tuple[int, int]) -> int:
        row, column = position
        return min(int(starts[min(row - 1, len(lengths))]) + column, len(text))

    made = {name: np.zeros(len(text)) for name in COLUMNS}
    indentation = np.full(len(text), np.nan)
    level, depth, strings = 0, 0, 0
    begun = 0
    changes = np.zeros(len(text) + 1)
    tokens, unended = _tokens(text)
    for token in tokens:
        first, last = place(token.start), place(token.end)
        kind = tokenize.tok_name[token.type]
        if kind == "INDENT":
            level += 1
        elif kind == "DEDENT":
            level -= 1
        elif kind == "COMMENT":
            made["comments"][first:last] = 1
        elif kind == "STRING":
            _string(made, text, first, last)
        elif kind.endswith("STRING_START"):  # f-strings are tokens of their own since 3.12
            strings += 1
            if strings == 1:
                begun = first
        elif kind.endswith("STRING_END"):
            strings -= 1
            if strings == 0:
                _string(made, text, begun, last)
        elif kind == "OP" and not strings and token.string in "()[]{}":
            change = 1 if token.string in "([{" else -1
            depth += change
            changes[first] += change
        if kind not in ("INDENT", "DEDENT", "COMMENT", "NL", "ENDMARKER", "ENCODING"):
            indentation[first:last] = level
    if unended is not None:
        _unended(made, text, place(unended))
    made["brackets"] = np.cumsum(changes[:-1])
    made["indentation"] = _carried(indentation)
    made["prose"] = np.maximum(made["comments"], made["docstrings"])
    made["prose-comments"] = np.where(made["prose"] > 0, made["comments"], np.nan)
    made["column"] = np.concatenate([_line(length) for length in lengths])[: len(text)]
    return made


def _tokens(text: str) -> tuple[list[tokenize.TokenInfo], tuple[int, int] | None]:
    """All tokens of a text, and (line, column) about where a string begins that does not end."""
    found: list[tokenize.TokenInfo] = []
    try:
        found += tokenize.generate_tokens(io.StringIO(text).readline)
    except tokenize.TokenError as error:
        cause, where = error.args
        if cause.startswith("EOF in multi-line"):
            return found, where if "string" in cause else None
        raise _refused(where[0], cause) from None
    except SyntaxError as error:
        raise _refused(error.lineno or 1, error.msg) from None
    return found, None


def _refused(row: int, cause: str) -> LstmvizError:
    return LstmvizError(
        f"line {row:,} of the text cannot be read as Python: {cause}; give Python source code "
        "from its beginning."
    )


def _unended(made: dict[str, Numbers], text: str, about: int) -> None:
    """Mark a string in three quotes that goes on to the end of the text."""
    opening = re.search("[\"]{3}|[']{3}", text[max(about - 2, 0) :])
    if opening is not None:
        first = max(about - 2, 0) + opening.start()
        made["strings"][first:] = made["docstrings"][first:] = 1


def _string(made: dict[str, Numbers], text: str, first: int, last: int) -> None:
    """Mark one string literal; the letters before its quotes are outside."""
    while text[first] not in QUOTES:
        first += 1
    made["strings"][first : last - 1] = 1
    if text[first : first + 3] in ('"""', "'''") and last - first >= 6:
        made["docstrings"][first : last - 1] = 1


def _line(length: int) -> Numbers:
    """1, 2, … for the characters of a line, and 0 for the newline at its end."""
    return np.append(np.arange(1.0, length), 0.0)


def _carried(values: Numbers) -> Numbers:
    """NaN taken from the value before; 0 where there is none."""
    places = np.where(np.isnan(values), -1, np.arange(len(values)))
    latest = np.maximum.accumulate(places) if len(values) else places
    return np.where(latest < 0, 0.0, values[latest]) if len(values) else values
