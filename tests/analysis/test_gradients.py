from __future__ import annotations

import numpy as np
import poked
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from nets import networks, noise, single, states, variants, ways

from lstmviz.analysis.bptt import gradients, saliency, widened
from lstmviz.analysis.slopes import slope
from lstmviz.engine.activations import ACTIVATIONS
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import GATES, HeadSpec
from lstmviz.engine.states import Initial, State
from lstmviz.engine.variant import STANDARD, Activation
from lstmviz.errors import LstmvizError

SMOOTH = [Activation("sigmoid"), Activation("tanh"), Activation("gelu_tanh"), Activation("linear")]
anything = st.just(STANDARD) | variants(SMOOTH)
NEAR = 1e-6


def check(found, step, output, change):
    """A gradient is what moving a number does: `change(by)` gives a run's arguments.

    Where a bound lies between the three runs there is no one slope, and nothing to say.
    """
    high, middle, low = (poked.output(*change(by))[step, output] for by in (NEAR, 0, -NEAR))
    expected = (high - low) / (2 * NEAR)
    allowed = 1e-4 * (abs(expected) + 1e-2)
    assume(abs(high - 2 * middle + low) / NEAR <= allowed)
    assert abs(found - expected) <= allowed


@settings(deadline=None, max_examples=60)
@given(networks(ways, anything), st.data())
def test_gradients_are_what_moving_a_number_does(network, data):
    network = widened(network)
    x, initial = noise(network, 5), states(network)
    step = data.draw(st.integers(0, 4))
    output = data.draw(st.integers(0, network.spec.output_size - 1))
    found = gradients(network, x, step, output, initial)
    assert found.value == pytest.approx(poked.output(network, x, initial)[step, output])
    layer = data.draw(st.integers(0, len(network.cells) - 1))
    name = data.draw(st.sampled_from(network.spec.layers[layer].directions))
    gradient = getattr(found.layers[layer], name)
    at = data.draw(st.integers(0, 4))
    for array in (*GATES, "cell_state", "cell_output", "hidden_state"):
        values = getattr(gradient, array)
        unit = data.draw(st.integers(0, values.shape[1] - 1))

        def change(by, array=array, unit=unit):
            return network, x, initial, (layer, name, array, at, unit, by)

        check(values[at, unit], step, output, change)


@settings(deadline=None, max_examples=40)
@given(networks(ways, anything), st.data())
def test_gradients_of_inputs_and_initial_states(network, data):
    network = widened(network)
    x, initial = noise(network, 4), states(network)
    step = data.draw(st.integers(0, 3))
    output = data.draw(st.integers(0, network.spec.output_size - 1))
    found = gradients(network, x, step, output, initial)
    layer = data.draw(st.integers(0, len(network.cells) - 1))
    name = data.draw(st.sampled_from(network.spec.layers[layer].directions))
    gradient = getattr(found.layers[layer], name)
    for which in ("hidden", "cell"):
        start = getattr(initial.of(layer, name), which)
        unit = data.draw(st.integers(0, len(start) - 1))

        def change(by, which=which, unit=unit, start=start):
            moved = start.copy()
            moved[unit] += by
            state = State(**{**vars(initial.of(layer, name)), which: moved})
            layers = list(initial.states)
            layers[layer] = {**layers[layer], name: state}
            return network, x, Initial(tuple(layers))

        check(getattr(gradient, f"initial_{which}_state")[unit], step, output, change)
    if network.embedding is None:
        t, column = data.draw(st.integers(0, 3)), data.draw(st.integers(0, x.shape[1] - 1))

        def moved_input(by):
            moved = x.copy()
            moved[t, column] += by
            return network, moved, initial

        check(found.input[t, column], step, output, moved_input)


def test_what_comes_later_has_no_gradient():
    network = random_network(single(3, 4, 6, head=HeadSpec(2)), 0)
    found = gradients(network, np.ones((9, 3)), 4, 1)
    forward = found.layers[0].forward
    assert not found.input[5:].any()
    assert not forward.cell_state[5:].any()
    assert found.input[:5].all()
    assert forward.forget_gate.shape == (9, 6)
    assert forward.hidden_state.shape == (9, 4)


def test_saliency_of_a_symbol_is_the_gradient_at_it():
    network = random_network(single(3, 4, 4, head=HeadSpec(2)), 0)
    x = np.eye(3)[[0, 2, 1, 1]]
    found = gradients(network, x, 3, 0)
    assert saliency(found, x).tolist() == [found.input[t, k] for t, k in enumerate([0, 2, 1, 1])]


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_slopes(name):
    row = ACTIVATIONS[name]
    x = np.random.default_rng(0).uniform(-3, 3, 200)
    expected = (
        row.apply(x + 1e-6, row.alpha, row.beta) - row.apply(x - 1e-6, row.alpha, row.beta)
    ) / 2e-6
    assert slope(Activation(name), x) == pytest.approx(expected, abs=1e-8, rel=1e-8)


@pytest.mark.parametrize(
    ("name", "x", "expected"),
    [
        ("relu6", [-3e-6, 0, 3e-6, 6, 6 + 3e-6], [0, 0, 1, 0, 0]),
        ("leaky_relu", [-3e-6, 0, 3e-6], [0.01, 0.01, 1]),
        ("selu", [-1e-300, 0, 1e-300], [1.75809934084738, 1.75809934084738, 1.05070098735548]),
        ("hard_shrink", [-0.5, 0.5, 0.5 + 1e-9], [0, 0, 1]),
        ("soft_shrink", [-0.5 - 1e-9, 0.5], [1, 0]),
        ("sparse_plus", [-1, 0, 1, 1 + 1e-9], [0, 0.5, 1, 1]),
        ("tanh_shrink", [1e-8, 40], [1e-16, 1]),
        ("log_sigmoid", [-800, 40], [1, 4.248354255291589e-18]),
        ("elu", [800, -800], [1, 0]),
    ],
)
def test_slopes_beside_and_at_a_kink_are_pytorchs(name, x, expected):
    found = slope(Activation(name), np.array(x, float))
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-30)


@pytest.mark.parametrize(("step", "output"), [(-1, 0), (4, 0), (0, -1), (0, 2)])
def test_what_is_not_there_is_told(step, output):
    network = random_network(single(3, 4, 4, head=HeadSpec(2)), 0)
    with pytest.raises(LstmvizError, match=r"there are|the run has"):
        gradients(network, np.ones((4, 3)), step, output)
