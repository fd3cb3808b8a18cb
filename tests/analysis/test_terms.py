from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nets import anything, networks, noise, single, states, ways

from lstmviz.analysis.jacobians import forgetting
from lstmviz.analysis.steps import before
from lstmviz.analysis.sums import terms
from lstmviz.engine.activations import function
from lstmviz.engine.cell import step as cell_step
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import GATES, CellSpec, NetworkSpec
from lstmviz.engine.trace import layer_input
from lstmviz.engine.unroll import run
from lstmviz.engine.variant import GREFF, PEEPHOLE, STANDARD, SWITCHES
from lstmviz.errors import LstmvizError


@settings(deadline=None, max_examples=60)
@given(networks(ways, anything), st.data())
def test_terms_sum_to_the_number(network, data):
    trace = run(network, noise(network, 4), states(network))
    layer = data.draw(st.integers(0, len(network.cells) - 1))
    cell = network.spec.layers[layer]
    name = data.draw(st.sampled_from(cell.directions))
    step = data.draw(st.integers(0, 3))
    start = before(trace, layer, name, step)
    weights = network.cells[layer][name]
    x = layer_input(trace, layer)[step]
    expected = cell_step(weights, x, start.hidden, start.cell, cell.variant, start.gates)
    unit = data.draw(st.integers(0, cell.cell_size - 1))
    digits = 1e-5 if network.dtype == np.float32 else 1e-12
    for gate in GATES:
        if gate in cell.variant.lacking:
            continue
        found = terms(network, trace, gate, step, unit, layer, name)
        total = sum(value for _, _, value in found)
        size = sum(abs(value) for _, _, value in found)
        assert total == pytest.approx(expected.pre_activation[gate][unit], abs=digits * (size + 1))
    if cell.projected:
        h = data.draw(st.integers(0, cell.hidden_size - 1))
        found = terms(network, trace, "hidden_state", step, h, layer, name)
        traced = dict(trace.layers[layer].directions())[name].hidden_state[step, h]
        size = sum(abs(value) for _, _, value in found)
        assert sum(value for _, _, value in found) == pytest.approx(traced, abs=digits * (size + 1))


@settings(deadline=None, max_examples=60)
@given(networks(ways, anything), st.data())
def test_a_gate_is_what_its_terms_are_squashed_to(network, data):
    trace = run(network, noise(network, 4), states(network))
    layer = data.draw(st.integers(0, len(network.cells) - 1))
    cell = network.spec.layers[layer]
    name = data.draw(st.sampled_from(cell.directions))
    step, unit = data.draw(st.integers(0, 3)), data.draw(st.integers(0, cell.cell_size - 1))
    exact = network.dtype == np.float32  # which keeps what float64 arithmetic makes
    for gate in GATES:
        if gate in cell.variant.lacking:
            continue
        squash = cell.variant.candidate if gate == "candidate" else cell.variant.gate
        values = [value for _, _, value in terms(network, trace, gate, step, unit, layer, name)]
        expected = float(function(squash)(np.array(sum(values))))
        traced = getattr(dict(trace.layers[layer].directions())[name], gate)[step, unit]
        # float64 rounds each term; where they cancel, that is all there is to be had
        bound = 0 if exact else 1e-15 * sum(map(abs, values))
        assert traced == pytest.approx(expected, rel=1e-7 if exact else 1e-14, abs=bound)


@pytest.mark.parametrize("variant", [STANDARD, PEEPHOLE])
def test_gates_near_zero_keep_their_digits_in_float32(variant):
    network = random_network(NetworkSpec((CellSpec(3, 16, 16, variant=variant),)), 0)
    weights = network.cells[0]["forward"]
    bias = np.linspace(-25, 5, 64, dtype=np.float32)
    network = replace(network, cells=({"forward": replace(weights, input_bias=bias)},))
    trace = run(network, np.random.default_rng(0).standard_normal((20, 3)))
    for gate in SWITCHES:
        for unit in range(16):
            a = sum(value for _, _, value in terms(network, trace, gate, 9, unit))
            found = getattr(trace.layers[0].forward, gate)[9, unit]
            assert found == pytest.approx(1 / (1 + math.exp(-a)), rel=1e-7)


def test_where_each_term_comes_from():
    network = random_network(single(2, 3, 3), 0)
    trace = run(network, np.ones((2, 2)))
    found = terms(network, trace, "forget_gate", 1, 2)
    assert [source for source, _, _ in found] == [
        *["hidden_state"] * 3,
        *["input"] * 2,
        "input_bias",
        "recurrent_bias",
    ]
    assert [index for _, index, _ in found] == [0, 1, 2, 0, 1, 2, 2]
    weights = network.cells[0]["forward"]
    h = trace.layers[0].forward.hidden_state[0]
    assert found[1].value == pytest.approx(weights.recurrent_weights[3 + 2, 1] * h[1])
    assert found[3].value == pytest.approx(weights.input_weights[3 + 2, 0])


@pytest.mark.parametrize(
    ("variant", "array", "words"),
    [
        ("NFG", "forget_gate", "absent"),
        ("CIFG", "forget_gate", "1 − i"),
        ("NP", "hidden_state", "cell output"),
        ("NP", "cell_state", "no sum"),
    ],
)
def test_what_is_no_sum_is_told(variant, array, words):
    network = random_network(NetworkSpec((CellSpec(2, 3, 3, variant=GREFF[variant]),)), 0)
    trace = run(network, np.ones((2, 2)))
    with pytest.raises(LstmvizError, match=words):
        terms(network, trace, array, 0, 0)


@pytest.mark.parametrize(
    ("step", "unit", "layer", "direction"),
    [(2, 0, 0, "forward"), (0, 3, 0, "forward"), (0, 0, 1, "forward"), (0, 0, 0, "backward")],
)
def test_what_is_not_there_is_told(step, unit, layer, direction):
    network = random_network(single(2, 3, 3), 0)
    trace = run(network, np.ones((2, 2)))
    with pytest.raises(LstmvizError, match=r"there is no|does not run"):
        terms(network, trace, "input_gate", step, unit, layer, direction)


def test_the_trace_of_another_network_is_told():
    network, other = (random_network(single(3, 4, cell), 0) for cell in (4, 5))
    trace = run(other, noise(other, 4))
    with pytest.raises(LstmvizError, match="the trace is of another network"):
        terms(network, trace, "forget_gate", 1, 0)
    with pytest.raises(LstmvizError, match="the trace is of another network"):
        forgetting(network, trace)
