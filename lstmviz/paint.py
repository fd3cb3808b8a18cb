"""The only drawing code: shapes of a scene onto a QPainter.

The window, a PNG, an SVG and a PDF are all this function on another device.
Pens are non-cosmetic, so that every device scales them alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import ceil, hypot

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontDatabase,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
)

from lstmviz import resources
from lstmviz.scene.colors import Theme, colormap
from lstmviz.scene.metrics import text_box
from lstmviz.scene.shapes import Box, Cells, Disc, Heat, Line, Point, Rect, Shape, Text

SANS = "DejaVu Sans"
MONO = "DejaVu Sans Mono"
FACES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf")


@lru_cache
def load_fonts() -> None:
    """Register the bundled fonts; needs a QGuiApplication, and only works once there is one."""
    for face in FACES:
        QFontDatabase.addApplicationFont(str(resources.path("fonts", face)))


@lru_cache(maxsize=256)
def font(size: int, bold: bool = False, mono: bool = False) -> QFont:
    """A bundled font of `size` pixels; unhinted and unkerned, so that it scales as measured."""
    result = QFont(MONO if mono else SANS)
    result.setPixelSize(size)
    result.setBold(bold)
    result.setKerning(False)
    result.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return result


def draw(painter: QPainter, shapes: Iterable[Shape], theme: Theme, *, vector: bool = False) -> None:
    """Paint the shapes in order.

    `vector` draws the squares of a vector and the pixels of a heatmap as rectangles, for files;
    on screen they are images, which is faster.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    for shape in shapes:
        if isinstance(shape, Rect):
            _rect(painter, shape, theme)
        elif isinstance(shape, Text):
            _text(painter, shape, theme)
        elif isinstance(shape, Line):
            _line(painter, shape, theme)
        elif isinstance(shape, Disc):
            _disc(painter, shape, theme)
        elif isinstance(shape, Cells):
            _cells(painter, shape, theme, vector)
        else:
            _heat(painter, shape, theme, vector)


@lru_cache(maxsize=1024)
def _color(value: str, opacity: float = 1.0) -> QColor:
    color = QColor(value)
    color.setAlphaF(opacity)
    return color


def qrect(box: Box) -> QRectF:
    """The box as Qt knows it."""
    return QRectF(box.x, box.y, box.w, box.h)


def _pen(
    color: str | None, width: float, theme: Theme, opacity: float, dashed: bool = False
) -> QPen:
    if color is None:
        return QPen(Qt.PenStyle.NoPen)
    pen = QPen(_color(theme[color], opacity), width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    if dashed:
        pen.setDashPattern([3.0, 2.5])
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def _brush(color: str | None, theme: Theme, opacity: float) -> QBrush:
    return QBrush(Qt.BrushStyle.NoBrush) if color is None else QBrush(_color(theme[color], opacity))


def _rect(painter: QPainter, shape: Rect, theme: Theme) -> None:
    painter.setPen(_pen(shape.stroke, shape.width, theme, shape.opacity, shape.dashed))
    painter.setBrush(_brush(shape.fill, theme, shape.opacity))
    if shape.radius:
        painter.drawRoundedRect(qrect(shape.box), shape.radius, shape.radius)
    else:
        painter.drawRect(qrect(shape.box))


def _disc(painter: QPainter, shape: Disc, theme: Theme) -> None:
    painter.setPen(_pen(shape.stroke, shape.width, theme, shape.opacity))
    painter.setBrush(_brush(shape.fill, theme, shape.opacity))
    painter.drawEllipse(QPointF(*shape.center), shape.radius, shape.radius)


def _text(painter: QPainter, shape: Text, theme: Theme) -> None:
    painter.setFont(font(shape.size, shape.bold, shape.mono))
    painter.setPen(_color(theme[shape.color], shape.opacity))
    painter.drawText(QPointF(text_box(shape).x, shape.y), shape.text)


def rounded(points: tuple[Point, ...], radius: float) -> QPainterPath:
    """A polyline as a path whose corners are rounded by at most `radius`."""
    path = QPainterPath(QPointF(*points[0]))
    for (ax, ay), (bx, by), (cx, cy) in zip(points, points[1:], points[2:], strict=False):
        into, out = hypot(bx - ax, by - ay), hypot(cx - bx, cy - by)
        reach = min(radius, into / 2, out / 2)
        back, on = reach / max(into, 1e-9), reach / max(out, 1e-9)
        path.lineTo(bx - (bx - ax) * back, by - (by - ay) * back)
        path.quadTo(bx, by, bx + (cx - bx) * on, by + (cy - by) * on)
    path.lineTo(*points[-1])
    return path


def _line(painter: QPainter, shape: Line, theme: Theme) -> None:
    painter.setPen(_pen(shape.stroke, shape.width, theme, shape.opacity, shape.dashed))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    points = shape.points
    if shape.arrow:
        (ax, ay), (x, y) = points[-2:]
        size = (3.2 + 1.6 * shape.width) / max(hypot(ax - x, ay - y), 1e-9)
        back, up = (ax - x) * size, (ay - y) * size
        painter.drawPath(rounded((*points[:-1], (x + back * 0.9, y + up * 0.9)), shape.radius))
        corners = [
            QPointF(x, y),
            QPointF(x + back - up * 0.55, y + up + back * 0.55),
            QPointF(x + back + up * 0.55, y + up - back * 0.55),
        ]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_brush(shape.stroke, theme, shape.opacity))
        painter.drawPolygon(QPolygonF(corners))
    elif shape.radius:
        painter.drawPath(rounded(points, shape.radius))
    else:
        painter.drawPolyline(QPolygonF([QPointF(*point) for point in points]))


def color_indices(values: NDArray[np.floating], low: float, high: float) -> NDArray[np.uint8]:
    """0..254 for low..high (clipped), 255 where a value is not finite; any shape."""
    span = (high - low) or 1.0
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = (values - low) * (254.0 / span)
        finite = np.isfinite(scaled)
        return np.where(finite, np.clip(np.rint(scaled), 0, 254), 255).astype(np.uint8)


@lru_cache
def _color_table(name: str, theme: str) -> list[int]:
    return [0xFF000000 | int(r) << 16 | int(g) << 8 | int(b) for r, g, b in colormap(name, theme)]


def index_image(indices: NDArray[np.uint8], name: str, theme: str) -> QImage:
    """An indexed image that shares the memory of `indices` (rows must be contiguous)."""
    rows, columns = indices.shape
    image = QImage(indices.data, columns, rows, indices.strides[0], QImage.Format.Format_Indexed8)
    image.setColorTable(_color_table(name, theme))
    return image


def cell_boxes(shape: Cells) -> tuple[float, float]:
    """Width and height of one square's pitch in the grid."""
    rows = -(-shape.count // shape.columns)
    return shape.box.w / shape.columns, shape.box.h / rows


def _cells(painter: QPainter, shape: Cells, theme: Theme, vector: bool) -> None:
    indices = None
    if shape.values is not None:
        indices = color_indices(np.asarray(shape.values), shape.low, shape.high)
    if vector:
        _cell_rects(painter, shape, theme, indices)
        return
    painter.setOpacity(1.0 if indices is None else shape.opacity)
    _cell_image(painter, shape, theme, indices)
    painter.setOpacity(1.0)


def _gap(pitch: float) -> float:
    return 0.0 if pitch < 4 else min(1.0, pitch * 0.1)


def _cell_rects(
    painter: QPainter, shape: Cells, theme: Theme, indices: NDArray[np.uint8] | None
) -> None:
    """The grid as rectangles on the card's colour, with which they are mixed where faint."""
    gap = _gap(min(cell_boxes(shape)))
    table = colormap(shape.colormap, theme.name)
    if indices is None:
        empty = _color(theme["empty"])
        table = np.array([[empty.red(), empty.green(), empty.blue()]], np.uint8)
    rows = -(-shape.count // shape.columns)
    grid = np.full(rows * shape.columns, -1, np.int16)
    grid[: shape.count] = 0 if indices is None else indices
    colors = _mixed(table, theme, shape.opacity)
    paint = _spaced_rects if gap else _close_rects
    paint(painter, shape.box, grid.reshape(rows, shape.columns), colors, gap)


def _mixed(table: NDArray[np.uint8], theme: Theme, opacity: float) -> list[QColor]:
    """The colours as they look over a card."""
    card = _color(theme["card"])
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


def _cell_image(
    painter: QPainter, shape: Cells, theme: Theme, indices: NDArray[np.uint8] | None
) -> None:
    """The grid as one scaled image, with the gaps between squares ruled over it."""
    columns = shape.columns
    full, rest = divmod(shape.count, columns)
    box = shape.box
    pitch_x, pitch_y = cell_boxes(shape)
    upper = QRectF(box.x, box.y, box.w, pitch_y * full)
    last = QRectF(box.x, box.y + full * pitch_y, pitch_x * rest, pitch_y)
    if indices is None:
        painter.fillRect(upper, _color(theme["empty"]))
        painter.fillRect(last, _color(theme["empty"]))
    else:
        padded = np.zeros((full + bool(rest), -(-columns // 4) * 4), np.uint8)
        padded[:full, :columns] = indices[: full * columns].reshape(full, columns)
        padded[full:, :rest] = indices[full * columns :]
        image = index_image(padded, shape.colormap, theme.name)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        if full:
            painter.drawImage(upper, image, QRectF(0, 0, columns, full))
        if rest:
            painter.drawImage(last, image, QRectF(0, full, rest, 1))
    gap = _gap(min(pitch_x, pitch_y))
    if gap:
        painter.setPen(QPen(_color(theme["card"]), gap))
        painter.drawLines(_rules(box, columns, full + bool(rest), gap / 2))


@lru_cache(maxsize=64)
def _rules(box: Box, columns: int, rows: int, half: float) -> list[QLineF]:
    """The lines between the squares of a grid, `half` of their width from the next square."""
    w, h = box.w / columns, box.h / rows
    downs = (box.x + column * w - half for column in range(1, columns + 1))
    across = (box.y + row * h - half for row in range(1, rows + 1))
    return [
        *(QLineF(x, box.y, x, box.bottom) for x in downs),
        *(QLineF(box.x, y, box.right, y) for y in across),
    ]


def _heat(painter: QPainter, shape: Heat, theme: Theme, vector: bool) -> None:
    if not shape.indices.size:
        return
    if vector and _runs(shape.indices) <= MAX_VECTOR_RUNS:
        colors = _mixed(colormap(shape.colormap, theme.name), theme, 1.0)
        _close_rects(painter, shape.box, shape.indices, colors)
        return
    indices = shape.indices
    if vector:
        indices = _enlarged(indices, shape.box)
    image = index_image(np.ascontiguousarray(indices), shape.colormap, theme.name)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(qrect(shape.box), image)


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
