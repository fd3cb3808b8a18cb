"""Grids of squares as images beside the same grids as rectangles."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter, QPolygonF

from lstmviz import paint
from lstmviz.scene.colors import DARK, LIGHT
from lstmviz.scene.shapes import Box, Cells, Rect


def painted(shapes, theme, *, vector, scale=1.0, shift=(0.0, 0.0), ratio=1.0):
    """(height, width, 3) levels of shapes under a painter's transform."""
    image = QImage(round(240 * ratio), round(180 * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    painter = QPainter(image)
    painter.translate(*shift)
    painter.scale(scale, scale)
    before = painter.worldTransform()
    paint.draw(painter, shapes, theme, vector=vector)
    assert painter.worldTransform() == before
    assert painter.opacity() == 1.0
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return pixels[:, :, :3].astype(int)


def grid(count, columns, box, opacity=1.0, values=True):
    made = np.random.default_rng(0).uniform(-1.0, 1.0, count) if values else None
    return Cells(box, columns, count, made, "diverging", -1.0, 1.0, opacity)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize(
    "cells",
    [
        grid(1, 1, Box(10.3, 12.6, 24, 24)),
        grid(5, 3, Box(10, 12, 72, 48)),
        grid(256, 16, Box(10.3, 12.6, 88, 88)),
        grid(250, 16, Box(10.3, 12.6, 88, 88), opacity=0.4),
        grid(7, 4, Box(10.5, 12.5, 60, 30), values=False),
    ],
    ids=["one", "last row not full", "many", "faint", "empty"],
)
def test_a_grid_is_the_same_as_image_and_as_rectangles(cells, ratio, theme):
    card = Rect(Box(0, 0, 200, 160), fill="card")
    how = {"scale": 1.13, "shift": (3.4, 2.7), "ratio": ratio}
    ours = painted([card, cells], theme, vector=False, **how)
    theirs = painted([card, cells], theme, vector=True, **how)
    apart = np.abs(ours - theirs).max(axis=2)
    assert apart[: round(130 * ratio), : round(130 * ratio)].mean() <= 6
    assert (apart > 100).mean() <= 0.001  # an edge through the middle of a pixel


def test_each_pixel_is_of_the_square_its_middle_lies_in():
    values = np.array([0.0, np.nan, 1.0, 0.5])
    cells = Cells(Box(8, 8, 6, 6), 2, 4, values, "sequential", 0.0, 1.0)
    pixels = painted([cells], LIGHT, vector=False)
    squares = [pixels[8:11, 8:11], pixels[8:11, 11:14], pixels[11:14, 8:11], pixels[11:14, 11:14]]
    for square in squares:
        assert np.ptp(square.reshape(-1, 3), axis=0).max() == 0
    assert len({tuple(square[0, 0]) for square in squares}) == 4
    assert pixels[7].max() == 0 and pixels[14].max() == 0


def test_a_grid_is_clipped():
    image = QImage(240, 180, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.setClipRect(0, 0, 30, 180)
    paint.draw(painter, [grid(16, 4, Box(10, 10, 80, 80))], LIGHT)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(180, -1, 4)[:, :, :3]
    assert pixels[10:90, 10:30].any(axis=2).all()
    assert not pixels[:, 30:].any()


@pytest.mark.parametrize("count", [0, 1, 2, 1000])
def test_points_are_the_same_from_a_stream_as_one_by_one(count):
    made = np.random.default_rng(0).uniform(-1e4, 1e4, (count, 2)).tolist()
    points = tuple((x, y) for x, y in made)
    assert paint.polygon(points) == QPolygonF([QPointF(x, y) for x, y in points])
