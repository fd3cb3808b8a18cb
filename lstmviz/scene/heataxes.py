"""What stands around the heatmaps: titles, colour bars, tokens, step and unit numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from lstmviz.engine.trace import Array, DirectionTrace
from lstmviz.inputs.sequence import Sequence
from lstmviz.scene import raster
from lstmviz.scene.colorlimits import Limits, narrowed
from lstmviz.scene.colors import ROLE_OF_ARRAY
from lstmviz.scene.curves import UnitCurves
from lstmviz.scene.heatlayout import (
    BAR_ROOM,
    TITLES,
    HeatmapLayout,
    Panel,
    raster_grid,
    row_y,
    step_x,
)
from lstmviz.scene.metrics import fit, text_box, width
from lstmviz.scene.moment import colormap_of
from lstmviz.scene.order import Order
from lstmviz.scene.shapes import Box, Heat, Rect, Shape, Text
from lstmviz.scene.timeaxis import nice_step, tick_step, ticks

if TYPE_CHECKING:
    from lstmviz.analysis.effects import Touch

SMALL = 10
"""Size of numbers and notes."""
TWO_LINES = 26
"""Height of a strip that two lines can stand beside."""
POINT = 6
"""Height of the pointed end of a colour bar."""
UNSEEN = frozenset("␣↵⇥·")
"""Signs that stand for characters without a shape of their own: they are drawn fainter."""
SIGNS = {" ": "␣", "\n": "↵", "\t": "⇥"}


@dataclass(frozen=True, eq=False)
class Content:
    """What the heatmaps show: one direction of a layer, of which `done` steps are filled.

    `order` (C,) and `hidden` (H,) say which unit stands in each row; `unit` is the pinned one.
    `output` (steps, head size) is what the head makes of the last layer, if there is one.
    `touches` are where changes of the run take hold; `apart` says that the values are differences.
    At steps that are not its `own` (None: at all) they are those of the run `basis`.
    """

    direction: DirectionTrace
    sequence: Sequence
    limits: Limits
    done: int
    order: Order
    hidden: Order
    unit: int | None = None
    output: Array | None = None
    curves: UnitCurves | None = None
    touches: tuple[Touch, ...] = ()
    apart: bool = False
    basis: DirectionTrace | None = None
    own: slice | None = None

    def curve(self, array: str, first: int, last: int) -> Array:
        """The pinned unit's values at steps `first` to `last` (exclusive), as far as they go.

        A picture of another run may have come further than this one has: what is not filled yet
        must not be gathered, for it would be kept.
        """
        last = min(last, self.done)
        if self.curves is not None:
            return self.curves.upto(array, last)[first:]
        return self.values(array)[first:last, self.unit]

    def values(self, array: str) -> Array:
        """The array itself, (steps, units)."""
        if array == "output" and self.output is not None:
            return self.output
        values: Array = getattr(self.direction, array)
        return values

    def order_of(self, array: str) -> Order:
        """The row order of an array's heatmap."""
        if array == "output":
            return np.arange(self.values(array).shape[1])
        return self.hidden if array == "hidden_state" else self.order

    def name_of(self, array: str, row: int) -> str:
        """What a row of an array's heatmap is called: its number, or an output's symbol."""
        columns = self.sequence.columns
        if (
            array == "output"
            and self.sequence.symbolic
            and len(columns) == self.values(array).shape[1]
        ):
            return visible(columns[row])
        return str(self.order_of(array)[row])

    def colormap(self, array: str) -> str:
        """The colour map of an array's heatmap."""
        return colormap_of(self.limits[array])

    @cached_property
    def token_width(self) -> float:
        """Width of the widest token among the first, in font sizes."""
        labels = set(self.sequence.labels[:2000])
        sample = {fit(visible(label), 80, 12, mono=True) for label in labels}
        return max(width(label, 1, mono=True) for label in sample)

    @cached_property
    def rows(self) -> Order:
        """(C,) the row of each cell unit."""
        return np.argsort(self.order)


def furniture(
    place: HeatmapLayout, content: Content, scale: float = 1.0, shown: int | None = None
) -> list[Shape]:
    """All that keeps its place while a run plays: frames, titles, notes, bars, strips.

    Tokens are tinted by c in the first `shown` steps alone (None: as far as it is computed).
    """
    shapes: list[Shape] = []
    for panel in place.panels:
        beyond = narrowed(content.limits, panel.array)
        shapes += _heading(place, panel, scale, content.apart, beyond)
        shapes += _bar(panel.bar, content.limits[panel.array], beyond=beyond)
    shown = content.done if shown is None else min(shown, content.done)
    shapes += _strips(place, content, scale, shown)
    columns = raster_grid(place, place.panels[0], scale).columns
    per = (place.last - place.first) / columns
    unit = "step t" if place.seconds is None else "seconds"
    words = unit if per == 1 else f"{unit}, mean of {_count(per)} steps"
    x, axis = place.panels[0].gutter.x, place.axes[0]
    if width(words, SMALL) > axis.x - 14 - x:
        words = unit
    shapes.append(Text(x, axis.y + 12, words, SMALL, "muted"))
    return shapes


def frames(place: HeatmapLayout) -> list[Shape]:
    """The outline of each heatmap in its gate's colour; outside, as images are painted anew."""
    return [
        Rect(panel.plot.inset(-0.6), stroke=ROLE_OF_ARRAY[panel.array], width=1.2)
        for panel in place.panels
    ]


def _heading(
    place: HeatmapLayout, panel: Panel, scale: float, apart: bool = False, beyond: bool = False
) -> list[Shape]:
    """Title and, as far as they fit below it, the number of units and how they are pooled.

    `beyond` says that there are values beyond the colours.
    """
    role = f"{ROLE_OF_ARRAY[panel.array]}_text"
    x, y = panel.gutter.x, panel.plot.y + 11
    title = f"Δ {TITLES[panel.array].split()[-1]}" if apart else TITLES[panel.array]
    shapes: list[Shape] = [Text(x, y, title, 12, role, bold=True)]
    shown = panel.high - panel.low
    what = "value" if panel.array == "output" else "unit"
    notes = [*panel.notes, f"{shown:,} {what}{'s' * (shown != 1)}"]
    if shown < panel.units:
        notes = [*panel.notes, f"{shown:,} of {panel.units:,}"]
    per = shown / raster_grid(place, panel, scale).rows
    if per > 1:
        notes.append(f"{_count(per)} {what}s a row")
    for note in (*notes, *["colours: 3 in 4"] * beyond):
        y += 13
        if y + 3 <= panel.plot.bottom + 2:
            shapes.append(Text(x, y, note, SMALL, "muted"))
    return shapes


def remarks(place: HeatmapLayout, content: Content, panel: Panel, scale: float) -> str:
    """What the notes beside a heatmap mean, in sentences; "" where nothing needs to be said."""
    per = (panel.high - panel.low) / raster_grid(place, panel, scale).rows
    told = []
    if per > 1:
        told.append(f"A row of its picture is the mean of {_count(per)} neighbours.")
    if narrowed(content.limits, panel.array):
        told.append(
            "Its colours tell apart the values of three units in four, as a few others are far "
            "larger; View › Colours of c and h tell apart has every value."
        )
    return " ".join(told)


def _count(per: float) -> str:
    return f"{per:.0f}" if per >= 10 else f"{round(per, 1):g}"


def limit_text(value: float) -> str:
    """A limit in at most six characters: 0.05, −2, 5e−3, 2e4."""
    size = abs(value)
    if size and not 0.01 <= size < 10_000:
        mantissa, power = f"{value:.0e}".split("e")
        text = f"{mantissa}e{int(power)}"
    else:
        text = f"{value:g}"
    return text.replace("-", "−")


def _bar(bar: Box, limits: tuple[float, float], *, beyond: bool) -> list[Shape]:
    """A colour bar with its limits; its ends are pointed where there are values beyond them."""
    low, high = limits
    ramp, colors = np.arange(254, -1, -1, dtype=np.uint8)[:, None], colormap_of(limits)
    tip = POINT if beyond and bar.h > 4 * POINT else 0
    body = Box(bar.x, bar.y + tip, bar.w, bar.h - 2 * tip)
    shapes: list[Shape] = [Heat(body, ramp, colors)]
    for row in range(tip):
        w = bar.w * (row + 1) / (tip + 1)
        for y, end in ((bar.y + row, ramp[:1]), (bar.bottom - row - 1, ramp[-1:])):
            shapes.append(Heat(Box(bar.center[0] - w / 2, y, w, 1.0), end, colors))
    x = bar.right + 3
    marks = [(high, bar.y + 7.6), (low, bar.bottom)]
    if bar.h >= 40:
        marks.insert(1, ((low + high) / 2, bar.y + bar.h / 2 + 3.8))
    shapes += [Text(x, y, limit_text(value), SMALL, "muted") for value, y in marks]
    return shapes


def visible(label: str) -> str:
    """A symbol as it is written on the axis: ␣ ↵ ⇥, and · for others that cannot be seen."""
    shown = SIGNS.get(label, label)
    return shown if shown.isprintable() and not _UNNAMED.fullmatch(shown) else "·"


_UNNAMED = re.compile("U\\+[0-9A-F]{4,6}|[␀-␢]")


def _strips(place: HeatmapLayout, content: Content, scale: float, shown: int) -> list[Shape]:
    """Along the top: the tokens, tinted by c of the pinned unit, or the values of the input."""
    gutter, y = place.panels[0].gutter, place.strips[0].center[1] + 4
    every = token_pace(place, content)[1] if content.sequence.symbolic else 1
    told = every > 1 and place.strips[0].h >= TWO_LINES
    if told:
        y -= 5
    shapes: list[Shape] = [Text(gutter.x, y, "input x", 11, "x_text", bold=True)]
    if not content.sequence.symbolic:
        return shapes + _values(place, content, scale)
    if content.unit is not None:
        x = gutter.x + width("input x", 11, bold=True) + 5
        shapes.append(Text(x, y, "over c", 11, "c_text"))
    if told:
        shapes.append(Text(gutter.x, y + 12, f"one of {every:,} shown", SMALL, "muted"))
    return shapes + _tokens(place, content, scale, shown)


def _tokens(place: HeatmapLayout, content: Content, scale: float, shown: int) -> list[Shape]:
    tint = _tint(place, content, scale, shown)
    shapes: list[Shape] = [
        Rect(strip, fill="faint") if tint is None else Heat(strip, tint, "diverging")
        for strip in place.strips[: place.inputs]
    ]
    return shapes + list(token_texts(place, content))


def veil(place: HeatmapLayout, content: Content, step: int) -> list[Shape]:
    """What hides the tints of tokens after the current step, which tell of c to come."""
    if not content.sequence.symbolic or content.unit is None or step + 1 >= place.last:
        return []
    shapes: list[Shape] = []
    for strip in place.strips[: place.inputs]:
        left = max(step_x(place, strip, step + 1), strip.x)
        shapes.append(Rect(Box(left, strip.y, strip.right - left, strip.h), fill="faint"))
    return shapes + list(token_texts(place, content, step + 1))


def token_pace(place: HeatmapLayout, content: Content) -> tuple[int, int]:
    """The size of the tokens, and that one of so many steps' is written."""
    widest = content.token_width
    sizes = [size for size in (12, 11, 10) if widest * size < place.pitch]
    if sizes:
        return sizes[0], 1
    return SMALL, max(tick_step(place), nice_step((widest * SMALL + 16) / place.pitch))


def token_texts(place: HeatmapLayout, content: Content, first: int = 0) -> list[Text]:
    """The tokens from step `first` on, as many as there is room for."""
    labels, (size, every) = content.sequence.labels, token_pace(place, content)
    texts: list[Text] = []
    for strip in place.strips[: place.inputs]:
        for step in ticks(place, every):
            if step < first:
                continue
            label = fit(visible(labels[step]), 80, size, mono=True)
            text = Text(
                step_x(place, strip, step + 0.5),
                strip.center[1] + 4,
                label,
                size,
                "muted" if label in UNSEEN else "ink",
                mono=True,
                anchor="middle",
            )
            box = text_box(text)
            if label and box.x >= strip.x - 2 and box.right <= strip.right + 2:
                texts.append(text)
    return texts


TINT = 44
"""How far from the middle of the map a tint goes: text over it stays readable."""


def _tint(place: HeatmapLayout, content: Content, scale: float, shown: int) -> raster.Image | None:
    """One row: c of the pinned unit at each step, in pale colours; None if none is pinned."""
    if content.unit is None or not shown:
        return None
    values = content.direction.cell_state[:, content.unit : content.unit + 1]
    grid = raster.grid(place.first, place.last, 0, 1, round(place.strips[0].w * scale), 1)
    limits = content.limits["cell_state"]
    image = raster.blank(grid, "diverging")
    order = np.zeros(1, np.intp)
    raster.fill(image, grid, values, order, limits, 0, grid.ready(shown))
    pale = 127 + (image.astype(np.int16) - 127) * TINT // 127
    return np.where(image == raster.MARKED, image, pale).astype(np.uint8)


def _values(place: HeatmapLayout, content: Content, scale: float) -> list[Shape]:
    values: Array = content.sequence.values
    strip = place.strips[0]
    limits = content.limits["sequence"]
    grid = raster.grid(
        place.first,
        place.last,
        0,
        values.shape[1],
        round(strip.w * scale),
        round(strip.h * scale),
    )
    image = raster.pool(values, grid, np.arange(values.shape[1]), limits, colormap_of(limits))
    shapes: list[Shape] = []
    for strip in place.strips[: place.inputs]:
        shapes.append(Heat(strip, image, colormap_of(limits)))
        shapes.append(Rect(strip.inset(-0.5), stroke="x", width=1.0))
    top = limit_text(limits[1])
    words = f"±{top}" if limits[0] < 0 else f"0 … {top}"
    if width(words, SMALL) > BAR_ROOM - 8:
        words = top
    for strip in place.strips[: place.inputs]:
        shapes.append(Text(strip.right + 6, strip.center[1] + 3.5, words, SMALL, "muted"))
    return shapes


def unit_numbers(place: HeatmapLayout, content: Content, hover: int | None) -> list[Shape]:
    """The unit numbers beside every heatmap: the hovered and pinned first, then what fits."""
    shapes: list[Shape] = []
    for panel in place.panels:
        shapes += _panel_numbers(place, panel, content, hover)
    return shapes


def _panel_numbers(
    place: HeatmapLayout, panel: Panel, content: Content, hover: int | None
) -> list[Shape]:
    order = content.order_of(panel.array)
    marked = [unit for unit in (hover, content.unit) if unit is not None and panel.cells]
    wanted = [(int(content.rows[unit]), True) for unit in dict.fromkeys(marked)]
    wanted += [(row, False) for row in _row_ticks(panel, bool((np.diff(order) == 1).all()))]
    shapes: list[Shape] = []
    taken: list[Box] = []
    for row, bold in wanted:
        if not panel.low <= row < panel.high:
            continue
        y = min(max(row_y(panel, row + 0.5) + 3.8, panel.plot.y + 7.6), panel.plot.bottom)
        color = "ink" if bold else "muted"
        words = content.name_of(panel.array, row)
        text = Text(panel.plot.x - 5, y, words, SMALL, color, bold=bold, anchor="end")
        box = text_box(text)
        if not any(box.overlaps(other) for other in taken):
            shapes.append(text)
            taken.append(box)
    return shapes


def _row_ticks(panel: Panel, by_index: bool) -> list[int]:
    """Rows whose numbers are shown: round ones, and in another order only if every row fits."""
    rows = (panel.high - panel.low) / panel.plot.h
    every = nice_step(rows * (11.5 if 11.5 * rows <= 1 else 15.5))  # low: the first moves down
    if not by_index and every > 1:
        return []
    first = ceil(panel.low / every) * every
    return list(dict.fromkeys([*range(first, panel.high, every), panel.high - 1]))
