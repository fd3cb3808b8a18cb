"""What one output depends on: its gradient with respect to everything before it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.bptt import Gradients, gradients, saliency
from lstmviz.analysis.steps import initial_of
from lstmviz.engine.trace import DirectionTrace, Trace
from lstmviz.inputs.sequence import Sequence
from lstmviz.scene import raster
from lstmviz.scene.colors import ROLE_OF_ARRAY
from lstmviz.scene.metrics import fit, width
from lstmviz.scene.pointing import NAMED
from lstmviz.scene.questions.page import Page, Question, Spot, of_baseline
from lstmviz.scene.questions.textflow import LEAD, Flow, flow, tinted
from lstmviz.scene.questions.writing import StepAxis, shown_steps, signed, step_words
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Box, Heat, Line, Rect, Shape, Text
from lstmviz.scene.timeaxis import SMALL
from lstmviz.scene.words import number
from lstmviz.session import View

Numbers = NDArray[np.floating]

ARRAYS = ("cell_state", "hidden_state", "forget_gate", "input_gate", "candidate", "output_gate")
DECADES = 4
"""Powers of ten below the largest gradient that still have a colour."""
LEFT = 66.0
LINE = 19.0
APART = 16.0
"""Pixels between what there is to click."""
SAID = {
    "∂y/∂x · x": "what each step’s input adds to the output: its gradient times its value, summed",
    "∂y/∂c": "how the output changes with c of each unit at each step, by all that follows from it",
    "∂y/∂h": "how the output changes with h of each unit at each step",
    "∂y/∂f": "how the output changes with the forget gate of each unit at each step",
    "∂y/∂i": "how the output changes with the input gate of each unit at each step",
    "∂y/∂g": "how the output changes with the candidate of each unit at each step",
    "∂y/∂o": "how the output changes with the output gate of each unit at each step",
    "input that matters most": "the steps with the largest ∂y/∂x · x; click one to go there",
}


@dataclass(frozen=True, eq=False)
class Dependence:
    """The answer: ∂y/∂ every array of a run, for output `output` at step `step`."""

    found: Gradients
    trace: Trace
    step: int
    output: int
    name: str

    @cached_property
    def saliency(self) -> Numbers:
        """(steps,): gradient times input of each step."""
        return saliency(self.found, self.trace.input[: len(self.found.input)])

    def direction(self, view: View) -> DirectionTrace:
        """The gradients of the direction looked at."""
        return dict(self.found.layers[view.layer].directions())[view.direction]


def _answer(run: Run, view: View) -> Dependence:
    trace, network = run.trace, run.network
    assert trace is not None and network is not None
    last = trace.steps - 1
    step = last if view.target_step is None else min(view.target_step, last)
    row, output = trace.output[step], view.target
    if output is None or output >= len(row):  # a view may outlive its network
        output = int(np.nan_to_num(row, nan=-np.inf).argmax())
    seen = trace.input if _looks_ahead(trace) else trace.input[: step + 1]
    with np.errstate(invalid="ignore", over="ignore"):
        found = gradients(network, seen, step, output, initial_of(trace))
    return Dependence(found, trace, step, output, _name(run, output))


def _looks_ahead(trace: Trace) -> bool:
    """Whether an output may depend on later steps."""
    backward = any("backward" in cell.directions for cell in trace.spec.layers)
    return backward or any(head.last_step for head in trace.spec.heads)


def _name(run: Run, output: int) -> str:
    """What an output is called: its symbol, or its number."""
    columns = run.sequence.columns if run.sequence else ()
    symbolic = run.sequence is not None and run.sequence.symbolic
    if symbolic and run.trace is not None and len(columns) == run.trace.output.shape[1]:
        return f"“{NAMED.get(columns[output], columns[output])}”"
    return f"{output}"


@dataclass(frozen=True, eq=False)
class _Place:
    """Where things stand: the strip of the input, an image an array, and the side; the title."""

    head: str
    axis: StepAxis
    strip: Box
    heats: dict[str, Box]
    side: Box
    text: Flow | None


def _page(found: Dependence, run: Run, view: View, w: float, h: float) -> Page:
    sequence = run.sequence
    first, last = shown_steps(view.first, view.last, found.trace.steps)
    wide = max(min(w * 0.62, w - 300), 220.0)
    strip = Box(LEFT, 66, wide - LEFT, max((h - 110) * 0.2, 26))
    room = h - strip.bottom - 34
    each = room / len(ARRAYS)
    heats = {
        array: Box(LEFT, strip.bottom + 8 + k * each, strip.w, each - 4)
        for k, array in enumerate(ARRAYS)
    }
    side = Box(wide + 24, 66, w - wide - 40, h - 82)
    text = flow(sequence.labels, side) if sequence is not None and sequence.symbolic else None
    head = f"What output {found.name} at t = {found.step:,} depends on{of_baseline(run)}"
    head = fit(head, w - 40, 14, bold=True)
    place = _Place(head, StepAxis(strip, first, last), strip, heats, side, text)
    images = {array: _image(found, array, place.axis, heats[array], view) for array in ARRAYS}

    def marks(now: View) -> tuple[Shape, ...]:
        return tuple(_marks(found, sequence, place, now))

    def spot(now: View, x: float, y: float) -> Spot | None:
        return _spot(found, sequence, place, now, x, y)

    def step_at(x: float, y: float) -> int | None:
        on = any(box.contains(x, y) for box in (strip, *heats.values()))
        return place.axis.at(x) if on else None

    def controls(now: View) -> tuple[Shape, ...]:
        return tuple(text for text, _ in _links(found, place, now))

    rest = tuple(_rest(found, place, images, w))
    return Page(rest, marks, spot, step_at, controls=controls, said=SAID)


def _image(found: Dependence, array: str, axis: StepAxis, box: Box, view: View) -> raster.Image:
    """Colours of one array's gradients, in signed decades below its largest."""
    values = _padded(found, getattr(found.direction(view), array))
    rows = np.arange(values.shape[1])
    shape = raster.grid(axis.first, axis.last, 0, len(rows), box.w, box.h)
    largest = _largest(values)
    return raster.pool(_decades(values, largest), shape, rows, (-1.0, 1.0), "diverging")


def _padded(found: Dependence, values: Numbers) -> Numbers:
    """All steps of the run: those that nothing was computed of have gradient 0."""
    missing = found.trace.steps - len(values)
    return np.pad(values, ((0, missing), (0, 0))) if missing else values


def _largest(values: Numbers) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max()) if finite.size and finite.max() > 0 else 1.0


def _decades(values: Numbers, largest: float) -> Numbers:
    """±1 for ± the largest, 0 for a 10⁴th of it and less."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size = 1 + np.log10(np.abs(values) / largest) / DECADES
        return np.asarray(np.sign(values) * np.where(np.isnan(size), size, np.maximum(size, 0)))


def _rest(
    found: Dependence, place: _Place, images: dict[str, raster.Image], w: float
) -> list[Shape]:
    shapes: list[Shape] = []
    told = (
        f"y = {number(found.found.value)}. Colours: ∂y/∂ each value of this layer, from the "
        f"largest of its array down {DECADES} powers of ten."
    )
    shapes.append(Text(20, 28, place.head, 14, "ink", bold=True))
    shapes.append(Text(20, 46, fit(told, w - 40, 11), 11, "muted"))
    for array, box in place.heats.items():
        role = ROLE_OF_ARRAY[array]
        shapes.append(Heat(box, images[array], "diverging"))
        shapes.append(Rect(box.inset(-0.5), stroke=role))
        y = box.center[1] + 4
        shapes.append(Text(LEFT - 8, y, f"∂y/∂{role}", 11, f"{role}_text", True, anchor="end"))
    strip = place.strip
    shapes.append(Rect(strip, fill="faint", opacity=0.55))
    middle = strip.center[1]
    shapes.append(Line(((strip.x, middle), (strip.right, middle)), "edge"))
    shapes.append(Text(LEFT - 8, middle + 4, "∂y/∂x · x", 11, "x_text", True, anchor="end"))
    shapes += _bars(found.saliency, place)
    bottom = max(box.bottom for box in place.heats.values()) + 14
    shapes += place.axis.numbers(bottom)
    shapes.append(Text(LEFT - 8, bottom, "step", SMALL, "muted", anchor="end"))
    return shapes


def _bars(values: Numbers, place: _Place) -> list[Shape]:
    """Gradient times input, upwards or downwards from the middle of the strip."""
    axis, strip = place.axis, place.strip
    padded = np.pad(values, (0, max(axis.last - len(values), 0)))
    edges = axis.edges()
    sums = np.add.reduceat(padded[edges[0] : edges[-1]], edges[:-1] - edges[0])
    high = np.nan_to_num(sums / _largest(sums)) * (strip.h / 2 - 1)
    wide = max(axis.pitch * 0.8, 1.0)
    shapes: list[Shape] = []
    for column in np.flatnonzero(np.abs(high) >= 0.25).tolist():
        tall = float(high[column])
        top = strip.center[1] - max(tall, 0.0)
        box = Box(axis.x(float(edges[column])), top, wide, abs(tall))
        shapes.append(Rect(box, fill="plus" if tall > 0 else "minus"))
    return shapes


def _links(found: Dependence, place: _Place, view: View) -> list[tuple[Text, dict[str, object]]]:
    """What the page can be asked instead, beside the title: words and changes."""
    outputs = found.trace.output.shape[1]
    links: list[tuple[str, dict[str, object]]] = []
    if view.step != found.step:
        links.append((f"ask of t = {view.step:,}", {"target_step": view.step}))
    if outputs > 1:
        links.append(("‹ output", {"target": (found.output - 1) % outputs}))
        links.append(("output ›", {"target": (found.output + 1) % outputs}))
        links.append(("the largest", {"target": None}))
    shown: list[tuple[Text, dict[str, object]]] = []
    wides = [width(words, 11) for words, _ in links]
    total = sum(wides) + APART * (len(links) - 1)
    x = min(place.side.x, place.side.right - total)
    x = max(x, 20 + width(place.head, 14, bold=True) + APART)
    for (words, changes), wide in zip(links, wides, strict=True):
        if x + wide > place.side.right:
            break
        shown.append((Text(x, 28, words, 11, "accent"), changes))
        x += wide + APART
    return shown


def _marks(found: Dependence, sequence: Sequence | None, place: _Place, view: View) -> list[Shape]:
    axis = place.axis
    shapes: list[Shape] = []
    if axis.first <= view.step < axis.last:
        x = axis.x(view.step + 0.5)
        lowest = max(box.bottom for box in place.heats.values())
        shapes.append(Rect(Box(x - 0.7, place.strip.y, 1.4, lowest - place.strip.y), fill="mark"))
        shapes += axis.badge(view.step, lowest + 14)
    for unit in dict.fromkeys((view.unit, view.hover)):
        shapes += _row(found, place, view, unit)
    values = found.saliency
    if place.text is not None:
        padded = np.pad(values, (0, found.trace.steps - len(values)))
        limits = (-_largest(padded), _largest(padded))
        step = min(view.step, found.trace.steps - 1)
        shapes += tinted(place.text, padded, limits, step, "diverging")
    return shapes + _listed(sequence, values, _below(place))


def _below(place: _Place) -> Box:
    """The room beside the images that no text takes up."""
    side = place.side
    taken = 0.0 if place.text is None else len(place.text.lines) * LEAD + 20
    return Box(side.x, side.y + taken, side.w, side.h - taken)


def _row(found: Dependence, place: _Place, view: View, unit: int | None) -> list[Shape]:
    """The row of a cell unit in every image that has it."""
    shapes: list[Shape] = []
    for array, box in place.heats.items():
        units = getattr(found.direction(view), array).shape[1]
        cells = found.direction(view).cell_state.shape[1]
        if unit is None or unit >= units or units != cells:
            continue
        tall = box.h / units
        high = max(tall, 3.0)
        y = min(max(box.y + (unit + 0.5) * tall - high / 2, box.y), box.bottom - high)
        shapes.append(Rect(Box(box.x, y, box.w, high), stroke="panel", width=3.0, opacity=0.65))
        shapes.append(Rect(Box(box.x, y, box.w, high), stroke="mark", width=1.2))
    return shapes


def _listed(sequence: Sequence | None, values: Numbers, side: Box) -> list[Shape]:
    """The steps whose input matters most."""
    steps = _most(values, side)
    shapes: list[Shape] = []
    if steps:
        shapes.append(Text(side.x, side.y + 10, "input that matters most", 11, "muted"))
    for row, step in enumerate(steps, 1):
        y = side.y + 10 + row * LINE
        shapes.append(Text(side.x, y, step_words(sequence, step), 12))
        shapes.append(Text(side.right, y, signed(float(values[step])), 12, anchor="end"))
    return shapes


def _spot(
    found: Dependence, sequence: Sequence | None, place: _Place, view: View, x: float, y: float
) -> Spot | None:
    for text, changes in _links(found, place, view):
        if Box(text.x - 4, text.y - 13, width(text.text, 11) + 8, 18).contains(x, y):
            return Spot(text.text, None, changes)
    step = place.axis.at(x) if place.strip.contains(x, y) else None
    if step is None and place.text is not None:
        looked = min(view.step, found.trace.steps - 1)
        step = place.text.step_at(x, y, looked)
    if step is None:
        step = _line_at(found, place, x, y)
    if step is not None:
        value = float(found.saliency[step]) if step < len(found.saliency) else 0.0
        words = f"input at {step_words(sequence, step)}: ∂y/∂x · x = {number(value)}"
        return Spot(words, None, {"step": step})
    for array, box in place.heats.items():
        if box.contains(x, y):
            return _value(found, sequence, place, view, array, x, y)
    return None


def _most(values: Numbers, side: Box) -> list[int]:
    """The steps whose input matters most, as many as there are lines for (at least three)."""
    rows = int((side.h - LINE) // LINE) - 1
    sizes = np.abs(np.nan_to_num(values))
    ranked: list[int] = np.argsort(-sizes, kind="stable")[:rows].tolist() if rows > 1 else []
    return ranked


def _line_at(found: Dependence, place: _Place, x: float, y: float) -> int | None:
    """The step of the line of the list at a point."""
    side = _below(place)
    row = int((y - side.y - 15) // LINE)
    steps = _most(found.saliency, side) if side.contains(x, y) else []
    return steps[row] if 0 <= row < len(steps) else None


def _value(
    found: Dependence,
    sequence: Sequence | None,
    place: _Place,
    view: View,
    array: str,
    x: float,
    y: float,
) -> Spot:
    """The gradient at a point of an image."""
    way, box, step = found.direction(view), place.heats[array], place.axis.at(x)
    values = getattr(way, array)
    unit = min(int((y - box.y) / box.h * values.shape[1]), values.shape[1] - 1)
    value = float(values[step, unit]) if step < len(values) else 0.0
    letter = ROLE_OF_ARRAY[array]
    words = f"∂y/∂{letter} of unit {unit} at {step_words(sequence, step)} = {number(value)}"
    if values.shape[1] != way.cell_state.shape[1]:  # a hidden unit is no cell unit
        return Spot(words, None, {"step": step})
    return Spot(words, unit, {"step": step, "unit": unit})


QUESTION = Question(
    baseline=True,
    answer=_answer,
    page=_page,
    fields=("target", "target_step"),
    page_fields=("layer", "direction", "first", "last"),
)
