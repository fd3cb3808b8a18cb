"""Changes of a run as lines of text, both ways: what is typed, saved and shown is one thing.

    forget_gate[3,7]@10:20 = 0            units 3 and 7 held at 0 in steps 10 to 19
    layer1.backward.input_gate *= 0.5     a gate scaled, every unit and step
    cell_output[5] = 0                    a unit switched off (ablated)
    cell_state[0,1]@8 = 0.5, -0.5         c of two units overwritten at step 8
    hidden_state@4: += 0.1                h raised from step 4 on
    input[2]@6 = 1                        a value of the network's own input
    recurrent_weights[f3,7] = 0           the weight of h₇ in the forget gate of unit 3
    input_bias[o2] += 1                   a bias; peepholes[f,3], projection[0,5], … likewise
    states@20 = states@5                  c and h of step 5 put in place of those of step 20
    states[3]@20 = other@5                those of unit 3, and of another run
    cell_state[0:4]@20:30 = states@5      c of four units held as it was at step 5

Units are numbers and ranges (4:8 is 4 to 7), steps are one number or a range, Python's way; both
are all of them where they are left out. `=` sets, `*=` scales and `+=` adds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from lstmviz.analysis.interventions import (
    CHANGED,
    STATES,
    Change,
    Intervention,
    WeightChange,
    transplant,
)
from lstmviz.analysis.steps import cell_of
from lstmviz.engine.spec import NetworkSpec
from lstmviz.engine.trace import Trace
from lstmviz.errors import LstmvizError

GATED = {
    "input_weights": "ifgo",
    "recurrent_weights": "ifgo",
    "input_bias": "ifgo",
    "recurrent_bias": "ifgo",
    "gate_recurrence": "ifo",
}
"""Weights whose rows are those of the gates, one block of C rows a gate."""
WEIGHTS = (*GATED, "peepholes", "projection")
HOWS = {"=": "set", "*=": "scale", "+=": "add"}
SIGNS = {how: sign for sign, how in HOWS.items()}
MOST = 4096
"""Units, values and characters of one line at most."""

_LINE = re.compile(
    r"(?:layer(?P<layer>\d{1,3})\.)?(?:(?P<way>forward|backward)\.)?(?P<array>\w+)"
    r"(?:\[(?P<inside>[^\]]*)\])?(?:@(?P<steps>[\d:]+))?(?P<how>\*=|\+=|=)(?P<value>.+)"
)
_FROM = re.compile(r"(states|other)@(\d{1,9})")
EXAMPLE = "forget_gate[3,7]@10:20 = 0"


COPIED = {
    "states": STATES,
    "cell_state": ("cell_state",),
    "hidden_state": ("hidden_state",),
    "cell_output": ("cell_output",),
}
"""What can be copied from another step, by the word for it: c and h, or one of them alone."""


@dataclass(frozen=True)
class StatesFrom:
    """States of a layer overwritten with those of step `step`; units and steps as in `Change`.

    `source` is "states" (of the run itself, before anything is changed) or "other"; `array` is one
    of `COPIED`.
    """

    array: str
    step: int
    source: str = "states"
    units: tuple[int, ...] | None = None
    first: int = 0
    last: int | None = None
    layer: int = 0
    direction: str = "forward"


Told = Change | WeightChange | StatesFrom


def parse(text: str, spec: NetworkSpec) -> Told:
    """The change that a line asks of a network; spaces do not matter.

    Raises `LstmvizError` for a line that is none, quoting it, and for a layer that is not there;
    whether units, steps and weights are there is for `run_with` to say.
    """
    line = "".join(text.split())
    found = _LINE.fullmatch(line) if len(line) <= 16 * MOST else None
    if found is None:
        raise _none(text, f"write it as in {EXAMPLE!r}")
    layer, way = int(found["layer"] or 0), found["way"] or "forward"
    array, how = found["array"], HOWS[found["how"]]
    if array != "input":  # the network's own, whichever way it is read
        cell_of(spec, layer, way)
    if array in WEIGHTS:
        if found["steps"] is not None:
            raise _none(text, "a weight is changed for the whole run, so leave the steps out")
        row, column = _place(text, array, found["inside"], spec.layers[layer].cell_size)
        value = _numbers(text, found["value"])
        if len(value) != 1:
            raise _none(text, "a weight takes one value")
        return WeightChange(array, row, column, value[0], how, layer, way)
    copied = array in COPIED and _FROM.fullmatch(found["value"])
    if array == "states" and not (copied and how == "set"):
        raise _none(text, "states are copied as in 'states@20 = states@5' or '… = other@5'")
    if array not in CHANGED and not copied:
        raise _none(text, f"what can be changed is {', '.join((*CHANGED, *WEIGHTS, 'states'))}")
    units = None if found["inside"] is None else _units(text, found["inside"])
    first, last = _steps(text, found["steps"])
    if copied and how == "set":
        return StatesFrom(array, int(copied[2]), copied[1], units, first, last, layer, way)
    values = _numbers(text, found["value"])
    each = values[0] if len(values) == 1 else values
    return Change(array, each, how, units, first, last, layer, way)


def told(change: Told, spec: NetworkSpec) -> str:
    """The line that `parse` reads as this change."""
    way = "" if change.direction == "forward" else f"{change.direction}."
    where = (f"layer{change.layer}." if change.layer else "") + way
    if isinstance(change, StatesFrom):
        value = f"{change.source}@{change.step}"
        return f"{where}{change.array}{_units_text(change)}{_steps_text(change)} = {value}"
    sign = SIGNS[change.how]
    if isinstance(change, WeightChange):
        size = cell_of(spec, change.layer, change.direction).cell_size
        at = _row_text(change.array, change.row, size)
        if change.column is not None:
            recurs = change.array == "gate_recurrence"
            column = _row_text(change.array, change.column, size) if recurs else change.column
            at += f",{column}"
        return f"{where}{change.array}[{at}] {sign} {_number_text(change.value)}"
    several = change.value if isinstance(change.value, tuple) else (change.value,)
    value = ", ".join(map(_number_text, several))
    return f"{where}{change.array}{_units_text(change)}{_steps_text(change)} {sign} {value}"


def resolved(
    changes: Iterable[Told], trace: Trace, other: Trace | None = None
) -> tuple[Intervention, ...]:
    """The changes as `run_with` takes them, states copied from the run or from the `other` one.

    Raises `LstmvizError` where a state of another run is asked for and there is none.
    """
    result: list[Intervention] = []
    for change in changes:
        if not isinstance(change, StatesFrom):
            result.append(change)
            continue
        source = trace if change.source == "states" else other
        if source is None:
            raise LstmvizError("states of another run are asked for; give that run too.")
        place = (change.first, change.layer, change.direction, change.units)
        until = trace.steps if change.last is None else change.last
        result += transplant(source, change.step, *place, COPIED[change.array], until)
    return tuple(result)


def _none(text: str, mend: str) -> LstmvizError:
    line = " ".join(text.split())
    return LstmvizError(f"{line[:60]!r} is no change of a run: {mend}.")


def _place(text: str, array: str, inside: str | None, size: int) -> tuple[int, int | None]:
    """Row and column (None of a bias) of a weight."""
    parts = (inside or "").split(",")
    if len(parts) != (1 if array.endswith("bias") else 2):
        count = "one number" if array.endswith("bias") else "row and column"
        raise _none(text, f"name one weight by {count}, such as recurrent_weights[f3,7]")
    row = _row(text, array, parts[0], size)
    if len(parts) == 1:
        return row, None
    return row, _row(text, array if array == "gate_recurrence" else "", parts[1], size)


def _row(text: str, array: str, part: str, size: int) -> int:
    """A row as a number, or as a gate's letter and the unit: f3."""
    letters = "ifo" if array == "peepholes" else GATED.get(array, "")
    if array == "peepholes" and part in tuple(letters):
        return letters.index(part)
    gated = array in GATED and part[:1] in tuple(letters)
    digits = part[1:] if gated else part
    if not re.fullmatch(r"\d{1,9}", digits):
        raise _none(text, f"{part[:20]!r} names no row or column, such as f3 or 7")
    unit = int(digits)
    if gated and unit >= size:
        raise _none(text, f"there is no unit {unit}, only 0 to {size - 1}")
    return letters.index(part[0]) * size + unit if gated else unit


def _row_text(array: str, row: int, size: int) -> str:
    if array == "peepholes":
        return "ifo"[row]
    letters = GATED.get(array)
    return f"{letters[row // size]}{row % size}" if letters else str(row)


def _units(text: str, inside: str) -> tuple[int, ...]:
    units: list[int] = []
    for part in inside.split(","):
        found = re.fullmatch(r"(\d{1,7})(?::(\d{1,7}))?", part)
        if found is None:
            raise _none(text, f"{part[:20]!r} is no unit or range of units, such as 3 or 4:8")
        last = int(found[2]) if found[2] else int(found[1]) + 1
        if not int(found[1]) < last <= int(found[1]) + MOST - len(units):
            raise _none(text, f"the units {part[:20]} are none, or too many")
        units += range(int(found[1]), last)
    if len(set(units)) < len(units):
        raise _none(text, "a unit is named twice")
    return tuple(units)


def _units_text(change: Change | StatesFrom) -> str:
    return "" if change.units is None else f"[{_ranges(change.units)}]"


def _ranges(units: tuple[int, ...]) -> str:
    """Units as numbers, runs of three and more as ranges."""
    parts, k = [], 0
    while k < len(units):
        end = k + 1
        while end < len(units) and units[end] == units[end - 1] + 1:
            end += 1
        if end - k >= 3:
            parts.append(f"{units[k]}:{units[end - 1] + 1}")
        else:
            parts += map(str, units[k:end])
        k = end
    return ",".join(parts)


def _steps(text: str, steps: str | None) -> tuple[int, int | None]:
    if steps is None:
        return 0, None
    found = re.fullmatch(r"(\d{0,9})(:?)(\d{0,9})", steps)
    if found is None or not (found[1] or found[3]):
        raise _none(text, f"{steps[:20]!r} is no step or range of steps, such as 5, 10:20 or 10:")
    first = int(found[1] or 0)
    if not found[2]:
        return first, first + 1
    return first, int(found[3]) if found[3] else None


def _steps_text(change: Change | StatesFrom) -> str:
    if change.last is None:
        return f"@{change.first}:" if change.first else ""
    if change.last == change.first + 1:
        return f"@{change.first}"
    return f"@{change.first or ''}:{change.last}"


def _numbers(text: str, given: str) -> tuple[float, ...]:
    parts = given.split(",")
    try:
        values = tuple(float(part.replace("−", "-")) for part in parts)
    except ValueError:
        values = (math.nan,)
    if len(parts) > MOST or "_" in given or not all(map(math.isfinite, values)):
        raise _none(text, f"{given[:20]!r} is no finite number")
    return values


def _number_text(value: float) -> str:
    return repr(float(value)).removesuffix(".0")
