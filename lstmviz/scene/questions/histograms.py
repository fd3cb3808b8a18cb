"""How the values of every gate and state of a layer are spread, and which units take no part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.statistics import LEFT, RIGHT, STILL, Quiet, histograms, quiet, saturation
from lstmviz.engine.spec import LETTERS
from lstmviz.engine.trace import DirectionTrace
from lstmviz.scene.colors import ROLE_OF_ARRAY
from lstmviz.scene.metrics import width
from lstmviz.scene.questions.page import Page, Question, Spot
from lstmviz.scene.questions.writing import first_fitting, place_words, sentences
from lstmviz.scene.raster import SHOWN
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Box, Line, Rect, Shape, Text
from lstmviz.scene.symbols import MINUS
from lstmviz.scene.timeaxis import SMALL
from lstmviz.scene.words import number
from lstmviz.session import View

Numbers = NDArray[np.float64]

NAMES = {
    "forget_gate": "forget gate f",
    "input_gate": "input gate i",
    "candidate": "candidate g",
    "output_gate": "output gate o",
    "cell_state": "cell state c",
    "hidden_state": "hidden state h",
}
LETTER = LETTERS | {"cell_state": "c", "hidden_state": "h"}
GUTTER, LINE = 36.0, 13.0
SAID = {
    "Dead units…": "units that hand on nothing: m = o · tanh c stays near 0 at every step",
    "Constant units…": "units that tell nothing of the input: c hardly moves in the whole run",
    **dict.fromkeys(
        ("forget gate…", "input gate…", "output gate…"), "how often the gate has each value"
    ),
    "candidate…": "how often the candidate has each value",
    "cell…": "how often the cell state has each value",
    "hidden…": "how often the hidden state has each value",
    "unit…": "of the pinned unit alone, which the line shows",
}
TELLS = 84.0
"""From this height on a histogram has lines of its own for what is told of it."""


@dataclass(frozen=True, eq=False)
class Spread:
    """The answer for a layer: array → (bins,) counts and (bins + 1,) edges, and what is saturated.

    `shares` are the means over the units of gate → (C, 2) below 0.1 and above 0.9; `lacking` are
    the gates that the layer does not have.
    """

    way: DirectionTrace
    place: str
    found: dict[str, tuple[NDArray[np.intp], Numbers]]
    shares: dict[str, Numbers]
    quiet: Quiet
    lacking: tuple[str, ...]
    coupled: bool

    def own(self, array: str, unit: int | None) -> Numbers | None:
        """(bins,) the shares of one cell unit's values; None where it has none in this array."""
        values = getattr(self.way, array)
        if unit is None or unit >= self.way.cell_state.shape[1]:
            return None
        if values.shape[1] != self.way.cell_state.shape[1]:
            return None  # with a projection, hidden units are not cell units
        one = values[:, unit]
        counts, _ = np.histogram(one[np.isfinite(one)], self.found[array][1])
        return _shares(counts)


def _shares(counts: NDArray[np.intp]) -> Numbers:
    return np.asarray(counts / max(counts.sum(), 1), np.float64)


def _answer(run: Run, view: View) -> Spread:
    trace, spec = run.trace, run.spec
    assert trace is not None and spec is not None
    place = (view.layer, view.direction)
    variant = spec.layers[view.layer].variant
    return Spread(
        way=dict(trace.layers[view.layer].directions())[view.direction],
        place=place_words(spec, *place),
        found=histograms(trace, 40, *place),
        shares=saturation(trace, *place),
        quiet=quiet(trace, *place),
        lacking=variant.lacking,
        coupled=variant.coupled,
    )


@dataclass(frozen=True, eq=False)
class _Panel:
    """One histogram: where it is drawn, its bins, and the pinned unit's own shares."""

    array: str
    box: Box
    plot: Box
    shares: Numbers
    edges: Numbers
    own: Numbers | None

    @property
    def peak(self) -> float:
        """The largest share of a bin."""
        own = self.own.max(initial=0) if self.own is not None else 0.0
        return float(max(self.shares.max(initial=0), own)) or 1.0

    def x(self, value: float) -> float:
        """Where a value stands."""
        low, high = self.edges[0], self.edges[-1]
        return float(self.plot.x + (value - low) / (high - low) * self.plot.w)


def _page(found: Spread, run: Run, view: View, w: float, h: float) -> Page:
    place = f", {found.place}" if found.place else ""
    title = "How gates and states are spread"
    head = first_fitting((title + place, title), w - 40, 14, bold=True)
    unit = view.unit if view.unit is not None and view.unit < len(found.way.cell_state.T) else None
    steps, units = found.way.cell_state.shape
    told = [
        f"The share of all values, of {units:,} unit{'s' * (units != 1)} at {steps:,} "
        f"step{'s' * (steps != 1)}, in each bin.",
        f"The line is unit {unit:,} alone."
        if unit is not None
        else "Pin a unit to see its own laid over them.",
        "Shaded: saturated gates.",
    ]
    lines = sentences(told, w - 40, 11)
    shapes: list[Shape] = [
        Text(20, 28, head, 14, "ink", bold=True),
        *(Text(20, 47 + 14 * k, line, 11, "muted") for k, line in enumerate(lines)),
    ]
    listed = _listed(found.quiet, w, h)
    top = 40 + 14 * len(lines)
    panels = _panels(found, unit, Box(14, top, w - 28, h - top - 12 - 17 * len(listed)))
    for panel in panels:
        shapes += _drawn(found, panel, unit)
    for k, line in enumerate(listed):
        y = _line_y(k, len(listed), h)
        shapes += [
            Text(word.x, y, word.text, 11, "muted" if word.unit is None else "ink") for word in line
        ]

    def spot(now: View, x: float, y: float) -> Spot | None:
        return _spot(panels, listed, unit, (w, h), x, y)

    return Page(tuple(shapes), spot=spot, said=SAID)


def _panels(found: Spread, unit: int | None, room: Box) -> list[_Panel]:
    """Three across and two down, or the other way in a narrow room."""
    columns = 3 if room.w >= room.h else 2
    rows = len(SHOWN) // columns
    wide, tall = room.w / columns, room.h / rows
    result = []
    for k, array in enumerate(SHOWN):
        box = Box(room.x + (k % columns) * wide, room.y + (k // columns) * tall, wide, tall)
        above = 17 + (2 * LINE if tall >= TELLS + 40 else LINE if tall >= TELLS else 0)
        plot = Box(box.x + GUTTER, box.y + above, wide - GUTTER - 12, max(tall - above - 18, 8))
        counts, edges = found.found[array]
        own = found.own(array, unit)
        result.append(_Panel(array, box, plot, _shares(counts), edges, own))
    return result


def _drawn(found: Spread, panel: _Panel, unit: int | None) -> list[Shape]:
    plot, role = panel.plot, ROLE_OF_ARRAY[panel.array]
    shapes: list[Shape] = [Rect(plot, fill="faint", opacity=0.55), *_saturated(panel)]
    wide = plot.w / len(panel.shares)
    for k, share in enumerate(panel.shares.tolist()):
        tall = share / panel.peak * plot.h
        if tall >= 0.25:
            box = Box(plot.x + k * wide, plot.bottom - tall, max(wide - 0.6, 0.6), tall)
            shapes.append(Rect(box, fill=role, opacity=0.7))
    shapes.append(Line(((plot.x, plot.bottom), (plot.right, plot.bottom)), "edge"))
    if panel.own is not None:
        heights = (plot.bottom - panel.own / panel.peak * plot.h).tolist()
        edges = [plot.x + k * wide for k in range(len(heights) + 1)]
        points = [(edges[0], plot.bottom)]
        for k, y in enumerate(heights):
            points += [(edges[k], y), (edges[k + 1], y)]
        shapes.append(Line((*points, (edges[-1], plot.bottom)), "mark", 1.3))
    return shapes + _axes(panel) + _words(found, panel, unit)


def _saturated(panel: _Panel) -> list[Shape]:
    """The parts of a gate's axis that count as saturated."""
    if panel.array not in ("input_gate", "forget_gate", "output_gate"):
        return []
    plot = panel.plot
    ends = ((plot.x, panel.x(LEFT)), (panel.x(RIGHT), plot.right))
    return [Rect(Box(x, plot.y, end - x, plot.h), fill="edge", opacity=0.45) for x, end in ends]


def _axes(panel: _Panel) -> list[Shape]:
    plot, y = panel.plot, panel.plot.bottom + 12
    low, high = float(panel.edges[0]), float(panel.edges[-1])
    peak = f"{100 * panel.peak:.0f} %" if panel.peak >= 0.095 else f"{100 * panel.peak:.1f} %"
    middle = 0.0 if low < 0 < high else (low + high) / 2
    return [
        Text(plot.x - 4, plot.y + 8, peak, SMALL, "muted", anchor="end"),
        Text(plot.x, y, _edge(low), SMALL, "muted"),
        Text(panel.x(middle), y, _edge(middle), SMALL, "muted", anchor="middle"),
        Text(plot.right, y, _edge(high), SMALL, "muted", anchor="end"),
    ]


def _edge(value: float) -> str:
    """A number on an axis, as short as it can be: 1, −0.25, 1e+06."""
    return f"{value:.3g}".replace("-", MINUS)


def _words(found: Spread, panel: _Panel, unit: int | None) -> list[Shape]:
    """The array's name, and as much of what is told of it as there is room for."""
    x, y, role = panel.plot.x, panel.box.y + 12, f"{ROLE_OF_ARRAY[panel.array]}_text"
    room = panel.plot.w
    layer, own = _told(found, panel.array, unit if panel.own is not None else None)
    lines = round((panel.plot.y - panel.box.y - 17) / LINE)
    names = (NAMES[panel.array], LETTER[panel.array])
    name = first_fitting(names, room, 11, bold=True)
    shapes: list[Shape] = []
    for k, choices in enumerate((layer, own)[:lines]):
        words = first_fitting((*choices, ""), room, SMALL)
        color = "ink" if k else "muted"
        shapes.append(Text(x, y + LINE * (k + 1), words, SMALL, color))
    if not lines:
        name = first_fitting(names[::-1], room, 11, bold=True)
        beside = room - width(name, 11, bold=True) - 10
        words = first_fitting((*layer, ""), beside, SMALL)
        shapes.append(Text(panel.plot.right, y, words, SMALL, "muted", anchor="end"))
    return [Text(x, y, name, 11, role, bold=True), *shapes]


def _told(found: Spread, array: str, unit: int | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is told of all units, and of the pinned one: each from long to short."""
    if array in found.shares:
        shares = found.shares[array]
        whole = _ends(*shares.mean(axis=0).tolist())
        if array in found.lacking:
            coupled = array == "forget_gate" and found.coupled
            word = "f = 1 − i" if coupled else "this layer has no such gate"
            whole = (f"{whole[0]}  ·  {word}", *whole) if coupled else (word, "absent")
        if unit is None:
            return whole, ()
        return whole, tuple(f"unit {unit:,}: {words}" for words in _ends(*shares[unit].tolist()))
    values = getattr(found.way, array)
    if unit is None:
        other = values.shape[1] != found.way.cell_state.shape[1]
        return _range(values), (("its units are not those of c", "other units"))[: 2 * other]
    own = tuple(f"unit {unit:,}: {words}" for words in _range(values[:, unit]))
    return _range(values), own


def _ends(left: float, right: float) -> tuple[str, ...]:
    """How often a gate is below 0.1 and above 0.9."""
    low, high = f"{100 * left:.0f} %", f"{100 * right:.0f} %"
    return (
        f"{low} below {LEFT:g}, {high} above {RIGHT:g}",
        f"{low} < {LEFT:g}, {high} > {RIGHT:g}",
        f"{low} | {high}",
    )


def _range(values: NDArray[np.floating]) -> tuple[str, ...]:
    """Mean, least and largest of what is finite, and how much is not."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return ("not a number", "NaN")
    mean = number(float(finite.mean(dtype=np.float64)), 2)
    low, high = number(float(finite.min()), 2), number(float(finite.max()), 2)
    broken = f", {values.size - finite.size:,} not finite" if finite.size < values.size else ""
    ends = f"{low} to {high}"
    return (f"{ends}, mean {mean}{broken}", f"{ends}{broken}", ends)


@dataclass(frozen=True)
class _Word:
    """A piece of a line: where it begins, and the unit that it stands for."""

    x: float
    text: str
    unit: int | None = None

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + width(self.text, 11)


def _listed(found: Quiet, w: float, h: float) -> list[list[_Word]]:
    """Dead and constant units by number, a line each (up to three where there is much room)."""
    most = 3 if h >= 480 else 1
    dead, constant = f"|m| stays below {STILL:g}", f"c moves by less than {STILL:g}"
    return [
        *_numbers("Dead units", dead, found.dead.tolist(), w - 20, most),
        *_numbers("Constant units", constant, found.constant.tolist(), w - 20, most),
    ]


def _numbers(kind: str, why: str, units: list[int], right: float, most: int) -> list[list[_Word]]:
    """Words and the units' numbers in lines that end before `right`; what is left out is told."""
    wide = right >= 600
    head = f"{kind} ({why}): " if wide else f"{kind}: "
    if not units:
        return [[_Word(20, head + "none")]]
    line = [_Word(20, head + (f"{len(units):,}, " if len(units) > 9 else ""))]
    lines = [line]
    for k, unit in enumerate(units):
        last = k == len(units) - 1
        word = _Word(line[-1].right + 3, f"{unit}" + ("" if last else ","), unit)
        rest = f"… and {len(units) - k:,} more"
        tail = 0.0 if len(lines) < most or last else width(rest, 11) + 6
        if word.right + tail > right:
            if len(lines) == most:
                line.append(_Word(line[-1].right + 3, rest))
                break
            word = _Word(20, word.text, unit)
            line = []
            lines.append(line)
        line.append(word)
    return lines


def _line_y(k: int, lines: int, h: float) -> float:
    """The baseline of a line of numbers."""
    return h - 10 - 17 * (lines - 1 - k)


def _spot(
    panels: list[_Panel],
    listed: list[list[_Word]],
    unit: int | None,
    size: tuple[float, float],
    x: float,
    y: float,
) -> Spot | None:
    for k, line in enumerate(listed):
        base = _line_y(k, len(listed), size[1])
        for word in line:
            if word.unit is not None and base - 12 <= y < base + 5 and word.x <= x < word.right:
                words = f"unit {word.unit:,}: a click pins it"
                return Spot(words, word.unit, {"unit": word.unit})
    panel = next((panel for panel in panels if panel.plot.contains(x, y)), None)
    if panel is None:
        return None
    at = min(int((x - panel.plot.x) / panel.plot.w * len(panel.shares)), len(panel.shares) - 1)
    low, high = number(float(panel.edges[at]), 2), number(float(panel.edges[at + 1]), 2)
    own = ""
    if panel.own is not None:
        own = f", {100 * panel.own[at]:.3g} % of unit {unit}’s"
    return Spot(
        f"{LETTER[panel.array]} from {low} to {high}: {100 * panel.shares[at]:.3g} % of all "
        f"values{own}"
    )


QUESTION = Question(
    answer=_answer,
    page=_page,
    page_fields=("unit",),
)
