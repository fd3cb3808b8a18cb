"""The time axis under the heatmaps: numbers of steps, or seconds."""

from __future__ import annotations

from math import ceil, log10

from lstmviz.scene.heatlayout import HeatmapLayout, step_x
from lstmviz.scene.metrics import text_box, width
from lstmviz.scene.shapes import Box, Rect, Shape, Text

SMALL = 10
"""Size of numbers and notes."""


def nice_step(least: float) -> int:
    """The smallest of 1, 2, 5, 10, 20 … that is at least `least`."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power >= least:
                return factor * power
        power *= 10


def tick_step(place: HeatmapLayout) -> int:
    """How many steps lie between two numbers of the time axis."""
    return nice_step((width(str(place.last), SMALL) + 16) / place.pitch)


def ticks(place: HeatmapLayout, every: int) -> range:
    """The shown steps that are multiples of `every`."""
    return range(ceil(place.first / every) * every, place.last, every)


def step_numbers(place: HeatmapLayout, step: int | None = None) -> list[Shape]:
    """The numbers of the time axis, without those the badge of `step` would lie on."""
    shapes: list[Shape] = []
    for axis in place.axes:
        badge = _badge(place, axis, step)
        for text in _step_texts(place, axis):
            if badge is None or not text_box(text).overlaps(badge):
                shapes.append(text)
    return shapes


def step_badges(place: HeatmapLayout, step: int, cover: bool = False) -> list[Shape]:
    """The current step in a badge on each time axis; `cover` paints out the numbers it lies on."""
    shapes: list[Shape] = []
    for axis in place.axes:
        badge = _badge(place, axis, step)
        if badge is None:
            continue
        if cover:
            for text in _step_texts(place, axis, near=step):
                box = text_box(text)
                if box.overlaps(badge):
                    shapes.append(Rect(box.inset(-1), fill="panel"))
        words, x = moment_text(place, step), badge.center[0]
        shapes.append(Rect(badge, fill="accent", radius=3))
        shapes.append(Text(x, axis.y + 12, words, SMALL, "on_accent", bold=True, anchor="middle"))
    return shapes


def _step_texts(place: HeatmapLayout, axis: Box, near: int | None = None) -> list[Text]:
    """The numbers of one time axis, or only those beside a step."""
    return [
        Text(step_x(place, axis, at + 0.5), axis.y + 12, words, SMALL, "muted", anchor="middle")
        for at, words, every in _marks(place)
        if near is None or abs(at - near) <= every
    ]


def _marks(place: HeatmapLayout) -> list[tuple[float, str, float]]:
    """(step, what is written there, steps between two) of every number, or time in seconds."""
    if place.seconds is None:
        every = tick_step(place)
        return [(step, f"{step}", every) for step in ticks(place, every)]
    room = width(moment_text(place, place.last), SMALL) + 16
    apart = nice_step(room / place.pitch * place.seconds * 1e6)  # microseconds
    first = ceil(place.first * place.seconds * 1e6 / apart)
    last = ceil((place.last - 1) * place.seconds * 1e6 / apart)
    per = apart / 1e6 / place.seconds
    marks = [(k * per, f"{k * apart / 1e6:g}", per) for k in range(first, last + 1)]
    return [mark for mark in marks if place.first <= mark[0] <= place.last - 1]


def moment_text(place: HeatmapLayout, step: int) -> str:
    """A step as the axis has it: its number, or its time in seconds."""
    if place.seconds is None:
        return f"{step}"
    digits = max(0, min(6, ceil(-log10(place.seconds)) + 1)) if place.seconds < 1 else 1
    return f"{step * place.seconds:.{digits}f}"


def _badge(place: HeatmapLayout, axis: Box, step: int | None) -> Box | None:
    if step is None or not place.first <= step < place.last:
        return None
    half = width(moment_text(place, step), SMALL, bold=True) / 2 + 4
    x = step_x(place, axis, step + 0.5)
    return Box(x - half, axis.y + 2, 2 * half, 14)
