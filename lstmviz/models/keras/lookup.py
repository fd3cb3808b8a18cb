"""The vocabulary of a StringLookup or TextVectorization layer, as its settings have it."""

from __future__ import annotations

from typing import Any

from lstmviz.errors import LstmvizError
from lstmviz.models.keras.config import Node
from lstmviz.symbols import from_plain

LOOKUPS = ("StringLookup", "TextVectorization")


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
        known = [symbol for symbol in first if symbol]
        if not set(known) & set(symbols):
            own = symbols[1:] if symbols[0] == "" and first[:1] == ("",) else symbols
            return (*first, *own)
        return symbols
    return None


def _before(kind: str, config: dict[str, Any]) -> tuple[str, ...]:
    """What Keras puts before the vocabulary itself."""
    if kind == "TextVectorization":
        return ("", "[UNK]")
    mask, unknown, count = (config.get(k) for k in ("mask_token", "oov_token", "num_oov_indices"))
    count = count if type(count) is int and 0 <= count <= 16 else 1
    name = unknown if isinstance(unknown, str) else "[UNK]"
    others = [name, *(f"{name}{k}" for k in range(1, count))][:count]
    return (*((mask,) if isinstance(mask, str) else ()), *others)
