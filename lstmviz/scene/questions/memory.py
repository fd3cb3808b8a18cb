"""How long the units of a layer remember, as a table that also orders the heatmaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.remembering import HELD, Memory, half_lives
from lstmviz.engine.trace import DirectionTrace
from lstmviz.scene.order import AT, REVERSED, Order, known_memory, order, turned
from lstmviz.scene.questions.page import Choice, Page, Question, Spot
from lstmviz.scene.questions.table import Bar, Column, Table, laid_out
from lstmviz.scene.questions.writing import first_fitting, place_words, sentences
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Box, Shape, Text
from lstmviz.scene.timeaxis import SMALL
from lstmviz.scene.words import number
from lstmviz.session import View

TOLD = (
    "Half-life: in how many steps half of c would be gone if f stayed as it is, ln ½ / ln f.",
    f"Longest hold: the most steps in a row with f of at least {HELD:g}.",
    "Horizon: how many steps’ writes are in c at once, on average.",
    "Bars of half-lives and horizons are logarithmic, up to the length of the run.",
)

COLUMNS = (
    Column("unit", "unit", "", 36, 0, "index", "number"),
    Column("now", "half-life", "now", 56, 1, "half-life" + AT, "half-life now"),
    Column("median", "half-life", "median", 54, 1, "half-life", "median half-life"),
    Column("hold", "longest hold", "steps", 108, 2, "longest hold", "longest hold"),
    Column("horizon", "horizon", "steps", 52, 1, "horizon", "effective horizon"),
    Column("c", "c", "now", 52, 1.4, "c" + AT, "c now"),
)


@dataclass(frozen=True, eq=False)
class Remembered:
    """The answer for a layer: what its units remember, and the gates and states it is of.

    `limit` is the largest size of any c; units are ordered as in the run `ordered`, the one before
    any changes, as the heatmaps order them.
    """

    way: DirectionTrace
    ordered: DirectionTrace
    direction: str
    place: str
    memory: Memory
    limit: float

    @property
    def steps(self) -> int:
        """T."""
        return len(self.way.forget_gate)

    def long(self, steps: float) -> float:
        """How long a bar of so many steps is, 0…1; none of fewer than 0, which f < 0 can make."""
        if not steps > 0:
            return 0.0
        return float(min(np.log1p(min(steps, 1e300)) / np.log1p(self.steps), 1.0))

    def span(self, unit: int) -> tuple[int, int]:
        """First and last step of a unit's longest hold, in the order of the sequence."""
        count, began = int(self.memory.hold[unit]), int(self.memory.hold_from[unit])
        return (
            (began, began + count - 1)
            if self.direction == "forward"
            else (
                began - count + 1,
                began,
            )
        )


def _answer(run: Run, view: View) -> Remembered:
    trace, spec = run.trace, run.spec
    assert trace is not None and spec is not None
    way = dict(trace.layers[view.layer].directions())[view.direction]
    basis = trace if run.basis is None else run.basis
    finite = way.cell_state[np.isfinite(way.cell_state)]
    limit = float(max(finite.max(initial=0), -finite.min(initial=0)))
    return Remembered(
        way=way,
        ordered=dict(basis.layers[view.layer].directions())[view.direction],
        direction=view.direction,
        place=place_words(spec, view.layer, view.direction),
        memory=known_memory(way, view.direction),
        limit=limit or 1.0,
    )


def _page(found: Remembered, run: Run, view: View, w: float, h: float) -> Page:
    told = sentences(TOLD, w - 40, 11)
    place = f", {found.place}" if found.place else ""
    units = found.way.cell_state.shape[1]
    ranked = order(view.order, found.ordered, way=found.direction)
    box = Box(20, 54 + 15 * len(told) - 8, w - 36, 0)
    box = Box(box.x, box.y, box.w, h - box.y - 24)
    table = laid_out(COLUMNS, box, units, view.row)
    shapes: list[Shape] = [
        Text(20, 28, _title(place, w - 40), 14, "ink", bold=True),
        *(Text(20, 47 + 15 * k, line, 11, "muted") for k, line in enumerate(told)),
        *table.furniture(_sorted_by(view.order), reversed_=view.order.endswith(REVERSED)),
        *_resting(found, table, ranked),
    ]

    def marks(now: View) -> tuple[Shape, ...]:
        return tuple(_marks(found, table, ranked, now))

    def spot(now: View, x: float, y: float) -> Spot | None:
        return _spot(found, table, ranked, now, x, y)

    def scroll(now: View, rows: int) -> Mapping[str, Any]:
        return table.rows.scroll(now, rows)

    bar = tuple(table.rows.bar(table.track))
    return Page(
        tuple(shapes),
        marks,
        spot,
        scroll=scroll,
        rows=table.rows.rows,
        controls=lambda now: bar,
        choice=chosen_by(ranked, table.rows.shown),
    )


def chosen_by(ranked: NDArray[np.intp], shown: range) -> Choice:
    """The pinned unit as the row chosen, of units in an order."""

    def chosen(now: View) -> int | None:
        at = np.flatnonzero(ranked == (-1 if now.unit is None else now.unit))
        return int(at[0]) if len(at) else None

    return Choice(len(ranked), shown, chosen, lambda row: {"unit": int(ranked[row])})


def _title(place: str, room: float) -> str:
    """The title with the layer's name, if there is room for it."""
    title = "How long the units remember"
    return first_fitting((title + place, title), room, 14, bold=True)


def _sorted_by(name: str) -> str:
    """The key of the column that the units are sorted by, if it is one."""
    plain = name.removesuffix(REVERSED)
    what, at, _ = plain.partition(AT)
    return next((c.key for c in COLUMNS if c.order == (what + at)), "")


def steps_text(value: float) -> str:
    """A number of steps: 0.43, 12.3, 1,234, 3.1e+07 or ∞."""
    if not np.isfinite(value) or value >= 1e5:
        return number(value)
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:,.{digits}f}"


def _resting(found: Remembered, table: Table, ranked: Order) -> list[Shape]:
    """What does not depend on the step."""
    kept, shapes = found.memory, list[Shape]()
    for row in table.rows.shown:
        unit = int(ranked[row])
        shapes += table.words("unit", row, f"{unit}")
        for key, values in (("median", kept.half_life), ("horizon", kept.horizon)):
            value = float(values[unit])
            shapes += table.words(key, row, steps_text(value))
            shapes += table.bars(key, row, Bar(0.0, found.long(value), "f"))
        shapes += _hold(found, table, row, unit)
    return shapes


def _hold(found: Remembered, table: Table, row: int, unit: int) -> list[Shape]:
    """How many steps, which, and where they lie in the run."""
    first, last = found.span(unit)
    count = last - first + 1
    if count < 1:
        return table.words("hold", row, "never", share=0.36)
    shapes = table.words("hold", row, f"{count:,}", share=0.36)
    span = f"{first}–{last}" if count > 1 else f"at {first}"
    shapes += table.words("hold", row, span, share=1.0, small=True)
    track = table.bars("hold", row, Bar(0.0, 1.0, "faint"))
    return (
        shapes
        + track
        + table.bars(
            "hold", row, Bar(first / found.steps, (last + 1) / found.steps, "f"), least=2.0
        )
    )


def _marks(found: Remembered, table: Table, ranked: Order, view: View) -> list[Shape]:
    """What the units do at the step, and which are hovered or pinned."""
    step = min(max(view.step, 0), found.steps - 1)
    lives: NDArray[np.float64] = half_lives(found.way.forget_gate[step])
    states = found.way.cell_state[step]
    shapes: list[Shape] = []
    for row in table.rows.shown:
        unit = int(ranked[row])
        value, c = float(lives[unit]), float(states[unit])
        shapes += table.words("now", row, steps_text(value))
        shapes += table.bars("now", row, Bar(0.0, found.long(value), "f"))
        shapes += table.words("c", row, number(c))
        reach = 0.5 + 0.5 * min(max(c / found.limit, -1), 1) if np.isfinite(c) else 0.5
        color = "plus" if reach > 0.5 else "minus"
        shapes += table.bars("c", row, Bar(min(reach, 0.5), max(reach, 0.5), color))
    place = np.empty(len(ranked), np.intp)
    place[ranked] = np.arange(len(ranked))
    if view.hover is not None and view.hover < len(ranked):
        shapes += table.outline(int(place[view.hover]), "muted")
    pinned = view.unit if view.unit is not None and view.unit < len(ranked) else None
    if pinned is not None:
        shapes += table.outline(int(place[pinned]), "mark")
    return shapes + _footer(table, step, pinned, place)


def _footer(table: Table, step: int, pinned: int | None, place: Order) -> list[Shape]:
    y = table.box.bottom + 15
    count = table.rows.count
    total = f"{count:,} unit{'s' if count > 1 else ''}"
    if not table.rows.whole:
        total = f"rows {table.rows.words()}"
    words = [f"{total}  ·  t = {step:,}"]
    if pinned is not None and place[pinned] not in table.rows.shown:
        words.append(f"unit {pinned:,} is in row {place[pinned] + 1:,}")
    text = first_fitting(("  ·  ".join(words), words[0]), table.box.w, SMALL)
    return [Text(table.box.x, y, text, SMALL, "muted")]


def _spot(
    found: Remembered, table: Table, ranked: Order, view: View, x: float, y: float
) -> Spot | None:
    bar = table.rows.at(table.track, x, y)
    if bar is not None:
        return bar
    step = min(max(view.step, 0), found.steps - 1)
    column = table.head_at(x, y)
    if column is not None:
        wanted = column.order + (f"{step}" if column.order.endswith(AT) else "")
        words = f"sort the units by {column.told}, here and in the heatmaps"
        return Spot(words, None, {"order": turned(wanted, view.order), "row": 0})
    row = table.row_at(x, y)
    if row is None:
        return _pinned_spot(table, ranked, view, x, y)
    unit = int(ranked[row])
    pinned = {"unit": None if view.unit == unit else unit}
    column = table.column_at(x)
    if column is not None and column.key == "hold" and found.memory.hold[unit]:
        began = int(found.memory.hold_from[unit])
        return Spot(_hold_words(found, unit), unit, {"unit": unit, "step": began})
    f = float(found.way.forget_gate[step, unit])
    life = steps_text(float(half_lives(np.array(f))))
    c = number(float(found.way.cell_state[step, unit]))
    words = f"unit {unit:,} at t = {step:,}: c = {c}, f = {number(f)}, half-life {life} steps"
    return Spot(words, unit, pinned)


def _pinned_spot(table: Table, ranked: Order, view: View, x: float, y: float) -> Spot | None:
    """Below the table: a click brings the pinned unit on show."""
    below = Box(table.box.x, table.box.bottom, table.box.w, 22)
    at = np.flatnonzero(ranked == (-1 if view.unit is None else view.unit))
    if not below.contains(x, y) or not len(at) or at[0] in table.rows.shown:
        return None
    away = int(at[0]) - table.rows.rows // 2 - table.rows.first
    words = f"show unit {view.unit:,} in the table"
    return Spot(words, view.unit, table.rows.scroll(view, away))


def _hold_words(found: Remembered, unit: int) -> str:
    first, last = found.span(unit)
    steps = "one step" if first == last else f"{last - first + 1:,} steps in a row"
    return (
        f"unit {unit:,} holds (f ≥ {HELD:g}) for {steps}, {first:,} to {last:,}: click to go to "
        "where that began"
    )


QUESTION = Question(
    answer=_answer,
    page=_page,
    page_fields=("order", "row"),
)
