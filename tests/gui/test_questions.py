"""Questions about the run, asked and clicked in the window."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from windows import settle

from lstmviz.gui.picture import pictures_of
from lstmviz.inputs import GeneratedInput, TextInput
from lstmviz.scene.order import ORDERS
from lstmviz.scene.shapes import Heat, Text
from lstmviz.session import Document, Other, Trained, one_layer


def answered(qtbot, window):
    settle(qtbot, window)
    qtbot.waitUntil(lambda: not window.busy, timeout=20_000)


def words(window):
    return " ".join(shape.text for shape in window.question.shapes() if isinstance(shape, Text))


def test_the_menu_asks_and_a_view_button_goes_back(opened, qtbot):
    window = opened(step=20, unit=3)
    window.menus.questions["provenance"].trigger()
    answered(qtbot, window)
    assert window.picture.currentWidget() is window.question
    assert "unit 3 at t = 20" in words(window)
    window.header.view_buttons["cell"].click()
    assert window.picture.currentWidget() is window.diagram


def test_the_answer_follows_the_step_and_the_pinned_unit(opened, qtbot):
    window = opened(diagram="provenance", step=20, unit=3)
    answered(qtbot, window)
    window.store.look(step=7)
    assert "unit 3 at t = 7" in words(window)
    window.store.look(unit=5)
    answered(qtbot, window)
    assert "unit 5 at t = 7" in words(window)


def test_a_click_on_the_map_goes_to_a_step(opened, qtbot):
    window = opened(diagram="provenance", step=20, unit=3)
    answered(qtbot, window)
    heat = next(shape for shape in window.question.shapes() if isinstance(shape, Heat))
    at = QPoint(int(heat.box.x + 3), int(heat.box.bottom - 2))
    qtbot.mouseMove(window.question, at)
    qtbot.waitUntil(lambda: "wrote" in window.pointed.text())
    qtbot.mouseClick(window.question, Qt.MouseButton.LeftButton, pos=at)
    assert window.store.view.step == window.store.run.steps - 1


def test_a_question_of_another_document_is_answered_anew(opened, qtbot):
    window = opened(diagram="provenance", step=5, unit=0)
    answered(qtbot, window)
    before = window.asking.answer
    window.open_path("demo:counter")
    answered(qtbot, window)
    assert window.asking.answer is not before
    assert "unit 0" in words(window)


def test_the_table_of_memories_scrolls_and_sorts_the_heatmaps(opened, qtbot):
    many = Document(one_layer(5, 90, 90), GeneratedInput("noise", 40))
    window = opened(many, diagram="memory", step=20, unit=3)
    answered(qtbot, window)
    view = window.question
    head = next(
        shape
        for shape in view.shapes()
        if isinstance(shape, Text) and shape.text == "horizon" and shape.size == 11
    )
    at = QPoint(int(head.x - 10), int(head.y))
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert window.store.view.order == "horizon"
    assert window.player.order.currentText() == "order: effective horizon"
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert window.store.view.order == "horizon, reversed"
    assert window.player.order.currentText() == "order: effective horizon, reversed"
    window.store.look(row=1)
    turn = QPoint(0, -120)
    middle = QPointF(view.rect().center())
    wheel = QWheelEvent(
        middle,
        view.mapToGlobal(middle),
        turn,
        turn,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, wheel)
    assert window.store.view.row == 4
    bar = QPoint(view.width() - 20, view.height() - 50)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=bar)
    below = window.store.view.row
    assert below > 4
    qtbot.mouseMove(view, QPoint(bar.x(), view.height() // 2))
    qtbot.waitUntil(lambda: 4 < window.store.view.row < below)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=bar)
    window.store.look(order="index")
    assert window.player.order.count() == len(ORDERS)


def drag(qtbot, widget, start, end):
    """Press with Shift, move, and let go."""
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.mousePress(widget, Qt.MouseButton.LeftButton, shift, start)
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(end),
        QPointF(widget.mapToGlobal(end)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        shift,
    )
    QApplication.sendEvent(widget, move)


def test_steps_marked_on_another_page_are_asked_of_when_let_go(opened, qtbot):
    window = opened(diagram="provenance", step=20, unit=3)
    answered(qtbot, window)
    heat = next(shape for shape in window.question.shapes() if isinstance(shape, Heat))
    pitch = heat.box.w / window.store.run.steps
    y = int(heat.box.center[1])
    start, end = (QPoint(int(heat.box.x + pitch * (k + 0.5)), y) for k in (4, 9))
    drag(qtbot, window.question, start, end)
    assert window.store.view.diagram == "provenance"
    assert "steps 4 to 9: let go" in window.pointed.text()
    before = window.question.grab().toImage()
    shift = Qt.KeyboardModifier.ShiftModifier
    qtbot.mouseRelease(window.question, Qt.MouseButton.LeftButton, shift, end)
    assert window.store.view.diagram == "follow"
    assert window.store.view.ranges == ((4, 10),)
    window.store.look(diagram="provenance")
    answered(qtbot, window)
    assert window.question.grab().toImage() != before


def test_a_list_of_followers_scrolls_by_wheel_and_keys(opened, qtbot):
    many = Document(one_layer(5, 30, 30), GeneratedInput("noise", 60))
    window = opened(many, diagram="follow", follows="ranges", ranges=((10, 20),), step=20)
    answered(qtbot, window)
    view = window.question
    assert "rows 1 to " in words(window) and "of 180" in words(window)
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert window.store.view.row == view._page.rows - 1
    for _ in range(60):
        qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert "to 180 of 180" in words(window)
    last = window.asking.answer.rows[-1]
    assert f"{last.letter} unit {last.follower.unit} " in words(window)
    window.store.look(diagram="memory")
    assert window.store.view.row == 0


@pytest.mark.parametrize(("name", "rows"), [("memory", 90), ("follow", 540), ("compare", 90)])
def test_the_arrow_keys_go_through_a_list(opened, qtbot, name, rows):
    network = one_layer(5, 90, 90)
    other = Other(replace(network, seed=7))
    many = Document(network, GeneratedInput("noise", 60), other=other)
    ranges = {"follows": "ranges", "ranges": ((10, 20),)}
    window = opened(many, diagram=name, step=20, unit=0, **ranges)
    answered(qtbot, window)
    view = window.question
    choice = view._page.choice
    assert choice.count == rows
    window.store.look(**choice.changes(0))
    for _ in range(len(choice.shown) + 2):
        qtbot.keyClick(view, Qt.Key.Key_Down)
    now = window.store.view
    choice = view._page.choice
    assert choice.chosen(now) == len(choice.shown) + 2 == choice.shown[-1]
    assert now.row == 3
    for _ in range(len(choice.shown) + 9):
        qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view._page.choice.chosen(window.store.view) == 0 == window.store.view.row


def test_pointing_at_a_word_says_what_it_means(opened, qtbot):
    window = opened(Document(Trained("demo:counter")), diagram="follow", pattern="a+", step=9)
    answered(qtbot, window)
    view, said = window.question, []
    view.pointed.connect(said.append)
    word = next(s for s in view.shapes() if isinstance(s, Text) and s.text == "AUC")
    qtbot.mouseMove(view, QPoint(int(word.x - 8), int(word.y - 3)))
    assert said[-1].startswith("how well it tells marked steps from others")
    assert view.accessibleName() == "Which units follow …"
    assert view.accessibleDescription().startswith("Which units follow “a+”? g of unit 1 follows")


def test_a_refusal_does_not_stand_while_the_next_answer_is_worked_out(opened, qtbot):
    window = opened(Document(one_layer(3, 4, 4), TextInput("ab" * 40)), diagram="follow")
    window.store.look(pattern="(")
    answered(qtbot, window)
    assert "is no regular expression" in words(window)
    window.store.look(pattern="((.+)+)+;$")
    assert window.busy and "Working it out" in words(window)
    window.store.look(pattern="a")
    answered(qtbot, window)
    assert "Which units follow “a”?" in words(window)


def test_the_keys_follow_to_a_question_and_are_shown_where_tab_brought_them(opened, qtbot):
    window = opened(Document(Trained("demo:counter")), step=9)
    answered(qtbot, window)
    window.diagram.setFocus()
    window.store.look(diagram="memory")
    answered(qtbot, window)
    view = window.question
    assert window.focusWidget() is view
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert window.store.view.step == 10
    before = view.grab().toImage()
    view.clearFocus()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    accent = QColor(window.theme["accent"])
    corner = view.grab().toImage().pixelColor(view.width() // 2, 0)
    assert view.hasFocus()
    assert corner == accent != before.pixelColor(view.width() // 2, 0)


def test_a_figure_of_a_list_begins_where_the_window_has_scrolled_to(opened, qtbot, tmp_path):
    many = Document(one_layer(5, 90, 90), GeneratedInput("noise", 40))
    window = opened(many, diagram="memory", step=20, unit=3)
    answered(qtbot, window)
    qtbot.keyClick(window.question, Qt.Key.Key_PageDown)
    row = window.store.view.row
    assert row > 0
    picture = pictures_of(window)("diagram", None, 1.0)
    assert picture.recipe["row"] == row
