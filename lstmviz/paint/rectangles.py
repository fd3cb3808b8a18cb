"""Values as rectangles, for vector files: grids of squares and heatmaps."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath

from lstmviz.paint import images
from lstmviz.paint.pens import color
from lstmviz.scene.colors import Theme, colormap
from lstmviz.scene.shapes import Box, Cells, Heat


def draw_cells(painter: QPainter, shape: Cells, theme: Theme) -> None:
    """A grid as rectangles on the card's colour, with which they are mixed where faint."""
    rows = ceil(shape.count / shape.columns)
    gap = images.gap_of(min(shape.box.w / shape.columns, shape.box.h / rows))
    if shape.values is None:
        empty = color(theme["empty"])
        table = np.array([[empty.red(), empty.green(), empty.blue()]], np.uint8)
        indices = None
    else:
        table = colormap(shape.colormap, theme.name)
        indices = images.color_indices(np.asarray(shape.values), shape.low, shape.high)
    grid = np.full(rows * shape.columns, -1, np.int16)
    grid[: shape.count] = 0 if indices is None else indices
    colors = _mixed(table, theme, shape.opacity)
    paint = _spaced_rects if gap else _close_rects
    paint(painter, shape.box, grid.reshape(rows, shape.columns), colors, gap)


def _mixed(table: NDArray[np.uint8], theme: Theme, opacity: float) -> list[QColor]:
    """The colours as they look over a card."""
    card = color(theme["card"])
    under = np.array([card.red(), card.green(), card.blue()])
    mixed = np.rint(table * opacity + under * (1 - opacity)).astype(int)
    return [QColor(*row) for row in mixed.tolist()]


def _spaced_rects(
    painter: QPainter, box: Box, grid: NDArray[np.integer], colors: list[QColor], gap: float
) -> None:
    """One path a colour (-1: none): squares that do not touch may be painted in any order."""
    rows, columns = grid.shape
    w, h = box.w / columns, box.h / rows
    for index in np.unique(grid[grid >= 0]).tolist():
        path = QPainterPath()
        for row, column in np.argwhere(grid == index).tolist():
            path.addRect(box.x + column * w, box.y + row * h, w - gap, h - gap)
        painter.fillPath(path, colors[index])


BLEED = 1.0
"""How far a rectangle reaches under its right and lower neighbour, which are painted later:
without it, viewers that smooth edges let the ground shine through as hairlines."""


def _close_rects(
    painter: QPainter, box: Box, grid: NDArray[np.integer], colors: list[QColor], _: float = 0.0
) -> None:
    """Touching rectangles, one a run of equal colours (-1: none)."""
    rows, columns = grid.shape
    w, h = box.w / columns, box.h / rows
    bleed_x, bleed_y = min(BLEED, w), min(BLEED, h)
    for row, line in enumerate(grid):
        edges = np.flatnonzero(np.diff(line)) + 1
        below = grid[row + 1] if row + 1 < rows else np.full(columns, -1)
        for first, last in zip([0, *edges.tolist()], [*edges.tolist(), columns], strict=True):
            if line[first] < 0:
                continue
            right = bleed_x if last < columns and line[last] >= 0 else 0.0
            under = bleed_y if below[last - 1] >= 0 else 0.0
            place = QRectF(
                box.x + first * w, box.y + row * h, (last - first) * w + right, h + under
            )
            painter.fillRect(place, colors[line[first]])


def draw_heat(painter: QPainter, shape: Heat, theme: Theme) -> None:
    """A heatmap as rectangles, or as a lossless image where they would be too many."""
    if not shape.indices.size:
        return
    if _runs(shape.indices) <= MAX_VECTOR_RUNS:
        colors = _mixed(colormap(shape.colormap, theme.name), theme, 1.0)
        _close_rects(painter, shape.box, shape.indices, colors)
        return
    enlarged = replace(shape, indices=_enlarged(shape.indices, shape.box))
    images.draw_heat(painter, enlarged, theme)


MAX_VECTOR_RUNS = 6000
"""A heatmap of more runs of equal colours is embedded in a vector file as a lossless image."""


def _runs(indices: NDArray[np.uint8]) -> int:
    return len(indices) + int(np.count_nonzero(np.diff(indices, axis=1)))


def _enlarged(indices: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The same image with at least two pixels to the logical one: viewers smooth small ones."""
    down, across = (
        max(1, ceil(2 * side / count))
        for side, count in zip((box.h, box.w), indices.shape, strict=True)
    )
    return indices.repeat(down, axis=0).repeat(across, axis=1)
