"""How wide text is, without Qt: the advance table of the bundled fonts."""

from __future__ import annotations

import json
from functools import lru_cache

from lstmviz.resources import path
from lstmviz.scene.shapes import Box, Text

UNITS = 2048
ASCENT = 0.76
"""Height of capitals and tall letters above the baseline, in font sizes (DejaVu Sans)."""
DESCENT = 0.24
"""Depth of g, y and p below the baseline, in font sizes (DejaVu Sans)."""


class _Advances(dict[str, int]):
    """Advances by character; those not known are one em."""

    def __missing__(self, character: str) -> int:
        return UNITS


@lru_cache
def _table(face: str) -> _Advances:
    tables: dict[str, dict[str, int]] = json.loads(path("fonts", "advances.json").read_text())
    return _Advances(tables[face])


@lru_cache(maxsize=8192)
def width(text: str, size: float, *, bold: bool = False, mono: bool = False) -> float:
    """Width of `text` in logical pixels at `size` pixels; unknown characters count as one em."""
    table = _table("mono" if mono else "bold" if bold else "sans")
    return sum(map(table.__getitem__, text)) * size / UNITS


def text_left(text: Text) -> float:
    """Where a line of text begins."""
    if text.anchor == "start":
        return text.x
    w = width(text.text, text.size, bold=text.bold, mono=text.mono)
    return text.x - (w / 2 if text.anchor == "middle" else w)


def text_box(text: Text) -> Box:
    """The place a line of text takes up."""
    w = width(text.text, text.size, bold=text.bold, mono=text.mono)
    top = text.y - ASCENT * text.size
    return Box(text_left(text), top, w, (ASCENT + DESCENT) * text.size)


def fit(text: str, room: float, size: float, *, bold: bool = False, mono: bool = False) -> str:
    """`text`, or as much of it as fits in `room` pixels with … at its end."""
    if width(text, size, bold=bold, mono=mono) <= room:
        return text
    while text and width(text + "…", size, bold=bold, mono=mono) > room:
        text = text[:-1]
    return text + "…" if text else ""
