"""Whole numbers that are typed out of their range."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from windows import settle

from lstmviz.gui.numberbox import NumberBox


@pytest.fixture
def window(opened):
    return opened()


def enter(qtbot, window, text, key=Qt.Key.Key_Return):
    box = next(b for b in window.findChildren(NumberBox) if b.accessibleName() == "Cell size")
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, text)
    qtbot.keyClick(box, key)
    settle(qtbot, window)
    return box.value()


@pytest.mark.parametrize("text", ["0", "1025", "99999999999999999", "-3"])
def test_a_size_out_of_range_is_told_and_not_taken(qtbot, window, text):
    before = window.store.document
    assert enter(qtbot, window, text) == 8
    assert window.store.document == before
    (said,) = [label.text() for label in window.banner.findChildren(QLabel) if label.text()]
    assert said == f"Cell size {int(text):,} is outside 1 to 1,024; it stays 8."


@pytest.mark.parametrize(("text", "size"), [("1024", 1024), ("1", 1), ("007", 7), ("", 8)])
def test_what_is_in_range_is_taken_without_a_word(qtbot, window, text, size):
    assert enter(qtbot, window, text) == size
    assert not window.banner.isVisible()


def test_escape_takes_back_what_was_typed_without_a_word(qtbot, window):
    assert enter(qtbot, window, "5000", Qt.Key.Key_Escape) == 8
    assert not window.banner.isVisible()


def test_a_bare_sign_is_no_number(qtbot):
    box = NumberBox()
    qtbot.addWidget(box)
    box.setRange(1, 9)
    box.setValue(4)
    box.outside.connect(pytest.fail)
    box.selectAll()
    qtbot.keyClicks(box, "-")
    box.interpretText()
    assert box.value() == 4
