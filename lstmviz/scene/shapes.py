"""What a picture is made of: frozen shapes in logical pixels, drawn by `lstmviz.paint`.

Colours are role names of a theme (`lstmviz.scene.colors`) or literal `#rrggbb`.
A shape knows nothing of Qt; a scene is a tuple of shapes, painted in order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle's place."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """X of the right edge."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """Y of the bottom edge."""
        return self.y + self.h

    @property
    def center(self) -> Point:
        """The middle."""
        return (self.x + self.w / 2, self.y + self.h / 2)

    def contains(self, x: float, y: float) -> bool:
        """Whether the point lies inside (left and top edges included)."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def overlaps(self, other: Box) -> bool:
        """Whether the two share any area."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )

    def inset(self, by: float) -> Box:
        """The box drawn in on all four sides."""
        return Box(self.x + by, self.y + by, self.w - 2 * by, self.h - 2 * by)


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle, rounded by `radius`."""

    box: Box
    fill: str | None = None
    stroke: str | None = None
    width: float = 1.0
    radius: float = 0.0
    dashed: bool = False
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Disc:
    """A circle."""

    center: Point
    radius: float
    fill: str | None = None
    stroke: str | None = None
    width: float = 1.0
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """A polyline with corners rounded by `radius`; `arrow` puts a head on its end."""

    points: tuple[Point, ...]
    stroke: str
    width: float = 1.0
    arrow: bool = False
    radius: float = 0.0
    dashed: bool = False
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; (x, y) is on its baseline, at its start, middle or end; size in pixels."""

    x: float
    y: float
    text: str
    size: int = 12
    color: str = "ink"
    bold: bool = False
    mono: bool = False
    anchor: str = "start"  # "middle", "end"
    opacity: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A vector as a grid of squares, unit 0 top left, row by row, `columns` wide.

    Square k is filled by `colormap` ("sequential" or "diverging") between `low` and
    `high`; not-finite values are marked with a cross. `values` None draws an empty grid.
    """

    box: Box
    columns: int
    count: int
    values: NDArray[np.floating] | None
    colormap: str
    low: float
    high: float
    opacity: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """An image of colour indices (rows, columns) uint8 into `colormap`, stretched to the box.

    Index 255 is reserved for not-finite values (marked), 0..254 run from low to high.
    """

    box: Box
    indices: NDArray[np.uint8]
    colormap: str


Shape = Rect | Disc | Line | Text | Cells | Heat
