"""Settings come back; broken ones are passed over."""

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QFileDialog, QSplitter, QWidget
from windows import RANDOM, settle

from lstmviz.gui.remembered import recalled, remember, restore_places
from lstmviz.session import Document, View, load_session, save_session


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


def test_habits_come_back_where_the_session_does_not_say(settings):
    kept = View(theme="dark", speed=15.0, loop=False, stages=False, reduce_motion=True, step=4)
    remember(kept, settings)
    settings.sync()
    again = QSettings(settings.fileName(), QSettings.Format.IniFormat)
    assert recalled(View(), again) == View(
        theme="dark", speed=15.0, loop=False, stages=False, reduce_motion=True
    )
    assert recalled(View(theme="light", speed=2.0), again).theme == "light"
    assert recalled(View(theme="light", speed=2.0), again).speed == 2.0


def test_nonsense_is_passed_over(settings):
    for name, value in (("theme", "purple"), ("speed", "nan"), ("loop", "maybe"), ("stages", 7)):
        settings.setValue(name, value)
    assert recalled(View(), settings) == View()


def test_a_window_with_broken_settings_shows_everything(opened, settings):
    for name in ("geometry", "splitter/top", "splitter/right"):
        settings.setValue(name, QByteArray(b"\x00\x00\x00\xff"))
    window = opened(settings=settings)
    for splitter in window.splitters:
        assert min(splitter.sizes()) > 100
    _, right = window.splitters
    right.setSizes([900, 0])
    assert min(right.sizes()) > 100


def test_the_first_window_has_room_on_its_screen(settings, qtbot):
    widget, parts = QWidget(), (QSplitter(), QSplitter())
    for each in (widget, *parts):
        qtbot.addWidget(each)
    widget.resize(9000, 600)
    restore_places(widget, parts, settings)
    assert widget.width() == widget.screen().availableGeometry().width()
    assert widget.height() == 600 or widget.height() < widget.screen().availableGeometry().height()


def test_the_window_remembers_its_theme_and_parts(opened, settings):
    window = opened(settings=settings)
    window.store.look(theme="dark", loop=False)
    window.splitters[1].setSizes([400, 350])
    sizes = window.splitters[1].sizes()
    window.close()
    assert recalled(View(), settings).theme == "dark" and not recalled(View(), settings).loop
    assert opened(settings=settings).splitters[1].sizes() == sizes


def test_a_session_opened_changes_neither_theme_nor_motion(opened, qtbot, tmp_path):
    window = opened(Document(), theme="dark", reduce_motion=False)
    path = tmp_path / "other.lstmviz"
    session = type(window.store.session)(RANDOM, View(theme="light", reduce_motion=True, step=2))
    save_session(session, path)
    window.open_path(str(path))
    settle(qtbot, window)
    view = window.store.view
    assert (view.theme, view.reduce_motion, view.step) == ("dark", False, 2)


def test_a_session_is_saved_under_a_name_that_can_be_opened(opened, monkeypatch, tmp_path):
    window = opened(step=5)
    asked = str(tmp_path / "mine.json")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (asked, ""))
    window.menus.save()
    assert load_session(Path(asked + ".lstmviz")).view.step == 5
    assert "mine.json.lstmviz" in window.pointed.text()
