"""Pictures into files: PNG, SVG and PDF; the suffix chooses."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil, floor
from pathlib import Path

from PIL import Image, PngImagePlugin
from PySide6.QtCore import (
    QBuffer,
    QCoreApplication,
    QHashSeed,
    QIODevice,
    QMarginsF,
    QRectF,
    QSize,
    QSizeF,
)
from PySide6.QtGui import QGuiApplication, QImage, QPageSize, QPdfWriter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QApplication

from lstmviz import doctor, paint
from lstmviz.errors import LstmvizError
from lstmviz.export.picture import Picture, painting
from lstmviz.export.svg import tidy
from lstmviz.export.timeless import timeless
from lstmviz.files import shown, writing

DPI = 96
"""Logical pixels in an inch, as in CSS."""
MIN_SCALE, MAX_SCALE = 0.1, 16.0
MIN_SIDE, MAX_SIDE = 64, 8192
"""Least and most logical pixels of a side that is asked for."""
MAX_PIXELS = 100_000_000
"""Most pixels of a PNG: four bytes each while it is made."""
LONGEST_SIDE = 32_767

_kept: list[QCoreApplication] = []


def application(*, widgets: bool = False, offscreen: bool = False) -> QGuiApplication:
    """The one Qt application, made if there is none, with the bundled fonts loaded.

    A new one can show windows later, unless there is no display or `offscreen` is asked for;
    then it draws off the screen. Raises `LstmvizError` if one is running that cannot do what is
    needed: `widgets` is for pictures of a window.
    """
    existing = QCoreApplication.instance()
    if existing is None:
        arguments = ["lstmviz"]
        if offscreen or doctor.display() is None:
            arguments += ["-platform", "offscreen"]
        existing = QApplication(arguments)
        _kept.append(existing)
    needed = QApplication if widgets else QGuiApplication
    if not isinstance(existing, needed):
        raise LstmvizError(
            f"this process already runs a {type(existing).__name__}, but drawing needs a "
            f"{needed.__name__}; make that first."
        )
    paint.load_fonts()
    return existing


def save(picture: Picture, out: str | Path, scale: float = 1.0) -> Path:
    """Write the picture, whole or not at all; returns where.

    Raises `LstmvizError` for an unknown suffix (listing the known), a scale or size out of
    range, and a target that cannot be written.
    """
    out = Path(out)
    write = writer(out)
    application()
    data = write(picture, scale)
    with writing(out) as stream:
        stream.write(data)
    return out


def writer(out: str | Path) -> Callable[[Picture, float], bytes]:
    """What turns a picture and a scale into a file of this name."""
    suffix = Path(out).suffix
    write = WRITERS.get(suffix.lower())
    if write is None:
        what = f"the unknown suffix {suffix!r}" if suffix else "no suffix"
        raise LstmvizError(f"{shown(out)} has {what}; figures are {' '.join(WRITERS)}.")
    return write


def pixels(picture: Picture, scale: float) -> tuple[int, int]:
    """Width and height of the picture as a PNG; raises `LstmvizError` if it cannot be made."""
    check_scale(scale)
    w, h = ceil(picture.width * scale - 1e-6), ceil(picture.height * scale - 1e-6)
    if w * h > MAX_PIXELS or max(w, h) > LONGEST_SIDE:
        fits = min(
            (MAX_PIXELS / (picture.width * picture.height)) ** 0.5,
            LONGEST_SIDE / max(picture.width, picture.height),
        )
        raise LstmvizError(
            f"{w:,} × {h:,} pixels are {w * h:,}, more than the {MAX_PIXELS:,} (and "
            f"{LONGEST_SIDE:,} a side) that are drawn; choose a scale of at most "
            f"{floor(fits * 10) / 10:g}."
        )
    return max(w, 1), max(h, 1)


def check_scale(scale: float) -> None:
    """Raise `LstmvizError` for a scale out of range."""
    if not MIN_SCALE <= scale <= MAX_SCALE:
        raise LstmvizError(
            f"scale {scale:g} is outside {MIN_SCALE:g} to {MAX_SCALE:g}; choose one within."
        )


def check_size(size: tuple[float, float] | None) -> None:
    """Raise `LstmvizError` for a width or height, in logical pixels, out of range."""
    if size is not None and not all(MIN_SIDE <= side <= MAX_SIDE for side in size):
        raise LstmvizError(
            f"size {size[0]:g} × {size[1]:g} is outside {MIN_SIDE} to {MAX_SIDE:,} pixels a side; "
            "choose one within, and a scale for a finer picture."
        )


def image(picture: Picture, scale: float = 1.0) -> QImage:
    """The picture in pixels, `scale` to a logical one."""
    w, h = pixels(picture, scale)
    result = QImage(w, h, QImage.Format.Format_RGB32)
    if result.isNull():
        raise LstmvizError(f"{w:,} × {h:,} pixels need more memory than is free.")
    result.setDevicePixelRatio(scale)
    result.fill(picture.background)
    with painting(result) as painter:
        picture.paint(painter, vector=False)
    return result


def png_bytes(picture: Picture, scale: float = 1.0) -> bytes:
    """A PNG with the recipe as text chunk "lstmviz"; the same bytes each time."""
    drawn = image(picture, scale)
    pixels = Image.frombuffer(
        "RGB",
        (drawn.width(), drawn.height()),
        bytes(drawn.constBits()),
        "raw",
        "BGRX" if sys.byteorder == "little" else "XRGB",
        drawn.bytesPerLine(),
        1,
    )
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Title", picture.title)
    notes.add_text("Software", "lstmviz")
    notes.add_text("lstmviz", recipe_text(picture))
    stream = io.BytesIO()
    pixels.save(stream, "PNG", pnginfo=notes, dpi=(DPI * scale, DPI * scale), compress_level=6)
    return stream.getvalue()


def svg_bytes(picture: Picture, scale: float = 1.0) -> bytes:
    """An SVG in CSS pixels: text as outlines, cells as rectangles, the recipe in `<desc>`."""
    check_scale(scale)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setOutputDevice(buffer)
    generator.setResolution(DPI)
    generator.setSize(QSize(ceil(picture.width), ceil(picture.height)))
    generator.setViewBox(QRectF(0, 0, picture.width, picture.height))
    with painting(generator) as painter:
        picture.paint(painter, vector=True)
    size = (picture.width * scale, picture.height * scale)
    return tidy(_bytes(buffer), size, picture.title, recipe_text(picture))


def pdf_bytes(picture: Picture, scale: float = 1.0) -> bytes:
    """A PDF of one page as large as the picture, fonts embedded, the recipe as its creator.

    The same bytes each time.
    """
    check_scale(scale)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    with _steady_hashes():
        _write_pdf(picture, scale, buffer)
    return timeless(_bytes(buffer))


def _write_pdf(picture: Picture, scale: float, buffer: QBuffer) -> None:
    device = QPdfWriter(buffer)
    device.setResolution(DPI)
    points = QSizeF(picture.width, picture.height) * (scale * 72 / DPI)
    exact = QPageSize.SizeMatchPolicy.ExactMatch
    device.setPageSize(QPageSize(points, QPageSize.Unit.Point, "figure", exact))
    device.setPageMargins(QMarginsF(0, 0, 0, 0))
    device.setTitle(picture.title)
    device.setCreator(f"lstmviz {recipe_text(picture)}")
    with painting(device) as painter:
        painter.scale(scale, scale)
        picture.paint(painter, vector=True)


@contextmanager
def _steady_hashes() -> Iterator[None]:
    """Let Qt, inside the block, keep what it hashes in one order for every process.

    It writes the fonts of a PDF in that order.
    """
    QHashSeed.setDeterministicGlobalSeed()
    try:
        yield
    finally:
        QHashSeed.resetRandomGlobalSeed()


def recipe_text(picture: Picture) -> str:
    """The recipe as one line of JSON in ASCII."""
    return json.dumps(picture.recipe, sort_keys=True)


def _bytes(buffer: QBuffer) -> bytes:
    return bytes(buffer.data().data())


WRITERS: dict[str, Callable[[Picture, float], bytes]] = {
    ".png": png_bytes,
    ".svg": svg_bytes,
    ".pdf": pdf_bytes,
}
"""Suffix → writer of every known figure format."""
