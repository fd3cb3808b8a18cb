"""Choosing how a file is read, and by which vocabulary, with real clicks."""

import json
import struct

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QLabel
from windows import settle

from lstmviz import random_network, save
from lstmviz.gui.reading import ReadingDialog
from lstmviz.session import (
    Document,
    FileInput,
    Frames,
    GeneratedInput,
    TextInput,
    Trained,
    VocabularyFile,
    one_layer,
)


@pytest.fixture
def model(tmp_path):
    save(random_network(2, 4), tmp_path / "model.npz")
    return Document(Trained(str(tmp_path / "model.npz")))


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("day,speed,turn,wind\nMon,1,10,3\nTue,2,30,4\n")
    return str(path)


def answering(act, seen):
    """Act on the dialog that opens next, and keep what it said."""

    def when_open():
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, ReadingDialog):
            QTimer.singleShot(10, when_open)
            return
        act(dialog)
        seen.append(dialog)

    QTimer.singleShot(0, when_open)


def press(dialog, which):
    QTest.mouseClick(dialog.buttons.button(which), Qt.MouseButton.LeftButton)


OK, CANCEL = QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel


def test_a_table_that_does_not_fit_asks_for_its_columns(opened, qtbot, model, table):
    window, seen = opened(model), []

    def act(dialog):
        ok = dialog.buttons.button(OK)
        assert dialog._taken() == [1, 2] and ok.isEnabled()
        dialog.list.item(2).setCheckState(Qt.CheckState.Unchecked)
        assert not ok.isEnabled() and "1 of 4" in dialog.counted.text()
        dialog.list.item(3).setCheckState(Qt.CheckState.Checked)
        dialog.scaling.setCurrentIndex(dialog.scaling.findData("minmax"))
        press(dialog, OK)

    answering(act, seen)
    window.open_path(table)
    settle(qtbot, window)
    assert seen
    assert window.store.document.input == FileInput(table, ("speed", "wind"), "minmax")
    assert window.store.run.sequence.values.tolist() == [[0, 0], [1, 1]]
    assert "Columns: speed, wind" in window.left.input.summary.text()
    assert "scaled to 0 … 1" in window.left.input.summary.text()


def test_cancelling_changes_nothing(opened, qtbot, model, table):
    window, seen = opened(model), []
    answering(lambda dialog: press(dialog, CANCEL), seen)
    window.open_path(table)
    assert seen and window.store.document == model
    assert window.left.input.kind.currentData() == "sine"


def test_what_is_read_can_be_chosen_again(opened, qtbot, table):
    recipe = FileInput(table, ("turn",))
    window, seen = opened(Document(one_layer(None, 4, 4), recipe)), []

    def act(dialog):
        assert dialog._taken() == [2]
        dialog._check_all(True)
        press(dialog, OK)

    answering(act, seen)
    assert window.left.input.how.isVisible()
    QTest.mouseClick(window.left.input.how, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert window.store.document.input.columns == ("speed", "turn", "wind")
    assert window.store.run.spec.input_size == 3


def test_one_of_a_batch_is_asked_for(opened, qtbot, model, tmp_path):
    np.save(tmp_path / "a.npy", np.arange(20.0).reshape(2, 5, 2))
    window, seen = opened(model), []

    def act(dialog):
        dialog.item.setValue(1)
        press(dialog, OK)

    answering(act, seen)
    window.open_path(str(tmp_path / "a.npy"))
    settle(qtbot, window)
    assert window.store.run.sequence.values[0].tolist() == [10, 11]


def test_frames_of_a_sound_can_be_chosen(opened, qtbot, tmp_path):
    path = tmp_path / "a.wav"
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    chunks = (
        b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", 2000) + bytes(2000)
    )
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
    window, seen = opened(Document(one_layer(None, 4, 4), GeneratedInput())), []
    window.open_path(str(path))
    settle(qtbot, window)
    assert window.store.run.steps == 15

    def act(dialog):
        words = [label.text() for label in dialog.findChildren(QLabel)]
        assert "8,000 samples a second, 0.125 s (1,000 samples)" in words
        dialog.kind.setCurrentIndex(dialog.kind.findData("spectrum"))
        dialog.length.setValue(100)
        press(dialog, OK)

    answering(act, seen)
    window.left.input.ask_how()
    settle(qtbot, window)
    assert window.store.document.input.frames == Frames("spectrum", 100)
    assert window.store.run.steps == 19


def test_a_vocabulary_is_chosen_taken_apart_otherwise_and_let_go(opened, qtbot, tmp_path):
    path = tmp_path / "v.json"
    path.write_text(json.dumps(["ab", "a", "b", "c"]))
    start = Document(one_layer(None, 4, 4), TextInput("ab ab"))
    window = opened(start)
    button = window.left.input.vocabulary
    assert button.text() == "Vocabulary: the text's, 3" and not button.own.isEnabled()
    button.open_file(str(path))
    settle(qtbot, window)
    assert button.text() == "Vocabulary: v.json, 4"
    assert window.store.run.sequence.labels == ("ab", "ab")
    assert "A word a step." in window.left.input.summary.text()
    assert window.typing.isVisible()
    button.splits["longest"].trigger()
    qtbot.waitUntil(window.banner.isVisible, timeout=5000)
    settle(qtbot, window)
    words = window.banner.words.text()
    assert "'␣' is not in the model's vocabulary" in words and words[0].isupper()
    assert window.store.document.vocabulary == VocabularyFile(str(path))
    button.own.trigger()
    settle(qtbot, window)
    assert window.store.document == start


def test_a_vocabulary_too_large_is_refused_with_both_sizes(opened, qtbot, tmp_path):
    path = tmp_path / "v.txt"
    path.write_text("a\nb\n#\nc\n")
    window = opened(Document())
    window.left.input.vocabulary.open_file(str(path))
    qtbot.waitUntil(window.banner.isVisible, timeout=5000)
    settle(qtbot, window)
    assert "has 4 symbols, but the network reads 3" in window.banner.words.text()
    assert window.store.document == Document()
