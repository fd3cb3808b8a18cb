"""Ranking units by what they follow, against plain formulas and planted units."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmviz.analysis.following import BLOCKS, by_chance, follow, held_out, rank, ranked_arrays
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import CellSpec, NetworkSpec
from lstmviz.errors import LstmvizError


def trace_of(directions=("forward",), hidden=5, steps=240, layers=1):
    cells = [CellSpec(3, hidden, 5, directions=directions)]
    for _ in range(layers - 1):
        cells.append(CellSpec(cells[-1].output_size, hidden, 5, directions=directions))
    network = random_network(NetworkSpec(tuple(cells)), seed=1)
    x = np.random.default_rng(0).standard_normal((steps, 3))
    return network.run(x)


def plain_auc(values, told):
    """By counting every pair."""
    ones, zeros = values[told == 1], values[told == 0]
    above = (ones[:, None] > zeros).mean()
    return above + (ones[:, None] == zeros).mean() / 2


def test_a_unit_that_is_the_annotation_comes_first():
    trace = trace_of()
    told = trace.layers[0].forward.cell_state[:, 3]
    first = follow(trace, told)[0]
    assert (first.array, first.unit) == ("cell_state", 3)
    assert first.correlation == pytest.approx(1) and first.held_correlation == pytest.approx(1)
    assert first.auc is None and first.held_auc is None


def test_a_threshold_of_a_gate_is_told_apart_by_it():
    trace = trace_of()
    gate = trace.layers[0].forward.forget_gate[:, 2]
    rows = follow(trace, gate > np.median(gate))
    row = next(row for row in rows if (row.array, row.unit) == ("forget_gate", 2))
    assert row.auc == row.held_auc == 1


def test_every_unit_of_every_gate_and_state_is_ranked_once():
    trace = trace_of(hidden=2)
    rows = follow(trace, np.arange(trace.steps) % 7)
    places = [(row.array, row.unit) for row in rows]
    assert len(set(places)) == len(places) == 6 * 5 + 2
    assert sorted({array for array, _ in places})[:2] == ["candidate", "cell_output"]
    strengths = [abs(row.correlation) for row in rows]
    assert strengths == sorted(strengths, reverse=True)


def test_without_a_projection_the_hidden_state_is_not_ranked_twice():
    arrays = {row.array for row in follow(trace_of(), np.arange(240) % 2)}
    assert "cell_output" in arrays and "hidden_state" not in arrays


def test_layer_and_direction_are_those_asked_for():
    trace = trace_of(("forward", "backward"), layers=2)
    told = trace.layers[1].backward.output_gate[:, 4]
    first = follow(trace, told, layer=1, direction="backward")[0]
    assert (first.array, first.unit, first.correlation) == ("output_gate", 4, pytest.approx(1))


@given(st.integers(0, 2**32 - 1), st.integers(36, 120), st.booleans())
def test_the_numbers_are_those_of_the_plain_formulas(seed, steps, tied):
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((steps, 3))
    if tied:
        values = np.round(values)
    told = rng.integers(0, 2, steps).astype(float)
    told[rng.random(steps) < 0.1] = np.nan
    told[:2] = 0, 1  # something changes in both parts
    held = np.arange(steps) % 3 == 2
    told[[2, 5]] = 0, 1
    known = ~np.isnan(told)
    if known.sum() < 24:
        return
    rows = rank({"c": values}, told, held)
    for row in rows:
        for part, correlation, auc in (
            (~held & known, row.correlation, row.auc),
            (held & known, row.held_correlation, row.held_auc),
        ):
            column = values[part, row.unit]
            if np.ptp(column) > 0:
                assert correlation == pytest.approx(np.corrcoef(column, told[part])[0, 1])
            assert auc == pytest.approx(plain_auc(column, told[part]))


def test_an_accident_does_not_last():
    """Noise ranked by chance: the best of very many looks good, and is nothing on new steps."""
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((90, 4000))
    told = rng.integers(0, 2, 90)
    rows = rank({"noise": noise}, told, held_out(90))
    assert abs(rows[0].correlation) > 0.4
    assert np.mean([abs(row.held_correlation) for row in rows[:50]]) < 0.25


def test_a_unit_that_never_changes_follows_nothing():
    (row,) = rank({"c": np.ones((60, 1))}, np.arange(60) % 2, held_out(60))
    assert (row.correlation, row.auc, row.held_correlation, row.held_auc) == (0, 0.5, 0, 0.5)


def test_a_large_offset_costs_no_precision():
    told = np.arange(600) % 5.0
    (row,) = rank({"c": 1e6 + told[:, None]}, told, held_out(600))
    assert row.correlation == pytest.approx(1, abs=1e-9)


def test_where_the_annotation_rests_in_the_held_out_part_there_is_no_proof():
    held = np.arange(60) >= 40
    told = np.where(held, 1, np.arange(60) % 2)
    (row,) = rank({"c": np.arange(60.0)[:, None]}, told, held)
    assert row.auc is not None and row.held_correlation is None and row.held_auc is None


def test_a_third_of_the_steps_is_held_out_in_runs():
    held = held_out(1200)
    assert held.mean() == pytest.approx(1 / 3)
    assert np.count_nonzero(np.diff(held.astype(int))) == 2 * BLOCKS // 3 - 1


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (np.ones(239), "shape .239.* but the trace has 240 steps"),
        (np.ones((240, 2)), "shape"),
        (["a"] * 240, "not numbers"),
        ([10**400] * 240, "not numbers"),
        (np.arange(240) * 1j, "not numbers"),
        (np.ones(240), "same at every step"),
        (np.where(np.arange(240) < 3, np.arange(240), np.nan), "3 steps; a ranking needs"),
        (np.where(np.arange(240) == 7, np.inf, 0), "infinite at step 7"),
    ],
)
def test_annotations_that_cannot_be_followed_are_refused(told, words):
    with pytest.raises(LstmvizError, match=words):
        follow(trace_of(), told)


def test_layers_and_directions_that_are_not_there_are_refused():
    trace = trace_of()
    with pytest.raises(LstmvizError, match="layer 1 does not exist; the trace has 1"):
        follow(trace, np.zeros(240), layer=1)
    with pytest.raises(LstmvizError, match="does not run 'backward'; it runs forward"):
        follow(trace, np.zeros(240), direction="backward")


def test_noise_follows_noise_no_better_than_chance():
    rng = np.random.default_rng(4)
    held = held_out(600)
    worse = 0
    for _ in range(40):
        arrays = {"cell_state": rng.standard_normal((600, 30))}
        told = (rng.random(600) < 0.3).astype(float)
        best = rank(arrays, told, held)[0]
        worse += abs(best.correlation) <= by_chance(arrays, told, held)
    assert worse >= 34  # 38 of 40 are expected: one time in twenty it is above


def test_slow_noise_is_allowed_more_by_chance_than_quick_noise():
    rng = np.random.default_rng(5)
    quick = rng.standard_normal((900, 20))
    slow = np.cumsum(quick, axis=0)
    held = held_out(900)
    told = np.arange(900) // 150 % 2
    assert by_chance({"c": slow}, told, held) > 2 * by_chance({"c": quick}, told, held)


def test_a_planted_unit_is_above_chance():
    trace = trace_of()
    gate = trace.layers[0].forward.forget_gate[:, 2]
    told = gate > np.median(gate)
    chance = by_chance(ranked_arrays(trace), told, held_out(trace.steps))
    assert 0 < chance < abs(follow(trace, told)[0].correlation)


def test_columns_that_are_constant_or_not_finite_follow_nothing():
    values = np.random.default_rng(6).standard_normal((120, 4))
    values[:, 1] = 3
    values[7, 2] = np.nan
    told = values[:, 0] > 0
    rows = rank({"c": values}, told, held_out(120))
    assert rows[0].unit == 0
    assert {row.unit: row.correlation for row in rows}[1] == 0
    assert {row.unit: row.correlation for row in rows}[2] == 0
    aucs = {row.unit: row.auc for row in rows}
    assert aucs[0] == 1 and aucs[1] == aucs[2] == 0.5
    assert 0 < by_chance({"c": values}, told, held_out(120)) < 1


def test_a_regular_annotation_is_not_held_against_itself():
    rng = np.random.default_rng(7)
    told = (np.arange(600) % 25 < 8).astype(float)
    values = rng.standard_normal((600, 12))
    values[:, 4] += 3 * told
    held = held_out(600)
    assert abs(rank({"c": values}, told, held)[0].correlation) > 0.8
    assert by_chance({"c": values}, told, held) < 0.6
