"""Two runs side by side: one array of both, their difference, and the units that differ most."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.comparing import OWN, Comparison, compare
from lstmviz.analysis.steps import direction_of
from lstmviz.errors import LstmvizError
from lstmviz.inputs.sequence import Sequence
from lstmviz.scene import raster
from lstmviz.scene.colorlimits import Limits
from lstmviz.scene.colors import ROLE_OF_ARRAY
from lstmviz.scene.heataxes import limit_text
from lstmviz.scene.heatlayout import TITLES
from lstmviz.scene.metrics import fit, width
from lstmviz.scene.moment import colormap_of, largest, widen
from lstmviz.scene.pointing import FULL
from lstmviz.scene.questions.comparewords import told, unlike, values_of
from lstmviz.scene.questions.listing import BAR, Listing, listing
from lstmviz.scene.questions.memory import chosen_by
from lstmviz.scene.questions.page import Choice, Page, Question, Spot
from lstmviz.scene.questions.writing import StepAxis, sentences, step_words
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Box, Heat, Line, Rect, Shape, Text
from lstmviz.scene.timeaxis import SMALL
from lstmviz.scene.words import number
from lstmviz.session import View

Numbers = NDArray[np.floating]

NONE = (
    "There is no other run yet: press “Compare with…” above, and choose another model, checkpoint, "
    "seed, text or input file. It is kept with the session."
)
NAME = (
    "There is no other run; name one with --with SOURCE, --with-text, --with-input or --with-seed."
)
"""The same on the command line."""
LEFT = 94.0
"""Room for what is written beside the maps."""
TOP = 74.0
LINE = 17.0
"""Pixels from one unit of the ranking to the next."""
SAID = {
    "this run": "units down, the steps that are compared across",
    "the other": "the other run’s units and steps, in the same colours",
    "difference": "the other run’s number less this run’s",
    "differ most…": "units by how far the runs are apart: the root mean square over the steps",
    "step t": "the steps of this run",
}
NAMES = ("this run", "the other", "difference")


@dataclass(frozen=True, eq=False)
class Compared:
    """The answer for one array: both runs' values and their difference, (pairs of steps, units).

    `ranks` are the columns from the one that differs most (`apart`, root mean square) down.
    `units` (m, 2) names the columns in both runs, and `told` are sentences.
    """

    array: str
    found: Comparison
    units: NDArray[np.intp]
    values: tuple[Numbers, Numbers, Numbers]
    limits: tuple[Limits, Limits]
    apart: Numbers
    ranks: NDArray[np.intp]
    told: tuple[str, ...]
    ours: Sequence
    theirs: Sequence


def _answer(run: Run, view: View) -> Compared:
    other = run.other
    if other is None:
        raise LstmvizError(NONE, NAME)
    if other.what_if is not None and other.what_if.faults:
        index, fault = next(iter(other.what_if.faults.items()))
        line = other.document.changes[index].line
        raise LstmvizError(f"The other run cannot be changed by {line[:60]!r}: {fault}")
    other = other.of("changed")
    if other.trace is None or other.sequence is None or other.scales is None:
        raise LstmvizError(other.error or other.problem or "The other run is not computed.")
    assert run.trace is not None and run.sequence is not None and run.scales is not None
    place = (view.layer, view.direction)
    if view.layer >= len(other.trace.layers):
        last = len(other.trace.layers) - 1
        raise LstmvizError(
            f"The other network has no layer {view.layer}; look at one of 0 to {last}.",
            f"The other network has no layer {view.layer}; give --layer 0 to {last}.",
        )
    labels = (run.sequence.labels, other.sequence.labels)
    tokens = labels if view.align == "token" else None
    found = compare(run.trace, other.trace, *place, tokens, view.match == "correlation")
    ours, theirs = (direction_of(trace, *place) for trace in (run.trace, other.trace))
    array = view.compared
    plain = all(way.hidden_state is way.cell_output for way in (ours, theirs))
    if array == "hidden_state" and plain:
        array = "cell_output"
    if array not in found.differences:
        raise LstmvizError(unlike(array, run.trace, other.trace, ours, theirs))
    apart = found.differences[array]
    units = found.units
    if array in OWN:
        units = np.stack([np.arange(apart.shape[1])] * 2, axis=1)
    values = (
        _picked(values_of(run.trace, ours, array), found.steps[:, 0], units[:, 0]),
        _picked(values_of(other.trace, theirs, array), found.steps[:, 1], units[:, 1]),
        apart,
    )
    wide = widen(run.scales[place], other.scales[place])
    peak = largest(apart)
    spread = found.per_unit(array)
    sizes = np.where(np.isfinite(spread), spread, np.inf)
    return Compared(
        array,
        found,
        units,
        values,
        (wide, {array: (-peak, peak)}),
        spread,
        np.argsort(-sizes, kind="stable"),
        told(found, run.trace, other.trace, view),
        run.sequence,
        other.sequence,
    )


def _picked(values: Numbers, steps: NDArray[np.intp], units: NDArray[np.intp]) -> Numbers:
    return np.asarray(values[np.ix_(steps, units)])


@dataclass(frozen=True, eq=False)
class _Place:
    """Where the three maps stand, the pairs of steps along them, and the ranking."""

    maps: tuple[Box, Box, Box]
    axis: StepAxis
    side: Box
    rows: Listing

    @property
    def track(self) -> Box:
        """The room of the ranking's scroll bar."""
        tall = self.rows.rows * LINE
        return Box(self.side.right + 3 - BAR, self.side.y + 18, BAR, tall)


def _page(found: Compared, run: Run, view: View, w: float, h: float) -> Page:
    wide = max(w * 0.7 - LEFT - 44, 120.0)
    gap, foot = 10.0, 22.0
    tall = max((h - TOP - foot - 2 * gap) / 3, 16.0)
    boxes = tuple(Box(LEFT, TOP + k * (tall + gap), wide, tall) for k in range(3))
    axis = StepAxis(boxes[0], 0, max(len(found.found.steps), 1))
    right = LEFT + wide + 58
    side = Box(right, TOP, w - right - 12, h - TOP)
    rows = listing(len(found.ranks), max(int((side.h - 34) // LINE), 1), view.row)
    place = _Place((boxes[0], boxes[1], boxes[2]), axis, side, rows)
    shapes = (*_words(found, w), *_maps(found, place), *_ranking(found, place))
    return Page(
        shapes,
        lambda now: tuple(_marks(found, place, now)),
        lambda now, x, y: _spot(found, place, x, y),
        lambda x, y: _step_at(found, place, x, y),
        None if rows.whole else rows.scroll,
        rows.rows,
        lambda now: tuple(rows.bar(place.track)),
        SAID,
        _choice(found, rows),
    )


def _choice(found: Compared, rows: Listing) -> Choice | None:
    """The pinned unit as the row chosen, where the rows are units."""
    return None if found.array in OWN else chosen_by(found.units[found.ranks, 0], rows.shown)


def _step_at(found: Compared, place: _Place, x: float, y: float) -> int | None:
    """The step of this run at a point of the maps."""
    steps = found.found.steps[:, 0]
    on_map = any(box.contains(x, y) for box in place.maps)
    return int(steps[place.axis.at(x)]) if on_map and len(steps) else None


def _words(found: Compared, w: float) -> list[Shape]:
    title = f"{FULL.get(found.array, TITLES[found.array])} of two runs"
    shapes: list[Shape] = [
        Text(20, 28, title[:1].upper() + title[1:], 14, "ink", bold=True),
    ]
    for k, line in enumerate(sentences(found.told, w - 40, 11)):
        shapes.append(Text(20, 46 + 15 * k, line, 11, "muted"))
    return shapes


def _maps(found: Compared, place: _Place) -> list[Shape]:
    shapes: list[Shape] = []
    role = ROLE_OF_ARRAY[found.array]
    for k, box in enumerate(place.maps):
        limits = found.limits[k == 2][found.array]
        values = found.values[k]
        shapes.append(Text(20, box.y + 10, NAMES[k], 11, "ink", bold=k == 2))
        if values.size:
            shape = raster.grid(0, len(values), 0, values.shape[1], box.w, box.h)
            order = np.arange(values.shape[1])
            image = raster.pool(values, shape, order, limits, colormap_of(limits))
            shapes.append(Heat(box, image, colormap_of(limits)))
        shapes.append(Rect(box.inset(-0.6), stroke=role, width=1.2))
        shapes += _bar(Box(box.right + 5, box.y, 7, box.h), limits)
        if box.h >= 30:
            what = "value" if found.array == "output" else "unit"
            count = f"{values.shape[1]:,} {what}{'s' * (values.shape[1] != 1)}"
            shapes.append(Text(20, box.y + 24, count, SMALL, "muted"))
    return [*shapes, *_numbers(found, place)]


def _bar(bar: Box, limits: tuple[float, float]) -> list[Shape]:
    ramp = np.arange(254, -1, -1, dtype=np.uint8)[:, None]
    x = bar.right + 3
    shapes: list[Shape] = [Heat(bar, ramp, colormap_of(limits))]
    for value, y in ((limits[1], bar.y + 7.6), (limits[0], bar.bottom)):
        shapes.append(Text(x, y, limit_text(value), SMALL, "muted"))
    return shapes


def _numbers(found: Compared, place: _Place) -> list[Shape]:
    """Steps of this run under the maps."""
    steps = found.found.steps[:, 0]
    if not len(steps):
        return []
    y = place.maps[2].bottom + 14
    shown = place.axis.numbers(y)
    renamed: list[Shape] = [Text(20, y, "step t", SMALL, "muted")]
    for text in shown:
        if isinstance(text, Text):
            at = int(text.text)
            renamed.append(Text(text.x, y, f"{int(steps[at])}", SMALL, "muted", anchor="middle"))
    return renamed


def _ranking(found: Compared, place: _Place) -> list[Shape]:
    """The units that differ most, each with a bar as long as it differs."""
    rows = place.rows
    side = place.side if rows.whole else replace(place.side, w=place.side.w - BAR - 3)
    head = Text(
        side.x, side.y + 10, fit("differ most (rms)", side.w, 11, bold=True), 11, "ink", bold=True
    )
    shapes: list[Shape] = [head]
    told = rows.words()
    if told and width(head.text, 11, bold=True) + width(told, SMALL) + 8 < side.w:
        shapes.append(Text(side.right, side.y + 10, told, SMALL, "muted", anchor="end"))
    finite = found.apart[np.isfinite(found.apart)]
    top = float(finite.max()) if finite.size else 1.0
    for row, column in enumerate(found.ranks[rows.shown.start : rows.shown.stop].tolist()):
        y = side.y + 28 + row * LINE
        size = float(found.apart[column])
        room = side.w - 50
        part = size / top if top > 0 and np.isfinite(size) else 1.0
        bar = Box(side.x, y - 10, max(room * part, 1.0) if room > 0 else 1.0, 13)
        role = ROLE_OF_ARRAY[found.array]
        shapes.append(Rect(bar, fill=role, opacity=0.28, radius=2))
        words = fit(_name(found, column), max(room, 20), 11)
        shapes.append(Text(side.x + 3, y, words, 11, "ink"))
        value = fit(number(size), 46, 11)
        shapes.append(Text(side.right, y, value, 11, "muted", anchor="end"))
    return shapes


def _name(found: Compared, column: int) -> str:
    """A column as it is called in both runs."""
    ours, theirs = (int(k) for k in found.units[column])
    if found.array == "output":
        names = found.ours.columns
        plain = found.ours.symbolic and ours < len(names) and names[ours].isprintable()
        return f"“{names[ours]}”" if plain and names[ours] else f"y {ours}"
    told = f"unit {ours}" if ours == theirs else f"unit {ours} ~ {theirs}"
    if found.array in OWN:
        return told
    return f"{told} (r {number(float(found.found.agreement[column]), 2)})"


def _column_of(found: Compared, unit: int | None) -> int | None:
    """The column of one of this run's units."""
    if unit is None or found.array in OWN:
        return None
    at = np.flatnonzero(found.units[:, 0] == unit)
    return int(at[0]) if len(at) else None


def _marks(found: Compared, place: _Place, view: View) -> list[Shape]:
    shapes: list[Shape] = []
    steps = found.found.steps[:, 0]
    pair = int(np.searchsorted(steps, view.step))
    if pair < len(steps) and steps[pair] == view.step:
        x = place.axis.x(pair + 0.5)
        for box in place.maps:
            shapes.append(Line(((x, box.y), (x, box.bottom)), "panel", 3.4))
            shapes.append(Line(((x, box.y), (x, box.bottom)), "mark", 1.4))
        shapes += place.axis.badge(pair, place.maps[2].bottom + 14, f"{view.step}")
    for unit in dict.fromkeys((view.unit, view.hover)):
        column = _column_of(found, unit)
        if column is None:
            continue
        for box in place.maps:
            tall = box.h / len(found.units)
            high = min(max(tall, 3.0), box.h)
            y = min(max(box.y + (column + 0.5) * tall - high / 2, box.y), box.bottom - high)
            shapes.append(Rect(Box(box.x, y, box.w, high), stroke="panel", width=3, opacity=0.65))
            shapes.append(Rect(Box(box.x, y, box.w, high), stroke="mark", width=1.2))
    return shapes


def _spot(found: Compared, place: _Place, x: float, y: float) -> Spot | None:
    for box in place.maps:
        if box.contains(x, y) and found.values[0].size:
            pair = place.axis.at(x)
            column = min(int((y - box.y) / box.h * len(found.units)), len(found.units) - 1)
            return _at(found, pair, column)
    bar = place.rows.at(place.track, x, y)
    if bar is not None:
        return bar
    row = place.rows.first + int((y - place.side.y - 18) // LINE)
    if not (place.side.x <= x <= place.side.right and row in place.rows.shown):
        return None
    column = int(found.ranks[row])
    unit = None if found.array in OWN else int(found.units[column, 0])
    told = f"{_name(found, column)} differs by {number(float(found.apart[column]))} (rms)"
    return Spot(told, unit, {} if unit is None else {"unit": unit})


def _at(found: Compared, pair: int, column: int) -> Spot:
    """Both values of one pair of steps and units."""
    ours, theirs = (int(k) for k in found.found.steps[pair])
    here, there, apart = (float(values[pair, column]) for values in found.values)
    where = step_words(found.ours, ours)
    beside = "" if ours == theirs else f" ({step_words(found.theirs, theirs)})"
    words = (
        f"{_name(found, column)} at {where}: {number(here)} here, {number(there)} in the other "
        f"run{beside}, difference {number(apart)}"
    )
    unit = None if found.array in OWN else int(found.units[column, 0])
    changes = {"step": ours} | ({} if unit is None else {"unit": unit})
    return Spot(words, unit, changes)


QUESTION = Question(
    answer=_answer,
    page=_page,
    fields=("layer", "direction", "align", "match", "compared"),
    page_fields=("row",),
)
