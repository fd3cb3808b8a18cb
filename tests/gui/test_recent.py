"""File › Open recent: what was opened, newest first, and what is gone."""

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog

from lstmviz.gui.recent import MOST, Recent, RecentMenu
from lstmviz.session import Document, Layer, Untrained


def settings_in(folder):
    return QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)


def test_files_are_remembered_from_one_start_to_the_next_newest_first(tmp_path):
    recent = Recent(settings_in(tmp_path))
    for number in range(MOST + 3):
        recent.add(str(tmp_path / f"{number}.npz"))
    recent.add(str(tmp_path / "5.npz"))
    recent._settings.sync()
    again = Recent(settings_in(tmp_path))
    assert again.paths == recent.paths and len(again.paths) == MOST
    assert again.paths[:2] == (str(tmp_path / "5.npz"), str(tmp_path / "10.npz"))


def test_one_file_and_none_are_remembered_too_and_nonsense_is_passed_over(tmp_path):
    settings = settings_in(tmp_path)
    Recent(settings).add("/a.npz")
    settings.sync()
    assert Recent(settings_in(tmp_path)).paths == ("/a.npz",)
    Recent(settings).clear()
    settings.sync()
    assert Recent(settings_in(tmp_path)).paths == ()
    settings.setValue("recent", 7)
    assert Recent(settings).paths == ()


def test_the_menu_opens_drops_and_forgets(qtbot, tmp_path):
    here, gone = tmp_path / "here.npz", tmp_path / "gone.npz"
    here.write_bytes(b"")
    recent, opened, said = Recent(None), [], []
    recent.add(str(gone))
    recent.add(str(here))
    menu = RecentMenu(recent, opened.append, said.append)
    qtbot.addWidget(menu)
    first, second, *_ = menu.actions()
    assert "here.npz" in first.text() and first.toolTip() == str(here)
    first.trigger()
    second.trigger()
    assert opened == [str(here)]
    assert said == [f"{gone} no longer exists, so it is taken off the list of recent files."]
    assert recent.paths == (str(here),)
    menu.fill()
    menu.actions()[-1].trigger()
    assert recent.paths == ()
    menu.fill()
    assert not menu.actions()[0].isEnabled() and not menu.actions()[-1].isEnabled()


def test_a_file_chosen_as_the_input_is_among_the_recent_ones(opened, tmp_path, monkeypatch):
    window = opened(Document(Untrained(2, (Layer(4, 4),))))
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    answers = iter([("", ""), (str(path), "")])
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: next(answers))
    window.left.input.choose_file()
    assert window.opening.recent.paths == ()
    window.left.input.choose_file()
    assert window.opening.recent.paths == (str(path),)
