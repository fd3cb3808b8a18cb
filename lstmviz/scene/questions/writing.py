"""Words and axes that the pages of questions share."""

from __future__ import annotations

from collections.abc import Sequence as Items
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmviz.engine.spec import NetworkSpec
from lstmviz.inputs.sequence import Sequence
from lstmviz.scene.metrics import fit, text_box, width
from lstmviz.scene.pointing import NAMED
from lstmviz.scene.shapes import Box, Rect, Shape, Text
from lstmviz.scene.timeaxis import SMALL, nice_step
from lstmviz.scene.words import number


def wrapped(text: str, room: float, size: int, *, bold: bool = False) -> list[str]:
    """Words in lines that fit in `room` pixels."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size, bold=bold) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def sentences(told: Items[str], room: float, size: int, most: int = 2) -> list[str]:
    """As many whole sentences as fit in `most` lines of `room` pixels, the first in any case."""
    count = len(told)
    while count > 1 and len(wrapped(" ".join(told[:count]), room, size)) > most:
        count -= 1
    return wrapped(" ".join(told[:count]), room, size)[:most]


def step_words(sequence: Sequence | None, step: int) -> str:
    """A step with what is read there: step 12 “s”."""
    if sequence is None or not sequence.symbolic:
        return f"step {step:,}"
    label = sequence.labels[step]
    return f"step {step:,} “{NAMED.get(label, label)}”"


def place_words(spec: NetworkSpec, layer: int, direction: str) -> str:
    """Which layer and direction, as far as there is more than one: layer 1, backward."""
    words = [f"layer {layer}"] if len(spec.layers) > 1 else []
    if spec.layers[layer].directions != ("forward",):
        words.append(direction)
    return ", ".join(words)


def signed(value: float, digits: int = 3) -> str:
    """A number with its sign: +0.41, −0.02."""
    return ("+" if value > 0 else "") + number(value, digits)


def first_fitting(choices: Items[str], room: float, size: int, *, bold: bool = False) -> str:
    """The first of some words, from long to short, that fits in `room`; the last cut to it."""
    for words in choices:
        if width(words, size, bold=bold) <= room:
            return words
    return fit(choices[-1], room, size, bold=bold)


@dataclass(frozen=True)
class StepAxis:
    """Steps first..last (exclusive) along a box, left to right."""

    box: Box
    first: int
    last: int

    @property
    def pitch(self) -> float:
        """Pixels a step takes."""
        return self.box.w / (self.last - self.first)

    def x(self, step: float) -> float:
        """Where a step begins."""
        return self.box.x + (step - self.first) * self.pitch

    def at(self, x: float) -> int:
        """The step at a place, the nearest shown one beside the box."""
        step = self.first + int((x - self.box.x) // self.pitch)
        return min(max(step, self.first), self.last - 1)

    def edges(self, most: int | None = None) -> NDArray[np.int64]:
        """Steps that part the axis into columns of at least a pixel (at most `most` of them)."""
        steps = self.last - self.first
        columns = max(1, min(steps, int(self.box.w) if most is None else most))
        return self.first + np.arange(columns + 1) * steps // columns

    def numbers(self, y: float) -> list[Shape]:
        """Numbers of steps on a line whose baseline is y."""
        every = nice_step((width(str(self.last), SMALL) + 16) / self.pitch)
        first = -(-self.first // every) * every
        return [
            Text(self.x(step + 0.5), y, f"{step}", SMALL, "muted", anchor="middle")
            for step in range(first, self.last, every)
        ]

    def badge(self, step: int, y: float, name: str | None = None) -> list[Shape]:
        """The current step, or its `name`, in a badge; the numbers that it cuts are covered."""
        if not self.first <= step < self.last:
            return []
        told = f"{step}" if name is None else name
        words = Text(self.x(step + 0.5), y, told, SMALL, "on_accent", True, anchor="middle")
        around = text_box(words)
        badge = Box(around.x - 4, y - 10, around.w + 8, 14)
        boxes = [text_box(text) for text in self.numbers(y) if isinstance(text, Text)]
        cut = [Rect(box.inset(-1), fill="panel") for box in boxes if box.overlaps(badge)]
        return [*cut, Rect(badge, "accent", radius=3), words]


def shown_steps(first: float, last: float | None, steps: int) -> tuple[int, int]:
    """The whole steps of a zoomed part of a run: first, and last exclusive."""
    low = min(max(int(first), 0), steps - 1)
    high = steps if last is None else min(int(-(-last // 1)), steps)
    return low, max(high, low + 1)
