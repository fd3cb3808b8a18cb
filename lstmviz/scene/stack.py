"""A whole network as levels above each other, the input at the bottom: from sizes alone."""

from __future__ import annotations

from math import ceil

from lstmviz.engine.spec import NetworkSpec
from lstmviz.scene.diagram import TITLE, Diagram, Parts, Wire
from lstmviz.scene.levels import Level, levels, problem, shape, time_of
from lstmviz.scene.metrics import width
from lstmviz.scene.places import HEIGHT, WIDTH
from lstmviz.scene.shapes import Box, Point, Text
from lstmviz.scene.stacklevel import Style, contents

TOP, BOTTOM = 52.0, 18.0
"""Room for the words above the levels and below them."""
ROOMY, COLUMN = 5, 7
"""Levels that have room for labels, and most levels above each other."""
NARROW = 576.0
"""Width of one of several columns."""


def stack_diagram(
    spec: NetworkSpec,
    layer: int = 0,
    direction: str = "forward",
    steps: int = 0,
    symbolic: bool = False,
) -> Diagram:
    """The levels of a network reading `steps` steps; `layer` and `direction` are looked at."""
    found = levels(spec, steps, symbolic)
    columns = ceil(len(found) / COLUMN)
    roomy = len(found) <= ROOMY
    style = Style(roomy, gap=(36.0 if len(found) < ROOMY else 28.0) if roomy else 24.0)
    page = max(WIDTH, columns * NARROW)
    boxes = _boxes(len(found), columns, page, style)
    picture = Parts()
    for level, box in zip(found, boxes, strict=True):
        picture.add(contents(spec, level, box, style, looked=(layer, direction)))
    for level, box, above in zip(found, boxes, (*boxes[1:], None), strict=True):
        _leave(picture, spec, level, box, above, style, steps, layer)
    picture.words += _notes(page)
    return Diagram(
        page,
        HEIGHT,
        tuple(picture.cards),
        tuple(picture.operations),
        tuple(picture.wires),
        tuple(picture.backdrop),
        tuple(picture.words),
        problem=problem(spec),
        controls=tuple(picture.controls),
        headline=_headline(steps),
    )


def _headline(steps: int) -> tuple[str, str]:
    read = f"one sequence of {time_of(steps)} step{'s' * (steps != 1)}"
    return "shapes are (batch, time, features)", f"batch 1: {read}"


def _notes(page: float) -> list[Text]:
    """What is counted, at the foot."""
    counted = "parameters with one bias a gate, as in Keras; PyTorch has two"
    return [Text(page - 12, HEIGHT - 5, counted, 10, "muted", anchor="end")]


def _boxes(count: int, columns: int, page: float, style: Style) -> list[Box]:
    """The place of each level, from the bottom of the first column up."""
    rows = ceil(count / columns)
    room = HEIGHT - TOP - BOTTOM
    height = min(room / rows - style.gap, 104.0 if style.roomy else 62.0)
    used = rows * (height + style.gap)
    bottom = TOP + used + (room - used) / 2
    pitch = page / columns
    boxes = []
    for index in range(count):
        column, row = divmod(index, rows)
        y = bottom - row * (height + style.gap) - height
        boxes.append(Box(column * pitch + 12, y, pitch - (24 if columns == 1 else 32), height))
    return boxes


def spine(box: Box, style: Style) -> float:
    """Where the wire from level to level runs."""
    return box.x + (100 if style.roomy else 62)


def _leave(
    picture: Parts,
    spec: NetworkSpec,
    level: Level,
    box: Box,
    above: Box | None,
    style: Style,
    steps: int,
    viewed: int,
) -> None:
    """What leaves a level: the wire to the next, its shape on it, and why beside it."""
    x, top = spine(box, style), box.y - style.gap
    points = _route(box, above, x, top, style)
    reads = level.kind != "head" and not _is_layer(level, len(spec.layers) - 1)
    into = 0 if level.kind != "lstm" else level.index + 1
    stage, array = "", _array(spec, level)
    if reads and into == viewed and not (level.kind == "input" and spec.embedding):
        stage = "gather"
    elif _is_layer(level, viewed):
        stage = "project" if spec.layers[viewed].projected else "output"
    role = "bad" if level.fault else {"lstm": "h", "head": "y"}.get(level.kind, "x")
    name, text = f"leave_{level.kind}{level.index}", shape(level, steps)
    y = box.y - 12
    picture.wires.append(Wire(name, points, role, stage, array, level.width, (x, y), label=text))
    start = x + width(text, TITLE, bold=True) / 2 + 15
    told = (level.fault,) if level.fault else level.said
    if level.fault:
        picture.words.append(Text(start, y + 4, "✕", 13, "bad", bold=True))
        start += 18
    small = 12 if style.roomy else 10
    room = box.right - start
    fitting = [said for said in told if said and width(said, small) <= room]
    if fitting:
        color = "bad" if level.fault else "muted"
        picture.words.append(Text(start, y + 4, fitting[0], small, color))


def _is_layer(level: Level, index: int) -> bool:
    return level.kind == "lstm" and level.index == index


def _array(spec: NetworkSpec, level: Level) -> str:
    """The name of what leaves a level."""
    if level.kind == "input":
        return "network.input"
    if level.kind == "embedding":
        return "embedded"
    if level.kind == "lstm":
        return f"layer{level.index}.output"
    return "network.output" if level.index == len(spec.heads) - 1 else f"head{level.index}"


def _route(box: Box, above: Box | None, x: float, top: float, style: Style) -> tuple[Point, ...]:
    """From a level's top up to the next, or to the foot of the next column."""
    if above is None or above.x == box.x:
        return ((x, box.y), (x, top))
    gutter, foot, into = above.x - 10, above.bottom + 9, spine(above, style)
    return ((x, box.y), (x, top + 2), (gutter, top + 2), (gutter, foot), (into, foot),
            (into, above.bottom))  # fmt: skip
