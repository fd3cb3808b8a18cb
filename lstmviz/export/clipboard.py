"""Figures on the clipboard: as pixels and as shapes, so that each program takes what it can."""

from __future__ import annotations

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from lstmviz.export.devices import image, png_bytes, svg_bytes
from lstmviz.export.picture import Picture


def copy(picture: Picture, scale: float = 1.0) -> None:
    """Put the picture on the clipboard; raises `LstmvizError` for a scale out of range."""
    QGuiApplication.clipboard().setMimeData(mime(picture, scale))


def mime(picture: Picture, scale: float = 1.0) -> QMimeData:
    """The picture as PNG and SVG, both with the recipe, and as a plain image."""
    data = QMimeData()
    data.setData("image/svg+xml", svg_bytes(picture, scale))
    data.setData("image/png", png_bytes(picture, scale))
    data.setImageData(image(picture, scale))
    return data
