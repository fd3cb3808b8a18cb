"""Which pixels of the heatmaps have to be painted anew."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QRegion

from lstmviz.scene.heataxes import Content, unit_numbers
from lstmviz.scene.heatlayout import HeatmapLayout, columns_of, step_x
from lstmviz.scene.heatmarks import TOKEN, bounds, row_marks
from lstmviz.scene.shapes import Box, Shape
from lstmviz.session import View

NUMBER = 60
"""Room either side of a step for its badge and the numbers it covers."""


def pixels(box: Box) -> QRect:
    """The pixels a shape may touch."""
    return QRectF(box.x - 2, box.y - 2, box.w + 4, box.h + 4).toAlignedRect()


def rects_of(region: QRegion) -> list[QRect]:
    """The rectangles of a region."""
    rects: Iterable[QRect] = region  # type: ignore[assignment]
    return list(rects)


def placed(shapes: list[Shape]) -> list[tuple[Box, Shape]]:
    """Each shape with the place it takes up."""
    return [(bounds(shape), shape) for shape in shapes]


def touching(shapes: list[tuple[Box, Shape]], part: QRect) -> list[Shape]:
    """The shapes that reach into a part."""
    around = Box(part.x() - 2, part.y() - 2, part.width() + 4, part.height() + 4)
    return [shape for box, shape in shapes if box.overlaps(around)]


def step_parts(place: HeatmapLayout, old: int, new: int, reveal: bool) -> list[QRect]:
    """Where the cursor was and is with its badge, and what a curtain uncovers between them."""
    parts = []
    for axis in place.axes:
        for step in (old, new):
            x = step_x(place, axis, step + 0.5)
            parts.append(pixels(Box(x - NUMBER, axis.y, 2 * NUMBER, axis.h)))
    for strip in place.strips[: place.inputs]:
        for step in (old, new):
            x = step_x(place, strip, step + 0.5)
            parts.append(pixels(Box(x - TOKEN / 2, strip.y, TOKEN, strip.h)))
    for column in columns_of(place):
        places = [(old, old), (new, new)]
        if reveal:
            places = [(min(old, new), max(old, new))]
        for first, last in places:
            left = step_x(place, column, max(first, place.first)) - 6
            right = step_x(place, column, min(last, place.last - 1) + 1) + 6
            if right > left:
                parts.append(pixels(Box(left, column.y, right - left, column.h)))
    return parts


def plots_room(place: HeatmapLayout) -> QRect:
    """All that the plots of a unit touch, numbers included; nothing else is drawn there."""
    first, last = place.plots[0], place.plots[-1]
    left, top = first.gutter.x, first.plot.y - 3
    return pixels(Box(left, top, place.width - left, last.plot.bottom + 4 - top).inset(2))


def parts_of_unit(place: HeatmapLayout) -> list[QRect]:
    """What of the ground tells of the pinned unit: its plots, and the tints of tokens."""
    return [plots_room(place), *map(pixels, place.strips[: place.inputs])]


def only_more(
    before: HeatmapLayout | None, old: Content | None, place: HeatmapLayout, content: Content
) -> bool:
    """Whether nothing but the heatmaps and the curves of a run has changed: there is more."""
    return (
        old is not None
        and before == place
        and content.done < place.steps
        and content.unit == old.unit
        and _laid_alike(old, content)
    )


def only_repinned(
    before: HeatmapLayout | None, old: Content | None, place: HeatmapLayout, content: Content
) -> bool:
    """Whether nothing but the pinned unit has changed, and there was one before."""
    return (
        old is not None
        and before == place
        and content.direction is old.direction
        and content.done == old.done
        and None not in (content.unit, old.unit)
        and content.apart == old.apart
        and _laid_alike(old, content)
    )


def _laid_alike(old: Content, new: Content) -> bool:
    return (
        old.limits == new.limits
        and new.order is old.order
        and old.sequence is new.sequence
        and old.touches == new.touches
    )


def looks_alike(old: View, new: View) -> bool:
    """Whether two views differ in no more than the step and the hovered unit."""
    fields = (
        "unit", "layer", "direction", "order", "limits", "reveal", "first", "last", "low", "high"
    )  # fmt: skip
    return all(getattr(old, name) == getattr(new, name) for name in fields)


def unit_shapes(
    place: HeatmapLayout, content: Content, hover: int | None
) -> list[tuple[Box, Shape]]:
    """The marks and numbers of the pinned and the hovered unit, each with its place."""
    return placed(row_marks(place, content, hover) + unit_numbers(place, content, hover))
