"""What changes have done, and that only the steps after them are computed."""

from dataclasses import replace

import numpy as np
import pytest
from nets import single

from lstmviz.analysis import Change, WeightChange, clamp, run_with
from lstmviz.analysis.effects import effect, touches
from lstmviz.analysis.rerun import chunks, prepare
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec
from lstmviz.engine.unroll import run

NETWORK = random_network(single(3, 4, 6, head=HeadSpec(5, "softmax")), 0)
X = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32)


def test_the_output_is_summed_up_as_its_definition_says():
    baseline = run(NETWORK, X)
    changed = run_with(NETWORK, X, [clamp("output_gate", 5.0, first=40, last=60)], baseline)
    found = effect(baseline, changed)
    p, q = baseline.output.astype(float), changed.output.astype(float)
    apart = np.abs(q - p)
    assert found.first == 40
    assert found.largest == pytest.approx(apart.max())
    assert apart[found.step, found.column] == pytest.approx(apart.max())
    assert (found.before, found.after) == (
        p[found.step, found.column],
        q[found.step, found.column],
    )
    assert found.likeliest == (p.argmax(1) != q.argmax(1)).sum() > 0
    assert found.divergence == pytest.approx((p * np.log2(p / q)).sum(1).mean(), rel=1e-9)


@pytest.mark.parametrize("first", [1, 100, 199])
def test_rows_before_a_change_need_not_be_looked_at(first):
    baseline = run(NETWORK, X)
    again = prepare(NETWORK, X, [clamp("forget_gate", 0.0, [2], first=first)], baseline)
    for _ in chunks(again):
        pass
    late, whole = effect(baseline, again.own, again.rows), effect(baseline, again.trace)
    assert again.rows.start == late.first == first
    assert late.divergence == pytest.approx(whole.divergence, rel=1e-9)
    assert replace(late, divergence=0) == replace(whole, divergence=0)


@pytest.mark.parametrize(
    ("direction", "layers", "rows"),
    [("forward", 1, (150, 200)), ("backward", 1, (0, 151)), ("forward", 2, (0, 200))],
)
def test_a_backward_direction_differs_in_the_steps_before_a_change(direction, layers, rows):
    sizes = [(3, 4), (8, 4)][:layers]
    cells = tuple(CellSpec(i, n, n, directions=("forward", "backward")) for i, n in sizes)
    network = random_network(NetworkSpec(cells), 2)
    change = clamp("forget_gate", 0.0, first=150, last=151, direction=direction)
    again = prepare(network, X, [change], run(network, X))
    assert again.rows == slice(*rows)


def test_a_change_that_changes_nothing_differs_nowhere():
    baseline = run(NETWORK, X)
    found = effect(baseline, run_with(NETWORK, X, [Change("forget_gate", 1.0, "scale")], baseline))
    assert found.first is None and found.likeliest == 0
    assert found.largest < 1e-6 and found.divergence < 1e-9


def test_values_that_are_no_numbers_are_the_largest_difference():
    baseline = run(NETWORK, X)
    changed = run_with(NETWORK, X, [WeightChange("recurrent_weights", 0, 0, 3e38, "set")])
    assert effect(baseline, changed).first == 1


@pytest.mark.parametrize("layers", [1, 2])
def test_chunks_come_one_after_the_other_and_only_after_the_change(layers, monkeypatch):
    cells = (CellSpec(3, 4, 6), CellSpec(4, 5, 5))[:layers]
    network = random_network(NetworkSpec(cells, (HeadSpec(2),)), 1)
    baseline = run(network, X)
    done = []
    from lstmviz.analysis import rerun

    advance = rerun.advance
    computed = []

    def watched(cell, given, trace, rows, pieces):
        computed.extend(range(pieces[0][0].start, pieces[-1][0].stop))
        advance(cell, given, trace, rows, pieces)

    monkeypatch.setattr(rerun, "advance", watched)
    monkeypatch.setattr("lstmviz.engine.unroll.CHUNK_STEPS", 32)
    again = prepare(network, X, [Change("cell_state", 0.5, first=90, last=91)], baseline)
    for reached in chunks(again):
        done.append(reached)
    assert done[0] == 90 and done[-1] == 200 and done == sorted(done) and len(done) > 3
    assert sorted(computed) == sorted([*range(90, 200)] * layers)
    np.testing.assert_array_equal(again.trace.output[:90], baseline.output[:90])


def test_only_the_layers_above_are_computed_anew(monkeypatch):
    network = random_network(NetworkSpec((CellSpec(3, 4, 6), CellSpec(4, 5, 5))), 1)
    baseline = run(network, X)
    again = prepare(network, X, [Change("cell_state", 0.5, first=90, layer=1)], baseline)
    from lstmviz.analysis import rerun

    advance, computed = rerun.advance, []

    def watched(cell, given, trace, rows, pieces):
        computed.extend(range(pieces[0][0].start, pieces[-1][0].stop))
        advance(cell, given, trace, rows, pieces)

    monkeypatch.setattr(rerun, "advance", watched)
    assert list(chunks(again))[-1] == 200
    assert computed == list(range(90, 200))
    lower = again.trace.layers[0].forward.cell_state
    np.testing.assert_array_equal(lower, baseline.layers[0].forward.cell_state)


def test_where_changes_take_hold():
    asked = [
        clamp("forget_gate", 0.0, [2], first=5),
        WeightChange("recurrent_weights", 8, 1),
        WeightChange("projection", 3, 1),
    ]
    found = touches(prepare(NETWORK, X, asked))
    assert [(t.array, t.units, t.first, t.last) for t in found] == [
        ("forget_gate", (2,), 5, 200),
        ("forget_gate", (2,), 0, 200),
        ("hidden_state", (3,), 0, 200),
    ]
