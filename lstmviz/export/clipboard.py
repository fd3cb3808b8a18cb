"""Figures on the clipboard: as pixels and as shapes, so that each program takes what it can."""

from __future__ import annotations

import atexit
from functools import lru_cache

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication, QImage

from lstmviz.export.devices import image, png_bytes, svg_bytes
from lstmviz.export.picture import Picture


def copy(picture: Picture, scale: float = 1.0) -> None:
    """Put the picture on the clipboard; raises `LstmvizError` for a scale out of range."""
    data = mime(picture, scale)
    _let_go_at_exit()
    QGuiApplication.clipboard().setMimeData(data)


def mime(picture: Picture, scale: float = 1.0) -> QMimeData:
    """The picture as PNG and SVG, both with the recipe, and as a plain image."""
    data = QMimeData()
    data.setData("image/svg+xml", svg_bytes(picture, scale))
    data.setData("image/png", png_bytes(picture, scale))
    data.setImageData(image(picture, scale))
    return data


@lru_cache
def _let_go_at_exit() -> None:
    """Leave only the plain image behind when Python ends.

    Qt crashes at exit when the clipboard still holds data that Python made.
    """
    atexit.register(_let_go)


def _let_go() -> None:
    if QGuiApplication.instance() is None:
        return
    clipboard = QGuiApplication.clipboard()
    if clipboard.ownsClipboard() or QGuiApplication.platformName() == "offscreen":
        kept: QImage = clipboard.image()
        clipboard.setImage(kept)
