"""Running text in the window: what colours it is chosen, a click goes to a step."""

from PySide6.QtCore import QPoint, Qt
from windows import settle

from lstmviz.inputs import TextInput
from lstmviz.scene.shapes import Rect, Text
from lstmviz.session import Document, one_layer

DOCUMENT = Document(one_layer(None, 8, 8, seed=1), TextInput("to be or not to be\n" * 30))


def answered(qtbot, window):
    settle(qtbot, window)
    qtbot.waitUntil(lambda: not window.busy, timeout=20_000)


def words(window):
    return " ".join(shape.text for shape in window.question.shapes() if isinstance(shape, Text))


def test_what_colours_the_text_is_chosen(opened, qtbot):
    window = opened(DOCUMENT, step=20, unit=3)
    window.menus.questions["text"].trigger()
    answered(qtbot, window)
    strip = window.strips.strips["text"]
    assert strip.unit.value() == 3 and "cell state c of unit 3" in words(window)
    qtbot.keyClick(strip.unit, Qt.Key.Key_Up)
    answered(qtbot, window)
    assert window.store.view.unit == 4 and "cell state c of unit 4" in words(window)
    strip.tint.activated.emit(0)
    answered(qtbot, window)
    assert "forget gate f of unit 4" in words(window)
    strip.tint.activated.emit(6)
    answered(qtbot, window)
    assert not strip.unit.isVisible() and "does not tell" in words(window)


def test_a_click_goes_to_the_symbol(opened, qtbot):
    window = opened(DOCUMENT, diagram="text", step=20, unit=3)
    answered(qtbot, window)
    box = next(s.box for s in window.question.shapes() if isinstance(s, Rect) and s.radius == 2)
    at = QPoint(int(box.center[0]), int(box.center[1] + 18))
    qtbot.mouseMove(window.question, at)
    qtbot.mouseClick(window.question, Qt.MouseButton.LeftButton, pos=at)
    assert window.store.view.step == 39
