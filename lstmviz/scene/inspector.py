"""The pinned unit in numbers, and the shapes and counts of the network, as pictures of words."""

from __future__ import annotations

from lstmviz.engine.spec import LETTERS
from lstmviz.scene.metrics import fit
from lstmviz.scene.moment import Moment
from lstmviz.scene.shapes import Box, Rect, Shape, Text
from lstmviz.scene.words import number

WIDTH = 226.0
NAMES = {
    "input_gate": "input gate",
    "forget_gate": "forget gate",
    "candidate": "candidate",
    "output_gate": "output gate",
}
FORMULAS = {"input_gate": "σ", "forget_gate": "σ", "candidate": "tanh", "output_gate": "σ"}
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


def inspector_height() -> float:
    """How high the inspector's picture is."""
    return 392.0


def _how(moment: Moment) -> str:
    if moment.hover is not None and moment.hover == moment.focus != moment.pinned:
        return "under the pointer; click to pin it"
    return "pinned · click any square to change"


def _gate(moment: Moment, gate: str, y: float, width: float) -> list[Shape]:
    letter = LETTERS[gate]
    made = gate in moment.values
    pre = moment.pre.get(gate)
    value = float(moment.values[gate][moment.focus]) if made else None
    told = "not made yet" if value is None else f"{number(value)}"
    color = f"{letter}_text" if made else "muted"
    shapes: list[Shape] = [
        Text(14, y, f"{letter}  {NAMES[gate]}", 12, f"{letter}_text", bold=True),
        Text(width - 14, y, told, 12, color, bold=made, anchor="end"),
        *_bar(value, Box(14, y + 6, width - 28, 7), letter, centred=gate == "candidate"),
    ]
    known = pre is not None and moment.stage != "gather"
    arithmetic = f"{letter} = {FORMULAS[gate]}({number(pre)})" if known and pre is not None else ""
    shapes.append(Text(14, y + 25, arithmetic, 11, "muted"))
    return shapes


def _bar(value: float | None, box: Box, role: str, *, centred: bool) -> list[Shape]:
    """A value 0…1 from the left, or −1…1 from the middle."""
    shapes: list[Shape] = [Rect(box, fill="faint", radius=3.5)]
    if value is None or value != value:
        return shapes
    if centred:
        middle, reach = box.x + box.w / 2, min(max(value, -1.0), 1.0) * box.w / 2
        left = min(middle, middle + reach)
        shapes.append(Rect(Box(left, box.y, abs(reach), box.h), fill=role))
        shapes.append(Rect(Box(middle - 0.5, box.y - 2, 1, box.h + 4), fill="muted"))
    else:
        shapes.append(
            Rect(Box(box.x, box.y, min(max(value, 0.0), 1.0) * box.w, box.h), role, radius=3.5)
        )
    return shapes


def _state(moment: Moment, y: float, width: float) -> list[Shape]:
    """The arithmetic of c and of h (or m), as far as the stage has come."""
    unit, values = moment.focus, moment.values

    def at(array: str) -> str:
        return number(float(values[array][unit]))

    lines: list[tuple[str, int, str, bool, bool]] = [
        ("cₜ = f · cₜ₋₁ + i · g", 13, "c_text", True, False)
    ]
    if "cell_state" in values:
        lines += [
            (f"= {at('forget_gate')} × {at('cell_state_before')}", 11, "ink", False, True),
            (f"  + {at('input_gate')} × {at('candidate')}", 11, "ink", False, True),
            (f"= {at('cell_state')}", 12, "ink", True, True),
        ]
    else:
        lines.append((f"cₜ₋₁ = {at('cell_state_before')}", 11, "ink", False, False))
    name = "m" if "project" in moment.order else "h"
    lines.append((f"{name}ₜ = o · tanh(cₜ)", 13, "h_text", True, False))
    if "cell_output" in values:
        lines += [
            (f"= {at('output_gate')} × {at('squashed')}", 11, "ink", False, True),
            (f"= {at('cell_output')}", 12, "ink", True, True),
        ]
    if name == "m":
        sizes = f"{len(values['hidden_state_before'])}"
        lines.append((f"then W_hr mixes all m into {sizes} h", 11, "muted", False, False))
    shapes: list[Shape] = []
    for text, size, color, bold, mono in lines:
        y += 6 if size == 13 else 0
        shown = fit(text, width - 28, size, bold=bold and not mono, mono=mono)
        shapes.append(Text(14, y, shown, size, color, bold=bold and not mono, mono=mono))
        y += 17
    return shapes
