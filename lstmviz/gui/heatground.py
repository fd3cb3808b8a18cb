"""The ground of the heatmaps: all that keeps its place, as one pixmap, painted in pieces.

A new ground takes longer to paint than the event loop may wait, so while a run is under way or
an edge is dragged the one before stays in sight until the new one is whole.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QPainter, QPixmap

from lstmviz import paint
from lstmviz.gui.heatimages import HeatImages
from lstmviz.gui.heatregions import parts_of_unit, pixels, placed, plots_room, touching
from lstmviz.scene import heatmaps
from lstmviz.scene.colors import Theme
from lstmviz.scene.heataxes import Content, frames, furniture
from lstmviz.scene.heatlayout import HeatmapLayout
from lstmviz.scene.heatmarks import touched
from lstmviz.scene.plots import more_curves, unit_plots
from lstmviz.scene.shapes import Shape
from lstmviz.scene.timeaxis import step_numbers

PIECE = 8
"""Shapes painted between two looks at the clock: one to three milliseconds."""


@dataclass(frozen=True, eq=False)
class Picture:
    """What a ground shows: a layout and its content (None: a sentence), on how many pixels."""

    size: QSize
    ratio: float
    theme: Theme
    place: HeatmapLayout | None = None
    content: Content | None = None
    sentence: str = ""


class Ground:
    """One pixmap in sight, and perhaps a newer one in the making."""

    def __init__(self, images: HeatImages) -> None:
        self.shown: Picture | None = None
        self.pixmap = QPixmap()
        self._images = images
        self._wanted: Picture | None = None
        self._begun: Picture | None = None
        self._pieces: Iterator[None] | None = None
        self._plotted = 0

    def want(self, picture: Picture, *, at_once: bool = False) -> None:
        """Paint another picture; the one in sight stays until that is whole.

        One that is being painted is finished first, so that pictures wanted ever faster are
        seen all the same; with `at_once` it is dropped, and what is in sight counts no more.
        """
        self._wanted = picture
        if at_once:
            self.shown = None
        if at_once or self._pieces is None:
            self._begin(picture)

    def _begin(self, picture: Picture) -> None:
        self._begun, self._pieces = picture, self._paint(picture)

    def want_more(self, content: Content) -> None:
        """The picture wanted has gained steps, and nothing else about it has changed."""
        if self._wanted is not None:
            more = replace(self._wanted, content=content)
            if self._begun is self._wanted:
                self._begun = more
            self._wanted = more

    @property
    def painting(self) -> bool:
        """Whether a newer picture is in the making."""
        return self._pieces is not None

    def advance(self, seconds: float | None = None) -> bool:
        """Paint on for about this long (None: to the end); returns whether it became whole."""
        end = None if seconds is None else time.perf_counter() + seconds
        pieces = self._pieces
        if pieces is None:
            return False
        for _ in pieces:
            if end is not None and time.perf_counter() >= end:
                return False
        self._pieces = None
        if self._begun is not self._wanted and self._wanted is not None:
            self._begin(self._wanted)
        return True

    def add_images(self, arrays: set[str]) -> list[QRect]:
        """Put images that have changed into what is in sight; returns where."""
        place, content = self._in_sight()
        if place is None or content is None or not arrays:
            return []
        self._draw(self.pixmap, self._heats(place, content, arrays) + touched(place, content))
        return [pixels(panel.plot) for panel in place.panels if panel.array in arrays]

    def add_curves(self) -> list[QRect]:
        """Put what is new of the pinned unit's curves into what is in sight; returns where."""
        place, content = self._in_sight()
        if place is None or content is None or content.unit is None:
            return []
        self._draw(self.pixmap, more_curves(place, content, self._plotted))
        self._plotted = content.done
        return [plots_room(place)]

    def repin(self, content: Content) -> bool:
        """Tell of another pinned unit in what is in sight; whether that could be done.

        Nothing else has changed. Where a newer picture is in the making it could not.
        """
        place, _ = self._in_sight()
        if place is None or self.shown is None or self.painting:
            return False
        self.shown = self._wanted = self._begun = replace(self.shown, content=content)
        around = [*furniture(place, content, self.shown.ratio), *frames(place)]
        known = placed([*around, *touched(place, content)])
        painter = QPainter(self.pixmap)
        for part in parts_of_unit(place):
            plots = part == plots_room(place)
            painter.setClipRect(part)
            painter.fillRect(part, QColor(self.shown.theme["panel"]))
            shapes = unit_plots(place, content) if plots else touching(known, part)
            paint.draw(painter, shapes, self.shown.theme)
        painter.end()
        self._plotted = content.done
        return True

    def _in_sight(self) -> tuple[HeatmapLayout | None, Content | None]:
        """The layout in sight and its newest content, unless another layout is on its way."""
        shown, wanted = self.shown, self._wanted
        if shown is None or wanted is None or shown.place != wanted.place:
            return None, None
        return shown.place, wanted.content

    def _paint(self, picture: Picture) -> Iterator[None]:
        """Paint a picture piece by piece; at the end it is the one in sight."""
        pixmap = QPixmap(picture.size)
        pixmap.setDevicePixelRatio(picture.ratio)
        pixmap.fill(QColor(picture.theme["panel"]))
        place, content = picture.place, picture.content
        if place is None or content is None:
            size = picture.size / picture.ratio
            self._draw(pixmap, heatmaps.empty(size.width(), size.height(), picture.sentence))
        else:
            yield
            shapes = furniture(place, content, picture.ratio)
            yield from self._draw_slowly(pixmap, shapes)
            shapes = unit_plots(place, content)
            yield from self._draw_slowly(pixmap, shapes)
            self._draw(pixmap, self._last(place, content))
        self.pixmap, self.shown = pixmap, picture

    def _last(self, place: HeatmapLayout, painted: Content) -> list[Shape]:
        """What is painted last, as it may have gained steps since: images and curves."""
        wanted, newest = self._wanted, painted
        if wanted is not None and wanted.place == place and wanted.content is not None:
            newest = wanted.content
        shapes = self._heats(place, newest, set(self._images.slots))
        shapes += [*frames(place), *step_numbers(place), *touched(place, newest)]
        if newest.unit is not None:
            shapes += more_curves(place, newest, painted.done)
        self._plotted = newest.done
        return shapes

    def _draw_slowly(self, pixmap: QPixmap, shapes: list[Shape]) -> Iterator[None]:
        yield
        for first in range(0, len(shapes), PIECE):
            self._draw(pixmap, shapes[first : first + PIECE])
            yield

    def _draw(self, pixmap: QPixmap, shapes: Iterable[Shape]) -> None:
        assert self._wanted is not None
        painter = QPainter(pixmap)
        paint.draw(painter, shapes, self._wanted.theme)
        painter.end()

    def _heats(self, place: HeatmapLayout, content: Content, arrays: set[str]) -> list[Shape]:
        shapes: list[Shape] = []
        for panel in place.panels:
            slot = self._images.slots.get(panel.array) if panel.array in arrays else None
            if slot is not None:
                colormap = content.colormap(panel.array)
                shapes += heatmaps.heat(panel.plot, slot.image, colormap, slot.shown)
        return shapes
