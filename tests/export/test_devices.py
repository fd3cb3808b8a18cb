import io
import json
import re
import time
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QHashSeed, QPointF, QRectF
from PySide6.QtGui import QColor
from rendering import png_pixels, svg_pixels

from lstmviz import paint
from lstmviz.errors import LstmvizError
from lstmviz.export import devices
from lstmviz.export.clipboard import mime
from lstmviz.export.picture import Picture
from lstmviz.paint import rectangles
from lstmviz.scene.colors import DARK, LIGHT
from lstmviz.scene.shapes import Box, Cells, Heat, Line, Rect, Text

SVG = "{http://www.w3.org/2000/svg}"
RECIPE = {"source": 'a<b & "c"', "input": "σ\x01\ud800 ]]>", "step": 3}


def picture_of(shapes, width=200.0, height=120.0, theme=LIGHT, **kwargs):
    def draw(painter, vector):
        paint.draw(painter, shapes, theme, vector=vector)

    return Picture(width, height, draw, theme["panel"], **kwargs)


def plain(**kwargs):
    shapes = (
        Rect(Box(10, 10, 60, 40), fill="card", stroke="i", width=1.2, radius=7),
        Line(((80, 20), (150, 20), (150, 60)), "c", 4.5, arrow=True, radius=8, opacity=0.45),
        Text(20, 34, "σ(a) ⊙ cₜ₋₁", 12, "ink", bold=True),
        Cells(Box(10, 60, 80, 48), 10, 57, np.linspace(-1, 1, 57), "diverging", -1, 1),
        Cells(Box(100, 70, 64, 32), 32, 500, np.linspace(0, 1, 500), "sequential", 0, 1),
    )
    return picture_of(shapes, title="A <title> & more", recipe=RECIPE, **kwargs)


@pytest.mark.parametrize("scale", [0.1, 0.5, 1, 1.5, 2, 3.3, 16])
def test_a_png_has_the_pixels_that_were_asked_for(scale):
    image = Image.open(io.BytesIO(devices.png_bytes(picture_of((), 100.0, 50.0), scale)))
    assert image.size == (np.ceil(100 * scale), np.ceil(50 * scale))


def test_a_png_carries_its_recipe_and_title():
    image = Image.open(io.BytesIO(devices.png_bytes(plain(), 2)))
    assert json.loads(image.text["lstmviz"]) == RECIPE
    assert image.text["Title"] == "A <title> & more"
    assert image.info["dpi"] == pytest.approx((192, 192), abs=0.1)


def test_an_svg_is_in_css_pixels_and_carries_its_recipe():
    root = ET.fromstring(devices.svg_bytes(plain(), 2))
    assert (root.get("width"), root.get("height")) == ("400", "240")
    assert root.get("viewBox") == "0 0 200 120"
    assert root.find(SVG + "title").text == "A <title> & more"
    assert json.loads(root.find(SVG + "desc").text) == RECIPE


def test_an_svg_holds_shapes_and_outlines_only():
    root = ET.fromstring(devices.svg_bytes(plain()))
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "g", "rect", "path", "polygon", "polyline"}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_an_svg_looks_like_the_png(theme):
    picture = plain(theme=theme)
    difference = np.abs(
        png_pixels(devices.png_bytes(picture, 2)) - svg_pixels(devices.svg_bytes(picture), 400, 240)
    ).max(axis=2)
    assert difference.mean() < 3
    assert (difference > 100).mean() < 0.004


def test_text_in_an_svg_stands_where_the_screen_has_it():
    picture = picture_of((Text(30, 70, "Weg ⊙ σ", 24, "#000000"),))
    inked = [
        np.argwhere(pixels.min(axis=2) < 128)
        for pixels in (
            png_pixels(devices.png_bytes(picture, 2)),
            svg_pixels(devices.svg_bytes(picture), 400, 240),
        )
    ]
    for edge in (np.min, np.max):
        assert np.abs(edge(inked[0], axis=0) - edge(inked[1], axis=0)).max() <= 1


def uniform(kind):
    values = np.full(1024, 0.5)
    if kind == "cells":
        return Cells(Box(10, 10, 150, 96), 32, 1024, values, "sequential", 0, 1)
    indices = np.where(np.indices((48, 75)).sum(axis=0) % 2, 100, 101).astype(np.uint8)
    return Heat(Box(10, 10, 150, 96), indices, "sequential")


@pytest.mark.parametrize("kind", ["cells", "heat"])
def test_no_hairlines_between_touching_cells(kind):
    shapes = (Rect(Box(0, 0, 200, 120), fill="#ff00ff"), uniform(kind))
    pixels = svg_pixels(devices.svg_bytes(picture_of(shapes)), 274, 165)[24:136, 24:210]
    spread = pixels.max(axis=(0, 1)) - pixels.min(axis=(0, 1))
    assert spread.max() <= 4


def test_the_bleed_is_what_keeps_hairlines_away(monkeypatch):
    monkeypatch.setattr(rectangles, "BLEED", 0.0)
    shapes = (Rect(Box(0, 0, 200, 120), fill="#ff00ff"), uniform("heat"))
    pixels = svg_pixels(devices.svg_bytes(picture_of(shapes)), 274, 165)[24:136, 24:210]
    spread = pixels.max(axis=(0, 1)) - pixels.min(axis=(0, 1))
    assert spread.max() > 4


def test_gaps_between_cells_are_alike_in_shapes_and_pixels():
    values = np.linspace(0, 1, 60)
    shapes = (
        Rect(Box(0, 0, 200, 120), fill="card"),
        Cells(Box(20, 20, 120, 72), 10, 60, values, "sequential", 0, 1),
    )
    picture = picture_of(shapes)
    png = png_pixels(devices.png_bytes(picture, 4))
    svg = svg_pixels(devices.svg_bytes(picture), 800, 480)
    assert np.abs(png - svg).max(axis=2).mean() < 0.5


def test_faint_cells_are_mixed_alike():
    cells = Cells(Box(20, 20, 160, 80), 4, 8, np.full(8, 0.9), "sequential", 0, 1, opacity=0.35)
    picture = picture_of((Rect(Box(0, 0, 200, 120), fill="card"), cells))
    png = png_pixels(devices.png_bytes(picture))
    svg = svg_pixels(devices.svg_bytes(picture), 200, 120)
    assert np.abs(png[60 - 10, 40] - svg[60 - 10, 40]).max() <= 2


def test_a_large_noisy_heatmap_stays_a_lossless_image():
    noise = np.random.default_rng(0).integers(0, 255, (150, 200), np.uint8)
    data = devices.svg_bytes(picture_of((Heat(Box(0, 0, 200, 120), noise, "diverging"),)))
    (image,) = ET.fromstring(data).iter(SVG + "image")
    assert len(data) < 500_000
    assert image.get("width") == "200"


def test_a_pdf_is_one_page_as_large_as_the_picture():
    data = devices.pdf_bytes(plain(), 2)
    assert data.startswith(b"%PDF-")
    assert re.search(rb"/MediaBox ?\[0 0 300(\.0+)? 180(\.0+)?\]", data)
    assert data.count(b"/Type /Page\n") == 1
    assert b"DejaVuSans" in data


@pytest.mark.parametrize("write", devices.WRITERS.values(), ids=devices.WRITERS)
def test_the_same_picture_gives_the_same_bytes(write):
    first = write(plain(), 2)
    time.sleep(1.05 if write is devices.pdf_bytes else 0)  # PDFs date to the second
    assert write(plain(), 2) == first


def test_a_pdf_does_not_depend_on_the_seed_of_qt_that_differs_in_every_process():
    faces = [Text(5, 20, "plain"), Text(5, 40, "bold", bold=True), Text(5, 60, "mono", mono=True)]
    made = set()
    for _ in range(12):
        QHashSeed.resetRandomGlobalSeed()
        made.add(devices.pdf_bytes(picture_of(faces)))
    assert len(made) == 1


@pytest.mark.parametrize("scale", [0, -1, 0.09, 16.1, float("nan"), float("inf")])
@pytest.mark.parametrize("write", devices.WRITERS.values(), ids=devices.WRITERS)
def test_a_scale_out_of_range_is_refused(write, scale):
    with pytest.raises(LstmvizError, match=r"scale .* is outside 0\.1 to 16"):
        write(plain(), scale)


def test_too_many_pixels_are_refused_with_both_numbers():
    def draw(painter, vector):
        raise AssertionError("nothing may be drawn")

    with pytest.raises(LstmvizError) as caught:
        devices.png_bytes(Picture(5000, 4000, draw, "#ffffff"), 16)
    assert "5,120,000,000" in str(caught.value)
    assert "100,000,000" in str(caught.value)
    assert "at most 2.2" in str(caught.value)


@pytest.mark.parametrize("size", [(8193, 100), (100, 63), (float("nan"), 100)])
def test_a_size_out_of_range_is_refused(size):
    with pytest.raises(LstmvizError, match=r"is outside 64 to 8,192"):
        devices.check_size(size)


@pytest.mark.parametrize("name", ["figure.bmp", "figure", "figure.png.txt"])
def test_an_unknown_suffix_lists_the_known(tmp_path, name):
    with pytest.raises(LstmvizError, match=r"figures are \.png \.svg \.pdf"):
        devices.save(plain(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".png", ".SVG", ".Pdf"])
def test_a_figure_is_saved_by_its_suffix(tmp_path, suffix):
    out = tmp_path / f"figure{suffix}"
    assert devices.save(plain(), out) == out
    starts = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
    assert out.read_bytes().startswith(starts[suffix.lower()])


def test_an_unwritable_target_is_one_sentence(tmp_path):
    with pytest.raises(LstmvizError, match=r"cannot be written: the folder .* does not exist"):
        devices.save(plain(), tmp_path / "nowhere" / "figure.png")


@pytest.mark.parametrize("suffix", devices.WRITERS)
def test_a_figure_that_fails_leaves_the_old_file(tmp_path, suffix):
    out = tmp_path / f"figure{suffix}"
    out.write_bytes(b"old")

    def draw(painter, vector):
        raise LstmvizError("it went wrong.")

    with pytest.raises(LstmvizError):
        devices.save(Picture(10, 10, draw, "#ffffff"), out)
    assert out.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [out]


def test_a_clip_stays_outside_the_transform_of_what_it_clips():
    def draw(painter, vector):
        painter.translate(20, 20)
        painter.scale(2, 2)
        painter.setClipRect(QRectF(0, 0, 20, 10))
        painter.fillRect(QRectF(-50, -50, 200, 200), QColor("#ff0000"))
        painter.fillRect(QRectF(0, 0, 5, 5), QColor("#00ff00"))

    root = ET.fromstring(devices.svg_bytes(Picture(200, 120, draw, "#ffffff")))
    (clip,) = root.iter(SVG + "clipPath")
    assert clip[0].get("d").startswith("M20,20 L60,20 L60,40 L20,40")  # in the figure's pixels
    (group,) = [g for g in root.iter(SVG + "g") if g.get("clip-path") == f"url(#{clip.get('id')})"]
    assert "transform" not in group.attrib
    assert [(child.get("fill"), child.get("transform")) for child in group] == [
        ("#ff0000", "matrix(2,0,0,2,20,20)"),
        ("#00ff00", "matrix(2,0,0,2,20,20)"),
    ]


def test_shapes_that_share_a_group_keep_their_own_colours():
    def draw(painter, vector):
        painter.setPen(QColor("#0000ff"))
        painter.setBrush(QColor("#00ff00"))
        painter.drawRect(QRectF(100, 60, 40, 40))
        painter.drawPolyline([QPointF(150, 20), QPointF(170, 20), QPointF(170, 40)])
        painter.setFont(paint.font(20))
        painter.drawText(QPointF(10, 100), "■")

    pixels = svg_pixels(devices.svg_bytes(Picture(200, 120, draw, "#ffffff")), 200, 120)
    assert pixels[80, 120].tolist() == [0, 255, 0]
    assert pixels[30, 160].tolist() == [255, 255, 255]
    assert pixels[92, 18].tolist() == [0, 0, 255]


def test_the_clipboard_gets_pixels_and_shapes():
    data = mime(plain(), 2)
    assert bytes(data.data("image/png").data()) == devices.png_bytes(plain(), 2)
    assert bytes(data.data("image/svg+xml").data()) == devices.svg_bytes(plain(), 2)
    assert (data.imageData().width(), data.imageData().height()) == (400, 240)
