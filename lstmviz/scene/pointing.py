"""What lies under the pointer, in words."""

from __future__ import annotations

from lstmviz.scene.address import Address
from lstmviz.scene.heataxes import Content, remarks
from lstmviz.scene.heatlayout import HeatmapLayout, Place
from lstmviz.scene.words import number

FULL = {
    "forget_gate": "forget gate f",
    "input_gate": "input gate i",
    "candidate": "candidate g",
    "output_gate": "output gate o",
    "cell_state": "cell state c",
    "hidden_state": "hidden state h",
    "output": "output y",
}
"""The full name of each array."""

EXPLAINED = {
    "forget_gate": "forget gate f: how much of the cell state before is kept (0 none, 1 all)",
    "input_gate": "input gate i: how much of the candidate is written into the cell state",
    "candidate": "candidate g: what would be written into the cell state",
    "output_gate": "output gate o: how much of the squashed c leaves the cell",
    "cell_state": "cell state c: what the cell remembers; c = f ⊙ c before + i ⊙ g",
    "hidden_state": "hidden state h: what leaves the cell, to the next step and to the head",
    "output": "output y: what the head makes of h",
}
"""Each array in a sentence."""

NAMED = {" ": "space", "\n": "line break", "\t": "tab", "␣": "space", "↵": "line break", "⇥": "tab"}
"""What to call symbols that have no shape of their own."""


def explained(place: HeatmapLayout, content: Content, x: float, y: float, scale: float) -> str:
    """What an array is and what its notes mean, where the point is beside a heatmap."""
    for panel in place.panels:
        if panel.gutter.contains(x, y) or panel.bar.contains(x, y):
            return f"{EXPLAINED[panel.array]}. {remarks(place, content, panel, scale)}".rstrip()
    return ""


def describe(place: HeatmapLayout, content: Content, spot: Place | None, last: int) -> str:
    """The value at a place; steps after `last` are not shown (yet) and have none."""
    if spot is None:
        return ""
    step = _step(content, spot.step)
    if spot.kind == "strip":
        return _input(content, spot.step)
    if spot.kind == "axis":
        return step
    if spot.step >= content.done:
        return f"{step} is not computed yet"
    if spot.step > last:
        return f"{step} is not revealed yet"
    if spot.kind == "plot":
        return _unit(place, content, spot.step)
    notes = place.panel(spot.array).notes if spot.array else ()
    return _value(content, spot, step, notes)


def unit_at(place: HeatmapLayout, content: Content, spot: Place | None) -> int | None:
    """The cell unit at a place; None where there is none, as for rows of a projected h."""
    if spot is None or spot.row is None or spot.array is None:
        return None
    if not place.panel(spot.array).cells:
        return None
    return int(content.order[spot.row])


def number_at(
    content: Content, spot: Place | None, last: int, layer: int, direction: str
) -> Address | None:
    """The number at a place of a heatmap, None for steps after `last`."""
    if spot is None or spot.row is None or spot.array is None or spot.step > last:
        return None
    element = int(content.order_of(spot.array)[spot.row])
    return Address(spot.array, spot.step, element, layer, direction)


def _step(content: Content, step: int) -> str:
    if content.sequence.seconds is not None:
        return f"step {step:,} ({content.sequence.labels[step]})"
    if not content.sequence.symbolic:
        return f"step {step:,}"
    label = content.sequence.labels[step]
    return f"step {step:,} “{NAMED.get(label, label)}”"


def _input(content: Content, step: int) -> str:
    sequence = content.sequence
    if sequence.symbolic:
        return f"input x at {_step(content, step)}"
    values = sequence.values[step]
    parts = [
        f"{name} = {number(float(value))}"
        for name, value in zip(sequence.columns[:6], values[:6], strict=False)
    ]
    more = f", … {len(values):,} values" if len(values) > 6 else ""
    return f"input x at {_step(content, step)}: {', '.join(parts)}{more}"


def _unit(place: HeatmapLayout, content: Content, step: int) -> str:
    if content.unit is None:
        return ""
    letters = {"f": "forget_gate", "i": "input_gate", "g": "candidate", "o": "output_gate"}
    letters |= {"c": "cell_state", "m" if place.projected else "h": "cell_output"}
    parts = [
        f"{letter} = {number(float(getattr(content.direction, array)[step, content.unit]))}"
        for letter, array in letters.items()
    ]
    return f"unit {content.unit} at {_step(content, step)}: {', '.join(parts)}"


def _value(content: Content, spot: Place, step: str, notes: tuple[str, ...]) -> str:
    assert spot.array is not None and spot.row is not None
    unit = int(content.order_of(spot.array)[spot.row])
    value = float(content.values(spot.array)[spot.step, unit])
    if content.apart:
        return f"{FULL[spot.array]} of unit {unit} at {step}: changed − baseline = {number(value)}"
    which = f"unit {unit}"
    if spot.array == "output":
        name = content.name_of(spot.array, spot.row)
        which = f"“{NAMED.get(name, name)}”" if name != str(unit) else f"number {unit}"
    return (
        f"{FULL[spot.array]} of {which} at {step} = {number(value)}{_meaning(spot, value, notes)}"
    )


def _meaning(spot: Place, value: float, notes: tuple[str, ...]) -> str:
    """What a gate's value does, for those who have not met gates before."""
    if not 0 <= value <= 1:
        return ""
    if "held at 1" in notes:
        return " (this cell has no such gate: it is held at 1)"
    percent = f"{100 * value:.0f} %"
    return {
        "forget_gate": f" (keeps {percent} of c)",
        "input_gate": f" (writes {percent} of g into c)",
        "output_gate": f" (lets {percent} of the squashed c out)",
    }.get(spot.array or "", "")
