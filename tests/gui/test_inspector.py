"""Numbers asked for with real clicks and keys, and the way back."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from windows import settle

from lstmviz.engine.spec import HeadSpec
from lstmviz.scene.heatlayout import row_y, step_x
from lstmviz.session import (
    Document,
    GeneratedInput,
    Layer,
    Untrained,
    load_session,
    one_layer,
    save_session,
)

LEFT = Qt.MouseButton.LeftButton


def square(window, name, unit):
    card = next(card for card in window.diagram._diagram.cards if card.name == name)
    return window.diagram.to_widget(*card.unit_box(unit).center).toPoint()


def ask(qtbot, window, name, unit):
    qtbot.mouseClick(window.diagram, LEFT, pos=square(window, name, unit))
    return window.inspector.view


def row(view, text):
    """The middle of the row whose text begins so."""
    spot = next(spot for spot in view.page.spots if spot.text.startswith(text))
    return QPoint(*map(round, spot.box.center))


def looked(window):
    view = window.store.view
    return view.asked, view.unit, view.step


def test_a_click_on_a_square_takes_its_number_apart(opened, qtbot):
    window = opened(step=9, stage="head", unit=None)
    view = ask(qtbot, window, "f", 7)
    assert looked(window) == ("forget_gate", 7, 9)
    value = window.store.run.trace.layers[0].forward.forget_gate[9, 7]
    assert view.page.text.startswith(f"f[7] = {float(value):.7g}\n")
    ask(qtbot, window, "o", 7)
    assert looked(window) == ("output_gate", 7, 9)
    ask(qtbot, window, "o", 7)
    assert looked(window) == (None, None, 9)


@pytest.mark.parametrize(
    ("name", "array"), [("x", "input"), ("y", "output"), ("c_before", "cell_state_before")]
)
def test_inputs_outputs_and_what_came_before_can_be_asked_for(opened, qtbot, name, array):
    window = opened(step=9, stage="head", unit=3)
    names = {card.array: card.name for card in window.diagram._diagram.cards}
    ask(qtbot, window, names[array], 2)
    assert window.store.view.asked == array
    unit = 2 if array == "cell_state_before" else 3
    assert (window.store.view.unit, window.inspector.view.address.element) == (unit, 2)


def test_a_click_on_a_heatmap_goes_to_its_step_and_asks_for_its_number(opened, qtbot):
    window = opened(step=2, stage="activate")
    place = window.heatmaps.place
    panel = place.panel("candidate")
    at = QPoint(int(step_x(place, panel.plot, 12.5)), int(row_y(panel, 4.5)))
    qtbot.mouseClick(window.heatmaps, LEFT, pos=at)
    assert looked(window) == ("candidate", 4, 12)
    assert window.store.view.stage == "head"


def test_a_click_on_a_term_goes_where_it_comes_from_and_keys_lead_back(opened, qtbot):
    window = opened(step=9, stage="head", unit=0)
    view = ask(qtbot, window, "f", 7)
    qtbot.mouseClick(view, LEFT, pos=row(view, "h₋[2]"))
    assert looked(window) == ("hidden_state", 2, 8)
    qtbot.mouseClick(view, LEFT, pos=row(view, "c[2]"))
    qtbot.mouseClick(view, LEFT, pos=row(view, "c₋ of t = 7"))
    assert looked(window) == ("cell_state", 2, 7)
    alt = Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(window, Qt.Key.Key_Left, alt)
    qtbot.keyClick(window, Qt.Key.Key_Left, alt)
    assert looked(window) == ("hidden_state", 2, 8)
    qtbot.mouseClick(window.inspector.back, LEFT)
    assert looked(window) == ("forget_gate", 7, 9)
    qtbot.keyClick(window, Qt.Key.Key_Right, alt)
    qtbot.mouseClick(window.inspector.forward, LEFT)
    assert looked(window) == ("cell_state", 2, 8)
    qtbot.mouseClick(window.inspector.whole, LEFT)
    assert looked(window) == (None, 2, 8)
    qtbot.mouseClick(window.inspector.back, LEFT)
    assert looked(window) == ("cell_state", 2, 8)


def test_terms_lead_into_the_layer_beneath_and_back_up(opened, qtbot):
    layers = (Layer(6, 6, directions=("forward", "backward")), Layer(4, 4))
    document = Document(Untrained(5, layers, (HeadSpec(3),)), GeneratedInput("noise", 20))
    window = opened(document, layer=1, step=9, stage="head", unit=0)
    view = ask(qtbot, window, "i", 1)
    spot = next(s for s in view.page.spots if s.text.startswith("h←"))
    qtbot.mouseClick(view, LEFT, pos=QPoint(*map(round, spot.box.center)))
    found = window.store.view
    assert (found.layer, found.direction, found.asked) == (0, "backward", "hidden_state")
    assert (found.step, found.unit) == (9, spot.target.element)
    window.inspector.back.click()
    assert (window.store.view.layer, window.store.view.asked) == (1, "input_gate")


def test_pointing_at_a_term_marks_its_unit_and_keeps_the_page(opened, qtbot):
    window = opened(step=9, stage="head", unit=0)
    view = ask(qtbot, window, "f", 7)
    text = view.page.text
    window.inspector.area.ensureVisible(0, row(view, "h₋[2]").y())
    qtbot.mouseMove(view, row(view, "h₋[2]"))
    assert window.store.view.hover == 2 and view.page.text == text
    assert "h of unit 2" in window.pointed.text() and "×" in window.pointed.text()
    at = row(view, "h₋[2]")
    QApplication.sendEvent(view, QHelpEvent(QHelpEvent.Type.ToolTip, at, view.mapToGlobal(at)))
    assert "h of unit 2" in QToolTip.text()
    QToolTip.hideText()
    qtbot.mouseMove(window.diagram, square(window, "c", 3))
    assert view.page.text.startswith("f[3]")


def test_keys_choose_a_term_and_go_there(opened, qtbot):
    window = opened(step=9, stage="head", unit=0)
    view = ask(qtbot, window, "f", 7)
    view.setFocus(Qt.FocusReason.TabFocusReason)
    places = [k for k, spot in enumerate(view.page.spots) if spot.acts]
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Up)
    target = view.page.spots[places[1]].target
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert (window.store.view.asked, window.store.view.step) == (target.array, target.step)
    before = window.store.view.step
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert window.store.view.step == before + 1


def test_a_click_on_the_others_tells_more_of_them(opened, qtbot):
    window = opened(Document(one_layer(5, 40, 40), GeneratedInput("noise", 20)), step=9)
    view = ask(qtbot, window, "f", 7)
    height = view.height()
    qtbot.mouseClick(view, LEFT, pos=row(view, "and 35 others"))
    assert not any(spot.more for spot in view.page.spots)
    assert view.minimumHeight() > height
    ask(qtbot, window, "i", 7)
    assert any(spot.more for spot in view.page.spots)


def test_the_arithmetic_is_copied(opened, qtbot):
    window = opened(step=9, stage="head", unit=0)
    view = ask(qtbot, window, "f", 7)
    window.inspector.copy.click()
    assert QGuiApplication.clipboard().text() == view.page.text
    assert "b_ih" in view.page.text


def test_what_is_asked_for_comes_back_from_a_session(opened, tmp_path, qtbot):
    window = opened(step=9, stage="head", unit=0)
    ask(qtbot, window, "f", 7)
    path = tmp_path / "asked.lstmviz"
    save_session(window.store.session, path)
    view = load_session(path).view
    assert (view.asked, view.unit, view.step) == ("forget_gate", 7, 9)


def test_another_network_forgets_the_way_and_what_it_does_not_have(opened, qtbot):
    window = opened(step=9, stage="head", unit=0)
    view = ask(qtbot, window, "f", 7)
    assert window.inspector.back.isEnabled()
    window.left.sizes["cell"].spin.setValue(4)
    settle(qtbot, window)
    assert not window.inspector.back.isEnabled()
    assert view.address is None and view.page.spots


def test_a_wide_panel_tells_the_products(opened, qtbot):
    window = opened(step=9, stage="head", unit=0)
    view = ask(qtbot, window, "f", 7)
    narrow = [shape.text for shape in view.shapes() if hasattr(shape, "text")]
    window.resize(1800, 1000)
    window.splitters[0].setSizes([900, 500])
    qtbot.waitUntil(lambda: view.width() > 400)
    wide = [shape.text for shape in view.shapes() if hasattr(shape, "text")]
    assert sum("×" in text for text in wide) > sum("×" in text for text in narrow) + 5
