"""Keys, wheel and focus: the player has its keys wherever one has clicked."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QMenuBar,
    QWidget,
)
from windows import settle

from lstmviz.gui.help import SHORTCUTS, ShortcutSheet

Key = Qt.Key


@pytest.fixture
def window(opened, qtbot):
    found = opened(step=9, stage="head")
    found.activateWindow()
    qtbot.waitUntil(found.isActiveWindow)
    return found


def press(key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(QApplication.focusWidget(), key, modifier)


def turn(widget):
    at = QPointF(widget.rect().center())
    none = Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        at,
        QPointF(widget.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        none,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_the_keys_are_the_players_from_the_start(window):
    assert QApplication.focusWidget() is window.diagram
    press(Key.Key_Right)
    assert window.store.view.step == 10


@pytest.mark.parametrize("name", ["loop", "stages", "reveal", "play", "view", "slider", "timeline"])
def test_after_a_click_the_keys_still_play(window, name):
    player = window.player
    clicked = {
        "play": player.buttons["next"],
        "view": window.view_buttons["unrolled"],
        "slider": window.left.sizes["cell"].slider,
        "timeline": player.timeline,
    }.get(name) or getattr(player, name)
    at = QPoint(8, clicked.height() // 2)
    if name == "slider":
        at = QPoint(clicked.width() - 3, clicked.height() // 2)
    QTest.mouseClick(clicked, Qt.MouseButton.LeftButton, pos=at)
    window.store.look(step=5, stage="head")
    press(Key.Key_Right)
    assert window.store.view.step == 6
    press(Key.Key_Space)
    assert window.clock.playing
    press(Key.Key_Space)
    assert not window.clock.playing


@pytest.mark.parametrize("name", ["loop", "first", "speed", "timeline"])
def test_arrows_play_from_controls_reached_by_tab(window, name):
    player = window.player
    control = player.buttons[name] if name in player.buttons else getattr(player, name)
    control.setFocus(Qt.FocusReason.TabFocusReason)
    press(Key.Key_Right)
    assert window.store.view.step == 10
    press(Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert (window.store.view.step, window.store.view.stage) == (10, "output")
    assert control.hasFocus()


def test_arrows_change_a_size_whose_slider_has_the_keys(window, qtbot):
    slider = window.left.sizes["cell"].slider
    slider.setFocus(Qt.FocusReason.TabFocusReason)
    before = slider.value()
    press(Key.Key_Right)
    assert slider.value() > before and window.store.view.step == 9
    settle(qtbot, window)


def test_return_takes_a_number_and_escape_does_not_and_both_give_the_keys_back(window, qtbot):
    spin = window.left.sizes["cell"].spin
    for key, expected in ((Key.Key_Return, 12), (Key.Key_Escape, 12)):
        spin.setFocus()
        spin.selectAll()
        QTest.keyClicks(spin, "12" if key == Key.Key_Return else "77")
        press(key)
        assert window.diagram.hasFocus()
        assert window.store.document.network.layers[0].cell_size == expected
        assert spin.text() == "12"
    settle(qtbot, window)


def test_the_wheel_over_a_control_changes_nothing(window):
    before = window.store.session
    left, player = window.left, window.player
    for widget in (
        left.sizes["cell"].slider,
        left.sizes["cell"].spin,
        left.layer_form.variant,
        left.layer_form.direction,
        left.input.kind,
        left.weights.seed,
        player.timeline,
        player.speed,
    ):
        turn(widget)
    assert window.store.session == before
    assert left.weights.seed.value() == 0 and left.layer_form.variant.currentIndex() == 0


def test_every_control_that_can_have_the_keys_has_a_name_and_a_tooltip(window):
    window.left.input.browse.show()
    window.left.input.made.show()
    window.left.layer_form.more.setChecked(True)
    for form in (window.left.head_form, window.left.input_form):
        form.show()
    views = (window.diagram, window.question, window.heatmaps, window.inspector.view)
    for widget in window.findChildren(QWidget):
        inner = isinstance(widget.parent(), QAbstractSpinBox | QAbstractScrollArea | QMenuBar)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not inner:
            assert widget.accessibleName() or widget.text(), widget
            assert widget.toolTip() or widget in views, widget.accessibleName()


def test_tab_reaches_everything_and_comes_back(window):
    seen = []
    for _ in range(80):
        press(Key.Key_Tab)
        if QApplication.focusWidget() in seen:
            break
        seen.append(QApplication.focusWidget())
    for widget in (
        window.diagram,
        window.heatmaps,
        window.player.timeline,
        window.player.order,
        window.left.project,
        window.left.sizes["hidden"].slider,
        window.view_buttons["cell"],
    ):
        assert widget in seen


def test_the_words_under_a_resting_pointer_follow_the_picture(window):
    views = window.heatmaps
    panel = views.place.panel("cell_state")
    step = int(20 / 30 * panel.plot.w + panel.plot.x) + 3, int(panel.plot.center[1])
    QTest.mouseMove(views, QPoint(*step))
    assert "at step 20" in window.pointed.text()
    window.store.look(reveal=True)
    assert "not revealed yet" in window.pointed.text()
    window.store.look(step=25)
    assert "at step 20" in window.pointed.text()
    QTest.mousePress(views, Qt.MouseButton.LeftButton, pos=QPoint(*step))
    QTest.mouseMove(views, QPoint(step[0] - 100, step[1]))
    assert f"step {window.store.view.step} " in window.pointed.text()
    QTest.mouseRelease(views, Qt.MouseButton.LeftButton, pos=QPoint(step[0] - 100, step[1]))


def test_the_sheet_has_every_key_of_the_menus(window):
    told = {word for keys, what in SHORTCUTS for word in f"{keys} {what}".split()}
    told = {
        word.strip(",;").replace("−", "-").replace("←", "Left").replace("→", "Right")
        for word in told
    }
    keys = {
        action.shortcut().toString()
        for action in window.findChildren(QAction)
        if not action.shortcut().isEmpty()
    }
    assert len(keys) > 20
    assert keys <= told


def test_the_sheet_fits_the_smallest_screen(window, qtbot):
    sheet = ShortcutSheet(window)
    qtbot.addWidget(sheet)
    assert sheet.sizeHint().height() <= 760
    assert sheet.sizeHint().width() <= 1280
