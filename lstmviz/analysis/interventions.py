"""What if it were otherwise: runs in which gates, states, inputs or weights are changed.

`rerun` makes the run with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lstmviz.analysis.steps import cell_of, check_step, check_unit, direction_of
from lstmviz.engine.network import Array, CellWeights, Network
from lstmviz.engine.spec import GATES
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
    increased by `value`: one number, or one a unit. A step is one of the sequence as given.
    """

    array: str
    value: float | tuple[float, ...] = 0.0
    how: str = "set"
    units: tuple[int, ...] | None = None
    first: int = 0
    last: int | None = None
    layer: int = 0
    direction: str = "forward"


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


def transplant(
    source: Trace, from_step: int, to_step: int, layer: int = 0, direction: str = "forward"
) -> tuple[Change, Change]:
    """The states of another step or run put in place of those at a step.

    Raises `LstmvizError` for a step, layer or direction the source does not have.
    """
    run = direction_of(source, layer, direction)
    check_step(source, from_step)

    def whole(array: str) -> Change:
        values = tuple(getattr(run, array)[from_step].tolist())
        return Change(array, values, "set", None, to_step, to_step + 1, layer, direction)

    return whole("cell_state"), whole("hidden_state")


def maker(change: Change) -> Callable[[Array], None]:
    """What makes a change in place, of values (…, size) that are writeable."""
    units, value = _index(change.units), np.asarray(change.value)

    def put(values: Array) -> None:
        values[..., units] = value

    def scale(values: Array) -> None:
        values[..., units] *= value

    def add(values: Array) -> None:
        values[..., units] += value

    return {"set": put, "scale": scale, "add": add}[change.how]


def _index(units: tuple[int, ...] | None) -> slice | list[int]:
    """The units as an index: a range, which is the faster one, where they are consecutive."""
    if units is None:
        return slice(None)
    first = units[0] if units else 0
    consecutive = units == tuple(range(first, first + len(units)))
    return slice(first, first + len(units)) if consecutive else list(units)


def edited(x: Array, changes: list[Change]) -> Array:
    """A copy of the network's input (steps, I) with the changes of it made."""
    values = np.array(x)
    for change in changes:
        first, last = span(change, len(values), False)
        maker(change)(values[first:last])
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
        cell_of(network.spec, change.layer, change.direction)
        weights = cells[change.layer][change.direction]
        cells[change.layer][change.direction] = _with_number(weights, change)
    return replace(network, cells=tuple(cells))


def _with_number(weights: CellWeights, change: WeightChange) -> CellWeights:
    array = vars(weights).get(change.array)
    if array is None:
        known = ", ".join(name for name, value in vars(weights).items() if value is not None)
        raise LstmvizError(f"there are no weights {change.array[:40]!r} here; there are {known}.")
    _check_how(change.how)
    at = (change.row,) if change.column is None else (change.row, change.column)
    fits = len(at) == array.ndim and all(0 <= k < n for k, n in zip(at, array.shape, strict=True))
    if not fits:
        raise LstmvizError(
            f"{change.array} has the shape {array.shape}, and no number at {at}; name one inside."
        )
    edited = np.array(array)
    old = float(edited[at])
    moved = {"set": change.value, "scale": old * change.value, "add": old + change.value}
    edited[at] = moved[change.how]
    return replace(weights, **{change.array: edited})


def check(trace: Trace, change: Change) -> None:
    """Raise `LstmvizError` for a change of what is not there."""
    if change.array not in CHANGED:
        known = ", ".join(CHANGED)
        raise LstmvizError(f"{change.array[:40]!r} cannot be changed; {known} can.")
    _check_how(change.how)
    check_step(trace, change.first)
    if change.last is not None and change.last <= change.first:
        raise LstmvizError(f"steps {change.first} to {change.last} are none; end after the start.")
    sizes = cell_of(trace.spec, change.layer, change.direction)
    size = {"input": trace.input.shape[1], "hidden_state": sizes.hidden_size}.get(
        change.array, sizes.cell_size
    )
    for unit in change.units or ():
        check_unit(size, unit)
    if isinstance(change.value, tuple):
        count = size if change.units is None else len(change.units)
        if len(change.value) != count:
            raise LstmvizError(
                f"{len(change.value)} values are given for {count} units; give one, or one a unit."
            )


def _check_how(how: str) -> None:
    if how not in HOWS:
        raise LstmvizError(f"{how[:40]!r} is no way to change a number; {', '.join(HOWS)} are.")
