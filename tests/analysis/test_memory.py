from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from nets import single

from lstmviz.analysis.remembering import half_life, horizon, longest_hold, memory, memory_of
from lstmviz.analysis.statistics import histograms, quiet, saturation
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import CellSpec, NetworkSpec
from lstmviz.engine.trace import LayerTrace
from lstmviz.engine.unroll import run
from lstmviz.errors import LstmvizError


def with_forget(gates, backward=False):
    """A trace whose forget gates are these, (T, C)."""
    gates = np.array(gates, np.float64)
    way = "backward" if backward else "forward"
    cell = CellSpec(1, gates.shape[1], gates.shape[1], directions=(way,))
    network = random_network(NetworkSpec((cell,)), 0, np.float64)
    trace = run(network, np.zeros((len(gates), 1)))
    direction = replace(getattr(trace.layers[0], way), forget_gate=gates)
    return replace(trace, layers=(LayerTrace(**{way: direction}),))


def test_half_life():
    trace = with_forget([[0.5, 0.0, 1.0], [2**-0.1, 0.25, 1.5]])
    expected = [[1.0, 0.0, np.inf], [10.0, 0.5, np.inf]]
    np.testing.assert_allclose(half_life(trace), expected)


def test_half_life_is_when_half_is_left():
    trace = run(random_network(single(2, 4, 4), 0), np.ones((5, 2)))
    forget = trace.layers[0].forward.forget_gate.astype(float)
    np.testing.assert_allclose(forget ** half_life(trace), 0.5)


def test_longest_hold():
    column = [0.95, 0.2, 0.91, 0.99, 0.9, 0.1, 0.95, 0.95]
    hold, began = longest_hold(with_forget(np.array([column, np.zeros(8)]).T))
    assert hold.tolist() == [3, 0]
    assert began.tolist() == [2, 0]
    hold, began = longest_hold(with_forget(np.array([column]).T, True), direction="backward")
    assert hold.tolist() == [3]
    assert began.tolist() == [4]  # the hold begins there, running backward


@given(
    hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=9),
        elements=st.sampled_from([0.0, 0.3, 0.5, 0.9, 0.95, 1.0, 1.5, np.nan]),
    ),
    st.booleans(),
)
def test_the_table_of_any_gates_is_what_counting_finds(gates, backward):
    way = "backward" if backward else "forward"
    table = memory_of(gates, way)
    ordered = gates[::-1] if backward else gates
    with np.errstate(divide="ignore", invalid="ignore"):
        lives = np.where(gates >= 1, np.inf, np.log(0.5) / np.log(gates.astype(float)))
    lives[gates <= 0] = 0
    for unit in range(gates.shape[1]):
        runs = [(0, 0)]
        for t, f in enumerate(ordered[:, unit]):
            count = runs[-1][0] + 1 if f >= np.float32(0.9) else 0
            runs.append((count, t + 1 - count))
        count, began = max(runs, key=lambda run: run[0])
        began = len(gates) - 1 - began if backward and count else began if count else 0
        assert (table.hold[unit], table.hold_from[unit]) == (count, began)
        ranked = np.sort(lives[:, unit])
        middle = ranked[[(len(ranked) - 1) // 2, len(ranked) // 2]].mean()
        expected = np.nan if np.isnan(ranked).any() else middle
        np.testing.assert_allclose(table.half_life[unit], expected)


def test_horizon_of_one_forget_gate():
    trace = with_forget(np.full((4000, 1), 0.9))
    assert horizon(trace)[0] == pytest.approx(10, rel=0.01)
    assert horizon(with_forget(np.zeros((5, 1))))[0] == 1


def test_the_table_has_every_unit():
    table = memory(with_forget(np.full((30, 3), 0.5)))
    assert table.half_life.tolist() == [1, 1, 1]
    assert table.mean_forget == pytest.approx([0.5] * 3)


def test_saturation_counts_the_steps():
    trace = run(random_network(single(2, 6, 6), 0), np.random.default_rng(0).normal(size=(50, 2)))
    gate = np.array(trace.layers[0].forward.input_gate)
    gate[:10, 2], gate[10:15, 2], gate[15:, 2] = 0.05, 0.95, 0.5
    trace = replace(
        trace, layers=(LayerTrace(forward=replace(trace.layers[0].forward, input_gate=gate)),)
    )
    found = saturation(trace)
    assert set(found) == {"input_gate", "forget_gate", "output_gate"}
    assert found["input_gate"].shape == (6, 2)
    assert found["input_gate"][2].tolist() == [0.2, 0.1]
    assert saturation(trace, burn_in=10)["input_gate"][2].tolist() == [0, 0.125]
    with pytest.raises(LstmvizError, match="burn-in of 50"):
        saturation(trace, burn_in=50)


def test_histograms_hold_every_value():
    trace = run(random_network(single(2, 6, 6), 0), np.ones((50, 2)))
    for counts, edges in histograms(trace, bins=10).values():
        assert counts.sum() == 300
        assert len(edges) == 11
    with pytest.raises(LstmvizError, match="0 bins are too few"):
        histograms(trace, bins=0)


def test_dead_and_constant_units():
    trace = run(random_network(single(2, 3, 3), 0), np.random.default_rng(0).normal(size=(50, 2)))
    forward = trace.layers[0].forward
    m, c = np.array(forward.cell_output), np.array(forward.cell_state)
    m[:, 1], c[:, 2] = 1e-6, 0.7
    found = quiet(
        replace(trace, layers=(LayerTrace(forward=replace(forward, cell_output=m, cell_state=c)),))
    )
    assert found.dead.tolist() == [1]
    assert found.constant.tolist() == [2]
