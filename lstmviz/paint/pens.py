"""Fonts, pens and brushes of a theme, made once each.

Pens are non-cosmetic, so that every device scales them alike.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontDatabase, QPen

from lstmviz import resources
from lstmviz.scene.shapes import Box

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


@lru_cache(maxsize=1024)
def color(value: str, opacity: float = 1.0) -> QColor:
    """A colour that nobody changes."""
    found = QColor(value)
    found.setAlphaF(opacity)
    return found


def qrect(box: Box) -> QRectF:
    """The box as Qt knows it."""
    return QRectF(box.x, box.y, box.w, box.h)


@lru_cache(maxsize=1024)
def pen(value: str | None, width: float = 1.0, opacity: float = 1.0, dashed: bool = False) -> QPen:
    """A round pen of this colour; none without one."""
    if value is None:
        return QPen(Qt.PenStyle.NoPen)
    found = QPen(color(value, opacity), width)
    found.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    found.setCapStyle(Qt.PenCapStyle.RoundCap)
    if dashed:
        found.setDashPattern([3.0, 2.5])
        found.setCapStyle(Qt.PenCapStyle.FlatCap)
    return found


@lru_cache(maxsize=1024)
def brush(value: str | None, opacity: float = 1.0) -> QBrush:
    """A plain brush of this colour; none without one."""
    return QBrush(Qt.BrushStyle.NoBrush) if value is None else QBrush(color(value, opacity))
