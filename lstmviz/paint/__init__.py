"""The only drawing code: shapes of a scene onto a QPainter.

The window, a PNG, an SVG and a PDF are all `draw` on another device. Fonts, pens and brushes are
in `pens`, values as colours in `images`, and their rectangles in vector files in `rectangles`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from math import hypot
from struct import pack

from PySide6.QtCore import QByteArray, QDataStream, QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF

from lstmviz.paint import images, rectangles
from lstmviz.paint.pens import brush, color, font, load_fonts, pen, qrect
from lstmviz.scene.colors import Theme
from lstmviz.scene.metrics import text_left
from lstmviz.scene.shapes import Cells, Disc, Line, Point, Rect, Shape, Text

__all__ = ["draw", "font", "load_fonts", "qrect", "rounded"]


def draw(painter: QPainter, shapes: Iterable[Shape], theme: Theme, *, vector: bool = False) -> None:
    """Paint the shapes in order.

    `vector` draws the squares of a vector and the pixels of a heatmap as rectangles, for files;
    on screen they are images, which is faster.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    values = rectangles if vector else images
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
            values.draw_cells(painter, shape, theme)
        else:
            values.draw_heat(painter, shape, theme)


def _rect(painter: QPainter, shape: Rect, theme: Theme) -> None:
    stroke, fill = shape.stroke and theme[shape.stroke], shape.fill and theme[shape.fill]
    painter.setPen(pen(stroke, shape.width, shape.opacity, shape.dashed))
    painter.setBrush(brush(fill, shape.opacity))
    if shape.radius:
        painter.drawRoundedRect(qrect(shape.box), shape.radius, shape.radius)
    else:
        painter.drawRect(qrect(shape.box))


def _disc(painter: QPainter, shape: Disc, theme: Theme) -> None:
    stroke, fill = shape.stroke and theme[shape.stroke], shape.fill and theme[shape.fill]
    painter.setPen(pen(stroke, shape.width, shape.opacity))
    painter.setBrush(brush(fill, shape.opacity))
    painter.drawEllipse(QPointF(*shape.center), shape.radius, shape.radius)


def _text(painter: QPainter, shape: Text, theme: Theme) -> None:
    painter.setFont(font(shape.size, shape.bold, shape.mono))
    painter.setPen(color(theme[shape.color], shape.opacity))
    painter.drawText(QPointF(text_left(shape), shape.y), shape.text)


@lru_cache(maxsize=512)
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


def polygon(points: tuple[Point, ...]) -> QPolygonF:
    """Points as Qt knows them: read from a stream of theirs, five times as fast as one by one."""
    made, count = QPolygonF(), len(points)
    numbers = pack(f">I{2 * count}d", count, *chain.from_iterable(points))
    QDataStream(QByteArray(numbers)) >> made
    return made


def _line(painter: QPainter, shape: Line, theme: Theme) -> None:
    painter.setPen(pen(theme[shape.stroke], shape.width, shape.opacity, shape.dashed))
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
        painter.setBrush(brush(theme[shape.stroke], shape.opacity))
        painter.drawPolygon(QPolygonF(corners))
    elif shape.radius:
        painter.drawPath(rounded(points, shape.radius))
    else:
        painter.drawPolyline(polygon(points))
