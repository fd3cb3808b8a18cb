"""Values as images, for devices of pixels: grids of squares and heatmaps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter, QTransform

from lstmviz.paint.pens import color, qrect
from lstmviz.scene.colors import Theme, colormap
from lstmviz.scene.shapes import Box, Cells, Heat

Pixels = NDArray[np.uint32]
"""0xffRRGGBB, as Qt keeps them."""


def color_indices(values: NDArray[np.floating], low: float, high: float) -> NDArray[np.uint8]:
    """0..254 for low..high (clipped), 255 where a value is not finite; any shape."""
    span = (high - low) or 1.0
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = (values - low) * (254.0 / span)
        finite = np.isfinite(scaled)
        return np.where(finite, np.clip(np.rint(scaled), 0, 254), 255).astype(np.uint8)


@lru_cache
def color_table(name: str, theme: str) -> Pixels:
    """(256,): the colour of each index."""
    red, green, blue = colormap(name, theme).astype(np.uint32).T
    table: Pixels = np.uint32(0xFF000000) | red << 16 | green << 8 | blue
    return table


def index_image(indices: NDArray[np.uint8], name: str, theme: str) -> QImage:
    """An indexed image that shares the memory of `indices` (rows must be contiguous)."""
    rows, columns = indices.shape
    image = QImage(indices.data, columns, rows, indices.strides[0], QImage.Format.Format_Indexed8)
    image.setColorTable(color_table(name, theme).tolist())
    return image


def draw_heat(painter: QPainter, shape: Heat, theme: Theme) -> None:
    """A heatmap as one image, nearest pixel."""
    if not shape.indices.size:
        return
    image = index_image(np.ascontiguousarray(shape.indices), shape.colormap, theme.name)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(qrect(shape.box), image)


def gap_of(pitch: float) -> float:
    """The gap between squares that are so far apart; none between small ones."""
    return 0.0 if pitch < 4 else min(1.0, pitch * 0.1)


@dataclass(frozen=True, eq=False)
class Raster:
    """Where the squares of a grid lie on the pixels of a device.

    `squares` (height, width) has the number of each pixel's square, or the count of squares
    where there is none. `cover` has the card's colour where it shows between and around them.
    """

    squares: NDArray[np.intp]
    cover: QImage


def draw_cells(painter: QPainter, shape: Cells, theme: Theme) -> None:
    """A grid pixel by pixel, and over it what shows of the card it lies on."""
    device = painter.deviceTransform()
    box = device.mapRect(qrect(shape.box))
    left, top = floor(box.x()), floor(box.y())
    place = Box(box.x() - left, box.y() - top, box.width(), box.height())
    scale = device.m11()
    raster = _raster(place, shape.columns, shape.count, scale, theme["card"])
    colors = np.empty(shape.count + 1, np.uint32)
    colors[-1] = color(theme["card"]).rgb()
    if shape.values is None:
        colors[:-1] = color(theme["empty"]).rgb()
    else:
        indices = color_indices(np.asarray(shape.values), shape.low, shape.high)
        color_table(shape.colormap, theme.name).take(indices, out=colors[:-1], mode="clip")
    pixels = colors.take(raster.squares, mode="clip")  # clip: without it each is looked at
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
    painter.setOpacity(1.0 if shape.values is None else shape.opacity)
    _blit(painter, left, top, (image, raster.cover))
    painter.setOpacity(1.0)


def _blit(painter: QPainter, left: int, top: int, images: tuple[QImage, ...]) -> None:
    """Images onto the pixels of the device, from this one on."""
    world = painter.worldTransform()
    painter.setWorldTransform(QTransform())
    device = painter.deviceTransform()
    ratio = device.m11()
    at = QPointF((left - device.dx()) / ratio, (top - device.dy()) / ratio)
    for image in images:
        image.setDevicePixelRatio(ratio)
        painter.drawImage(at, image)
    painter.setWorldTransform(world)


@lru_cache(maxsize=256)
def _raster(place: Box, columns: int, count: int, scale: float, card: str) -> Raster:
    """A grid at a place in pixels, `scale` of them to a logical one."""
    rows, rest = ceil(count / columns), count % columns
    w, h = place.w / columns, place.h / rows
    gap = gap_of(min(w, h) / scale) * scale
    width, height = ceil(place.right), ceil(place.bottom)
    across = _nearest(width, place.x, w, columns)
    down = _nearest(height, place.y, h, rows)
    squares = np.minimum(down[:, None] * columns + across, count)
    beside = _covered(width, place.x, w, columns, gap)
    between = _covered(height, place.y, h, rows, gap)
    bare = (1 - between)[:, None] * (1 - beside)
    if rest:
        last = down == rows - 1
        bare[last] = (1 - between)[last, None] * (1 - _covered(width, place.x, w, rest, gap))
    return Raster(squares, _cover(1 - bare, card))


def _nearest(pixels: int, start: float, pitch: float, count: int) -> NDArray[np.intp]:
    """Which of `count` squares, from `start` on, each pixel's middle lies in."""
    found = np.ceil((np.arange(pixels) + 0.5 - start) / pitch) - 1
    nearest: NDArray[np.intp] = np.clip(found, 0, count - 1).astype(np.intp)
    return nearest


def _covered(
    pixels: int, start: float, pitch: float, count: int, gap: float
) -> NDArray[np.floating]:
    """How much of each pixel lies outside the squares along one side, or in the gap after one."""
    edges = np.arange(pixels + 1) - start
    inside = np.clip(edges, 0, count * pitch)
    whole = np.floor(inside / pitch + 1e-9)
    upto = edges - inside + whole * gap + np.maximum(inside - whole * pitch - (pitch - gap), 0)
    covered: NDArray[np.floating] = np.clip(np.diff(upto), 0, 1)
    return covered


def _cover(share: NDArray[np.floating], card: str) -> QImage:
    """The card's colour where it covers a share 0…1 of a pixel."""
    alpha = np.rint(share * 255)
    full = color(card)
    pixels = alpha.astype(np.uint32) << 24
    for level, place in ((full.red(), 16), (full.green(), 8), (full.blue(), 0)):
        pixels |= np.rint(alpha * (level / 255)).astype(np.uint32) << place
    height, width = pixels.shape
    kind = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(pixels.data, width, height, 4 * width, kind).copy()
