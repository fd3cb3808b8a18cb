from __future__ import annotations

import pytest
from PIL import Image
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDoubleSpinBox

from lstmviz.errors import LstmvizError
from lstmviz.export.picture import Picture
from lstmviz.gui.export_dialog import ExportDialog, size_words

COLORS = {"light": "#ffffff", "dark": "#101010", None: "#808080"}


class Maker:
    """Pictures of one colour; remembers what was asked for."""

    def __init__(self):
        self.asked = []
        self.error = None

    def __call__(self, what, theme, scale):
        self.asked.append((what, theme, scale))
        if self.error:
            raise LstmvizError(self.error)
        sizes = {"diagram": (900, 500), "heatmaps": (1370, 560), "window": (1600, 1000)}
        return Picture(*sizes[what], lambda painter, vector: None, COLORS[theme], what)


@pytest.fixture
def maker():
    return Maker()


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def dialog(qtbot, maker, settings):
    return shown(qtbot, maker, settings)


def shown(qtbot, maker, settings):
    dialog = ExportDialog(maker, settings)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: bool(maker.asked))
    return dialog


def choose(box, value):
    box.setCurrentIndex(box.findData(value))


def test_it_opens_on_a_preview_of_the_diagram(dialog, maker):
    assert maker.asked == [("diagram", None, 1.0)]
    assert (dialog.preview.pixmap().width(), dialog.preview.pixmap().height()) == (440, 245)
    assert dialog.size_words.text() == "1,800 × 1,000 pixels  ·  15.2 × 8.5 cm at 300 dpi"


def test_another_choice_is_previewed_at_once(dialog, maker, qtbot):
    choose(dialog.what, "window")
    choose(dialog.theme, "dark")
    qtbot.waitUntil(lambda: maker.asked[-1] == ("window", "dark", 1.0))
    image = dialog.preview.pixmap().toImage()
    assert (image.width(), image.height()) == (440, 275)
    assert image.pixelColor(200, 100) == QColor("#101010")


@pytest.mark.parametrize("factor", [1, 2, 3, 4])
def test_the_quick_scales(dialog, qtbot, factor):
    qtbot.mouseClick(dialog.quick[factor], Qt.MouseButton.LeftButton)
    assert dialog.scale.value() == factor
    assert f"{900 * factor:,} × {500 * factor:,} pixels" in dialog.size_words.text()


def test_shapes_are_told_in_centimetres_of_the_page(maker):
    words = size_words(maker("diagram", None, 1), ".pdf", 2)
    assert words == "1,800 × 1,000 units  ·  47.6 × 26.5 cm, sharp at any size"


def test_too_large_a_picture_is_told_and_cannot_be_saved(dialog):
    dialog.scale.setValue(16)
    choose(dialog.what, "window")
    dialog.refresh()
    assert "409,600,000, more than the 100,000,000" in dialog.problem.text()
    assert dialog.problem.isVisible()
    assert not dialog.save_button.isEnabled()
    assert not dialog.copy_button.isEnabled()
    choose(dialog.format, ".svg")
    assert not dialog.problem.isVisible()
    assert dialog.save_button.isEnabled()


def test_what_cannot_be_drawn_is_told(dialog, maker):
    maker.error = "there is nothing to draw yet."
    dialog.refresh()
    assert dialog.problem.text() == maker.error
    assert not dialog.save_button.isEnabled()
    maker.error = None
    dialog.refresh()
    assert not dialog.problem.isVisible()
    assert dialog.save_button.isEnabled()


def test_save_writes_the_file_and_closes(dialog, maker, qtbot, tmp_path, monkeypatch):
    out = tmp_path / "figure.png"
    monkeypatch.setattr(dialog, "ask_path", lambda: str(out))
    dialog.scale.setValue(3)
    with qtbot.waitSignal(dialog.saved) as caught:
        qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    assert caught.args == [str(out)]
    with Image.open(out) as image:
        assert image.size == (2700, 1500)
    assert maker.asked[-1] == ("diagram", None, 3.0)
    assert not dialog.isVisible()


def test_the_suffix_given_has_the_last_word(dialog, tmp_path, monkeypatch):
    out = tmp_path / "figure.pdf"
    monkeypatch.setattr(dialog, "ask_path", lambda: str(out))
    choose(dialog.format, ".svg")
    dialog.save()
    assert out.read_bytes().startswith(b"%PDF")


def test_no_name_means_no_file(dialog, tmp_path, monkeypatch):
    monkeypatch.setattr(dialog, "ask_path", lambda: "")
    dialog.save()
    assert dialog.isVisible()


def test_an_unwritable_target_is_told_and_the_dialog_stays(dialog, tmp_path, monkeypatch):
    monkeypatch.setattr(dialog, "ask_path", lambda: str(tmp_path / "no" / "figure.png"))
    dialog.save()
    assert "cannot be written" in dialog.problem.text()
    assert dialog.isVisible()
    assert dialog.save_button.isEnabled()


def test_copy_puts_it_on_the_clipboard(dialog, qtbot):
    qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    data = QGuiApplication.clipboard().mimeData()
    assert {"image/png", "image/svg+xml"} <= set(data.formats())
    assert QImage.fromData(data.data("image/png")).width() == 1800
    assert "Copied" in dialog.size_words.text()
    QGuiApplication.clipboard().clear()


def test_choices_are_remembered(dialog, maker, settings, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(dialog, "ask_path", lambda: str(tmp_path / "figure.svg"))
    choose(dialog.what, "heatmaps")
    choose(dialog.format, ".svg")
    choose(dialog.theme, "dark")
    dialog.scale.setValue(1.5)
    dialog.save()
    maker.asked.clear()
    again = shown(qtbot, maker, settings)
    assert maker.asked == [("heatmaps", "dark", 1.0)]
    assert again.format.currentData() == ".svg"
    assert again.scale.value() == 1.5
    assert settings.value("export/folder") == str(tmp_path)


def test_nonsense_in_the_settings_is_passed_over(qtbot, maker, settings):
    settings.setValue("export/what", "film")
    settings.setValue("export/scale", "wide")
    dialog = shown(qtbot, maker, settings)
    assert (dialog.what.currentData(), dialog.scale.value()) == ("diagram", 2)


def test_it_can_be_used_with_keys_alone(dialog, qtbot, tmp_path, monkeypatch):
    out = tmp_path / "figure.png"
    monkeypatch.setattr(dialog, "ask_path", lambda: str(out))
    dialog.what.setFocus()
    qtbot.keyClick(dialog.what, Qt.Key.Key_Down)
    assert dialog.what.currentData() == "heatmaps"
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert out.exists()


def test_every_control_has_a_name(dialog):
    for kind in (QComboBox, QDoubleSpinBox):
        assert all(field.accessibleName() for field in dialog.findChildren(kind))
    assert all(b.accessibleName() or b.text() for b in dialog.findChildren(QAbstractButton))
