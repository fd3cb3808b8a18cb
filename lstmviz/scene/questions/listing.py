"""A list of more rows than there is room for: which are shown, how many there are, what scrolls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lstmviz.scene.questions.page import Spot
from lstmviz.scene.shapes import Box, Rect, Shape
from lstmviz.session import View

BAR = 8.0
"""Width of the scroll bar."""
LEAST = 18.0
"""Its thumb is no shorter."""


@dataclass(frozen=True)
class Listing:
    """`count` rows, of which those from `first` are shown, `rows` at most."""

    count: int
    rows: int
    first: int

    @property
    def shown(self) -> range:
        """The rows on show."""
        return range(self.first, min(self.first + self.rows, self.count))

    @property
    def whole(self) -> bool:
        """Whether every row is shown."""
        return self.rows >= self.count

    def scroll(self, view: View, by: int) -> Mapping[str, Any]:
        """The change of the View that shows rows so many further down."""
        return {"row": listing(self.count, self.rows, self.first + by).first}

    def words(self) -> str:
        """Which rows are shown: 1 to 20 of 896; "" where all are."""
        if self.whole:
            return ""
        return f"{self.first + 1:,} to {self.shown.stop:,} of {self.count:,}"

    def bar(self, track: Box) -> list[Shape]:
        """A scroll bar; nothing where every row is shown."""
        if self.whole:
            return []
        thumb = self._thumb(track)
        return [
            Rect(track, fill="faint", radius=BAR / 2),
            Rect(thumb, fill="muted", radius=BAR / 2, opacity=0.6),
        ]

    def at(self, track: Box, x: float, y: float) -> Spot | None:
        """What a press into the scroll bar does."""
        if self.whole or not track.contains(x, y):
            return None
        tall = self._thumb(track).h
        part = (y - track.y - tall / 2) / max(track.h - tall, 1.0)
        first = listing(self.count, self.rows, round(part * (self.count - self.rows))).first
        return Spot(f"Scrolls the list: {self.words()}", None, {"row": first}, drags=True)

    def _thumb(self, track: Box) -> Box:
        tall = min(max(track.h * self.rows / self.count, LEAST), track.h)
        part = self.first / max(self.count - self.rows, 1)
        return Box(track.x, track.y + part * (track.h - tall), track.w, tall)


def listing(count: int, rows: int, first: int) -> Listing:
    """So many rows, from the one asked for as far as it can be."""
    return Listing(count, rows, min(max(first, 0), max(count - rows, 0)))
