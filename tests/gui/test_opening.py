"""Files opened in the background: progress, giving up, several LSTMs, and inputs by content."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication
from windows import settle

import lstmviz
from lstmviz.errors import LstmvizError
from lstmviz.gui import opening, resting
from lstmviz.gui.background import Background
from lstmviz.gui.lstmdialog import LstmDialog
from lstmviz.session import Document, FileInput, Session, Trained, View

FILES = Path(__file__).resolve().parent.parent / "data" / "torch"


@pytest.fixture
def path(tmp_path):
    where = tmp_path / "m.safetensors"
    lstmviz.save(lstmviz.random_network(3, 4), where)
    return str(where)


@pytest.fixture
def held(monkeypatch):
    """Readings stop half way until the event is set."""
    go, real = threading.Event(), opening.open_source

    def slow(source, lstm=None, progress=None):
        progress(2**20, 2**21)
        go.wait(10)
        progress(2**21, 2**21)
        return real(source, lstm, progress=progress)

    monkeypatch.setattr(opening, "open_source", slow)
    yield go
    go.set()


def answer(qtbot, accept, row=0):
    """Answer the dialog that will come."""

    def act():
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, LstmDialog):
            QTimer.singleShot(20, act)
            return
        dialog.table.setCurrentItem(dialog.table.topLevelItem(row))
        if accept:
            qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
        else:
            qtbot.keyClick(dialog, Qt.Key.Key_Escape)

    QTimer.singleShot(20, act)


def test_the_session_stays_until_the_new_one_is_there(opened, qtbot, path, held):
    window = opened()
    before, run = window.store.session, window.store.run
    window.open_path(path)
    qtbot.waitUntil(window.opening.bar.isVisible, timeout=5000)
    told = "Opening m.safetensors: 1 of 2 MB"
    qtbot.waitUntil(lambda: window.opening.bar.words.text() == told, timeout=5000)
    assert window.opening.bar.bar.value() == 500
    assert window.store.session == before and window.store.run is run
    qtbot.keyClick(window.diagram, Qt.Key.Key_Right)
    assert window.store.view.step == before.view.step + 1
    held.set()
    settle(qtbot, window)
    assert window.store.document == Document(Trained(path))
    assert not window.opening.bar.isVisible()


def test_opening_can_be_given_up(opened, qtbot, path, held):
    window = opened()
    before = window.store.session
    window.open_path(path)
    qtbot.waitUntil(window.opening.bar.isVisible, timeout=5000)
    qtbot.mouseClick(window.opening.bar.button, Qt.MouseButton.LeftButton)
    assert not window.opening.bar.isVisible()
    held.set()
    qtbot.wait(100)
    assert window.store.session == before
    assert not window.store.history.can_undo and window.banner.isHidden()


def test_a_window_may_close_while_a_file_is_read(opened, qtbot, path, held):
    window = opened()
    window.open_path(path)
    QTimer.singleShot(50, held.set)
    window.close()


def test_the_newest_file_wins(opened, qtbot, path, held):
    window = opened()
    window.open_path(path)
    window.open_path("demo:counter")
    held.set()
    settle(qtbot, window)
    assert window.store.document == Document(Trained("demo:counter"))


def test_a_dropped_model_opens(opened, qtbot, path):
    window = opened()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path)])
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    window.dropEvent(QDropEvent(QPointF(9, 9), action, data, button, Qt.KeyboardModifier(0)))
    settle(qtbot, window)
    assert window.store.document == Document(Trained(path))


def test_what_cannot_be_opened_is_told_and_the_session_stays(opened, qtbot, tmp_path):
    window = opened()
    before = window.store.session
    window.open_path(str(FILES / "gru.pt"))
    qtbot.waitUntil(window.banner.isVisible, timeout=5000)
    assert "GRU" in window.banner.words.text()
    assert window.store.session == before


@pytest.mark.parametrize(("row", "sizes"), [(0, (3, 4)), (1, (6, 5))])
def test_of_several_lstms_one_is_clicked(opened, qtbot, row, sizes):
    window = opened()
    answer(qtbot, True, row)
    window.open_path(str(FILES / "several.pt"))
    qtbot.waitUntil(lambda: isinstance(window.store.document.network, Trained), timeout=5000)
    settle(qtbot, window)
    spec = window.store.run.spec
    assert (spec.input_size, spec.layers[0].cell_size) == sizes


def test_of_several_lstms_none_may_be_wanted(opened, qtbot):
    window = opened()
    before = window.store.session
    answer(qtbot, False)
    window.open_path(str(FILES / "several.pt"))
    qtbot.waitUntil(lambda: not window.opening.reader.busy, timeout=5000)
    qtbot.wait(100)
    assert window.store.session == before


def test_an_npz_without_an_lstm_is_an_input(opened, qtbot, tmp_path):
    window = opened()
    numbers = tmp_path / "numbers.npz"
    np.savez(numbers, input=np.random.default_rng(0).normal(size=(7, 5)), labels=np.zeros(7))
    window.open_path(str(numbers))
    qtbot.waitUntil(lambda: window.store.document.input == FileInput(str(numbers)), timeout=5000)
    settle(qtbot, window)
    assert window.store.run.steps == 7
    assert "numbers.npz holds no LSTM" in window.pointed.text()


def test_an_npz_of_several_arrays_says_which_to_name(opened, qtbot, tmp_path):
    window = opened()
    before = window.store.document
    numbers = tmp_path / "numbers.npz"
    np.savez(numbers, a=np.zeros((7, 5)), b=np.zeros(7))
    window.open_path(str(numbers))
    qtbot.waitUntil(window.banner.isVisible, timeout=5000)
    assert "'input'" in window.banner.words.text()
    settle(qtbot, window)
    assert window.store.document == before


def test_an_npz_with_an_lstm_is_a_model(opened, qtbot):
    window = opened()
    window.open_path(str(FILES / "tagger.npz"))
    settle(qtbot, window)
    assert window.store.document.network == Trained(str(FILES / "tagger.npz"))


def test_a_fault_of_ours_ends_in_a_sentence(qtbot):
    background = Background("test")
    found = []
    background.failed.connect(found.append)
    background.start(lambda progress: 1 / 0)
    qtbot.waitUntil(lambda: bool(found), timeout=5000)
    background.close()
    assert "please report it" in str(found[0])


def test_what_ends_soon_is_returned_and_not_reported(qtbot):
    background = Background("test")
    found, go = [], threading.Event()
    background.done.connect(found.append)
    assert background.start(lambda progress: 1, 10.0) == 1
    assert not background.busy
    with resting.paused():  # as where the window renders: it waits for this very work
        begun = time.perf_counter()
        assert background.start(lambda progress: 3, 10.0) == 3
        assert time.perf_counter() - begun < resting.PATIENCE
        assert not resting._free.is_set()
    assert background.start(lambda progress: go.wait(10) and 2, 0.001) is None
    assert background.busy
    go.set()
    qtbot.waitUntil(lambda: bool(found), timeout=5000)
    background.close()
    assert found == [2]


# Before there is a window


def test_the_first_session_is_read_in_the_background(qtbot):
    threads = []

    def opener(progress, lstm):
        threads.append(threading.current_thread())
        return Session(Document(), View(step=2))

    assert opening.open_first(opener, "x") == Session(Document(), View(step=2))
    assert threads[0] is not threading.main_thread()


def test_what_the_first_file_lacks_is_raised(qtbot):
    def opener(progress, lstm):
        raise LstmvizError("no such thing.")

    with pytest.raises(LstmvizError, match="no such thing"):
        opening.open_first(opener, "x")


def test_the_first_reading_shows_itself_and_can_be_given_up(qtbot):
    go = threading.Event()

    def opener(progress, lstm):
        progress(0, 10)
        go.wait(10)
        progress(10, 10)
        return Session()

    def give_up():
        shown = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
        if not shown:
            QTimer.singleShot(50, give_up)
            return
        qtbot.mouseClick(shown[0].bar.button, Qt.MouseButton.LeftButton)
        go.set()

    QTimer.singleShot(50, give_up)
    assert opening.open_first(opener, "big.pt") is None


def test_of_several_lstms_in_the_first_file_one_is_clicked(qtbot):
    from lstmviz.session import open_source

    answer(qtbot, True, 1)
    found = opening.open_first(
        lambda progress, lstm: open_source(str(FILES / "several.pt"), lstm, progress=progress), "x"
    )
    assert found.document.network.lstm == "decoder"
