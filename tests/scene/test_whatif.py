"""A document with changes: the run as it was, the changed run, and the difference."""

from dataclasses import replace

import numpy as np
import pytest

from lstmviz.analysis import Change, clamp, run_with, transplant
from lstmviz.analysis.effects import Touch
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import CellSpec, EmbeddingSpec, NetworkSpec
from lstmviz.engine.trace import DIRECTION_ARRAYS, arrays
from lstmviz.engine.unroll import run as engine_run
from lstmviz.errors import LstmvizError
from lstmviz.inputs import GeneratedInput, TextInput
from lstmviz.inputs.sequence import Sequence
from lstmviz.scene import heatmaps, why
from lstmviz.scene.address import Address
from lstmviz.scene.changewords import offers, words
from lstmviz.scene.moment import scales
from lstmviz.scene.picture import moments_of
from lstmviz.scene.questions import QUESTIONS, answered
from lstmviz.scene.run import finished, runs
from lstmviz.scene.shapes import Rect, Text
from lstmviz.scene.whatif import Baseline, what_ifs
from lstmviz.scene.words import caption
from lstmviz.session import Document, Edit, Layer, Other, Trained, Untrained, View, one_layer

PLAIN = Document(one_layer(3, 4, 6, seed=1), GeneratedInput("noise", 120, 2))
BOTH = Document(
    Untrained(None, (Layer(4, 4, directions=("forward", "backward")), Layer(6, 6)), seed=3),
    TextInput("to be or not to be"),
)


def changed(document, *lines, **more):
    return replace(document, changes=tuple(map(Edit, lines)), **more)


@pytest.mark.parametrize("document", [PLAIN, BOTH])
def test_the_three_runs_are_baseline_changed_and_their_difference(document):
    plain = finished(document)
    run = finished(changed(document, "forget_gate[1]@5:9 = 0", "output_gate *= 0.5"))
    before, after, apart = (run.of(name) for name in ("baseline", "changed", "difference"))
    assert before.finished and after.finished and run.finished
    asked = [clamp("forget_gate", 0.0, [1], 5, 9), Change("output_gate", 0.5, "scale")]
    expected = run_with(run.network, run.sequence.values, asked)
    assert not after.trace.layers[0].forward.forget_gate[5:9, 1].any()
    for name, values in arrays(expected).items():
        np.testing.assert_allclose(arrays(after.trace)[name], values, rtol=1e-4, atol=1e-6)
    for name, values in arrays(before.trace).items():
        np.testing.assert_array_equal(values, arrays(plain.trace)[name])
    for (_, a), (_, b), (_, d) in zip(
        *(list(r.trace.layers[0].directions()) for r in (before, after, apart)), strict=True
    ):
        for name in DIRECTION_ARRAYS:
            np.testing.assert_array_equal(getattr(d, name), getattr(b, name) - getattr(a, name))
    assert before.scales == after.scales
    assert all(low == -high for low, high in apart.scales[0, "forward"].values() if low < 0)
    assert apart.scales[0, "forward"]["forget_gate"][0] < 0 and apart.apart


def test_late_differences_fill_their_colours():
    run = finished(changed(PLAIN, "forget_gate[1]@100 += 0.001")).of("difference")
    direction = run.trace.layers[0].forward
    for name in ("forget_gate", "cell_state", "hidden_state"):
        peak, (low, high) = np.abs(getattr(direction, name)).max(), run.scales[0, "forward"][name]
        assert 0 < peak <= high < 2 * peak and low == -high
        assert not getattr(direction, name)[:100].any()


def test_without_changes_there_is_one_run():
    run = finished(PLAIN)
    assert run.of("difference") is run.of("baseline") is run and not run.changed
    off = finished(replace(PLAIN, changes=(Edit("forget_gate = 0", on=False),)))
    assert not off.changed and off.of("changed") is off


def test_a_changed_run_comes_live_and_the_baseline_is_kept_as_it_is():
    first = finished(PLAIN)
    made = list(runs(1, changed(PLAIN, "candidate@20: = 0"), earlier=first))
    assert all(run.trace is first.trace for run in made)
    reached = [run.what_if.done for run in made if run.what_if]
    assert reached[0] == 20 and reached[-1] == 120
    assert [run.finished for run in made] == [False] * (len(made) - 1) + [True]
    assert made[-1].what_if.effect.first == 20


def test_a_change_that_does_not_fit_is_told_and_the_others_are_made():
    document = changed(PLAIN, "forget_gate[99] = 0", "what", "input_gate[0] = 1")
    made = list(runs(0, document))
    what_if = made[-1].what_if
    assert what_if.faults.keys() == {0, 1}
    assert "no unit 99" in what_if.faults[0] and "is no change of a run" in what_if.faults[1]
    assert what_if.touches == (Touch(0, "forward", "input_gate", (0,), 0, 120),)
    with pytest.raises(LstmvizError, match="no unit 99"):
        finished(document)


def test_states_come_from_another_step_and_from_another_run():
    other = Other(input=GeneratedInput("noise", 50, 9))
    run = finished(changed(PLAIN, "states@60 = states@5", "states@80 = other@7", other=other))
    c = run.of("changed").trace.layers[0].forward.cell_state
    np.testing.assert_allclose(c[60], run.trace.layers[0].forward.cell_state[5], rtol=1e-6)
    elsewhere = finished(replace(PLAIN, input=other.input)).trace
    np.testing.assert_allclose(c[80], elsewhere.layers[0].forward.cell_state[7], rtol=1e-6)
    state, _ = transplant(elsewhere, 7, 80)
    np.testing.assert_allclose(c[80], state.value, rtol=1e-6)
    lonely = list(runs(0, changed(PLAIN, "states@80 = other@7")))[-1]
    assert "give that run too" in lonely.what_if.faults[0]


def test_a_symbol_read_instead_has_its_own_label():
    document = Document(Trained("demo:counter"), TextInput("aabb"))
    run = finished(changed(document, "input@1 = 0", "input[2]@1 = 1"))
    column = run.sequence.columns[2]
    assert run.of("changed").sequence.labels[1] == column
    assert run.of("baseline").sequence.labels[1] == "a"


def test_a_network_without_room_for_three_runs_says_so(monkeypatch):
    monkeypatch.setenv("LSTMVIZ_MEMORY_GB", "0.00004")
    made = list(runs(0, changed(PLAIN, "forget_gate = 0")))
    assert "three runs are kept" in made[-1].error


@pytest.mark.parametrize("name", ["baseline", "changed", "difference"])
def test_heatmaps_mark_where_changes_take_hold(name):
    run = finished(changed(PLAIN, "forget_gate[1,4]@5:9 = 0", "cell_output[2]@30:40 = 0"))
    shown, view = run.of(name), View(unit=1)
    shapes, _, _ = heatmaps.figure(
        shown.trace,
        shown.sequence,
        view,
        limits=shown.scales[0, "forward"],
        touches=shown.touches,
        apart=shown.apart,
    )
    marks = [s for s in shapes if isinstance(s, Rect) and s.stroke == "accent"]
    assert len(marks) == 2  # of m there is no heatmap where h is another
    assert sum(isinstance(s, Rect) and s.fill == "accent" and s.box.h == 2.5 for s in shapes) == 4
    titles = {s.text for s in shapes if isinstance(s, Text) and s.bold}
    assert ("Δ f" in titles) is (name == "difference")


def told(run, **view):
    page = why.page(run, View(**view), 280, 6, "")
    return " ".join(s.text for band in page.bands for s in band.shapes if isinstance(s, Text))


def test_the_inspector_says_where_a_number_is_changed_rather_than_computed():
    run = finished(changed(PLAIN, "forget_gate[1]@5:9 = 0", "cell_state[2]@6 = 0.5"))
    after = run.of("changed")
    assert "Changed here" in told(after, step=6, unit=1, asked="forget_gate", element=1)
    assert "W_h" not in told(after, step=6, unit=1, asked="forget_gate", element=1)
    assert "W_h" in told(after, step=9, unit=1, asked="forget_gate", element=1)
    assert "W_h" in told(run.of("baseline"), step=6, unit=1, asked="forget_gate", element=1)
    assert "changed here (What if)" in told(after, step=6, unit=1)
    overview = told(after, step=6, unit=2)
    assert "changed here (What if) = 0.500" in overview
    onwards = told(after, step=6, unit=2, asked="forget_gate", element=2)
    assert "W_h" in onwards and "then c, which is changed here" in onwards


def test_a_changed_weight_is_in_the_sums():
    run = finished(changed(PLAIN, "input_bias[f1] += 1")).of("changed")
    assert "Changed here" not in told(run, step=6, unit=1, asked="forget_gate", element=1)


@pytest.mark.parametrize("name", ["gradients", "vanishing"])
def test_questions_of_the_baseline_say_so_beside_a_changed_run(name):
    question = QUESTIONS[name]
    for document, said in ((PLAIN, False), (changed(PLAIN, "forget_gate = 0"), True)):
        run, view = finished(document).of("baseline"), View(step=40, target_step=40)
        page = question.page(question.answer(run, view), run, view, 1000, 600)
        title = next(shape.text for shape in page.shapes if isinstance(shape, Text) and shape.bold)
        assert title.endswith("(baseline)") is said


def test_differences_are_of_the_newest_changes_whatever_was_there_before():
    base = finished(PLAIN)
    for first in (40, 10, 90, 60):
        *_, made = runs(0, changed(PLAIN, f"candidate[1]@{first}: = 0"), earlier=base)
        alone = finished(changed(PLAIN, f"candidate[1]@{first}: = 0"))
        for name in ("changed", "difference"):
            for key, values in arrays(alone.of(name).trace).items():
                np.testing.assert_array_equal(arrays(made.of(name).trace)[key], values)
        apart = arrays(made.of("difference").trace)
        assert not any(values[:first].any() for key, values in apart.items())
        assert not apart["layer0.forward.initial_cell_state"].any()


def test_what_an_embedding_gives_differs_where_the_symbol_does():
    spec = NetworkSpec((CellSpec(2, 3, 3),), embedding=EmbeddingSpec(4, 2))
    network = random_network(spec, 0)
    symbols = np.array([0, 1, 2, 3])
    baseline = engine_run(network, symbols)
    sequence = Sequence(baseline.input, tuple("abcd"), tuple("abcd"), "", symbolic=True)
    given = Baseline(network, sequence, baseline, scales(baseline, 0, 4))
    *_, found = what_ifs((Edit("input[1,2]@1 = 0, 1"),), given)
    assert not found.faults
    expected = np.zeros((4, 2), np.float32)
    expected[1] = network.embedding[2] - network.embedding[1]
    np.testing.assert_array_equal(found.difference.embedded, expected)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("states@20 = states@5", "c and h taken from step 5, put into step 20"),
        (
            "cell_state[0:4]@20:30 = other@5",
            "cell state c of units 0–3 taken from step 5 of the other run, held in steps 20–29",
        ),
        (
            "hidden_state[1]@9: = states@5",
            "hidden state h of unit 1 taken from step 5, held from step 9 on",
        ),
        ("states = states@5", "c and h taken from step 5, held every step"),
    ],
)
def test_copied_states_in_words(line, told):
    assert words(line, finished(PLAIN).spec) == told


def test_a_state_is_offered_from_another_step():
    spec = finished(PLAIN).spec
    cases = (("cell_state", None, "@15"), ("cell_state", (3, 9), "@3:9"))
    for array, span, steps in (*cases, ("cell_state_before", None, "@14")):
        address = Address(array, 15, 2)
        lines = {offer.line for offer in offers(address, spec, span, None) if offer.asks}
        assert f"cell_state[2]{steps} = states@0" in lines


@pytest.mark.parametrize(
    ("line", "stage", "letter"),
    [
        ("forget_gate[2]@3:6 = 0.25", "activate", "f"),
        ("candidate[2]@3:6 = 0.25", "activate", "g"),
        ("cell_state[2]@3:6 = 0.25", "write", "c"),
        ("cell_output[2]@3:6 = 0.25", "output", "h"),
    ],
)
def test_the_caption_says_where_a_number_is_set_by_a_change(line, stage, letter):
    document = Document(one_layer(4, 5, 5), GeneratedInput("noise", 9), changes=(Edit(line),))
    run = finished(document).of("changed")
    for step, unit, held in ((4, 2, True), (6, 2, False), (4, 1, False)):
        view = View(step=step, unit=unit, stage=stage)
        told = caption(moments_of(run, view)[0], run.spec)[2]
        assert (f"{letter} = 0.250, set by a change (What if)" in told) is held


def test_errors_speak_of_options_on_the_command_line():
    run = finished(Document(one_layer(4, 5, 5), GeneratedInput("onehot", 30)))
    for name in ("follow", "compare", "alike", "provenance", "text"):
        error = answered(name, run, View(unit=None, follows="pattern"))
        assert isinstance(error, LstmvizError)
        assert "--" in error.line and "--" not in str(error)
        for word in ("click", "press", "drag", "above", "menu", "Ask ›"):
            assert word not in error.line.lower()
