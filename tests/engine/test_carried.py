"""Going on from an earlier run: the same bytes as a run from the start."""

from dataclasses import replace

import numpy as np
import pytest

from lstmviz import random_network
from lstmviz.engine.initial import random_network as drawn
from lstmviz.engine.initial import random_state
from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec
from lstmviz.engine.trace import arrays
from lstmviz.engine.unroll import allocate, carried, chunks, run
from lstmviz.engine.variant import Variant

STACK = NetworkSpec(
    (CellSpec(3, 4, 5), CellSpec(4, 6, 6, variant=Variant(gate_recurrence=True, peephole=True))),
    (HeadSpec(7, "relu"), HeadSpec(3)),
)


def rows(steps, seed=0):
    return np.random.default_rng(seed).normal(size=(steps, 3)).astype(np.float32)


def gone_on(network, earlier, done, x, initial=None):
    trace = allocate(network, x, initial)
    start = carried(earlier, done, trace)
    reached = list(chunks(network, trace, start))
    return trace, start, reached


@pytest.mark.parametrize("network", [random_network(3, 100), drawn(STACK, 0)])
@pytest.mark.parametrize(("steps", "shared"), [(300, 299), (300, 128), (257, 256), (140, 3)])
def test_it_equals_a_run_from_the_start_to_the_last_byte(network, steps, shared):
    x = rows(steps)
    before = np.concatenate([x[:shared], rows(20, 1)])
    initial = random_state(network.spec, 3)
    earlier = run(network, before, initial)
    trace, start, reached = gone_on(network, earlier, earlier.steps, x, initial)
    assert start == shared and reached[-1] == steps
    assert len(reached) == -(-steps // 128) - start // 128
    whole = run(network, x, initial)
    for (name, one), other in zip(arrays(trace).items(), arrays(whole).values(), strict=True):
        assert one.tobytes() == other.tobytes(), name


def test_a_shorter_sequence_is_taken_whole():
    network = random_network(3, 8)
    earlier = run(network, rows(200))
    trace, start, reached = gone_on(network, earlier, 200, rows(200)[:150])
    assert start == 150 and reached == [150]
    assert trace.output.tobytes() == earlier.output[:150].tobytes()


def test_only_filled_rows_of_the_same_kind_of_run_are_taken():
    network = random_network(3, 8)
    earlier = run(network, rows(50))
    assert gone_on(network, earlier, 20, rows(50))[1] == 20
    other = allocate(network, rows(50), random_state(network.spec, 0))
    assert carried(earlier, 50, other) == 0
    assert carried(earlier, 50, allocate(random_network(3, 9), rows(50))) == 0
    both = replace(network.spec.layers[0], directions=("forward", "backward"))
    backwards = drawn(NetworkSpec((both,)), 0)
    assert carried(run(backwards, rows(50)), 50, allocate(backwards, rows(50))) == 0
