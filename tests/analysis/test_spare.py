"""Changed runs in the room of earlier ones: as if each were the only one."""

import gc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nets import anything, networks, noise, single, states, ways

from lstmviz.analysis import Change, WeightChange, clamp, rerun, run_with, spare
from lstmviz.analysis.changes import parse
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import GATES, CellSpec, HeadSpec, NetworkSpec
from lstmviz.engine.trace import arrays
from lstmviz.engine.unroll import run

STEPS = 6


def some_change(data, network):
    layer = data.draw(st.integers(0, len(network.cells) - 1))
    name = data.draw(st.sampled_from(network.spec.layers[layer].directions))
    array = data.draw(st.sampled_from((*GATES, "cell_state", "hidden_state", "input", "weight")))
    if array == "weight":
        return WeightChange("recurrent_weights", 0, 0, 0.5, "add", layer, name)
    first = data.draw(st.integers(0, STEPS - 1))
    last = data.draw(st.sampled_from((None, first + 1)))
    if array == "input":
        # A symbol read instead, for a network that reads nothing but symbols.
        width = network.spec.input_size
        values = tuple(float(k == width - 1) for k in range(width))
        return Change("input", values, "set", tuple(range(width)), first, last)
    return Change(array, 0.3, "add", (0,), first, last, layer, name)


def same(found, expected):
    for (name, one), other in zip(arrays(found).items(), arrays(expected).values(), strict=True):
        np.testing.assert_array_equal(one, other, err_msg=name)


@settings(deadline=None, max_examples=60)
@given(networks(ways, anything), st.data())
def test_runs_one_after_another_are_what_each_alone_is(network, data):
    x, initial = noise(network, STEPS), states(network)
    baseline = run(network, x, initial)
    untouched = {name: values.copy() for name, values in arrays(baseline).items()}
    held = []
    for _ in range(data.draw(st.integers(2, 5))):
        asked = [some_change(data, network) for _ in range(data.draw(st.integers(1, 3)))]
        found = run_with(network, x, asked, baseline, initial)
        alone = run_with(network, x, asked, replace(baseline), initial)
        same(found, alone)
        from_scratch = run_with(network, x, asked, None, initial)
        for name, values in arrays(from_scratch).items():
            np.testing.assert_allclose(arrays(found)[name], values, rtol=1e-4, atol=1e-5)
        if data.draw(st.booleans()):
            held.append((found, alone))
        del found
    for one, other in held:
        same(one, other)
    for name, values in arrays(baseline).items():
        np.testing.assert_array_equal(values, untouched[name])


@pytest.fixture
def network():
    return random_network(single(3, 4, 6, head=HeadSpec(2)), 0)


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)


def place(trace):
    return trace.layers[0].forward.cell_state.__array_interface__["data"][0]


def at(network, x, baseline, step):
    return run_with(network, x, [clamp("forget_gate", 0.0, [1], first=step)], baseline)


def test_the_room_of_a_run_that_nobody_reads_is_taken_over(network, x):
    baseline = run(network, x)
    first = at(network, x, baseline, 12)
    second = at(network, x, baseline, 5)
    assert place(first) != place(second)
    where = place(first)
    del first
    third = at(network, x, baseline, 15)
    assert place(third) == where
    same(third, at(network, x, replace(baseline), 15))


def test_a_single_array_that_is_still_read_keeps_its_room(network, x):
    baseline = run(network, x)
    first = at(network, x, baseline, 12)
    row = first.layers[0].forward.cell_state[3:9][:, 2]
    before, where = row.copy(), place(first)
    del first
    second = at(network, x, baseline, 0)
    assert place(second) != where
    np.testing.assert_array_equal(row, before)


def test_only_what_is_missing_is_copied():
    room = spare.Room()
    assert room.missing("rows", 12) == slice(0, 12)
    assert room.missing("rows", 5) == slice(12, 12)
    assert room.missing("rows", 15) == slice(5, 15)


def test_a_changed_run_is_closed_to_writing(network, x):
    baseline = run(network, x)
    for given_baseline in (None, baseline):
        found = at(network, x, given_baseline, 12)
        for name, values in arrays(found).items():
            assert not values.flags.writeable, name


def test_rooms_are_let_go_with_their_baseline_and_large_ones_at_once(network, x, monkeypatch):
    baseline = run(network, x)
    kept = len(spare._kept)
    at(network, x, baseline, 12)
    assert len(spare._kept) == kept + 1
    del baseline
    gc.collect()
    assert len(spare._kept) == kept
    monkeypatch.setattr(spare, "KEPT_BYTES", 100)
    baseline = run(network, x)
    at(network, x, baseline, 12)
    assert len(spare._kept) == kept


def test_another_run_is_no_baseline(network, x):
    baseline = run(network, x)
    longer = np.concatenate([x, x])
    for _ in range(2):
        same(at(network, longer, baseline, 12), at(network, longer, None, 12))
    at(network, x, baseline, 3)
    same(at(network, x, baseline, 12), at(network, x, replace(baseline), 12))


def test_the_input_of_a_network_that_reads_backward_can_be_edited(x):
    spec = single(3, 4, 6)
    backward = replace(spec, layers=(replace(spec.layers[0], directions=("backward",)),))
    network = random_network(backward, 0)
    change = parse("input[1]@4 = 2", backward)
    baseline, edited = run(network, x), x.copy()
    edited[4, 1] = 2
    found = run_with(network, x, [change], baseline)
    np.testing.assert_allclose(found.output, run(network, edited).output, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(found.output[5:], baseline.output[5:])


FORWARD, BACKWARD = "forward", "backward"


@pytest.mark.parametrize(
    ("change", "starts"),
    [
        (
            Change("input", 2.0, "set", (1,), 15, 16),
            {(0, FORWARD): 15, (0, BACKWARD): 4, (1, FORWARD): 0, (1, BACKWARD): 0},
        ),
        (
            clamp("forget_gate", 0.0, first=15),
            {(0, FORWARD): 15, (1, FORWARD): 15, (1, BACKWARD): 0},
        ),
        (clamp("input_gate", 0.0, first=7, layer=1), {(1, FORWARD): 7}),
        (
            clamp("input_gate", 0.0, first=3, last=5, layer=1, direction=BACKWARD),
            {(1, BACKWARD): 15},
        ),
        (
            WeightChange("recurrent_weights", 0, 0, 0.5, "add", 1, BACKWARD),
            {(1, BACKWARD): 0},
        ),
    ],
)
def test_each_direction_begins_where_it_is_first_affected(change, starts, monkeypatch):
    """Rows are counted in the order in which a direction runs: 20 steps, the last one first."""
    layers = tuple(CellSpec(k, n, n, directions=(FORWARD, BACKWARD)) for k, n in ((3, 4), (8, 5)))
    network = random_network(NetworkSpec(layers, (HeadSpec(2),)), 0)
    x = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    baseline, expected = run(network, x), run_with(network, x, [change])
    advance, begun = rerun.advance, {}

    def watched(cell, given, trace, rows, changes):
        way = BACKWARD if trace.cell_state.strides[0] < 0 else FORWARD
        begun.setdefault((trace.cell_state.shape[1] - 4, way), rows.start)
        advance(cell, given, trace, rows, changes)

    monkeypatch.setattr(rerun, "advance", watched)
    found = run_with(network, x, [change], baseline)
    assert begun == starts
    for name, values in arrays(expected).items():
        np.testing.assert_allclose(arrays(found)[name], values, rtol=1e-4, atol=1e-6)
