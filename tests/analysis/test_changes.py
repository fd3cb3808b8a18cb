"""Changes as lines of text: what is written is read again, and what is no line is told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nets import single

from lstmviz.analysis.changes import COPIED, GATED, StatesFrom, parse, resolved, told
from lstmviz.analysis.interventions import CHANGED, Change, WeightChange
from lstmviz.analysis.rerun import run_with
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import CellSpec, NetworkSpec
from lstmviz.engine.unroll import run
from lstmviz.engine.variant import Variant
from lstmviz.errors import LstmvizError

BOTH = ("forward", "backward")
SPEC = NetworkSpec((CellSpec(3, 5, 5), CellSpec(5, 4, 7, directions=BOTH)))
numbers = st.floats(allow_nan=False, allow_infinity=False)
hows = st.sampled_from(["set", "scale", "add"])
places = st.sampled_from([(0, "forward"), (1, "forward"), (1, "backward")])


@st.composite
def changes(draw):
    units = draw(st.none() | st.lists(st.integers(0, 300), min_size=1, max_size=9, unique=True))
    first = draw(st.integers(0, 500))
    last = draw(st.none() | st.integers(first + 1, first + 500))
    several = st.lists(numbers, min_size=2, max_size=4).map(tuple)
    return Change(
        draw(st.sampled_from(CHANGED)),
        draw(numbers | several),
        draw(hows),
        None if units is None else tuple(units),
        first,
        last,
        *draw(places),
    )


@st.composite
def weight_changes(draw):
    layer, way = draw(places)
    size = SPEC.layers[layer].cell_size
    array = draw(st.sampled_from([*GATED, "peepholes", "projection"]))
    blocks = {"peepholes": 3, "gate_recurrence": 3 * size}.get(array, 4 * size)
    column = None if array.endswith("bias") else draw(st.integers(0, 3 * size - 1))
    return WeightChange(
        array, draw(st.integers(0, blocks - 1)), column, draw(numbers), draw(hows), layer, way
    )


@st.composite
def copies(draw):
    units = draw(st.none() | st.lists(st.integers(0, 300), min_size=1, max_size=9, unique=True))
    first = draw(st.integers(0, 500))
    return StatesFrom(
        draw(st.sampled_from([*COPIED])),
        draw(st.integers(0, 999)),
        draw(st.sampled_from(["states", "other"])),
        None if units is None else tuple(units),
        first,
        draw(st.none() | st.integers(first + 1, first + 500)),
        *draw(places),
    )


@given(changes() | weight_changes() | copies())
def test_what_is_written_is_read_again(change):
    line = told(change, SPEC)
    assert parse(line, SPEC) == change
    assert parse(line.replace(" ", ""), SPEC) == change


@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("forget_gate[3,7]@10:20=0", Change("forget_gate", 0.0, "set", (3, 7), 10, 20)),
        ("output_gate *= 0.5", Change("output_gate", 0.5, "scale")),
        ("cell_state[0:3]@8 = 1, 2, 3", Change("cell_state", (1, 2, 3), "set", (0, 1, 2), 8, 9)),
        ("hidden_state@4: += −1", Change("hidden_state", -1.0, "add", None, 4)),
        ("input[2]@:6=1e-3", Change("input", 1e-3, "set", (2,), 0, 6)),
        (
            "layer1.backward.candidate = 0",
            Change("candidate", layer=1, direction="backward"),
        ),
        ("recurrent_weights[f3,2] = 0", WeightChange("recurrent_weights", 8, 2)),
        ("input_bias[o2] += 1", WeightChange("input_bias", 17, None, 1.0, "add")),
        ("gate_recurrence[o1,f2]=0", WeightChange("gate_recurrence", 11, 7)),
        ("peepholes[f,3]*=2", WeightChange("peepholes", 1, 3, 2.0, "scale")),
        ("layer1.projection[0,6]=0", WeightChange("projection", 0, 6, layer=1)),
        ("states@20 = other@5", StatesFrom("states", 5, "other", None, 20, 21)),
        ("cell_state[1,4]@:9=states@5", StatesFrom("cell_state", 5, "states", (1, 4), 0, 9)),
    ],
)
def test_lines_mean_what_they_say(line, change):
    assert parse(line, SPEC) == change


@pytest.mark.parametrize(
    "line",
    [
        *("", "forget_gate", "forget_gate[3]", "forget_gate=", "forget_gate[3=0", "=1"),
        *("forget_gate[a]=0", "forget_gate[3:3]=0", "forget_gate[3,3]=0", "forget_gate[]=0"),
        *("forget_gate@=0", "forget_gate@::=0", "forget_gate@1:2:3=0", "forget_gate=x"),
        *("forget_gate=nan", "forget_gate=1e999", "forget_gate=1,,2", "forget_gate[0:9999999]=0"),
        *("gates=0", "input_weights=0", "input_weights[1]=0", "input_weights[1,2]=3,4"),
        *("input_bias[1,2]=0", "input_bias[x3]=0", "input_bias[f9]=0", "input_weights[f1,2]@3=0"),
        *(
            "states@3=input@4",
            "states=0",
            "states@3=4",
            "states@3+=states@4",
            "cell_state@3+=states@4",
            "forget_gate=states@4",
            "x" * 10**6,
        ),
        *("layer9.forget_gate=0", "backward.forget_gate=0", "forget_gate=1_0"),
    ],
)
def test_what_is_no_change_is_told_in_a_sentence(line):
    with pytest.raises(LstmvizError) as error:
        parse(line, SPEC)
    text = str(error.value)
    assert text.endswith(".") and len(text) < 300 and "\n" not in text


@given(st.text("forgetinput_s[]@:=*+,.0123456789 ", max_size=40))
def test_anything_is_read_or_told(line):
    try:
        change = parse(line, SPEC)
    except LstmvizError:
        return
    assert parse(told(change, SPEC), SPEC) == change


def test_lines_do_what_they_say():
    variant = Variant(peephole=True)
    network = random_network(NetworkSpec((CellSpec(3, 5, 5, variant=variant),)), 0, np.float64)
    x = np.random.default_rng(0).normal(size=(12, 3))
    trace, other = run(network, x), run(network, -x)

    def after(*lines):
        asked = resolved([parse(line, network.spec) for line in lines], trace, other)
        return run_with(network, x, asked, trace).layers[0].forward

    assert (after("forget_gate[1,3]@4:6 = 0.25").forget_gate[4:6, [1, 3]] == 0.25).all()
    copied = after("states@7 = states@2")
    assert (copied.cell_state[7] == trace.layers[0].forward.cell_state[2]).all()
    assert (copied.hidden_state[7] == trace.layers[0].forward.hidden_state[2]).all()
    foreign = after("states@7 = other@7")
    again = other.layers[0].forward.cell_state[7]
    assert (foreign.cell_state[7] == again).all()
    some = after("states[1,4]@7:9 = other@2")
    for name in ("cell_state", "hidden_state"):
        now, there = getattr(some, name), getattr(other.layers[0].forward, name)
        assert (now[7:9, [1, 4]] == there[2, [1, 4]]).all()
        assert (now[7:9, [0, 2, 3]] != there[2, [0, 2, 3]]).all()
        assert (now[:7] == getattr(trace.layers[0].forward, name)[:7]).all()
    alone = after("cell_state[3]@7 = states@2")
    assert alone.cell_state[7, 3] == trace.layers[0].forward.cell_state[2, 3]
    kept = trace.layers[0].forward.hidden_state[7]
    apart = np.abs(alone.hidden_state[7] - kept) > 1e-12
    assert apart.tolist() == [False, False, False, True, False]
    weights = network.cells[0]["forward"]
    before = weights.recurrent_weights[8, 2]
    changed = run_with(network, x, [parse(f"recurrent_weights[f3,2] = {before}", network.spec)])
    assert (changed.output == trace.output).all()
    moved = after("recurrent_weights[f3,2] += 1")
    assert (moved.forget_gate[1] != trace.layers[0].forward.forget_gate[1]).tolist() == [
        unit == 3 for unit in range(5)
    ]


def test_states_of_another_run_need_one():
    network = random_network(single(2, 3, 3), 0)
    trace = run(network, np.zeros((4, 2)))
    with pytest.raises(LstmvizError, match="give that run"):
        resolved([StatesFrom("states", 2, "other", None, 1, 2)], trace)


def test_units_of_c_and_h_are_not_the_same_where_there_is_a_projection():
    network = random_network(single(2, 3, 5), 0)
    trace = run(network, np.zeros((4, 2)))

    def asked(line):
        return resolved([parse(line, network.spec)], trace)

    with pytest.raises(LstmvizError, match="unit k of c is not unit k of h"):
        asked("states[1]@2 = states@0")
    assert len(asked("states@2 = states@0")) == 2
    (cell,) = asked("cell_state[4]@2 = states@0")
    assert cell.value == (trace.layers[0].forward.cell_state[0, 4].item(),)
    with pytest.raises(LstmvizError, match="no unit 4"):
        asked("hidden_state[4]@2 = states@0")
    with pytest.raises(LstmvizError, match="no step 4"):
        asked("hidden_state@2 = states@4")
