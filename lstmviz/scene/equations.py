"""The equations of a cell as its variant computes it: whole, and stage by stage."""

from __future__ import annotations

from lstmviz.engine.spec import GATES, LETTERS, CellSpec
from lstmviz.engine.variant import Activation, Variant
from lstmviz.scene.symbols import (
    applied,
    clipped,
    definition,
    gate_vector,
    late_output_gate,
    recurrent,
)

BEFORE = "ₜ₋₁"
Line = tuple[str, str]
"""A colour role, such as "f", and an equation."""


def equations(cell: CellSpec) -> tuple[Line, ...]:
    """Every equation of a cell, from the gates to h, then what its functions are."""
    variant = cell.variant
    lines = [(LETTERS[gate], gate_equation(variant, gate)) for gate in GATES]
    lines.append(("c", f"cₜ = {cell_formula(variant)}"))
    if cell.projected:
        lines.append(("h", f"mₜ = {output_formula(variant)}"))
        lines.append(("h", f"hₜ = {projection_formula(variant)}"))
    else:
        lines.append(("h", f"hₜ = {output_formula(variant)}"))
    used = {variant.candidate: None, variant.output: None}
    if len(variant.lacking) < 3:
        used = {variant.gate: None, **used}
    found = dict.fromkeys(text for text in map(definition, used) if text)
    lines += [("muted", text) for text in found]
    if variant.clip is not None or variant.cell_clip is not None or projection_bound(cell):
        lines.append(("muted", "clip(x, ±k) = max(−k, min(k, x))"))
    return tuple(lines)


def projection_bound(cell: CellSpec) -> float | None:
    """What bounds the projected h; None without a bound or a projection."""
    return cell.variant.projection_clip if cell.projected else None


def activation_of(variant: Variant, gate: str) -> Activation:
    """What squashes a gate or the candidate."""
    return variant.candidate if gate == "candidate" else variant.gate


def gate_equation(variant: Variant, gate: str) -> str:
    """How a gate or the candidate comes about: i = σ(W_i [h; x] + b_i), f = 1 − i, o = 1."""
    letter = LETTERS[gate]
    if gate == "forget_gate" and variant.coupled:
        return "f = 1 − i"
    if gate in variant.absent:
        return f"{letter} = 1"
    inside = sum_formula(variant, gate, f"_{letter}")
    return f"{letter} = {applied(activation_of(variant, gate), inside)}"


def sum_formula(variant: Variant, gate: str, mark: str, *, late: bool = True) -> str:
    """All that is summed before a gate is squashed, its weights marked by `mark` ("_f", "").

    `late` False leaves out what o gets from the new cell state, and then its bound too.
    """
    terms = [f"W{mark} [h; x]", f"b{mark}"]
    if recurrent(variant) and gate != "candidate":
        terms.append(f"R{mark} {gate_vector(variant)}{BEFORE}")
    seen = variant.peephole and gate != "candidate"
    waits = gate == "output_gate" and late_output_gate(variant)
    if seen and (late or not waits):
        terms.append(f"p{mark} ⊙ {'cₜ' if waits else 'c' + BEFORE}")
    bound = None if waits and not late else variant.clip
    return clipped(" + ".join(terms), bound)


def cell_formula(variant: Variant, times: str = " ⊙ ") -> str:
    """What the new cell state is: f ⊙ cₜ₋₁ + i ⊙ g, without the gates that are 1, bounded."""
    kept = f"c{BEFORE}" if not forgets(variant) else f"f{times}c{BEFORE}"
    written = "g" if "input_gate" in variant.absent else f"i{times}g"
    return clipped(f"{kept} + {written}", variant.cell_clip)


def forgets(variant: Variant) -> bool:
    """Whether the old cell state is multiplied by anything."""
    return variant.coupled or "forget_gate" not in variant.absent


def output_formula(variant: Variant, times: str = " ⊙ ") -> str:
    """What the cell output is: o ⊙ tanh(cₜ), without o if it is 1."""
    squashed = applied(variant.output, "cₜ")
    return squashed if "output_gate" in variant.absent else f"o{times}{squashed}"


def projection_formula(variant: Variant) -> str:
    """What h is where there is a projection."""
    return clipped("W_hr mₜ", variant.projection_clip)
