"""A sequence of symbols as running text, each symbol tinted by a number."""

from __future__ import annotations

from collections.abc import Sequence as Items
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lstmviz.scene import raster
from lstmviz.scene.heataxes import SIGNS, TINT, UNSEEN, visible
from lstmviz.scene.metrics import fit, width
from lstmviz.scene.shapes import Box, Heat, Rect, Shape, Text

SIZE = 12
LEAD = 18.0
"""Pixels from one line to the next, of words of that size."""
GAP = 5.0
"""Room between symbols of more than one letter."""


@dataclass(frozen=True)
class Flow:
    """Lines of symbols in a box: each line is the steps first..last, and `lefts` where they stand.

    `words` is what is written for each step; all of one width stand without gaps.
    """

    box: Box
    words: tuple[str, ...]
    lines: tuple[tuple[int, int], ...]
    lefts: NDArray[np.float64]
    widths: NDArray[np.float64]
    joined: bool
    size: int = SIZE

    @property
    def lead(self) -> float:
        """Pixels from one line to the next."""
        return LEAD * self.size / SIZE

    @property
    def rows(self) -> int:
        """How many lines there is room for."""
        return max(1, int(self.box.h // self.lead))

    def line_of(self, step: int) -> int:
        """The line a step stands in."""
        ends = [last for _, last in self.lines]
        return int(np.searchsorted(ends, step, side="right"))

    def top(self, step: int) -> int:
        """The first line shown when `step` is looked at: it is kept in the lower half."""
        line = self.line_of(min(step, len(self.words) - 1))
        return max(min(line - self.rows * 2 // 3, len(self.lines) - self.rows), 0)

    def step_at(self, x: float, y: float, looked: int) -> int | None:
        """The step at a point while `looked` is looked at; None where there is none."""
        if not self.box.contains(x, y):
            return None
        row = int((y - self.box.y) // self.lead)
        line = self.top(looked) + row
        if not 0 <= line < len(self.lines) or row >= self.rows:
            return None
        first, last = self.lines[line]
        at = first + int(np.searchsorted(self.lefts[first:last], x - self.box.x, side="right")) - 1
        return at if at >= first and x - self.box.x < self.lefts[at] + self.widths[at] else None


def flow(labels: Items[str], box: Box, size: int = SIZE) -> Flow:
    """The symbols of a sequence laid out in lines of the box's width; line breaks break lines."""
    return _flow(tuple(labels), box, size)


@lru_cache(maxsize=8)
def _flow(labels: tuple[str, ...], box: Box, size: int) -> Flow:
    written = {label: fit(_shown(label), box.w - 8, size, mono=True) for label in set(labels)}
    wide = {label: width(text, size, mono=True) for label, text in written.items()}
    joined = all(len(label) <= 1 or label in SIGNS for label in written)
    lines: list[tuple[int, int]] = []
    lefts, x, first = [], 0.0, 0
    for step, label in enumerate(labels):
        if x and x + wide[label] > box.w:
            lines.append((first, step))
            first, x = step, 0.0
        lefts.append(x)
        x += wide[label] + (0.0 if joined else GAP)
        if label in ("\n", "↵"):
            lines.append((first, step + 1))
            first, x = step + 1, 0.0
    if first < len(labels):
        lines.append((first, len(labels)))
    words = tuple(written[label] for label in labels)
    widths = np.array([wide[label] for label in labels])
    return Flow(box, words, tuple(lines), np.array(lefts), widths, joined, size)


def _shown(label: str) -> str:
    return " " if label in (" ", "␣") else visible(label)


def paled(indices: raster.Image, colormap: str) -> raster.Image:
    """Colour indices drawn in towards the middle of the map, so that words stay legible on them."""
    image = indices.astype(np.int16)
    middle = 127 if colormap == "diverging" else 0
    pale = np.where(image == raster.MARKED, image, middle + (image - middle) * TINT // 127)
    return pale.astype(np.uint8)


def tinted(
    found: Flow,
    values: NDArray[np.floating],
    limits: raster.Limits,
    step: int,
    colormap: str,
    bare: NDArray[np.bool_] | None = None,
) -> list[Shape]:
    """The lines about a step, each symbol on the pale colour of its value; `step` is outlined.

    Where `bare` is True there is no colour: nothing is said of those steps.
    """
    pale = paled(raster.indices(values, limits), colormap)
    covered = np.ones(len(values), bool) if bare is None else ~bare
    shapes: list[Shape] = []
    top = found.top(step)
    for row, (first, last) in enumerate(found.lines[top : top + found.rows]):
        y = found.box.y + row * found.lead
        shapes += _line(found, first, last, y, pale, colormap, covered)
        if first <= step < last:
            left, wide = found.lefts[step], found.widths[step]
            around = Box(found.box.x + left - 0.5, y + 0.5, wide + 1, found.lead - 1)
            shapes.append(Rect(around, stroke="mark", width=1.4, radius=2))
    return shapes


def _line(
    found: Flow,
    first: int,
    last: int,
    y: float,
    image: NDArray[np.uint8],
    colormap: str,
    covered: NDArray[np.bool_],
) -> list[Shape]:
    x, base, lead = found.box.x, y + found.lead * 0.7, found.lead
    rights = found.lefts + found.widths
    shapes: list[Shape] = []
    if found.joined:
        changes = np.flatnonzero(np.diff(covered[first:last])) + first + 1
        for start, end in pairwise([first, *changes.tolist(), last]):
            left, right = float(found.lefts[start]), float(rights[end - 1])
            if covered[start]:
                box = Box(x + left, y, right - left, lead)
                shapes.append(Heat(box, image[None, start:end], colormap))
        text = "".join(found.words[first:last])
        return [*shapes, Text(x, base, text, found.size, "ink", mono=True)]
    for step in range(first, last):
        left, wide = x + float(found.lefts[step]), float(found.widths[step])
        if covered[step]:
            box = Box(left, y + 1, wide, lead - 2)
            shapes.append(Heat(box, image[None, step : step + 1], colormap))
        word = found.words[step]
        color = "muted" if word in UNSEEN else "ink"
        shapes.append(Text(left, base, word, found.size, color, mono=True))
    return shapes
