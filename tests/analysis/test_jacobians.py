"""∂cₜ/∂cₖ against finite differences of whole runs, and what bounds and names it."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from nets import networks, noise, single, states, variants, ways

from lstmviz.analysis.bptt import widened
from lstmviz.analysis.interventions import Change
from lstmviz.analysis.jacobians import forgetting, vanishing
from lstmviz.analysis.plain_rnn import random_rnn, remembered, without_gates
from lstmviz.analysis.rerun import run_with
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import CellSpec, NetworkSpec
from lstmviz.engine.unroll import run
from lstmviz.engine.variant import STANDARD, Activation
from lstmviz.errors import LstmvizError

SMOOTH = [Activation("sigmoid"), Activation("tanh"), Activation("gelu_tanh"), Activation("linear")]
STEPS, NEAR = 6, 1e-5


def jacobian(network, x, initial, place, start, step):
    """(C, C) ∂c_step/∂c_start by central differences, and whether it bends between the two."""
    layer, way = place
    size = network.spec.layers[layer].cell_size
    columns, bends = [], []
    for unit in range(size):
        found = [
            getattr(run_with(network, x, [moved], initial=initial).layers[layer], way).cell_state
            for moved in (
                Change("cell_state", by, "add", (unit,), start, start + 1, layer, way)
                for by in (NEAR, 0.0, -NEAR)
            )
        ]
        high, middle, low = (states[step] for states in found)
        columns.append((high - low) / (2 * NEAR))
        bends.append(np.abs(high - 2 * middle + low).max() / NEAR)
    return np.stack(columns, axis=1), max(bends)


@settings(deadline=None, max_examples=60)
@given(networks(ways, st.just(STANDARD) | variants(SMOOTH)), st.data())
def test_the_norm_is_that_of_moving_every_unit(network, data):
    network = widened(network)
    x, initial = noise(network, STEPS), states(network)
    layer = data.draw(st.integers(0, len(network.cells) - 1))
    way = data.draw(st.sampled_from(network.spec.layers[layer].directions))
    step = data.draw(st.integers(0, STEPS - 1))
    lags = data.draw(st.integers(1, STEPS))
    found = forgetting(network, run(network, x, initial), step, lags, layer, way)
    position = step if way == "forward" else STEPS - 1 - step
    assert len(found.norms) == len(found.products) == min(lags, position + 1)
    lag = data.draw(st.integers(0, len(found.norms) - 1))
    start = step - lag if way == "forward" else step + lag
    expected, bend = jacobian(network, x, initial, (layer, way), start, step)
    norm = np.linalg.norm(expected) / len(expected) ** 0.5
    assume(bend <= 1e-4 * norm + 1e-7)  # a bound lies between: there is no one slope
    assert found.norms[lag] == pytest.approx(norm, 1e-4, 1e-7)


@pytest.mark.parametrize("way", ["forward", "backward"])
def test_products_are_those_of_the_forget_gates_in_the_order_of_the_run(way):
    spec = NetworkSpec((CellSpec(2, 3, 4, directions=(way,)),))
    network = random_network(spec, 1, np.float64)
    trace = run(network, np.random.default_rng(0).normal(size=(9, 2)))
    forget = getattr(trace.layers[0], way).forget_gate
    step = 6 if way == "forward" else 2
    found = forgetting(network, trace, step, 4, direction=way)
    rows = [6, 5, 4] if way == "forward" else [2, 3, 4]
    expected = np.cumprod(forget[rows], axis=0)
    assert np.allclose(found.products[1:], expected) and (found.products[0] == 1).all()
    assert found.direct == pytest.approx(np.sqrt((found.products**2).mean(axis=1)))


def test_without_recurrent_weights_only_the_direct_path_is_left():
    network = random_network(single(2, 5, 5), 0, np.float64)
    weights = network.cells[0]["forward"]
    bare = type(weights)(weights.input_weights, weights.recurrent_weights * 0)
    network = type(network)(network.spec, ({"forward": bare},))
    trace = run(network, np.random.default_rng(0).normal(size=(30, 2)))
    found = forgetting(network, trace)
    assert np.allclose(found.norms, found.direct, rtol=1e-12)


def test_of_a_large_layer_some_rows_are_followed_and_they_are_true():
    network = random_network(single(2, 600, 600), 0)
    trace = run(network, np.random.default_rng(0).normal(size=(4, 2)))
    found = forgetting(network, trace, seed=3)
    again = forgetting(network, trace, seed=3)
    assert 16 <= len(found.units) < 600 and found.units == again.units
    assert found.norms[0] == pytest.approx(1) and (found.norms == again.norms).all()


def test_a_plain_rnn_by_differences():
    rnn = random_rnn(2, 4, 5)
    x = np.random.default_rng(0).normal(size=(7, 2))
    states = rnn.run(x)
    h = states[2]
    columns = []
    for unit in range(4):
        ends = []
        for by in (NEAR, -NEAR):
            moved = h + by * np.eye(4)[unit]
            for t in range(3, 7):
                a = rnn.recurrent_weights @ moved + rnn.input_weights @ x[t] + rnn.bias
                moved = np.tanh(a)
            ends.append(moved)
        columns.append((ends[0] - ends[1]) / (2 * NEAR))
    expected = np.linalg.norm(np.stack(columns)) / 2
    assert remembered(rnn, states, np.eye(4), 5)[4] == pytest.approx(expected, 1e-6)


@pytest.mark.parametrize("hidden", [4, 3])
def test_without_gates_the_candidate_is_handed_on(hidden):
    network = random_network(single(2, hidden, 4), 5, np.float64)
    weights = network.cells[0]["forward"]
    x = np.random.default_rng(0).normal(size=(6, 2))
    g, rows = np.zeros(4), slice(8, 12)
    for found, values in zip(without_gates(weights).run(x), x, strict=True):
        h = g if hidden == 4 else weights.projection @ g
        a = weights.input_weights[rows] @ values + weights.recurrent_weights[rows] @ h
        g = np.tanh(a + weights.input_bias[rows] + weights.recurrent_bias[rows])
        assert found == pytest.approx(g, abs=1e-14)


def test_the_comparison_has_all_and_none_untrained_where_the_network_is():
    import lstmviz

    counter = lstmviz.load("demo:counter")
    trace = lstmviz.trace(counter, "#" + "a" * 40 + "b" * 40)
    found = vanishing(counter, trace, step=40, lags=41)
    assert len(found.rnn) == len(found.network.norms) == len(found.untrained.norms) == 41
    assert found.ungated[0] == 1 and found.network.norms[40] > 10 * found.ungated[40] >= 0
    assert found.network.norms[40] > 0.5 > 0.1 > found.untrained.norms[40] > found.rnn[40]
    network = random_network(single(3, 5, 5), 0)
    assert vanishing(network, run(network, trace.input)).untrained is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"step": 9}, "no step 9"),
        ({"lags": 0}, "0 lags"),
        ({"layer": 1}, "no layer 1"),
        ({"direction": "backward"}, "does not run backward"),
    ],
)
def test_what_is_not_there_is_told(options, words):
    network = random_network(single(2, 3, 3), 0)
    trace = run(network, np.zeros((5, 2)))
    with pytest.raises(LstmvizError, match=words):
        forgetting(network, trace, **options)
