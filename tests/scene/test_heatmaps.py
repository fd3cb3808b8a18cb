from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from heatruns import traced
from hypothesis import given
from hypothesis import strategies as st

from lstmviz.engine.spec import CellSpec
from lstmviz.scene import heatmaps, raster
from lstmviz.scene.heataxes import (
    limit_text,
    unit_numbers,
    veil,
    visible,
)
from lstmviz.scene.heatlayout import (
    Span,
    layout,
    locate,
    raster_grid,
    row_at,
    row_y,
    rows_of,
    step_at,
    step_x,
    steps_of,
)
from lstmviz.scene.heatmarks import bounds, cursor, curtain
from lstmviz.scene.metrics import text_box
from lstmviz.scene.shapes import Heat, Line, Rect, Text
from lstmviz.scene.timeaxis import nice_step, step_badges, step_numbers
from lstmviz.session import View

SIZES = [(1370, 380), (1040, 300), (700, 300), (690, 560), (480, 420), (1920, 700), (800, 240)]
RUNS = [(1, 1, None), (5, 40, None), (64, 40, 30), (64, 1000, 64), (256, 300, 1024), (1024, 20, 1)]
STRIPS = (18, 30)
"""Heights of the strips of the input, on which its symbols are written."""
TEXT = "def depth(s):\n"


def overlaps(first, second):
    """Whether two boxes share more than a hair."""
    return first.inset(0.25).overlaps(second.inset(0.25))


def painted_out(box, later):
    """Whether what is painted later hides all of a text."""
    fills = [s.box for s in later if isinstance(s, Rect) and s.fill and s.opacity == 1]
    return any(f.x <= box.x and box.right <= f.right and f.y <= box.y and box.bottom <= f.bottom
               for f in fills)  # fmt: skip


def check_texts(shapes, width, height):
    texts = [shape for k, shape in enumerate(shapes) if isinstance(shape, Text) and shape.text
             and not painted_out(text_box(shape), shapes[k + 1 :])]  # fmt: skip
    for text in texts:
        box = text_box(text)
        assert text.size >= 10, text
        assert box.x >= 0 and box.right <= width, text
        assert box.y >= 0 and box.bottom <= height + 1, text
    for first, second in combinations(texts, 2):
        assert not overlaps(text_box(first), text_box(second)), (first, second)
    plots = [
        s.box for s in shapes if isinstance(s, Heat) and s.box.w > 20 and s.box.h not in STRIPS
    ]
    for text in texts:
        for plot in plots:
            assert not overlaps(text_box(text), plot), (text, plot)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("text", [None, TEXT])
@pytest.mark.parametrize("head", [0, 3, 1024])
def test_no_text_overlaps_text_or_a_heatmap(size, run, text, head):
    cell, steps, hidden = run
    trace, sequence = traced(cell, steps, hidden=hidden, text=text, head=head)
    views = [
        View(step=steps // 2),
        View(step=steps - 1, unit=cell - 1, hover=0, order="similarity"),
        View(unit=0, hover=cell // 2, first=steps / 3, low=cell / 4, high=cell / 2, reveal=True),
    ]
    for view in views:
        shapes, width, height = heatmaps.figure(
            trace, sequence, view, width=size[0], height=size[1]
        )
        assert (width, height) == size
        check_texts(shapes, width, height)


def test_a_figure_without_a_run_says_why():
    shapes, _, _ = heatmaps.figure(None, None, View())
    assert [s.text for s in shapes if isinstance(s, Text)] == [heatmaps.NOTHING]


def test_a_figure_shows_every_value_where_there_is_room():
    trace, sequence = traced(5, 12)
    shapes, _, _ = heatmaps.figure(trace, sequence, View(order="index"))
    shown = [s for s in shapes if isinstance(s, Heat) and s.indices.shape == (5, 12)]
    assert len(shown) == 6
    run = trace.layers[0].forward
    first = raster.indices(run.forget_gate, (0.0, 1.0)).T
    assert (shown[0].indices == first).all()


def test_marked_values_reach_the_figure():
    trace, sequence = traced(4, 6)
    candidate = trace.layers[0].forward.candidate
    candidate.setflags(write=True)
    candidate[2, 1] = np.nan
    shapes, _, _ = heatmaps.figure(trace, sequence, View(unit=1))
    marked = [(s.indices == 255).sum() for s in shapes if isinstance(s, Heat)]
    assert sum(marked) == 1
    lines = [s for s in shapes if isinstance(s, Line) and s.stroke == "g"]
    assert sorted(len(line.points) for line in lines) == [2, 3]


@given(
    st.integers(320, 2600),
    st.integers(240, 1400),
    st.integers(1, 1024),
    st.integers(1, 1024),
    st.integers(1, 12_000),
    st.sampled_from([0, 1, 5, 1024]),
)
def test_plots_lie_inside_and_apart_at_every_size(width, height, cell, hidden, steps, head):
    place = layout(width, height, CellSpec(3, hidden, cell), steps, head=head)
    boxes = [panel.plot for panel in place.panels] + [plot.plot for plot in place.plots]
    boxes += [*place.strips[: place.inputs], *place.axes]
    for box in boxes:
        assert box.x >= 0 and box.right <= width
        assert box.y >= 0 and box.bottom <= height
    for first, second in combinations(boxes, 2):
        assert not first.overlaps(second)
    assert len({panel.plot.h for panel in place.panels[:6]}) == 1
    assert [panel.units for panel in place.panels[6:]] == [head] * bool(head)
    for panel in place.panels:
        grid = raster_grid(place, panel)
        assert (grid.first, grid.last) == (0, steps)
        assert (grid.low, grid.high) == (0, panel.units)


def test_the_output_of_the_head_is_shown_over_time():
    trace, sequence = traced(5, 40, head=3)
    shapes, *_ = heatmaps.figure(trace, sequence, View())
    images = [s.indices for s in shapes if isinstance(s, Heat) and s.indices.shape == (3, 40)]
    low, high = 0.0, 1.0
    expected = raster.indices(trace.output.T, (low, high))
    assert any(np.array_equal(image, expected) for image in images)
    assert any(isinstance(s, Text) and s.text == "output y" for s in shapes)
    bare, *_ = heatmaps.figure(*traced(5, 40), View())
    assert not any(isinstance(s, Text) and s.text == "output y" for s in bare)


@given(st.integers(1, 300), st.integers(1, 300), st.floats(0, 1), st.floats(0, 1), st.booleans())
def test_a_pixel_and_its_step_and_unit_find_each_other(steps, cell, x, y, narrow):
    place = layout(600 if narrow else 1300, 500, CellSpec(3, cell, cell), steps)
    panel = place.panels[3]
    step = min(int(x * steps), steps - 1)
    row = min(int(y * cell), cell - 1)
    px, py = step_x(place, panel.plot, step + 0.5), row_y(panel, row + 0.5)
    spot = locate(place, px, py)
    assert (spot.kind, spot.array, spot.step, spot.row) == ("heat", panel.array, step, row)
    assert step_at(place, panel.plot, px) == pytest.approx(step + 0.5)
    assert row_at(panel, py) == pytest.approx(row + 0.5)


def test_what_lies_outside_every_plot_is_nowhere():
    place = layout(1300, 400, CellSpec(3, 8, 8), 20)
    assert locate(place, 3, 3) is None
    axis = place.axes[1]
    assert locate(place, axis.x + 1, axis.y + 1).kind == "axis"
    assert locate(place, axis.x + 1, axis.y + 1).row is None


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (Span(), (0, 50)),
        (Span(3.2, 7.9), (3, 8)),
        (Span(-4.0, 900.0), (0, 50)),
        (Span(49.9, 50.0), (49, 50)),
        (Span(80.0, 90.0), (49, 50)),
    ],
)
def test_a_span_shows_the_whole_steps_it_touches(span, expected):
    assert steps_of(span, 50) == expected


def test_rows_of_another_size_are_zoomed_alike():
    assert rows_of(Span(low=16.0, high=32.0), 64, 64) == (16, 32)
    assert rows_of(Span(low=16.0, high=32.0), 64, 128) == (32, 64)
    assert rows_of(Span(), 64, 7) == (0, 7)


def test_no_number_lies_under_the_badge_of_the_step():
    place = layout(1300, 400, CellSpec(3, 8, 8), 1000)
    for step in range(0, 1000, 7):
        (badge, *_) = [s.box for s in step_badges(place, step) if isinstance(s, Rect)]
        texts = step_numbers(place, step)
        assert not any(text_box(text).overlaps(badge) for text in texts)
        assert len(texts) < len(step_numbers(place)) or not any(
            text_box(text).overlaps(badge) for text in step_numbers(place)
        )


@pytest.mark.parametrize("height", [240, 300, 380, 460, 560])
@pytest.mark.parametrize("cell", [5, 64, 128, 256, 1024])
def test_the_numbers_of_units_stand_at_even_distances(cell, height):
    place = layout(1370, height, CellSpec(3, cell, cell), 12)
    trace, sequence = traced(cell, 12)
    content = heatmaps.content_of(trace, sequence, View(unit=0))
    panel = place.panels[0]
    numbers = sorted(
        int(text.text)
        for text in unit_numbers(place, content, None)
        if text.x == panel.plot.x - 5 and panel.plot.contains(panel.plot.x, text.y - 4)
    )
    distances = np.diff(numbers)
    assert numbers[0] == 0
    assert len(set(distances[:-1])) <= 1  # the last unit may be nearer


@pytest.mark.parametrize("steps", [1, 7, 1000, 10_000])
def test_the_cursor_stands_on_its_step_in_every_plot(steps):
    place = layout(1300, 400, CellSpec(3, 8, 8), steps)
    step = steps // 2
    marks = [shape for shape in cursor(place, step) if isinstance(shape, Rect)]
    centers = {round(bounds(mark).center[0], 3) for mark in marks}
    expected = {round(step_x(place, strip, step + 0.5), 3) for strip in place.strips}
    assert all(min(abs(x - e) for e in expected) < 1.01 for x in centers)
    assert len(marks) >= len(place.panels) + 2 + len(place.plots)
    assert cursor(layout(1300, 400, CellSpec(3, 8, 8), 50, Span(5, 9)), 4) == []


def test_the_curtain_hides_the_steps_to_come_and_no_others():
    place = layout(1300, 400, CellSpec(3, 8, 8), 20)
    (first, *others) = curtain(place, 4)
    plot = place.panels[0].plot
    assert first.box.x == pytest.approx(step_x(place, plot, 5))
    assert first.box.right == pytest.approx(plot.right)
    assert len(others) == 7
    assert curtain(place, 19) == []


def test_round_numbers():
    assert [nice_step(n) for n in (0.2, 1, 1.1, 3, 6, 11, 480)] == [1, 1, 2, 5, 10, 20, 500]
    assert [limit_text(v) for v in (0, 1, -2.5, 0.05, -0.005, 20_000)] == [
        "0",
        "1",
        "−2.5",
        "0.05",
        "−5e−3",
        "2e4",
    ]
    assert [visible(s) for s in ("a", " ", "\n", "\x07", "U+0007")] == [
        "a",
        "␣",
        "↵",
        "·",
        "·",
    ]


def test_a_figure_without_a_pinned_unit_gives_all_its_room_to_the_heatmaps():
    trace, sequence = traced(5, 40)
    bare, *_ = heatmaps.figure(trace, sequence, View(unit=None))
    pinned, *_ = heatmaps.figure(trace, sequence, View(unit=0))
    heights = [
        max(s.box.h for s in shapes if isinstance(s, Heat) and s.box.w > 20)
        for shapes in (bare, pinned)
    ]
    assert heights[0] > heights[1]
    assert not any(isinstance(s, Text) and "pin a unit" in s.text for s in bare)


def test_with_reveal_nothing_is_left_of_the_tints_that_tell_of_c_to_come():
    trace, sequence = traced(4, 30, text="abc")
    view = View(unit=1)
    place = heatmaps.place_of(trace, view, 1000, 500)
    content = heatmaps.content_of(trace, sequence, view)
    shapes = veil(place, content, 11)
    covers = [shape for shape in shapes if isinstance(shape, Rect)]
    for strip, cover in zip(place.strips, covers, strict=False):
        assert cover.box.x == pytest.approx(strip.x + strip.w * 12 / 30)
        assert cover.box.right == pytest.approx(strip.right)
    told = [shape.text for shape in shapes if isinstance(shape, Text)]
    assert told == [*sequence.labels[12:]] * len(covers)
    assert covers and veil(place, content, 29) == []


def test_a_figure_with_reveal_tints_no_token_after_its_step():
    trace, sequence = traced(4, 30, text="abc")
    pictures = {}
    for reveal in (True, False):
        shapes, _, _ = heatmaps.figure(trace, sequence, View(unit=1, step=11, reveal=reveal))
        strip = next(shape for shape in shapes if isinstance(shape, Heat) and shape.box.h in STRIPS)
        pictures[reveal] = strip.indices[0]
    edge = len(pictures[True]) * 12 // 30
    assert (pictures[True][:edge] == pictures[False][:edge]).all()
    assert len(set(pictures[True][edge + 1 :])) == 1 < len(set(pictures[False][edge + 1 :]))


@pytest.mark.parametrize("seconds", [0.0001, 0.008, 0.016, 0.5, 3.0])
def test_sound_has_its_axis_in_round_seconds(seconds):
    cell = CellSpec(3, 4, 4)
    place = replace(layout(1000, 500, cell, 300), seconds=seconds)
    texts = [t for t in step_numbers(place) if t.x < place.axes[0].right]
    times = [float(t.text) for t in texts]
    assert len(times) >= 3 and times[0] == 0
    apart = {round(b - a, 9) for a, b in pairwise(times)}
    assert len(apart) == 1
    for text, time in zip(texts, times, strict=True):
        assert text.x == pytest.approx(step_x(place, place.axes[0], time / seconds + 0.5))
    _, words = step_badges(place, 120)[:2]
    assert float(words.text) == pytest.approx(120 * seconds, rel=0.02)
