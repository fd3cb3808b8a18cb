"""Any number taken apart: its sums, where its terms lead, and its page."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nets import anything, networks, noise, states, ways

from lstmviz.analysis.steps import before, direction_of
from lstmviz.engine.cell import step as cell_step
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import GATES, CellSpec, EmbeddingSpec, HeadSpec, NetworkSpec, stages
from lstmviz.engine.trace import layer_input, layer_output
from lstmviz.engine.unroll import run
from lstmviz.engine.variant import GREFF
from lstmviz.inputs.sequence import numbered
from lstmviz.scene import picture, why
from lstmviz.scene.addends import Source, largest, summed
from lstmviz.scene.address import Address, address_of, asks, beneath, looking, size_of
from lstmviz.scene.chain import chain
from lstmviz.scene.frame import frame_shapes
from lstmviz.scene.metrics import text_box
from lstmviz.scene.moment import moment, scales
from lstmviz.scene.run import Run, finished
from lstmviz.scene.shapes import Rect, Text
from lstmviz.session import ASKED, Document, GeneratedInput, TextInput, View, one_layer

SYMBOLS = finished(Document(one_layer(None, 6, 6, head=HeadSpec(3)), TextInput("abcabcab")))


def source_of(network, trace):
    return Source(network, trace, numbered(trace.input, "noise"))


def now_at(network, trace, address, stage=None):
    known = scales(trace, 0, trace.steps)[address.layer, address.direction]
    return moment(
        network,
        trace,
        known,
        step=address.step,
        stage=stage or stages(network.spec, address.layer)[-1],
        layer=address.layer,
        direction=address.direction,
        focus=address.element,
    )


@st.composite
def addresses(draw):
    """A network of any variant, its trace, and any number of it."""
    network = draw(networks(ways, anything))
    trace = run(network, noise(network, 4), states(network))
    layer = draw(st.integers(0, len(network.cells) - 1))
    way = draw(st.sampled_from(network.spec.layers[layer].directions))
    arrays = [name for name in ASKED if size_of(network.spec, name, layer)]
    arrays += [f"head{k}" for k in range(len(network.heads) - 1)]
    array = draw(st.sampled_from(arrays))
    element = draw(st.integers(0, size_of(network.spec, array, layer) - 1))
    return network, trace, Address(array, draw(st.integers(0, 3)), element, layer, way)


def summands(found):
    return sum(term.value for term in found.terms) + found.rest


@settings(deadline=None, max_examples=80)
@given(addresses(), st.integers(1, 20))
def test_the_terms_shown_and_the_rest_are_the_number(asked, most):
    network, trace, address = asked
    cell = network.spec.layers[address.layer]
    heads = [f"head{k}" for k in range(len(network.heads) - 1)] + ["output"] * bool(network.heads)
    gate = address.array in GATES and address.array not in cell.variant.lacking
    if not (gate or address.array in heads or (address.array == "hidden_state" and cell.projected)):
        return
    found = summed(source_of(network, trace), address, most)
    digits = 1e-5 if network.dtype == np.float32 else 1e-12
    size = sum(abs(term.value) for term in found.terms) + 1
    assert summands(found) == pytest.approx(found.total, abs=1e-9 * size)
    assert sum(part.value for part in found.parts) == pytest.approx(found.total, abs=1e-9 * size)
    assert len(found.terms) == min(most, found.count)
    if address.array in heads:
        place = heads.index(address.array)
        weights = network.heads[place]
        here = slice(address.step, address.step + 1)
        read = (
            trace.head_outputs[place - 1][here]
            if place
            else layer_output(trace, len(trace.layers) - 1, here)
        )
        real = float(weights.weights[address.element] @ read[0])
        real += 0.0 if weights.bias is None else float(weights.bias[address.element])
    elif gate:
        start = before(trace, address.layer, address.direction, address.step)
        x = layer_input(trace, address.layer)[address.step]
        weights = network.cells[address.layer][address.direction]
        step = cell_step(weights, x, start.hidden, start.cell, cell.variant, start.gates)
        real = float(step.pre_activation[address.array][address.element])
    else:
        here = direction_of(trace, address.layer, address.direction)
        real = float(here.hidden_state[address.step, address.element])
    assert found.total == pytest.approx(real, abs=digits * size * 10)


@settings(deadline=None, max_examples=120)
@given(addresses(), st.data())
def test_every_number_can_be_asked_at_every_stage_and_leads_only_to_numbers(asked, data):
    network, trace, address = asked
    stage = data.draw(st.sampled_from(stages(network.spec, address.layer)))
    found = chain(source_of(network, trace), address, now_at(network, trace, address, stage))
    assert found.rows or found.value is not None
    for row in found.rows:
        if row.target is None:
            continue
        target = row.target
        assert 0 <= target.step < trace.steps
        assert target.direction in network.spec.layers[target.layer].directions
        assert 0 <= target.element < size_of(network.spec, target.array, target.layer)
        deeper = chain(source_of(network, trace), target, now_at(network, trace, target))
        assert deeper.value is not None
        if row.kind == "operand":
            tied = row.text.startswith(("tanh", "relu")) or "(c)" in row.text or "(c;" in row.text
            assert tied or row.value == pytest.approx(deeper.value, nan_ok=True)


def test_a_term_of_h_is_its_weight_times_the_h_it_leads_to():
    layers = (CellSpec(3, 4, 4, directions=("forward", "backward")), CellSpec(8, 4, 4))
    network = random_network(NetworkSpec(layers), 0)
    trace = run(network, np.random.default_rng(0).standard_normal((5, 3)))
    source = source_of(network, trace)
    for way, earlier in (("forward", 1), ("backward", 3)):
        found = summed(source, Address("forget_gate", 2, 1, 0, way), 20)
        row = network.cells[0][way].recurrent_weights[4 + 1]
        terms = [t for t in found.terms if t.label.startswith("h₋")]
        assert len(terms) == 4
        for term in terms:
            k = term.target.element
            h = direction_of(trace, 0, way).hidden_state[earlier, k]
            assert term.target == Address("hidden_state", earlier, k, 0, way)
            assert term.value == pytest.approx(row[k] * h)
    above = summed(source, Address("candidate", 2, 0, 1, "forward"), 40)
    leads = {term.target for term in above.terms if term.role == "x"}
    assert leads == {
        Address("hidden_state", 2, k, 0, way) for k in range(4) for way in ("forward", "backward")
    }


def test_before_the_first_step_a_term_leads_to_the_initial_state():
    network = random_network(NetworkSpec((CellSpec(2, 3, 3, variant=GREFF["NIG"]),)), 0)
    trace = run(network, np.ones((2, 2)))
    found = summed(source_of(network, trace), Address("forget_gate", 0, 2), 20)
    targets = {term.target.array for term in found.terms if term.target is not None}
    assert targets == {"hidden_state_before", "cell_state_before", "input"}
    address = Address("cell_state_before", 0, 2)
    told = chain(source_of(network, trace), address, now_at(network, trace, address))
    assert [row.kind for row in told.rows] == ["note"] and told.value == 0


@pytest.mark.parametrize("merge", ["concat", "sum", "mul", "ave"])
def test_what_leaves_a_layer_is_made_of_its_hidden_states(merge):
    both = CellSpec(3, 4, 4, directions=("forward", "backward"), merge=merge)
    network = random_network(NetworkSpec((both,)), 0)
    trace = run(network, np.random.default_rng(0).standard_normal((5, 3)))
    for element in range(both.output_size):
        parts = beneath(network.spec, Address("layer_output", 2, element))
        values = [
            float(direction_of(trace, 0, part.direction).hidden_state[part.step, part.element])
            for part in parts
        ]
        joined = {"concat": sum, "sum": sum, "mul": np.prod, "ave": np.mean}[merge](values)
        assert joined == pytest.approx(layer_output(trace, 0)[2, element])


def test_a_symbol_is_one_term():
    source = Source(SYMBOLS.network, SYMBOLS.trace, SYMBOLS.sequence)
    found = summed(source, Address("forget_gate", 4, 2), 20)
    inputs = [term for term in found.terms if term.role == "x"]
    assert [term.label for term in inputs] == ["x “b”"]
    column = int(SYMBOLS.trace.input[4].argmax())
    assert inputs[0].value == pytest.approx(
        SYMBOLS.network.cells[0]["forward"].input_weights[6 + 2, column]
    )
    assert inputs[0].target == Address("input", 4, column)


def test_an_embedded_symbol_leads_to_its_row():
    spec = NetworkSpec((CellSpec(3, 4, 4),), embedding=EmbeddingSpec(5, 3))
    network = random_network(spec, 0)
    trace = run(network, np.array([0, 3, 1]))
    found = summed(source_of(network, trace), Address("input_gate", 1, 0), 20)
    embedded = [term for term in found.terms if term.label.startswith("e[")]
    assert len(embedded) == 3
    address = embedded[0].target
    told = chain(source_of(network, trace), address, now_at(network, trace, address))
    assert told.value == pytest.approx(network.embedding[3, address.element])


def test_both_biases_are_told_apart_where_there_are_two():
    network = random_network(NetworkSpec((CellSpec(2, 3, 3),)), 0)
    trace = run(network, np.ones((2, 2)))
    address = Address("input_gate", 1, 0)
    labels = [t.label for t in summed(source_of(network, trace), address, 20).parts]
    assert labels[-2:] == ["b_ih", "b_hh"]
    merged = replace(network.cells[0]["forward"], recurrent_bias=None)
    one = replace(network, cells=({"forward": merged},))
    labels = [t.label for t in summed(source_of(one, run(one, np.ones((2, 2)))), address, 20).parts]
    assert labels[-1:] == ["b"]


def test_the_largest_come_first_and_what_is_no_number_before_all():
    values = np.array([0.1, -3.0, 2.0, np.nan, 0.0, -2.5])
    assert largest(values, 3).tolist() == [3, 1, 5]
    assert largest(values, 99).tolist() == [3, 1, 5, 2, 0, 4]


def test_a_view_asks_for_the_unit_under_the_pointer_else_the_pinned_one():
    spec = SYMBOLS.spec
    view = View(step=3, asked="forget_gate", unit=2)
    assert address_of(view, spec, 8) == Address("forget_gate", 3, 2)
    assert address_of(replace(view, hover=5), spec, 8) == Address("forget_gate", 3, 5)
    assert address_of(replace(view, unit=None), spec, 8) is None
    assert address_of(replace(view, unit=6), spec, 8) is None
    assert address_of(replace(view, step=8), spec, 8) is None
    output = replace(view, asked="output", element=1, hover=5)
    assert address_of(output, spec, 8) == Address("output", 3, 1)
    assert address_of(replace(output, asked="head0"), spec, 8) is None


def test_looking_at_a_number_pins_its_unit_and_goes_to_its_step():
    spec, view = SYMBOLS.spec, View(step=3, stage="forget", unit=0)
    address = Address("output_gate", 5, 4)
    seen = replace(view, **looking(address, view, spec))
    assert (seen.step, seen.stage, seen.unit, seen.asked) == (5, "head", 4, "output_gate")
    assert asks(seen, address, spec) and not asks(view, address, spec)
    here = Address("output_gate", 3, 4)
    assert replace(view, **looking(here, view, spec)).stage == "forget"
    row = Address("output", 3, 2)
    assert replace(seen, **looking(row, seen, spec)).unit == 4


CASES = [
    one_layer(5, 1, 1, head=HeadSpec(5)),
    one_layer(5, 3, 8, head=HeadSpec(5)),
    one_layer(5, 64, 64),
    one_layer(12, 256, 256, head=HeadSpec(40)),
    one_layer(5, 128, 1024),
]


@pytest.mark.parametrize("network", CASES, ids=lambda n: str(n.layers[0].cell_size))
@pytest.mark.parametrize("width", [226.0, 300.0, 420.0, 560.0])
def test_nothing_on_a_page_is_cut_or_overlaps(network, width):
    whole = finished(Document(network, GeneratedInput("noise", 12)))
    cells = network.layers[0].cell_size
    for array in ASKED:
        view = View(step=7, asked=array, unit=cells - 1, element=0, stage="output")
        page = why.page(whole, view, width)
        boxes = [text_box(shape) for shape in page.shapes if isinstance(shape, Text)]
        for box in boxes:
            assert box.x >= 0 and box.right <= width and box.bottom <= page.height, (array, box)
        for k, box in enumerate(boxes):
            assert not any(box.inset(1).overlaps(other.inset(1)) for other in boxes[:k]), array
        for shape in page.shapes:
            if isinstance(shape, Rect):
                assert shape.box.x >= 0 and shape.box.right <= width


def test_a_page_says_how_many_others_there_are_and_tells_more_of_them():
    whole = finished(Document(one_layer(12, 256, 256), GeneratedInput("noise", 12)))
    view = View(step=7, asked="forget_gate", unit=3)
    few, many = why.chain_of(whole, view), why.chain_of(whole, view, 48)
    told = [row.text for row in few.rows if row.kind == "more"]
    assert told == ["and 258 others"]
    assert sum(row.kind == "term" for row in many.rows) == 36 + sum(
        row.kind == "term" for row in few.rows
    )


def test_the_arithmetic_as_text_holds_every_number_in_full():
    view = View(step=4, stage="head", asked="forget_gate", unit=2)
    page = why.page(SYMBOLS, view)
    found = why.chain_of(SYMBOLS, view)
    assert page.text.startswith(f"f[2] = {found.value:.7g}\nforget gate of unit 2 at t = 4\n")
    for row in found.rows:
        if row.value is not None:
            assert f"{row.value:.7g}" in page.text
    assert all("\n" not in spot.text for spot in page.spots)


def test_what_is_not_made_yet_is_not_told():
    view = View(step=4, stage="pre-activate", asked="forget_gate", unit=2)
    found = why.chain_of(SYMBOLS, view)
    assert found.value is None
    told = [row.text for row in found.rows]
    assert any("not made yet" in text for text in told)
    assert any(row.kind == "term" and row.role == "h" for row in found.rows)
    gathered = why.chain_of(SYMBOLS, replace(view, stage="gather"))
    assert not any(row.kind == "term" for row in gathered.rows)


def test_without_a_number_asked_for_the_unit_leads_to_all_of_its_own():
    page = why.page(SYMBOLS, View(step=4, stage="head", unit=2))
    arrays = [spot.target.array for spot in page.spots]
    assert set(arrays) == {*GATES, "cell_state", "hidden_state"}
    assert {spot.target.element for spot in page.spots} == {2}
    assert why.page(Run(0, Document()), View()).spots == ()


@pytest.mark.parametrize("array", ["hidden_state", "output", "input"])
@pytest.mark.parametrize("name", ["cell", "unrolled", "unit"])
def test_what_is_asked_for_is_outlined_though_it_is_no_cell_unit(array, name):
    document = Document(one_layer(None, 4, 6, head=HeadSpec(3)), TextInput("abcabcab"))
    run_ = finished(document)
    view = View(diagram=name, step=4, stage="head", unit=None, asked=array, element=2)
    diagram = picture.diagram_of(run_.network.spec, view, run_.sequence)
    cards = [card for card in diagram.cards if card.array == array and card.offset == 0]
    card = next((card for card in cards if card.index in (None, 2)), None)
    if card is None:
        pytest.skip("this view has no such card")

    def outlines(view):
        shapes = frame_shapes(diagram, picture.moments_of(run_, view), run_.network.spec)
        boxes = [s.box for s in shapes if isinstance(s, Rect) and s.stroke == "mark"]
        return [box for box in boxes if card.unit_box(2).contains(*box.center)]

    assert len(outlines(view)) == 1
    assert not outlines(replace(view, asked=None, element=None))


def test_a_figure_has_no_marks_of_what_leads_on():
    shown = finished(Document())
    view = View(step=5, unit=1, asked="forget_gate")
    told = [shape.text for shape in why.page(shown, view).shapes if isinstance(shape, Text)]
    drawn = [shape.text for shape in why.figure(shown, view, 600).shapes if isinstance(shape, Text)]
    assert "›" in told and "›" not in drawn
    assert "= a_f" in drawn
