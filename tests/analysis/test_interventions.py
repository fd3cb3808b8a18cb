from __future__ import annotations

import numpy as np
import poked
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nets import anything, networks, noise, single, states, ways

from lstmviz.analysis import Change, WeightChange, ablate, clamp, run_with, transplant
from lstmviz.analysis.bptt import widened
from lstmviz.analysis.steps import before
from lstmviz.engine import unroll
from lstmviz.engine.cell import step as cell_step
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import GATES, HeadSpec
from lstmviz.engine.trace import arrays, layer_input
from lstmviz.engine.unroll import run
from lstmviz.errors import LstmvizError


@settings(deadline=None, max_examples=60)
@given(networks(ways, anything), st.data())
def test_a_change_does_what_moving_the_number_does(network, data):
    network = widened(network)
    x, initial = noise(network, 6), states(network)
    layer = data.draw(st.integers(0, len(network.cells) - 1))
    name = data.draw(st.sampled_from(network.spec.layers[layer].directions))
    array = data.draw(st.sampled_from((*GATES, "cell_state", "cell_output", "hidden_state")))
    cell = network.spec.layers[layer]
    size = cell.hidden_size if array == "hidden_state" else cell.cell_size
    step, unit = data.draw(st.integers(0, 5)), data.draw(st.integers(0, size - 1))
    change = Change(array, 0.3, "add", (unit,), step, step + 1, layer, name)
    expected = poked.output(network, x, initial, (layer, name, array, step, unit, 0.3))
    baseline = run(network, x, initial)
    for given_baseline in (None, baseline):
        found = run_with(network, x, [change], given_baseline, initial)
        np.testing.assert_allclose(found.output, expected, rtol=1e-9, atol=1e-10)
    with_it, without = run_with(network, x, [change], baseline, initial), found
    for key, values in arrays(with_it).items():
        np.testing.assert_allclose(values, arrays(without)[key], rtol=1e-9, atol=1e-10)


@settings(deadline=None, max_examples=30)
@given(networks(ways, anything))
def test_without_interventions_nothing_changes(network):
    x, initial = noise(network, 6), states(network)
    baseline = run(network, x, initial)
    for given_baseline in (None, baseline):
        found = run_with(network, x, [], given_baseline, initial)
        for key, values in arrays(found).items():
            np.testing.assert_array_equal(values, arrays(baseline)[key])


@pytest.fixture
def network():
    return random_network(single(3, 4, 6, head=HeadSpec(2)), 0)


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)


def test_a_clamped_gate_stays_where_it_is_held(network, x):
    found = run_with(network, x, [clamp("forget_gate", 1.0, [2], first=5, last=9)])
    forget = found.layers[0].forward.forget_gate
    assert (forget[5:9, 2] == 1).all()
    assert (forget[9:, 2] < 1).all()
    f, i, g = (
        getattr(found.layers[0].forward, n) for n in ("forget_gate", "input_gate", "candidate")
    )
    c = found.layers[0].forward.cell_state
    np.testing.assert_allclose(c[6], f[6] * c[5] + i[6] * g[6], rtol=1e-5)


def test_an_ablated_unit_hands_nothing_on(network, x):
    found = run_with(network, x, [ablate([1, 3])])
    assert not found.layers[0].forward.cell_output[:, [1, 3]].any()
    weights = network.cells[0]["forward"].projection.copy()
    weights[:, [1, 3]] = 0
    edited = run_with(
        network,
        x,
        [WeightChange("projection", row, column) for row in range(4) for column in (1, 3)],
    )
    np.testing.assert_allclose(found.output, edited.output, rtol=1e-5, atol=1e-6)


def test_a_transplanted_state_goes_on_as_its_own_run_did(network, x):
    donor = run(network, x)
    other = np.concatenate([x[:4][::-1], x[8:]])
    found = run_with(network, other, transplant(donor, 7, 3))
    np.testing.assert_allclose(found.output[4:], donor.output[8:], rtol=1e-5, atol=1e-6)


def test_chosen_units_are_transplanted_and_no_others(network, x):
    donor, baseline = run(network, x[::-1]), run(network, x)
    asked = transplant(donor, 4, 9, units=[5, 0], arrays=["cell_state"])
    found = run_with(network, x, asked, baseline).layers[0].forward.cell_state
    theirs, ours = donor.layers[0].forward.cell_state, baseline.layers[0].forward.cell_state
    np.testing.assert_array_equal(found[9, [0, 5]], theirs[4, [0, 5]])
    np.testing.assert_array_equal(found[9, 1:5], ours[9, 1:5])
    held = transplant(donor, 4, 9, units=[2], arrays=["hidden_state"], until=12)
    found = run_with(network, x, held, baseline).layers[0].forward.hidden_state
    assert (found[9:12, 2] == donor.layers[0].forward.hidden_state[4, 2]).all()
    assert found[12, 2] != found[11, 2]
    with pytest.raises(LstmvizError, match="is no state"):
        transplant(donor, 4, 9, arrays=["forget_gate"])


def test_an_edited_input_is_that_input(network, x):
    found = run_with(network, x, [Change("input", 2.0, "set", (1,), 4, 5)], run(network, x))
    edited = x.copy()
    edited[4, 1] = 2
    np.testing.assert_allclose(found.output, run(network, edited).output, rtol=1e-5, atol=1e-6)
    assert found.input[4, 1] == 2


def test_a_number_that_is_none_can_be_overwritten(network, x):
    x[3, 1] = np.nan
    found = run_with(network, x, [Change("input", 0.5, "set", (1,), 3, 4)], run(network, x))
    assert np.isfinite(found.output).all()
    x[3, 1] = 0.5
    np.testing.assert_array_equal(found.output, run(network, x).output)


@settings(deadline=None, max_examples=40)
@given(networks(ways, anything), st.integers(0, 5), st.integers(1, 6))
def test_changed_steps_are_those_of_the_reference_cell(network, first, count):
    network = widened(network)
    x, initial = noise(network, 6), states(network)
    way = network.spec.layers[0].directions[0]
    names = (*GATES, "cell_state", "cell_output", "hidden_state")
    asked = [
        Change(name, 0.1 * k + 0.2, "scale", (0,), first, first + count, 0, way)
        for k, name in enumerate(names)
    ]
    trace = run_with(network, x, asked, run(network, x, initial), initial)
    found = dict(trace.layers[0].directions())[way]
    t = 5 if way == "backward" and first + count > 5 else first
    before_ = before(trace, 0, way, t)

    def change(name, values):
        values = values.copy()
        values[0] *= 0.1 * names.index(name) + 0.2
        return values

    weights, variant = network.cells[0][way], network.spec.layers[0].variant
    read = layer_input(trace, 0)[t]
    step = cell_step(weights, read, before_.hidden, before_.cell, variant, before_.gates, change)
    for name in names:
        mine = getattr(step, name)
        if name == "cell_output" and found.hidden_state is found.cell_output:
            mine = step.hidden_state
        np.testing.assert_allclose(getattr(found, name)[t], mine, rtol=1e-9, atol=1e-12)


def test_what_comes_before_is_taken_from_the_baseline(network, x, monkeypatch):
    baseline = run(network, x)
    spans = []
    advance = unroll.advance

    def watched(cell, given, trace, rows, pieces):
        spans.extend((piece.start, piece.stop, bool(changes)) for piece, changes in pieces)
        advance(cell, given, trace, rows, pieces)

    monkeypatch.setattr("lstmviz.analysis.rerun.advance", watched)
    found = run_with(network, x, [ablate([0], first=12, last=13)], baseline)
    assert spans == [(12, 13, True), (13, 20, False)]
    assert (found.output[:12] == baseline.output[:12]).all()
    assert (found.output[12:] != baseline.output[12:]).any(axis=1).all()


@pytest.mark.parametrize(
    ("intervention", "words"),
    [
        (Change("memory"), "cannot be changed"),
        (Change("input_gate", how="halve"), "no way to change"),
        (Change("input_gate", units=(6,)), "no unit 6"),
        (Change("hidden_state", units=(4,)), "no unit 4"),
        (Change("input_gate", first=20), "no step 20"),
        (Change("input_gate", first=4, last=4), "are none"),
        (Change("input_gate", (1.0, 2.0), units=(1,)), "2 values are given for 1"),
        (Change("input_gate", 2.0, "add", units=(3, 1, 3)), "unit 3 is named twice"),
        (Change("input", units=(1, 1)), "unit 1 is named twice"),
        (Change("input_gate", layer=1), "no layer 1"),
        (Change("input_gate", direction="backward"), "does not run backward"),
        (WeightChange("peepholes", 0, 0), "no weights 'peepholes'"),
        (WeightChange("input_weights", 24, 0), "no number at"),
        (WeightChange("input_weights", 0), "no number at"),
    ],
)
def test_what_is_not_there_is_told(network, x, intervention, words):
    with pytest.raises(LstmvizError, match=words):
        run_with(network, x, [intervention])


def test_lists_and_arrays_are_as_good_as_tuples(network):
    x = noise(network, 5)
    told = Change("cell_state", (1.0, 2.0), "add", (0, 3), 1)
    for value, units in (([1.0, 2.0], [0, 3]), (np.array([1.0, 2.0]), np.array([0, 3]))):
        assert Change("cell_state", value, "add", units, 1) == told
    assert Change("cell_state", np.float32(0.5), units=range(2)).units == (0, 1)
    expected = run_with(network, x, [told]).output
    again = run_with(network, x, [Change("cell_state", [1.0, 2.0], "add", [0, 3], 1)])
    np.testing.assert_array_equal(again.output, expected)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ("forget_gate[3] = 0", "'forget_gate.3. = 0' is no Change or WeightChange"),
        (Change("input", [1.0, 2.0]), "2 values are given for 3 units"),
        (Change("input", "x"), "'x' is no number"),
        (Change("cell_state", None), "'None' is no number"),
        (Change("cell_state", 1.0, "add", (1, 1)), "named twice"),
        (Change("cell_state", 1.0, units=(1.5,)), r"no unit 1\.5"),
        (Change("cell_state", 1.0, first=1.5), r"no step 1\.5"),
        (Change("cell_state", 1.0, last=2.5), r"0 to 2\.5 are none"),
    ],
)
def test_values_units_and_steps_of_another_kind_are_told(network, change, cause):
    with pytest.raises(LstmvizError, match=cause):
        run_with(network, noise(network, 5), [change])
