"""A moment in words: what the stage does, its formula, and the formula with real numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lstmviz.engine.spec import LETTERS, NetworkSpec
from lstmviz.engine.variant import LINEAR, SWITCHES
from lstmviz.scene.equations import (
    activation_of,
    cell_formula,
    output_formula,
    projection_formula,
    sum_formula,
)
from lstmviz.scene.moment import Moment
from lstmviz.scene.sums import Sum
from lstmviz.scene.symbols import MINUS, applied, clipped, late_output_gate, plain

WAITS = "not made yet at this stage"
"""What is told in place of a number that a later stage makes."""


def number(value: float, digits: int = 3, *, short: bool = False) -> str:
    """A number with a true minus sign: 0.734, −1.25, 3.1e−05 (or ≈0, if it is to be `short`)."""
    if not np.isfinite(value):
        return {np.inf: "∞", -np.inf: MINUS + "∞"}.get(value, "NaN")
    size = abs(value)
    if short:
        if 0 < size < 5 * 10.0 ** -(digits + 1):
            return "≈0"
        digits = max(digits - max(len(str(int(size))) - 1, 0), 0) if size < 1e5 else digits
        if size < 1e5:
            return format(value, f".{digits}f").replace("-", MINUS)
    if 1e-3 <= size < 0.5 * 10.0**-digits:
        digits = 3  # or nothing but zeros would be told of it
    style = f".{digits}f" if size == 0 or 1e-3 <= size < 1e4 else f".{max(digits - 2, 1)}e"
    return format(value, style).replace("-", MINUS)


def index(unit: int) -> str:
    """A unit number as a subscript."""
    return str(unit).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _at(moment: Moment, array: str) -> str:
    return number(float(moment.values[array][moment.focus]))


def _gather(moment: Moment, spec: NetworkSpec) -> tuple[str, str]:
    hidden, inputs = len(moment.values["hidden_state_before"]), len(moment.values["input"])
    read = f", x is “{moment.label}”" if moment.label else ""
    return (
        "[h; x] = hₜ₋₁ joined with xₜ",
        f"{hidden:,} + {inputs:,} = {hidden + inputs:,} numbers{read}",
    )


def _pre_activate(moment: Moment, spec: NetworkSpec) -> tuple[str, str]:
    variant, others = moment.variant, dict(moment.sums)
    whole = next((gate for gate in _FIRST if gate in others), "candidate")
    if len(others[whole].early) < 2 and variant.clip is None:
        return "a = W [h; x] + b", "a of " + ",  ".join(map(_listed, others.items()))
    found, letter = others.pop(whole), LETTERS[whole]
    real = f"a_{letter} = {_early(found)} = {number(_early_value(found))}"
    formula = f"a_{letter} = {sum_formula(variant, whole, '', late=False)}"
    return formula, ",  ".join([real, *map(_listed, others.items())])


def _listed(row: tuple[str, Sum]) -> str:
    """A pre-activation after its letter: "i 0.035", "o −0.099 so far"."""
    gate, found = row
    return f"{LETTERS[gate]} {number(_early_value(found))}{' so far' if found.late else ''}"


_FIRST = ("forget_gate", "input_gate", "output_gate")
"""The gate whose sum or squashing is told, if it has weights; else the next."""


def _early(found: Sum) -> str:
    """The parts of a sum that are known before the new cell state is, and its bound."""
    text = " + ".join(number(term) for term in found.early)
    return text if found.late else clipped(text, found.bound)


def _early_value(found: Sum) -> float:
    return sum(found.early) if found.late else found.total


def _squashed(moment: Moment, gate: str) -> str:
    """F = σ(0.182) = 0.545"""
    letter, activation = LETTERS[gate], activation_of(moment.variant, gate)
    if gate in moment.changed:
        return _held(moment, letter, gate)
    if plain(activation):
        return f"{letter} = {_at(moment, gate)}"
    return f"{letter} = {applied(activation, number(moment.pre[gate]))} = {_at(moment, gate)}"


def _held(moment: Moment, letter: str, array: str) -> str:
    """What stands in place of the arithmetic of a number that a change has set."""
    return f"{letter} = {_at(moment, array)}, set by a change (What if)"


def _activate(moment: Moment, spec: NetworkSpec) -> tuple[str, str]:
    variant = moment.variant
    now = [
        gate
        for gate in SWITCHES
        if gate not in variant.lacking and not (gate == "output_gate" and late_output_gate(variant))
    ]
    formula = [f"g = {applied(variant.candidate, 'a')}"]
    if now:
        letters = ", ".join(LETTERS[gate] for gate in now)
        formula.insert(0, f"{letters} = {applied(variant.gate, 'a')}")
    told = [_squashed(moment, "candidate")]
    if variant.coupled:
        formula.append("f = 1 − i")
        real = f"f = 1 − {_at(moment, 'input_gate')} = {_at(moment, 'forget_gate')}"
        held = "forget_gate" in moment.changed
        told.insert(0, _held(moment, "f", "forget_gate") if held else real)
    first = next((gate for gate in _FIRST if gate in now), None)
    if first is not None:
        told.insert(0, _squashed(moment, first))
    return "   ".join(formula), ",  ".join(told)


def _forget(moment: Moment, spec: NetworkSpec) -> tuple[str, str]:
    f, before = _at(moment, "forget_gate"), _at(moment, "cell_state_before")
    return "f ⊙ cₜ₋₁", f"{f} × {before} = {_at(moment, 'forgotten')}"


def _write(moment: Moment, spec: NetworkSpec) -> tuple[str, str]:
    variant = moment.variant
    if "cell_state" in moment.changed:
        return f"cₜ = {cell_formula(variant)}", _held(moment, "c", "cell_state")
    written = _at(moment, "candidate")
    if "input_gate" not in variant.absent:
        written = f"{_at(moment, 'input_gate')} × {written}"
    kept = _at(moment, "forgotten")
    real = clipped(f"{kept} + {written}", variant.cell_clip)
    return f"cₜ = {cell_formula(variant)}", f"{real} = {_at(moment, 'cell_state')}"


def _output(moment: Moment, spec: NetworkSpec) -> tuple[str, str]:
    variant = moment.variant
    name = "m" if "project" in moment.order else "h"
    real = applied(variant.output, _at(moment, "cell_state"))
    if "output_gate" not in variant.absent:
        real = f"{_at(moment, 'output_gate')} × {real}"
    m = _at(moment, "cell_output")
    formula = f"{name}ₜ = {output_formula(variant)}"
    real = f"{name} = {m}" if real == m else f"{real} = {m}"
    if "cell_output" in moment.changed:
        real = _held(moment, name, "cell_output")
    if not late_output_gate(variant):
        return formula, real
    inside = clipped("a + p ⊙ cₜ", variant.clip)
    found = moment.sums["output_gate"]
    parts = (sum(found.early), found.terms[-1])
    o = applied(variant.gate, clipped(" + ".join(map(number, parts)), found.bound))
    gate = f"o = {o} = {_at(moment, 'output_gate')}"
    if "output_gate" in moment.changed:
        gate = _held(moment, "o", "output_gate")
    return f"o = {applied(variant.gate, inside)}   {formula}", f"{gate},  {real}"


def _project(moment: Moment, spec: NetworkSpec) -> tuple[str, str]:
    h, m = moment.values["hidden_state"], moment.values["cell_output"]
    become = "value becomes" if len(m) == 1 else "values become"
    return (
        f"hₜ = {projection_formula(moment.variant)}",
        f"{len(m):,} {become} {len(h):,}; h{index(0)} = {number(float(h[0]))}",
    )


def _head(moment: Moment, spec: NetworkSpec) -> tuple[str, str]:
    y = moment.values["output"]
    squash = spec.head.squash if spec.head else LINEAR
    top = int(np.argmax(np.nan_to_num(y, nan=-np.inf)))
    named = f"“{moment.columns[top]}”" if len(moment.columns) == len(y) else f"y{index(top)}"
    direct = len(spec.heads) < 2 and len(spec.layers[-1].directions) < 2
    bias = " + b_y" if spec.head is None or spec.head.bias else ""
    formula = f"W_y {'hₜ' if direct else 'zₜ'}{bias}"
    formula = applied(squash, formula)
    largest = f"{'largest: ' * (len(y) > 1)}{named} = {number(float(y[top]))}"
    if not direct:
        below = spec.heads[-2] if len(spec.heads) > 1 else None
        what = f"Dense {below.size:,} {below.shown}" if below else "h of both directions"
        largest = f"z is {what};  {largest}"
    return f"yₜ = {formula}", largest


_TOLD: dict[str, Callable[[Moment, NetworkSpec], tuple[str, str]]] = {
    "gather": _gather,
    "pre-activate": _pre_activate,
    "activate": _activate,
    "forget": _forget,
    "write": _write,
    "output": _output,
    "project": _project,
    "head": _head,
}

_WHOLE = ("gather", "project", "head")
"""Stages whose numbers are of the whole vector, not of the focus unit."""


def caption(moment: Moment, spec: NetworkSpec) -> tuple[str, str, str]:
    """(where we are, the stage's formula, the formula with real numbers)."""
    place = moment.order.index(moment.stage) + 1
    where = f"step t = {moment.step:,}  ·  stage {place} of {len(moment.order)}: {moment.stage}"
    formula, real = _TOLD[moment.stage](moment, spec)
    if moment.stage not in _WHOLE:
        real = f"unit {moment.focus}:  {real}"
    return where, formula, real
