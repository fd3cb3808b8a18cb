"""A page of rows that can be pointed at: shapes in bands, and what each does."""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.scene.address import Address
from lstmviz.scene.shapes import Box, Shape

MARGIN = 14.0


@dataclass(frozen=True)
class Spot:
    """A place on a page: where it is, its words, the number it leads to, and its text to copy.

    `more` says that it tells more terms instead.
    """

    box: Box
    words: str
    target: Address | None = None
    more: bool = False
    text: str = ""

    @property
    def acts(self) -> bool:
        """Whether a click on it does something."""
        return self.more or self.target is not None


@dataclass(frozen=True, eq=False)
class Band:
    """Shapes that lie between two heights."""

    top: float
    bottom: float
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, eq=False)
class Page:
    """A page: its height, its bands from top to bottom, its spots, and all of it as text."""

    height: float
    bands: tuple[Band, ...]
    spots: tuple[Spot, ...] = ()
    text: str = ""

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Everything there is to draw."""
        return tuple(shape for band in self.bands for shape in band.shapes)

    def spot_at(self, x: float, y: float) -> int | None:
        """Which spot lies under a point."""
        found = (k for k, spot in enumerate(self.spots) if spot.box.contains(x, y))
        return next(found, None)
