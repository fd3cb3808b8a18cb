"""More places like this, against a plain search."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nets import single

from lstmviz.analysis.resembling import APART, _distances, similar
from lstmviz.engine.initial import random_network
from lstmviz.engine.unroll import run
from lstmviz.errors import LstmvizError

NETWORK = random_network(single(3, 6, 6), 0, np.float64)


def trace_of(seed, steps=80):
    return run(NETWORK, np.random.default_rng(seed).normal(size=(steps, 3)))


def distance(a, b, measure):
    if measure == "euclid":
        return np.linalg.norm(a - b)
    return 1 - a @ b / np.linalg.norm(a) / np.linalg.norm(b)


@settings(deadline=None)
@given(st.integers(0, 79), st.integers(1, 5), st.sampled_from(["cosine", "euclid"]))
def test_the_nearest_place_is_the_nearest_of_all(step, length, measure):
    trace = trace_of(0)
    last = min(step + length, 80)
    length = last - step
    c = trace.layers[0].forward.cell_state
    apart = max(APART, length)
    expected = min(
        np.mean([distance(c[step + k], c[s + k], measure) for k in range(length)])
        for s in range(80 - length + 1)
        if abs(s - step) >= apart
    )
    found = similar(trace, step, last, measure=measure)
    assert found[0].distance == pytest.approx(expected, abs=1e-9)
    steps = [place.step for place in found]
    assert all(abs(a - b) >= apart for k, a in enumerate(steps) for b in [*steps[:k], step])
    assert [place.distance for place in found] == sorted(place.distance for place in found)


def test_the_same_input_elsewhere_is_found_in_other_sequences():
    trace, other = trace_of(0), trace_of(1)
    copy = run(NETWORK, np.concatenate([other.input, trace.input[:40]]))
    found = similar(trace, 30, 33, others=[("other", other), ("copy", copy)], most=4)
    assert (found[0].sequence, found[0].step) == ("copy", 110)
    assert found[0].distance < 1e-6 and len(found) == 4


def test_what_is_not_there_is_told():
    trace = trace_of(0, 5)
    for options, words in (
        ({"step": 5}, "no step 5"),
        ({"step": 3, "last": 3}, "steps from 3 up to 3"),
        ({"step": 0, "array": "input"}, "'input' is not one of"),
        ({"step": 0, "measure": "l1"}, "'l1' is not one of"),
    ):
        with pytest.raises(LstmvizError, match=words):
            similar(trace, **options)
    wide = run(random_network(single(3, 7, 7), 0), np.zeros((4, 3)))
    with pytest.raises(LstmvizError, match="7 units"):
        similar(trace, 0, others=[("w", wide)])
    assert similar(trace, 2) == ()


def test_both_states_count_alike():
    from lstmviz.analysis.resembling import distances, sample
    from lstmviz.engine.initial import random_network
    from lstmviz.engine.spec import CellSpec, NetworkSpec

    network = random_network(NetworkSpec((CellSpec(3, 4, 6),)), seed=1)
    trace = network.run(np.random.default_rng(0).standard_normal((50, 3)))
    c, h, both = (
        distances(sample(trace, 7, 9, array), trace)
        for array in ("cell_state", "hidden_state", "states")
    )
    assert np.allclose(both, (c + h) / 2) and both.shape == (49,)
    assert both[7] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_the_distance_of_near_places_keeps_its_digits(size):
    states = np.random.default_rng(0).normal(size=(40, 6)) * size
    states[20] = states[5]
    states[35] = states[5] + size * 1e-9
    found = _distances(states[5:6], states, "euclid")
    assert found[20] == 0
    assert found[35] == pytest.approx(np.linalg.norm(states[35] - states[5]), rel=1e-12)
    assert found[7] == pytest.approx(np.linalg.norm(states[7] - states[5]), rel=1e-12)
