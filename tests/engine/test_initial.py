"""Random weights and states: reproducible, of the right shape and spread."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nets import seeds, single, specs

from lstmviz.engine.initial import random_network, random_state
from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec, parameters
from lstmviz.engine.variant import Variant
from lstmviz.errors import LstmvizError

SPEC = single(5, 3, 4, head=HeadSpec(2))


def every(network):
    """All arrays of weights of a network."""
    holders = [weights for cell in network.cells for weights in cell.values()]
    holders += network.heads
    arrays = [array for holder in holders for array in vars(holder).values()]
    return [array for array in [*arrays, network.embedding] if array is not None]


@given(specs(), seeds, st.integers(0, 2), st.sampled_from([np.float32, np.float64]))
def test_a_random_network_has_the_parameters_its_spec_counts(spec, seed, biases, dtype):
    network = random_network(spec, seed, dtype, biases)
    assert sum(array.size for array in every(network)) == parameters(spec, biases)
    assert network.dtype == dtype
    assert not network.trained


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_are_uniform_within_pytorchs_bounds(dtype):
    network = random_network(single(64, 50, 100, head=HeadSpec(80)), 0, dtype)
    *cell, head_weights, head_bias = every(network)
    for arrays, bound in ((cell, 100**-0.5), ([head_weights, head_bias], 50**-0.5)):
        values = np.concatenate([array.ravel() for array in arrays]) / bound
        assert np.abs(values).max() <= 1 + 1e-6
        assert abs(values.mean()) < 0.02
        assert abs(values.var() - 1 / 3) < 0.01


def test_a_seed_gives_the_same_weights_everywhere():
    weights = random_network(SPEC, 7).cells[0]["forward"].input_weights
    assert [float(weight).hex() for weight in weights[0, :3]] == [
        "0x1.c795280000000p-2",
        "0x1.0032080000000p-3",
        "0x1.7933500000000p-3",
    ]


def test_seeds_and_directions_differ():
    spec = NetworkSpec((CellSpec(2, 3, 3, directions=("forward", "backward")),))
    one, other = random_network(spec, 0), random_network(spec, 1)
    assert not np.array_equal(every(one)[0], every(other)[0])
    both = one.cells[0]
    assert not np.array_equal(both["forward"].input_weights, both["backward"].input_weights)


def test_an_impossible_cell_has_weights_without_a_projection():
    network = random_network(single(5, 3, 4, project=False), 0)
    assert network.cells[0]["forward"].projection is None


@given(specs(), seeds)
def test_random_states_fit_every_layer_and_direction(spec, seed):
    initial = random_state(spec, seed)
    for index, cell in enumerate(spec.layers):
        for direction in cell.directions:
            state = initial.of(index, direction)
            assert state.hidden.shape == (cell.hidden_size,)
            assert state.cell.shape == (cell.cell_size,)
            assert np.abs(np.r_[state.hidden, state.cell]).max() <= 1
    again = random_state(spec, seed)
    assert again.of(0, spec.layers[0].directions[0]).cell.tobytes() == (
        initial.of(0, spec.layers[0].directions[0]).cell.tobytes()
    )


@pytest.mark.parametrize("biases", [1, 2])
def test_the_forget_bias_is_what_the_biases_sum_to(biases):
    network = random_network(SPEC, 0, np.float64, biases, forget_bias=1.0)
    weights, plain = network.cells[0]["forward"], random_network(SPEC, 0, np.float64, biases)
    total = weights.input_bias + (0 if biases == 1 else weights.recurrent_bias)
    np.testing.assert_array_equal(total[4:8], 1.0)
    others = np.r_[0:4, 8:16]
    before = plain.cells[0]["forward"].input_bias
    np.testing.assert_array_equal(weights.input_bias[others], before[others])


def test_chrono_biases_remember_for_as_long_as_they_are_told():
    spec = single(2, 400, 400)
    weights = random_network(spec, 0, np.float64, chrono=50).cells[0]["forward"]
    total = (weights.input_bias + weights.recurrent_bias).reshape(4, -1)
    times = np.exp(total[1])  # uniform in 1…49
    assert 1 <= times.min() < 3
    assert 47 < times.max() <= 49
    assert abs(times.mean() - 25) < 1.5
    np.testing.assert_array_equal(total[0], -total[1])
    assert np.abs(total[2:]).max() < 2 * 400**-0.5


def test_chrono_of_a_coupled_cell_sets_its_one_gate():
    spec = NetworkSpec((CellSpec(2, 4, 4, variant=Variant(coupled=True)),))
    weights = random_network(spec, 0, chrono=9).cells[0]["forward"]
    total = (weights.input_bias + weights.recurrent_bias).reshape(4, -1)
    assert total[0].max() <= 0
    assert not total[1].any()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"forget_bias": 1.0, "chrono": 9}, "give one of them"),
        ({"forget_bias": 1.0, "biases": 0}, "no bias to set"),
        ({"chrono": 2}, "chrono is 2 steps"),
    ],
)
def test_biases_that_cannot_be_set_are_refused(options, words):
    with pytest.raises(LstmvizError, match=words):
        random_network(SPEC, 0, **options)


def test_variants_do_not_change_the_weights_that_all_have():
    peephole = NetworkSpec((CellSpec(5, 4, 4, variant=Variant(peephole=True)),))
    one = random_network(peephole, 7).cells[0]["forward"]
    other = random_network(single(5, 4, 4), 7).cells[0]["forward"]
    np.testing.assert_array_equal(one.recurrent_weights, other.recurrent_weights)
    assert one.peepholes.shape == (3, 4)
