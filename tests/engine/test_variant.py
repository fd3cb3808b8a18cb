"""Variants: names, Greff's eight against plain arithmetic, and each departure by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import plain_lstm
import pytest
from nets import noise, states

from lstmviz.engine import cell, unroll
from lstmviz.engine.initial import random_network
from lstmviz.engine.network import Network
from lstmviz.engine.spec import GATES, CellSpec, NetworkSpec, problem
from lstmviz.engine.variant import (
    GREFF,
    LINEAR,
    PEEPHOLE,
    STANDARD,
    Activation,
    Variant,
    named_variant,
    variant_name,
)
from lstmviz.errors import LstmvizError


def network_of(variant, cell_size=5, dtype=np.float64, hidden=None):
    spec = CellSpec(3, hidden or cell_size, cell_size, variant=variant)
    return random_network(NetworkSpec((spec,)), 3, dtype)


@pytest.mark.parametrize("name", plain_lstm.NAMES)
def test_greffs_variants_are_their_equations(name):
    network = network_of(named_variant(name))
    weights, state = network.cells[0]["forward"], states(network).of(0, "forward")
    x, size = noise(network, 7), 5
    absent = np.zeros((3, 3, size, size))
    lists = {
        "W": weights.input_weights.reshape(4, size, -1).tolist(),
        "R": weights.recurrent_weights.reshape(4, size, -1).tolist(),
        "b": (weights.input_bias + weights.recurrent_bias).reshape(4, size).tolist(),
        "p": None if name == "NP" else weights.peepholes.tolist(),
        "G": (
            absent
            if weights.gate_recurrence is None
            else weights.gate_recurrence.reshape(3, size, 3, size).swapaxes(1, 2)
        ).tolist(),
    }
    rows = plain_lstm.unroll(name, lists, x.tolist(), state.hidden.tolist(), state.cell.tolist())
    trace = unroll.run(network, x, states(network)).layers[0].forward
    arrays = dict(zip("ifzocy", (*GATES, "cell_state", "hidden_state"), strict=True))
    for letter, array in arrays.items():
        theirs = [row[letter] for row in rows]
        np.testing.assert_allclose(getattr(trace, array), theirs, rtol=0, atol=1e-14)


def test_greffs_eight_are_one_change_to_a_cell_with_peepholes():
    assert set(GREFF) == set(plain_lstm.NAMES) - {"V"}
    assert named_variant("V") == PEEPHOLE == named_variant("peephole")
    assert named_variant("NP") == STANDARD == named_variant("standard")
    for name, variant in GREFF.items():
        changed = [f for f, value in vars(variant).items() if value != getattr(PEEPHOLE, f)]
        assert len(changed) == 1, name
    assert named_variant("CIFG", peephole=False) == Variant(coupled=True)
    assert named_variant("standard", peephole=True) == PEEPHOLE


@pytest.mark.parametrize(
    ("variant", "name"),
    [
        (STANDARD, "standard"),
        (PEEPHOLE, "peephole"),
        *((variant, name) for name, variant in GREFF.items() if name != "NP"),
        (Variant(coupled=True), "CIFG without peepholes"),
        (Variant(output=LINEAR), "NOAF without peepholes"),
        (replace(PEEPHOLE, clip=3.0), "peephole, clip 3"),
        (Variant(gate=Activation("hard_sigmoid", 0.2, 0.5)), "hard_sigmoid(0.2, 0.5) gates"),
        (Variant(cell_clip=10.0, projection_clip=0.5), "cell clip 10, h clip 0.5"),
        (Variant(absent=("output_gate", "input_gate")), "no input gate, no output gate"),
        (
            Variant(coupled=True, gate_recurrence=True, candidate=Activation("relu")),
            "coupled i and f, gate recurrence, relu candidate",
        ),
    ],
)
def test_a_variant_is_named_for_what_departs(variant, name):
    assert variant_name(variant) == name


def test_an_unknown_variant_is_refused_with_the_known_ones():
    with pytest.raises(LstmvizError, match=r"'XYZ' is unknown; known are standard, peephole, V"):
        named_variant("XYZ")


@pytest.mark.parametrize(
    ("variant", "words"),
    [
        (Variant(gate=Activation("sigmoyd")), "'sigmoyd' is unknown; known are affine, "),
        (Variant(absent=("candidate",)), "'candidate' is no gate that may be absent"),
        (Variant(clip=0.0), "clip is 0.0; make it a number above 0"),
        (Variant(cell_clip=float("nan")), "cell_clip is nan"),
    ],
)
def test_a_variant_with_unknown_words_is_refused(variant, words):
    with pytest.raises(LstmvizError, match=words):
        network_of(variant)


@pytest.mark.parametrize("gate", ["input_gate", "forget_gate"])
def test_coupling_a_gate_that_is_absent_is_impossible(gate):
    network = network_of(Variant(coupled=True, absent=(gate,)))
    assert "f = 1 − i needs both gates" in problem(network.spec)
    with pytest.raises(LstmvizError, match="needs both gates, but the"):
        network.run(np.ones((2, 3)))


def test_weights_must_be_those_that_the_variant_asks_for():
    plain, peephole = network_of(STANDARD), network_of(PEEPHOLE)
    with pytest.raises(LstmvizError, match=r"has no layer0.forward.peepholes, but its spec asks"):
        Network(peephole.spec, plain.cells)
    with pytest.raises(LstmvizError, match=r"has a layer0.forward.peepholes, but its spec asks"):
        Network(plain.spec, peephole.cells)
    recurrent = network_of(Variant(gate_recurrence=True))
    wrong = replace(recurrent.cells[0]["forward"], gate_recurrence=np.zeros((15, 5)))
    with pytest.raises(LstmvizError, match=r"gate_recurrence has shape \(15, 5\).*\(15, 15\)"):
        Network(recurrent.spec, ({"forward": wrong},))


def test_what_a_variant_lacks_may_hold_anything():
    """The rows of gates without weights are read by nothing, in either of the two engines."""
    variant = Variant(absent=("output_gate",), coupled=True, peephole=True, gate_recurrence=True)
    network = network_of(variant)
    weights = network.cells[0]["forward"]
    x, initial = noise(network, 5), states(network)
    changed = {}
    for name in ("input_weights", "recurrent_weights", "input_bias"):
        array = getattr(weights, name).copy()
        array.reshape(4, 5, -1)[[1, 3]] = np.nan
        changed[name] = array
    peepholes, feedback = weights.peepholes.copy(), weights.gate_recurrence.copy()
    peepholes[1:] = np.nan
    feedback[5:] = np.nan
    feedback[:, 5:] = 7
    spoilt = replace(weights, **changed, peepholes=peepholes, gate_recurrence=feedback)
    other = Network(network.spec, ({"forward": spoilt},))
    expected = unroll.run(network, x, initial).output
    np.testing.assert_array_equal(unroll.run(other, x, initial).output, expected)
    with pytest.MonkeyPatch.context() as patch:  # nor where a chunk begins
        patch.setattr(unroll, "CHUNK_STEPS", 2)
        pieces = unroll.run(other, x, initial).output
        np.testing.assert_allclose(pieces, expected, rtol=0, atol=1e-15)
    state = initial.of(0, "forward")
    now = cell.step(spoilt, x[0], state.hidden, state.cell, variant)
    np.testing.assert_allclose(now.hidden_state, expected[0], rtol=0, atol=1e-15)


def test_clipping_bounds_pre_activations_states_and_projections():
    variant = Variant(clip=0.1, cell_clip=0.02, projection_clip=0.001, peephole=True)
    network = network_of(variant, hidden=4)
    trace = unroll.run(network, noise(network, 40) * 5, states(network)).layers[0].forward
    low, high = cell.sigmoid(np.array([-0.1, 0.1]))
    for gate in (trace.input_gate, trace.forget_gate, trace.output_gate):
        assert low <= gate.min() < gate.max() <= high
    assert np.abs(trace.candidate).max() == np.tanh(0.1)
    assert np.abs(trace.cell_state).max() == 0.02
    assert np.abs(trace.hidden_state).max() == 0.001


def test_absent_gates_are_one_and_coupled_ones_add_up():
    trace = network_of(Variant(absent=("input_gate", "output_gate"))).run(np.ones((4, 3)))
    layer = trace.layers[0].forward
    assert (layer.input_gate == 1).all()
    assert (layer.output_gate == 1).all()
    assert layer.forget_gate.max() < 1
    coupled = network_of(Variant(coupled=True)).run(np.ones((4, 3))).layers[0].forward
    np.testing.assert_array_equal(coupled.input_gate + coupled.forget_gate, 1)


def test_gate_recurrence_goes_on_where_a_chunk_ends(monkeypatch):
    network = network_of(named_variant("FGR"))
    x, initial = noise(network, 11), states(network)
    whole = unroll.run(network, x, initial).output
    monkeypatch.setattr(unroll, "CHUNK_STEPS", 2)
    np.testing.assert_allclose(unroll.run(network, x, initial).output, whole, rtol=0, atol=1e-15)
