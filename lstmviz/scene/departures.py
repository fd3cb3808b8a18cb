"""How a cell that is not the standard one is marked and told of where it is drawn small.

Below each gate stand plates: what its sum goes through on its way into the card. They are drawn
for every gate of a cell in which one departs from the standard cell.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lstmviz.engine.activations import function
from lstmviz.engine.spec import LETTERS, CellSpec
from lstmviz.engine.variant import SIGMOID, TANH, Activation, Variant
from lstmviz.scene.blocks import ARRAYS
from lstmviz.scene.diagram import Operation
from lstmviz.scene.equations import (
    BEFORE,
    activation_of,
    cell_formula,
    output_formula,
    projection_formula,
)
from lstmviz.scene.metrics import width
from lstmviz.scene.shapes import Point
from lstmviz.scene.symbols import (
    applied,
    clipped,
    definition,
    gate_vector,
    late_output_gate,
    recurrent,
    sign,
    weighted,
)

PLATE = 13.0
"""Height of a plate."""
_REACH = 5.0
"""A curve is drawn from −_REACH to _REACH."""


def squashes_oddly(variant: Variant) -> bool:
    """Whether what leaves the cell state is squashed by anything but tanh."""
    return variant.output != TANH


def plate_rows(variant: Variant) -> int:
    """How many plates stand below each gate: 0 for sums that are not bounded, σ and tanh."""
    odd = variant.candidate != TANH or (bool(weighted(variant)) and variant.gate != SIGMOID)
    return odd + (variant.clip is not None)


@lru_cache(maxsize=256)
def curve(activation: Activation) -> tuple[float, ...]:
    """The shape of an activation between −5 and 5, from 0 (its lowest there) to 1."""
    values = np.asarray(function(activation)(np.linspace(-_REACH, _REACH, 25)), float)
    low, high = float(values.min()), float(values.max())
    return tuple(((values - low) / (high - low or 1.0)).tolist())


def squash(
    name: str, activation: Activation, at: Point, stage: str, role: str, w: float, offset: int
) -> Operation:
    """An activation as a plate: its sign, or its curve where the sign is too long."""
    text = sign(activation)
    fits = width(text, 10) <= w - 3
    shape = () if fits else curve(activation)
    return Operation(
        name, at, text if fits else "", stage, role, w, PLATE, offset=offset, curve=shape
    )


def plates(
    name: str, cell: CellSpec, letter: str, at: Point, w: float, offset: int, *, staged: bool
) -> list[Operation]:
    """The plates below one gate or candidate; `at` is the middle of their upper edge."""
    variant, array = cell.variant, ARRAYS[letter]
    if array in variant.lacking or not plate_rows(variant):
        return []
    x, y = at
    late = letter == "o" and late_output_gate(variant)
    early, made = ("output", "output") if late else ("pre-activate", "activate")
    first = plate_rows(variant) - (variant.clip is not None)
    found = []
    if first:
        activation, place = activation_of(variant, array), (x, y + PLATE / 2)
        stage = made if staged else ""
        found.append(squash(f"act_{name}", activation, place, stage, letter, w, offset))
    if variant.clip is not None:
        place = (x, y + PLATE * (first + 0.5))
        found.append(clip(f"clip_{name}", place, early if staged else "", letter, offset, w))
    return found


def clip(name: str, at: Point, stage: str, role: str, offset: int, w: float = 24.0) -> Operation:
    """A bound, as a plate."""
    return Operation(name, at, "clip", stage, role, w, PLATE, offset=offset)


def departures(cell: CellSpec) -> tuple[str, ...]:
    """The equations of a cell that are not those of the standard cell without a projection."""
    variant = cell.variant
    own, parts = weighted(variant), []
    if variant.peephole or recurrent(variant):
        parts += _sums(variant)
    if own and (variant.gate != SIGMOID or variant.clip is not None):
        names = ", ".join(LETTERS[name] for name in own)
        parts.append(f"{names} = {applied(variant.gate, clipped('a', variant.clip))}")
    if variant.candidate != TANH or variant.clip is not None:
        parts.append(f"g = {applied(variant.candidate, clipped('a', variant.clip))}")
    held = [LETTERS[name] for name in variant.absent if not _turned(variant, name)]
    parts += [f"{letter} = 1" for letter in held]
    if variant.coupled:
        parts.append("f = 1 − i")
    if variant.cell_clip is not None:
        parts.append(f"cₜ = {cell_formula(variant)}")
    if squashes_oddly(variant):
        parts.append(f"{'m' if cell.projected else 'h'}ₜ = {output_formula(variant)}")
    if cell.projected:
        parts.append(f"hₜ = {projection_formula(variant)}")
    used = {variant.candidate: None, variant.output: None}
    if own:
        used = {variant.gate: None, **used}
    return (*parts, *dict.fromkeys(text for text in map(definition, used) if text))


def _turned(variant: Variant, name: str) -> bool:
    return name == "forget_gate" and variant.coupled


def _sums(variant: Variant) -> list[str]:
    """What comes into the sums of the gates besides W [h; x] + b."""
    loop = f" + R {gate_vector(variant)}{BEFORE}" if recurrent(variant) else ""
    early = [LETTERS[name] for name in weighted(variant) if name != "output_gate"]
    if not variant.peephole:
        every = ", ".join(LETTERS[name] for name in weighted(variant))
        return [f"a of {every}: W [h; x] + b{loop}"]
    parts = []
    if early:
        parts.append(f"a of {', '.join(early)}: W [h; x] + b{loop} + p ⊙ c{BEFORE}")
    if late_output_gate(variant):
        parts.append(f"a of o: W [h; x] + b{loop} + p ⊙ cₜ")
    return parts


def wrapped(parts: tuple[str, ...], room: float, size: int, first: str = "") -> list[str]:
    """The parts in as few lines as hold them, parted by dots; `first` begins the first line."""
    lines, line = [], first
    for part in parts:
        longer = f"{line}   ·   {part}" if line and line != first else f"{line}{part}"
        if width(longer, size) > room and line and line != first:
            lines.append(line)
            longer = part
        line = longer
    return [*lines, line] if parts else []


def told_of_layers(cells: dict[int, CellSpec], room: float, size: int) -> list[str]:
    """The departures of some layers, those that are alike together, in lines that fit `room`."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for layer, cell in cells.items():
        alike.setdefault(departures(cell), []).append(layer)
    lines = []
    for parts, layers in alike.items():
        named = f"layer{'s' * (len(layers) > 1)} {', '.join(map(str, layers))}:   "
        lines += wrapped(parts, room, size, named)
    return lines
