"""Steps of stacks and both directions: nothing overlaps, and each direction ends where it does."""

from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import KERAS, networks
from test_layout import check_texts, lies_on, words

from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec
from lstmviz.engine.unroll import run
from lstmviz.engine.variant import GREFF, SWITCHES, Activation, Variant
from lstmviz.inputs.sequence import numbered
from lstmviz.scene.metrics import text_box
from lstmviz.scene.moment import scales
from lstmviz.scene.oneunit import unit_diagram
from lstmviz.scene.picture import diagram_of, moments_of
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Rect
from lstmviz.scene.stepwindow import Window
from lstmviz.scene.unrolled import COUNT, unrolled_diagram
from lstmviz.scene.unrolledstack import MOST, shown_layers, unrolled_stack
from lstmviz.session import Document, View

BOTH = ("forward", "backward")
TWO = NetworkSpec((CellSpec(3, 8, 8, directions=BOTH), CellSpec(16, 4, 4, directions=BOTH)))


@st.composite
def windows(draw):
    steps = draw(st.sampled_from([1, 2, 3, 5, 6, 57, 9999]))
    count = min(steps, COUNT)
    first = draw(st.sampled_from([0, max(0, (steps - count) // 2), steps - count]))
    return Window(count, draw(st.integers(0, count - 1)), first == 0, first + count == steps, steps)


def drawn(spec, window, layer=0):
    layer = min(layer, len(spec.layers) - 1)
    return unrolled_stack(spec, layer, spec.layers[layer].directions[-1], window)


@settings(max_examples=25, deadline=None)
@given(networks(), windows(), st.integers(0, 11))
def test_parts_and_texts_do_not_overlap(spec, window, layer):
    diagram = drawn(spec, window, layer)
    boxes = [card.box for card in diagram.cards] + [op.box for op in diagram.operations]
    for one, other in combinations(boxes, 2):
        assert not one.inset(0.5).overlaps(other), (one, other)
    check_texts(diagram)
    merges = {op.label for op in diagram.operations}
    for text in words(diagram):
        for box in boxes:
            if text.text not in merges:
                assert not text_box(text).inset(0.5).overlaps(box), (text, box)


@settings(max_examples=25, deadline=None)
@given(networks(), windows(), st.integers(0, 11))
def test_wires_begin_and_end_on_parts(spec, window, layer):
    check_ends(drawn(spec, window, layer))


def check_ends(diagram):
    """Both ends of every wire touch a card, an operation or another wire, or leave the picture."""
    parts = [card.box for card in diagram.cards] + [op.box for op in diagram.operations]
    parts += [shape.box for shape in diagram.backdrop if isinstance(shape, Rect) and shape.stroke]
    lines = [(wire, line) for wire in diagram.wires for line in pairwise(wire.points)]
    broken = diagram.problem is not None
    for wire in diagram.wires:
        for end in (wire.points[0], wire.points[-1]):
            touches = any(box.inset(-2.5).contains(*end) for box in parts)
            leaves = wire.name.startswith(("leave", "half")) or end[0] > diagram.width - 61
            leaves |= wire.name.startswith("loop_in")  # from a step that is not on show
            leaves |= wire.name.startswith("h_in") and broken  # a lane past which nothing comes
            if not touches and not leaves:
                others = (line for other, line in lines if other is not wire)
                assert any(lies_on(end, line) for line in others), (wire.name, end)


EVERY = {
    **GREFF,
    "clips": Variant(clip=3.0, cell_clip=2.0, projection_clip=1.0),
    "hard": Variant(Activation("hard_sigmoid"), Activation("relu"), Activation("softsign")),
    "all": Variant(
        Activation("hard_sigmoid"), Activation("relu"), Activation("softsign"), peephole=True,
        gate_recurrence=True, coupled=True, clip=3.0, cell_clip=2.0, projection_clip=1.0,
    ),
    "none": Variant(absent=SWITCHES, gate_recurrence=True),
}  # fmt: skip


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("cell", [1, 4, 64, 256, 1024])
def test_wires_of_every_variant_end_on_ports_in_every_view_of_steps_and_units(name, cell):
    for hidden in {cell, max(1, cell // 2)}:
        layer = CellSpec(5, hidden, cell, variant=EVERY[name])
        both = replace(layer, directions=BOTH)
        above = replace(layer, input_size=2 * hidden)
        check_ends(unrolled_diagram(NetworkSpec((layer,), (HeadSpec(3),)), position=2))
        stacked = NetworkSpec((both, above), (HeadSpec(3),))
        for way in BOTH:
            check_ends(unrolled_stack(stacked, 0, way, Window(3, 1, False, False, 99)))
            check_ends(unit_diagram(stacked, 0, 0, way))


def test_what_is_not_standard_is_marked_in_the_lane_and_told_in_full():
    layer = CellSpec(3, 4, 8, variant=EVERY["all"])
    diagram = drawn(NetworkSpec((CellSpec(3, 3, 3), layer)), Window(1, 0, True, True, 1))
    here = [op for op in diagram.operations if "_1f" in op.name]
    assert [op.label for op in here].count("clip") == 4  # the sums of i, g, o, and c
    assert len([op for op in here if op.curve]) == 3  # hard σ of i and o, softsign of c
    assert [op.label for op in here].count("relu") == 1
    assert not [op for op in diagram.operations if "_0f" in op.name and op.label == "clip"]
    told = " ".join(text.text for text in diagram.words)
    for equation in (
        "f = 1 − i",
        "i, o = hard σ(clip(a, ±3))",
        "g = relu(clip(a, ±3))",
        "cₜ = clip(f ⊙ cₜ₋₁ + i ⊙ g, ±2)",
        "mₜ = o ⊙ softsign(cₜ)",
        "hₜ = clip(W_hr mₜ, ±1)",
    ):
        assert equation in told


def test_gate_recurrence_runs_from_block_to_block():
    spec = NetworkSpec((CellSpec(3, 4, 4, directions=BOTH, variant=EVERY["FGR"]),))
    diagram = drawn(spec, Window(3, 0, True, True, 3))
    loops = {wire.name: wire for wire in diagram.wires if wire.name.startswith("loop_0")}
    assert sorted(loops) == ["loop_0b+0", "loop_0b+1", "loop_0f+1", "loop_0f+2"]
    for name, wire in loops.items():
        assert wire.size == 12
        assert (wire.points[0][0] < wire.points[-1][0]) == ("f" in name[-3:])


@settings(max_examples=60, deadline=None)
@given(networks(), st.integers(0, 11))
def test_the_layer_looked_at_is_shown_with_as_many_neighbours_as_are_legible(spec, layer):
    layer = min(layer, len(spec.layers) - 1)
    shown = shown_layers(spec, layer)
    lanes = [len(spec.layers[k].directions) for k in shown]
    assert layer in shown and sum(lanes) <= MOST
    for beside in (shown[0] - 1, shown[-1] + 1):
        if 0 <= beside < len(spec.layers):
            assert sum(lanes) + len(spec.layers[beside].directions) > MOST
    if len(spec.layers) <= 3:
        assert len(shown) == len(spec.layers)


def finals(diagram):
    """The steps from the first at which a state is marked as final, by row."""
    return sorted((round(text.y), text.x) for text in diagram.words if text.text == "final")


def test_forward_ends_at_the_last_step_and_backward_at_step_0():
    spec = NetworkSpec((CellSpec(3, 8, 8, directions=BOTH),))
    (_, first), (_, last) = finals(drawn(spec, Window(5, 2, True, True, 5)))
    assert first < 151 < last  # backward's is left of the first block, in the upper lane
    assert last > 151 + 4 * 186
    told = " ".join(text.text for text in drawn(spec, Window(5, 2, False, False, 57)).words)
    assert "final: t = 0" in told and "final: t = 56" in told
    assert "its final state is in row 0, not in the last" in told
    assert finals(drawn(spec, Window(5, 2, False, False, 57))) == []


def test_the_state_of_a_backward_lane_comes_from_the_right():
    spec = NetworkSpec((CellSpec(3, 8, 8, directions=("backward",)),))
    diagram = drawn(spec, Window(3, 0, True, True, 3))
    places = {card.name: card.box.center[0] for card in diagram.cards}
    assert places["c_0b+0"] < places["c_0b+1"] < places["c_0b+2"] < places["c_before_0b+2"]


@pytest.mark.parametrize("steps", [5, 57])
def test_with_return_sequences_off_only_the_ends_leave(steps):
    last = replace(KERAS.layers[1], return_sequences=False)
    spec = replace(KERAS, layers=(KERAS.layers[0], last))
    outputs = [c for c in drawn(spec, Window(5, 4, False, True, steps)).cards if c.role == "y"]
    assert [card.offset for card in outputs] == [0]
    before = drawn(spec, Window(5, 2, True, False, steps + 5))
    assert not [card for card in before.cards if card.role == "y"]
    every = [c for c in drawn(KERAS, Window(5, 2, False, False, 57)).cards if c.role == "y"]
    assert [card.offset for card in every] == [-2, -1, 0, 1, 2]


def test_a_head_on_the_last_step_of_both_directions_warns_of_the_wrong_end():
    spec = replace(TWO, heads=(HeadSpec(3, last_step=True),))
    told = " ".join(text.text for text in drawn(spec, Window(5, 2, False, False, 57)).words)
    assert "backward has read one step: its final state is at step 0" in told


def test_every_array_drawn_is_in_the_moments_and_is_the_runs():
    spec = replace(TWO, heads=(HeadSpec(3),))
    network = random_network(spec, seed=1)
    x = np.random.default_rng(0).standard_normal((9, 3))
    trace = run(network, x)
    done = Run(0, Document(), spec, network, numbered(x, "noise"), trace, 9)
    done = replace(done, scales=scales(trace, 0, 9))
    view = View(step=4, stage="head", layer=1, direction="backward", diagram="unrolled")
    moments = moments_of(done, view)
    diagram = diagram_of(spec, view, done.sequence)
    assert {label.offset for label in diagram.step_labels} == {-2, -1, 0, 1, 2}
    for part in (*diagram.cards, *diagram.wires):
        values = moments[part.offset].values[part.array]
        assert len(values) == (part.count if hasattr(part, "count") else part.size), part
    for card in diagram.cards:
        if card.array == "layer0.backward.cell_state":
            expected = trace.layers[0].backward.cell_state[4 + card.offset]
            np.testing.assert_array_equal(moments[card.offset].values[card.array], expected)


def test_a_break_is_told_between_the_layers():
    first = replace(KERAS.layers[0], return_sequences=False)
    spec = replace(KERAS, layers=(first, KERAS.layers[1]))
    bad = [text.text for text in drawn(spec, Window(5, 2, False, False, 57)).words
           if text.color == "bad"]  # fmt: skip
    assert bad and "switch return_sequences of layer 0 on" in bad[0]


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
@pytest.mark.parametrize("spec", [NetworkSpec((CellSpec(3, 8, 8),)), TWO], ids=["plain", "lanes"])
def test_few_steps_stand_amid_the_picture_and_no_other_is_drawn(spec, steps):
    diagram = diagram_of(spec, View(diagram="unrolled"), numbered(np.zeros((steps, 3)), "t"))
    full = diagram_of(spec, View(diagram="unrolled"), numbered(np.zeros((9, 3)), "t"))
    assert [label.offset for label in diagram.step_labels] == list(range(steps))
    assert diagram.width < full.width
    named = 140 if spec is TWO else 0  # the names of lanes stand at the left
    left = min(card.box.x for card in diagram.cards) - named
    assert abs(left - (diagram.width - max(card.box.right for card in diagram.cards))) < 60


def test_gates_of_a_step_that_is_not_on_show_come_in_from_outside():
    cell = CellSpec(3, 8, 8, variant=GREFF["FGR"])
    for spec in (
        NetworkSpec((cell,)),
        NetworkSpec((cell, CellSpec(8, 8, 8, variant=cell.variant))),
    ):
        diagram = diagram_of(
            spec, View(diagram="unrolled", step=5), numbered(np.zeros((9, 3)), "t")
        )
        outside = [wire for wire in diagram.wires if wire.name.startswith("loop_in")]
        assert len(outside) == len(spec.layers)
        assert all(wire.array.endswith("gates_before") and wire.arrow for wire in outside)
