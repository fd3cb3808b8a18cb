"""How often gates are saturated: the scatter of Karpathy, Johnson & Fei-Fei 2015, every layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.statistics import LEFT, RIGHT, saturation
from lstmviz.engine.spec import LETTERS
from lstmviz.engine.variant import SWITCHES
from lstmviz.scene.colors import ROLE_OF_ARRAY
from lstmviz.scene.metrics import fit, width
from lstmviz.scene.questions.page import Page, Question, Spot
from lstmviz.scene.questions.writing import sentences
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Box, Disc, Line, Rect, Shape, Text
from lstmviz.scene.timeaxis import SMALL
from lstmviz.session import View

Numbers = NDArray[np.float64]
Place = tuple[int, str]

MOST = 8
"""Layers (each direction for itself) that stand side by side."""
LARGEST = 320.0
"""A scatter's largest side."""
SAID = {
    "> 0.9": "upwards: at how many of the steps the gate is above 0.9, wide open",
    **dict.fromkeys(
        ("share of steps below 0.1", "below 0.1"),
        "to the right: at how many of the steps the gate is below 0.1, shut",
    ),
    "input gate": "how much of the candidate is written into c",
    "forget gate": "how much of the cell state before is kept",
    "output gate": "how much of tanh c is handed on",
}
TELLS = 104.0
"""From this side on a scatter has room for its means."""
NEAR = 9.0
"""Pixels from which the pointer finds a unit."""
LEFT_ROOM, TOP_ROOM, GAP = 52.0, 27.0, 18.0
"""Room left of all scatters, above each, and between two."""


@dataclass(frozen=True, eq=False)
class Saturated:
    """The answer: of every layer and direction, gate → (C, 2) shares, below 0.1 and above 0.9."""

    places: dict[Place, dict[str, Numbers]]
    steps: int
    lacking: dict[Place, tuple[str, ...]]


def _answer(run: Run, view: View) -> Saturated:
    assert run.trace is not None and run.spec is not None
    places = [(k, way) for k, cell in enumerate(run.spec.layers) for way in cell.directions]
    return Saturated(
        {place: saturation(run.trace, *place) for place in places},
        run.trace.steps,
        {place: run.spec.layers[place[0]].variant.lacking for place in places},
    )


@dataclass(frozen=True, eq=False)
class _Scatter:
    """One gate of one layer: its square, and where its units are in it (C, 2)."""

    place: Place
    gate: str
    box: Box
    points: Numbers
    shares: Numbers


def _page(found: Saturated, run: Run, view: View, w: float, h: float) -> Page:
    scatters = _scatters(found, view, w, h)

    def marks(now: View) -> tuple[Shape, ...]:
        return tuple(shape for each in scatters for shape in _marks(each, now))

    def spot(now: View, x: float, y: float) -> Spot | None:
        return next((s for each in scatters if (s := _spot(each, found, x, y))), None)

    return Page(tuple(_rest(found, scatters, w)), marks, spot, said=SAID)


def _shown(found: Saturated, view: View) -> list[Place]:
    """The layers that stand side by side: those about the one looked at where there are more."""
    places = list(found.places)
    at = next((k for k, place in enumerate(places) if place[0] >= view.layer), 0)
    first = max(0, min(at - MOST // 2, len(places) - MOST))
    return places[first : first + MOST]


def _scatters(found: Saturated, view: View, w: float, h: float) -> list[_Scatter]:
    """Squares in a grid, layers across and gates down or the other way, whichever is larger.

    On a low page all stand in a row.
    """
    places, top = _shown(found, view), 66.0
    across = len(places), len(SWITCHES)
    grids = (across, across[::-1], (len(places) * len(SWITCHES), 1))

    def side(columns: int, rows: int) -> float:
        wide = (w - LEFT_ROOM - 20 - GAP * (columns - 1)) / columns
        tall = (h - top - 34 - (TOP_ROOM + 6) * (rows - 1) - TOP_ROOM) / rows
        return max(min(wide, tall, LARGEST), 12.0)

    columns, rows = max(grids, key=lambda grid: side(*grid))
    size = side(columns, rows)
    layers_across = (columns, rows) == across
    spread = min(GAP + 60, (w - LEFT_ROOM - 20 - size * columns) / max(columns - 1, 1))
    spread = max(spread, GAP if columns > 1 else 0.0)
    used = rows * (size + TOP_ROOM + 6) - 6
    top += min(max(h - top - 34 - used, 0) / 2, 24.0)
    start = LEFT_ROOM + (w - LEFT_ROOM - 20 - size * columns - spread * (columns - 1)) / 2
    result = []
    for k, place in enumerate(places):
        for g, gate in enumerate(SWITCHES):
            column, row = (k, g) if layers_across else (g, k)
            if rows == 1:
                column, row = k * len(SWITCHES) + g, 0
            x = max(start, LEFT_ROOM) + column * (size + spread)
            y = top + TOP_ROOM + row * (size + TOP_ROOM + 6)
            box = Box(x, y, size, size)
            shares = found.places[place][gate]
            points = np.stack([x + shares[:, 0] * size, y + (1 - shares[:, 1]) * size], axis=1)
            result.append(_Scatter(place, gate, box, points, shares))
    return result


def _rest(found: Saturated, scatters: list[_Scatter], w: float) -> list[Shape]:
    steps = f"{found.steps:,} step{'s' * (found.steps != 1)}"
    told = (
        f"Each circle is a unit: its share of {steps} with the gate below {LEFT:g} (across) and "
        f"above {RIGHT:g} (up).",
        "On the slanted line the gate is always one or the other.",
    )
    shapes: list[Shape] = [Text(20, 28, "How often gates are saturated", 14, "ink", bold=True)]
    for k, line in enumerate(sentences(told, w - 40, 11)):
        shapes.append(Text(20, 47 + 14 * k, line, 11, "muted"))
    for each in scatters:
        shapes += _frame(each, found, scatters)
    return shapes


def _frame(each: _Scatter, found: Saturated, scatters: list[_Scatter]) -> list[Shape]:
    """A square with its title, the slanted line, the numbers of its outer edges, and the units."""
    box, role = each.box, ROLE_OF_ARRAY[each.gate]
    shapes: list[Shape] = [
        Rect(box, fill="faint", opacity=0.55),
        Line(((box.x, box.y), (box.right, box.bottom)), "edge", 1.0, dashed=True),
        Rect(box, stroke="edge"),
        *_title(each, scatters),
    ]
    leftmost = min(other.box.x for other in scatters)
    if box.x == leftmost:
        shapes += [
            Text(box.x - 10, box.bottom, "0", SMALL, "muted", anchor="end"),
            Text(box.x - 10, box.y + 8, "1", SMALL, "muted", anchor="end"),
        ]
        if box.h >= 70:
            shapes.append(
                Text(box.x - 10, box.center[1] + 3, f"> {RIGHT:g}", SMALL, "muted", anchor="end")
            )
    if box.bottom == max(other.box.bottom for other in scatters):
        y = box.bottom + 17
        shapes += [
            Text(box.x, y, "0", SMALL, "muted"),
            Text(box.right, y, "1", SMALL, "muted", anchor="end"),
        ]
        words = (f"share of steps below {LEFT:g}", f"below {LEFT:g}", f"< {LEFT:g}")
        axis = next((word for word in words if width(word, SMALL) + 28 <= box.w), "")
        shapes.append(Text(box.center[0], y, axis, SMALL, "muted", anchor="middle"))
    shapes += _means(each, found)
    radius = _radius(each)
    shapes += [Disc((x, y), radius, fill=role, opacity=0.5) for x, y in each.points.tolist()]
    return shapes


def _title(each: _Scatter, scatters: list[_Scatter]) -> list[Shape]:
    """The gate's name, as long as there is room for all of them, and the layer's if several."""
    box, role = each.box, f"{ROLE_OF_ARRAY[each.gate]}_text"
    forms = [_names(other, scatters) for other in scatters]
    room = box.w + 10
    fitting = (
        k for k in range(len(forms[0])) if all(width(n[k], 11, bold=True) <= room for n in forms)
    )
    name = fit(_names(each, scatters)[next(fitting, -1)], room, 11, bold=True)
    return [Text(box.x, box.y - 9, name, 11, role, bold=True)] if name else []


def _names(each: _Scatter, scatters: list[_Scatter]) -> list[str]:
    """What a square is called, from long to short."""
    gate, letter = each.gate.replace("_", " "), LETTERS[each.gate]
    if len({other.place for other in scatters}) == 1:
        return [gate, letter]
    layer, way = each.place
    ways = len({other.place for other in scatters if other.place[0] == layer}) > 1
    name = f"{layer}{('→' if way == 'forward' else '←') * ways}"
    return [f"layer {name} · {gate}", f"layer {name} · {letter}", f"{name} {letter}"]


def _means(each: _Scatter, found: Saturated) -> list[Shape]:
    """The means, where no circle can be: a gate is never both at once."""
    box = each.box
    if box.w < TELLS:
        return []
    left, right = each.shares.mean(axis=0)
    lines = [f"{100 * right:.0f} % > {RIGHT:g}", f"{100 * left:.0f} % < {LEFT:g}"]
    if each.gate in found.lacking[each.place]:
        coupled = each.gate == "forget_gate" and "input_gate" not in found.lacking[each.place]
        lines.append("f = 1 − i" if coupled and not (each.shares == [0, 1]).all() else "absent")
    return [
        Text(box.right - 7, box.y + 16 + 14 * k, line, SMALL, "muted", anchor="end")
        for k, line in enumerate(lines)
    ]


def _radius(each: _Scatter) -> float:
    """Larger circles where there are few units and much room."""
    crowd = 4.5 if len(each.points) <= 64 else 3.5 if len(each.points) <= 256 else 2.5
    return float(min(crowd, max(each.box.w / 30, 1.5)))


def _marks(each: _Scatter, view: View) -> list[Shape]:
    """The pinned and the hovered unit, in every gate of the layer looked at."""
    if each.place != (view.layer, view.direction):
        return []
    radius, shapes = _radius(each) + 2.0, []
    for unit, stroke in ((view.hover, 1.2), (view.unit, 1.8)):
        if unit is not None and unit < len(each.points):
            x, y = each.points[unit].tolist()
            shapes.append(Disc((x, y), radius, stroke="mark", width=stroke))
    return list(shapes)


def _spot(each: _Scatter, found: Saturated, x: float, y: float) -> Spot | None:
    """The unit nearest to a point, if one is near."""
    if not each.box.inset(-NEAR).contains(x, y):
        return None
    far = np.hypot(each.points[:, 0] - x, each.points[:, 1] - y)
    unit = int(far.argmin())
    if far[unit] > NEAR:
        return None
    left, right = each.shares[unit]
    same = int((np.hypot(*(each.points - each.points[unit]).T) < 1).sum()) - 1
    others = f"; {same:,} more here" if same else ""
    layer, way = each.place
    return Spot(
        f"unit {unit} of layer {layer} {way}: {LETTERS[each.gate]} below {LEFT:g} at "
        f"{100 * left:.3g} % of the steps, above {RIGHT:g} at {100 * right:.3g} %{others}",
        unit,
        {"unit": unit, "layer": layer, "direction": way},
    )


QUESTION = Question(
    answer=_answer,
    page=_page,
    fields=(),
    page_fields=("layer",),
)
