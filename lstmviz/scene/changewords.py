"""Changes of a run in words, and what can be offered for a number that is pointed at."""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.analysis.changes import StatesFrom, Told, parse, told
from lstmviz.analysis.interventions import Change, WeightChange
from lstmviz.engine.spec import GATES, LETTERS, NetworkSpec
from lstmviz.engine.variant import SWITCHES
from lstmviz.errors import LstmvizError
from lstmviz.inputs.sequence import Sequence
from lstmviz.scene.address import BEFORE, Address
from lstmviz.scene.moment import direction_trace
from lstmviz.scene.run import Run
from lstmviz.scene.whatif import WhatIf
from lstmviz.scene.words import number

NAMES = {
    "input_gate": "input gate i",
    "forget_gate": "forget gate f",
    "candidate": "candidate g",
    "output_gate": "output gate o",
    "cell_state": "cell state c",
    "cell_output": "cell output m",
    "hidden_state": "hidden state h",
}
MOST = 6
"""Units and values told one by one."""


def words(line: str, spec: NetworkSpec | None, sequence: Sequence | None = None) -> str:
    """A line of a change in words; the line itself where it is none."""
    try:
        change = parse(line, spec) if spec is not None else None
    except LstmvizError:
        change = None
    if change is None or spec is None:
        return line
    several = len(spec.layers) > 1 or len(spec.layers[0].directions) > 1
    where = ""
    plain = isinstance(change, Change) and change.array == "input"
    if several and not plain:
        where = f"layer {change.layer}, {change.direction}: "
    return where + _told(change, spec, sequence)


def _told(change: Told, spec: NetworkSpec, sequence: Sequence | None) -> str:
    if isinstance(change, StatesFrom):
        return _copied(change)
    if isinstance(change, WeightChange):
        return f"{_weight(change, spec)} {_moved(change.how, change.value)}"
    steps = _steps(change)
    off = change.how == "set" and change.value == 0.0
    if change.array == "cell_output" and off and change.units is not None:
        return f"{_units(change.units)} switched off, {steps}"
    if change.array == "input":
        return f"{_inputs(change.units, sequence)} {_moved(change.how, change.value)}, {steps}"
    verb = "held at" if change.array in GATES else "overwritten with"
    units = f"of {_units(change.units)}"
    return f"{NAMES[change.array]} {units} {_moved(change.how, change.value, verb)}, {steps}"


def _copied(change: StatesFrom) -> str:
    """States taken from elsewhere in words."""
    what = NAMES.get(change.array, "c and h")
    of = "" if change.units is None else f" of {_units(change.units)}"
    run = " of the other run" if change.source == "other" else ""
    steps = _steps(change)
    if change.last == change.first + 1:
        steps = f"put into {steps}"
    else:
        steps = f"held {steps}" if change.last is None else f"held in {steps}"
    return f"{what}{of} taken from step {change.step:,}{run}, {steps}"


def _units(units: tuple[int, ...] | None, one: str = "unit") -> str:
    if units is None:
        return f"every {one}"
    if len(units) == 1:
        return f"{one} {units[0]}"
    if len(units) > 2 and units == tuple(range(units[0], units[-1] + 1)):
        return f"{one}s {units[0]}–{units[-1]}"
    listed = ", ".join(map(str, units[:MOST]))
    more = f" and {len(units) - MOST} more" if len(units) > MOST else ""
    return f"{one}s {listed}{more}"


def _inputs(units: tuple[int, ...] | None, sequence: Sequence | None) -> str:
    if units is not None and len(units) == 1 and sequence is not None:
        column = units[0]
        if column < len(sequence.columns) and sequence.columns[column]:
            name = sequence.columns[column]
            return f"input “{name}”" if sequence.symbolic else f"input {name}"
    return "every input" if units is None else f"input of {_units(units, 'column')}"


def _steps(change: Change | StatesFrom) -> str:
    if change.last is None:
        return f"from step {change.first:,} on" if change.first else "every step"
    if change.last == change.first + 1:
        return f"step {change.first:,}"
    return f"steps {change.first:,}–{change.last - 1:,}"


def _moved(how: str, value: float | tuple[float, ...], verb: str = "set to") -> str:
    values = value if isinstance(value, tuple) else (value,)
    told = ", ".join(_plain(each) for each in values[:MOST]) + ("…" if len(values) > MOST else "")
    if how == "set":
        return f"{verb} {told}"
    return f"multiplied by {told}" if how == "scale" else f"raised by {told}"


def _plain(value: float) -> str:
    """A number as it would be typed."""
    return f"{value:.6g}".replace("-", "−")


def _weight(change: WeightChange, spec: NetworkSpec) -> str:
    """A weight by what it joins."""
    size, row = spec.layers[change.layer].cell_size, change.row
    if change.array == "projection":
        return f"weight of m{_sub(change.column)} in h{_sub(row)}"
    if change.array == "peepholes":
        gate = SWITCHES[row] if row < len(SWITCHES) else SWITCHES[0]
        return f"peephole of c in the {NAMES[gate]} of unit {change.column}"
    gates = SWITCHES if change.array == "gate_recurrence" else GATES
    if row >= size * len(gates):
        return f"{change.array} at {row}"
    where = f"the {NAMES[gates[row // size]]} of unit {row % size}"
    if change.column is None:
        return f"bias of {where}"
    if change.array == "gate_recurrence":
        sent = SWITCHES[min(change.column // size, 2)]
        return f"weight of {LETTERS[sent]}{_sub(change.column % size)} before in {where}"
    letter = "h" if change.array == "recurrent_weights" else "x"
    return f"weight of {letter}{_sub(change.column)} in {where}"


def _sub(index: int | None) -> str:
    return str(index).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def effect_words(what_if: WhatIf | None, sequence: Sequence | None) -> str:
    """What the changes have done, in sentences; nothing where there are none."""
    if what_if is None or what_if.again is None:
        return ""
    found = what_if.effect
    if found is None:
        return "Computing the changed run …"
    if found.first is None:
        return "Nothing differs from the baseline."
    told = [f"Everything is as before up to step {found.first:,}."]
    if found.first == 0:
        told = ["Values differ from step 0 on."]
    if found.largest == 0:
        return " ".join([*told, "The output stays the same."])
    if found.likeliest is not None:
        told.append(
            f"The largest output is another at {found.likeliest:,} of {found.steps:,} steps."
        )
    name = f"y{_sub(found.column)}"
    names = sequence.columns if sequence is not None and sequence.symbolic else ()
    if len(names) == what_if.again.own.output.shape[1] and names[found.column]:
        name = f"“{names[found.column]}”"
    told.append(
        f"The output differs most at step {found.step:,}: {name} from {number(found.before)} to "
        f"{number(found.after)}."
    )
    if found.divergence is not None:
        told.append(f"Mean KL {number(found.divergence)} bits a step.")
    return " ".join(told)


def value_at(run: Run, address: Address) -> float | None:
    """The value of a gate or state at an address; None where it is not computed."""
    if run.trace is None or address.array not in NAMES or address.step >= run.done:
        return None
    values = getattr(direction_trace(run.trace, address.layer, address.direction), address.array)
    return float(values[address.step, address.element])


@dataclass(frozen=True)
class Offer:
    """Something a menu offers: its words, the line that does it, and whether it is to be edited."""

    words: str
    line: str
    asks: bool = False


def offers(
    address: Address, spec: NetworkSpec, span: tuple[int, int] | None, value: float | None
) -> tuple[Offer, ...]:
    """What can be changed of a number that is pointed at, for the steps of `span` (None: all).

    `value` is what it is now.
    """
    array, unit = BEFORE.get(address.array, address.array), address.element
    first, last = (0, None) if span is None else span
    place = (first, last, address.layer, address.direction)

    def line(array: str, value: float = 0.0, how: str = "set") -> str:
        return told(Change(array, value, how, (unit,), *place), spec)

    def copied(array: str) -> str:
        step = max(address.step - (address.array in BEFORE), 0)
        into = span or (step, step + 1)
        return told(StatesFrom(array, 0, "states", (unit,), *into, *place[2:]), spec)

    if array in GATES:
        letter = LETTERS[array]
        holds = [(_plain(at), float(at)) for at in ((0, 1) if array in SWITCHES else (-1, 0, 1))]
        if value is not None and value == value:
            holds.append((f"{number(value)}, as it is now", float(f"{value:.4g}")))
        made = [Offer(f"Hold {letter} at {text}", line(array, at)) for text, at in holds]
        made.append(Offer(f"Scale {letter}…", line(array, 0.5, "scale"), asks=True))
        return (*made, Offer("Switch the unit off", line("cell_output")))
    if array == "cell_state":
        return (
            Offer("Hold c at 0", line("cell_state")),
            Offer("Overwrite c…", line("cell_state", 1.0), asks=True),
            Offer("Take c from another step…", copied(array), asks=True),
            Offer("Switch the unit off", line("cell_output")),
        )
    if array in ("cell_output", "hidden_state"):
        letter = "h" if array == "hidden_state" else "m"
        return (
            Offer(f"Hold {letter} at 0", line(array)),
            Offer(f"Overwrite {letter}…", line(array, 1.0), asks=True),
            Offer(f"Take {letter} from another step…", copied(array), asks=True),
        )
    if array == "symbol" or (array == "input" and address.layer == 0 and not spec.embedding):
        change = Change("input", 1.0, "set", (unit,), address.step, address.step + 1)
        return (Offer("Change this input…", told(change, spec), asks=True),)
    return ()
