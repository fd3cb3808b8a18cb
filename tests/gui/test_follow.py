"""Units that follow something, asked in the window by real keys and drags."""

import time

import pytest
from PySide6.QtCore import QPoint, Qt
from windows import settle

from lstmviz.inputs import TextInput
from lstmviz.scene.shapes import Text
from lstmviz.session import Document, one_layer

TEXT = "def f(x):\n    return [x, 'a b', (x + 1)]  # so it is\n" * 6
DOCUMENT = Document(one_layer(None, 8, 8, seed=1), TextInput(TEXT))


def answered(qtbot, window):
    settle(qtbot, window)
    qtbot.waitUntil(lambda: not window.busy, timeout=20_000)


def words(window):
    return " ".join(shape.text for shape in window.question.shapes() if isinstance(shape, Text))


@pytest.fixture
def asked(opened, qtbot):
    def ask(**view):
        window = opened(DOCUMENT, **view)
        window.menus.questions["follow"].trigger()
        answered(qtbot, window)
        return window, window.strips.strips["follow"]

    return ask


def drag(qtbot, widget, start, end, modifier=Qt.KeyboardModifier.ShiftModifier):
    qtbot.mousePress(widget, Qt.MouseButton.LeftButton, modifier, start)
    middle = QPoint((start.x() + end.x()) // 2, start.y())
    for at in (middle, end):
        qtbot.mouseMove(widget, at)
    qtbot.mouseRelease(widget, Qt.MouseButton.LeftButton, modifier, end)


def test_the_strip_is_there_only_with_its_question(asked):
    window, strip = asked()
    assert strip.isVisible() and "Type a pattern" in words(window)
    window.header.view_buttons["cell"].click()
    assert not window.strips.isVisible()


def test_a_pattern_is_typed_and_a_row_is_clicked(asked, qtbot):
    window, strip = asked()
    qtbot.keyClicks(strip.pattern, "return")
    qtbot.keyClick(strip.pattern, Qt.Key.Key_Return)
    assert window.store.view.pattern == "return"
    answered(qtbot, window)
    assert "Which units follow “return”?" in words(window)
    page = window.question
    rows = window.asking.answer.rows
    ys = [y for y in range(page.height()) if _rank(page, y) == 1]
    qtbot.mouseClick(page, Qt.MouseButton.LeftButton, pos=QPoint(60, ys[len(ys) // 2]))
    assert window.store.view.rank == 1
    assert window.store.view.unit == rows[1].follower.unit


def _rank(page, y):
    spot = page._page.spot(page._view, 60, y)
    return spot.changes.get("rank") if spot else None


def test_what_is_typed_is_asked_after_a_moment_without_keys(asked, qtbot):
    window, strip = asked()
    qtbot.keyClicks(strip.pattern, "a b")
    qtbot.waitUntil(lambda: window.store.view.pattern == "a b")


def test_a_pattern_that_takes_too_long_leaves_the_window_alive(asked, qtbot, monkeypatch):
    window, strip = asked()
    monkeypatch.setattr("lstmviz.inputs.patterns.spans.__defaults__", (1.0, None))
    qtbot.keyClicks(strip.pattern, r"([\s\S]+)+\Z\d")
    qtbot.keyClick(strip.pattern, Qt.Key.Key_Return)
    longest, last = 0.0, time.monotonic()
    while window.busy:
        qtbot.wait(5)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    assert "takes more than" in words(window)
    assert longest < 0.5


def test_steps_are_brushed_on_a_heatmap_and_on_the_page(opened, qtbot):
    window = opened(DOCUMENT)
    plot = window.heatmaps.place.panels[2].plot
    y = int(plot.center[1])
    drag(qtbot, window.heatmaps, QPoint(int(plot.x + 40), y), QPoint(int(plot.x + 90), y))
    view = window.store.view
    assert view.diagram == "follow" and view.follows == "ranges"
    assert len(view.ranges) == 1
    answered(qtbot, window)
    assert "Which units follow the marked steps?" in words(window)
    page = window.question
    drag(qtbot, page, QPoint(page.width() - 120, 70), QPoint(page.width() - 60, 70))
    assert len(window.store.view.ranges) == 2
    assert window.store.view.ranges[0] == view.ranges[0]
    answered(qtbot, window)
    assert "follows it best" in words(window) or "Nothing follows it" in words(window)
    strip = window.strips.strips["follow"]
    qtbot.mouseClick(strip.clear, Qt.MouseButton.LeftButton)
    assert window.store.view.ranges == ()


def test_a_drag_without_shift_goes_to_a_step_and_marks_nothing(opened, qtbot):
    window = opened(DOCUMENT, step=3)
    plot = window.heatmaps.place.panels[0].plot
    start, end = (
        QPoint(int(plot.x + 40), int(plot.y + 9)),
        QPoint(int(plot.x + 90), int(plot.y + 9)),
    )
    drag(qtbot, window.heatmaps, start, end, Qt.KeyboardModifier.NoModifier)
    assert window.store.view.diagram == "cell" and window.store.view.ranges == ()
    assert window.store.view.step != 3


def test_an_annotation_is_chosen(asked, qtbot):
    window, strip = asked(follows="built-in")
    qtbot.keyClick(strip.annotation, Qt.Key.Key_Down)
    strip.annotation.activated.emit(2)
    answered(qtbot, window)
    assert "Which units follow comments?" in words(window)


def test_a_file_is_chosen_and_its_column_named(asked, qtbot, tmp_path, monkeypatch):
    path = tmp_path / "told.csv"
    lines = "".join(f"{k % 7},{k % 2}\n" for k in range(len(TEXT)))
    path.write_text("seven,two\n" + lines)
    window, strip = asked(follows="file")
    monkeypatch.setattr(
        "lstmviz.gui.followstrip.QFileDialog.getOpenFileName", lambda *a: (str(path), "")
    )
    strip.choose()
    answered(qtbot, window)
    assert "several columns" in words(window)
    qtbot.keyClicks(strip.column, "seven")
    qtbot.keyClick(strip.column, Qt.Key.Key_Return)
    answered(qtbot, window)
    assert window.store.view.annotation_file == f"{path}:seven"
    assert "Which units follow told.csv:seven?" in words(window)
