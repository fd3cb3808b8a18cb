from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QLabel,
    QMainWindow,
    QPushButton,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)
from rendering import png_pixels, svg_pixels

from lstmviz.errors import LstmvizError
from lstmviz.export import devices
from lstmviz.gui import style
from lstmviz.gui.headless import export_window, settle
from lstmviz.gui.picture import pictures_of, widget_picture
from lstmviz.gui.scenewidget import SceneWidget
from lstmviz.gui.window import MainWindow
from lstmviz.scene.colors import DARK, LIGHT
from lstmviz.scene.shapes import Box, Rect, Text
from lstmviz.session import Document, Session, TextInput, Trained, View, one_layer

HELLO = Session(
    Document(one_layer(None, 3, 6), TextInput("hello")),
    View(step=3, stage="write", unit=2, theme="light"),
)
SVG = "{http://www.w3.org/2000/svg}"


class Patch(QWidget):
    """Paints itself red, and as far beyond its edges as it can."""

    def paintEvent(self, event):
        painter = QPainter(self)
        painter.fillRect(-500, -500, 2000, 2000, QColor("#ff0000"))
        painter.end()


@pytest.fixture
def window(qtbot, qapp):
    style.apply(qapp, LIGHT)
    window = QMainWindow()
    qtbot.addWidget(window)
    frame = QFrame()
    frame.setObjectName("panel")
    window.setCentralWidget(frame)
    column = QVBoxLayout(frame)
    window.patch = Patch()
    window.patch.setFixedSize(70, 30)
    window.scene = SceneWidget(120, 40)
    window.scene.set_shapes((Rect(Box(5, 5, 50, 30), fill="#0000ff"), Text(60, 25, "σ ⊙", 14)))
    window.scene.setFixedSize(120, 40)
    window.inside = QLabel("inside\n" * 30)
    area = QScrollArea()
    area.setWidget(window.inside)
    combo = QComboBox()
    combo.addItems(["one", "two"])
    hidden = QPushButton("not to be seen")
    parts = (QLabel("A label, σ ⊙"), QPushButton("Push"), QSlider(), QCheckBox("check"), combo)
    for part in (*parts, window.patch, window.scene, area, hidden):
        column.addWidget(part)
    hidden.hide()
    window.resize(400, 560)
    window.show()
    yield window
    qapp.setStyleSheet("")


def rgb(color):
    return tuple(bytes.fromhex(color[1:]))


def bounds(pixels, color):
    """Left, top, right, bottom of all that has this colour."""
    rows, columns = np.nonzero((np.abs(pixels - color).max(axis=2)) < 40)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def place(window, widget):
    at = widget.mapTo(window, widget.rect().topLeft())
    return at.x(), at.y(), at.x() + widget.width(), at.y() + widget.height()


def test_a_widget_is_painted_where_it_is_and_no_further(window):
    pixels = png_pixels(devices.png_bytes(widget_picture(window, LIGHT)))
    assert bounds(pixels, (255, 0, 0)) == place(window, window.patch)


def test_a_picture_of_pixels_is_what_the_screen_shows(window, qapp):
    pixels = png_pixels(devices.png_bytes(widget_picture(window, LIGHT)))
    grabbed = window.grab().toImage().convertToFormat(devices.QImage.Format.Format_RGB32)
    rows = np.frombuffer(bytes(grabbed.constBits()), np.uint8)
    shown = rows.reshape(grabbed.height(), grabbed.width(), 4)[:, :, 2::-1].astype(int)
    assert (np.abs(pixels - shown).max(axis=2) > 60).mean() < 0.002


def test_shapes_look_like_pixels(window):
    window.patch.hide()  # viewers without clips, such as Qt's own, show all it paints
    window.inside.parentWidget().parentWidget().hide()
    picture = widget_picture(window, LIGHT)
    png = png_pixels(devices.png_bytes(picture, 2))
    svg = svg_pixels(devices.svg_bytes(picture), 800, 1120)
    assert (np.abs(png - svg).max(axis=2) > 100).mean() < 0.01
    scene = tuple(2 * edge for edge in place(window, window.scene))
    blue = bounds(svg, (0, 0, 255))
    assert blue == (scene[0] + 10, scene[1] + 10, scene[0] + 110, scene[1] + 70)


def test_text_becomes_outlines_and_clips_are_kept(window):
    root = ET.fromstring(devices.svg_bytes(widget_picture(window, LIGHT)))
    assert not list(root.iter(SVG + "text"))
    assert len(list(root.iter(SVG + "clipPath"))) > 5


def test_text_that_xml_cannot_hold_is_left_out(window):
    label = window.findChildren(QLabel)[0]
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText("a\x01\x0b\x1b\ufffe\uffffb & <c>")
    root = ET.fromstring(devices.svg_bytes(widget_picture(window, LIGHT)))
    assert len(list(root.iter(SVG + "path"))) > 5


def test_what_is_hidden_stays_hidden(window):
    with_it = devices.svg_bytes(widget_picture(window, LIGHT))
    window.findChildren(QLabel)[0].hide()
    assert len(devices.svg_bytes(widget_picture(window, LIGHT))) < len(with_it)


@pytest.fixture
def opened(qtbot):
    window = MainWindow(HELLO)
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    window.store.begin()
    qtbot.waitUntil(lambda: window.store.run.finished)
    settle(window)
    yield window
    window.close()


def test_the_window_in_another_theme_goes_back_to_its_own(opened):
    before = opened.grab().toImage()
    picture = pictures_of(opened)("window", "dark", 1.0)
    corner = png_pixels(devices.png_bytes(picture, 0.5))[-60, 2]
    assert tuple(corner) == rgb(DARK["window"])
    assert opened.theme is LIGHT
    assert opened.store.view == HELLO.view
    assert opened.grab().toImage() == before


def test_pictures_of_a_live_window(opened):
    make = pictures_of(opened)
    assert (make("window", None, 1.0).width, make("window", None, 1.0).height) == (1280, 800)
    for what in ("diagram", "heatmaps"):
        picture = make(what, None, 1.0)
        assert picture.background == LIGHT["panel"]
        assert picture.recipe["step"] == 3
        assert make(what, "dark", 1.0).background == DARK["panel"]


def test_a_window_has_its_heatmaps_and_diagram_as_shapes(opened):
    root = ET.fromstring(devices.svg_bytes(pictures_of(opened)("window", None, 1.0)))
    wide = [image for image in root.iter(SVG + "image") if float(image.get("width")) > 300]
    assert wide == []
    assert len(list(root.iter(SVG + "rect"))) > 100


def test_the_menu_copies_the_diagram(opened):
    opened.menus.copy_figure()
    assert QGuiApplication.clipboard().mimeData().hasFormat("image/svg+xml")
    assert "clipboard" in opened.pointed.text()
    QGuiApplication.clipboard().clear()


# Without a window


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_a_window_never_shown(qapp, tmp_path, suffix):
    out = export_window(HELLO, tmp_path / f"window{suffix}", size=(1200, 760), theme="dark")
    data = out.read_bytes()
    assert len(data) > 50_000
    if suffix == ".png":
        pixels = png_pixels(data)
        assert pixels.shape == (760, 1200, 3)
        assert tuple(pixels[700, 2]) == rgb(DARK["window"])


def test_a_window_twice_is_the_same_file(qapp, tmp_path):
    first, second = (
        export_window(HELLO, tmp_path / name, size=(1100, 700)).read_bytes()
        for name in ("a.svg", "b.svg")
    )
    assert first == second


@pytest.mark.parametrize(
    ("session", "options", "sentence"),
    [
        (Session(Document(Trained("nowhere.npz"))), {}, "does not exist"),
        (replace(HELLO, view=View(step=99)), {}, "outside the input's 5 steps"),
        (HELLO, {"size": (20000, 100)}, "outside 64 to 8,192"),
        (HELLO, {"scale": 16}, "more than the 100,000,000"),
    ],
)
def test_a_window_that_cannot_be_drawn_is_one_sentence(qapp, tmp_path, session, options, sentence):
    with pytest.raises(LstmvizError, match=sentence):
        export_window(session, tmp_path / "window.png", **options)
    assert list(tmp_path.iterdir()) == []
