"""The sequence as running text, each symbol coloured by what a unit did there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.prediction import predicts, surprises
from lstmviz.errors import LstmvizError
from lstmviz.inputs.sequence import Sequence
from lstmviz.scene import raster
from lstmviz.scene.metrics import fit, width
from lstmviz.scene.pointing import FULL
from lstmviz.scene.questions.page import Page, Question, Spot
from lstmviz.scene.questions.series import limits_of
from lstmviz.scene.questions.textflow import LEAD, Flow, flow, paled, tinted
from lstmviz.scene.questions.writing import place_words, step_words
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Box, Heat, Rect, Shape, Text
from lstmviz.scene.timeaxis import SMALL
from lstmviz.scene.words import number
from lstmviz.session import View

Numbers = NDArray[np.float64]

COLUMN = 330.0
"""Least width of a column of text where there are several."""
BETWEEN = 26.0
TOP = 62.0
LARGER = (20, 16, 14)
"""Sizes that a short text is written in."""
BAR = 110.0
PREDICTED = {
    "surprise": "surprise in bits at each symbol",
    "probability": "probability that each symbol had",
}


@dataclass(frozen=True, eq=False)
class Tinting:
    """The answer: a number (steps,) for each symbol, what it is, and the limits of its colours."""

    name: str
    values: Numbers
    limits: raster.Limits
    sequence: Sequence

    @property
    def colormap(self) -> str:
        """The colour map: one that runs both ways where values do."""
        return "diverging" if self.limits[0] < 0 else "sequential"


def _answer(run: Run, view: View) -> Tinting:
    trace, sequence = run.trace, run.sequence
    assert trace is not None and sequence is not None
    if not sequence.symbolic:
        lacks = f"Running text needs symbols, but the input ({sequence.title}) is numbers;"
        raise LstmvizError(
            f"{lacks} open a text as the input, or look at the heatmaps below.",
            f"{lacks} give a text with --text or --input, or draw --view heatmaps.",
        )
    if view.tint in PREDICTED:
        return _predicted(run, view.tint)
    if view.unit is None:
        raise LstmvizError(
            "Click a square of c, or a row of a heatmap, to colour by that unit.",
            "No unit is pinned; give one with --unit.",
        )
    way = dict(trace.layers[view.layer].directions())[view.direction]
    values = getattr(way, view.tint)[:, view.unit].astype(np.float64)
    spec = trace.spec
    name = {**FULL, "cell_output": "cell output m"}[view.tint]
    if view.tint == "cell_output" and not spec.layers[view.layer].projected:
        name = FULL["hidden_state"]
    words = [f"{name} of unit {view.unit}", place_words(spec, view.layer, view.direction)]
    limits = limits_of(view.tint, values)
    return Tinting(", ".join(filter(None, words)), values, limits, sequence)


def _predicted(run: Run, tint: str) -> Tinting:
    """How well the network foretold each symbol."""
    trace, sequence = run.trace, run.sequence
    assert trace is not None and sequence is not None
    if not predicts(trace.spec):
        raise LstmvizError(
            "This network does not tell which symbol comes next; colour by a gate or a state.",
            "This network does not tell which symbol comes next; give --tint i, f, g, o, c or h.",
        )
    bits = surprises(trace, sequence.values.argmax(axis=1))
    if tint == "probability":
        return Tinting(PREDICTED[tint], np.exp2(-bits), (0.0, 1.0), sequence)
    known = bits[np.isfinite(bits)]
    most = float(known.max()) if len(known) else 1.0
    return Tinting(PREDICTED[tint], bits, (0.0, most), sequence)


@dataclass(frozen=True)
class Columns:
    """A text in columns side by side: the first goes on in the second, and so on."""

    text: Flow
    boxes: tuple[Box, ...]

    def shown(self, step: int) -> list[Flow]:
        """What each column shows while a step is looked at; it is kept in the lower half."""
        text = self.text
        rows, room = text.rows, text.rows * len(self.boxes)
        line = text.line_of(min(step, len(text.words) - 1))
        top = max(min(line - room * 2 // 3, len(text.lines) - room), 0)
        parts = []
        for k, box in enumerate(self.boxes):
            lines = text.lines[top + k * rows : top + (k + 1) * rows]
            if lines:
                parts.append(replace(text, box=box, lines=lines))
        return parts


def columns(labels: tuple[str, ...], box: Box) -> Columns:
    """As few columns as hold the whole text, or as many as there is room for.

    A short text is written larger, in one column, as far as it fits.
    """
    letters = sum(map(len, labels))
    for size in LARGER:
        if letters * size * size < box.w * box.h:  # else it cannot fit: not worth trying
            text = flow(labels, box, size)
            if len(text.lines) <= text.rows:
                return Columns(text, (box,))
    most = max(1, int((box.w + BETWEEN) // (COLUMN + BETWEEN)))
    for count in range(1, most + 1):
        wide = (box.w - BETWEEN * (count - 1)) / count
        boxes = tuple(Box(box.x + k * (wide + BETWEEN), box.y, wide, box.h) for k in range(count))
        text = flow(labels, boxes[0])
        if len(text.lines) <= text.rows * count:
            break
    return Columns(text, boxes)


def _page(found: Tinting, run: Run, view: View, w: float, h: float) -> Page:
    box = Box(20, TOP, w - 40, max(h - TOP - 12, LEAD))
    text = columns(found.sequence.labels, box)
    shown = np.where(np.isnan(found.values), 0.0, found.values)  # the first has no forecast

    def marks(now: View) -> tuple[Shape, ...]:
        step = min(max(now.step, 0), len(shown) - 1)
        shapes: list[Shape] = [_now(found, step, w)]
        for part in text.shown(step):
            shapes += tinted(part, shown, found.limits, step, found.colormap)
        return tuple(shapes)

    def spot(now: View, x: float, y: float) -> Spot | None:
        looked = min(max(now.step, 0), len(shown) - 1)
        for part in text.shown(looked):
            step = part.step_at(x, y, part.lines[0][0])
            if step is not None:
                return Spot(_told(found, step), None, {"step": step})
        return None

    return Page(tuple(_head(found, w)), marks, spot)


def _head(found: Tinting, w: float) -> list[Shape]:
    """The title, and the scale of the colours."""
    low, high = (number(value, 2) for value in found.limits)
    ends = width(low, SMALL), width(high, SMALL)
    left = w - 20 - ends[1] - 5 - BAR
    image = paled(np.arange(255, dtype=np.uint8)[None], found.colormap)
    bar = Box(left, 18, BAR, 10)
    room = left - ends[0] - 40
    return [
        Text(20, 28, fit(f"Text by {found.name}", room, 14, bold=True), 14, "ink", bold=True),
        Text(left - 5, 27, low, SMALL, "muted", anchor="end"),
        Heat(bar, image, found.colormap),
        Rect(bar.inset(-0.5), stroke="edge"),
        Text(bar.right + 5, 27, high, SMALL, "muted"),
    ]


def _now(found: Tinting, step: int, w: float) -> Text:
    return Text(20, 47, fit(_told(found, step), w - 40, 11), 11, "muted")


def _told(found: Tinting, step: int) -> str:
    value = float(found.values[step])
    where = step_words(found.sequence, step)
    if np.isnan(value) and step == 0:
        return f"{where}: nothing foretold the first symbol"
    return f"{where}: {found.name} is {number(value)}"


QUESTION = Question(
    answer=_answer,
    page=_page,
    fields=("layer", "direction", "unit", "tint"),
)
