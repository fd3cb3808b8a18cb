"""The list of layers and what can be set in them, with real clicks."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QScrollArea
from windows import RANDOM, settle

from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec, check
from lstmviz.engine.variant import GREFF, STANDARD, Activation, Variant
from lstmviz.gui.headless import settle as at_rest
from lstmviz.gui.layerwords import VARIANTS, lines, rows, variant_words
from lstmviz.session import (
    Document,
    GeneratedInput,
    Layer,
    TextInput,
    Trained,
    Untrained,
    load_session,
    one_layer,
    save_session,
)

BOTH = ("forward", "backward")
ASKED = Untrained(1, (Layer(20, 20), Layer(20, 20)), (HeadSpec(10, "linear"),))


def click(button, window, qtbot):
    """Press a button with the mouse, and wait for what comes of it."""
    window.left.ensureWidgetVisible(button)
    assert button.isVisible() and button.isEnabled()
    place = button.rect().center()
    if isinstance(button, QAbstractButton) and button.inherits("QCheckBox"):
        place.setX(8)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=place)
    settle(qtbot, window)


def choose(combo, words, window, qtbot):
    """Pick a choice by typing it out, as the keys do."""
    window.left.ensureWidgetVisible(combo)
    assert combo.isVisible() and combo.isEnabled()
    row = combo.findText(words)
    assert row >= 0, [combo.itemText(k) for k in range(combo.count())]
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Home)
    for _ in range(row):
        QTest.keyClick(combo, Qt.Key.Key_Down)
    settle(qtbot, window)
    assert combo.currentText() == words


def type_in(spin, number, window, qtbot):
    window.left.ensureWidgetVisible(spin)
    assert spin.isVisible() and spin.isEnabled()
    spin.setFocus()
    spin.selectAll()
    QTest.keyClicks(spin, str(number))
    QTest.keyClick(spin, Qt.Key.Key_Return)
    settle(qtbot, window)


def network(window):
    return window.store.document.network


def titles(window):
    return [
        button.text().split("\n")[0] for button in window.left.layers.buttons if button.isVisible()
    ]


def test_the_example_of_two_layers_and_a_dense_is_built_by_clicks(opened, qtbot):
    window = opened(Document(one_layer(5, 8, 8), GeneratedInput("sine", 12)))
    left = window.left
    type_in(left.sizes["input"].spin, 1, window, qtbot)
    for which in ("hidden", "cell"):
        type_in(left.sizes[which].spin, 20, window, qtbot)
    click(left.layers.new["layer"], window, qtbot)
    assert window.store.view.layer == 1
    click(left.layers.new["head"], window, qtbot)
    type_in(left.head_form.units, 10, window, qtbot)
    choose(left.head_form.activation, "linear", window, qtbot)
    assert network(window) == ASKED
    assert titles(window) == [
        "Dense 10 · linear",
        "layer 1 · LSTM 20",
        "layer 0 · LSTM 20",
        "Input 1",
    ]
    assert window.store.run.trace.output.shape == (12, 10)


def test_the_same_opens_from_the_menu(opened, qtbot):
    window = opened(RANDOM, diagram="unrolled")
    menus = {a.text(): a.menu() for a in window.menu_bar.actions()[0].menu().actions()}
    session, keras = menus["Open an e&xample"].actions()
    keras.trigger()
    settle(qtbot, window)
    assert window.store.run.network.format.startswith("Keras")
    opened_spec = window.store.run.spec
    session.trigger()
    settle(qtbot, window)
    assert window.store.run.spec == opened_spec
    assert replace(network(window), forget_bias=None) == ASKED
    assert "example:" not in window.summary.text()


def test_a_click_on_a_row_shows_its_layer_and_what_can_be_set(opened, qtbot):
    window = opened(Document(ASKED, GeneratedInput("sine", 12)), layer=1)
    left = window.left
    forms = (left.layer_form, left.head_form, left.input_form)
    for place, layer, shown in (
        (("layer", 0), 0, left.layer_form),
        (("head", 0), 1, left.head_form),
        (("input", 0), 0, left.input_form),
        (("layer", 1), 1, left.layer_form),
    ):
        button = left.layers.button(place)
        click(button, window, qtbot)
        assert button.isChecked() and window.store.view.layer == layer
        assert [form for form in forms if form.isVisible()] == [shown]
    assert not window.store.history.can_undo
    assert left.heading.text() == "Sizes of layer 1"
    assert not left.sizes["input"].isEnabled()
    type_in(left.sizes["cell"].spin, 7, window, qtbot)
    assert network(window).layers == (Layer(20, 20), Layer(20, 7))


def test_the_layer_chosen_elsewhere_is_the_row_chosen_here(opened):
    window = opened(Document(ASKED, GeneratedInput("sine", 12)), layer=1)
    window.layers.activated.emit(0)
    assert window.left.layers.place == ("layer", 0)
    assert window.left.layers.button(("layer", 0)).isChecked()


def test_layers_are_copied_moved_and_removed_and_each_is_undone_by_itself(opened, qtbot):
    window = opened(Document(ASKED, GeneratedInput("sine", 12)), layer=0)
    left, tools = window.left, window.left.layers.tools
    type_in(left.sizes["cell"].spin, 9, window, qtbot)
    steps = [network(window)]
    for name, cells in (
        ("copy", [9, 9, 20]),
        ("up", [9, 20, 9]),
        ("down", [9, 9, 20]),
        ("remove", [9, 20]),
    ):
        click(tools[name], window, qtbot)
        steps.append(network(window))
        assert [layer.cell_size for layer in network(window).layers] == cells
    assert window.store.view.layer == 0
    for before in steps[-2::-1]:
        window.store.undo()
        settle(qtbot, window)
        assert network(window) == before
    click(left.layers.button(("head", 0)), window, qtbot)
    click(tools["remove"], window, qtbot)
    assert network(window).heads == () and left.layers.place == ("layer", 1)


def test_the_last_layer_that_is_shown_may_go_with_undo(opened, qtbot):
    window = opened(RANDOM)
    click(window.left.layers.new["layer"], window, qtbot)
    assert window.store.view.layer == 1
    window.store.undo()
    assert window.store.view.layer == 0
    settle(qtbot, window)
    assert not window.left.layers.tools["remove"].isEnabled()


@pytest.mark.parametrize("words", [words for words in VARIANTS if VARIANTS[words] != STANDARD])
def test_every_variant_is_chosen_by_its_name_and_runs(opened, qtbot, words):
    window = opened(RANDOM)
    choose(window.left.layer_form.variant, words, window, qtbot)
    assert network(window).layers[0].variant == VARIANTS[words]
    assert window.store.run.spec.layers[0].variant == VARIANTS[words]
    assert window.store.run.finished and window.store.run.trace is not None


def test_the_variants_offered_are_all_there_are():
    assert set(VARIANTS.values()) == {*GREFF.values(), Variant(peephole=True), STANDARD}
    for name in GREFF:
        assert any(name in words for words in VARIANTS)


def test_every_detail_of_a_variant_has_a_control(opened, qtbot):
    window = opened(RANDOM)
    form = window.left.layer_form
    click(form.more, window, qtbot)
    details = form.details
    choose(details.activations["gate"].combo, "hard σ (Keras 3)", window, qtbot)
    choose(details.activations["candidate"].combo, "relu", window, qtbot)
    choose(details.activations["output"].combo, "scaled_tanh", window, qtbot)
    type_in(details.activations["output"].spins["alpha"], 1.7, window, qtbot)
    click(details.present["output_gate"], window, qtbot)
    for name in ("coupled", "peephole", "gate_recurrence"):
        click(details.flags[name], window, qtbot)
    for name in ("clip", "cell_clip"):
        click(details.clips[name].box, window, qtbot)
    type_in(details.clips["cell_clip"].spin, 2.5, window, qtbot)
    assert network(window).layers[0].variant == Variant(
        Activation("hard_sigmoid", 1 / 6, 0.5),
        Activation("relu"),
        Activation("scaled_tanh", 1.7, 1.0),
        True,
        ("output_gate",),
        True,
        True,
        3.0,
        2.5,
    )
    assert form.variant.currentText() == "A mixture, see its details"
    assert not details.clips["projection_clip"].isEnabled()
    choose(form.variant, next(iter(VARIANTS)), window, qtbot)
    assert network(window).layers[0].variant == STANDARD


def test_what_cannot_be_is_drawn_and_told_with_its_mend(opened, qtbot):
    window = opened(Document(ASKED, GeneratedInput("sine", 12)), layer=0)
    left = window.left
    click(left.layer_form.returns, window, qtbot)
    assert window.store.run.trace is None
    assert "let layer 0 return its sequence" in left.note.text()
    assert left.layers.button(("layer", 0)).property("broken")
    assert "Let layer 0 return" in window.diagram._diagram.problem
    click(left.layer_form.returns, window, qtbot)
    assert window.store.run.trace is not None and not left.note.property("broken")
    click(left.layer_form.more, window, qtbot)
    click(left.layer_form.details.present["input_gate"], window, qtbot)
    click(left.layer_form.details.flags["coupled"], window, qtbot)
    assert "bring it back or uncouple them" in left.note.text()
    assert window.store.run.trace is None
    for view in ("unrolled", "unit", "cell"):
        window.store.look(diagram=view)
        assert "Bring it back" in window.diagram._diagram.problem
        window.grab()


def test_directions_and_their_merge(opened, qtbot):
    window = opened(Document(ASKED, GeneratedInput("sine", 12)), layer=0)
    form = window.left.layer_form
    assert not form.merge.isVisible()
    choose(form.direction, "both ways", window, qtbot)
    assert window.store.run.spec.layers[1].input_size == 40
    choose(form.merge, "sum: added", window, qtbot)
    assert window.store.run.spec.layers[1].input_size == 20
    assert network(window).layers[0] == Layer(20, 20, directions=BOTH, merge="sum")
    assert window.layers.count() == 3
    choose(form.direction, "backward", window, qtbot)
    assert window.store.view.direction == "backward"


def test_heads_may_read_the_last_step_only_and_lack_a_bias(opened, qtbot):
    window = opened(RANDOM)
    form = window.left.head_form
    click(window.left.layers.button(("head", 0)), window, qtbot)
    choose(form.steps, "The last step only", window, qtbot)
    click(form.bias, window, qtbot)
    assert network(window).heads == (HeadSpec(5, "softmax", False, last_step=True),)
    assert "last step only" in window.left.layers.button(("head", 0)).text()


def test_symbols_are_embedded(opened, qtbot):
    window = opened(RANDOM)
    click(window.left.layers.button(("input", 0)), window, qtbot)
    click(window.left.input_form.embedded, window, qtbot)
    type_in(window.left.input_form.dimension, 3, window, qtbot)
    assert network(window).embedding == 3
    assert window.left.sizes["input"].spin.value() == 3
    type_in(window.left.sizes["input"].spin, 4, window, qtbot)
    assert network(window).embedding == 4 and network(window).input_size == 5
    click(window.left.input_form.embedded, window, qtbot)
    assert network(window).embedding is None


def test_first_biases(opened, qtbot):
    window = opened(RANDOM)
    form = window.left.weights
    choose(form.biases, "forget bias", window, qtbot)
    type_in(form.forget, 2, window, qtbot)
    assert (network(window).forget_bias, network(window).chrono) == (2.0, None)
    choose(form.biases, "chrono", window, qtbot)
    assert (network(window).forget_bias, network(window).chrono) == (None, 100)
    choose(form.biases, "drawn like the rest", window, qtbot)
    assert network(window) == RANDOM.network


def test_a_change_to_a_trained_model_keeps_its_shape_and_says_so(opened, qtbot):
    window = opened(Document())
    spec = window.store.run.spec
    click(window.left.layers.new["layer"], window, qtbot)
    assert window.store.run.spec.layers[0] == spec.layers[0]
    assert window.store.run.spec.heads == spec.heads
    assert "Undo goes back to demo:counter" in window.left.card.words()
    window.store.undo()
    settle(qtbot, window)
    assert window.store.document.network == Trained("demo:counter")
    assert "Counts" in window.left.card.words()


def test_a_session_of_a_stack_comes_back(opened, qtbot, tmp_path):
    window = opened(Document(ASKED, GeneratedInput("sine", 12)))
    click(window.left.layers.button(("layer", 1)), window, qtbot)
    choose(window.left.layer_form.variant, "CIFG: coupled gates i and f", window, qtbot)
    save_session(window.store.session, tmp_path / "s.lstmviz")
    again = opened(load_session(tmp_path / "s.lstmviz").document, layer=1)
    assert again.left.layer_form.variant.currentText().startswith("CIFG")


MIXED = Untrained(
    None,
    (
        Layer(20, 20, variant=Variant(Activation("hard_sigmoid", 0.2, 0.5), clip=3)),
        Layer(512, 1024, directions=BOTH, variant=GREFF["NOAF"], return_sequences=False),
    ),
    (HeadSpec(1024, "sigmoid"), HeadSpec(5, last_step=True, bias=False)),
    embedding=9,
)


@pytest.mark.parametrize("place", [("layer", 0), ("layer", 1), ("head", 1), ("input", 0)])
def test_nothing_in_the_panel_is_cut(opened, qtbot, place):
    window = opened(Document(MIXED, TextInput("hello")))
    left = window.left
    left.layer_form.more.setChecked(True)
    click(left.layers.button(place), window, qtbot)
    at_rest(window)
    inside = left.widget()
    assert isinstance(left, QScrollArea) and inside.width() <= left.viewport().width()
    for widget in inside.findChildren(QLabel) + inside.findChildren(QAbstractButton):
        if not widget.isVisible() or not widget.text() or widget.text().startswith("<"):
            continue
        metrics, room = widget.fontMetrics(), widget.width()
        if isinstance(widget, QLabel) and widget.wordWrap():
            longest = max(widget.text().split(), key=metrics.horizontalAdvance)
            assert metrics.horizontalAdvance(longest) <= room
            assert widget.height() >= widget.heightForWidth(room)
        else:
            for line in widget.text().split("\n"):
                assert metrics.horizontalAdvance(line) <= room, line
    for combo in inside.findChildren(QComboBox):
        if combo.isVisible():
            room = combo.width() - 30
            for row in range(combo.count()):
                assert combo.fontMetrics().horizontalAdvance(combo.itemText(row)) <= room


def test_rows_tell_what_is_special():
    cell = CellSpec(3, 2, 4, True, BOTH, GREFF["NIG"], "ave")
    spec = NetworkSpec((cell, CellSpec(2, 3, 3, return_sequences=False)), (HeadSpec(1000, "elu"),))
    check(spec)
    head, top, low, first = rows(spec)
    assert (head.title, head.words) == ("Dense 1,000 · elu", ())
    assert (top.title, top.words) == ("layer 1 · LSTM 3", ("final state only",))
    assert (low.title, low.words) == ("layer 0 · LSTM 4, h 2", ("both ways, ave", "NIG"))
    assert (first.title, first.words) == ("Input 3", ())


def test_words_are_broken_where_they_must():
    assert lines(("aa", "bb", "cc"), 7, len) == ["aa · bb", "cc"]
    assert lines((), 7, len) == [] and lines(("long word",), 3, len) == ["long word"]


def test_variants_in_words():
    assert "NP" in variant_words(STANDARD)
    assert variant_words(GREFF["CIFG"]).startswith("CIFG: f = 1 − i. Peepholes")
    assert variant_words(Variant(coupled=True)) == "CIFG without peepholes."
    assert variant_words(Variant(clip=2)) == "Clip 2."


def test_tab_goes_through_the_rows_in_their_place(opened):
    layers = opened(Document(ASKED)).left.layers
    chain = [layers.tools["remove"]]
    while chain[-1] is not layers.new["layer"]:
        chain.append(chain[-1].nextInFocusChain())
    assert chain[1:-1] == layers.buttons
