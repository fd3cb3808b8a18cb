"""What stands on one level of a stack: its words, its values, and the switch of a layer."""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.engine.spec import NetworkSpec
from lstmviz.scene.diagram import Card, Control, Operation, Parts, Wire
from lstmviz.scene.levels import ARROWS, Level
from lstmviz.scene.shapes import Box, Disc, Rect, Text

MOST = 1024
"""Most values of an input drawn as squares: of an embedding's many symbols only the name."""
SWITCH = "return_sequences"


@dataclass(frozen=True)
class Style:
    """Roomy levels have labels under their values; others are half as high."""

    roomy: bool
    gap: float


def contents(
    spec: NetworkSpec, level: Level, box: Box, style: Style, *, looked: tuple[int, str]
) -> Parts:
    """Everything inside the box of a level; `looked` is the layer and direction looked at."""
    result = Parts()
    viewed = level.kind == "lstm" and level.index == looked[0]
    role = {"lstm": "h", "head": "y"}.get(level.kind, "x")
    broken = level.kind == "lstm" and not spec.layers[level.index].possible
    stroke = "bad" if broken else "accent" if viewed else "edge"
    frame = Rect(box, "faint", stroke, 2.2 if viewed or broken else 1.2, radius=10)
    result.backdrop.append(frame)
    _name(result, level, box, style, role)
    if level.kind == "lstm":
        _layer(result, spec, level, box, style, looked)
        _switch(result, spec, level, box, style)
        tip = f"Look at layer {level.index}"
        result.controls.insert(0, Control(box, "layer", level.index, tip))
    else:
        _values(result, spec, level, box, style, role)
    return result


def _name(result: Parts, level: Level, box: Box, style: Style, role: str) -> None:
    """What it is, in words at the left."""
    lines: list[Word] = [(level.name, 14 if style.roomy else 12, f"{role}_text", True)]
    lines.append((level.detail, 12 if style.roomy else 10, "muted", False))
    if level.parameters is not None:
        lines.append((f"{level.parameters:,} parameters", lines[1][1], "muted", False))
    if not style.roomy and box.h < 46 and len(lines) == 3:
        lines = _two_lines(level, f"{role}_text")
    pitch = 16 if style.roomy else 14
    y = box.center[1] - (len(lines) - 1) * pitch / 2 + 4
    for text, size, color, bold in lines:
        result.words.append(Text(box.x + 14, y, text, size, color, bold=bold))
        y += pitch


Word = tuple[str, int, str, bool]
"""A text, its size and colour, and whether it is bold."""


def _two_lines(level: Level, color: str) -> list[Word]:
    """The words of a level that has no room for three lines."""
    counted = f"{level.parameters:,} parameters"
    if level.kind == "embedding":
        table = f"{level.detail.removeprefix('table ')} = {level.parameters:,}"
        return [(level.name, 12, color, True), (table, 10, "muted", False)]
    if level.kind != "lstm":
        kind = level.detail.partition(",")[0]
        return [(f"{level.name} {kind}", 12, color, True), (counted, 10, "muted", False)]
    lstm, _, hidden = level.name.partition(" · ")
    second = f"{hidden} · {counted}" if hidden else counted
    return [(f"{level.index} · {lstm}", 12, color, True), (second, 10, "muted", False)]


def _room(box: Box, style: Style) -> tuple[float, float]:
    """Top and bottom of the values of a level."""
    return (box.y + 12, box.bottom - 20) if style.roomy else (box.y + 8, box.bottom - 6)


def _card(
    box: Box, style: Style, x: float, w: float, name: str, role: str, count: int, array: str,
    unit: str = "value", stage: str | None = None, *, beside: bool = False,
) -> Card:  # fmt: skip
    top, bottom = _room(box, style)
    place = Box(x, top, w, bottom - top)
    return Card(name, place, "", role, count, array, stage, unit, small=True, beside=beside)


def _label(result: Parts, card: Card, text: str, style: Style) -> None:
    """What a card shows: beneath it, or the arrow of a direction at its left."""
    role = f"{card.role}_text"
    if style.roomy:
        result.words.append(
            Text(card.box.center[0], card.box.bottom + 14, text, 11, role, anchor="middle")
        )
    elif text[0] in ARROWS.values():
        x, y = card.box.x - 9, card.box.center[1] + 4
        result.words.append(Text(x, y, text[0], 12, role, anchor="middle"))


def _layer(
    result: Parts,
    spec: NetworkSpec,
    level: Level,
    box: Box,
    style: Style,
    looked: tuple[int, str],
) -> None:
    """The hidden state of each direction, and where there are two what they become."""
    cell, k = spec.layers[level.index], level.index
    x, w = (box.x + 210, 110.0) if style.roomy else (box.x + 190, 34.0)
    end = "project" if cell.projected else "output"
    both = len(cell.directions) > 1
    if not both and style.roomy:
        w = 240.0
    cards = []
    for way in cell.directions:
        viewed = (k, way) == looked
        card = _card(
            box, style, x, w, f"h{k}_{way}", "h", cell.hidden_size, f"layer{k}.{way}.hidden_state",
            "hidden" if viewed else "value", end if viewed else None,
        )  # fmt: skip
        cards.append(card)
        arrow = f"{ARROWS[way]} {way} " if both or way == "backward" else ""
        _label(result, card, f"{arrow}h {cell.hidden_size:,}", style)
        grown = Box(card.box.x - 12, box.y + 3, card.box.w + 14, box.h - 6)
        tip = f"Look at layer {k}, {way}" if both else f"Look at layer {k}"
        result.controls.append(Control(grown, "layer", k, tip, way))
        x += w + (14 if style.roomy else 22)
    result.cards += cards
    if both:
        _merge(result, spec, level, box, style, cards)


def _merge(
    result: Parts,
    spec: NetworkSpec,
    level: Level,
    box: Box,
    style: Style,
    cards: list[Card],
) -> None:
    """Both directions into what leaves, by the layer's merge operation."""
    cell, k = spec.layers[level.index], level.index
    forward, backward = cards
    w, apart = 56.0 if style.roomy else 50.0, 20.0 if style.roomy else 12.0
    x, y = backward.box.right + apart + w / 2, forward.box.center[1]
    h, out = cell.hidden_size, cell.output_size
    op = Operation(f"merge{k}", (x, y), cell.merge, "", "h", w, 22)
    merged = _card(
        box, style, x + w / 2 + apart, 130.0 if style.roomy else 42.0, f"out{k}", "h", out,
        f"layer{k}.output",
    )  # fmt: skip
    sums = {"concat": f"{h:,} + {h:,} = {out:,}"}.get(cell.merge, f"out {out:,}")
    _label(result, merged, sums, style)
    over = box.y + 5
    elbow = ((forward.box.center[0], forward.box.y), (forward.box.center[0], over), (x, over),
             (x, y - 11))  # fmt: skip
    straight = ((backward.box.right, y), (x - w / 2, y))
    leave = ((x + w / 2, y), (merged.box.x, y))
    name, array = f"layer{k}", f"layer{k}.output"
    result.operations.append(op)
    result.cards.append(merged)
    result.wires += [
        Wire(f"{name}_forward", elbow, "h", "", f"{name}.forward.hidden_state", h),
        Wire(f"{name}_backward", straight, "h", "", f"{name}.backward.hidden_state", h),
        Wire(f"{name}_merged", leave, "h", "", array, out),
    ]


def _switch(result: Parts, spec: NetworkSpec, level: Level, box: Box, style: Style) -> None:
    """The switch return_sequences, and what leaves with it."""
    on = spec.layers[level.index].return_sequences
    w, size = (122.0, 11) if style.roomy else (108.0, 10)
    x, middle = box.right - w - 12, box.center[1]
    result.words.append(Text(x, middle - 6, SWITCH, size, "ink", mono=True))
    track = Box(x, middle + 3, 28, 14)
    fill = "accent" if on else "card"
    result.backdrop.append(Rect(track, fill, "accent" if on else "muted", 1.2, radius=7))
    knob = (track.right - 7 if on else track.x + 7, middle + 10)
    result.backdrop.append(Disc(knob, 4.6, "on_accent" if on else "muted"))
    result.words.append(Text(track.right + 7, middle + 14, "on" if on else "off", 11, "ink"))
    tip = "Switch return_sequences off: only the final state leaves"
    if not on:
        tip = "Switch return_sequences on: the hidden state of each step leaves"
    place = Box(x - 5, middle - 20, w + 10, 40)
    result.controls.append(Control(place, SWITCH, level.index, tip))


def _values(
    result: Parts, spec: NetworkSpec, level: Level, box: Box, style: Style, role: str
) -> None:
    """The values of an input, an embedding or a head."""
    last = level.kind == "head" and level.index == len(spec.heads) - 1
    array = {"input": "network.input", "embedding": "embedded"}.get(
        level.kind, "network.output" if last else f"head{level.index}"
    )
    if level.width > MOST and level.kind == "input":
        return
    x, w = (box.x + 210, 240.0) if style.roomy else (box.x + 190, 42.0)
    if level.kind == "input" and level.width < 8 and style.roomy:
        w = 96.0
    card = _card(box, style, x, w, f"{level.kind}{level.index}", role, level.width, array,
                 "value", "head" if last else None, beside=True)  # fmt: skip
    result.cards.append(card)
    name = {"input": "x", "embedding": "embedded"}.get(level.kind, "y")
    _label(result, card, f"{name} {level.width:,}", style)
    if level.kind == "head":
        each = "at each step" if level.timed else "on the last step"
        if style.roomy:
            each = "the same weights at every step" if level.timed else "on the last step alone"
        size = 12 if style.roomy else 10
        result.words.append(
            Text(box.right - 14, box.center[1] + 4, each, size, "muted", anchor="end")
        )
