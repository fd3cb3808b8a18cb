from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from heatruns import traced

from lstmviz.analysis.remembering import memory_of
from lstmviz.errors import LstmvizError
from lstmviz.scene.order import (
    ORDERS,
    REVERSED,
    hidden_order,
    known_order,
    order,
    order_words,
    similarity,
    turned,
)

NAMES = [name for name, _ in ORDERS] + ["c at 3", "horizon" + REVERSED]


def direction(cell, steps, **options):
    trace, _ = traced(cell, steps, **options)
    return trace.layers[0].forward


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("cell", "steps"), [(1, 1), (5, 1), (7, 30), (40, 300)])
def test_an_order_has_every_unit_once(name, cell, steps):
    run = direction(cell, steps)
    found = order(name, run)
    assert sorted(found) == list(range(cell))
    assert (order(name, run) == found).all()


def test_statistics_put_the_largest_first():
    run = direction(12, 50)
    means = run.cell_state.mean(axis=0)[order("mean c", run)]
    assert (np.diff(means) <= 0).all()
    peaks = np.abs(run.cell_state).max(axis=0)[order("largest |c|", run)]
    assert (np.diff(peaks) <= 0).all()
    spread = run.cell_state.var(axis=0)[order("variance of c", run)]
    assert (np.diff(spread) <= 1e-6).all()


def test_units_that_remember_long_come_first():
    run = direction(12, 60)
    kept = memory_of(run.forget_gate)
    for name, values in (
        ("half-life", kept.half_life),
        ("longest hold", kept.hold),
        ("horizon", kept.horizon),
        ("c at 7", run.cell_state[7]),
        ("half-life at 7", run.forget_gate[7]),
    ):
        assert (np.diff(values[order(name, run)]) <= 0).all(), name
        assert order(name + REVERSED, run).tolist() == order(name, run)[::-1].tolist()


def test_a_direction_that_runs_backward_remembers_what_comes_later():
    run = direction(9, 40)
    turned_round = replace(run, forget_gate=run.forget_gate[::-1])
    assert (order("horizon", turned_round, way="backward") == order("horizon", run)).all()


@pytest.mark.parametrize("name", ["c at", "c at -1", "c at x", "tea at 3", "", "c at ²"])
def test_an_unknown_order_is_that_of_the_numbers(name):
    assert order(name, direction(4, 6)).tolist() == [0, 1, 2, 3]


def test_orders_that_can_be_asked_for():
    for name in (*NAMES, "half-life at 0, reversed"):
        assert known_order(name) == name
    for name in ("c at", "c", "size", ", reversed"):
        with pytest.raises(LstmvizError, match="is unknown; choose index"):
            known_order(name)


def test_a_step_beyond_the_run_is_its_last():
    run = direction(8, 20)
    far = order("c at 99999999999999999999", run)
    assert (far == order("c at 19", run)).all()


def test_orders_are_told_in_words():
    assert order_words("half-life" + REVERSED) == "median half-life, reversed"
    assert order_words("c at 12") == "c at t = 12"
    assert turned("horizon", "index") == "horizon"
    assert turned("horizon", "horizon") == "horizon" + REVERSED
    assert turned("horizon", "horizon" + REVERSED) == "horizon"


def test_similar_units_become_neighbours():
    time = np.linspace(0, 12, 200)[:, None]
    phases = np.array([0.0, 2.0, 4.0])
    families = np.arange(30) % 3
    noise = np.random.default_rng(0).normal(scale=0.01, size=(200, 30))
    found = similarity(np.sin(time + phases[families]) + noise)
    changes = np.count_nonzero(np.diff(families[found]))
    assert changes == 2


def test_units_that_never_change_come_last():
    values = np.random.default_rng(0).random((20, 5))
    values[:, [1, 3]] = 0.5
    assert similarity(values)[-2:].tolist() == [1, 3]


@pytest.mark.parametrize("name", NAMES)
def test_values_that_are_not_finite_do_no_harm(name):
    run = direction(6, 20)
    state = run.cell_state.copy()
    state[3, 2], state[4, 5], state[5, 5] = np.nan, np.inf, -np.inf
    assert sorted(order(name, replace(run, cell_state=state))) == list(range(6))


def test_only_steps_that_are_computed_count():
    run = direction(6, 20)
    state = run.cell_state.copy()
    state[10:] = 1e6 * np.arange(6)
    later = replace(run, cell_state=state)
    assert (order("mean c", later, 10) == order("mean c", run, 10)).all()
    assert order("mean c", later, 0).tolist() == list(range(6))


def test_hidden_units_have_an_order_of_their_own_only_with_a_projection():
    plain = direction(6, 20)
    cells = order("mean c", plain)
    assert hidden_order("mean c", plain, cells, 20) is cells
    projected = direction(6, 20, hidden=4)
    assert hidden_order("mean c", projected, cells, 20).tolist() == [0, 1, 2, 3]
    assert sorted(hidden_order("similarity", projected, cells, 20)) == [0, 1, 2, 3]
