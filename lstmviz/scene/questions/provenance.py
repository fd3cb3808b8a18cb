"""Where a cell state came from: how much of it was written at which step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lstmviz.inputs.sequence import Sequence
from lstmviz.scene import raster
from lstmviz.scene.questions.page import Page, Question, Spot
from lstmviz.scene.questions.textflow import LEAD, Flow, flow, tinted
from lstmviz.scene.questions.writing import (
    StepAxis,
    first_fitting,
    signed,
    step_words,
    wrapped,
)
from lstmviz.scene.questions.written import Numbers, Origins, origins_of
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Box, Heat, Line, Rect, Shape, Text
from lstmviz.scene.timeaxis import SMALL
from lstmviz.scene.words import number
from lstmviz.session import View

LEFT = 66.0
"""Room for what is written beside the strip and the map."""
START = 12.0
"""Width of the column of what is left of c₀."""
LINE = 19.0
"""Pixels from one of the largest writes to the next."""
FEWEST = 3
"""A list of fewer lines is left out."""
SAID = {
    "written at": "across: the step that wrote into c",
    "seen at": "down: the step at which c is looked at; a row is the strip above as it is then",
    "every…": "only so many rows fit: one is shown of so many steps",
    "largest parts": "the steps whose writes make up most of c now; click one to go there",
    "step": "the step that wrote; click one to go there",
    "of c now": "what is left of that write in c now; all of them sum to c",
    "of it left": "how much of that write is left: the product of the forget gates since",
    "c₀": "what is left of the cell state that the run started from",
}


@dataclass(frozen=True, eq=False)
class _Place:
    """Where the strip, the map, what is left of c₀ and what stands right of them are."""

    axis: StepAxis
    strip: Box
    map: Box
    start: Box | None
    side: Box
    text: Flow | None
    note: tuple[str, ...]


def _page(found: Origins, run: Run, view: View, w: float, h: float) -> Page:
    sequence = run.sequence
    note = tuple(wrapped(_note(found), w - 36, 11)) if _note(found) else ()
    top = 62 + 15 * len(note)
    wide = max(min(w * 0.62, w - 300), 220.0)
    room = START + 6 if found.start else 0.0
    left = LEFT + (room if found.forward else 0.0)
    strip = Box(left, top, wide - LEFT - room, max((h - top - 48) * 0.38, 40))
    below = Box(left, strip.bottom + 16, strip.w, max(h - strip.bottom - 16 - 26, 40))
    start = None
    if found.start:
        x = LEFT if found.forward else strip.right + 6
        start = Box(x, strip.y, START, strip.h)
    side = Box(wide + 30, top, w - wide - 46, h - top - 12)
    text = flow(sequence.labels, side) if sequence is not None and sequence.symbolic else None
    if text is not None:
        taken = len(text.lines) * LEAD + 16
        side = Box(side.x, side.y + taken, side.w, max(side.h - taken, 0.0))
    axis = StepAxis(strip, found.first, found.last)
    place = _Place(axis, strip, below, start, side, text, note)

    def marks(now: View) -> tuple[Shape, ...]:
        return tuple(_marks(found, sequence, place, now))

    def spot(now: View, x: float, y: float) -> Spot | None:
        return _spot(found, sequence, place, now, x, y)

    def step_at(x: float, y: float) -> int | None:
        return axis.at(x) if strip.contains(x, y) or below.contains(x, y) else None

    return Page(tuple(_rest(found, place)), marks, spot, step_at, said=SAID)


def _note(found: Origins) -> str:
    """What holds at every step and must be known to read the page."""
    words = []
    if found.clipped:
        steps = "one step" if found.clipped == 1 else f"{found.clipped:,} steps"
        words.append(
            f"A clip bounded c at {steps}: what it took away counts against the write of that step."
        )
    if found.broken is not None:
        words.append(
            f"c is not a finite number from step {found.broken:,} on: nothing can be told of its "
            "parts there."
        )
    return " ".join(words)


def _rest(found: Origins, place: _Place) -> list[Shape]:
    strip, below, gutter = place.strip, place.map, LEFT - 6
    limits = (-found.limit, found.limit)
    shapes: list[Shape] = [
        *(Text(20, 62 + 15 * k, line, 11, "muted") for k, line in enumerate(place.note)),
        Rect(strip, fill="faint", opacity=0.55),
        Line(((strip.x, strip.center[1]), (strip.right, strip.center[1])), "edge"),
        Heat(below, raster.indices(found.map, limits), "diverging"),
        Rect(below.inset(-0.5), stroke="c"),
        *place.axis.numbers(below.bottom + 14),
        Text(gutter, below.y + 9, f"t = {found.seen[0]}", SMALL, "muted", anchor="end"),
        Text(gutter, below.bottom, f"{found.last - 1}", SMALL, "muted", anchor="end"),
        Text(gutter, below.center[1] + 3, "seen at", SMALL, "muted", anchor="end"),
        Text(gutter - 5, below.bottom + 14, "written at", SMALL, "muted", anchor="end"),
    ]
    every = (found.last - found.first) / len(found.seen)
    if every > 1 and below.h > 80:
        words = f"every {every:.3g}"
        shapes.append(Text(gutter, below.center[1] + 16, words, SMALL, "muted", anchor="end"))
    if place.start is not None:
        box = place.start
        beside = Box(box.x, below.y, box.w, below.h)
        image = raster.indices(found.map_start[:, None], limits)
        shapes += [
            Rect(box, fill="faint", opacity=0.55),
            Heat(beside, image, "diverging"),
            Rect(beside.inset(-0.5), stroke="c"),
            Text(box.center[0], strip.bottom + 12, "c₀", SMALL, "c_text", anchor="middle"),
        ]
    heights = ((found.limit, strip.y + 8), (0.0, strip.center[1] + 3.5), (limits[0], strip.bottom))
    return shapes + [
        Text(gutter, y, number(value, 2), SMALL, "muted", anchor="end") for value, y in heights
    ]


def _marks(found: Origins, sequence: Sequence | None, place: _Place, view: View) -> list[Shape]:
    step = min(max(view.step, 0), len(found.state) - 1)
    share, left, start = found.at(step)
    room = place.side.right - 20
    shapes: list[Shape] = [
        Text(20, 28, _head(found, step, room), 14, "ink", bold=True),
        Text(20, 47, _told(found, left, start * found.start, step, room), 11, "muted"),
        *_bars(found, left, start * found.start, place),
        *_cursors(place, found, step),
    ]
    if place.text is not None:
        limits = (-found.limit, found.limit)
        shapes += tinted(place.text, left, limits, step, "diverging")
    return shapes + _largest(sequence, share, left, place.side)


def _head(found: Origins, step: int, room: float) -> str:
    total = number(float(found.state[step]))
    layer = f", {found.place}," if found.place else ""
    ends = f"at t = {step:,} is {total}"
    unit = f"c of unit {found.unit:,}"
    choices = (f"{unit}{layer} {ends}: written when?", f"{unit} {ends}: written when?")
    return first_fitting((*choices, f"{unit} {ends}"), room, 14, bold=True)


def _told(found: Origins, left: Numbers, start: float, step: int, room: float) -> str:
    """That the parts sum to c, and those of them that are not shown."""
    total = float(found.state[step])
    if not np.isfinite(total):
        return first_fitting(("What was written when cannot be told here.",), room, 11)
    parts, short = [], []
    if found.start:
        parts.append(f"{number(start)} of c₀")
        short.append(parts[-1])
    if (found.first, found.last) != (0, len(left)):
        outside = float(left.sum() - left[found.first : found.last].sum())
        parts.append(f"{number(outside)} written at steps not shown")
        short.append(f"{number(outside)} not shown")
    long = f"with {' and '.join(parts)}, sums" if parts else "sums"
    brief = f", with {' and '.join(short)}" if short else ""
    choices = (
        f"What is left of every step's write{',' if parts else ''} {long} to exactly "
        f"{number(total)}.",
        f"What is left of every write sums to it{brief}.",
    )
    return first_fitting((*choices, "What is left of every write sums to it."), room, 11)


def _ranked(left: Numbers, side: Box) -> list[int]:
    """The steps of the largest parts, as many as there are lines for, if those are some."""
    rows = int((side.h - LINE) // LINE)
    if rows < FEWEST:
        return []
    sizes = np.abs(np.where(np.isfinite(left), left, 0))
    largest = np.argsort(-sizes, kind="stable")[:rows]
    steps: list[int] = largest[sizes[largest] > 0].tolist()
    return steps


def _largest(sequence: Sequence | None, share: Numbers, left: Numbers, side: Box) -> list[Shape]:
    """The largest parts, as a list."""
    columns = ((0.0, "start"), (side.w * 0.66, "end"), (side.w, "end"))
    shapes: list[Shape] = []
    slim = side.w < 220
    steps = _ranked(left, side)
    lines = [("step" if slim else "largest parts", "of c now", "of it left")] if steps else []
    for step in steps:
        words = f"{step:,}" if slim else step_words(sequence, step)
        lines.append((words, signed(float(left[step])), _percent(float(share[step]))))
    for row, line in enumerate(lines):
        y = side.y + 10 + row * LINE
        for words, (x, anchor) in zip(line, columns, strict=True):
            size, color = (12, "ink") if row else (SMALL, "muted")
            shapes.append(Text(side.x + x, y, words, size, color, anchor=anchor))
    return shapes


def _percent(share: float) -> str:
    """A share as 63 %, 0.2 % or <0.1 %; what is nearly all or nearly nothing is never said so."""
    percent = 100 * share
    if 0 < percent < 0.1:
        return "<0.1 %"
    return f"{percent:.1f} %" if 0 < percent < 10 or 99 < percent < 100 else f"{percent:.0f} %"


def _bars(found: Origins, left: Numbers, start: float, place: _Place) -> list[Shape]:
    """What is left of each step's write, upwards or downwards from the middle of the strip."""
    edges, strip = found.edges, place.strip
    with np.errstate(invalid="ignore", over="ignore"):
        sums = np.add.reduceat(left[found.first : found.last], edges[:-1] - found.first)
    wide = place.axis.pitch * np.diff(edges)
    places = place.axis.x(0) + place.axis.pitch * edges[:-1]
    bars = [*zip(sums.tolist(), places.tolist(), np.maximum(wide * 0.8, 1).tolist(), strict=True)]
    if place.start is not None:
        bars.append((start, place.start.x + 1, place.start.w - 2))
    shapes: list[Shape] = []
    for value, x, w in bars:
        high = min(max(value / found.limit, -1.0), 1.0) * strip.h / 2
        if abs(high) >= 0.25:
            box = Box(x, strip.center[1] - max(high, 0.0), w, abs(high))
            shapes.append(Rect(box, fill="plus" if high > 0 else "minus"))
    return shapes


def _cursors(place: _Place, found: Origins, step: int) -> list[Shape]:
    axis, below = place.axis, place.map
    if not axis.first <= step < axis.last:
        return []
    x = axis.x(step + 0.5)
    tall = below.h / (axis.last - axis.first)
    y = below.y + (step - axis.first) * tall
    row = Box(below.x, y + tall / 2 - max(tall, 3) / 2, below.w, max(tall, 3.0))
    return [
        Line(((x, place.strip.y), (x, place.strip.bottom)), "mark", 1.3),
        Rect(row, stroke="panel", width=3.0, opacity=0.65),
        Rect(row, stroke="mark", width=1.2),
        *axis.badge(step, below.bottom + 14),
    ]


def _spot(
    found: Origins, sequence: Sequence | None, place: _Place, view: View, x: float, y: float
) -> Spot | None:
    looked = min(max(view.step, 0), len(found.state) - 1)
    on_map = place.map.y <= y < place.map.bottom
    row = int((y - place.map.y) / place.map.h * (found.last - found.first))
    seen = min(found.first + row, found.last - 1) if on_map else looked
    on_strip = place.strip.y <= y < place.strip.bottom
    if place.start is not None and place.start.x <= x < place.start.right:
        first = 0 if found.forward else len(found.state) - 1
        told = on_map or on_strip
        return Spot(_start_words(found, seen), found.unit, {"step": first}) if told else None
    if place.map.contains(x, y):
        written = place.axis.at(x)
        return Spot(_part_words(found, sequence, written, seen), found.unit, {"step": seen})
    at = place.axis.at(x) if place.strip.contains(x, y) else _listed(found, place, looked, x, y)
    if at is None:
        return None
    return Spot(_part_words(found, sequence, at, looked), found.unit, {"step": at})


def _listed(found: Origins, place: _Place, looked: int, x: float, y: float) -> int | None:
    """The step at a point of the running text, or of the list of the largest parts."""
    if place.text is not None and place.text.box.contains(x, y):
        step = place.text.step_at(x, y, looked)
        if step is not None:
            return step
    side = place.side
    row = int((y - side.y - 15) // LINE)
    steps = _ranked(found.at(looked)[1], side) if side.contains(x, y) else []
    return steps[row] if 0 <= row < len(steps) else None


def _start_words(found: Origins, seen: int) -> str:
    """How much of c₀ is left at a step."""
    _, _, share = found.at(seen)
    return (
        f"c₀ was {signed(found.start)}, {_percent(share)} of it left: "
        f"{signed(share * found.start)} of c = {number(float(found.state[seen]))} at t = {seen:,}"
    )


def _part_words(found: Origins, sequence: Sequence | None, written: int, seen: int) -> str:
    """What one step wrote, and what is left of it at another."""
    where = step_words(sequence, written)
    if (written > seen) if found.forward else (written < seen):
        way = "later than" if found.forward else "earlier than"
        after = "" if found.forward else " (this direction reads backward)"
        return f"{where} lies {way} t = {seen:,}: it is not written yet{after}"
    share, left, _ = found.at(seen)
    return (
        f"wrote {signed(float(found.written[written]))} at {where}, "
        f"{_percent(float(share[written]))} of it left: {signed(float(left[written]))} of "
        f"c = {number(float(found.state[seen]))} at t = {seen:,}"
    )


QUESTION = Question(
    answer=origins_of,
    page=_page,
    fields=("layer", "direction", "unit", "first", "last"),
)
