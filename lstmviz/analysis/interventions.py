"""What if it were otherwise: runs in which gates, states, inputs or weights are changed.

`rerun` makes the run with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.steps import cell_of, check_step, check_unit, direction_of
from lstmviz.engine.network import Array, CellWeights, Network
from lstmviz.engine.spec import GATES, NetworkSpec
from lstmviz.engine.trace import Trace
from lstmviz.errors import LstmvizError

HOWS = ("set", "scale", "add")
CHANGED = (*GATES, "cell_state", "cell_output", "hidden_state", "input")
"""The arrays whose values may be changed."""


@dataclass(frozen=True)
class Change:
    """Values changed while they come about, so that all that follows is computed from them.

    `array` is one of `CHANGED` ("input" is the network's own). The value of `units` (None: all) at
    the steps from `first` up to, not with, `last` (None: the end) is set to, multiplied by or
    increased by `value`: one number, or one a unit. A step is one of the sequence as given. Lists
    and arrays of units or values become tuples.
    """

    array: str
    value: float | tuple[float, ...] = 0.0
    how: str = "set"
    units: tuple[int, ...] | None = None
    first: int = 0
    last: int | None = None
    layer: int = 0
    direction: str = "forward"

    def __post_init__(self) -> None:
        for name in ("value", "units"):
            given: Any = getattr(self, name)
            if isinstance(given, list | range | np.ndarray):
                listed = np.asarray(given).tolist()
                object.__setattr__(self, name, tuple(listed) if np.ndim(given) else listed)


@dataclass(frozen=True)
class WeightChange:
    """One number of a direction's weights changed for the whole run.

    `array` is a field of `CellWeights`, rows of the gates in the order i, f, g, o; `column` is
    None for a bias.
    """

    array: str
    row: int
    column: int | None = None
    value: float = 0.0
    how: str = "set"
    layer: int = 0
    direction: str = "forward"


Intervention = Change | WeightChange


def clamp(
    gate: str,
    value: float,
    units: Sequence[int] | None = None,
    first: int = 0,
    last: int | None = None,
    layer: int = 0,
    direction: str = "forward",
) -> Change:
    """A gate of some units (None: all) held at a value."""
    chosen = None if units is None else tuple(units)
    return Change(gate, value, "set", chosen, first, last, layer, direction)


def ablate(
    units: Sequence[int],
    array: str = "cell_output",
    first: int = 0,
    last: int | None = None,
    layer: int = 0,
    direction: str = "forward",
) -> Change:
    """Units switched off: their `array` is 0, by default what they hand on."""
    return Change(array, 0.0, "set", tuple(units), first, last, layer, direction)


STATES = ("cell_state", "hidden_state")
"""What a step hands on to the next one: c and h."""


def transplant(
    source: Trace,
    from_step: int,
    to_step: int,
    layer: int = 0,
    direction: str = "forward",
    units: Sequence[int] | None = None,
    arrays: Sequence[str] = STATES,
    until: int | None = None,
) -> tuple[Change, ...]:
    """The states of another step or run put in place of those at a step; one change an array.

    `arrays` are any of "cell_state", "hidden_state" and "cell_output", and `units` those of them
    that are overwritten (None: all). With `until` the same states are held in the steps from
    `to_step` up to, not with, it.

    Raises `LstmvizError` for a step, layer, direction or unit that the source does not have, for
    another array, and for units of c and h together where a projection gives h a size of its own:
    unit k of the one is then not unit k of the other.
    """
    run = direction_of(source, layer, direction)
    check_step(source.steps, from_step)
    chosen = None if units is None else tuple(units)
    both = "hidden_state" in arrays and len(arrays) > 1
    if chosen is not None and both and source.spec.layers[layer].projected:
        raise LstmvizError(
            f"layer {layer} has a projection, so that unit k of c is not unit k of h; take the "
            "units of cell_state or those of hidden_state."
        )
    last = to_step + 1 if until is None else until
    changes = []
    for array in arrays:
        if array not in (*STATES, "cell_output"):
            raise LstmvizError(f"{array[:40]!r} is no state; {', '.join(STATES)} are.")
        values = getattr(run, array)[from_step]
        for unit in chosen or ():
            check_unit(len(values), unit)
        taken = tuple((values if chosen is None else values[list(chosen)]).tolist())
        changes.append(Change(array, taken, "set", chosen, to_step, last, layer, direction))
    return tuple(changes)


def maker(change: Change) -> Callable[[Array], None]:
    """What makes a change in place, of the values (size,) of a step, which are writeable."""
    units, value = _index(change.units), _value(change)

    def put(values: Array) -> None:
        values[units] = value

    def scale(values: Array) -> None:
        values[units] *= value

    def add(values: Array) -> None:
        values[units] += value

    return {"set": put, "scale": scale, "add": add}[change.how]


def _index(units: tuple[int, ...] | None) -> int | slice | NDArray[np.intp]:
    """The units as the index that is fastest, for it is used at every step."""
    if units is None:
        return slice(None)
    if len(units) == 1:
        return units[0]
    if units and units == tuple(range(units[0], units[0] + len(units))):
        return slice(units[0], units[0] + len(units))
    return np.array(units, np.intp)


def _value(change: Change) -> float | NDArray[np.float64]:
    """What a change sets, multiplies by or adds: one number, or one a unit."""
    if not isinstance(change.value, tuple):
        return change.value
    if len(change.value) == 1 and change.units is not None:
        return change.value[0]
    return np.array(change.value)


def edited(x: Array, changes: list[Change]) -> Array:
    """A copy of the network's input (steps, I) with the changes of it made, closed to writing."""
    values = np.array(x)
    for change in changes:
        first, last = span(change, len(values), False)
        make = maker(change)
        for row in values[first:last]:
            make(row)
    values.setflags(write=False)
    return values


def span(change: Change, steps: int, turned: bool) -> tuple[int, int]:
    """The steps of a change (last exclusive), counted in the order of the run."""
    first, last = change.first, steps if change.last is None else min(change.last, steps)
    return (steps - last, steps - first) if turned else (first, last)


def reweighted(network: Network, changes: list[WeightChange]) -> Network:
    """The network with some numbers of its weights changed; itself where there are none.

    Raises `LstmvizError` for a number that is not there.
    """
    if not changes:
        return network
    cells = [dict(directions) for directions in network.cells]
    for change in changes:
        check_weight(network, change)
        weights = cells[change.layer][change.direction]
        cells[change.layer][change.direction] = _with_number(weights, change)
    return replace(network, cells=tuple(cells))


def _with_number(weights: CellWeights, change: WeightChange) -> CellWeights:
    edited = np.array(getattr(weights, change.array))
    at = (change.row,) if change.column is None else (change.row, change.column)
    old = float(edited[at])
    moved = {"set": change.value, "scale": old * change.value, "add": old + change.value}
    edited[at] = moved[change.how]
    return replace(weights, **{change.array: edited})


def check_weight(network: Network, change: WeightChange) -> None:
    """Raise `LstmvizError` for a change of a number that is not there."""
    cell_of(network.spec, change.layer, change.direction)
    weights = vars(network.cells[change.layer][change.direction])
    array = weights.get(change.array)
    if array is None:
        known = ", ".join(name for name, value in weights.items() if value is not None)
        raise LstmvizError(f"there are no weights {change.array[:40]!r} here; there are {known}.")
    _check_how(change.how)
    at = (change.row,) if change.column is None else (change.row, change.column)
    fits = len(at) == array.ndim and all(0 <= k < n for k, n in zip(at, array.shape, strict=True))
    if not fits:
        raise LstmvizError(
            f"{change.array} has the shape {array.shape}, and no number at {at}; name one inside."
        )


def check(spec: NetworkSpec, steps: int, change: Change) -> None:
    """Raise `LstmvizError` for a change of what is not there in a run over so many steps."""
    if not isinstance(change, Change):
        raise LstmvizError(
            f"{str(change)[:40]!r} is no Change or WeightChange; a line of text becomes one by "
            "`lstmviz.analysis.changes.parse`."
        )
    if change.array not in CHANGED:
        known = ", ".join(CHANGED)
        raise LstmvizError(f"{change.array[:40]!r} cannot be changed; {known} can.")
    _check_how(change.how)
    check_step(steps, change.first)
    last = change.last
    if last is not None and not (isinstance(last, Integral) and last > change.first):
        raise LstmvizError(f"steps {change.first} to {change.last} are none; end after the start.")
    size = _size(spec, change)
    units = change.units or ()
    for unit in units:
        check_unit(size, unit)
    if len(set(units)) < len(units):
        twice = next(unit for unit in units if units.count(unit) > 1)
        raise LstmvizError(
            f"unit {twice} is named twice in a change of {change.array}; once will do."
        )
    values = change.value if isinstance(change.value, tuple) else (change.value,)
    if not all(isinstance(value, Real) for value in values):
        raise LstmvizError(f"{str(change.value)[:40]!r} is no number that {change.array} can be.")
    if isinstance(change.value, tuple):
        count = size if change.units is None else len(change.units)
        if len(change.value) != count:
            raise LstmvizError(
                f"{len(change.value)} values are given for {count} units; give one, or one a unit."
            )


def _size(spec: NetworkSpec, change: Change) -> int:
    """How many units there are of what is changed."""
    if change.array == "input":
        return spec.input_size
    cell = cell_of(spec, change.layer, change.direction)
    return cell.hidden_size if change.array == "hidden_state" else cell.cell_size


def _check_how(how: str) -> None:
    if how not in HOWS:
        raise LstmvizError(f"{how[:40]!r} is no way to change a number; {', '.join(HOWS)} are.")
