"""The pinned unit in numbers, and the shapes and counts of the network, as pictures of words."""

from __future__ import annotations

from dataclasses import replace

from lstmviz.engine.spec import LETTERS
from lstmviz.scene.address import Address
from lstmviz.scene.chainpage import bar
from lstmviz.scene.equations import activation_of, cell_formula, forgets, output_formula
from lstmviz.scene.metrics import fit
from lstmviz.scene.metrics import width as text_width
from lstmviz.scene.moment import Moment
from lstmviz.scene.numbernames import letter_of
from lstmviz.scene.page import Band, Page, Spot
from lstmviz.scene.shapes import Box, Shape, Text
from lstmviz.scene.symbols import applied, bound, clipped
from lstmviz.scene.words import number

WIDTH = 226.0
NAMES = {
    "input_gate": "input gate",
    "forget_gate": "forget gate",
    "candidate": "candidate",
    "output_gate": "output gate",
}
READING = ("forget_gate", "input_gate", "candidate", "output_gate")
"""Order in which the gates are told: what is kept, what is let in, what it is, what shows."""


def inspector_shapes(
    moment: Moment | None, width: float = WIDTH, why: str = "Nothing is computed yet."
) -> tuple[Shape, ...]:
    """The focus unit at this moment: its four gates, then c and h with their arithmetic.

    Without a moment it says `why`, which may be of several lines. The picture is
    `inspector_height()` high.
    """
    if moment is None:
        return (
            Text(14, 30, "Unit", 14, "ink", bold=True),
            *(Text(14, 54 + 17 * k, line, 12, "muted") for k, line in enumerate(why.split("\n"))),
        )
    shapes: list[Shape] = [
        Text(14, 26, f"Unit {moment.focus} at t = {moment.step:,}", 14, "ink", bold=True),
        Text(14, 44, _how(moment), 11, "muted"),
    ]
    y = 70.0
    for gate in READING:
        shapes += _gate(moment, gate, y, width)
        y += 41
    shapes += _state(moment, y + 2, width)
    return tuple(shapes)


def overview(
    moment: Moment | None,
    place: Address,
    width: float = WIDTH,
    why: str = "Nothing is computed yet.",
) -> Page:
    """The same as a page: its gates, c and h lead to how they came about.

    `place` says which step, layer and direction the moment is of.
    """
    shapes = inspector_shapes(moment, width, why)
    height = inspector_height()
    spots: list[Spot] = []
    if moment is not None:
        unit, y = moment.focus, 70.0
        for gate in READING:
            spots.append(_asks(Box(4, y - 15, width - 8, 41), gate, place, unit))
            y += 41
        top, between = y - 9, y - 6 + 17 * len(_cell_lines(moment))
        spots.append(_asks(Box(4, top, width - 8, between - top), "cell_state", place, unit))
        name = "cell_output" if "project" in moment.order else "hidden_state"
        spots.append(_asks(Box(4, between, width - 8, 60), name, place, unit))
    text = "\n".join(shape.text for shape in shapes if isinstance(shape, Text)) + "\n"
    return Page(height, (Band(0, height, shapes),), tuple(spots), text)


def _asks(box: Box, array: str, place: Address, unit: int) -> Spot:
    """A place that leads to how a number came about."""
    asked = replace(place, array=array, element=unit)
    return Spot(box, f"How {letter_of(array)}[{unit}] comes about, term by term", asked)


def inspector_height() -> float:
    """How high the inspector's picture is."""
    return 392.0


def _how(moment: Moment) -> str:
    if moment.hover is not None and moment.hover == moment.focus != moment.pinned:
        return "under the pointer; click to pin it"
    return "pinned · click a number to ask why"


def _gate(moment: Moment, gate: str, y: float, width: float) -> list[Shape]:
    letter = LETTERS[gate]
    made = gate in moment.values
    value = float(moment.values[gate][moment.focus]) if made else None
    told = "not made yet" if value is None else f"{number(value)}"
    color = f"{letter}_text" if made else "muted"
    return [
        Text(14, y, f"{letter}  {NAMES[gate]}", 12, f"{letter}_text", bold=True),
        Text(width - 14, y, told, 12, color, bold=made, anchor="end"),
        *_bar(value, Box(14, y + 6, width - 28, 7), letter, moment.limits[gate]),
        Text(14, y + 25, _gate_words(moment, gate, width - 28), 11, "muted"),
    ]


def _gate_words(moment: Moment, gate: str, room: float) -> str:
    """How a gate comes about, with all terms of its sum if there is room for them."""
    letter, variant = LETTERS[gate], moment.variant
    if gate in moment.changed:
        return "changed here (What if)"
    if gate == "forget_gate" and variant.coupled:
        made = "input_gate" in moment.values
        i = number(float(moment.values["input_gate"][moment.focus])) if made else "i"
        return f"f = 1 − {i}, coupled"
    found = moment.sums.get(gate)
    if found is None:
        return f"{letter} = 1: this cell has no {NAMES[gate]}"
    if moment.stage == "gather" or (found.late and gate not in moment.values):
        return "" if moment.stage == "gather" else f"waits for p_{letter} ⊙ cₜ"
    activation = activation_of(variant, gate)
    terms = clipped(" + ".join(map(number, found.terms)), found.bound)
    for inside in (terms, number(found.total)):
        words = f"{letter} = {applied(activation, inside)}"
        if text_width(words, 11) <= room:
            return words
    return fit(words, room, 11)


def _bar(value: float | None, box: Box, role: str, limits: tuple[float, float]) -> list[Shape]:
    """The bar of a value that may not be made yet."""
    return bar(float("nan") if value is None else value, box, role, limits)


Words = tuple[str, int, str, bool, bool]
"""A line of the arithmetic: its text, size, colour, and whether it is bold and of one pitch."""


def _state(moment: Moment, y: float, width: float) -> list[Shape]:
    """The arithmetic of c and of h (or m), as far as the stage has come."""
    shapes: list[Shape] = []
    for text, size, color, bold, mono in [*_cell_lines(moment), *_output_lines(moment)]:
        y += 6 if size == 13 else 0
        strong = bold and not mono
        while size > 10 and text_width(text, size, bold=strong, mono=mono) > width - 28:
            size -= 1
        shown = fit(text, width - 28, size, bold=strong, mono=mono)
        shapes.append(Text(14, y, shown, size, color, bold=strong, mono=mono))
        y += 17
    return shapes


def _cell_lines(moment: Moment) -> list[Words]:
    values, variant = moment.values, moment.variant
    head: Words = (f"cₜ = {cell_formula(variant, ' · ')}", 13, "c_text", True, False)
    before = _at(moment, "cell_state_before")
    if "cell_state" not in values:
        return [head, (f"cₜ₋₁ = {before}", 11, "ink", False, False)]
    if "cell_state" in moment.changed:
        return [head, *_held(_at(moment, "cell_state"))]
    kept = f"{_at(moment, 'forget_gate')} × {before}" if forgets(variant) else before
    written = _at(moment, "candidate")
    if "input_gate" not in variant.absent:
        written = f"{_at(moment, 'input_gate')} × {written}"
    end = f"= {_at(moment, 'cell_state')}"
    if variant.cell_clip is not None:
        end = f"= {clipped(_at(moment, 'summed'), variant.cell_clip)} {end}"
    return [
        head,
        (f"= {kept}", 11, "ink", False, True),
        (f"  + {written}", 11, "ink", False, True),
        (end, 12, "ink", True, True),
    ]


def _held(value: str) -> list[Words]:
    """What stands in place of the arithmetic of a value that is changed."""
    return [
        ("changed here (What if)", 11, "muted", False, False),
        (f"= {value}", 12, "ink", True, True),
    ]


def _output_lines(moment: Moment) -> list[Words]:
    values, variant = moment.values, moment.variant
    name = "m" if "project" in moment.order else "h"
    formula = output_formula(variant, " · ")
    lines: list[Words] = [(f"{name}ₜ = {formula}", 13, "h_text", True, False)]
    if "cell_output" in values and "cell_output" in moment.changed:
        lines += _held(_at(moment, "cell_output"))
    elif "cell_output" in values:
        real = _at(moment, "squashed")
        if "output_gate" not in variant.absent:
            real = f"{_at(moment, 'output_gate')} × {real}"
        else:
            real = applied(variant.output, _at(moment, "cell_state"))
        lines.append((f"= {real}", 11, "ink", False, True))
        lines.append((f"= {_at(moment, 'cell_output')}", 12, "ink", True, True))
    if name == "m":
        hidden = f"then W_hr mixes all m into {len(values['hidden_state_before'])} h"
        clip = variant.projection_clip
        hidden += "" if clip is None else f", {bound(clip)}"
        lines.append((hidden, 11, "muted", False, False))
    return lines


def _at(moment: Moment, array: str) -> str:
    return number(float(moment.values[array][moment.focus]))
