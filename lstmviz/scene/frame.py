"""What changes from moment to moment: values, work under way, marks and words."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from lstmviz.engine.spec import NetworkSpec
from lstmviz.scene.diagram import (
    SMALL,
    Card,
    Diagram,
    Wire,
    operation_shapes,
    pill_shapes,
    wire_line,
)
from lstmviz.scene.metrics import fit, width
from lstmviz.scene.moment import Moment, colormap_of, made_in
from lstmviz.scene.shapes import Box, Cells, Point, Rect, Shape, Text
from lstmviz.scene.words import caption, number

TOKEN = 22.0
"""Side of the little card of values that travels along a wire."""


def frame_shapes(
    diagram: Diagram, moments: Mapping[int, Moment], spec: NetworkSpec
) -> tuple[Shape, ...]:
    """Everything drawn over `static_shapes(diagram)`.

    `moments` maps steps from the current one to what they show (only 0 in the cell view); it is
    empty while there is nothing computed.
    """
    shapes: list[Shape] = []
    now = moments.get(0)
    if now is not None:
        shapes += _work(diagram, now)
    for card in diagram.cards:
        shapes += _card_values(card, moments.get(card.offset))
    if now is not None:
        shapes += _tokens(diagram, now)
        shapes += _caption(diagram, now, spec)
    for label in diagram.step_labels:
        moment = moments.get(label.offset)
        if moment is not None:
            text = f"t = {moment.step:,}"
            color = "ink" if label.offset == 0 else "muted"
            shapes.append(Text(*label.at, text, 12, color, bold=not label.offset, anchor="middle"))
    if diagram.problem:
        shapes += _problem(diagram)
    return tuple(shapes)


def _work(diagram: Diagram, now: Moment) -> list[Shape]:
    """Wires and operations of the stage under way, in full colour over the resting ones."""
    shapes: list[Shape] = []
    busy = [wire for wire in diagram.wires if wire.stage == now.stage and wire.offset == 0]
    for wire in busy:
        shapes.append(wire_line(wire, active=True))
    for wire in busy:
        shapes += pill_shapes(wire)
    for operation in diagram.operations:
        if operation.stage == now.stage and operation.offset == 0:
            shapes += operation_shapes(operation, active=True)
    return shapes


def _card_values(card: Card, moment: Moment | None) -> list[Shape]:
    values = moment.values.get(card.array) if moment else None
    if values is not None and card.index is not None:
        values = values[card.index : card.index + 1]
    grid = card.grid
    if moment is None or values is None:
        return [Cells(grid, card.columns, card.count, None, "sequential", 0.0, 1.0)]
    low, high = moment.limits[card.array]
    made = card.stage is not None and card.stage == moment.stage and card.offset == 0
    opacity = 1.0
    if made:
        opacity = 0.15 + 0.85 * max(0.0, moment.progress * 2 - 1)
    elif card.offset > 0:
        opacity = 0.35
    shapes: list[Shape] = []
    if made:
        shapes.append(Rect(card.box, stroke=card.role, width=2.6, radius=4 if card.small else 7))
    shapes.append(
        Cells(grid, card.columns, card.count, values, colormap_of((low, high)), low, high, opacity)
    )
    shapes += _marks(card, moment)
    if card.index is not None:
        words = number(float(values[0]), short=True)
        shapes.append(Text(card.box.center[0], card.box.bottom + 12, words, 10, anchor="middle"))
        return shapes
    shapes += _symbol(card, moment) if card.small else _footer(card, moment)
    return shapes


def _symbol(card: Card, moment: Moment) -> list[Shape]:
    """Under a small card: the symbol read, or the one the output finds likeliest."""
    values = moment.values[card.array]
    if card.array in ("input", "network.input") and moment.label is not None:
        text = f"“{moment.label}”"
    elif card.array in ("output", "network.output") and len(moment.columns) == len(values):
        text = f"“{moment.columns[int(values.argmax())]}”"
    else:
        return []
    if card.beside:
        return [Text(card.box.right + 10, card.box.center[1] + 5, text, 13, "ink", bold=True)]
    return [Text(card.box.center[0], card.box.bottom + 17, text, 12, "ink", anchor="middle")]


def _marks(card: Card, moment: Moment) -> list[Shape]:
    """The hovered and the pinned unit, where square k is unit k; else what is asked for."""
    shapes: list[Shape] = []
    marks: tuple[tuple[int | None, float], ...] = ()
    if card.unit == "cell" or (card.unit == "hidden" and _same_units(moment)):
        marks = ((moment.pinned, 1.8), (moment.hover, 1.3))
    elif moment.asked is not None and card.array == moment.asked[0]:
        marks = ((moment.asked[1], 1.8),)
    for unit, stroke in marks:
        here = card.index is None or card.index == unit
        if unit is not None and here and unit < max(card.count, (card.index or 0) + 1):
            box = card.unit_box(unit)
            grown = box.inset(min(-0.5, (box.w - 8) / 2 if box.w < 8 else -0.5))
            shapes.append(Rect(grown, stroke="mark", width=stroke, radius=1))
    return shapes


def _same_units(moment: Moment) -> bool:
    """Whether hidden unit k is cell unit k: there is no projection between them."""
    return "project" not in moment.order


def _footer(card: Card, moment: Moment) -> list[Shape]:
    """At the foot of a card, right: the symbol read, or the focus unit's value."""
    values = moment.values[card.array]
    if card.array == "input" and moment.label is not None:
        text, color = f"“{moment.label}”", "ink"
    elif card.unit == "cell" or (card.unit == "hidden" and _same_units(moment)):
        text, color = number(float(values[moment.focus]), short=True), f"{card.role}_text"
    else:
        return []
    room = card.box.w - 22 - width(str(card.count), SMALL)
    text = fit(text, room, SMALL)
    return [Text(card.box.right - 8, card.box.bottom - 6, text, SMALL, color, anchor="end")]


def ease(progress: float) -> float:
    """Smoothstep: slow at both ends."""
    p = min(max(progress, 0.0), 1.0)
    return p * p * (3 - 2 * p)


def _tokens(diagram: Diagram, now: Moment) -> list[Shape]:
    """The vectors under way, each as a small grid of its values on its wire.

    What was there before this stage travels in the first half, what it makes in the second.
    """
    if now.progress >= 1.0:
        return []
    shapes: list[Shape] = []
    for wire in diagram.wires:
        if wire.stage != now.stage or wire.offset != 0 or wire.thin:
            continue
        made = made_in(wire.array, now.order, now.variant)
        late = made == now.stage
        share = now.progress * 2 - (1.0 if late else 0.0)
        if 0.0 <= share <= 1.0:
            shapes += _token(wire, now, point_along(wire.points, ease(share)))
    return shapes


def _token(wire: Wire, now: Moment, at: Point) -> list[Shape]:
    x, y = at
    box = Box(x - TOKEN / 2, y - TOKEN / 2, TOKEN, TOKEN)
    shapes: list[Shape] = [Rect(box, fill="card", stroke=wire.role, width=1.6, radius=4)]
    values = now.values.get(wire.array)
    if values is not None and wire.array in now.limits:
        low, high = now.limits[wire.array]
        columns = max(1, round(len(values) ** 0.5))
        shapes.append(
            Cells(box.inset(3), columns, len(values), values, colormap_of((low, high)), low, high)
        )
    return shapes


def point_along(points: tuple[Point, ...], share: float) -> Point:
    """The point a `share` 0…1 of the way along a polyline."""
    lengths = [((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5 for (ax, ay), (bx, by) in pairwise(points)]
    left = share * sum(lengths)
    for (ax, ay), (bx, by), length in zip(points, points[1:], lengths, strict=False):
        if left <= length and length > 0:
            return (ax + (bx - ax) * left / length, ay + (by - ay) * left / length)
        left -= length
    return points[-1]


def _caption(diagram: Diagram, now: Moment, spec: NetworkSpec) -> list[Shape]:
    """Where we are, over the formula and its real numbers; these go up if they do not fit."""
    where, formula, real = caption(now, spec)
    if diagram.headline is not None:
        formula, real = diagram.headline
        if spec.last_step and now.step < now.steps - 1:
            real = f"what leaves at the top is as if the sequence ended at step {now.step:,}"
    room, y = diagram.width - 10, 37.0
    start = 10 + width(formula, 14, bold=True) + 18
    if start + width(real, 13) > room:
        start, y = 10 + width(where, 12) + 18, 16.0
    return [
        Text(10, 16, where, 12, "muted"),
        Text(10, 37, fit(formula, room - 10, 14, bold=True), 14, "ink", bold=True),
        Text(start, y, fit(real, room - start, 13), 13, "ink"),
    ]


def _problem(diagram: Diagram) -> list[Shape]:
    """Why nothing is computed, across the top."""
    text = diagram.problem or ""
    head, _, mend = text.partition(". ")
    return [
        Rect(Box(6, 3, diagram.width - 12, 42), fill="bad_fill", stroke="bad", radius=8),
        Text(18, 20, head + ".", 12, "bad", bold=True),
        Text(18, 37, mend, 12, "ink"),
    ]
