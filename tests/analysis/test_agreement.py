"""The largest difference from a framework's own output, and where it is."""

import numpy as np
import pytest

import lstmviz
from lstmviz.analysis.agreement import compare
from lstmviz.engine import unroll
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec
from lstmviz.errors import LstmvizError


def traced(steps=6, head=None, **cell):
    spec = NetworkSpec((CellSpec(2, 3, 3, **cell),), (head,) if head else ())
    x = np.random.default_rng(1).normal(size=(steps, 2))
    return unroll.run(random_network(spec, 2, np.float64), x)


def test_the_place_and_both_numbers_are_told():
    trace = traced()
    theirs = trace.output.copy()
    theirs[4, 1] += 0.25
    found = lstmviz.compare(trace, theirs)
    assert (found.step, found.column, found.array) == (4, 1, "output")
    assert found.difference == pytest.approx(0.25)
    assert (found.ours, found.theirs) == (trace.output[4, 1], theirs[4, 1])
    assert found.scale == np.abs(theirs).max()
    assert not found.agrees


def test_agreement_is_relative_to_the_largest_number_expected():
    trace = traced()
    near = trace.output + 0.9e-5 * np.abs(trace.output).max()
    assert lstmviz.compare(trace, near).agrees
    assert not lstmviz.compare(trace, trace.output + 1e-5).agrees


@pytest.mark.parametrize("shape", [(6, 3), (1, 6, 3), (6, 1, 3)])
def test_a_batch_of_one_before_or_after_the_steps(shape):
    trace = traced()
    found = lstmviz.compare(trace, trace.output.reshape(shape))
    assert found.difference == 0
    assert found.agrees


@pytest.mark.parametrize("shape", [(3,), (1, 3), (1, 1, 3)])
def test_the_last_step_alone(shape):
    trace = traced()
    theirs = trace.output[-1].reshape(shape) + 0.5
    found = lstmviz.compare(trace, theirs)
    assert (found.step, found.difference) == (5, pytest.approx(0.5))


def test_a_head_on_the_last_step_wants_that_step():
    trace = traced(head=HeadSpec(2, "linear", last_step=True))
    assert lstmviz.compare(trace, trace.output[-1]).difference == 0
    with pytest.raises(LstmvizError, match=r"\(7, 2\).*\(2,\)"):
        lstmviz.compare(trace, np.zeros((7, 2)))


def test_under_a_head_the_lstms_own_output_is_known_by_its_width():
    trace = traced(head=HeadSpec(2, "linear"))
    found = lstmviz.compare(trace, trace.layers[0].forward.hidden_state)
    assert (found.array, found.difference) == ("the output of layer 0", 0)


def test_keras_hands_on_what_is_read_backwards_reversed():
    trace = traced(directions=("backward",))
    assert lstmviz.compare(trace, trace.output).difference == 0
    found = lstmviz.compare(trace, trace.output[::-1])
    assert (found.array, found.difference) == ("output, reversed,", 0)


@pytest.mark.parametrize("shape", [(5, 3), (6, 4), (2, 6, 3), (1, 6, 3, 1), (4,), ()])
def test_shapes_that_do_not_fit_are_both_told(shape):
    with pytest.raises(LstmvizError) as caught:
        lstmviz.compare(traced(), np.zeros(shape))
    assert f"shape {shape}," in str(caught.value) and "(6, 3)" in str(caught.value)


def test_named_arrays_are_compared_with_theirs_and_the_worst_is_told():
    trace = traced()
    forward = trace.layers[0].forward
    given = {
        "output": trace.output,
        "layer0.forward.forget_gate": forward.forget_gate + 0.125,
        "layer0.forward.initial_cell_state": forward.initial_cell_state,
    }
    found = compare(trace, given, "x.npz")
    assert (found.array, found.difference) == ("layer0.forward.forget_gate", pytest.approx(0.125))
    with pytest.raises(LstmvizError, match=r"x.npz \(layer0.forward.forget_gate\).*\(2, 3\)"):
        compare(trace, given | {"layer0.forward.forget_gate": np.zeros((2, 3))}, "x.npz")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_does_not_agree(value):
    trace = traced()
    theirs = trace.output.copy()
    theirs[2, 0] = value
    found = lstmviz.compare(trace, theirs)
    assert (found.step, found.column, found.agrees) == (2, 0, False)
    assert found.difference == np.inf
