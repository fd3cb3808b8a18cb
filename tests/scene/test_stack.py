"""The stack holds together for networks of any shape, and says the shapes that there are."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nets import single
from networks import KERAS, networks
from test_layout import check_texts, inside, pills, words

from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import MERGES, CellSpec, EmbeddingSpec, HeadSpec, NetworkSpec
from lstmviz.engine.trace import layer_output
from lstmviz.engine.unroll import run
from lstmviz.scene.diagram import operation_shapes
from lstmviz.scene.levels import levels, shape
from lstmviz.scene.metrics import text_box
from lstmviz.scene.moment import moment, scales
from lstmviz.scene.shapes import Rect, Text
from lstmviz.scene.stack import stack_diagram
from lstmviz.scene.whole import array_words, with_layers

BOTH = ("forward", "backward")
STEPS = st.sampled_from([0, 1, 57, 99999])


def frames(diagram):
    """The boxes of the levels."""
    return [shape.box for shape in diagram.backdrop if isinstance(shape, Rect) and shape.box.h > 20]


@settings(max_examples=60, deadline=None)
@given(networks(), STEPS, st.booleans())
def test_nothing_overlaps_and_no_text_leaves_its_place(spec, steps, symbolic):
    diagram = stack_diagram(spec, 0, spec.layers[0].directions[0], steps, symbolic)
    check_texts(diagram)
    boxes = [card.box for card in diagram.cards] + [op.box for op in diagram.operations]
    for one, other in combinations([*boxes, *pills(diagram)], 2):
        assert not one.inset(0.5).overlaps(other), (one, other)
    for one, other in combinations(frames(diagram), 2):
        assert not one.overlaps(other)
    for text in words(diagram):
        place = text_box(text)
        for box in boxes:
            if text.text not in MERGES:
                assert not place.inset(0.5).overlaps(box), (text, box)
    for operation in diagram.operations:
        shapes = operation_shapes(operation, active=True)
        inside(operation.box, [s for s in shapes if isinstance(s, Text)])


@settings(max_examples=60, deadline=None)
@given(networks(), STEPS)
def test_wires_join_levels_or_cards(spec, steps):
    diagram = stack_diagram(spec, 0, spec.layers[0].directions[0], steps)
    parts = [card.box for card in diagram.cards] + [op.box for op in diagram.operations]
    levels_ = frames(diagram)
    for wire in diagram.wires:
        for end in (wire.points[0], wire.points[-1]):
            on_part = any(box.inset(-1).contains(*end) for box in (*parts, *levels_))
            top = wire.name == diagram.wires[-1].name or end[1] < 80
            assert on_part or top, (wire.name, end)


@settings(max_examples=40, deadline=None)
@given(networks(), STEPS)
def test_cards_lie_inside_their_level_and_show_every_unit(spec, steps):
    diagram = stack_diagram(spec, 0, spec.layers[0].directions[0], steps)
    for card in diagram.cards:
        assert any(
            box.x <= card.box.x and card.box.right <= box.right
            and box.y <= card.box.y and card.box.bottom <= box.bottom
            for box in frames(diagram)
        )  # fmt: skip
        last = card.unit_box(card.count - 1)
        assert last.right <= card.box.right + 1e-6 and last.bottom <= card.box.bottom + 1e-6
        assert card.unit_at(*last.center) == card.count - 1


def shapes_of(spec, steps=57):
    return [shape(level, steps) for level in levels(spec, steps)]


def test_the_shapes_of_the_keras_example():
    assert shapes_of(KERAS) == ["(1, 57, 1)", "(1, 57, 20)", "(1, 57, 20)", "(1, 57, 10)"]
    counted = [level.parameters for level in levels(KERAS, 57)]
    assert counted == [None, 1760, 3280, 210]  # as Keras's summary() says
    diagram = stack_diagram(KERAS, 0, "forward", 57)
    assert {"(1, 57, 20)", "(1, 57, 10)"} <= {text.text for text in words(diagram)}
    assert any("needs the whole sequence: 57 rows of 20" in text.text for text in words(diagram))


def test_one_step_is_told_of_as_one():
    said = [sentence for level in levels(KERAS, 1) for sentence in level.said]
    assert not [sentence for sentence in said if "1 rows" in sentence or "1 steps" in sentence]
    assert "the head works at each step, so its one row of 20 leaves: time-distributed" in said
    assert stack_diagram(KERAS, 0, "forward", 1).headline[1] == "batch 1: one sequence of 1 step"


def test_with_return_sequences_off_the_time_dimension_goes():
    last = replace(KERAS.layers[1], return_sequences=False)
    spec = replace(KERAS, layers=(KERAS.layers[0], last))
    assert shapes_of(spec) == ["(1, 57, 1)", "(1, 57, 20)", "(1, 20)", "(1, 10)"]
    assert any("final state" in said and "step 56" in said for said in levels(spec, 57)[2].said)


def test_a_head_on_the_last_step_is_told_from_a_time_distributed_one():
    spec = replace(KERAS, heads=(HeadSpec(10, "linear", last_step=True),))
    assert shapes_of(spec)[-2:] == ["(1, 57, 20)", "(1, 10)"]
    assert "time-distributed" not in levels(spec, 57)[-1].detail
    assert "time-distributed" in levels(KERAS, 57)[-1].detail


def test_the_last_row_of_a_backward_layer_is_not_its_final_state():
    cell = CellSpec(1, 8, 8, directions=BOTH)
    spec = NetworkSpec((cell,), (HeadSpec(3, last_step=True),))
    assert "backward has read one step there" in levels(spec, 57)[1].said[0]


@pytest.mark.parametrize(("merge", "width"), [("concat", 16), ("sum", 8), ("mul", 8), ("ave", 8)])
def test_both_directions_are_merged(merge, width):
    spec = NetworkSpec((CellSpec(3, 8, 8, directions=BOTH, merge=merge),))
    diagram = stack_diagram(spec, 0, "forward", 57)
    counts = {card.name: card.count for card in diagram.cards}
    assert counts == {"input0": 3, "h0_forward": 8, "h0_backward": 8, "out0": width}
    assert [op.label for op in diagram.operations] == [merge]


def test_a_layer_without_its_sequence_below_another_is_a_marked_break():
    first = replace(KERAS.layers[0], return_sequences=False)
    spec = replace(KERAS, layers=(first, KERAS.layers[1]))
    diagram = stack_diagram(spec, 0, "forward", 57)
    broken = [wire for wire in diagram.wires if wire.role == "bad"]
    assert [wire.label for wire in broken] == ["(1, 20)"]
    told = " ".join(text.text for text in words(diagram))
    assert "switch return_sequences of layer 0 on" in told
    assert "return its sequence" in diagram.problem
    whole = stack_diagram(KERAS, 0, "forward", 57)
    assert whole.problem is None and not any(wire.role == "bad" for wire in whole.wires)


def test_each_layer_can_be_gone_to_and_switched():
    diagram = stack_diagram(KERAS, 0, "forward", 57)
    acts = {(control.act, control.layer) for control in diagram.controls}
    assert acts == {(act, k) for act in ("layer", "return_sequences") for k in (0, 1)}
    for control in diagram.controls:
        assert diagram.control_at(*control.box.center).layer == control.layer
    switch = next(c for c in diagram.controls if c.act == "return_sequences")
    assert diagram.control_at(*switch.box.center) == switch


def test_the_values_of_every_layer_are_those_of_the_run():
    spec = NetworkSpec(
        (
            CellSpec(4, 6, 6, directions=BOTH, merge="sum"),
            CellSpec(6, 5, 9, directions=("backward",)),
        ),
        (HeadSpec(7, "relu"), HeadSpec(3)),
        EmbeddingSpec(11, 4),
    )
    network = random_network(spec, seed=3)
    trace = run(network, np.arange(9) % 11)
    known = scales(trace, 0, 9)
    args = {"step": 4, "layer": 1, "direction": "backward"}
    now = with_layers(
        moment(network, trace, known[1, "backward"], stage="head", **args), trace, known, 1
    )
    for name, expected in {
        "network.input": trace.input,
        "embedded": trace.embedded,
        "layer0.forward.hidden_state": trace.layers[0].forward.hidden_state,
        "layer0.backward.cell_state": trace.layers[0].backward.cell_state,
        "layer0.output": layer_output(trace, 0),
        "layer1.output": layer_output(trace, 1),
        "head0": trace.head_outputs[0],
        "network.output": trace.output,
    }.items():
        np.testing.assert_array_equal(now.values[name], expected[4])
        low, high = now.limits[name]
        assert low <= expected.min() and expected.max() <= high
        assert array_words(name)
    before = with_layers(
        moment(network, trace, known[1, "backward"], stage="write", **args), trace, known, 1
    )
    assert "layer0.output" in before.values and "layer1.backward.cell_state" in before.values
    assert not {"layer1.output", "layer1.backward.hidden_state", "head0"} & set(before.values)


def test_unfinished_layers_above_have_nothing_yet():
    network = random_network(KERAS, seed=0)
    trace = run(network, np.ones((5, 1)))
    known = scales(trace, 0, 5)
    early = moment(network, trace, known[0, "forward"], step=2, stage="forget")
    values = with_layers(early, trace, known, 0).values
    assert "network.input" in values
    assert not any(name.startswith(("layer1", "network.output")) for name in values)


def test_a_network_of_one_layer_is_a_stack_too():
    assert shapes_of(single(5, 64, 64, head=HeadSpec(5)), 0) == [
        "(1, T, 5)", "(1, T, 64)", "(1, T, 5)",
    ]  # fmt: skip
