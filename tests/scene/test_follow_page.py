"""The page of units that follow something: its numbers, its tracks, what a click does."""

from dataclasses import replace

import numpy as np
import pytest

from lstmviz.analysis.following import follow
from lstmviz.errors import LstmvizError
from lstmviz.inputs import GeneratedInput, TextInput
from lstmviz.scene.metrics import text_box
from lstmviz.scene.questions import answered, brushed, marked, page_of
from lstmviz.scene.questions.annotations import with_range
from lstmviz.scene.questions.series import curve, filled
from lstmviz.scene.questions.writing import StepAxis
from lstmviz.scene.raster import MARKED
from lstmviz.scene.run import finished
from lstmviz.scene.shapes import Box, Heat, Line, Rect, Text
from lstmviz.session import Document, Layer, Untrained, View, one_layer

TEXT = "def f(x):\n    return [x, 'a b', (x + 1)]  # so it is\n" * 6
RUNS = {
    "text": Document(one_layer(None, 5, 8, seed=1), TextInput(TEXT)),
    "wide": Document(one_layer(None, 1024, 1024, seed=1), TextInput(TEXT[:60])),
    "numbers": Document(one_layer(3, 7, 12, seed=1), GeneratedInput("noise", 400, 2)),
    "both": Document(
        Untrained(None, (Layer(4, 4, directions=("forward", "backward")), Layer(6, 6)), seed=3),
        TextInput(TEXT),
    ),
}


@pytest.fixture(scope="module")
def runs():
    return {name: finished(document) for name, document in RUNS.items()}


def words(page, view):
    return [shape for shape in (*page.shapes, *page.marks(view)) if isinstance(shape, Text)]


ASKED = {
    "text": {"follows": "built-in", "annotation": "strings"},
    "wide": {"pattern": "r"},
    "numbers": {"follows": "ranges", "ranges": ((10, 60), (200, 300))},
    "both": {"pattern": "x", "every_layer": True},
}


@pytest.mark.parametrize("size", [(420, 240), (740, 380), (940, 516), (1900, 900)])
@pytest.mark.parametrize("which", ASKED)
def test_no_words_leave_the_page_or_overlap(runs, which, size):
    run, view = runs[which], View(step=12, **ASKED[which])
    found = answered("follow", run, view)
    page = page_of("follow", found, run, view, *size)
    assert found.rows
    boxes = [text_box(text) for text in words(page, view) if not text.mono]
    for box in boxes:
        assert box.x >= 0 and box.right <= size[0] + 0.5
        assert box.y >= 0 and box.bottom <= size[1] + 0.5
    rest = [text_box(t) for t in page.shapes if isinstance(t, Text) and not t.mono]
    for k, one in enumerate(rest):
        assert not any(one.inset(1).overlaps(other) for other in rest[k + 1 :]), one


def test_the_rows_are_those_of_the_analysis(runs):
    run = runs["text"]
    found = answered("follow", run, View(**ASKED["text"]))
    rows = follow(run.trace, found.told)
    assert tuple(row.follower for row in found.rows) == rows
    assert set(np.unique(found.told)) == {0, 1}


def test_the_rows_of_all_layers_stand_together(runs):
    found = answered("follow", runs["both"], View(**ASKED["both"]))
    places = {(row.layer, row.direction) for row in found.rows}
    assert places == {(0, "forward"), (0, "backward"), (1, "forward")}
    strengths = [abs(row.follower.correlation) for row in found.rows]
    assert strengths == sorted(strengths, reverse=True)


def test_a_click_on_a_row_pins_its_unit_and_shows_its_layer(runs):
    run, view = runs["both"], View(**ASKED["both"])
    found = answered("follow", run, view)
    page = page_of("follow", found, run, view, 940, 516)
    third = found.rows[2]
    spots = [page.spot(view, 40, y) for y in range(516)]
    spot = next(s for s in spots if s and s.changes.get("rank") == 2)
    assert spot.changes["unit"] == third.follower.unit
    assert (spot.changes["layer"], spot.changes["direction"]) == (third.layer, third.direction)
    after = replace(view, **spot.changes)
    assert answered("follow", run, after).look(after).follower == third.follower


def test_a_hidden_unit_of_a_projection_pins_no_cell_unit(runs):
    found = answered("follow", runs["text"], View(**ASKED["text"]))
    hidden = [row for row in found.rows if row.follower.array == "hidden_state"]
    assert hidden and all(row.cell_unit is None and row.letter == "h" for row in hidden)
    outputs = [row for row in found.rows if row.follower.array == "cell_output"]
    assert all(row.letter == "m" for row in outputs)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Type a pattern"),
        ({"pattern": "("}, "no regular expression"),
        ({"pattern": "zzz"}, "matches nothing"),
        ({"follows": "file"}, "Choose a file"),
        ({"follows": "built-in", "annotation": "nothing"}, "is unknown"),
    ],
)
def test_what_cannot_be_followed_is_said_in_a_sentence(runs, changes, sentence):
    answer = answered("follow", runs["text"], View(**changes))
    assert isinstance(answer, LstmvizError) and sentence in str(answer)


def test_a_sequence_of_numbers_has_no_pattern(runs):
    assert "not text" in str(answered("follow", runs["numbers"], View(pattern="x")))


@pytest.mark.parametrize(
    ("ranges", "sentence"),
    [((), "Shift+drag"), (((0, 400),), "the same at every step")],
)
def test_without_a_ranking_the_steps_can_still_be_marked(runs, ranges, sentence):
    run, view = runs["numbers"], View(follows="ranges", ranges=ranges)
    page = page_of("follow", answered("follow", run, view), run, view, 740, 380)
    assert sentence in " ".join(text.text for text in words(page, view))
    assert page.step_at(400, 60) is not None


def test_what_nothing_follows_is_said(runs):
    run, said = runs["numbers"], 0
    for seed in range(10):
        told = np.random.default_rng(seed).integers(0, 2, 400)
        ranges = tuple((int(k), int(k) + 1) for k in np.flatnonzero(told))
        view = View(follows="ranges", ranges=ranges)
        page = page_of("follow", answered("follow", run, view), run, view, 940, 516)
        said += any("Nothing follows it better" in text.text for text in words(page, view))
    assert said >= 8  # nine or ten are expected: one time in twenty something is better


def test_an_annotation_of_a_file_is_followed(runs, tmp_path):
    run = runs["numbers"]
    c = run.trace.layers[0].forward.cell_state[:, 5]
    path = tmp_path / "told.csv"
    path.write_text("other,told\n" + "".join(f"0,{value}\n" for value in c))
    found = answered("follow", run, View(follows="file", annotation_file=f"{path}:told"))
    assert (found.rows[0].follower.array, found.rows[0].follower.unit) == ("cell_state", 5)
    assert found.name == "told.csv:told"


def test_symbols_that_an_annotation_says_nothing_of_have_no_colour(runs):
    run, view = runs["text"], View(follows="built-in", annotation="prose-comments", step=40)
    found = answered("follow", run, view)
    silent = np.isnan(found.told)
    assert 0 < silent.sum() < len(silent)
    page = page_of("follow", found, run, view, 940, 516)
    heats = [shape for shape in page.marks(view) if isinstance(shape, Heat)]
    assert 0 < sum(heat.indices.shape[1] for heat in heats) <= (~silent).sum()
    assert all((heat.indices != MARKED).all() for heat in heats)


def test_brushed_steps_join_and_ask_which_units_follow_them():
    assert with_range(((3, 5), (9, 12)), 5, 10) == ((3, 12),)
    assert with_range((), 2, 3) == ((2, 3),)
    changes = brushed(View(diagram="cell"), 4, 8)
    assert changes["diagram"] == "follow" and changes["ranges"] == ((4, 8),)
    view = View(diagram="follow", follows="ranges", ranges=((4, 8),))
    assert brushed(view, 20, 30)["ranges"] == ((4, 8), (20, 30))
    assert marked(view) == ((4, 8),) and not marked(replace(view, follows="pattern"))


def test_a_curve_goes_through_its_values_and_breaks_where_there_are_none():
    box = Box(10, 20, 100, 50)
    axis = StepAxis(box, 0, 5)
    lines = curve(axis, box, np.array([0.0, 1.0, np.nan, 0.5, 0.0]), (0, 1), "c")
    assert [len(line.points) for line in lines] == [2, 2]
    assert lines[0].points == ((20.0, 70.0), (40.0, 20.0))


def test_a_long_curve_keeps_its_peaks():
    box = Box(0, 0, 50, 40)
    values = np.zeros(5000)
    values[1234], values[4321] = 1, -1
    (line,) = curve(StepAxis(box, 0, 5000), box, values, (-1, 1), "c")
    ys = [y for _, y in line.points]
    assert isinstance(line, Line) and min(ys) == 0 and max(ys) == 40


def test_bars_stand_where_an_annotation_is_1():
    box = Box(0, 0, 60, 10)
    told = np.array([0, 0, 1, 1, np.nan, 1.0])
    bars = filled(StepAxis(box, 0, 6), box, told, "accent")
    assert [(bar.box.x, bar.box.right) for bar in bars] == [(20, 40), (50, 60)]
    assert all(isinstance(bar, Rect) and bar.box.h == 10 for bar in bars)
