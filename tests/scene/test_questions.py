"""Pages of questions: every one at every size, its words in its room, its spots in its picture."""

from dataclasses import replace

import numpy as np
import pytest

from lstmviz.analysis import gradients
from lstmviz.engine.variant import STANDARD, Activation, Variant
from lstmviz.errors import LstmvizError
from lstmviz.inputs import GeneratedInput, TextInput
from lstmviz.scene.metrics import text_box
from lstmviz.scene.questions import QUESTIONS, answered, missing, page_of
from lstmviz.scene.questions.page import key_of
from lstmviz.scene.questions.textflow import flow, tinted
from lstmviz.scene.questions.writing import signed
from lstmviz.scene.run import finished
from lstmviz.scene.shapes import Box, Disc, Heat, Line, Rect, Text
from lstmviz.scene.words import number
from lstmviz.session import QUESTIONS as NAMES
from lstmviz.session import Document, Edit, Layer, Trained, Untrained, View, one_layer

SIZES = ((420, 240), (740, 380), (940, 516), (1900, 900), (560, 860))
RUNS = {
    "demo": Document(Trained("demo:counter")),
    "numbers": Document(one_layer(3, 7, 12, seed=1), GeneratedInput("noise", 40, 2)),
    "changed": Document(
        one_layer(3, 4, 4), GeneratedInput("noise", 1200, 2), changes=(Edit("cell_state[0] = 0"),)
    ),
    "one": Document(one_layer(1, 1, 1), GeneratedInput("noise", 1, 2)),
    "wide": Document(one_layer(5, 256, 256), GeneratedInput("onehot", 60, 2)),
    "signed": Document(
        Untrained(
            3, (Layer(6, 6, variant=Variant(gate=Activation("linear"))),), seed=1, forget_bias=-1.2
        ),
        GeneratedInput("noise", 40, 2),
    ),
    "both": Document(
        Untrained(None, (Layer(4, 4, directions=("forward", "backward")), Layer(6, 6)), seed=3),
        TextInput("to be or not to be"),
    ),
}


@pytest.fixture(scope="module")
def runs():
    return {name: finished(document).of("baseline") for name, document in RUNS.items()}


def test_the_questions_are_those_that_sessions_and_the_command_line_know():
    assert tuple(QUESTIONS) == NAMES


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("which", RUNS)
def test_no_words_leave_the_page(runs, which, name, size):
    run = runs[which]
    view = View(step=run.steps // 2, unit=0)
    page = page_of(name, answered(name, run, view), run, view, *size)
    room = Box(0, 0, *size)
    for shape in (*page.shapes, *page.marks(view), *page.controls(view)):
        if isinstance(shape, Text):
            box = text_box(shape)
            assert box.x >= 0 and box.right <= room.right + 0.5, shape
            assert box.y >= 0 and box.bottom <= room.bottom + 0.5, shape
        elif isinstance(shape, (Rect, Heat)):
            assert shape.box.w >= 0 and shape.box.h >= 0


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_depends_on_no_field_it_does_not_name(runs, name):
    run, question = runs["numbers"], QUESTIONS[name]
    view, other = View(unit=2), View(unit=2, step=7, hover=3, theme="dark", speed=9)
    assert key_of(name, question, run, view) == key_of(name, question, run, other)


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_lies_at_a_point_is_told_in_words(runs, name):
    run = runs["demo"]
    view = View(step=9, unit=0)
    page = page_of(name, answered(name, run, view), run, view, 940, 516)
    spots = [page.spot(view, x, y) for x in range(0, 940, 12) for y in range(0, 516, 12)]
    assert page.spot(view, -5, -5) is None
    for spot in filter(None, spots):
        assert spot.words
        assert set(spot.changes) <= set(vars(View()))


def test_without_a_whole_run_the_page_says_what_it_waits_for(runs):
    run = finished(Document(one_layer(5, 4, 8, project=False), GeneratedInput("noise", 4)))
    assert "shapes" in (missing(run) or "")
    page = page_of("provenance", None, run, View(), 600, 300)
    assert "shapes" in " ".join(shape.text for shape in page.shapes if isinstance(shape, Text))


def test_where_c_came_from_needs_a_unit(runs):
    assert isinstance(answered("provenance", runs["demo"], View(unit=None)), LstmvizError)


@pytest.mark.parametrize(("layer", "way"), [(0, "forward"), (0, "backward"), (1, "forward")])
def test_the_parts_of_c_sum_to_it_at_every_step(runs, layer, way):
    run = runs["both"]
    found = answered("provenance", run, View(layer=layer, direction=way, unit=3))
    c = dict(run.trace.layers[layer].directions())[way].cell_state[:, 3]
    for step in range(run.steps):
        _, left, start = found.at(step)
        assert left.sum() + start * found.start == pytest.approx(c[step], rel=1e-6, abs=1e-9)


def changed(run, **arrays):
    """The run with other arrays in its first layer, forward."""
    way = replace(run.trace.layers[0].forward, **arrays)
    layers = (replace(run.trace.layers[0], forward=way), *run.trace.layers[1:])
    return replace(run, trace=replace(run.trace, layers=layers))


def written_words(run, view, size=(940, 516)):
    page = page_of("provenance", answered("provenance", run, view), run, view, *size)
    shapes = (*page.shapes, *page.marks(view))
    return page, " ".join(shape.text for shape in shapes if isinstance(shape, Text))


@pytest.mark.parametrize(("way", "first"), [("forward", 0), ("backward", 17)])
def test_what_is_left_of_the_first_cell_state_has_a_bar_of_its_own(way, first):
    layers = (Layer(4, 4, directions=("forward", "backward")),)
    run = finished(
        Document(Untrained(None, layers, seed=3), TextInput("to be or not to be"), "random")
    )
    near = min(first, 16) or 1
    view = View(unit=2, step=near, direction=way)
    page, words = written_words(run, view)
    assert "c₀" in words
    heats = [shape.box for shape in page.shapes if isinstance(shape, Heat)]
    assert len(heats) == 2
    column = min(heats, key=lambda box: box.w)
    c0 = dict(run.trace.layers[0].directions())[way].initial_cell_state[2]
    y = column.y + (near + 0.5) / run.steps * column.h
    spot = page.spot(view, column.x + 2, y)
    assert spot.words.startswith(f"c₀ was {signed(float(c0))}, ")
    assert spot.changes == {"step": first}


def test_a_clip_that_bounded_c_is_told():
    bounded = Layer(6, 6, variant=replace(STANDARD, cell_clip=0.05))
    run = finished(Document(Untrained(3, (bounded,), seed=3), GeneratedInput("noise", 30, 2)))
    found = answered("provenance", run, View(unit=1, step=9))
    assert found.clipped
    assert f"A clip bounded c at {found.clipped} steps" in written_words(run, View(unit=1))[1]
    _, left, _ = found.at(20)
    assert left.sum() == pytest.approx(found.state[20], rel=1e-6)


def test_where_c_is_no_number_the_page_says_from_when(runs):
    state = runs["numbers"].trace.layers[0].forward.cell_state.copy()
    state[12:, 3] = np.nan
    run = changed(runs["numbers"], cell_state=state)
    for step in (5, 30):
        page, words = written_words(run, View(unit=3, step=step))
        assert "from step 12 on" in words
        for x in range(0, 940, 20):
            for y in range(0, 516, 20):
                page.spot(View(unit=3, step=step), x, y)
    assert "cannot be told" in words


def test_no_sum_is_larger_than_the_scale(runs):
    run = finished(Document(one_layer(2, 4, 4, seed=5), GeneratedInput("noise", 1500, 2)))
    found = answered("provenance", run, View(unit=2))
    for step in range(0, run.steps, 37):
        left = found.at(step)[1]
        assert np.abs(np.add.reduceat(left, found.edges[:-1])).max() <= found.limit * (1 + 1e-9)


def test_a_line_of_the_largest_parts_goes_to_its_step(runs):
    run, view = runs["numbers"], View(unit=1, step=20)
    page, _ = written_words(run, view)
    line = next(
        shape
        for shape in page.marks(view)
        if isinstance(shape, Text) and shape.text.startswith("step ") and shape.size == 12
    )
    spot = page.spot(view, line.x + 3, line.y - 3)
    assert spot.changes == {"step": int(line.text.split()[1])}


def test_a_click_on_the_map_goes_to_the_step_that_sees(runs):
    run, view = runs["numbers"], View(unit=1, step=3)
    page = page_of("provenance", answered("provenance", run, view), run, view, 940, 516)
    heat = next(shape for shape in page.shapes if isinstance(shape, Heat))
    spot = page.spot(view, heat.box.x + 1, heat.box.bottom - 1)
    assert spot.changes == {"step": run.steps - 1}
    assert "step 0" in spot.words


def test_running_text_keeps_every_symbol_in_its_box():
    labels = list("def f(x):\n    return x  # a comment that is longer than a line can be\n") * 9
    found = flow(labels, Box(10, 20, 160, 100))
    assert "".join(found.words).count("return x") == 9
    assert all(found.lefts[k] + found.widths[k] <= 160.01 for k in range(len(labels)))
    for step in (0, 100, len(labels) - 1):
        shapes = tinted(found, np.linspace(0, 1, len(labels)), (0, 1), step, "sequential")
        assert sum(isinstance(shape, Rect) for shape in shapes) == 1
        outlined = next(shape.box for shape in shapes if isinstance(shape, Rect))
        assert found.step_at(*outlined.center, step) == step


def test_gradients_are_those_of_the_output_asked_for(runs):
    run, view = runs["numbers"], View(target=2, target_step=20, unit=3)
    found = answered("gradients", run, view)
    want = gradients(run.network, run.trace.input, 20, 2)
    np.testing.assert_allclose(found.found.input, want.input[:21], atol=1e-12)
    assert found.name == "2"
    page = page_of("gradients", found, run, view, 940, 516)
    heats = [shape for shape in page.shapes if isinstance(shape, Heat)]
    spot = page.spot(view, heats[0].box.x + 1, heats[0].box.y + 1)
    value = float(want.layers[0].forward.cell_state[0, 0])
    assert spot.words == f"∂y/∂c of unit 0 at step 0 = {number(value)}"
    assert spot.changes == {"step": 0, "unit": 0}


def test_another_output_or_step_is_asked_for_by_a_click(runs):
    run, view = runs["demo"], View(target=0, target_step=5, step=9)
    page = page_of("gradients", answered("gradients", run, view), run, view, 940, 516)
    links = {
        shape.text: page.spot(view, shape.x + 1, shape.y - 3).changes
        for shape in page.controls(view)
        if isinstance(shape, Text) and shape.color == "accent"
    }
    assert links["ask of t = 9"] == {"target_step": 9}
    assert links["output ›"] == {"target": 1}
    assert links["the largest"] == {"target": None}


def test_a_view_that_outlived_its_network_asks_of_what_there_is(runs):
    found = answered("gradients", runs["numbers"], View(target=99, target_step=999))
    assert found.step == runs["numbers"].steps - 1
    assert found.output == int(runs["numbers"].trace.output[-1].argmax())


def test_units_stand_where_their_gates_are_saturated_in_every_layer(runs):
    run, view = runs["both"], View()
    found = answered("saturation", run, view)
    assert list(found.places) == [(0, "forward"), (0, "backward"), (1, "forward")]
    page = page_of("saturation", found, run, view, 940, 516)
    discs = [shape for shape in page.shapes if isinstance(shape, Disc)]
    assert len(discs) == 3 * (4 + 4 + 6)
    for disc in discs:
        assert page.spot(view, *disc.center).changes["unit"] is not None
    marked = [s for s in page.marks(View(unit=2, layer=1)) if isinstance(s, Disc)]
    assert len(marked) == 3


def test_of_many_layers_those_about_the_one_looked_at_stand_side_by_side():
    run = finished(
        Document(Untrained(None, (Layer(2, 2),) * 12, seed=3), GeneratedInput("onehot", 5))
    )
    found = answered("saturation", run, View())
    for layer, shown in ((0, range(8)), (6, range(2, 10)), (11, range(4, 12))):
        page = page_of("saturation", found, run, View(layer=layer), 940, 516)
        words = {shape.text for shape in page.shapes if isinstance(shape, Text)}
        assert {f"layer {k} · i" for k in shown} <= words
        assert len([s for s in page.shapes if isinstance(s, Disc)]) == 8 * 3 * 2


def test_memories_are_seen_from_the_last_step_shown(runs):
    run = runs["demo"]
    found = answered("vanishing", run, View(first=4, last=21))
    assert found.found.network.step == 20 and found.lags == 17
    assert [found.step(0), found.step(16), found.lag(4), found.lag(21)] == [20, 4, 16, None]
    backward = answered("vanishing", runs["both"], View(layer=0, direction="backward"))
    assert backward.found.network.step == 0 and backward.step(3) == 3


def test_curves_stay_in_their_plot_and_end_where_nothing_is_left(runs):
    run, view = runs["wide"], View(step=30)
    page = page_of("vanishing", answered("vanishing", run, view), run, view, 940, 516)
    plot = next(s.box for s in page.shapes if isinstance(s, Rect))
    curves = [s for s in page.shapes if isinstance(s, Line) and len(s.points) > 2]
    assert len(curves) > 3
    for curve in curves:
        for x, y in curve.points:
            assert plot.x - 0.01 <= x <= plot.right + 0.01
            assert plot.y - 0.01 <= y <= plot.bottom + 0.01
    spot = page.spot(view, plot.right - 1, plot.y + 3)
    assert spot.changes == {"step": 0} and "plain RNN" in spot.words


@pytest.mark.parametrize("size", SIZES)
def test_every_curve_has_its_name_beside_it(runs, size):
    run, view = runs["demo"], View(step=10)
    page = page_of("vanishing", answered("vanishing", run, view), run, view, *size)
    words = " ".join(s.text for s in page.marks(view) if isinstance(s, Text))
    assert all(name in words for name in ("all", "∏ f", "untrained", "RNN", "unit 0"))


@pytest.mark.parametrize("name", ["provenance", "gradients"])
@pytest.mark.parametrize("which", ["demo", "numbers"])
def test_a_line_of_the_largest_goes_to_its_step(runs, which, name):
    run, view = runs[which], View(step=20, unit=1, target_step=20)
    page = page_of(name, answered(name, run, view), run, view, 940, 516)
    lines = {
        shape.text: page.spot(view, shape.x + 2, shape.y - 3)
        for shape in page.marks(view)
        if isinstance(shape, Text) and shape.text.startswith("step ") and shape.x > 500
    }
    assert len(lines) >= 3
    for words, spot in lines.items():
        step = spot.changes["step"]
        assert words in spot.words and words.split()[1] == f"{step:,}"


def test_what_is_there_to_be_clicked_is_no_part_of_the_page_itself(runs):
    run, view = runs["wide"], View(unit=1, step=9, target_step=5)
    for name in ("memory", "gradients"):
        page = page_of(name, answered(name, run, view), run, view, 940, 516)
        there = page.controls(view)
        assert there and not set(map(repr, there)) & set(map(repr, page.shapes))
        for shape in there:
            box = text_box(shape) if isinstance(shape, Text) else shape.box
            assert page.spot(view, *box.center).changes


EXPLAINED = {
    "provenance": ("written at", "seen at", "largest parts", "of c now", "of it left"),
    "gradients": ("∂y/∂c", "∂y/∂o", "∂y/∂x · x", "input that matters most"),
    "saturation": ("input gate", "> 0.9", "share of steps below 0.1"),
    "vanishing": ("∂cₜ/∂cₖ, all paths", "∏ f, the direct path", "∏ f of unit 0", "steps before"),
    "histograms": ("Dead units", "Constant units"),
    "alike": ("cosine", "distance", "read there"),
}


@pytest.mark.parametrize("name", EXPLAINED)
def test_words_that_need_it_are_explained_where_they_are_pointed_at(runs, name):
    run, view = runs["demo"], View(step=20, unit=0, like=(5, 6), target_step=20)
    page = page_of(name, answered(name, run, view), run, view, 940, 516)
    texts = [s for s in (*page.shapes, *page.marks(view)) if isinstance(s, Text)]
    for words in EXPLAINED[name]:
        (text,) = [t for t in texts if t.text.startswith(words)][:1]
        spot = page.at(view, *text_box(text).center)
        assert spot is not None and len(spot.words) > 15 and not spot.changes, words
    title = max(texts, key=lambda text: text.size)
    assert page.at(view, *text_box(title).center) is None
