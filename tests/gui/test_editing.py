"""What the user changes in the window: sizes, weights, inputs and files."""

from dataclasses import replace

from PySide6.QtCore import Qt
from windows import settle

from lstmviz.session import (
    Document,
    FileInput,
    GeneratedInput,
    Session,
    TextInput,
    Trained,
    Untrained,
    one_layer,
)


def test_sizes_are_set_by_typing_and_projection_follows(opened, qtbot):
    window = opened()
    window.left.sizes["hidden"].spin.setValue(4)
    settle(qtbot, window)
    assert window.store.document.network.layers[0].hidden_size == 4
    assert any(card.name == "m" for card in window.diagram._diagram.cards)
    assert "W_hr" in window.left.note.text()
    assert window.store.run.trace.layers[0].forward.hidden_state.shape == (30, 4)


def test_without_projection_the_network_is_impossible_but_drawn(opened, qtbot):
    window = opened()
    window.left.sizes["hidden"].spin.setValue(4)
    window.left.project.click()
    settle(qtbot, window)
    assert window.store.run.trace is None
    assert any(op.broken for op in window.diagram._diagram.operations)
    assert "Impossible" in window.left.note.text()
    for key in ("next", "play"):
        window.playing.do(key)
    assert not window.clock.playing
    window.left.project.click()
    settle(qtbot, window)
    assert window.store.run.trace is not None


def test_a_slider_drag_is_one_undo(opened, qtbot):
    window = opened()
    slider = window.left.sizes["cell"].slider
    before = window.store.document
    slider.setSliderDown(True)
    for notch in (100, 120, 140, 160):
        slider.setValue(notch)
    slider.setSliderDown(False)
    assert window.store.document.network.layers[0].cell_size > 8
    window.store.undo()
    assert window.store.document == before
    window.store.redo()
    assert window.store.document != before
    settle(qtbot, window)


def test_changing_a_size_of_a_trained_model_makes_it_untrained_and_says_so(opened, qtbot):
    window = opened(Document())
    window.left.sizes["cell"].spin.setValue(9)
    settle(qtbot, window)
    assert isinstance(window.store.document.network, Untrained)
    assert "Untrained" in window.left.card.words()
    window.store.undo()
    settle(qtbot, window)
    assert window.store.run.network.trained


def test_typing_text_feeds_it(opened, qtbot):
    window = opened(Document(one_layer(None, 6, 6), TextInput("abc")))
    window.left.input.text.setPlainText("hello world")
    qtbot.waitUntil(lambda: window.store.document.input == TextInput("hello world"), timeout=3000)
    settle(qtbot, window)
    assert window.store.run.sequence.labels == tuple("hello␣world")
    assert window.store.run.spec.input_size == 8


def test_the_first_made_sequence_has_the_usual_length(opened, qtbot):
    window = opened(Document(Trained("demo:counter")))  # reads a text
    kind = window.left.input.kind
    kind.setCurrentIndex(kind.findData("sine"))
    kind.activated.emit(kind.currentIndex())
    settle(qtbot, window)
    assert window.store.document.input == GeneratedInput("sine")
    assert window.store.run.steps == GeneratedInput().length


def test_a_bad_file_is_told_in_a_sentence_and_changes_nothing(opened, qtbot, tmp_path):
    window = opened()
    before = window.store.document
    bad = tmp_path / "ragged.csv"
    bad.write_text("1,2\n3\n")
    window.open_path(str(bad))
    qtbot.waitUntil(window.banner.isVisible, timeout=5000)
    assert "ragged.csv" in window.banner.words.text()
    settle(qtbot, window)
    assert window.store.document == before
    assert not window.store.history.can_undo


def test_undo_takes_away_the_sentence_of_what_went_wrong(opened, qtbot):
    window = opened()
    before = window.store.document
    window.edit(Document(Trained("demo:counter")))
    settle(qtbot, window)
    window.banner.say("missing.pt does not exist.")
    window.menus.undo.trigger()
    settle(qtbot, window)
    assert window.store.document == before and not window.banner.isVisible()


def test_a_good_file_is_read(opened, qtbot, tmp_path):
    window = opened()
    table = tmp_path / "table.csv"
    table.write_text("x,y,z\n1,2,3\n4,5,6\n")
    window.open_path(str(table))
    settle(qtbot, window)
    assert window.store.document.input == FileInput(str(table))
    assert window.store.run.trace.input.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_a_session_comes_back_from_its_file(opened, qtbot, tmp_path):
    from lstmviz.session import save_session

    window = opened()
    session = replace(window.store.session, view=replace(window.store.view, step=7, unit=3))
    path = tmp_path / "kept.lstmviz"
    save_session(session, str(path))
    window.store.edit(Document())
    settle(qtbot, window)
    window.open_path(str(path))
    settle(qtbot, window)
    assert window.store.document == session.document
    assert (window.store.view.step, window.store.view.unit) == (7, 3)


def test_of_several_lstms_the_one_that_is_picked_opens(opened, qtbot, monkeypatch, tmp_path):
    from lstmviz.gui import opening as module
    from lstmviz.models import Found, SeveralLstmsError

    found = tuple(Found(name, 1, ("forward",), (3, 4, 4)) for name in ("enc", "dec"))
    asked, wanted = [], Document(one_layer(5, 8, 8), GeneratedInput("onehot", 30, 0))

    def source(path, lstm=None, progress=None):
        if lstm is None:
            raise SeveralLstmsError("two", found)
        asked.append((path, lstm))
        return Session(wanted)

    monkeypatch.setattr(module, "open_source", source)
    monkeypatch.setattr(module, "pick_lstm", lambda parent, choices: choices[1].name)
    window = opened(Document())
    window.open_path("two.pt")
    qtbot.waitUntil(lambda: bool(asked), timeout=5000)
    settle(qtbot, window)
    assert asked == [("two.pt", "dec")]
    assert window.store.document == wanted


def test_text_may_be_chosen_while_a_file_is_read_and_waits_for_its_letters(opened, qtbot, tmp_path):
    (tmp_path / "x.csv").write_text("1,2\n3,4\n5,6\n")
    window = opened(Document(one_layer(None, 6, 6), FileInput(str(tmp_path / "x.csv"))))
    panel = window.left.input
    panel.kind.showPopup()
    view = panel.kind.view()
    qtbot.waitUntil(view.isVisible)
    qtbot.keyClick(view, Qt.Key.Key_Home)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.focusWidget() is panel.text)
    window.store.look(step=1)
    settle(qtbot, window)
    assert panel.text.isVisible() and panel.kind.currentData() == "text"
    qtbot.keyClicks(panel.text, "hello")
    qtbot.waitUntil(lambda: window.store.document.input == TextInput("hello"), timeout=3000)
    window.store.undo()
    settle(qtbot, window)
    assert panel.kind.currentData() == "file" and not panel.text.isVisible()


def test_a_made_sequence_has_no_vocabulary_and_is_told_once(opened, qtbot):
    window = opened(Document(one_layer(5, 6, 6)))  # reads what is usual: a made sequence
    panel = window.left.input
    assert window.store.document.input is None
    assert not panel.vocabulary.isVisible()
    assert panel.summary.text().count(" steps") == 1
    window.edit(Document(one_layer(None, 6, 6), TextInput("abc")))
    settle(qtbot, window)
    assert panel.vocabulary.isVisible()


def test_random_weights_of_a_trained_network_are_said_to_come_in_its_place(opened, qtbot):
    window = opened(Document(Trained("demo:counter")))
    form = window.left.weights
    assert form.instead.isVisibleTo(form)
    form.seed.setValue(3)
    settle(qtbot, window)
    assert not form.instead.isVisibleTo(form)
    window.undo()
    settle(qtbot, window)
    assert form.instead.isVisibleTo(form)
