"""Changed runs that share rows with their baseline: as if each were the only one."""

import copy
import pickle
import threading
import weakref
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nets import anything, networks, noise, single, states, ways

from lstmviz.analysis import Change, WeightChange, clamp, rerun, run_with, sharing
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


def at(network, x, baseline, step):
    return run_with(network, x, [clamp("forget_gate", 0.0, [1], first=step)], baseline)


def test_rows_are_copied_array_by_array_when_somebody_looks(network, x, monkeypatch):
    baseline, copied = run(network, x), []
    filled = sharing._filled

    def watched(own, other, rows):
        copied.append((other.shape, rows))
        return filled(own, other, rows)

    monkeypatch.setattr(sharing, "_filled", watched)
    found = at(network, x, baseline, 12)
    assert copied == []
    forward = found.layers[0].forward
    for _ in range(2):
        assert forward.forget_gate is forward.forget_gate
    assert copied == [((20, 6), slice(12, 20))]
    same(found, at(network, x, None, 12))


def test_without_heads_or_projection_the_output_is_the_cell_output(x):
    network = random_network(single(3, 4, 4), 0)
    found = at(network, x, run(network, x), 12)
    assert found.output is found.layers[0].forward.hidden_state
    assert found.output is found.layers[0].forward.cell_output


def test_what_is_looked_at_while_the_run_is_under_way_is_filled(network, x, monkeypatch):
    monkeypatch.setattr("lstmviz.engine.unroll.CHUNK_STEPS", 4)
    baseline, change = run(network, x), clamp("forget_gate", 0.0, [1], first=7)
    again = rerun.prepare(network, x, [change], baseline)
    reached = rerun.chunks(again)
    assert next(reached) == 7 and next(reached) == 8
    looked = again.trace.output
    np.testing.assert_array_equal(looked[:7], baseline.output[:7])
    list(reached)
    expected = run_with(network, x, [change], baseline)
    np.testing.assert_array_equal(looked, expected.output)
    same(again.trace, expected)


def test_the_baseline_cannot_change_under_a_run_that_shares_its_rows(network, x):
    baseline = run(network, x)
    rows = baseline.layers[0].forward.cell_state[2:5]
    at(network, x, baseline, 12)
    for values in (*arrays(baseline).values(), rows):
        with pytest.raises(ValueError, match="read-only"):
            values[...] = 0
    made = replace(baseline, output=baseline.output.copy())  # as one of another's making
    at(network, x, made, 12)
    assert not made.output.flags.writeable


def test_a_run_that_nobody_holds_is_let_go_at_once(x):
    network = random_network(single(3, 4, 4), 0)
    baseline = run(network, x)
    for looked in (False, True):
        found = at(network, x, baseline, 12)
        if looked:
            arrays(found)
        gone = weakref.ref(found.layers[0].forward)
        del found
        assert gone() is None


def test_threads_that_ask_at_once_get_the_same_arrays(network, x):
    found, barrier = at(network, x, run(network, x), 12), threading.Barrier(8)
    seen = []

    def ask():
        barrier.wait()
        seen.append(arrays(found))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    for each in seen:
        assert all(each[name] is array for name, array in seen[0].items())


def pickled(trace):
    return pickle.loads(pickle.dumps(trace))


def test_copies_of_a_run_are_whole(network, x):
    baseline = run(network, x)
    expected = at(network, x, baseline, 12)
    for made in (
        copy.copy,
        copy.deepcopy,
        replace,
        lambda trace: pickle.loads(pickle.dumps(trace)),
    ):
        found = at(network, x, baseline, 12)
        same(made(found), expected)
        with pytest.raises(AttributeError, match="no attribute 'cell'"):
            _ = made(found).layers[0].forward.cell
    found = run_with(network, x, [clamp("forget_gate", 0.5, first=4)], run(network, x))
    same(copy.copy(found), found)  # the second of the two to be looked at


def test_runs_may_each_be_the_baseline_of_the_next_and_are_let_go(network, x):
    trace, gone = run(network, x), []
    for k in range(300):
        gone.append(weakref.ref(trace))
        x = x.copy()
        x[k % 20] += 1
        trace = run_with(network, x, [], trace)
    same(trace, run(network, x))
    assert all(each() is None for each in gone)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("step", [0, 3, 127, 128, 201, 299])
def test_with_sums_of_one_term_it_is_the_whole_run_to_the_last_bit(step, dtype):
    network = random_network(single(5, 9, 9), 0, dtype)
    x = np.eye(5, dtype=dtype)[np.random.default_rng(0).integers(0, 5, 300)]
    asked = [
        clamp("forget_gate", 0.0, [1], first=step),
        Change("cell_state", 0.5, "add", (3,), step, step + 1),
    ]
    found, whole = run_with(network, x, asked, run(network, x)), run_with(network, x, asked)
    same(found, whole)


def test_a_changed_run_is_closed_to_writing(network, x):
    baseline = run(network, x)
    for given_baseline in (None, baseline):
        found = at(network, x, given_baseline, 12)
        for name, values in arrays(found).items():
            assert not values.flags.writeable, name


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

    def watched(cell, given, trace, rows, pieces):
        way = BACKWARD if trace.cell_state.strides[0] < 0 else FORWARD
        begun.setdefault((trace.cell_state.shape[1] - 4, way), pieces[0][0].start)
        advance(cell, given, trace, rows, pieces)

    monkeypatch.setattr(rerun, "advance", watched)
    found = run_with(network, x, [change], baseline)
    assert begun == starts
    for name, values in arrays(expected).items():
        np.testing.assert_allclose(arrays(found)[name], values, rtol=1e-4, atol=1e-6)
