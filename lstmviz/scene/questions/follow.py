"""Which units follow something: an annotation of the steps beside the units that follow it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.following import by_chance, follow, held_out, ranked_arrays
from lstmviz.engine.trace import Array, Trace
from lstmviz.errors import LstmvizError
from lstmviz.inputs.sequence import Sequence
from lstmviz.models import Progress
from lstmviz.scene import raster
from lstmviz.scene.colors import ROLE_OF_ARRAY
from lstmviz.scene.heataxes import visible
from lstmviz.scene.metrics import fit, width
from lstmviz.scene.questions.annotations import FIELDS, annotation_of, with_range
from lstmviz.scene.questions.followrows import Row, Table, row_of, shapes_of, signed, table_in, told
from lstmviz.scene.questions.page import Choice, Page, Question, Spot
from lstmviz.scene.questions.series import curve, filled, limits_of, stretches
from lstmviz.scene.questions.textflow import Flow, flow, tinted
from lstmviz.scene.questions.writing import StepAxis, shown_steps, step_words, wrapped
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Box, Heat, Line, Rect, Shape, Text
from lstmviz.scene.timeaxis import SMALL
from lstmviz.scene.words import number
from lstmviz.session import View

Numbers = NDArray[np.float64]

LEFT = 72.0
"""Room for what is written beside the tracks."""
BESIDE = 300.0
"""Room that running text takes beside the table, where the page is wide."""
LETTER = 8.0
"""Least pixels of a step whose symbol is written."""
SAID = {
    "annotation": "what units are to follow, step by step",
    "input": "what is read at each step",
    "held out": "on the shaded steps, which the ranking does not see: they tell luck apart",
    "r where ranked": "correlation on the steps not shaded; fine lines: what chance reaches",
    "r held out": "correlation on the shaded steps, which the ranking does not see",
    "AUC": "how well it tells marked steps from others: 1 or 0 perfectly, ½ not at all",
    "unit": "a gate or state of a unit; click one to draw it above",
}
BRUSH = "Shift+drag over the steps, here or in a heatmap, to mark those that units may follow."


@dataclass(frozen=True, eq=False)
class Following:
    """The answer: the annotation (steps,), which steps are held out, and the ranking.

    `chance` is the |r| that the best would reach by accident; `problem` says why there is no
    ranking.
    """

    name: str
    told: Numbers
    held: NDArray[np.bool_]
    rows: tuple[Row, ...] = ()
    chance: float = 0.0
    problem: str = ""

    def look(self, view: View) -> Row | None:
        """The row that is looked at."""
        return self.rows[min(view.rank, len(self.rows) - 1)] if self.rows else None


def _answer(run: Run, view: View, progress: Progress | None = None) -> Following:
    trace = run.trace
    assert trace is not None
    wanted = None if progress is None else partial(progress, 0, 0)
    name, annotation = annotation_of(run, view, wanted)
    held = held_out(trace.steps)
    if view.follows == "ranges" and not view.ranges:
        return Following(name, annotation, held, problem=BRUSH)
    places = [(view.layer, view.direction)]
    if view.every_layer:
        places = [
            (index, way)
            for index, layer in enumerate(trace.layers)
            for way, _ in layer.directions()
        ]
    rows: list[Row] = []
    chance = 0.0
    try:
        with np.errstate(invalid="ignore", over="ignore"):
            for place in places:
                found = follow(trace, annotation, *place)
                rows += [row_of(each, *place, trace.spec) for each in found]
                chance = max(chance, by_chance(ranked_arrays(trace, *place), annotation, held))
    except LstmvizError as error:
        sentence = str(error)
        return Following(name, annotation, held, problem=sentence[:1].upper() + sentence[1:])
    rows.sort(key=lambda row: -abs(row.follower.correlation))
    return Following(name, annotation, held, tuple(rows), chance)


def _values(trace: Trace, row: Row) -> Array:
    """(steps,): the values of a row."""
    way = dict(trace.layers[row.layer].directions())[row.direction]
    values: Array = getattr(way, row.follower.array)[:, row.follower.unit]
    return values


@dataclass(frozen=True, eq=False)
class _Place:
    """Where the tracks (annotation, sequence, curve), the table and the text are."""

    axis: StepAxis
    note: Box
    sequence: Box
    curve: Box
    table: Table
    text: Flow | None

    @property
    def tracks(self) -> Box:
        """All three tracks."""
        return Box(self.note.x, self.note.y, self.note.w, self.curve.bottom - self.note.y)


def _place(found: Following, run: Run, view: View, w: float, h: float, top: float) -> _Place:
    wide = max(w - LEFT - 16, 40.0)
    note = Box(LEFT, top, wide, min(max(h * 0.06, 14.0), 30.0))
    axis = StepAxis(note, *shown_steps(view.first, view.last, run.steps))
    symbolic = run.sequence is not None and run.sequence.symbolic
    shown = not symbolic or axis.pitch >= LETTER
    sequence = Box(LEFT, note.bottom + 3, wide, 15 if shown else 0)
    low = Box(LEFT, sequence.bottom + 3, wide, min(max(h * 0.17, 30.0), 110.0))
    below = low.bottom + 30
    beside = max(BESIDE, w * 0.3) if symbolic and w >= 760 else 0.0
    table = Box(16, below, w - 32 - beside, max(h - below - 8, 40.0))
    text = None
    if beside and run.sequence is not None:
        box = Box(table.right + 18, below + 2, w - 16 - table.right - 18, table.h)
        text = flow(run.sequence.labels, box)
    return _Place(axis, note, sequence, low, table_in(table, len(found.rows), view.row), text)


def _page(found: Following, run: Run, view: View, w: float, h: float) -> Page:
    head = _head(found, w, 3 if h > 320 else 2)
    top = 38.0 if len(head) == 1 else 29.0 + 15 * len(head)
    place = _place(found, run, view, w, h, top)
    row, trace = found.look(view), run.trace
    assert trace is not None
    values = _values(trace, row) if row is not None else None

    def marks(now: View) -> tuple[Shape, ...]:
        return tuple(_marks(found, place, now))

    def spot(now: View, x: float, y: float) -> Spot | None:
        return _spot(found, run.sequence, place, values, now, x, y)

    def step_at(x: float, y: float) -> int | None:
        return place.axis.at(x) if place.tracks.contains(x, y) else None

    rest = [*head, *_tracks(found, run, place, view, row, values), *_table(found, place, w)]
    rows = place.table.list
    bar = tuple(rows.bar(place.table.track))
    scroll = None if rows.whole else rows.scroll
    count = len(found.rows)
    choice = Choice(
        count, rows.shown, lambda now: min(now.rank, count - 1), partial(_looking, found)
    )
    shown = place.table.rows
    return Page(tuple(rest), marks, spot, step_at, scroll, shown, lambda now: bar, SAID, choice)


def _head(found: Following, w: float, most: int) -> list[Shape]:
    """What is asked, and how it came out."""
    title = fit(f"Which units follow {found.name}?", w - 36, 14, bold=True)
    shapes: list[Shape] = [Text(20, 26, title, 14, "ink", bold=True)]
    if not found.rows:
        return shapes
    best = found.rows[0].follower
    accident = f"by chance the best of {len(found.rows):,} would reach |r| = {found.chance:.2f}"
    worse = abs(best.correlation) <= found.chance
    if worse:
        words = (
            "Nothing follows it better than chance: the best has "
            f"|r| = {abs(best.correlation):.2f}, and {accident}."
        )
    else:
        held = "" if best.held_correlation is None else f" ({signed(best.held_correlation)} "
        held += "on the steps held out)" if held else ""
        words = (
            f"{found.rows[0].name} follows it best: r = {signed(best.correlation)}{held}; "
            f"{accident}{', and an AUC of ½ is chance' if best.auc is not None else ''}."
        )
    lines = wrapped(words, w - 40, 11)
    if len(lines) >= most:
        lines = [*lines[: most - 2], fit(" ".join(lines[most - 2 :]), w - 40, 11)]
    color = "note_text" if worse else "muted"
    return shapes + [Text(20, 44 + 15 * k, line, 11, color) for k, line in enumerate(lines)]


def _tracks(
    found: Following,
    run: Run,
    place: _Place,
    view: View,
    row: Row | None,
    values: Array | None,
) -> list[Shape]:
    """The annotation, the sequence, and the curve of the row looked at."""
    axis, note, low = place.axis, place.note, place.curve
    shapes: list[Shape] = [Rect(box, fill="faint", opacity=0.55) for box in (note, low)]
    shapes += _shaded(found, place)
    shapes += filled(axis, note, found.told, "accent")
    shapes += _sequence(run, place)
    shapes += [
        Text(LEFT - 6, note.center[1] + 3.5, "annotation", SMALL, "muted", anchor="end"),
        *axis.numbers(low.bottom + 14),
    ]
    if row is None or values is None:
        return shapes
    array = row.follower.array
    limits = limits_of(array, values)
    role = ROLE_OF_ARRAY[array]
    words, y = f"{row.letter} {row.follower.unit}", low.center[1] + 4
    shapes.append(Text(LEFT - 6, y, words, 12, f"{role}_text", True, anchor="end"))
    for value, y in ((limits[1], low.y + 8), (limits[0], low.bottom)):
        shapes.append(Text(LEFT - 6, y, number(value, 2), SMALL, "muted", anchor="end"))
    if limits[0] < 0:
        shapes.append(Line(((low.x, low.center[1]), (low.right, low.center[1])), "edge"))
    return shapes + curve(axis, low, values, limits, role)


def _shaded(found: Following, place: _Place) -> list[Shape]:
    """The steps held out, from the annotation to the curve."""
    shapes: list[Shape] = []
    tracks, named = place.tracks, False
    y = tracks.bottom + 25
    for left, right in stretches(place.axis, found.held):
        shapes.append(Rect(Box(left, tracks.y, right - left, tracks.h), fill="x", opacity=0.15))
        if not named and right - left > width("held out", SMALL) + 4:
            named = True
            middle = (left + right) / 2
            shapes.append(Text(middle, y, "held out", SMALL, "muted", anchor="middle"))
    return shapes


def _sequence(run: Run, place: _Place) -> list[Shape]:
    """What was read: its symbols where there is room for them, or its numbers as colours."""
    axis, box, sequence = place.axis, place.sequence, run.sequence
    if sequence is None:
        return []
    name = Text(LEFT - 6, box.center[1] + 3.5, "input", SMALL, "muted", anchor="end")
    if not sequence.symbolic:
        values = sequence.values
        known = np.abs(values[np.isfinite(values)])
        largest = float(known.max()) if len(known) else 1.0
        shape = raster.grid(axis.first, axis.last, 0, values.shape[1], box.w, box.h)
        rows = np.arange(values.shape[1])
        image = raster.pool(values, shape, rows, (-(largest or 1.0), largest or 1.0), "diverging")
        return [name, Heat(box, image, "diverging")]
    if axis.pitch < LETTER:
        return []
    shapes: list[Shape] = [name]
    for step in range(axis.first, axis.last):
        words = fit(visible(sequence.labels[step]), axis.pitch, 11, mono=True)
        shapes.append(
            Text(axis.x(step + 0.5), box.bottom - 3, words, 11, "ink", mono=True, anchor="middle")
        )
    return shapes


def _table(found: Following, place: _Place, w: float) -> list[Shape]:
    if found.rows:
        return shapes_of(found.rows, place.table, found.chance)
    box = place.table.box
    lines = wrapped(found.problem, min(box.w, 640), 12)
    return [Text(20, box.y + 16 + 18 * k, line, 12, "muted") for k, line in enumerate(lines)]


def _marks(found: Following, place: _Place, view: View) -> list[Shape]:
    axis, step = place.axis, min(max(view.step, 0), len(found.told) - 1)
    shapes: list[Shape] = []
    if axis.first <= step < axis.last:
        x, tracks = axis.x(step + 0.5), place.tracks
        shapes.append(Line(((x, tracks.y), (x, tracks.bottom)), "mark", 1.3))
        shapes += axis.badge(step, place.curve.bottom + 14)
    row = found.look(view)
    if row is not None:
        chosen = place.table.place(min(view.rank, len(found.rows) - 1))
        if chosen is not None:
            shapes.append(Rect(chosen.inset(0.5), stroke="mark", width=1.2, radius=3))
    if place.text is not None:
        known = found.told[np.isfinite(found.told)]
        high = float(np.abs(known).max()) if len(known) else 1.0
        low = -high if len(known) and known.min() < 0 else 0.0
        colormap = "diverging" if low < 0 else "sequential"
        limits = (low, high or 1.0)
        shapes += tinted(place.text, found.told, limits, step, colormap, np.isnan(found.told))
    return shapes


def _spot(
    found: Following,
    sequence: Sequence | None,
    place: _Place,
    values: Array | None,
    view: View,
    x: float,
    y: float,
) -> Spot | None:
    bar = place.table.list.at(place.table.track, x, y)
    if bar is not None:
        return bar
    index = place.table.at(x, y)
    if index is not None:
        row = found.rows[index]
        here = (row.layer, row.direction) == (view.layer, view.direction)
        return Spot(told(row), row.cell_unit if here else None, _looking(found, index))
    step = place.axis.at(x) if place.tracks.contains(x, y) else None
    if step is None and place.text is not None:
        step = place.text.step_at(x, y, min(max(view.step, 0), len(found.told) - 1))
    if step is None:
        return None
    told_here = float(found.told[step])
    said = "says nothing" if np.isnan(told_here) else number(told_here, 2)
    words = f"{step_words(sequence, step)}: annotation {said}"
    looked = found.look(view)
    if looked is not None and values is not None:
        words += f", {looked.name} {number(float(values[step]))}"
    words += ", held out" if found.held[step] else ""
    return Spot(words, None, {"step": step})


def _looking(found: Following, index: int) -> Mapping[str, Any]:
    """The changes of the View that look at a row."""
    row = found.rows[index]
    place: dict[str, Any] = {"rank": index, "layer": row.layer, "direction": row.direction}
    return place if row.cell_unit is None else {**place, "unit": row.cell_unit}


def _brushed(view: View, first: int, last: int) -> Mapping[str, Any]:
    ranges = with_range(view.ranges if view.follows == "ranges" else (), first, last)
    return {"follows": "ranges", "ranges": ranges, "rank": 0, "row": 0}


QUESTION = Question(
    answer=_answer,
    search=_answer,
    page=_page,
    fields=("layer", "direction", "every_layer", *FIELDS),
    page_fields=("first", "last", "rank", "row"),
    brushed=_brushed,
)
