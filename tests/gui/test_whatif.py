"""Changes of the run in the window: what is shown of it, and the list of them."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtWidgets import QApplication
from windows import RANDOM, settle

from lstmviz.gui.changedialog import ChangeDialog
from lstmviz.session import Edit, load_session, save_session

CHANGED = replace(RANDOM, changes=(Edit("forget_gate[3]@10:20 = 0"),))


def test_keys_and_buttons_choose_what_is_shown(opened, qtbot):
    window = opened(CHANGED, step=15, unit=3)
    assert window.player.shown.isVisible()
    run = window.store.run
    for key, name in ((Qt.Key.Key_1, "baseline"), (Qt.Key.Key_3, "difference")):
        qtbot.keyClick(window, key)
        assert window.store.view.shown == name
        assert window.heatmaps.content.direction is run.of(name).trace.layers[0].forward
    qtbot.mouseClick(window.player.shown.buttons["changed"], Qt.MouseButton.LeftButton)
    assert window.store.view.shown == "changed"
    assert window.player.shown.buttons["changed"].isChecked()
    assert not window.player.shown.buttons["difference"].isChecked()
    assert window.heatmaps.content.values("forget_gate")[15, 3] == 0


def test_the_diagram_shows_the_changed_values_or_those_of_the_baseline(opened, qtbot):
    window = opened(CHANGED, step=15, unit=3)
    inspected = [getattr(shape, "text", "") for shape in window.diagram.shapes()]
    window.store.look(shown="baseline")
    before = [getattr(shape, "text", "") for shape in window.diagram.shapes()]
    assert inspected != before


def test_without_changes_there_is_no_choice(opened, qtbot):
    window = opened(step=15)
    assert not window.player.shown.isVisible()
    assert not window.menus.shown["changed"].isEnabled()


def test_a_change_is_undone_and_the_baseline_is_not_run_again(opened, qtbot):
    window = opened(step=15)
    store, trace = window.store, window.store.run.trace
    window.edit(CHANGED)
    settle(qtbot, window)
    assert store.run.changed and store.run.trace is trace
    window.undo()
    settle(qtbot, window)
    assert not store.run.changed and store.run.trace is trace
    window.redo()
    settle(qtbot, window)
    assert store.run.changed


def test_sessions_keep_changes(opened, qtbot, tmp_path):
    window = opened(CHANGED, step=15, shown="difference")
    save_session(window.store.session, tmp_path / "a.lstmviz")
    assert load_session(tmp_path / "a.lstmviz").document == CHANGED
    before = window.store.run.of("changed").trace.output
    window.edit(RANDOM)
    settle(qtbot, window)
    window.open_path(str(tmp_path / "a.lstmviz"))
    settle(qtbot, window)
    assert window.store.view.shown == "difference"
    np.testing.assert_array_equal(window.store.run.of("changed").trace.output, before)


LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


def listed(window):
    return [window.whatif.list.item(k).text() for k in range(window.whatif.list.count())]


def lines(window):
    return [edit.line for edit in window.store.document.changes]


def answering(qtbot, window, answer):
    """Press a button that asks for a change, and answer the dialog."""

    def now():
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, ChangeDialog):
            answer(dialog)
        else:
            QTimer.singleShot(20, now)

    QTimer.singleShot(20, now)


def choose(combo, data):
    combo.setCurrentIndex(combo.findData(data))
    combo.activated.emit(combo.currentIndex())


def test_the_panel_adds_a_change_that_is_chosen(opened, qtbot):
    window = opened(step=15, unit=3, ranges=((10, 20),))
    qtbot.mouseClick(window.side.buttons["whatif"], LEFT)
    assert window.whatif.isVisible() and "Add…" in window.whatif.hint.text()

    def answer(dialog):
        assert dialog.line.text() == "forget_gate[3]@10:20 = 0"
        choose(dialog.array, "output_gate")
        choose(dialog.how, "scale")
        dialog.value.clear()
        assert not dialog.ok.isEnabled() or dialog.line.text().endswith("0")
        qtbot.keyClicks(dialog.value, "0.5")
        assert "Output gate o of unit 3 multiplied by 0.5, steps 10–19." in dialog.told.text()
        qtbot.mouseClick(dialog.ok, LEFT)

    answering(qtbot, window, answer)
    qtbot.mouseClick(window.whatif.add, LEFT)
    settle(qtbot, window)
    assert lines(window) == ["output_gate[3]@10:20 *= 0.5"]
    assert listed(window) == ["output gate o of unit 3 multiplied by 0.5, steps 10–19"]
    assert "up to step 10" in window.whatif.effect.text()


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("off", "cell_output[3]@15 = 0"),
        ("state", "cell_state[3]@15 = 0"),
        ("input", "input[3]@15 = 1"),
        ("weight", "recurrent_weights[f0,0] = 0"),
        ("states", "states[3]@15 = states@0"),
    ],
)
def test_every_kind_of_change_can_be_asked_for(opened, qtbot, kind, line):
    window = opened(step=15, unit=3, side="whatif")

    def answer(dialog):
        choose(dialog.kind, kind)
        assert dialog.line.text() == line and dialog.ok.isEnabled()
        qtbot.mouseClick(dialog.ok, LEFT)

    answering(qtbot, window, answer)
    qtbot.mouseClick(window.whatif.add, LEFT)
    settle(qtbot, window)
    assert lines(window) == [line] and not window.store.run.what_if.faults


def test_states_of_chosen_units_can_be_taken_from_another_step(opened, qtbot):
    window = opened(step=15, unit=3, side="whatif", ranges=((10, 20),))

    def answer(dialog):
        choose(dialog.kind, "states")
        assert dialog.line.text() == "states[3]@10:20 = states@0"
        choose(dialog.array, "cell_state")
        dialog.units.clear()
        qtbot.keyClicks(dialog.units, "1,3")
        dialog.step.setValue(5)
        dialog.last.setValue(10)
        said = "Cell state c of units 1, 3 taken from step 5, put into step 10."
        assert dialog.told.text() == said
        qtbot.mouseClick(dialog.ok, LEFT)

    answering(qtbot, window, answer)
    qtbot.mouseClick(window.whatif.add, LEFT)
    settle(qtbot, window)
    assert lines(window) == ["cell_state[1,3]@10 = states@5"]
    c = window.store.run.of("changed").trace.layers[0].forward.cell_state
    before = window.store.run.trace.layers[0].forward.cell_state
    assert (c[10, [1, 3]] == before[5, [1, 3]]).all() and (c[10, 0] == before[10, 0]).all()

    def edit(dialog):
        assert dialog.kind.currentData() == "states"
        assert dialog.array.currentData() == "cell_state" and dialog.units.text() == "1,3"
        assert (dialog.step.value(), dialog.first.value(), dialog.last.value()) == (5, 10, 10)
        qtbot.mouseClick(dialog.ok, LEFT)

    answering(qtbot, window, edit)
    qtbot.mouseClick(window.whatif.change, LEFT)
    settle(qtbot, window)
    assert lines(window) == ["cell_state[1,3]@10 = states@5"]


def test_a_line_that_is_none_says_why_and_cannot_be_made(opened, qtbot):
    window = opened(step=15, unit=3, side="whatif")

    def answer(dialog):
        dialog.line.clear()
        qtbot.keyClicks(dialog.line, "forget_gate[99] = 0")
        assert "no unit 99" in dialog.told.text() and not dialog.ok.isEnabled()
        dialog.reject()

    answering(qtbot, window, answer)
    qtbot.mouseClick(window.whatif.add, LEFT)
    assert lines(window) == []


def test_changes_are_switched_moved_edited_and_removed(opened, qtbot):
    two = replace(RANDOM, changes=(Edit("forget_gate[3] = 0"), Edit("output_gate[1] = 1")))
    window = opened(two, step=15, side="whatif")
    panel = window.whatif
    panel.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    settle(qtbot, window)
    assert [edit.on for edit in window.store.document.changes] == [False, True]
    assert {touch.array for touch in window.store.run.what_if.touches} == {"output_gate"}
    panel.list.setCurrentRow(0)
    qtbot.mouseClick(panel.tools["down"], LEFT)
    assert lines(window) == ["output_gate[1] = 1", "forget_gate[3] = 0"]
    assert panel.list.currentRow() == 1 and not panel.tools["down"].isEnabled()

    def answer(dialog):
        assert dialog.line.text() == "forget_gate[3] = 0"
        dialog.line.setText("forget_gate[3] = 1")
        qtbot.mouseClick(dialog.ok, LEFT)

    answering(qtbot, window, answer)
    qtbot.mouseClick(panel.change, LEFT)
    assert lines(window)[1] == "forget_gate[3] = 1"
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    assert lines(window) == ["output_gate[1] = 1"]
    qtbot.mouseClick(panel.clear, LEFT)
    assert lines(window) == [] and panel.hint.isVisible()
    for _ in range(5):
        window.undo()
    settle(qtbot, window)
    assert window.store.document == two


def test_a_change_that_does_not_fit_says_so_in_the_list(opened, qtbot):
    window = opened(replace(RANDOM, changes=(Edit("forget_gate[99] = 0"),)), side="whatif")
    assert "Not made: there is no unit 99" in listed(window)[0]
    assert not window.player.shown.isVisible()


def pick(qtbot, window, words):
    qtbot.waitUntil(lambda: window.changing.menu.isVisible())
    actions = {action.text(): action for action in window.changing.menu.actions()}
    actions[words].trigger()
    window.changing.menu.close()


def test_a_right_click_on_a_row_of_a_heatmap_offers_changes(opened, qtbot):
    window = opened(step=15)
    place = window.heatmaps.place
    panel = place.panel("forget_gate")
    at = QPoint(int(panel.plot.x + 40), int(panel.plot.y + panel.plot.h * 2.5 / 8))
    qtbot.mouseClick(window.heatmaps, RIGHT, pos=at)
    pick(qtbot, window, "Hold f at 0")
    settle(qtbot, window)
    assert lines(window) == ["forget_gate[2] = 0"]
    assert window.store.view.side == "whatif"
    assert not window.store.run.of("changed").trace.layers[0].forward.forget_gate[:, 2].any()


def test_a_right_click_on_a_square_offers_changes(opened, qtbot):
    window = opened(step=15)
    diagram = window.diagram
    card = next(c for c in diagram._diagram.cards if c.array == "cell_state")
    at = diagram.to_widget(*card.grid.center).toPoint()
    element = card.unit_at(*diagram.to_scene(QPointF(at)))
    qtbot.mouseClick(diagram, RIGHT, pos=at)
    pick(qtbot, window, "Switch the unit off")
    assert lines(window) == [f"cell_output[{element}] = 0"]


def test_the_menu_is_for_the_marked_steps_where_they_are_to_be_seen(opened, qtbot):
    window = opened(step=15, diagram="follow", follows="ranges", ranges=((5, 9),))
    panel = window.heatmaps.place.panel("cell_state")
    at = QPoint(int(panel.plot.x + 40), int(panel.plot.y + panel.plot.h * 2.5 / 8))
    qtbot.mouseClick(window.heatmaps, RIGHT, pos=at)
    pick(qtbot, window, "Switch the unit off")
    assert lines(window) == ["cell_output[2]@5:9 = 0"]


def test_every_word_on_a_button_has_room(opened, qtbot):
    window = opened(side="whatif")
    panel = window.whatif
    assert panel.add.isVisible() and not panel.clear.isVisible()
    window.edit(CHANGED)
    settle(qtbot, window)
    window.side.setFixedWidth(window.side.minimumWidth())
    qtbot.waitUntil(lambda: panel.clear.isVisible() and panel.width() < 240)
    for button in (panel.add, panel.change, panel.clear, *panel.tools.values()):
        assert button.width() >= button.sizeHint().width(), button.text()
