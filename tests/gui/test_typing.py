"""Typing to a text model with real keys and clicks."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from windows import settle

from lstmviz.session import Document, GeneratedInput, TextInput


@pytest.fixture
def line(opened, qtbot):
    """The line of a window on the counter, with the keys in its field."""
    window = opened(Document(input=TextInput("#aab")))
    window.typing.field.setFocus()
    qtbot.waitUntil(window.typing.field.hasFocus)
    return window, window.typing


def text(window):
    return window.store.document.input.text


def test_every_key_is_a_step_and_the_view_follows(line, qtbot):
    window, typing = line
    QTest.keyClicks(typing.field, "b#a")
    assert text(window) == "#aabb#a"
    settle(qtbot, window)
    assert window.store.view.step == 6 and window.store.run.steps == 7
    QTest.keyClick(typing.field, Qt.Key.Key_Backspace)
    settle(qtbot, window)
    assert text(window) == "#aabb#" and window.store.view.step == 5
    assert window.left.input.text.toPlainText() == "#aabb#"


def test_letters_that_are_shortcuts_elsewhere_are_typed(line, qtbot):
    window, typing = line
    QTest.keyClick(typing.field, Qt.Key.Key_T)
    QTest.keyClick(typing.field, Qt.Key.Key_Space)
    assert not window.clock.playing and window.store.view.theme == "light"
    assert "␣" in typing.field._fault and text(window) == "#aab"


def test_one_visit_undoes_as_one(line, qtbot):
    window, typing = line
    QTest.keyClicks(typing.field, "b#")
    settle(qtbot, window)
    window.store.undo()
    settle(qtbot, window)
    assert text(window) == "#aab"
    QTest.keyClicks(typing.field, "b")
    assert text(window) == "#aabb"
    settle(qtbot, window)


def test_tab_and_clicks_take_suggestions(line, qtbot):
    window, typing = line
    window.playing.go(3)
    likeliest = window.store.run.trace.output[3].argmax()
    assert typing.chips[0].suggestion.number == likeliest
    QTest.keyClick(typing.field, Qt.Key.Key_Tab)
    assert text(window) == "#aab" + "#ab"[likeliest]
    settle(qtbot, window)
    assert typing.field.hasFocus()
    second = typing.chips[1].suggestion
    QTest.mouseClick(typing.chips[1], Qt.MouseButton.LeftButton)
    assert text(window)[-1] == "#ab"[second.number]
    settle(qtbot, window)


def test_shift_tab_and_escape_leave(line):
    window, typing = line
    QTest.keyClick(typing.field, Qt.Key.Key_Backtab)
    assert not typing.field.hasFocus()
    typing.field.setFocus()
    QTest.keyClick(typing.field, Qt.Key.Key_Escape)
    assert not typing.field.hasFocus() and text(window) == "#aab"


def test_tab_passes_through_until_something_is_typed(line, qtbot):
    window, typing = line
    window.diagram.setFocus()
    typing.field.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(typing.field, Qt.Key.Key_Tab)
    assert typing.chips[0].hasFocus() and text(window) == "#aab"
    typing.field.setFocus(Qt.FocusReason.BacktabFocusReason)
    QTest.keyClicks(typing.field, "b")
    settle(qtbot, window)
    QTest.keyClick(typing.field, Qt.Key.Key_Tab)
    settle(qtbot, window)
    assert typing.field.hasFocus() and len(text(window)) == len("#aab") + 2


def test_escape_gives_the_keys_to_the_diagram(line):
    window, typing = line
    QTest.keyClick(typing.field, Qt.Key.Key_Escape)
    assert window.diagram.hasFocus()


def test_the_symbol_that_really_follows_is_marked(line, qtbot):
    window, typing = line
    window.playing.go(1)
    marked = [chip.suggestion.label for chip in typing.chips if chip.actual]
    assert marked == ["a"] and typing.told.text() == "after t = 1"


def test_an_unknown_key_is_said_and_the_next_clears_it(line, qtbot):
    window, typing = line
    QTest.keyClicks(typing.field, "x")
    assert typing.field._fault == "'x' is not in the vocabulary: # a b"
    assert not window.store.history.can_undo
    QTest.keyClicks(typing.field, "b")
    assert typing.field._fault == "" and text(window) == "#aabb"
    settle(qtbot, window)


def test_the_last_symbol_stays(line, qtbot):
    window, typing = line
    for _ in range(9):
        QTest.keyClick(typing.field, Qt.Key.Key_Backspace)
    settle(qtbot, window)
    assert text(window) == "#" and "one symbol" in typing.field._fault


def test_paste_and_input_methods_type_too(line, qtbot):
    window, typing = line
    QGuiApplication.clipboard().setText("bb#")
    QTest.keyClick(typing.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert text(window) == "#aabbb#"
    event = QInputMethodEvent()
    event.setCommitString("a")
    QApplication.sendEvent(typing.field, event)
    assert text(window) == "#aabbb#a"
    settle(qtbot, window)


def test_it_writes_by_itself_the_same_again_and_can_be_undone(line, qtbot):
    window, typing = line
    typing.count.setValue(12)
    typing.seed.setValue(3)
    QTest.mouseClick(typing.write, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: text(window) != "#aab", timeout=5000)
    settle(qtbot, window)
    written = text(window)
    assert written.startswith("#aab") and len(written) == 16
    assert window.store.view.step == 15 and typing.write.text() == "Let it write"
    window.store.undo()
    settle(qtbot, window)
    assert text(window) == "#aab"
    QTest.mouseClick(typing.write, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: text(window) != "#aab", timeout=5000)
    settle(qtbot, window)
    assert text(window) == written


def test_writing_can_be_stopped(line, qtbot):
    window, typing = line
    typing.count.setValue(2000)
    QTest.mouseClick(typing.write, Qt.MouseButton.LeftButton)
    assert typing.write.text() == "Stop writing"
    qtbot.waitUntil(lambda: len(typing._written) > 8, timeout=5000)
    QTest.mouseClick(typing.write, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert 8 < len(text(window)) < 2004


def test_it_is_there_for_text_models_only(opened, qtbot):
    assert not opened().typing.isVisible()
    made = opened(Document(input=GeneratedInput("onehot", 6)))
    assert made.typing.isVisible()
    made.typing.field.setFocus()
    QTest.keyClicks(made.typing.field, "a")
    settle(qtbot, made)
    assert len(text(made)) == 7 and text(made)[-1] == "a"


def test_a_caret_shows_only_where_keys_go(line, qtbot):
    window, typing = line
    field = typing.field
    window.diagram.setFocus()
    field._caret = True
    without = field.grab().toImage()
    field._caret = False
    assert field.grab().toImage() == without
    field.setFocus()
    field._caret = True
    caret = field.grab().toImage()
    field._caret = False
    assert field.grab().toImage() != caret
