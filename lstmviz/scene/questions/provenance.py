"""Where a cell state came from: how much of it was written at which step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis import origins
from lstmviz.errors import LstmvizError
from lstmviz.inputs.sequence import Sequence
from lstmviz.scene import raster
from lstmviz.scene.metrics import fit
from lstmviz.scene.questions.page import Page, Question, Spot
from lstmviz.scene.questions.textflow import Flow, flow, tinted
from lstmviz.scene.questions.writing import StepAxis, shown_steps, step_words
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Box, Heat, Line, Rect, Shape, Text
from lstmviz.scene.timeaxis import SMALL
from lstmviz.scene.words import number
from lstmviz.session import View

Numbers = NDArray[np.float64]

ROWS, COLUMNS = 240, 400
"""Most steps at which the map is seen, and most columns of it."""
LEFT = 66.0
"""Room for what is written beside the strip and the map."""
LINE = 19.0
"""Pixels from one of the largest writes to the next."""


@dataclass(frozen=True, eq=False)
class Origins:
    """The answer for one unit: by step of the sequence, its forget gates, writes and states.

    `map` (seen, columns) sums what is left of the writes between `edges` at the steps `seen`;
    `limit` is the largest size of any entry, so that all steps are drawn alike.
    """

    unit: int
    forward: bool
    forget: Numbers
    written: Numbers
    state: Numbers
    start: float
    seen: NDArray[np.int64]
    edges: NDArray[np.int64]
    map: Numbers
    limit: float
    clipped: int

    def at(self, step: int) -> tuple[Numbers, Numbers, float]:
        """(T,) shares 0…1 left at a step, (T,) what is left, and what is left of c₀."""
        share = np.zeros(len(self.forget))
        if self.forward:
            share[: step + 1] = np.append(np.cumprod(self.forget[1 : step + 1][::-1])[::-1], 1.0)
            start = share[0] * self.forget[0] * self.start
        else:
            share[step:] = np.insert(np.cumprod(self.forget[step:-1]), 0, 1.0)
            start = share[-1] * self.forget[-1] * self.start
        return share, share * self.written, float(start)


def _answer(run: Run, view: View) -> Origins:
    trace = run.trace
    assert trace is not None
    if view.unit is None:
        raise LstmvizError("Click a square of c, or a row of a heatmap, to ask for that unit.")
    way = dict(trace.layers[view.layer].directions())[view.direction]
    unit, place = view.unit, (view.layer, view.direction)
    first, last = shown_steps(view.first, view.last, trace.steps)
    count = last - first
    seen = first + np.arange(min(count, ROWS)) * count // min(count, ROWS)
    edges = first + np.arange(min(count, COLUMNS) + 1) * count // min(count, COLUMNS)
    with np.errstate(invalid="ignore", over="ignore"):
        found, _ = origins.provenance_map(trace, unit, seen, edges, *place)
        written = origins.writes(trace, unit, *place)
    largest = np.abs(np.where(np.isfinite(found), found, 0)).max()
    return Origins(
        unit=unit,
        forward=view.direction == "forward",
        forget=way.forget_gate[:, unit].astype(np.float64),
        written=written,
        state=way.cell_state[:, unit].astype(np.float64),
        start=float(way.initial_cell_state[unit]),
        seen=seen,
        edges=edges,
        map=found,
        limit=float(largest) or 1.0,
        clipped=int(origins.clipped(trace, unit, *place).sum()),
    )


@dataclass(frozen=True, eq=False)
class _Place:
    """Where the strip, the map and what stands right of them are."""

    axis: StepAxis
    strip: Box
    map: Box
    side: Box
    text: Flow | None


def _page(found: Origins, run: Run, view: View, w: float, h: float) -> Page:
    first, last = int(found.edges[0]), int(found.edges[-1])
    wide = max(min(w * 0.62, w - 300), 220.0)
    strip = Box(LEFT, 62, wide - LEFT, max((h - 110) * 0.38, 48))
    below = Box(strip.x, strip.bottom + 16, strip.w, max(h - strip.bottom - 16 - 26, 40))
    side = Box(wide + 30, 62, w - wide - 46, h - 74)
    sequence = run.sequence
    text = flow(sequence.labels, side) if sequence is not None and sequence.symbolic else None
    place = _Place(StepAxis(strip, first, last), strip, below, side, text)

    def marks(now: View) -> tuple[Shape, ...]:
        return tuple(_marks(found, sequence, place, now))

    def spot(now: View, x: float, y: float) -> Spot | None:
        return _spot(found, sequence, place, now, x, y)

    return Page(tuple(_rest(found, place)), marks, spot)


def _rest(found: Origins, place: _Place) -> list[Shape]:
    strip, below = place.strip, place.map
    image = raster.indices(found.map, (-found.limit, found.limit))
    shapes: list[Shape] = [
        Rect(strip, fill="faint", opacity=0.55),
        Line(((strip.x, strip.center[1]), (strip.right, strip.center[1])), "edge"),
        Heat(below, image, "diverging"),
        Rect(below.inset(-0.5), stroke="c"),
        *place.axis.numbers(below.bottom + 14),
        Text(below.x - 6, below.y + 9, f"t = {found.seen[0]}", SMALL, "muted", anchor="end"),
        Text(below.x - 6, below.bottom, f"{found.edges[-1] - 1}", SMALL, "muted", anchor="end"),
        Text(below.x - 6, below.center[1] + 3, "seen at", SMALL, "muted", anchor="end"),
        Text(strip.x - 6, below.bottom + 14, "written at", SMALL, "muted", anchor="end"),
    ]
    for value, y in ((found.limit, strip.y + 8), (0.0, strip.center[1] + 3.5)):
        shapes.append(Text(strip.x - 6, y, number(value, 2), SMALL, "muted", anchor="end"))
    low = number(-found.limit, 2)
    shapes.append(Text(strip.x - 6, strip.bottom, low, SMALL, "muted", anchor="end"))
    return shapes


def _marks(found: Origins, sequence: Sequence | None, place: _Place, view: View) -> list[Shape]:
    step = min(max(view.step, 0), len(found.state) - 1)
    share, left, start = found.at(step)
    total = number(float(found.state[step]))
    head = f"c of unit {found.unit} at t = {step:,} is {total}: written when?"
    told = f"What is left of every step's write, {_terms(found, start)}: together exactly {total}."
    room = place.side.right - 20
    shapes: list[Shape] = [
        Text(20, 28, head, 14, "ink", bold=True),
        Text(20, 47, fit(told, room, 11), 11, "muted"),
        *_bars(left, place, found.limit),
        *_cursors(place, found, step),
    ]
    if place.text is not None:
        limits = (-found.limit, found.limit)
        return shapes + tinted(place.text, left, limits, step, "diverging")
    return shapes + _largest(sequence, share, left, place.side)


def _largest(sequence: Sequence | None, share: Numbers, left: Numbers, side: Box) -> list[Shape]:
    """The largest parts, as a list."""
    rows = max(int((side.h - LINE) // LINE), 1)
    sizes = np.abs(np.where(np.isfinite(left), left, 0))
    largest = np.argsort(-sizes, kind="stable")[:rows]
    columns = ((0.0, "start"), (side.w * 0.62, "end"), (side.w, "end"))
    shapes: list[Shape] = []
    lines = [("largest parts", "of c now", "of it left")]
    for step in largest[sizes[largest] > 0].tolist():
        percent = f"{100 * share[step]:.0f} %"
        lines.append((step_words(sequence, step), _signed(float(left[step])), percent))
    for row, line in enumerate(lines):
        y = side.y + 10 + row * LINE
        for words, (x, anchor) in zip(line, columns, strict=True):
            color = "ink" if row else "muted"
            shapes.append(Text(side.x + x, y, words, 12 if row else 11, color, anchor=anchor))
    return shapes


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + number(value)


def _terms(found: Origins, start: float) -> str:
    words = f"and {number(start)} of c₀"
    if found.clipped:
        words += f" (a clip bounded c at {found.clipped:,} steps; it counts against their writes)"
    return words


def _bars(left: Numbers, place: _Place, limit: float) -> list[Shape]:
    """What is left of each step's write, upwards or downwards from the middle of the strip."""
    edges = place.axis.edges()
    sums = np.add.reduceat(left[edges[0] : edges[-1]], edges[:-1] - edges[0])
    strip = place.strip
    high = np.clip(sums / limit, -1, 1) * (strip.h / 2)
    wide = max(place.axis.pitch * 0.8, 1.0)
    shapes: list[Shape] = []
    for column in np.flatnonzero(np.abs(high) >= 0.25).tolist():
        tall = float(high[column])
        x = place.axis.x(float(edges[column]))
        top = strip.center[1] - max(tall, 0.0)
        shapes.append(Rect(Box(x, top, wide, abs(tall)), fill="plus" if tall > 0 else "minus"))
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
    if place.map.contains(x, y):
        axis = place.axis
        row = int((y - place.map.y) / place.map.h * (axis.last - axis.first))
        seen = min(axis.first + row, axis.last - 1)
        return Spot(_told(found, sequence, axis.at(x), seen), found.unit, {"step": seen})
    written = place.axis.at(x) if place.strip.contains(x, y) else None
    if place.text is not None and written is None:
        written = place.text.step_at(x, y, looked)
    if written is None:
        return None
    return Spot(_told(found, sequence, written, looked), found.unit, {"step": written})


def _told(found: Origins, sequence: Sequence | None, written: int, seen: int) -> str:
    """What one step wrote, and what is left of it at another."""
    where = step_words(sequence, written)
    if (written > seen) if found.forward else (written < seen):
        return f"{where} is written after t = {seen:,}"
    share, left, _ = found.at(seen)
    return (
        f"wrote {_signed(float(found.written[written]))} at {where}; {100 * share[written]:.3g} % "
        f"of it is left at t = {seen:,}: {_signed(float(left[written]))} of "
        f"c = {number(float(found.state[seen]))}"
    )


PROVENANCE = Question(
    title="Where c came from",
    tip="What is left in the pinned unit's c of what each step wrote",
    answer=_answer,
    page=_page,
    fields=("layer", "direction", "unit", "first", "last"),
)
