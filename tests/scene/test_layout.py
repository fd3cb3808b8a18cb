"""The diagrams hold together at every size: nothing overlaps, wires end on ports, text fits."""

from itertools import combinations, pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nets import single

from lstmviz.engine.activations import ACTIVATIONS
from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec
from lstmviz.engine.variant import SWITCHES, Activation, Variant
from lstmviz.scene.diagram import SMALL, Diagram, card_shapes, operation_shapes, pill_shapes
from lstmviz.scene.layout import cell_diagram
from lstmviz.scene.metrics import text_box
from lstmviz.scene.oneunit import UNITS, first_unit, unit_diagram
from lstmviz.scene.shapes import Box, Rect, Text
from lstmviz.scene.unrolled import COUNT, unrolled_diagram

SIZES = st.integers(1, 1024)
HEADS = st.none() | st.builds(HeadSpec, SIZES, st.sampled_from(["softmax", "sigmoid", "linear"]))
ACTIVATION = st.builds(Activation, st.sampled_from(sorted(ACTIVATIONS)))
BOUND = st.none() | st.floats(1e-3, 1e6)
VARIANTS = st.just(Variant()) | st.builds(
    Variant,
    gate=ACTIVATION,
    candidate=ACTIVATION,
    output=ACTIVATION,
    coupled=st.booleans(),
    absent=st.sets(st.sampled_from(SWITCHES)).map(lambda names: tuple(sorted(names))),
    peephole=st.booleans(),
    gate_recurrence=st.booleans(),
    clip=BOUND,
    cell_clip=BOUND,
    projection_clip=BOUND,
)
SPECS = st.builds(
    lambda i, h, c, project, variant, head: NetworkSpec(
        (CellSpec(i, h, c, project, variant=variant),), (head,) if head else ()
    ),
    SIZES,
    SIZES | st.just(1024),
    SIZES | st.just(1024),
    st.booleans(),
    VARIANTS,
    HEADS,
)


def words(diagram: Diagram) -> list[Text]:
    shapes = [*diagram.words]
    for card in diagram.cards:
        shapes += card_shapes(card)
    for operation in diagram.operations:
        shapes += operation_shapes(operation, active=False)
    for wire in diagram.wires:
        shapes += pill_shapes(wire)
    return [shape for shape in shapes if isinstance(shape, Text)]


def pills(diagram: Diagram) -> list[Box]:
    found = []
    for wire in diagram.wires:
        found += [shape.box for shape in pill_shapes(wire) if isinstance(shape, Rect)]
    return found


@settings(max_examples=100, deadline=None)
@given(SPECS)
def test_parts_of_a_cell_do_not_overlap(spec):
    for diagram in (cell_diagram(spec), unit_diagram(spec)):
        check_parts(diagram)


def check_parts(diagram):
    boxes = [card.box for card in diagram.cards] + [op.box for op in diagram.operations]
    for one, other in combinations([*boxes, *pills(diagram)], 2):
        assert not one.inset(0.5).overlaps(other), (one, other)


@settings(max_examples=100, deadline=None)
@given(SPECS)
def test_texts_of_a_cell_do_not_overlap_and_stay_inside(spec):
    for diagram in (cell_diagram(spec), unit_diagram(spec)):
        check_texts(diagram)


def check_texts(diagram):
    page = Box(0, 0, diagram.width, diagram.height)
    boxes = [text_box(text) for text in words(diagram)]
    for box in boxes:
        assert page.x <= box.x and box.right <= page.right and box.bottom <= page.bottom
    for one, other in combinations(boxes, 2):
        assert not one.inset(0.5).overlaps(other), (one, other)


@settings(max_examples=100, deadline=None)
@given(SPECS)
def test_words_of_cards_and_operations_stay_inside_them(spec):
    for diagram in (cell_diagram(spec), unrolled_diagram(spec)):
        for card in diagram.cards:
            inside(card.box, [s for s in card_shapes(card) if isinstance(s, Text)])
        for operation in diagram.operations:
            shapes = operation_shapes(operation, active=True)
            inside(operation.box, [s for s in shapes if isinstance(s, Text)])


def inside(box: Box, texts: list[Text]) -> None:
    for text in texts:
        place = text_box(text)
        assert box.x <= place.x and place.right <= box.right, (box, text)


@settings(max_examples=100, deadline=None)
@given(SPECS)
@example(single(1, 1, 1020, project=False))
def test_a_card_shows_every_unit_inside_itself(spec):
    for diagram in (cell_diagram(spec), unrolled_diagram(spec)):
        for card in diagram.cards:
            last = card.unit_box(card.count - 1)
            for unit in (card.unit_box(0), last):
                assert card.box.x <= unit.x and unit.right <= card.box.right + 1e-6
                assert card.box.y <= unit.y and unit.bottom <= card.box.bottom + 1e-6
            assert card.unit_at(*last.center) == card.count - 1
            assert last.w >= 0.55


@settings(max_examples=40, deadline=None)
@given(SPECS)
def test_wires_begin_and_end_on_parts(spec):
    """Both ends touch a card, an operation, another wire, or the edge of the picture."""
    for diagram in (cell_diagram(spec), unrolled_diagram(spec, position=2)):
        parts = [card.box for card in diagram.cards] + [op.box for op in diagram.operations]
        for wire in diagram.wires:
            for end in (wire.points[0], wire.points[-1]):
                touches = any(box.inset(-2.5).contains(*end) for box in parts)
                on_wire = any(
                    lies_on(end, line)
                    for other in diagram.wires
                    if other is not wire
                    for line in pairwise(other.points)
                )
                at_edge = end[0] >= diagram.width - 6 or end[0] <= 8  # from a step not on show
                assert touches or on_wire or at_edge, (wire.name, end)


@settings(max_examples=100, deadline=None)
@given(SPECS)
def test_no_wire_of_a_cell_runs_through_a_part_or_another_size(spec):
    diagram = cell_diagram(spec)
    parts = [card.box for card in diagram.cards] + [op.box for op in diagram.operations]
    for wire in diagram.wires:
        others = [box for other in diagram.wires if other is not wire for box in sizes(other)]
        for line in pairwise(wire.points):
            (ax, ay), (bx, by) = line
            run = Box(min(ax, bx), min(ay, by), abs(ax - bx) + 0.1, abs(ay - by) + 0.1)
            assert not any(run.overlaps(box.inset(1)) for box in parts), wire.name
            crossed = [box for box in others if run.overlaps(box.inset(3))]
            assert not crossed or wire.name.startswith(("c_", "bus", "loop", "peep")), wire.name


def sizes(wire) -> list[Box]:
    return [shape.box for shape in pill_shapes(wire) if isinstance(shape, Rect)]


def lies_on(point, line) -> bool:
    (x, y), ((ax, ay), (bx, by)) = point, line
    within_x = min(ax, bx) - 2.5 <= x <= max(ax, bx) + 2.5
    within_y = min(ay, by) - 2.5 <= y <= max(ay, by) + 2.5
    return within_x and within_y


def test_every_vector_carries_its_size():
    diagram = cell_diagram(single(5, 128, 256, head=HeadSpec(7)))
    counts = {card.name: card.count for card in diagram.cards}
    assert counts == {
        "c_before": 256, "h_before": 128, "x": 5, "f": 256, "i": 256, "g": 256, "o": 256,
        "c": 256, "m": 256, "h": 128, "y": 7,
    }  # fmt: skip
    sizes = {wire.name: wire.size for wire in diagram.wires}
    assert sizes["bus_f"] == 133
    assert sizes["h_out"] == 128
    assert sizes["m_out"] == sizes["c_in"] == 256
    assert any("128 + 5 = 133" in text.text for text in diagram.words)


@pytest.mark.parametrize(("hidden", "cell"), [(128, 256), (256, 128), (1, 2)])
def test_an_impossible_cell_marks_the_broken_product(hidden, cell):
    diagram = cell_diagram(single(5, hidden, cell, project=False))
    broken = [op for op in diagram.operations if op.broken]
    assert [op.name for op in broken] == ["expose"]
    assert any(f"{hidden} ≠ {cell}" in text.text for text in diagram.words)
    assert str(hidden) in diagram.problem and str(cell) in diagram.problem
    assert "projection" in diagram.problem


def test_a_possible_cell_has_nothing_broken():
    diagram = cell_diagram(single(5, 128, 256))
    assert diagram.problem is None
    assert not any(op.broken for op in diagram.operations)


def test_the_unrolled_view_shows_each_step_once():
    diagram = unrolled_diagram(single(5, 64, 64, head=HeadSpec(5)), position=1)
    assert [label.offset for label in diagram.step_labels] == list(range(-1, COUNT - 1))
    for box, other in combinations([card.box for card in diagram.cards], 2):
        assert not box.overlaps(other)


def test_the_unrolled_view_lights_all_four_gates_alike():
    diagram = unrolled_diagram(single(5, 64, 64), position=1)
    for card in diagram.cards:
        if card.name[0] in "figo":
            x, y = card.box.center[0], card.box.bottom
            (wire,) = [wire for wire in diagram.wires if wire.points[-1] == (x, y)]
            assert wire.stage == "pre-activate" and wire.arrow


@pytest.mark.parametrize(("size", "focus"), [(1, 0), (4, 3), (256, None), (256, 100), (1024, 1023)])
def test_the_focus_unit_is_among_the_units_drawn(size, focus):
    spec = single(5, 64, size)
    first = first_unit(spec.layers[0], focus)
    diagram = unit_diagram(spec, 0, first)
    shown = {card.index for card in diagram.cards if card.array == "cell_state"}
    assert (focus or 0) in shown
    assert len(shown) == min(UNITS, size)


def test_every_unit_is_wired_to_every_source():
    diagram = unit_diagram(single(3, 4, 4))
    sums = [op.center for op in diagram.operations if op.label == "Σ"]
    sources = [card for card in diagram.cards if card.stage is None and card.unit != "cell"]
    assert len(sums) == 4 and len(sources) == 7
    thin = [wire for wire in diagram.wires if wire.thin]
    assert len(thin) == 4 * 7


def test_small_print_is_not_smaller_than_ten_pixels():
    assert SMALL >= 10
    for spec in (single(5, 64, 64), single(1024, 1023, 1024, head=HeadSpec(1024))):
        assert min(text.size for text in words(cell_diagram(spec))) >= 10


def test_a_unit_of_a_backward_layer_reads_the_step_after():
    spec = single(3, 4, 4)
    forward = {text.text for text in unit_diagram(spec).words}
    backward = {text.text for text in unit_diagram(spec, direction="backward").words}
    assert {"cₜ₋₁", "to every unit at t+1", "h of step t−1, x of step t"} <= forward
    assert {"cₜ₊₁", "to every unit at t−1", "h of step t+1, x of step t"} <= backward


def test_each_unit_has_a_product_for_its_forget_and_its_output_gate():
    diagram = unit_diagram(single(3, 4, 4))
    ends = {wire.name: wire.points[-1] for wire in diagram.wires}
    boxes = {operation.name: operation.box for operation in diagram.operations}
    for unit in range(4):
        assert boxes[f"keep_{unit}"].inset(-1).contains(*ends[f"f_{unit}"])
        assert boxes[f"expose_{unit}"].inset(-1).contains(*ends[f"o_{unit}"])


def test_what_stands_between_h_and_the_last_head_is_said_and_its_matrix_reads_it():
    both = CellSpec(3, 4, 4, directions=("forward", "backward"))
    spec = NetworkSpec((both,), (HeadSpec(16, "relu"), HeadSpec(9, "tanh"), HeadSpec(5)))
    diagram = cell_diagram(spec)
    (matrix,) = [operation for operation in diagram.operations if operation.name == "W_y"]
    assert matrix.detail == "5×9"
    told = [text.text for text in diagram.words]
    start = told.index("both ways, concat: 8")
    assert told[start + 1 : start + 3] == ["Dense 16 relu", "Dense 9 tanh"]
    direct = cell_diagram(NetworkSpec((both,), (HeadSpec(5),)))
    assert [op.detail for op in direct.operations if op.name == "W_y"] == ["5×8"]
