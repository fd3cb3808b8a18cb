"""The page of places like one: how near every step is, and the nearest as a list."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lstmviz.scene.metrics import fit, width
from lstmviz.scene.questions.alike import BEFORE, Alike, Found, begun, brushed, find
from lstmviz.scene.questions.listing import BAR, Listing, listing
from lstmviz.scene.questions.page import Page, Question, Spot
from lstmviz.scene.questions.series import curve
from lstmviz.scene.questions.writing import StepAxis, shown_steps, step_words
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Box, Line, Rect, Shape, Text
from lstmviz.scene.timeaxis import SMALL
from lstmviz.session import View

SAID = {
    "cosine": "of the angle between the states: 1 the same direction, 0 unrelated, −1 opposite",
    "step": "where the place begins; click one to go there",
    "distance": "1 − cosine: 0 is the same direction",
    "file": "the file of the folder that the place is in; click one to open it",
    "read there": "what is read there, the place itself on a ground",
}
LEFT = 72.0
ROW = 19.0
FOOT = 16.0
"""Room below the list for which rows are shown."""
STEP, DISTANCE = 74.0, 66.0
"""Room for the number of a step, and for a distance."""


@dataclass(frozen=True)
class _Place:
    """Where the curve and the list are, and which rows of it are shown.

    `file` is the room that names of files take.
    """

    axis: StepAxis
    list: Box
    file: float
    rows: Listing

    def row(self, index: int) -> Box:
        """The place of a row on show."""
        room = self.list.w - (0 if self.rows.whole else BAR + 8)
        return Box(self.list.x, self.list.y + (index - self.rows.first + 1) * ROW, room, ROW)

    @property
    def track(self) -> Box:
        """The room of the scroll bar."""
        return Box(self.list.right - BAR, self.list.y + ROW, BAR, self.rows.rows * ROW)


def _answer(run: Run, view: View) -> Alike:
    return find(run, view, lambda done, total: None)


def _page(found: Alike, run: Run, view: View, w: float, h: float) -> Page:
    plot = Box(LEFT, 58, max(w - LEFT - 16, 40), min(max(h * 0.14, 28), 80))
    axis = StepAxis(plot, *shown_steps(view.first, view.last, run.steps))
    below = plot.bottom + 24
    named = any(place.path for place in found.found)
    file = min(max(w * 0.2, 60.0), 220.0) if named else 0.0
    room = Box(16, below, w - 32, max(h - below - 8, 2 * ROW))
    many = max(int((room.h - FOOT) // ROW) - 1, 1)
    place = _Place(axis, room, file, listing(len(found.found), many, view.row))

    def marks(now: View) -> tuple[Shape, ...]:
        step = min(max(now.step, 0), run.steps - 1)
        shapes: list[Shape] = []
        if axis.first <= step < axis.last:
            x = axis.x(step + 0.5)
            shapes.append(Line(((x, plot.y), (x, plot.bottom)), "mark", 1.3))
            shapes += axis.badge(step, plot.bottom + 14)
        for index in place.rows.shown:
            each = found.found[index]
            if not each.path and each.step <= step < each.step + found.last - found.first:
                shapes.append(Rect(place.row(index).inset(0.5), stroke="mark", radius=3))
        return tuple(shapes)

    def spot(now: View, x: float, y: float) -> Spot | None:
        return _spot(found, run, place, x, y)

    def step_at(x: float, y: float) -> int | None:
        return axis.at(x) if plot.contains(x, y) else None

    rest = [*_head(found, run, w), *_curve(found, place), *_list(found, place)]
    scroll = None if place.rows.whole else place.rows.scroll
    bar = tuple(place.rows.bar(place.track))
    return Page(tuple(rest), marks, spot, step_at, scroll, place.rows.rows, lambda now: bar, SAID)


def _head(found: Alike, run: Run, w: float) -> list[Shape]:
    one = found.last - found.first == 1
    what = step_words(run.sequence, found.first)
    what = what if one else f"steps {found.first:,} to {found.last - 1:,}"
    words = f"Nearest by the angle between states {found.by}: distance 0 is the same direction"
    if found.read or found.skipped:
        words += f"; {found.read:,} other {'file' if found.read == 1 else 'files'} read"
        words += ", with the changes" if run.made else ""
    if found.skipped:
        words += f", {len(found.skipped):,} left out ({found.skipped[0].rstrip('.')})"
    title = fit(f"Places like {what}", w - 40, 14, bold=True)
    return [
        Text(20, 28, title, 14, "ink", bold=True),
        Text(20, 46, fit(words + ".", w - 40, 11), 11, "muted"),
    ]


def _curve(found: Alike, place: _Place) -> list[Shape]:
    """How near every step is, where the place is, and where those like it are."""
    axis = place.axis
    plot = axis.box
    near = np.full(max(axis.last, len(found.away) + found.last - found.first - 1), np.nan)
    near[: len(found.away)] = 1 - found.away
    left, right = (
        axis.x(min(max(step, axis.first), axis.last)) for step in (found.first, found.last)
    )
    shapes: list[Shape] = [
        Rect(plot, fill="faint", opacity=0.55),
        Line(((plot.x, plot.center[1]), (plot.right, plot.center[1])), "edge"),
        Rect(Box(left, plot.y, max(right - left, 2), plot.h), fill="accent", opacity=0.35),
        *curve(axis, plot, near, (-1.0, 1.0), "h" if found.by[0] == "h" else "c"),
        *axis.numbers(plot.bottom + 14),
    ]
    for each in found.found:
        if not each.path and axis.first <= each.step < axis.last:
            x = axis.x(each.step + 0.5)
            shapes.append(Line(((x, plot.y), (x, plot.y + 6)), "accent", 2.0))
    sides = (("1", plot.y + 8), ("0", plot.center[1] + 3.5), ("−1", plot.bottom))
    for words, y in sides if plot.h >= 30 else sides[::2]:
        shapes.append(Text(LEFT - 6, y, words, SMALL, "muted", anchor="end"))
    if plot.h >= 50:
        y = plot.center[1] - plot.h / 4 + 3
        shapes.append(Text(LEFT - 6, y, "cosine", SMALL, "muted", anchor="end"))
    return shapes


def _list(found: Alike, place: _Place) -> list[Shape]:
    box = place.list
    y = box.y + 12
    if not found.found:
        words = "The sequence is too short for another place like this."
        return [Text(20, y + 8, fit(words, box.w, 12), 12, "muted")]
    shapes: list[Shape] = [
        Text(box.x + STEP, y, "step", SMALL, "muted", anchor="end"),
        Text(box.x + STEP + DISTANCE, y, "distance", SMALL, "muted", anchor="end"),
    ]
    if place.file:
        shapes.append(Text(box.x + STEP + DISTANCE + 16, y, "file", SMALL, "muted"))
    shapes.append(Text(box.x + STEP + DISTANCE + 16 + place.file, y, "read there", SMALL, "muted"))
    for index in place.rows.shown:
        shapes += _row(found.found[index], place, place.row(index))
    if not place.rows.whole:
        words = f"rows {place.rows.words()}"
        y = place.track.bottom + 12
        shapes.append(Text(box.x + 4, y, fit(words, box.w - 8, SMALL), SMALL, "muted"))
    return shapes


def _row(each: Found, place: _Place, box: Box) -> list[Shape]:
    y, left = box.y + 13.5, box.x + STEP + DISTANCE + 16
    shapes: list[Shape] = [
        Text(box.x + STEP, y, f"{each.step:,}", 12, "ink", anchor="end"),
        Text(box.x + STEP + DISTANCE, y, f"{each.distance:.3f}", 12, "ink", anchor="end"),
    ]
    if place.file:
        name = Path(each.path).name if each.path else "this sequence"
        words = fit(name, place.file - 12, 12)
        shapes.append(Text(left, y, words, 12, "ink" if each.path else "muted"))
    left += place.file
    return shapes + _there(each, left, box.right - left, y)


def _there(each: Found, left: float, room: float, y: float) -> list[Shape]:
    """What is read at a place, its own symbols on a ground; as much around them as fits."""
    if not each.before and not each.after:
        return [Text(left, y, fit(each.at, room, 12), 12, "ink")]
    before, at, after = each.before.replace("␣", " "), each.at, each.after.replace("␣", " ")
    at = fit(at, room * 0.4, 12, mono=True)
    middle = left + min(room * 0.55, width(" " * BEFORE, 12, mono=True))
    many = int((middle - left) / width(" ", 12, mono=True))
    before = before[max(len(before) - many, 0) :]
    while width(before, 12, mono=True) > middle - left:  # signs of another font are wider
        before = before[1:]
    end = middle + width(at, 12, mono=True)
    after = fit(after, left + room - end, 12, mono=True)
    return [
        Rect(Box(middle, y - 12, end - middle, 16), fill="glow", radius=2),
        Text(middle, y, before, 12, "muted", mono=True, anchor="end"),
        Text(middle, y, at, 12, "ink", mono=True),
        Text(end, y, after, 12, "muted", mono=True),
    ]


def _spot(found: Alike, run: Run, place: _Place, x: float, y: float) -> Spot | None:
    if place.axis.box.contains(x, y):
        step = place.axis.at(x)
        words = step_words(run.sequence, step)
        if step < len(found.away):
            words += f": cosine {1 - float(found.away[step]):.3f}"
        return Spot(words, None, {"step": step})
    bar = place.rows.at(place.track, x, y)
    if bar is not None:
        return bar
    for index in place.rows.shown:
        each = found.found[index]
        if place.row(index).contains(x, y):
            words = f"step {each.step:,}, distance {each.distance:.4g}"
            if not each.path:
                return Spot(words, None, {"step": each.step})
            changes: dict[str, Any] = {"like": (each.step, each.step + found.last - found.first)}
            return Spot(f"{each.path}: {words}", None, changes, opens=(each.path, each.step))
    return None


QUESTION = Question(
    answer=_answer,
    page=_page,
    fields=("layer", "direction", "like", "alike", "folder"),
    page_fields=("first", "last", "row"),
    brushed=brushed,
    begun=begun,
    search=find,
)
