"""Where the six heatmaps, their axes and the plots of one unit stand: from sizes alone.

Left of each plot is a gutter for its title and unit numbers, right of it its colour bar;
tokens or input values run along the top, step numbers along the bottom, and the plots of
the pinned unit hang below on the same time axis. Everything is in logical pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from lstmviz.engine.spec import CellSpec
from lstmviz.scene.metrics import width as text_width
from lstmviz.scene.raster import SHOWN, Grid, grid
from lstmviz.scene.shapes import Box

TITLES = {
    "forget_gate": "forget f",
    "input_gate": "input i",
    "candidate": "candidate g",
    "output_gate": "output o",
    "cell_state": "cell c",
    "hidden_state": "hidden h",
    "cell_output": "cell output m",
    "output": "output y",
}
"""The short title of each array."""

PAD = 10
NARROW = 700
"""Below this width the heatmaps stand in one column."""
BAR_ROOM = 50
"""Room right of a plot for its colour bar and limits."""
STRIP = 18
HEAD_STRIP = 30
"""Height of the strips when the head's output stands in one of them."""
AXIS = 18
COLUMN_GAP = 16
MIN_PLOT = 48
"""Least height of a unit plot; its legend reaches a little into the margin below."""
MIN_HEAT = 24


@dataclass(frozen=True)
class Span:
    """The zoomed part: steps first..last and rows of the cell low..high; None means the end."""

    first: float = 0.0
    last: float | None = None
    low: float = 0.0
    high: float | None = None


@dataclass(frozen=True)
class Panel:
    """One heatmap: its image's place, the gutter left of it, the colour bar right of it.

    `cells` says that its rows are units of the cell, which are marked alike everywhere; `notes`
    are what else is to be known of the array.
    """

    array: str
    plot: Box
    gutter: Box
    bar: Box
    units: int
    low: int
    high: int
    cells: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnitPlot:
    """One line plot of a unit: "gates" (0 to 1) or "states" (around 0)."""

    kind: str
    plot: Box
    gutter: Box


@dataclass(frozen=True)
class HeatmapLayout:
    """Everything's place. `numbers` is the room for unit numbers in each gutter.

    The input runs along the first `inputs` of the `strips`; with a head its output takes the
    last one. `seconds` is the time from step to step, where there is one.
    """

    width: float
    height: float
    steps: int
    first: int
    last: int
    panels: tuple[Panel, ...]
    strips: tuple[Box, ...]
    axes: tuple[Box, ...]
    plots: tuple[UnitPlot, ...]
    numbers: float
    projected: bool
    inputs: int
    seconds: float | None = None

    @property
    def pitch(self) -> float:
        """Width of one step."""
        return self.strips[0].w / (self.last - self.first)

    @property
    def cells(self) -> int:
        """The cell size C."""
        return self.panels[0].units

    def panel(self, array: str) -> Panel:
        """The heatmap of an array."""
        return next(panel for panel in self.panels if panel.array == array)


@dataclass(frozen=True)
class Place:
    """What is under a point: "heat", "strip", "axis" or "plot"; `row` only in a heatmap."""

    kind: str
    step: int
    array: str | None = None
    row: int | None = None


def steps_of(span: Span, steps: int) -> tuple[int, int]:
    """The whole steps first..last (exclusive) a span touches, at least one."""
    return _whole(span.first, span.last, steps)


def rows_of(span: Span, cells: int, units: int) -> tuple[int, int]:
    """The whole rows low..high of an array of `units` when the span counts rows of `cells`."""
    scale = units / cells
    high = None if span.high is None else span.high * scale
    return _whole(span.low * scale, high, units)


def _whole(first: float, last: float | None, size: int) -> tuple[int, int]:
    low = min(max(floor(first + 1e-6), 0), size - 1)
    high = size if last is None else min(max(ceil(last - 1e-6), low + 1), size)
    return low, high


def layout(
    width: float,
    height: float,
    cell: CellSpec,
    steps: int,
    span: Span | None = None,
    *,
    head: int = 0,
    plots: bool = True,
) -> HeatmapLayout:
    """Place everything in width × height: two columns of three, or one of six when narrow.

    The unit plots are left out without `plots`, and when the heatmaps would fall below a readable
    height. `head` is the size of the head's output, 0 for none.
    """
    span = span or Span()
    columns = 2 if width >= NARROW else 1
    rows = len(SHOWN) // columns
    digits = len(str(max(cell.cell_size, cell.hidden_size) - 1))
    numbers = max(text_width("0" * digits, 10, bold=True) + 8, 26)
    gutter = ceil(text_width("candidate g", 12, bold=True) + numbers + 6)
    room = (width - 2 * PAD - COLUMN_GAP * (columns - 1)) / columns
    plot_w = max(20, floor(room - gutter - BAR_ROOM))
    lefts = [floor(PAD + gutter + column * (room + COLUMN_GAP)) for column in range(columns)]

    strip = HEAD_STRIP if head else STRIP
    strips = [Box(left, PAD, plot_w, strip) for left in lefts]
    if head and columns == 1:
        strips.append(Box(lefts[0], PAD + strip + 4, plot_w, strip))
    top = strips[-1].bottom + 4
    heat, gap, plot_h = _heights(height - top, rows, columns, plots)
    bottom = top + rows * heat + (rows - 1) * gap
    panels = []
    for index, array in enumerate(SHOWN):
        row, column = divmod(index, columns)
        plot = Box(lefts[column], top + row * (heat + gap), plot_w, heat)
        panels.append(_panel(array, plot, gutter, cell, span))
    if head:
        plot = strips[-1]
        side, bar = _gutter(plot, gutter), _bar(plot)
        panels.append(Panel("output", plot, side, bar, head, 0, head, False))
    first, last = steps_of(span, steps)
    return HeatmapLayout(
        width,
        height,
        steps,
        first,
        last,
        tuple(panels),
        tuple(strips),
        tuple(Box(left, bottom + 1, plot_w, AXIS) for left in lefts),
        _unit_plots(lefts, bottom + AXIS + 8, plot_w, plot_h, gutter),
        numbers,
        cell.projected,
        len(strips) - bool(head),
    )


def _panel(array: str, plot: Box, gutter: float, cell: CellSpec, span: Span) -> Panel:
    """The heatmap of a gate or state, its rows as far as the span shows them."""
    units = cell.hidden_size if array == "hidden_state" else cell.cell_size
    low, high = rows_of(span, cell.cell_size, units)
    cells = array != "hidden_state" or not cell.projected
    side, notes = _gutter(plot, gutter), _notes(cell, array)
    return Panel(array, plot, side, _bar(plot), units, low, high, cells, notes)


def _bar(plot: Box) -> Box:
    """Where the bar of colours stands beside a heatmap."""
    return Box(plot.right + 5, plot.y, 7, plot.h)


def _notes(cell: CellSpec, array: str) -> tuple[str, ...]:
    """What a gate is that has no weights of its own."""
    if array == "forget_gate" and cell.variant.coupled:
        return ("f = 1 − i",)
    return ("held at 1",) if array in cell.variant.absent else ()


def _gutter(plot: Box, gutter: float) -> Box:
    return Box(plot.x - gutter, plot.y, gutter, plot.h)


def _heights(height: float, rows: int, columns: int, plots: bool) -> tuple[int, int, int]:
    """Height of a heatmap, the gap between two, and the height of a unit plot (0 for none).

    `height` is what is left below the strips.
    """
    room = height - PAD - AXIS
    gap = 8 if room / rows > 60 else 5
    stacked = 2 // columns
    plot = min(max(MIN_PLOT, floor(room * 0.24 / stacked)), 150)
    heat = (room - stacked * (plot + 8) - gap * (rows - 1)) / rows
    if not plots or heat < (28 if columns == 2 else MIN_HEAT):
        plot = 0
        heat = (room - gap * (rows - 1)) / rows
    return max(8, floor(heat)), gap, plot


def _unit_plots(
    lefts: list[int], top: float, width: float, height: float, gutter: float
) -> tuple[UnitPlot, ...]:
    if not height:
        return ()
    plots = []
    for index, kind in enumerate(("gates", "states")):
        left = lefts[index % len(lefts)]
        below = index // len(lefts)
        plot = Box(left, top + below * (height + 8), width, height)
        plots.append(UnitPlot(kind, plot, _gutter(plot, gutter)))
    return tuple(plots)


def raster_grid(place: HeatmapLayout, panel: Panel, scale: float = 1.0) -> Grid:
    """The grid of a panel's image with `scale` device pixels to the logical one."""
    return grid(
        place.first,
        place.last,
        panel.low,
        panel.high,
        round(panel.plot.w * scale),
        round(panel.plot.h * scale),
    )


def step_x(place: HeatmapLayout, plot: Box, step: float) -> float:
    """X of the left edge of a step in a plot of this layout; step + 0.5 is its middle."""
    return plot.x + (step - place.first) / (place.last - place.first) * plot.w


def row_y(panel: Panel, row: float) -> float:
    """Y of the top edge of a row of a heatmap."""
    return panel.plot.y + (row - panel.low) / (panel.high - panel.low) * panel.plot.h


def step_at(place: HeatmapLayout, plot: Box, x: float) -> float:
    """The (fractional) step at x, not clipped: the inverse of `step_x`."""
    return place.first + (x - plot.x) / plot.w * (place.last - place.first)


def nearest_step(place: HeatmapLayout, plot: Box, x: float) -> int:
    """The whole step at x, kept inside what is shown."""
    return min(max(floor(step_at(place, plot, x)), place.first), place.last - 1)


def row_at(panel: Panel, y: float) -> float:
    """The (fractional) row at y, not clipped: the inverse of `row_y`."""
    return panel.low + (y - panel.plot.y) / panel.plot.h * (panel.high - panel.low)


def locate(place: HeatmapLayout, x: float, y: float) -> Place | None:
    """What the point lies on, or None outside every plot and axis."""
    for panel in place.panels:
        if panel.plot.contains(x, y):
            row = min(floor(row_at(panel, y)), panel.high - 1)
            return Place("heat", nearest_step(place, panel.plot, x), panel.array, row)
    for kind, boxes in (
        ("strip", place.strips),
        ("axis", place.axes),
        ("plot", tuple(plot.plot for plot in place.plots)),
    ):
        for box in boxes:
            if box.contains(x, y):
                return Place(kind, nearest_step(place, box, x))
    return None


def columns_of(place: HeatmapLayout) -> tuple[Box, ...]:
    """For each column of plots the box from the top of its strip to the bottom of its plots."""
    bottom = max([box.bottom for box in place.axes] + [p.plot.bottom for p in place.plots])
    return tuple(Box(axis.x, PAD, axis.w, bottom - PAD) for axis in place.axes)
