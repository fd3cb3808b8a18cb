"""Figures back into pixels, to look at them."""

import io

import numpy as np
from PIL import Image
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer


def png_pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def svg_pixels(data, width, height, ground="#ffffff"):
    """The SVG as a viewer draws it, stretched to this many pixels."""
    renderer = QSvgRenderer(QByteArray(data))
    assert renderer.isValid()
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(ground))
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    rows = np.frombuffer(bytes(image.constBits()), np.uint8).reshape(height, width, 4)
    return rows[:, :, 2::-1].astype(int)
