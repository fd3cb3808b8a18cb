"""The reference step against PyTorch's numbers, the equations and its limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from nets import (
    GOLDENS,
    STEP_ARRAYS,
    TOLERANCE,
    golden,
    golden_network,
    networks,
    noise,
    single,
    states,
)

from lstmviz.engine.cell import head, sigmoid, step
from lstmviz.engine.initial import random_network
from lstmviz.engine.network import HeadWeights
from lstmviz.engine.spec import GATES
from lstmviz.engine.variant import Activation


def first_step(network):
    weights = network.cells[0]["forward"]
    state = states(network).of(0, "forward")
    x = noise(network, 1)[0]
    return weights, x, state.hidden, state.cell


@pytest.mark.parametrize("case", ["plain32", "plain64", "projected32", "projected64", "no_bias64"])
def test_stepping_gives_pytorchs_numbers(case):
    arrays = golden(case)
    network, initial = golden_network(arrays)
    weights, state = network.cells[0]["forward"], initial.of(0, "forward")
    h, c = state.hidden, state.cell
    for t, x in enumerate(arrays["input"]):
        now = step(weights, x, h, c)
        for name in STEP_ARRAYS:
            theirs = arrays[f"layer0.forward.{name}"][t]
            np.testing.assert_allclose(
                getattr(now, name), theirs, rtol=0, atol=TOLERANCE[str(network.dtype)]
            )
        h, c = now.hidden_state, now.cell_state


def test_the_goldens_are_small():
    assert GOLDENS.stat().st_size < 300_000


@given(networks())
def test_every_vector_has_its_size_and_its_place_in_the_equations(network):
    spec = network.spec.layers[0]
    name = spec.directions[0]
    weights = network.cells[0][name]
    x = np.random.default_rng(0).standard_normal(spec.input_size).astype(network.dtype)
    state = states(network).of(0, name)
    now = step(weights, x, state.hidden, state.cell)
    assert now.gathered.shape == (spec.hidden_size + spec.input_size,)
    assert tuple(now.pre_activation) == GATES
    for gate in GATES:
        squash = np.tanh if gate == "candidate" else sigmoid
        np.testing.assert_array_equal(getattr(now, gate), squash(now.pre_activation[gate]))
    assert all(getattr(now, array).shape == (spec.cell_size,) for array in STEP_ARRAYS[:6])
    assert now.hidden_state.shape == (spec.hidden_size,)
    np.testing.assert_array_equal(now.forgotten, now.forget_gate * state.cell)
    np.testing.assert_array_equal(now.written, now.input_gate * now.candidate)
    np.testing.assert_array_equal(now.cell_state, now.forgotten + now.written)
    np.testing.assert_array_equal(now.cell_output, now.output_gate * now.squashed)
    assert (now.hidden_state is now.cell_output) == (not spec.projected)
    assert {getattr(now, array).dtype for array in STEP_ARRAYS} == {network.dtype}


def test_the_gathered_vector_is_the_hidden_state_above_the_input():
    weights, x, h, c = first_step(random_network(single(5, 256, 256), 0))
    gathered = step(weights, x, h, c).gathered
    assert gathered.shape == (261,)
    np.testing.assert_array_equal(gathered, np.r_[h, x])


def test_one_bias_is_as_good_as_the_sum_of_two():
    network = random_network(single(3, 4, 4), 0, np.float64)
    weights, x, h, c = first_step(network)
    two = step(weights, x, h, c)
    merged = type(weights)(
        weights.input_weights,
        weights.recurrent_weights,
        weights.input_bias + weights.recurrent_bias,
    )
    np.testing.assert_allclose(step(merged, x, h, c).hidden_state, two.hidden_state, rtol=1e-14)


def test_the_sigmoid_neither_overflows_nor_leaves_its_range():
    a = np.array([-np.inf, -1e30, -3.0, 0.0, 3.0, 1e30, np.inf], np.float32)
    expected = [0.0, 0.0, 0.04742587, 0.5, 0.95257413, 1.0, 1.0]
    np.testing.assert_allclose(sigmoid(a), expected, atol=1e-7)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_pass_through_without_a_warning(value):
    weights, x, h, c = first_step(random_network(single(3, 4, 4), 0))
    now = step(weights, np.full_like(x, value), h, c)
    assert np.isnan(now.hidden_state).any()


@pytest.mark.parametrize("activation", ["softmax", "sigmoid", "linear"])
def test_a_head_reads_one_row_as_it_reads_many(activation):
    rng = np.random.default_rng(0)
    weights = HeadWeights(rng.standard_normal((5, 4)), rng.standard_normal(5))
    rows = rng.standard_normal((3, 4))
    single_rows = np.stack([head(weights, Activation(activation), row) for row in rows])
    np.testing.assert_allclose(head(weights, Activation(activation), rows), single_rows, rtol=1e-14)


def test_softmax_of_huge_logits_is_still_a_distribution():
    weights = HeadWeights(np.array([[1e30], [2e30], [-1e30]], np.float32))
    np.testing.assert_array_equal(
        head(weights, Activation("softmax"), np.ones(1, np.float32)), [0, 1, 0]
    )


def test_heads_are_the_functions_they_are_named_for():
    weights = HeadWeights(np.eye(2), np.array([0.0, np.log(3.0)]))
    h = np.zeros(2)
    np.testing.assert_allclose(head(weights, Activation("softmax"), h), [0.25, 0.75])
    np.testing.assert_allclose(head(weights, Activation("sigmoid"), h), [0.5, 0.75])
    np.testing.assert_allclose(head(weights, Activation("linear"), h), [0.0, np.log(3.0)])
