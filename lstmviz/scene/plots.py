"""Line plots of one unit over time, below the heatmaps and on their time axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lstmviz.scene.colorlimits import whole
from lstmviz.scene.colors import ROLE_OF_ARRAY
from lstmviz.scene.heataxes import SMALL, Content, limit_text
from lstmviz.scene.heatlayout import TITLES, HeatmapLayout, UnitPlot, step_x
from lstmviz.scene.shapes import Box, Line, Point, Rect, Shape, Text

Array = NDArray[np.floating]

HINT = "Click a square or a row to pin a unit and plot it here."

FEW = 150
"""A curve of more points is drawn finer, which is clearer and ten times faster."""

CURVES = {
    "gates": ("forget_gate", "input_gate", "output_gate"),
    "states": ("cell_state", "candidate", "hidden_state"),
}
"""The arrays of each plot, in the order of the legend."""


def unit_plots(place: HeatmapLayout, content: Content) -> list[Shape]:
    """Axes, legends and curves of the pinned unit, or a hint when none is pinned.

    Gates run from 0 to 1. c has the limits of its heatmap on the left axis; g and h (or, with
    a projection, the cell output m, as hidden units are then not cell units) share the axis on
    the right: −1 to 1, or more where no tanh bounds them.
    """
    if content.unit is None:
        return _hint(place)
    shapes: list[Shape] = []
    for plot in place.plots:
        shapes.append(Rect(plot.plot, fill="faint", opacity=0.55))
        shapes += _axes(plot, content)
        shapes += _legend(place, plot, content.unit)
        for array in reversed(_arrays(place, plot.kind)):
            shapes += _curve(place, plot, content, array)
    return shapes


def _hint(place: HeatmapLayout) -> list[Shape]:
    """One quiet box over the room of all plots."""
    if not place.plots:
        return []
    left = place.plots[0].gutter.x
    top, right = place.plots[0].plot.y, place.plots[-1].plot.right
    box = Box(left, top, right - left, place.plots[-1].plot.bottom - top)
    x, y = box.center
    return [
        Rect(box, fill="faint", radius=6, opacity=0.55),
        Text(x, y + 4, HINT, 11, "muted", anchor="middle"),
    ]


def _arrays(place: HeatmapLayout, kind: str) -> tuple[str, ...]:
    arrays = CURVES[kind]
    if kind == "states" and place.projected:
        return (*arrays[:2], "cell_output")
    return arrays


def _limits(content: Content, array: str) -> tuple[float, float]:
    if array in CURVES["gates"]:
        return content.limits["gates_before"]  # of all three gates
    if array == "cell_state":
        return whole(content.limits, array)
    least = 0.0 if content.apart else 1.0
    widest = max(least, content.limits["candidate"][1], whole(content.limits, "cell_output")[1])
    return (-widest, widest)


def _axes(plot: UnitPlot, content: Content) -> list[Shape]:
    box = plot.plot
    left = "forget_gate" if plot.kind == "gates" else "cell_state"
    sides = [(_limits(content, left), box.x - 5, "end", "muted")]
    if plot.kind == "states":
        sides = [
            (_limits(content, left), box.x - 5, "end", "c_text"),
            (_limits(content, "candidate"), box.right + 5, "start", "muted"),
        ]
    shapes: list[Shape] = [
        Line(((box.x, y), (box.right, y)), "edge", 1.0)
        for y in (box.y, box.y + box.h / 2, box.bottom)
    ]
    for (low, high), x, anchor, color in sides:
        marks = [(high, box.y + 7.6), (low, box.bottom)]
        if plot.kind == "states":
            marks.append((0.0, box.y + box.h / 2 + 3.8))
        shapes += [Text(x, y, limit_text(value), SMALL, color, anchor=anchor) for value, y in marks]
    return shapes


def _legend(place: HeatmapLayout, plot: UnitPlot, unit: int) -> list[Shape]:
    x, y = plot.gutter.x, plot.plot.y + 10
    shapes: list[Shape] = [Text(x, y, f"unit {unit}", 11, "ink", bold=True)]
    for array in _arrays(place, plot.kind):
        y += 14
        words = TITLES[array].removeprefix("cell ") if array == "cell_output" else TITLES[array]
        shapes.append(Text(x, y, words, 11, f"{ROLE_OF_ARRAY[array]}_text"))
    return shapes


def more_curves(place: HeatmapLayout, content: Content, since: int) -> list[Shape]:
    """The curves of the pinned unit from step `since` on, to be painted on to earlier ones."""
    return [
        shape
        for plot in place.plots
        for array in reversed(_arrays(place, plot.kind))
        for shape in _curve(place, plot, content, array, since)
    ]


def _curve(
    place: HeatmapLayout, plot: UnitPlot, content: Content, array: str, since: int = 0
) -> list[Shape]:
    assert content.unit is not None
    first = max(place.first, since - 1)
    values = content.curve(array, first, place.last)
    if not len(values):
        return []
    low, high = _limits(content, array)
    box = plot.plot
    with np.errstate(invalid="ignore", over="ignore"):
        part: Array = np.clip((values.astype(float) - low) / (high - low), 0, 1)
    y = box.bottom - 1 - part * (box.h - 2)
    x = step_x(place, box, first) + (np.arange(len(y)) + 0.5) * place.pitch
    columns = max(1, int(len(y) * place.pitch))
    if len(y) > 2 * columns:
        x, y = _envelope(x, y, columns)
    role = ROLE_OF_ARRAY[array]
    return [
        Line(points, role, 1.6 if len(points) < FEW else 1.0)
        for points in _pieces(x, y, place.pitch, joined=first < since)
    ]


def _envelope(x: Array, y: Array, columns: int) -> tuple[Array, Array]:
    """The lowest and highest value of each column, in turn: as much as so many pixels show."""
    starts = np.arange(columns) * len(y) // columns
    low, high = np.minimum.reduceat(y, starts), np.maximum.reduceat(y, starts)
    return np.repeat(x[starts], 2), np.stack([low, high], axis=1).ravel()


def _pieces(x: Array, y: Array, pitch: float, joined: bool) -> list[tuple[Point, ...]]:
    """The curve as polylines, broken where values are not finite; a lone point is a dash.

    `joined` says that the first point is there already, to be drawn on from.
    """
    finite = np.isfinite(y)
    edges = np.flatnonzero(np.diff(finite)) + 1
    pieces: list[tuple[Point, ...]] = []
    for piece in np.split(np.arange(len(y)), edges):
        if not finite[piece[0]] or (joined and piece[-1] == 0):
            continue
        points = tuple(zip(x[piece].tolist(), y[piece].tolist(), strict=True))
        if len(points) == 1:
            (px, py), half = points[0], min(pitch / 2, 6)
            points = ((px - half, py), (px + half, py))
        pieces.append(points)
    return pieces
