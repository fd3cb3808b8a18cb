"""A picture that can be put on any device."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPaintDevice, QPainter

VECTOR_SCALE = 2.0
"""Pixels to a logical one of the images that a vector file embeds."""

Draw = Callable[[QPainter, bool], None]


@dataclass(frozen=True, eq=False)
class Picture:
    """`draw(painter, vector)` paints width × height logical pixels from the origin.

    `vector` says that the device keeps shapes, not pixels. `background` fills the page first,
    `title` and `recipe` (plain JSON data: how to make it again) go into the file's metadata.
    """

    width: float
    height: float
    draw: Draw
    background: str
    title: str = ""
    recipe: Mapping[str, Any] = field(default_factory=dict)

    def paint(self, painter: QPainter, *, vector: bool) -> None:
        """The background, a little beyond the edges for rounded page sizes, and the picture."""
        page = QRectF(0, 0, self.width + 2, self.height + 2)
        painter.fillRect(page, QColor(self.background))
        self.draw(painter, vector)


@contextmanager
def painting(device: QPaintDevice) -> Iterator[QPainter]:
    """A painter that ends before its device goes, also on an error: Qt crashes otherwise."""
    painter = QPainter(device)
    try:
        yield painter
    finally:
        painter.end()
