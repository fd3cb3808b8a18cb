"""The vocabulary of a StringLookup or TextVectorization layer: in its settings or in a file beside.

A layer that learnt its vocabulary (`adapt`) keeps it in `assets/…/vocabulary.txt` of a `.keras`
file, a symbol a line, the mask and the symbols for all others among them.
"""

from __future__ import annotations

from typing import Any

from lstmviz.errors import LstmvizError
from lstmviz.models.keras.config import Node
from lstmviz.symbols import checked, fitting, from_plain

LONGEST = 4 * 2**20
"""Bytes of one vocabulary.txt that are read at most."""
MOST_FILES = 4

UNKNOWN = "[UNK]"
LOOKUPS = ("StringLookup", "TextVectorization")


def is_asset(name: str) -> bool:
    """Whether a member of the zip is a vocabulary beside the weights."""
    return name.startswith("assets/") and name.endswith("/vocabulary.txt")


def known(
    nodes: tuple[Node, ...], assets: tuple[tuple[str, bytes], ...], size: int
) -> tuple[tuple[str, ...] | None, list[str]]:
    """The vocabulary that a network of `size` symbols may have, and where it is from, in words.

    `assets` are the names and contents of the zip's files that `is_asset` tells.
    """
    told = fitting(vocabulary(nodes), size)
    if told:
        return told, []
    remarks: list[str] = []
    for name, data in assets:
        if data.count(b"\n") >= size:
            count = data.count(b"\n") + 1
            remarks.append(f"{name} has {count:,} symbols, but the network reads {size:,}: unused.")
            continue
        try:
            symbols = checked(_numbered(data.decode().split("\n")), name)
        except (UnicodeDecodeError, LstmvizError):
            remarks.append(f"{name} is no vocabulary that can be read: unused.")
            continue
        return symbols, [f"The vocabulary of {len(symbols):,} symbols is that of {name}."]
    return None, remarks


def _numbered(symbols: list[str]) -> tuple[str, ...]:
    """The symbols, those for all others (which Keras writes alike) told apart by numbers."""
    others = [k for k, symbol in enumerate(symbols) if symbol == UNKNOWN]
    for count, place in enumerate(others[1:], 1):
        symbols[place] = f"{UNKNOWN}{count}"
    return tuple(symbols)


def vocabulary(nodes: tuple[Node, ...]) -> tuple[str, ...] | None:
    """The symbols of the first such layer that was given its vocabulary; None without one.

    Before them stand the mask ("" for TextVectorization) and the symbols for all others, as
    Keras numbers them.
    """
    for node in nodes:
        given = node.config.get("vocabulary")
        if node.kind not in LOOKUPS or not isinstance(given, list) or not given:
            continue
        try:
            symbols = from_plain(given, node.name)
        except LstmvizError:
            continue
        first = _before(node.kind, node.config)
        special = {symbol for symbol in first if symbol}
        if not special & set(symbols):
            own = symbols[1:] if symbols[0] == "" and first[:1] == ("",) else symbols
            return (*first, *own)
        return symbols
    return None


def _before(kind: str, config: dict[str, Any]) -> tuple[str, ...]:
    """What Keras puts before the vocabulary itself."""
    if kind == "TextVectorization":
        return ("", UNKNOWN)
    mask, unknown, count = (config.get(k) for k in ("mask_token", "oov_token", "num_oov_indices"))
    count = count if type(count) is int and 0 <= count <= 16 else 1
    name = unknown if isinstance(unknown, str) else UNKNOWN
    others = [name, *(f"{name}{k}" for k in range(1, count))][:count]
    return (*((mask,) if isinstance(mask, str) else ()), *others)
