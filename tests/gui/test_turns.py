"""What changes much is painted in a turn of the event loop of its own."""

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from lstmviz.gui import resting, turns


class Counted(QWidget):
    """Counts its paintings, and knows in which round of the event loop each was."""

    def __init__(self):
        super().__init__()
        self.rounds, self.paints = 0, []
        self.label = QLabel("a")
        QVBoxLayout(self).addWidget(self.label)
        self._clock = QTimer(self, interval=1)
        self._clock.timeout.connect(self._tick)
        self._clock.start()

    def _tick(self):
        self.rounds += 1

    def paintEvent(self, event):
        self.paints.append(self.rounds)


@pytest.fixture
def window(qtbot, monkeypatch):
    monkeypatch.setattr(turns, "ROUND_MS", 20)
    widget = Counted()
    qtbot.addWidget(widget)
    widget.turns = turns.Turns(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    qtbot.wait(100)
    widget.paints.clear()
    yield widget


def test_what_has_changed_is_painted_after_the_loop_has_gone_round(window, qtbot):
    window.turns.end()
    window.update()
    before = window.rounds
    QApplication.processEvents()
    assert not window.paints
    qtbot.waitUntil(lambda: bool(window.paints))
    assert window.paints[0] > before


def test_two_paintings_do_not_share_a_turn(window, qtbot):
    window.repaint()
    window.label.setText("b")
    window.update()
    QApplication.processEvents()
    assert len(window.paints) == 1
    qtbot.waitUntil(lambda: len(window.paints) == 2)


def test_what_the_user_changes_is_painted_at_once(window):
    window.repaint()
    window.turns.at_once()
    window.label.setText("b")
    window.update()
    QApplication.processEvents()
    assert len(window.paints) == 2


def test_what_changes_a_little_later_is_painted_at_once(window, qtbot):
    for count in (1, 2):
        window.update()
        QApplication.processEvents()
        assert len(window.paints) == count
        qtbot.wait(60)


def test_a_picture_is_there_whatever_is_held_back(window):
    window.turns.end()
    window.update()
    QApplication.processEvents()
    assert not window.paints
    window.grab()
    assert window.paints


def test_other_threads_rest_until_what_has_changed_is_painted(window, qtbot):
    with resting.paused():
        window.turns.end(rest=True)
    assert not resting._free.is_set()
    window.update()
    qtbot.waitUntil(lambda: bool(window.paints))
    assert not resting._free.is_set()
    qtbot.waitUntil(resting._free.is_set)


def test_a_rest_ends_where_nothing_is_painted(window, monkeypatch):
    monkeypatch.setattr(resting, "PATIENCE", 0.01)
    window.turns.end(rest=True)
    resting.rest()
    assert resting._free.is_set()
