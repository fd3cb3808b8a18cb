"""A moment in words: what the stage does, its formula, and the formula with real numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lstmviz.engine.spec import LETTERS, NetworkSpec
from lstmviz.scene.moment import Moment

MINUS = "\N{MINUS SIGN}"


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
    parts = [f"{LETTERS[gate]} {number(a)}" for gate, a in moment.pre.items()]
    return "a = W [h; x] + b", "a of " + ",  ".join(parts)


def _activate(moment: Moment, spec: NetworkSpec) -> tuple[str, str]:
    pre = moment.pre
    f, g = _at(moment, "forget_gate"), _at(moment, "candidate")
    return (
        "i, f, o = σ(a)   g = tanh(a)",
        f"f = σ({number(pre['forget_gate'])}) = {f},  g = tanh({number(pre['candidate'])}) = {g}",
    )


def _forget(moment: Moment, spec: NetworkSpec) -> tuple[str, str]:
    f, before = _at(moment, "forget_gate"), _at(moment, "cell_state_before")
    return "f ⊙ cₜ₋₁", f"{f} × {before} = {_at(moment, 'forgotten')}"


def _write(moment: Moment, spec: NetworkSpec) -> tuple[str, str]:
    i, g = _at(moment, "input_gate"), _at(moment, "candidate")
    kept = _at(moment, "forgotten")
    return "cₜ = f ⊙ cₜ₋₁ + i ⊙ g", f"{kept} + {i} × {g} = {_at(moment, 'cell_state')}"


def _output(moment: Moment, spec: NetworkSpec) -> tuple[str, str]:
    name = "m" if "project" in moment.order else "h"
    o, c = _at(moment, "output_gate"), _at(moment, "cell_state")
    return f"{name}ₜ = o ⊙ tanh(cₜ)", f"{o} × tanh({c}) = {_at(moment, 'cell_output')}"


def _project(moment: Moment, spec: NetworkSpec) -> tuple[str, str]:
    h, m = moment.values["hidden_state"], moment.values["cell_output"]
    return (
        "hₜ = W_hr mₜ",
        f"{len(m):,} values become {len(h):,}; h{index(0)} = {number(float(h[0]))}",
    )


def _head(moment: Moment, spec: NetworkSpec) -> tuple[str, str]:
    y = moment.values["output"]
    activation = spec.head.activation if spec.head else "linear"
    top = int(np.argmax(np.nan_to_num(y, nan=-np.inf)))
    named = f"“{moment.columns[top]}”" if len(moment.columns) == len(y) else f"y{index(top)}"
    formula = "W_y hₜ + b_y"
    if activation != "linear":
        formula = f"{'σ' if activation == 'sigmoid' else activation}({formula})"
    return f"yₜ = {formula}", f"largest: {named} = {number(float(y[top]))}"


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
