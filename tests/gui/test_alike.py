"""More places like this, asked in the window: the list, a click, a folder, stopping."""

from PySide6.QtCore import QPoint, Qt
from windows import settle

from lstmviz.inputs import FileInput, TextInput
from lstmviz.scene.shapes import Text
from lstmviz.session import Document, one_layer

TEXT = "the cat sat on a mat; the dog dug in a bog; the cat sat on a log\n" * 3
DOCUMENT = Document(one_layer(20, 6, 9, seed=1), TextInput(TEXT))


def answered(qtbot, window):
    settle(qtbot, window)
    qtbot.waitUntil(lambda: not window.busy, timeout=20_000)


def words(window):
    return " ".join(shape.text for shape in window.question.shapes() if isinstance(shape, Text))


def click(qtbot, window, wanted):
    page = window.question
    for y in range(page.height()):
        spot = page._page.spot(page._view, 60, y)
        if spot is not None and wanted(spot):
            qtbot.mouseClick(page, Qt.MouseButton.LeftButton, pos=QPoint(60, y + 4))
            return spot
    raise AssertionError("there is no such row")


def test_it_begins_at_the_step_and_stays_while_the_step_moves(opened, qtbot):
    window = opened(DOCUMENT, step=10)
    window.menus.questions["alike"].trigger()
    answered(qtbot, window)
    assert window.store.view.like == (10, 11) and "Places like step 10" in words(window)
    spot = click(qtbot, window, lambda spot: "distance" in spot.words)
    assert window.store.view.step == spot.changes["step"] != 10
    answered(qtbot, window)
    assert "Places like step 10" in words(window)
    strip = window.strips.strips["alike"]
    qtbot.mouseClick(strip.this, Qt.MouseButton.LeftButton)
    assert window.store.view.like[0] == spot.changes["step"]


def test_a_folder_is_chosen_and_a_result_opened(opened, qtbot, tmp_path, monkeypatch):
    (tmp_path / "other.txt").write_text("a dog; the cat sat on a mat")
    window = opened(DOCUMENT, step=10)
    window.menus.questions["alike"].trigger()
    answered(qtbot, window)
    strip = window.strips.strips["alike"]
    monkeypatch.setattr(
        "lstmviz.gui.alikestrip.QFileDialog.getExistingDirectory", lambda *a: str(tmp_path)
    )
    strip.choose_folder()
    answered(qtbot, window)
    assert "1 other file read" in words(window) and "other.txt" in words(window)
    spot = click(qtbot, window, lambda spot: spot.opens is not None)
    answered(qtbot, window)
    assert window.store.document.input == FileInput(str(tmp_path / "other.txt"))
    assert window.store.view.step == spot.opens[1]
    window.undo()
    answered(qtbot, window)
    assert window.store.document == DOCUMENT


def test_a_long_search_tells_how_far_it_is_and_can_be_stopped(opened, qtbot, tmp_path):
    for k in range(60):
        (tmp_path / f"{k:02}.txt").write_text("the cat sat on a mat; the dog dug\n" * 300)
    window = opened(DOCUMENT, diagram="alike", step=10, like=(10, 11))
    answered(qtbot, window)
    window.store.look(folder=str(tmp_path))
    strip = window.strips.strips["alike"]
    qtbot.waitUntil(lambda: "reading file" in strip.where.text(), timeout=20_000)
    assert "Places like step 10" in words(window)
    qtbot.mouseClick(strip.stop, Qt.MouseButton.LeftButton)
    answered(qtbot, window)
    assert window.store.view.folder is None and "file" not in strip.where.text()
    assert "other file" not in words(window)
