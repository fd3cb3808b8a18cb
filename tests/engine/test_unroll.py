"""Whole sequences: equal to PyTorch's and to the reference stepped, whatever the sizes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from nets import (
    EMBEDDED,
    TOLERANCE,
    anything,
    golden,
    golden_network,
    networks,
    noise,
    single,
    states,
    stepped,
)

from lstmviz.engine import unroll
from lstmviz.engine.initial import random_network
from lstmviz.engine.network import HeadWeights, Network
from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec
from lstmviz.engine.states import Initial
from lstmviz.engine.trace import arrays, layer_input, layer_output
from lstmviz.engine.variant import Activation, Variant

CASES = (
    *("plain32", "plain64", "projected32", "projected64", "no_bias64", "stacked64"),
    *("both_ways64", "stacked_both_ways_projected32", "stacked_both_ways_projected64"),
)


def assert_equal(trace, expected, tolerance):
    """Equal to within `tolerance`, whatever the size of the numbers."""
    named = arrays(trace)
    for name, values in expected.items():
        np.testing.assert_allclose(named[name], values, rtol=0, atol=tolerance, err_msg=name)


@pytest.mark.parametrize("case", CASES)
def test_a_run_gives_pytorchs_numbers(case):
    stored = golden(case)
    network, initial = golden_network(stored)
    trace = unroll.run(network, stored["input"], initial)
    expected = {name: stored[name] for name in arrays(trace)}
    assert_equal(trace, expected, TOLERANCE[str(network.dtype)])


UNIT_RANGE = ("sigmoid", "hard_sigmoid")
EXPLODED = 1e4
"""With linear gates c may grow without bound; past this, rounding grows with it too."""


def comparable(network):
    """Whether rounding stays as small as it is: gates without bounds amplify that of float32."""
    bounded = all(layer.variant.gate.name in UNIT_RANGE for layer in network.spec.layers)
    return bounded or network.dtype == np.float64


def largest(expected):
    """The rounding of the largest number: with some variants c grows and grows."""
    return max(1, *(np.abs(values).max() for values in expected.values()))


@settings(deadline=None)
@given(networks(), st.integers(1, 12))
def test_a_standard_run_is_the_reference_stepped(network, steps):
    x, initial = noise(network, steps), states(network)
    trace = unroll.run(network, x, initial)
    expected = stepped(network, x, initial)
    assert_equal(trace, expected, 2 * TOLERANCE[str(network.dtype)])


@settings(deadline=None)
@given(networks(variants=anything), st.integers(1, 12))
def test_a_run_is_the_reference_stepped(network, steps):
    x, initial = noise(network, steps), states(network)
    trace = unroll.run(network, x, initial)
    expected = stepped(network, x, initial)
    assume(largest(expected) < EXPLODED and comparable(network))
    assert_equal(trace, expected, 5 * largest(expected) * TOLERANCE[str(network.dtype)])
    assert {array.dtype for array in arrays(trace).values()} == {network.dtype}


@pytest.mark.parametrize("sizes", [(1, 1, 1), (3, 1, 1024), (1024, 1024, 1), (5, 1024, 1024)])
def test_the_smallest_and_the_largest_sizes_run(sizes):
    network = random_network(single(*sizes, head=HeadSpec(5)), 0, np.float64)
    x, initial = noise(network, 3), states(network)
    assert_equal(unroll.run(network, x, initial), stepped(network, x, initial), 1e-12)


@settings(deadline=None)
@given(networks(variants=anything), st.integers(1, 12), st.integers(1, 5))
def test_where_chunks_end_does_not_matter(network, steps, length):
    x, initial = noise(network, steps), states(network)
    whole = arrays(unroll.run(network, x, initial))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unroll, "CHUNK_STEPS", length)
        pieces = unroll.run(network, x, initial)
    assume(largest(whole) < EXPLODED and comparable(network))
    assert_equal(pieces, whole, 5 * largest(whole) * TOLERANCE[str(network.dtype)])


@settings(deadline=None)
@given(networks(), st.integers(1, 12))
def test_equal_runs_give_equal_bytes(network, steps):
    x = noise(network, steps)
    once, again = (arrays(unroll.run(network, x)) for _ in range(2))
    assert all(once[name].tobytes() == again[name].tobytes() for name in once)


@settings(deadline=None)
@given(networks(), st.integers(1, 12), st.floats(0, 1e6))
def test_gates_stay_in_their_range(network, steps, scale):
    x = noise(network, steps)
    trace = unroll.run(network, x if network.spec.embedding else x * network.dtype.type(scale))
    for layer in trace.layers:
        for _, d in layer.directions():
            for gate in (d.input_gate, d.forget_gate, d.output_gate):
                assert gate.min() >= 0
                assert gate.max() <= 1
            assert np.abs(d.candidate).max() <= 1
            assert np.abs(d.cell_output).max() <= 1


def test_rows_are_done_when_they_are_said_to_be():
    network = random_network(single(3, 4, 4, head=HeadSpec(2)), 0)
    x = noise(network, 300)
    whole = unroll.run(network, x)
    trace = unroll.allocate(network, x)
    said = []
    for done in unroll.chunks(network, trace):
        said.append(done)
        np.testing.assert_array_equal(trace.output[:done], whole.output[:done])
        assert not trace.output[done:].any()
    assert said == [128, 256, 300]


def test_large_cells_come_in_smaller_chunks():
    network = random_network(single(2, 1024, 1024), 0)
    trace = unroll.allocate(network, noise(network, 20))
    assert next(done for done in unroll.chunks(network, trace) if done) == 4


def test_large_weights_are_made_ready_in_pieces_once():
    network = random_network(single(1024, 512, 512), 0)
    first, again = (list(unroll.chunks(network, each)) for each in _traces(network, 2))
    assert first[:3] == [0, 0, 0] and again == [8] == [done for done in first if done]


def test_recurrent_weights_are_not_copied_in_vain():
    network = random_network(single(2, 257, 257), 0)
    own = network.cells[0]["forward"].recurrent_weights
    assert unroll.ready(network)[0]["forward"].recurrent_weights is own
    gaps = np.repeat(own, 2, axis=1)[:, ::2]
    other = replace(
        network, cells=({"forward": replace(network.cells[0]["forward"], recurrent_weights=gaps)},)
    )
    made = unroll.ready(other)[0]["forward"].recurrent_weights
    assert made is not gaps and made.flags.forc and made.dtype == np.float32
    np.testing.assert_array_equal(made, own)


@pytest.mark.parametrize("seed", range(3))
def test_few_weights_are_summed_in_float64_and_what_is_kept_is_rounded_once(seed):
    network = random_network(single(3, 24, 24), seed)
    trace = network.run(noise(network, 40))
    run, weights = trace.layers[0].forward, network.cells[0]["forward"]
    c, h = np.zeros(24), np.zeros(24)
    for t in range(40):
        a = sum(
            part.astype(float) @ read
            for part, read in (
                (weights.recurrent_weights, h),
                (weights.input_weights, trace.input[t].astype(float)),
            )
        )
        a = (a + weights.input_bias.astype(float) + weights.recurrent_bias).reshape(4, -1)
        i, f, o = 1 / (1 + np.exp(-a[[0, 1, 3]]))
        for found, exact in (
            (run.input_gate, i),
            (run.forget_gate, f),
            (run.candidate, np.tanh(a[2])),
            (run.output_gate, o),
            (
                run.cell_state,
                float_of(run.forget_gate, t) * c
                + float_of(run.input_gate, t) * float_of(run.candidate, t),
            ),
        ):
            np.testing.assert_allclose(found[t], exact, rtol=6e-8)
        c, h = float_of(run.cell_state, t), float_of(run.hidden_state, t)
        np.testing.assert_allclose(h, float_of(run.output_gate, t) * np.tanh(c), rtol=6e-8)


def float_of(rows, step):
    return rows[step].astype(float)


def _traces(network, count):
    return [unroll.allocate(network, noise(network, 8)) for _ in range(count)]


def test_a_layer_that_reads_backwards_is_done_only_at_the_end():
    spec = NetworkSpec((CellSpec(2, 3, 3, directions=("forward", "backward")),))
    network = random_network(spec, 0)
    trace = unroll.allocate(network, noise(network, 200))
    assert list(unroll.chunks(network, trace)) == [0, 0, 0, 0, 200]
    trace = unroll.run(network, noise(network, 200))
    both = [trace.layers[0].forward.hidden_state, trace.layers[0].backward.hidden_state]
    np.testing.assert_array_equal(trace.output, np.concatenate(both, axis=1))


def test_backward_is_forward_over_the_reversed_input():
    forward = random_network(NetworkSpec((CellSpec(2, 3, 4),)), 0)
    spec = NetworkSpec((CellSpec(2, 3, 4, directions=("backward",)),))
    backward = Network(spec, ({"backward": forward.cells[0]["forward"]},))
    x = noise(forward, 9)
    one, other = unroll.run(forward, x[::-1]), unroll.run(backward, x)
    np.testing.assert_array_equal(
        one.layers[0].forward.cell_state[::-1], other.layers[0].backward.cell_state
    )
    np.testing.assert_array_equal(one.output[::-1], other.output)


def test_without_a_projection_the_hidden_state_is_the_cell_output():
    network = random_network(single(2, 3, 3), 0)
    direction = unroll.run(network, noise(network, 4)).layers[0].forward
    assert direction.hidden_state is direction.cell_output


def test_a_run_begins_at_its_initial_states_and_leaves_them_alone():
    network = random_network(single(2, 3, 4), 0)
    x, initial = noise(network, 4), states(network)
    state = initial.of(0, "forward")
    direction = unroll.run(network, x, initial).layers[0].forward
    np.testing.assert_array_equal(direction.initial_hidden_state, state.hidden)
    np.testing.assert_array_equal(direction.initial_cell_state, state.cell)
    zero = unroll.run(network, x).layers[0].forward
    assert not zero.initial_cell_state.any()
    assert not np.allclose(zero.cell_state[0], direction.cell_state[0])
    partly = unroll.run(network, x, Initial(({},))).layers[0].forward
    np.testing.assert_array_equal(partly.cell_state, zero.cell_state)


def test_numbers_that_are_none_spoil_only_the_steps_after_them():
    network = random_network(single(2, 3, 3), 0)
    x = noise(network, 6).copy()
    x[3, 0], x[4, 1] = np.nan, np.inf
    trace = unroll.run(network, x)
    assert np.isfinite(trace.output[:3]).all()
    assert np.isnan(trace.output[3:]).all()


def test_the_trace_keeps_its_own_input():
    network = random_network(single(2, 3, 3), 0)
    x = noise(network, 4)
    trace = network.run(x)
    x[:] = 7
    assert not (trace.input == 7).any()


def test_a_final_state_is_the_last_step_of_forward_and_the_first_of_backward():
    cell = CellSpec(2, 3, 3, directions=("forward", "backward"), return_sequences=False)
    network = random_network(NetworkSpec((cell,)), 0)
    trace = network.run(noise(network, 7))
    layer = trace.layers[0]
    ends = [layer.forward.hidden_state[6], layer.backward.hidden_state[0]]
    np.testing.assert_array_equal(trace.output[-1], np.concatenate(ends))
    assert network.spec.last_step
    literal = replace(network.spec, layers=(replace(cell, return_sequences=True),))
    literal = replace(literal, heads=(HeadSpec(6, "linear", bias=False, last_step=True),))
    rows = Network(literal, network.cells, (HeadWeights(np.eye(6, dtype=np.float32)),))
    last = rows.run(trace.input).output[-1]
    np.testing.assert_array_equal(last[3:], layer.backward.hidden_state[6])
    assert literal.last_step


def test_a_layer_hands_on_what_the_next_one_reads():
    cells = [CellSpec(2, 3, 3, directions=("forward", "backward"), merge="ave"), CellSpec(3, 4, 4)]
    network = random_network(NetworkSpec(tuple(cells)), 0)
    trace = network.run(noise(network, 5))
    first = trace.layers[0]
    mean = (first.forward.hidden_state + first.backward.hidden_state) / 2
    np.testing.assert_array_equal(layer_input(trace, 1), mean)
    assert layer_input(trace, 0).shape == trace.input.shape
    assert np.shares_memory(layer_input(trace, 0), trace.input)
    assert trace.layers[1].forward.hidden_state is trace.output
    assert np.shares_memory(layer_output(trace, 1), trace.output)
    np.testing.assert_array_equal(layer_output(trace, 1), trace.output)


@pytest.mark.parametrize("name", ["exponential", "relu", "softplus", "selu", "squareplus", "gelu"])
def test_unbounded_gates_agree_as_far_as_numbers_go(name):
    activation = Activation(name)
    variant = Variant(activation, activation, activation)
    network = random_network(NetworkSpec((CellSpec(3, 4, 4, variant=variant),)), 0, np.float64)
    x, initial = noise(network, 5), states(network)
    named = arrays(unroll.run(network, x, initial))
    for array, values in stepped(network, x, initial).items():
        np.testing.assert_allclose(named[array], values, rtol=1e-9, err_msg=array)


def test_a_chain_of_heads_keeps_what_is_between():
    network = random_network(EMBEDDED, 0, np.float64)
    trace = network.run([1, 2, 3])
    (between,) = trace.head_outputs
    assert between.min() == 0 < between.max()
    first, last = network.heads
    hidden = trace.layers[0].forward.hidden_state
    expected = np.maximum(hidden @ first.weights.T + first.bias, 0)
    np.testing.assert_allclose(between, expected, rtol=0, atol=1e-15)
    logits = np.exp(between @ last.weights.T + last.bias)
    np.testing.assert_allclose(trace.output, logits / logits.sum(1, keepdims=True), atol=1e-15)
