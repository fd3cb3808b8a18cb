"""Clicks on what a diagram offers: another layer, and whether a layer returns its sequence."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from windows import settle

from lstmviz.engine.spec import HeadSpec
from lstmviz.gui.controls import KEEPS
from lstmviz.session import Document, FileInput, GeneratedInput, Layer, Trained, Untrained

ONNX = Path(__file__).resolve().parent.parent / "data" / "onnx"
TWO = Document(
    Untrained(1, (Layer(20, 20), Layer(12, 12)), (HeadSpec(3),)), GeneratedInput("sine", 30)
)


def click(qtbot, window, act, layer):
    """Click a control of the diagram."""
    diagram = window.diagram
    control = next(c for c in diagram._diagram.controls if (c.act, c.layer) == (act, layer))
    box = control.box
    x, y = (box.x + 6, box.bottom - 6) if act == "layer" else box.center
    at = diagram.to_widget(x, y)
    qtbot.mouseClick(diagram, Qt.MouseButton.LeftButton, pos=QPoint(round(at.x()), round(at.y())))


@pytest.fixture
def window(opened):
    return opened(TWO, diagram="stack")


def test_a_click_on_a_layer_goes_to_it(qtbot, window):
    click(qtbot, window, "layer", 1)
    assert (window.store.view.layer, window.store.view.stage) == (1, "head")
    click(qtbot, window, "layer", 0)
    assert (window.store.view.layer, window.store.view.stage) == (0, "output")


def test_the_switch_changes_the_document_and_undo_brings_it_back(qtbot, window):
    click(qtbot, window, "return_sequences", 1)
    assert [layer.return_sequences for layer in window.store.document.network.layers] == [
        True, False,
    ]  # fmt: skip
    window.store.undo()
    assert window.store.document == TWO


def test_an_impossible_network_can_be_mended_where_it_is_drawn(qtbot, window):
    click(qtbot, window, "return_sequences", 0)
    assert not window.store.spec.possible
    click(qtbot, window, "return_sequences", 0)
    assert window.store.spec.possible
    settle(qtbot, window)
    assert window.store.run.trace is not None


def test_an_opened_network_is_switched_and_keeps_its_weights(qtbot, opened):
    window = opened(Document(), diagram="stack")
    before = window.store.run
    click(qtbot, window, "return_sequences", 0)
    settle(qtbot, window)
    after = window.store.run
    assert window.store.document == Document(Trained(switched=(0,)))
    assert [cell.return_sequences for cell in after.spec.layers] == [False]
    assert after.network.cells is before.network.cells
    window.store.look(side="file")
    told = window.certificate.switched
    assert not told.isHidden() and "of layer 0 is off (in the file: on)" in told.text()
    click(qtbot, window, "return_sequences", 0)
    settle(qtbot, window)
    assert window.store.document == Document() and window.store.run.spec == before.spec
    assert told.isHidden()
    window.undo()
    assert window.store.document.network.switched == (0,)


def test_a_lower_layer_of_an_opened_stack_says_why_it_must_return_its_sequence(qtbot, opened):
    window = opened(Document(Trained("example:stack.keras")), diagram="stack")
    click(qtbot, window, "return_sequences", 0)
    settle(qtbot, window)
    assert "layer 1 reads a sequence; let layer 0 return its sequence" in window.store.run.problem
    assert "Impossible" in window.left.note.text()
    click(qtbot, window, "return_sequences", 0)
    settle(qtbot, window)
    assert window.store.run.trace is not None


def test_s_shows_the_stack(qtbot, opened):
    window = opened(Document())
    qtbot.mouseClick(window.view_buttons["stack"], Qt.MouseButton.LeftButton)
    assert window.store.view.diagram == "stack"
    assert window.view_buttons["stack"].isChecked()


def test_the_box_of_an_opened_network_says_that_its_weights_stay(qtbot, opened):
    window = opened(Document(Trained("demo:counter")))
    returns = window.left.layer_form.returns
    assert returns.isEnabled() and KEEPS in returns.toolTip()
    returns.click()
    settle(qtbot, window)
    assert window.store.document == Document(Trained("demo:counter", switched=(0,)))
    assert not returns.isChecked()
    window.edit(Document(Untrained(3)))
    assert "every h" in returns.toolTip() and KEEPS not in returns.toolTip()


def test_a_square_of_the_input_is_told_by_the_name_of_its_column(opened, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("warm,wet\n1,2\n3,4\n")
    window = opened(Document(Untrained(None, (Layer(4, 4),)), FileInput(str(path))), step=1)
    card = next(card for card in window.diagram._diagram.cards if card.array == "input")
    assert "column 1 “wet” at t = 1 is 4" in window.diagram._told((card, 1))


def test_where_h_and_c_start_is_chosen_and_the_models_own_only_where_it_has_some(opened, qtbot):
    window = opened(Document(Trained(str(ONNX / "heads.onnx")), GeneratedInput("sine", 9)))
    panel = window.left.input.start

    def first():
        run = window.store.run.trace.layers[0].forward
        return [bool(run.initial_hidden_state.any()), bool(run.initial_cell_state.any())]

    def choose(words):
        panel.setCurrentIndex(panel.findText(words))
        panel.activated.emit(panel.currentIndex())
        settle(qtbot, window)

    assert panel.currentText() == "h and c start where the file says" and all(first())
    choose("h and c start at zero")
    assert window.store.document.initial == "zero" and not any(first())
    choose("h and c start at random")
    assert window.store.document.initial == "random" and all(first())
    window.store.undo()
    settle(qtbot, window)
    assert panel.currentText() == "h and c start at zero"
    window.store.edit(TWO)
    settle(qtbot, window)
    assert [panel.itemData(k) for k in range(panel.count())] == ["model", "random"]
    assert panel.currentText() == "h and c start at zero" and not any(first())
