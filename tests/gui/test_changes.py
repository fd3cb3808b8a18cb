"""Undo, redo, and documents that are refused."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from windows import RANDOM, settle

from lstmviz.session import Document, FileInput, TextInput, one_layer


def drag(slider, *notches):
    slider.setSliderDown(True)
    for notch in notches:
        slider.setValue(notch)
    slider.setSliderDown(False)


def refuse(qtbot, window, tmp_path):
    """Open a ragged table, and wait for the sentence."""
    bad = tmp_path / "ragged.csv"
    bad.write_text("1,2\n3\n")
    window.banner.hide()
    window.open_path(str(bad))
    qtbot.waitUntil(window.banner.isVisible, timeout=5000)
    settle(qtbot, window)


def test_two_drags_of_one_slider_are_two_entries(opened, qtbot):
    window = opened()
    slider = window.left.sizes["cell"].slider
    drag(slider, 100, 120)
    between = window.store.document
    drag(slider, 140, 160)
    window.store.undo()
    assert window.store.document == between
    window.store.undo()
    assert window.store.document == RANDOM
    settle(qtbot, window)


def test_each_roll_of_the_dice_is_an_entry(opened, qtbot):
    window = opened()
    window.left.weights.dice.click()
    window.left.weights.dice.click()
    window.store.undo()
    assert window.store.document.network.seed == 1
    settle(qtbot, window)


def test_what_is_refused_leaves_the_session_and_what_can_be_redone(opened, qtbot, tmp_path):
    window = opened(step=7, first=3.0, last=20.0, unit=2)
    window.left.weights.dice.click()
    window.store.undo()
    settle(qtbot, window)
    window.store.look(first=3.0, last=20.0)
    session, past, trace = window.store.session, window.store.history, window.store.run.trace
    refuse(qtbot, window, tmp_path)
    assert window.store.session == session
    assert window.store.history == past and past.can_redo
    assert window.store.run.trace is trace
    assert window.left.input.kind.currentData() == "onehot"
    assert window.left.sizes["input"].spin.value() == 5


def test_undo_passes_over_a_document_whose_file_has_gone(opened, qtbot, tmp_path):
    window = opened()
    table = tmp_path / "table.csv"
    table.write_text("1,2\n3,4\n")
    window.open_path(str(table))
    settle(qtbot, window)
    window.store.edit(replace(RANDOM, initial="random"))
    settle(qtbot, window)
    table.unlink()
    window.store.undo()
    qtbot.waitUntil(window.banner.isVisible, timeout=5000)
    assert window.store.document == replace(RANDOM, initial="random")
    window.store.undo()
    settle(qtbot, window)
    assert window.store.document == RANDOM


@pytest.fixture
def reading(opened, qtbot):
    """A window on a trained model, which knows few symbols, with the keys in its text box."""
    window = opened(Document())
    text = window.left.input.text
    text.setFocus()
    qtbot.waitUntil(text.hasFocus)
    return window


def test_text_that_is_refused_stays_to_be_mended_and_goes_on_leaving(reading, qtbot):
    window, text = reading, reading.left.input.text
    text.selectAll()
    QTest.keyClicks(text, "#aaz")
    qtbot.waitUntil(window.banner.isVisible, timeout=5000)
    assert text.toPlainText() == "#aaz"
    assert window.store.document == Document() and not window.store.history.can_undo
    QTest.keyClick(text, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: window.store.document.input == TextInput("#aa"), timeout=5000)
    settle(qtbot, window)
    QTest.keyClicks(text, "q")
    qtbot.waitUntil(window.banner.isVisible, timeout=5000)
    window.diagram.setFocus()
    assert text.toPlainText() == "#aa"


def test_typed_text_is_taken_up_on_leaving_though_the_window_is_playing(reading, qtbot):
    window, text = reading, reading.left.input.text
    text.selectAll()
    QTest.keyClicks(text, "#ab#")
    window.store.look(step=3)
    assert text.toPlainText() == "#ab#"
    window.diagram.setFocus()
    assert window.store.document.input == TextInput("#ab#")
    settle(qtbot, window)


def test_an_empty_text_box_says_what_is_read_and_fills_again(reading, qtbot):
    window, text = reading, reading.left.input.text
    before = text.toPlainText()
    text.clear()
    qtbot.waitUntil(lambda: "still read" in window.left.input.summary.text(), timeout=5000)
    window.diagram.setFocus()
    assert text.toPlainText() == before
    assert window.store.document == Document()


def test_undo_shows_the_text_it_goes_back_to_even_while_the_box_has_the_keys(reading, qtbot):
    window, text = reading, reading.left.input.text
    before = text.toPlainText()
    text.setPlainText("#ab#")
    qtbot.waitUntil(lambda: window.store.document.input == TextInput("#ab#"), timeout=5000)
    settle(qtbot, window)
    window.store.undo()
    settle(qtbot, window)
    assert text.toPlainText() == before


def test_an_input_that_is_too_narrow_for_the_size_asked_puts_the_slider_back(
    opened, qtbot, tmp_path
):
    table = tmp_path / "table.csv"
    table.write_text("1,2\n3,4\n")
    window = opened(Document(one_layer(None, 4, 4), FileInput(str(table))))
    window.left.sizes["input"].spin.setValue(9)
    qtbot.waitUntil(window.banner.isVisible, timeout=5000)
    settle(qtbot, window)
    assert "9" in window.banner.words.text()
    assert window.left.sizes["input"].spin.value() == 2
    assert not window.store.history.can_undo


def test_a_run_can_be_stopped_and_started_again(opened, qtbot):
    window = opened()
    window.store.edit(Document(one_layer(5, 1024, 1024), RANDOM.input))
    window.store.stop()
    assert window.store.stopped
    window.store.begin()
    settle(qtbot, window)
    assert window.store.run.done == 30 and not window.store.stopped
