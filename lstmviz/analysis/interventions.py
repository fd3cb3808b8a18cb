"""What if it were otherwise: runs in which gates, states, inputs or weights are changed.

What follows from a change is computed, nothing else: with a baseline the steps before the first
one affected are copied from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from lstmviz.analysis.steps import cell_of, check_step, check_unit, direction_of
from lstmviz.engine import cell, unroll
from lstmviz.engine.network import Array, CellWeights, Network
from lstmviz.engine.recur import advance
from lstmviz.engine.spec import GATES
from lstmviz.engine.states import Initial
from lstmviz.engine.trace import DIRECTION_ARRAYS, DirectionTrace, Trace, layer_input, layer_output
from lstmviz.engine.variant import SWITCHES
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


def run_with(
    network: Network,
    x: ArrayLike,
    interventions: Iterable[Intervention],
    baseline: Trace | None = None,
    initial: Initial | None = None,
) -> Trace:
    """The run of `x` with everything changed that the interventions ask for, in their order.

    `x` and `initial` are as in `engine.unroll.run`; `baseline` is the run without them, from
    which the steps before the first one affected are taken. Raises `LstmvizError` as `run` does,
    and for an intervention on what is not there.
    """
    asked = tuple(interventions)
    changes = [each for each in asked if isinstance(each, Change)]
    weights = [each for each in asked if isinstance(each, WeightChange)]
    trace = unroll.allocate(network, x, initial)
    for change in changes:
        _check(trace, change)
    inputs = [change for change in changes if change.array == "input"]
    if inputs:
        trace = unroll.allocate(network, _edited(trace.input, inputs), initial)
    network = _reweighted(network, weights)
    if baseline is not None and not _comparable(baseline, trace):
        baseline = None
    fresh = {(change.layer, change.direction) for change in weights}
    for layer, run in enumerate(trace.layers):
        given = layer_input(trace, layer)
        before = None if baseline is None else layer_input(baseline, layer)
        for name, direction in run.directions():
            own = [c for c in changes if (c.layer, c.direction) == (layer, name)]
            own = [c for c in own if c.array != "input"]
            earlier = None
            if baseline is not None and (layer, name) not in fresh:
                earlier = dict(baseline.layers[layer].directions())[name]
            _run(network, layer, name, direction, given, own, earlier, before)
    first = 0
    if baseline is not None:
        last = len(trace.layers) - 1
        first = _first_other(layer_output(trace, last), layer_output(baseline, last))
        _copy_outputs(baseline, trace, first)
    unroll.complete(network, trace, slice(first, trace.steps))
    return trace


def _run(
    network: Network,
    layer: int,
    name: str,
    direction: DirectionTrace,
    given: Array,
    changes: list[Change],
    earlier: DirectionTrace | None,
    before: Array | None,
) -> None:
    """Fill one direction: what is as before copied, steps that are changed one by one."""
    steps, turned = len(given), name == "backward"
    if turned:
        given, direction = given[::-1], unroll.last_first(direction)
    spans = [_span(change, steps, turned) for change in changes]
    start = 0
    if earlier is not None and before is not None:
        earlier = unroll.last_first(earlier) if turned else earlier
        start = _first_other(given, before[::-1] if turned else before)
        start = min([start, *(first for first, last in spans if first < last)])
        for array in DIRECTION_ARRAYS:
            getattr(direction, array)[:start] = getattr(earlier, array)[:start]
    touched = np.zeros(steps, bool)
    for first, last in spans:
        touched[first:last] = True
    edges = [start, *(np.flatnonzero(np.diff(touched[start:])) + start + 1).tolist(), steps]
    ready = unroll.ready(network)[layer][name]
    for first, last in pairwise(edges):
        if first == last:
            continue
        if not touched[first]:
            advance(ready, given, direction, slice(first, last))
            continue
        for t in range(first, last):
            now = [c for c, (low, high) in zip(changes, spans, strict=True) if low <= t < high]
            _step(network, layer, name, direction, given[t], t, now)


def _step(
    network: Network,
    layer: int,
    name: str,
    direction: DirectionTrace,
    x: Array,
    t: int,
    changes: list[Change],
) -> None:
    """One changed step by the reference cell, into row t."""
    h, c, gates = direction.initial_hidden_state, direction.initial_cell_state, None
    if t:
        h, c = direction.hidden_state[t - 1], direction.cell_state[t - 1]
        gates = np.concatenate([getattr(direction, gate)[t - 1] for gate in SWITCHES])

    def change(array: str, values: Array) -> Array:
        for each in changes:
            if each.array == array:
                values = _changed(values, each)
        return values

    weights, variant = network.cells[layer][name], network.spec.layers[layer].variant
    step = cell.step(weights, x, h, c, variant, gates, change)
    for array in DIRECTION_ARRAYS:
        getattr(direction, array)[t] = getattr(step, array)


def _changed(values: Array, change: Change) -> Array:
    """A copy of one step's values (…, size) with the change made."""
    result = np.array(values)
    units = slice(None) if change.units is None else list(change.units)
    result[..., units] = _moved(result[..., units], change.how, np.asarray(change.value))
    return result


def _moved(values: Array, how: str, value: Array | float) -> Array:
    if how == "set":
        return np.asarray(values * 0 + value)
    return np.asarray(values * value if how == "scale" else values + value)


def _edited(x: Array, changes: list[Change]) -> Array:
    values = np.array(x)
    for change in changes:
        first, last = _span(change, len(values), False)
        values[first:last] = _changed(values[first:last], change)
    return values


def _span(change: Change, steps: int, turned: bool) -> tuple[int, int]:
    """The steps of a change (last exclusive), counted in the order of the run."""
    first, last = change.first, steps if change.last is None else min(change.last, steps)
    return (steps - last, steps - first) if turned else (first, last)


def _reweighted(network: Network, changes: list[WeightChange]) -> Network:
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
    edited[at] = _moved(edited[at], change.how, change.value)
    return replace(weights, **{change.array: edited})


def _check(trace: Trace, change: Change) -> None:
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


def _comparable(baseline: Trace, trace: Trace) -> bool:
    """Whether rows of a baseline may stand in the new run: same network sizes, steps, starts."""
    return (
        baseline.spec == trace.spec
        and baseline.input.shape == trace.input.shape
        and baseline.input.dtype == trace.input.dtype
        and all(
            np.array_equal(getattr(old, start), getattr(new, start))
            for mine, theirs in zip(trace.layers, baseline.layers, strict=True)
            for (_, new), (_, old) in zip(mine.directions(), theirs.directions(), strict=True)
            for start in ("initial_cell_state", "initial_hidden_state")
        )
    )


def _first_other(values: Array, others: Array) -> int:
    """The first row in which two arrays differ; their length if none does."""
    other = (values != others).any(axis=1)
    return int(other.argmax()) if other.any() else len(other)


def _copy_outputs(baseline: Trace, trace: Trace, first: int) -> None:
    for old, new in zip(baseline.head_outputs, trace.head_outputs, strict=True):
        new[:first] = old[:first]
    trace.output[:first] = baseline.output[:first]
