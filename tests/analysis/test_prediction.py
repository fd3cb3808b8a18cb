from dataclasses import replace

import numpy as np
import pytest

from lstmviz import random_network
from lstmviz.analysis.prediction import draws, likeliest, predicts, probabilities, surprises
from lstmviz.engine.initial import random_network as made
from lstmviz.engine.initial import random_state
from lstmviz.engine.spec import CellSpec, EmbeddingSpec, HeadSpec, NetworkSpec
from lstmviz.engine.unroll import run
from lstmviz.engine.variant import Variant
from lstmviz.errors import LstmvizError


def drawn(*arguments):
    return list(draws(*arguments))


LOUD = random_network(4, 6, head=HeadSpec(4), seed=2, dtype=np.float64)
FULL = NetworkSpec(
    (
        CellSpec(5, 3, 6, variant=Variant(peephole=True, gate_recurrence=True)),
        CellSpec(3, 4, 4),
    ),
    (HeadSpec(7, "tanh"), HeadSpec(8, "linear")),
    EmbeddingSpec(8, 5),
)


@pytest.mark.parametrize(
    ("head", "directions", "size", "right"),
    [
        (HeadSpec(4), ("forward",), 4, True),
        (HeadSpec(4, "linear"), ("forward",), 4, True),
        (HeadSpec(4, "sigmoid"), ("forward",), 4, False),
        (HeadSpec(3), ("forward",), 4, False),
        (HeadSpec(4), ("forward", "backward"), 4, False),
        (None, ("forward",), 4, False),
    ],
)
def test_only_some_networks_predict_symbols(head, directions, size, right):
    cell = CellSpec(size, 4, 4, directions=directions)
    assert predicts(NetworkSpec((cell,), (head,) if head else ())) is right


def test_probabilities_are_a_softmax_of_logits_and_a_softmax_itself():
    logits = np.array([1.0, 3.0, -2.0])
    by_hand = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(probabilities(logits, "linear"), by_hand, rtol=1e-12)
    np.testing.assert_allclose(probabilities(by_hand, "softmax"), by_hand, rtol=1e-12)
    assert probabilities(np.array([1e30, 0]), "linear").tolist() == [1, 0]
    assert probabilities(np.array([np.nan, 0]), "linear").tolist() == [0, 0]


def test_the_likeliest_come_first_and_equals_by_number():
    assert likeliest(np.array([0.2, 0.5, 0.2, 0.1]), 3) == [1, 0, 2]


@pytest.mark.parametrize("spec", [FULL, None])
def test_drawing_goes_on_exactly_as_reading_the_drawn_would(spec):
    network = made(spec, 0, np.float64) if spec else LOUD
    initial = random_state(network.spec, 1, np.float64)
    start = [0, 1, 2, 1]
    before = run(network, np.eye(network.spec.input_size)[start], initial)
    symbols = drawn(network, before, 12, 0)
    assert len(symbols) == 12
    rows = np.eye(network.spec.input_size)[start + symbols]
    outputs = run(network, rows, initial).output[3:-1]
    assert outputs.argmax(axis=1).tolist() == symbols


def test_equal_seeds_draw_equal_symbols_and_others_others():
    before = run(LOUD, np.eye(4)[[0, 1]])
    assert drawn(LOUD, before, 50, 1.0, 7) == drawn(LOUD, before, 50, 1.0, 7)
    assert drawn(LOUD, before, 50, 1.0, 7) != drawn(LOUD, before, 50, 1.0, 8)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_symbols_are_drawn_as_often_as_the_temperature_says(temperature):
    before = run(LOUD, np.eye(4)[[0, 1]])
    shares = before.output[-1] ** (1 / temperature)
    shares /= shares.sum()
    first = [drawn(LOUD, before, 1, temperature, seed)[0] for seed in range(2000)]
    counts = np.bincount(first, minlength=4)
    chi_squared = ((counts - 2000 * shares) ** 2 / (2000 * shares)).sum()
    assert chi_squared < 16.3  # p = 0.001 at three degrees of freedom


def test_barred_symbols_are_never_drawn():
    before = run(LOUD, np.eye(4)[[0, 1]])
    assert set(drawn(LOUD, before, 60, 100.0, 0, (1, 2))) == {0, 3}


@pytest.mark.parametrize(
    ("count", "temperature", "says"),
    [
        (0, 1, "0 symbols are outside 1 to 10,000"),
        (10**9, 1, "outside 1 to 10,000"),
        (1, -1, "temperature -1 is outside"),
        (1, float("nan"), "temperature nan is outside"),
    ],
)
def test_what_cannot_be_drawn_is_said(count, temperature, says):
    before = run(LOUD, np.eye(4)[[0]])
    with pytest.raises(LstmvizError, match=says):
        drawn(LOUD, before, count, temperature)


def test_a_network_without_a_prediction_draws_nothing():
    network = random_network(4, 4)
    with pytest.raises(LstmvizError, match="does not tell which symbol comes next"):
        drawn(network, run(network, np.eye(4)), 1)


def test_an_output_that_is_not_finite_draws_nothing():
    network = random_network(2, 2, head=HeadSpec(2))
    head = network.heads[0]
    weights = np.full_like(head.weights, np.nan)
    broken = replace(network, heads=(replace(head, weights=weights),))
    with pytest.raises(LstmvizError, match="not finite"):
        drawn(broken, run(broken, np.eye(2)), 1)


def test_surprises_are_those_of_the_probabilities_a_step_before():
    for activation in ("softmax", "log_softmax", "linear"):
        head = HeadSpec(6, activation=activation)
        network = random_network(6, 5, head=head, seed=2)
        symbols = np.random.default_rng(0).integers(0, 6, 40)
        trace = network.run(np.eye(6)[symbols])
        bits = surprises(trace, symbols)
        assert np.isnan(bits[0])
        for step in range(1, 40):
            shares = probabilities(trace.output[step - 1], activation)
            assert bits[step] == pytest.approx(-np.log2(shares[symbols[step]]), rel=1e-4)
