"""How a file was read, beside the diagram; another gate order and an expected output, by clicks."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QFileDialog
from windows import settle

from lstmviz.analysis.agreement import typeset
from lstmviz.session import Document, FileInput, Trained, load_session, save_session

FILES = Path(__file__).resolve().parent.parent / "data"
STACK = str(FILES / "keras" / "stack.keras")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def stack(tmp_path):
    """Keras's input and output of the stack, as files."""
    with np.load(FILES / "keras" / "expected.npz") as stored:
        np.save(tmp_path / "x.npy", stored["stack.keras/input"])
        np.save(tmp_path / "y.npy", stored["stack.keras/output"][np.newaxis])
    return str(tmp_path / "x.npy"), str(tmp_path / "y.npy")


def choose(window, order):
    """Pick a row of the gate orders as a user does."""
    combo = window.certificate.order
    row = combo.findData(order)
    combo.setCurrentIndex(row)
    combo.activated.emit(row)


def compared(qtbot, window):
    settle(qtbot, window)
    comparing = window.comparing
    qtbot.waitUntil(lambda: not comparing.one.busy and not comparing.all.busy, timeout=20_000)


def test_after_opening_a_file_its_certificate_stands_beside_the_diagram(opened, qtbot):
    window = opened()
    assert not window.certificate.isVisible()
    assert not window.side.buttons["file"].isVisible()
    window.open_path(STACK)
    settle(qtbot, window)
    panel = window.certificate
    assert panel.isVisible() and not window.inspector.isVisible()
    for words in ("Keras .keras", "Keras 3.15.1", "one per gate"):
        assert words in panel.facts.text().replace("\u200b", "")
    assert "Tensors used (8)" in panel.used.text()
    assert panel.order.currentText() == "as found: i f c o"
    qtbot.mouseClick(window.side.buttons["unit"], LEFT)
    assert window.inspector.isVisible() and not panel.isVisible()
    qtbot.keyClick(window.diagram, Qt.Key.Key_F)
    assert panel.isVisible()


def test_what_cannot_be_run_before_the_lstm_is_named(opened, qtbot):
    window = opened()
    window.open_path(str(FILES / "keras" / "behind.keras"))
    settle(qtbot, window)
    assert window.certificate.before.isVisible()
    assert "sieve (Conv1D)" in window.certificate.before.text()
    assert "own input" in window.certificate.before.text()
    assert "Tensors ignored (2)" in window.certificate.ignored.text()
    assert "stands before" not in window.certificate.warnings.text()  # it is said once


@pytest.mark.parametrize("name", ["dynamo", "torchscript", "heads"])
def test_every_word_of_an_onnx_file_has_room(opened, qtbot, name):
    window = opened()
    window.open_path(str(FILES / "onnx" / f"{name}.onnx"))
    settle(qtbot, window)
    panel = window.certificate
    assert panel.order_note.text() == "ONNX writes the candidate g as c."
    for label in (panel.facts, panel.before, panel.warnings, panel.used):
        page = QTextDocument(defaultFont=label.font())
        page.setHtml(label.text())
        page.setTextWidth(label.width())
        assert page.size().width() <= label.width(), label.text()


def test_the_card_spells_names_as_the_file_does(opened, qtbot, tmp_path):
    window = opened()
    assert window.left.card.title.text().startswith("Untrained")
    window.open_path(STACK)
    settle(qtbot, window)
    assert "stack.keras" in window.left.card.title.text().replace("\u200b", "")
    assert window.left.card.title.text()[0].islower()


def test_another_order_is_taken_at_once_and_undone(opened, qtbot, stack):
    window = opened(Document(Trained(STACK), FileInput(stack[0])), side="file")
    before = window.store.run.trace.output.copy()
    choose(window, "iofg")
    settle(qtbot, window)
    assert window.store.document.network == Trained(STACK, gate_order="iofg")
    assert np.abs(window.store.run.trace.output - before).max() > 1e-3
    assert "not as it was found" in window.certificate.order_note.text()
    window.store.undo()
    settle(qtbot, window)
    np.testing.assert_array_equal(window.store.run.trace.output, before)
    assert window.certificate.order.currentData() is None
    assert window.certificate.order_note.text() == "Keras writes the candidate g as c."


def test_the_difference_follows_the_order(opened, qtbot, stack, monkeypatch):
    window = opened(Document(Trained(STACK), FileInput(stack[0])), side="file")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (stack[1], ""))
    panel = window.certificate
    qtbot.mouseClick(panel.browse, LEFT)
    compared(qtbot, window)
    assert window.comparing.found.agrees
    assert "Agrees." in panel.agreement.text()
    choose(window, "figo")
    compared(qtbot, window)
    assert not window.comparing.found.agrees
    assert "Does not agree." in panel.agreement.text()
    assert typeset(window.comparing.found.difference, ".2e") in panel.agreement.text()


def test_all_orders_are_tried_and_the_best_is_used(opened, qtbot, stack):
    document = Document(Trained(STACK, gate_order="ogif"), FileInput(stack[0]))
    window = opened(document, side="file", expect=stack[1])
    compared(qtbot, window)
    panel = window.certificate
    qtbot.mouseClick(panel.try_button, LEFT)
    compared(qtbot, window)
    assert "<b>i f g o</b> fits best and agrees" in panel.best.text()
    assert len(window.comparing.orders) == 24
    qtbot.mouseClick(panel.use_button, LEFT)
    compared(qtbot, window)
    assert window.store.document.network == Trained(STACK)
    assert window.comparing.found.agrees
    assert panel.best.isVisible() and not panel.use_button.isVisible()
    qtbot.mouseClick(panel.forget_button, LEFT)
    assert window.store.view.expect is None
    assert not panel.agreement.isVisible() and not panel.try_button.isVisible()


def test_what_does_not_fit_is_a_sentence_with_both_shapes(opened, qtbot, stack, tmp_path):
    np.save(tmp_path / "wrong.npy", np.zeros((2, 2)))
    document = Document(Trained(STACK), FileInput(stack[0]))
    window = opened(document, side="file", expect=str(tmp_path / "wrong.npy"))
    compared(qtbot, window)
    told = window.certificate.agreement.text().replace("\u200b", "")
    assert "(2, 2)" in told and "(6, 5)" in told
    assert window.comparing.found is None


def test_a_window_may_close_while_orders_are_tried(opened, qtbot, stack):
    document = Document(Trained(STACK), FileInput(stack[0]))
    window = opened(document, side="file", expect=stack[1])
    window.comparing.try_all()
    window.close()


def test_another_lstm_of_the_file_is_chosen_in_the_panel(opened, qtbot):
    window = opened(Document(Trained(str(FILES / "torch" / "several.pt"), "encoder")), side="file")
    combo = window.certificate.lstm
    assert combo.isVisible() and combo.currentText() == "encoder"
    row = combo.findData("decoder")
    combo.setCurrentIndex(row)
    combo.activated.emit(row)
    settle(qtbot, window)
    assert window.store.document.network.lstm == "decoder"
    assert window.store.run.spec.input_size == 6


def test_a_session_keeps_order_page_and_expectation(opened, qtbot, stack, tmp_path):
    window = opened(Document(Trained(STACK), FileInput(stack[0])), side="file", expect=stack[1])
    choose(window, "iofg")
    settle(qtbot, window)
    save_session(window.store.session, tmp_path / "a.lstmviz")
    session = load_session(tmp_path / "a.lstmviz")
    assert session.document.network.gate_order == "iofg"
    assert (session.view.side, session.view.expect) == ("file", stack[1])
    other = opened()
    other.open_path(str(tmp_path / "a.lstmviz"))
    compared(qtbot, other)
    assert other.certificate.isVisible() and not other.comparing.found.agrees
