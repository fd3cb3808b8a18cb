"""What moves over the heatmaps: the cursor of the step, rows of units, the curtain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lstmviz.scene.heataxes import SMALL, Content, token_pace, visible
from lstmviz.scene.heatlayout import HeatmapLayout, Panel, row_y, step_x
from lstmviz.scene.metrics import fit, text_box
from lstmviz.scene.metrics import width as text_width
from lstmviz.scene.shapes import Box, Disc, Line, Rect, Shape, Text

if TYPE_CHECKING:
    from lstmviz.analysis.effects import Touch

TOKEN = 48.0
"""Most that the outline of the step's own token is wide."""
HALO = 0.65
"""Opacity of the light edge that keeps marks visible over dark and pale values."""


def step_box(place: HeatmapLayout, plot: Box, step: int) -> Box:
    """The column of a step, at least 2 pixels wide."""
    left = step_x(place, plot, step)
    w = max(place.pitch, 2.0)
    middle = step_x(place, plot, step + 0.5)
    if w == 2.0:
        left = min(max(middle - 1, plot.x), plot.right - 2)
    return Box(left, plot.y, w, plot.h)


def cursor(
    place: HeatmapLayout, step: int, plots: bool = True, content: Content | None = None
) -> list[Shape]:
    """The current step in every heatmap, strip and plot: a column's outline, or a line.

    Where tokens stand too close for all to be written the step's own stands in its outline.
    """
    if not place.first <= step < place.last:
        return []
    shapes: list[Shape] = []
    for panel in place.panels:
        column = step_box(place, panel.plot, step)
        if column.w < 5:
            shapes.append(_upright(column, 4.0, "panel", HALO))
            shapes.append(_upright(column, 1.5, "mark"))
        else:
            shapes.append(Rect(column, stroke="panel", width=3.6, opacity=HALO))
            shapes.append(Rect(column, stroke="mark", width=1.4))
    for strip in place.strips[: place.inputs]:
        column = step_box(place, strip, step)
        if column.w < 5:
            shapes.append(_upright(column, 1.5, "mark"))
        else:
            shapes += _around(place, strip, step, content)
    for plot in place.plots if plots else ():
        shapes.append(_upright(step_box(place, plot.plot, step), 1.3, "mark", 0.8))
    return shapes


def brush(place: HeatmapLayout, ranges: tuple[tuple[int, int], ...]) -> list[Shape]:
    """Marked steps (first, last exclusive) in every heatmap."""
    shapes: list[Shape] = []
    for low, high in ranges:
        first, last = max(low, place.first), min(high, place.last)
        if first >= last:
            continue
        for panel in place.panels:
            left, right = (step_x(place, panel.plot, step) for step in (first, last))
            box = Box(left, panel.plot.y, max(right - left, 1.5), panel.plot.h)
            shapes.append(Rect(box, fill="accent", opacity=0.16))
            shapes.append(Rect(box, stroke="panel", width=3.0, opacity=HALO))
            shapes.append(Rect(box, stroke="accent", width=1.5))
    return shapes


def _around(place: HeatmapLayout, strip: Box, step: int, content: Content | None) -> list[Shape]:
    """A step's outline in the strip, and in it the step's token if it is not written there.

    Tokens beside it that it would lie on are painted out.
    """
    column = step_box(place, strip, step)
    wide, every = max(column.w, 10.0), 1
    if content is not None and content.sequence.symbolic:
        every = token_pace(place, content)[1]
    text = _token(place, strip, step, content)
    written = step % every == 0 and (every == 1 or text is None or _inside(strip, text_box(text)))
    if text is not None and not written:
        wide = max(wide, text_width(text.text, SMALL, mono=True) + 6)
    around = Box(column.center[0] - wide / 2, column.y, wide, column.h)
    if text is None or written:
        return [Rect(around, stroke="mark", width=1.4, radius=2)]
    shapes: list[Shape] = []
    before = step - step % every
    for near in (before, before + every):
        beside = _token(place, strip, near, content) if place.first <= near < place.last else None
        if beside is not None and text_box(beside).overlaps(around):
            shapes.append(Rect(text_box(beside).inset(-1), fill="faint"))
    return [*shapes, Rect(around, "panel", "mark", 1.4, radius=2), text]


def _inside(strip: Box, box: Box) -> bool:
    """Whether a token lies in the strip, as those that are written do."""
    return box.x >= strip.x - 2 and box.right <= strip.right + 2


def _token(place: HeatmapLayout, strip: Box, step: int, content: Content | None) -> Text | None:
    """A step's token in the strip, in small letters; None where there are none."""
    if content is None or not content.sequence.symbolic:
        return None
    token = fit(visible(content.sequence.labels[step]), TOKEN - 8, SMALL, mono=True)
    x, y = step_x(place, strip, step + 0.5), strip.center[1] + 4
    return Text(x, y, token, SMALL, "ink", mono=True, anchor="middle")


def _upright(column: Box, width: float, color: str, opacity: float = 1.0) -> Rect:
    """A line down the middle of a column, as a filled rectangle, which is painted fastest."""
    return Rect(
        Box(column.center[0] - width / 2, column.y, width, column.h), fill=color, opacity=opacity
    )


def row_marks(place: HeatmapLayout, content: Content, hover: int | None) -> list[Shape]:
    """The rows of the pinned and the hovered unit, outlined in every heatmap they are in."""
    shapes: list[Shape] = []
    for unit in dict.fromkeys((content.unit, hover)):
        if unit is None or unit >= len(content.rows):
            continue
        row = int(content.rows[unit])
        for panel in place.panels:
            if panel.cells and panel.low <= row < panel.high:
                box = row_box(panel, row)
                shapes.append(Rect(box, stroke="panel", width=3.0, opacity=HALO))
                shapes.append(Rect(box, stroke="mark", width=1.2))
    return shapes


def touched(place: HeatmapLayout, content: Content) -> list[Shape]:
    """Where changes of the run take hold: the steps along the axes, the units in their heatmap."""
    shapes: list[Shape] = []
    for first, last in dict.fromkeys((t.first, t.last) for t in content.touches):
        for axis in place.axes:
            span = _steps_box(place, axis, first, last)
            if span is not None:
                shapes.append(Rect(Box(span.x, span.y - 1, span.w, 2.5), fill="accent"))
    for touch in content.touches:
        panel = next((p for p in place.panels if p.array == _seen_in(place, touch.array)), None)
        span = _steps_box(place, panel.plot, touch.first, touch.last) if panel else None
        if panel is None or span is None:
            continue
        for low, high in _row_spans(content, touch, panel):
            y, bottom = row_y(panel, low), row_y(panel, high)
            box = Box(span.x, y, span.w, max(bottom - y, 2.0)).inset(-0.5)
            shapes.append(Rect(box, stroke="panel", width=3.2, opacity=HALO))
            shapes.append(Rect(box, stroke="accent", width=1.6))
    return shapes


def _seen_in(place: HeatmapLayout, array: str) -> str:
    """The heatmap that shows an array; without a projection h is m."""
    return "hidden_state" if array == "cell_output" and not place.projected else array


def _steps_box(place: HeatmapLayout, plot: Box, first: int, last: int) -> Box | None:
    """The steps first..last of a plot, at least 2 pixels wide; None where none is in sight."""
    first, last = max(first, place.first), min(last, place.last)
    if first >= last:
        return None
    left, right = step_x(place, plot, first), step_x(place, plot, last)
    return Box(min(left, plot.right - 2), plot.y, max(right - left, 2.0), plot.h)


def _row_spans(content: Content, touch: Touch, panel: Panel) -> list[tuple[int, int]]:
    """Rows in sight that a change takes hold of, neighbours together; last exclusive."""
    order = content.order_of(panel.array)
    units = range(len(order)) if touch.units is None else touch.units
    held = np.isin(order, list(units))[panel.low : panel.high]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], held, [False]])))
    return [(panel.low + int(a), panel.low + int(b)) for a, b in edges.reshape(-1, 2)]


def row_box(panel: Panel, row: int) -> Box:
    """A unit's row in a heatmap, at least 3 pixels high and never outside the plot."""
    plot = panel.plot
    h = min(max(plot.h / (panel.high - panel.low), 3.0), plot.h)
    middle = row_y(panel, row + 0.5)
    return Box(plot.x, min(max(middle - h / 2, plot.y), plot.bottom - h), plot.w, h)


def curtain(place: HeatmapLayout, step: int, plots: bool = True) -> list[Shape]:
    """What hides everything after the current step in heatmaps and plots."""
    boxes = [panel.plot for panel in place.panels]
    if plots:
        boxes += [plot.plot for plot in place.plots]
    if step + 1 >= place.last:
        return []
    shapes: list[Shape] = []
    for box in boxes:
        left = max(step_x(place, box, step + 1), box.x)
        shapes.append(Rect(Box(left, box.y, box.right - left, box.h), fill="empty"))
    return shapes


def bounds(shape: Shape) -> Box:
    """The place a shape takes up."""
    if isinstance(shape, Text):
        return text_box(shape)
    if isinstance(shape, Line):
        xs, ys = zip(*shape.points, strict=True)
        half = shape.width / 2
        left, top = min(xs) - half, min(ys) - half
        return Box(left, top, max(xs) + half - left, max(ys) + half - top)
    if isinstance(shape, Disc):
        (x, y), r = shape.center, shape.radius
        return Box(x - r, y - r, 2 * r, 2 * r)
    return shape.box.inset(-shape.width / 2) if isinstance(shape, Rect) else shape.box
