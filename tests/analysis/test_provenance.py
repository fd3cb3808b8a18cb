from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nets import anything, networks, noise, single, states, ways

from lstmviz.analysis.origins import (
    clipped,
    provenance,
    provenance_map,
    provenance_matrix,
    remaining,
    writes,
)
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import CellSpec, NetworkSpec
from lstmviz.engine.states import Initial, State
from lstmviz.engine.unroll import run
from lstmviz.engine.variant import Variant


@settings(deadline=None, max_examples=60)
@given(networks(ways, anything), st.data())
def test_what_remains_sums_to_the_cell_state(network, data):
    trace = run(network, noise(network, 7), states(network))
    layer = data.draw(st.integers(0, len(network.cells) - 1))
    cell = network.spec.layers[layer]
    name = data.draw(st.sampled_from(cell.directions))
    step, unit = data.draw(st.integers(0, 6)), data.draw(st.integers(0, cell.cell_size - 1))
    direction = dict(trace.layers[layer].directions())[name]
    found = provenance(trace, step, unit, layer, name)
    assert found.shape == ((step if name == "forward" else 6 - step) + 2,)
    size = np.abs(found).sum()
    assert found.sum() == pytest.approx(
        direction.cell_state[step, unit], rel=1e-6, abs=1e-12 * size
    )
    matrix = provenance_matrix(trace, unit, layer, name)
    row = step if name == "forward" else 6 - step
    np.testing.assert_allclose(matrix[row, : len(found)], found, rtol=1e-9, atol=1e-12)
    assert not matrix[row, len(found) :].any()


def test_against_the_plain_formula():
    network = random_network(single(3, 5, 5), 1, np.float64)
    trace = run(network, np.random.default_rng(0).normal(size=(6, 3)))
    forward = trace.layers[0].forward
    f, w = forward.forget_gate[:, 2], forward.input_gate[:, 2] * forward.candidate[:, 2]
    found = provenance(trace, 4, 2)
    for k in range(5):
        assert found[k + 1] == pytest.approx(np.prod(f[k + 1 : 5]) * w[k])
        assert remaining(trace, 4, 2)[k + 1] == pytest.approx(np.prod(f[k + 1 : 5]))
    assert found[0] == 0
    assert writes(trace, 2) == pytest.approx(w)


def test_the_initial_state_fades():
    network = random_network(single(2, 3, 3), 0, np.float64)
    start = Initial(({"forward": State(np.zeros(3), np.array([2.0, 0, 0]))},))
    trace = run(network, np.zeros((5, 2)), start)
    forgotten = np.prod(trace.layers[0].forward.forget_gate[:, 0])
    assert provenance(trace, 4, 0)[0] == pytest.approx(2 * forgotten)


def test_clipped_steps_are_told_and_the_sum_still_holds():
    cell = CellSpec(2, 3, 3, variant=Variant(cell_clip=0.05))
    trace = run(random_network(NetworkSpec((cell,)), 0), np.full((20, 2), 3.0))
    state = trace.layers[0].forward.cell_state
    unit = int(np.abs(state).max(axis=0).argmax())
    assert clipped(trace, unit).any()
    assert provenance(trace, 19, unit).sum() == pytest.approx(state[19, unit], rel=1e-6)
    assert not clipped(run(random_network(single(2, 3, 3), 0), np.ones((4, 2))), 0).any()


@settings(deadline=None, max_examples=40)
@given(networks(ways, anything), st.data())
def test_the_map_is_the_matrix_summed_over_columns_at_the_steps_seen(network, data):
    trace = run(network, noise(network, 12), states(network))
    layer = data.draw(st.integers(0, len(network.cells) - 1))
    way = data.draw(st.sampled_from(network.spec.layers[layer].directions))
    matrix = provenance_matrix(trace, 0, layer, way)
    if way == "backward":
        matrix = np.hstack([matrix[::-1, :1], matrix[::-1, :0:-1]])
    steps = st.sets(st.integers(0, 11), min_size=1)
    seen = np.array(sorted(data.draw(steps)))
    edges = np.array(sorted(data.draw(st.sets(st.integers(0, 12), min_size=2))))
    sums, start = provenance_map(trace, 0, seen, edges, layer, way)
    want = [[row[1:][a:b].sum() for a, b in pairwise(edges)] for row in matrix[seen]]
    np.testing.assert_allclose(sums, want, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(start, matrix[seen, 0], rtol=1e-9, atol=1e-12)
