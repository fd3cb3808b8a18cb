"""Moments, their words and their pictures, held against the reference step."""

from dataclasses import replace

import numpy as np
import pytest
from nets import single

from lstmviz.analysis.sums import terms
from lstmviz.engine import cell
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec, stages
from lstmviz.engine.unroll import run
from lstmviz.engine.variant import GREFF, named_variant
from lstmviz.scene import moment as moments
from lstmviz.scene.frame import ease, frame_shapes, point_along
from lstmviz.scene.inspector import inspector_height, inspector_shapes
from lstmviz.scene.layout import cell_diagram
from lstmviz.scene.metrics import text_box
from lstmviz.scene.run import runs
from lstmviz.scene.shapes import Box, Cells, Line, Rect, Text
from lstmviz.scene.sums import pre_activations, sums
from lstmviz.scene.words import caption, number
from lstmviz.session import Document, GeneratedInput, Untrained
from lstmviz.session.documents import Layer

SPEC = single(5, 3, 4, head=HeadSpec(5))


@pytest.fixture(scope="module")
def network():
    return random_network(SPEC, 3)


@pytest.fixture(scope="module")
def trace(network):
    x = np.eye(5, dtype=np.float32)[np.arange(12) % 5]
    return run(network, x)


def at(network, trace, **changes):
    limits = moments.limits(trace, 0, trace.steps)
    return moments.moment(network, trace, limits, **{"step": 4, "stage": "head", **changes})


def test_a_moment_holds_the_values_of_the_reference_step(network, trace):
    found = at(network, trace).values
    before = trace.layers[0].forward
    step = cell.step(
        network.cells[0]["forward"],
        trace.input[4],
        before.hidden_state[3],
        before.cell_state[3],
    )
    for name in ("forgotten", "written", "cell_state", "squashed", "hidden_state", "gathered"):
        np.testing.assert_allclose(found[name], getattr(step, name), atol=1e-6)
    np.testing.assert_allclose(found["output"], trace.output[4])


def test_pre_activations_are_the_rows_of_the_reference_step(network, trace):
    weights = network.cells[0]["forward"]
    values = moments.step_values(trace, 0, "forward", 4)
    step = cell.step(
        weights, values["input"], values["hidden_state_before"], values["cell_state_before"]
    )
    for unit in range(4):
        found = pre_activations(weights, unit, values["gathered"])
        for gate, a in found.items():
            assert a == pytest.approx(float(step.pre_activation[gate][unit]), abs=1e-5)


@pytest.mark.parametrize("name", ["standard", *GREFF])
def test_the_sums_told_are_those_of_the_terms(name):
    cell_spec = CellSpec(7, 6, 40, variant=replace(named_variant(name), clip=2.0))
    network = random_network(NetworkSpec((cell_spec,)), 1)
    trace = run(network, np.random.default_rng(0).normal(size=(6, 7)))
    values = moments.step_values(trace, 0, "forward", 5)
    for unit in range(40):
        found = sums(network.cells[0]["forward"], cell_spec.variant, unit, values)
        for gate, told in found.items():
            total = sum(value for _, _, value in terms(network, trace, gate, 5, unit))
            assert told.total == pytest.approx(total, rel=1e-12, abs=1e-14)


def test_the_first_step_starts_from_the_initial_state(network, trace):
    found = at(network, trace, step=0).values
    np.testing.assert_array_equal(found["cell_state_before"], np.zeros(4))


def test_each_stage_adds_what_it_makes_and_takes_nothing_away(network, trace):
    seen: set[str] = set()
    for stage in stages(SPEC):
        now = set(at(network, trace, stage=stage).values)
        assert seen <= now
        seen = now
    assert "output" in seen
    gathered = at(network, trace, stage="gather").values
    assert "forget_gate" not in gathered and "cell_state" not in gathered
    assert "cell_state" in at(network, trace, stage="write").values
    assert "hidden_state" not in at(network, trace, stage="output").values
    assert "hidden_state" in at(network, trace, stage="project").values


def test_without_a_projection_h_is_made_by_the_output_stage():
    spec = single(5, 4, 4)
    network = random_network(spec, 0)
    trace = run(network, np.ones((3, 5), np.float32))
    found = moments.moment(network, trace, moments.limits(trace, 0, 3), step=1, stage="output")
    assert "hidden_state" in found.values


def test_limits_hold_every_value_and_are_round(network, trace):
    limits = moments.limits(trace, 0, trace.steps)
    run_ = trace.layers[0].forward
    assert limits["forget_gate"] == (0.0, 1.0)
    low, high = limits["cell_state"]
    assert -low == high >= np.abs(run_.cell_state).max()
    assert float(format(high, ".1e")) == high


@pytest.mark.parametrize("hidden", [4, 3])
def test_h_and_m_have_limits_of_their_own_values(hidden):
    trace = run(random_network(single(5, hidden, 4), 0), np.eye(5, dtype=np.float32))
    limits = moments.limits(trace, 0, trace.steps)
    for name in ("hidden_state", "cell_output"):
        peak = np.abs(getattr(trace.layers[0].forward, name)).max()
        assert peak <= limits[name][1] <= 1.6 * peak < 1
    assert limits["squashed"] == (-1.0, 1.0)


def test_widened_limits_hold_for_both_parts(trace):
    whole = moments.limits(trace, 0, trace.steps)
    parts = moments.widen(moments.limits(trace, 0, 5), moments.limits(trace, 5, trace.steps))
    share = {name for name in whole if name.endswith("/most")}  # of a part's units, not the run's
    assert {n: parts[n] for n in parts.keys() - share} == {
        n: whole[n] for n in whole.keys() - share
    }


def test_not_finite_values_do_not_disturb_limits(network, trace):
    broken = moments.largest(np.array([np.nan, np.inf, -0.3]))
    assert broken == 0.3
    assert moments.largest(np.full((2, 3), np.nan)) == 1.0


@pytest.mark.parametrize("stage", stages(SPEC))
def test_every_stage_is_told_with_its_real_values(network, trace, stage):
    now = at(network, trace, stage=stage, focus=2)
    where, formula, real = caption(now, SPEC)
    assert "t = 4" in where and stage in where
    assert formula
    if stage == "write":
        assert number(float(now.values["cell_state"][2])) in real
        assert "unit 2" in real
    if stage == "gather":
        assert "3 + 5 = 8" in real


@pytest.mark.parametrize("stage", stages(SPEC))
def test_a_stage_lights_its_own_wires_and_only_those(network, trace, stage):
    diagram = cell_diagram(SPEC)
    lit = frame_shapes(diagram, {0: at(network, trace, stage=stage)}, SPEC)
    lines = [shape.points for shape in lit if isinstance(shape, Line)]
    assert sorted(lines) == sorted(w.points for w in diagram.wires if w.stage == stage)
    assert lines


def test_cards_not_made_yet_are_empty(network, trace):
    diagram = cell_diagram(SPEC)
    shapes = frame_shapes(diagram, {0: at(network, trace, stage="activate")}, SPEC)
    cells = {(s.box.x, s.box.y): s.values for s in shapes if isinstance(s, Cells)}
    for card in diagram.cards:
        values = cells[card.grid.x, card.grid.y]
        made = card.name in ("c_before", "h_before", "x", "f", "i", "g", "o")
        assert (values is not None) == made, card.name


def test_a_unit_is_marked_in_every_card_of_cell_units(network, trace):
    diagram = cell_diagram(SPEC)
    shapes = frame_shapes(diagram, {0: at(network, trace, focus=1, hover=2)}, SPEC)
    marks = [s for s in shapes if isinstance(s, Rect) and s.stroke == "mark"]
    cards = [card for card in diagram.cards if card.unit == "cell"]
    assert len(marks) == 2 * len(cards)


def test_values_travel_and_arrive(network, trace):
    diagram = cell_diagram(SPEC)
    half = frame_shapes(diagram, {0: at(network, trace, stage="write", progress=0.25)}, SPEC)
    done = frame_shapes(diagram, {0: at(network, trace, stage="write", progress=1.0)}, SPEC)
    assert len(half) > len(done)


def test_a_point_along_a_polyline():
    line = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0))
    assert point_along(line, 0.0) == (0.0, 0.0)
    assert point_along(line, 0.5) == (10.0, 0.0)
    assert point_along(line, 0.75) == (10.0, 5.0)
    assert point_along(line, 1.0) == (10.0, 10.0)


def test_easing_starts_and_ends_slowly():
    assert ease(0) == 0 and ease(1) == 1 and ease(0.5) == 0.5
    assert ease(0.1) < 0.1 and ease(0.9) > 0.9


@pytest.mark.parametrize("stage", stages(SPEC))
def test_the_inspector_fits_its_picture(network, trace, stage):
    page = Box(0, 0, 226, inspector_height())
    for shape in inspector_shapes(at(network, trace, stage=stage, focus=3)):
        if isinstance(shape, Text):
            box = text_box(shape)
            assert page.x <= box.x and box.right <= page.right and box.bottom <= page.bottom


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.7342, "0.734"), (-1.25, "−1.250"), (0.0, "0.000"), (3.14e-5, "3.1e−05"),
     (np.nan, "NaN"), (np.inf, "∞"), (-np.inf, "−∞")],
)  # fmt: skip
def test_numbers_read_well(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(-0.0012, "−0.001"), (0.004, "0.004"), (0.006, "0.01"), (0.0, "0.00")]
)
def test_a_short_number_is_never_all_zeros_but_zero(value, text):
    assert number(value, 2) == text


def test_limits_widen_symmetrically_about_zero():
    found = moments.widen({"input": (0.0, 1.0)}, {"input": (-0.2, 0.2)})
    assert found == {"input": (-1.0, 1.0)}
    assert moments.widen({"input": (0.0, 1.0)}, {"input": (0.0, 2.0)}) == {"input": (0.0, 2.0)}


def test_a_layer_that_reads_backward_has_the_limits_of_its_values():
    layers = (Layer(9, 9), Layer(4, 4, directions=("forward", "backward")))
    document = Document(Untrained(3, layers), GeneratedInput("noise", 300))
    told = list(runs(0, document))
    assert told[0].done == 0
    assert told[0].scales is None
    last = told[-1]
    assert last.finished
    assert last.scales == moments.scales(last.trace, 0, 300)
    largest = abs(last.trace.layers[0].forward.hidden_state).max()
    assert last.scales[1, "forward"]["input"][1] < 2 * largest
    assert last.scales[1, "forward"]["sequence"] == last.scales[0, "forward"]["input"]
