"""Choosing another run in the window, and comparing with it."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from test_questions import answered, words
from windows import RANDOM

from lstmviz.session import Other, TextInput, Trained, load_session, save_session


def test_the_menu_compares_with_another_seed(opened, qtbot):
    window = opened(step=4)
    window.others.choose("seed")
    answered(qtbot, window)
    assert window.store.document.other.network.seed == RANDOM.network.seed + 1
    assert window.picture.currentWidget() is window.question
    assert "Cell state c of two runs" in words(window)
    strip = window.strips.strips["compare"]
    assert strip.words.text() == "with random weights, seed 1"
    window.undo()
    answered(qtbot, window)
    assert "There is no other run" in words(window)


def test_the_button_of_the_strip_opens_the_menu(opened, qtbot):
    window = opened(diagram="compare", step=4)
    answered(qtbot, window)
    qtbot.mouseClick(window.strips.strips["compare"].other, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.others.menu.isVisible())
    assert not window.others.actions["none"].isEnabled()
    window.others.menu.close()


def test_a_model_file_is_compared_with(opened, qtbot, monkeypatch):
    window = opened(replace(RANDOM, network=Trained("demo:counter"), input=None), step=4)
    chosen = ("demo:brackets", "")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: chosen)
    window.others.choose("model")
    answered(qtbot, window)
    assert window.store.document.other.network == Trained("demo:brackets")


def test_choices_of_the_strip_change_what_is_compared(opened, qtbot):
    document = replace(RANDOM, other=Other(replace(RANDOM.network, seed=5)))
    window = opened(document, diagram="compare", step=4)
    answered(qtbot, window)
    strip = window.strips.strips["compare"]
    strip.compared.setCurrentIndex(strip.compared.findData("output_gate"))
    strip.compared.activated.emit(strip.compared.currentIndex())
    answered(qtbot, window)
    assert "Output gate o of two runs" in words(window)
    strip.match.setCurrentIndex(1)
    strip.match.activated.emit(1)
    answered(qtbot, window)
    assert window.store.view.match == "correlation" and "matched by how c correlates" in words(
        window
    )


def test_sessions_keep_the_other_run(opened, qtbot, tmp_path):
    document = replace(RANDOM, other=Other(input=TextInput("abc")))
    window = opened(document, diagram="compare", align="token", step=4)
    save_session(window.store.session, tmp_path / "a.lstmviz")
    loaded = load_session(tmp_path / "a.lstmviz")
    assert loaded.document == document and loaded.view.align == "token"
