"""Changes of the run in the window: what is shown of it, and the list of them."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from windows import RANDOM, settle

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
