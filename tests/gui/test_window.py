"""The window, with real clicks and keys."""

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QToolButton, QWidget
from windows import settle

from lstmviz.session import (
    Document,
    GeneratedInput,
    Layer,
    Trained,
    Untrained,
    one_layer,
)


def key(qtbot, window, name, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(window.diagram, name, modifier)


def test_the_window_opens_on_the_counter_and_its_cell_counts(opened):
    window = opened(Document())
    run = window.store.run
    assert isinstance(window.store.document.network, Trained)
    assert run.network.trained
    text = "".join(run.sequence.labels)
    counting = run.trace.layers[0].forward.cell_state[:, 0]
    up = counting[text.index("aaaa") : text.index("aaaa") + 4]
    assert abs(up[-1] - up[0]) > 0.5
    assert "demo:counter" in window.summary.text()


def test_keys_step_and_stage(opened, qtbot):
    window = opened(step=3, stage="head")
    store = window.store
    key(qtbot, window, Qt.Key.Key_Right)
    assert (store.view.step, store.view.stage) == (4, "head")
    key(qtbot, window, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert (store.view.step, store.view.stage) == (5, "gather")
    key(qtbot, window, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert (store.view.step, store.view.stage) == (4, "head")
    key(qtbot, window, Qt.Key.Key_Left)
    assert store.view.step == 3
    key(qtbot, window, Qt.Key.Key_End)
    assert store.view.step == 29
    key(qtbot, window, Qt.Key.Key_Right)
    assert store.view.step == 29
    key(qtbot, window, Qt.Key.Key_Home)
    assert store.view.step == 0


def test_space_plays_and_pauses(opened, qtbot):
    window = opened(step=0, speed=60.0, stages=False)
    key(qtbot, window, Qt.Key.Key_Space)
    assert window.clock.playing
    qtbot.waitUntil(lambda: window.store.view.step >= 3, timeout=5000)
    key(qtbot, window, Qt.Key.Key_Space)
    assert not window.clock.playing
    assert not window.store.history.can_undo


def test_playing_without_loop_stops_at_the_end(opened, qtbot):
    window = opened(step=27, speed=60.0, stages=False, loop=False)
    window.playing.do("play")
    qtbot.waitUntil(lambda: not window.clock.playing, timeout=5000)
    assert window.store.view.step == 29


def test_buttons_do_what_keys_do(opened, qtbot):
    window = opened(step=3, stage="head")
    qtbot.mouseClick(window.player.buttons["next"], Qt.MouseButton.LeftButton)
    assert window.store.view.step == 4
    qtbot.mouseClick(window.player.buttons["first"], Qt.MouseButton.LeftButton)
    assert window.store.view.step == 0


def test_clicking_a_square_pins_its_unit_and_again_lets_go(opened, qtbot):
    window = opened(unit=None, stage="head")
    diagram = window.diagram._diagram
    card = next(card for card in diagram.cards if card.name == "f")
    at = window.diagram.to_widget(*card.unit_box(5).center).toPoint()
    qtbot.mouseClick(window.diagram, Qt.MouseButton.LeftButton, pos=at)
    assert window.store.view.unit == 5
    qtbot.mouseClick(window.diagram, Qt.MouseButton.LeftButton, pos=at)
    assert window.store.view.unit is None


def test_hovering_a_square_marks_its_unit_and_tells_its_value(opened, qtbot):
    window = opened(stage="head")
    card = next(card for card in window.diagram._diagram.cards if card.name == "c")
    at = window.diagram.to_widget(*card.unit_box(2).center).toPoint()
    qtbot.mouseMove(window.diagram, at)
    assert window.store.view.hover == 2
    assert "cell state c of unit 2" in window.pointed.text()


def test_the_views_can_be_switched(opened, qtbot):
    window = opened()
    qtbot.mouseClick(window.view_buttons["unrolled"], Qt.MouseButton.LeftButton)
    assert len(window.diagram._diagram.step_labels) == 5
    qtbot.mouseClick(window.view_buttons["cell"], Qt.MouseButton.LeftButton)
    assert not window.diagram._diagram.step_labels


def test_zoom_keeps_the_point_under_the_pointer(opened):
    window = opened()
    at = QPointF(200, 150)
    before = window.diagram.to_scene(at)
    window.diagram.zoom_by(1.7, at)
    assert window.diagram.to_scene(at) == pytest.approx(before)
    window.diagram.fit()
    assert window.diagram.to_widget(0, 0).x() >= -1


def test_both_themes_colour_the_whole_window(opened):
    window = opened()
    window.store.look(theme="dark")
    dark = window.grab().toImage().pixelColor(QPoint(4, 400)).lightness()
    window.store.look(theme="light")
    light = window.grab().toImage().pixelColor(QPoint(4, 400)).lightness()
    assert dark < 60 and light > 200


def test_values_travel_between_stages_unless_motion_is_reduced(opened, qtbot):
    window = opened(step=3, stage="forget")
    window.playing.do("next-stage")
    assert window.diagram._progress() == 1.0
    window.store.look(reduce_motion=False)
    window.playing.do("next-stage")
    assert window.diagram._progress() < 1.0
    qtbot.waitUntil(lambda: window.diagram._progress() == 1.0, timeout=2000)


def test_a_view_change_keeps_the_run(opened):
    window = opened()
    run = window.store.run
    window.store.look(order="similarity", reveal=True)
    assert window.store.run is run


def test_any_layer_and_direction_of_a_stack_can_be_looked_at(opened, qtbot, tmp_path):
    import lstmviz
    from lstmviz.engine.initial import random_network
    from lstmviz.engine.spec import CellSpec, NetworkSpec

    both = CellSpec(4, 6, 8, directions=("forward", "backward"))
    stack = random_network(NetworkSpec((both, CellSpec(12, 5, 5, directions=("backward",)))), 0)
    lstmviz.save(stack, tmp_path / "stack.npz")
    window = opened(Document(Trained(str(tmp_path / "stack.npz"))))
    assert window.left.input.kind.currentData() == "sine"
    assert window.left.input.length.value() == 60
    choice = window.layers
    assert choice.isVisible() and choice.count() == 3
    for row, (layer, way) in enumerate([(0, "forward"), (0, "backward"), (1, "backward")]):
        choice.setCurrentIndex(row)
        choice.activated.emit(row)
        assert (window.store.view.layer, window.store.view.direction) == (layer, way)
        assert choice.currentText().startswith(f"layer {layer}")
        traced = getattr(window.store.run.trace.layers[layer], way)
        shown = window.heatmaps.content.direction
        assert shown is traced
        window.grab()
    window.store.edit(Document())
    settle(qtbot, window)
    assert (window.store.view.layer, window.store.view.direction) == (0, "forward")
    assert not choice.isVisible()


def test_the_choice_of_layers_widens_with_its_words(opened, qtbot):
    two = Untrained(3, (Layer(8, 8), Layer(8, 8)))
    window = opened(Document(two, GeneratedInput("noise", 9)))
    narrow = window.layers.width()
    both = replace(two.layers[0], directions=("forward", "backward"))
    window.store.edit(
        Document(replace(two, layers=(both, two.layers[1])), GeneratedInput("noise", 9))
    )
    settle(qtbot, window)
    assert window.layers.currentText() == "layer 0, forward"
    qtbot.waitUntil(lambda: window.layers.width() > narrow + 30)


def test_the_window_is_never_too_narrow_for_its_player(opened, qtbot):
    window = opened(Document(one_layer(3, 4, 4), GeneratedInput("noise", 100_000, 0)))
    window.resize(600, 640)
    assert window.width() <= 1280
    player = window.player
    children = [child for child in player.findChildren(QWidget) if child.parent() is player]
    shown = [child for child in children if child.isVisible()]
    for one, other in pairwise(sorted(shown, key=lambda child: child.x())):
        assert one.geometry().right() < other.x()
        assert isinstance(one, QToolButton) or one.width() >= one.minimumSizeHint().width()
    told = player.place.fontMetrics().horizontalAdvance("t = 99,999 of 99,999")
    assert player.place.width() >= told


def test_a_long_name_is_told_in_full_by_its_tooltip_and_widens_nothing(opened):
    window = opened()
    before = window.minimumSizeHint().width()
    window.summary.say("a long name " * 40)
    assert window.minimumSizeHint().width() == before
    assert window.summary.toolTip() == "a long name " * 40


def test_an_impossible_network_is_told_with_both_sizes_and_why_there_are_no_numbers(opened):
    window = opened(Document(one_layer(5, 4, 8, project=False)))
    assert "LSTM 8 (h 4)" in window.summary.text()
    assert any("do not fit" in shape.text for shape in window.inspector.view.shapes())
    assert not window.progress.isVisible()


def test_a_long_run_is_stopped_and_started_again_from_the_status_bar(opened, qtbot):
    window = opened()
    document = Document(one_layer(5, 512, 512), GeneratedInput("noise", 5000, 0))
    window.store.edit(document)
    qtbot.waitUntil(window.progress.isVisible, timeout=10_000)
    qtbot.mouseClick(window.progress.button, Qt.MouseButton.LeftButton)
    done = window.store.run.done
    assert "stopped" in window.progress.words.text()
    qtbot.wait(100)
    assert window.store.run.done == done
    qtbot.mouseClick(window.progress.button, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert not window.progress.isVisible()


def test_the_first_window_of_a_program_is_written_in_the_bundled_font():
    script = """
from PySide6.QtWidgets import QLabel
from lstmviz.gui.app import application
from lstmviz.gui.window import MainWindow
from lstmviz.session import Session
app = application()
window = MainWindow(Session())
window.show()
fonts = {(label.font().family(), label.font().pixelSize()) for label in window.findChildren(QLabel)}
window.close()
assert fonts == {("DejaVu Sans", 12)}, fonts
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_menu_ticks_what_is_looked_at(opened, qtbot):
    window = opened()
    actions = window.menus.views | window.menus.questions
    for name in ("cell", "stack", "saturation", "unit"):
        actions[name].trigger()
        settle(qtbot, window)
        assert window.store.view.diagram == name
        assert [each for each, action in actions.items() if action.isChecked()] == [name]
    qtbot.keyClick(window.diagram, Qt.Key.Key_U)
    assert window.menus.views["unrolled"].isChecked()
