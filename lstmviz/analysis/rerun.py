"""A run with changes made, piece by piece: only the steps that a change can reach are computed.

With a baseline the steps before the first one affected are its own: copied from it, or there
already where the room of an earlier changed run is taken over (see `spare`). A chunk of steps goes
through every layer and the heads before the next one does; where a layer reads backward each
layer is completed before the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from lstmviz.analysis.interventions import (
    Change,
    Intervention,
    WeightChange,
    check,
    check_weight,
    edited,
    maker,
    reweighted,
    span,
)
from lstmviz.analysis.spare import Room, keep, take
from lstmviz.engine import unroll
from lstmviz.engine.network import Array, Network
from lstmviz.engine.recur import Prepared, advance
from lstmviz.engine.states import Initial
from lstmviz.engine.trace import (
    DIRECTION_ARRAYS,
    DirectionTrace,
    Trace,
    arrays,
    layer_input,
    layer_output,
)


@dataclass(frozen=True, eq=False)
class Rerun:
    """A run with changes that is under way: `chunks` fills the trace, which is in the `room`.

    `network` has the changed weights, and `trace.input` is the changed input.
    """

    network: Network
    trace: Trace
    changes: tuple[Change, ...]
    weights: tuple[WeightChange, ...]
    baseline: Trace | None
    room: Room


def checked(network: Network, x: ArrayLike, interventions: Iterable[Intervention]) -> Array:
    """The rows (steps, I) that a run of `x` with the interventions reads.

    Raises `LstmvizError` as `engine.unroll.run` does, and for an intervention on what is not there.
    """
    asked = tuple(interventions)
    rows = unroll.read(network, x)
    changes = [each for each in asked if isinstance(each, Change)]
    for change in changes:
        check(network.spec, len(rows), change)
    for weight in asked:
        if isinstance(weight, WeightChange):
            check_weight(network, weight)
    inputs = [change for change in changes if change.array == "input"]
    return unroll.read(network, edited(rows, inputs)) if inputs else rows


def prepare(
    network: Network,
    x: ArrayLike,
    interventions: Iterable[Intervention],
    baseline: Trace | None = None,
    initial: Initial | None = None,
) -> Rerun:
    """A run of `x` with everything changed that the interventions ask for, in their order.

    `x` and `initial` are as in `engine.unroll.run`; `baseline` is the whole run without them, from
    which the steps before the first one affected are taken. Raises `LstmvizError` as `run` does,
    and for an intervention on what is not there.
    """
    asked = tuple(interventions)
    rows = checked(network, x, asked)
    changes = tuple(each for each in asked if isinstance(each, Change))
    weights = tuple(each for each in asked if isinstance(each, WeightChange))
    room = take(baseline, "changed")
    trace = unroll.allocate(network, rows, initial, room.make)
    if baseline is not None and _comparable(baseline, trace):
        keep(baseline, "changed", room)
    else:
        baseline = None
    return Rerun(reweighted(network, list(weights)), trace, changes, weights, baseline, room)


def run_with(
    network: Network,
    x: ArrayLike,
    interventions: Iterable[Intervention],
    baseline: Trace | None = None,
    initial: Initial | None = None,
) -> Trace:
    """The run of `x` with everything changed that the interventions ask for; see `prepare`.

    Its trace is closed to writing.
    """
    again = prepare(network, x, interventions, baseline, initial)
    for _ in chunks(again):
        pass
    return again.trace


def chunks(again: Rerun) -> Iterator[int]:
    """Fill the trace, yielding after each chunk how many of its rows are done.

    Where a layer reads backward no row is done before the end, and the chunks before it yield 0.
    Once it is filled the trace is closed to writing.
    """
    if all(cell.directions == ("forward",) for cell in again.trace.spec.layers):
        yield from _stream(again)
    else:
        yield from _layer_by_layer(again)
    for array in arrays(again.trace).values():
        array.setflags(write=False)


def _stream(again: Rerun) -> Iterator[int]:
    trace, steps = again.trace, again.trace.steps
    start, ways = _first_read(again), []
    for layer, run in enumerate(trace.layers):
        for name, direction in run.directions():
            way = _way(again, layer, name, direction, layer_input(trace, layer), start)
            ways.append(way)
            start = way.start
    first = min(way.start for way in ways)
    if again.baseline is not None:
        _take_outputs(again, start)
        yield first
    for low, high in _spans(first, steps, [way.ready for way in ways]):
        for way in ways:
            way.fill(max(low, way.start), high)
        if start < high:
            unroll.complete(again.network, trace, slice(max(low, start), high))
        yield high


def _layer_by_layer(again: Rerun) -> Iterator[int]:
    trace, baseline = again.trace, again.baseline
    for layer, run in enumerate(trace.layers):
        given = layer_input(trace, layer)
        before = None if baseline is None else layer_input(baseline, layer)
        for name, direction in run.directions():
            order = slice(None, None, -1 if name == "backward" else 1)
            start = 0 if before is None else _first_other(given[order], before[order])
            way = _way(again, layer, name, direction, given, start)
            for low, high in _spans(way.start, trace.steps, [way.ready]):
                way.fill(low, high)
                yield 0
    first = 0
    if baseline is not None:
        last = len(trace.layers) - 1
        first = _first_other(layer_output(trace, last), layer_output(baseline, last))
        _take_outputs(again, first)
    unroll.complete(again.network, trace, slice(first, trace.steps))
    yield trace.steps


def _spans(first: int, steps: int, cells: list[Prepared]) -> Iterator[tuple[int, int]]:
    """The steps from `first` on, in stretches as long as those of a whole run."""
    if first < steps:
        for rows in unroll.spans(steps - first, cells):
            yield first + rows.start, first + rows.stop


@dataclass(frozen=True, eq=False)
class _Way:
    """One direction of a layer, all in the order in which it runs; rows below `start` are there.

    `spans` are the steps of each of its `changes`, last exclusive.
    """

    again: Rerun
    layer: int
    name: str
    given: Array
    direction: DirectionTrace
    changes: tuple[Change, ...]
    spans: tuple[tuple[int, int], ...]
    start: int

    @property
    def ready(self) -> Prepared:
        """The weights, made ready."""
        return unroll.ready(self.again.network)[self.layer][self.name]

    def fill(self, low: int, high: int) -> None:
        """Compute the rows low..high (exclusive)."""
        if low >= high:
            return
        inner = {edge for span in self.spans for edge in span if low < edge < high}
        for first, last in pairwise([low, *sorted(inner), high]):
            rows = slice(first, last)
            advance(self.ready, self.given, self.direction, rows, self._changes(first))

    def _changes(self, row: int) -> dict[str, Callable[[Array], None]]:
        """The changes that hold at a row, by array, each made in the order asked for."""
        found: dict[str, list[Callable[[Array], None]]] = {}
        for change, (first, last) in zip(self.changes, self.spans, strict=True):
            if first <= row < last:
                found.setdefault(change.array, []).append(maker(change))
        return {
            array: makers[0] if len(makers) == 1 else _in_turn(makers)
            for array, makers in found.items()
        }


def _in_turn(makers: list[Callable[[Array], None]]) -> Callable[[Array], None]:
    def make(values: Array) -> None:
        for each in makers:
            each(values)

    return make


def _way(
    again: Rerun, layer: int, name: str, direction: DirectionTrace, given: Array, start: int
) -> _Way:
    """A direction made ready, with what comes before its first affected step taken over.

    What it reads differs from the baseline's from row `start` of its order on.
    """
    place, steps = (layer, name), again.trace.steps
    turned = name == "backward"
    own = [c for c in again.changes if (c.layer, c.direction) == place and c.array != "input"]
    spans = [span(change, steps, turned) for change in own]
    if turned:
        given, direction = given[::-1], unroll.last_first(direction)
    fresh = any((c.layer, c.direction) == place for c in again.weights)
    start = min([0 if fresh else start, *(first for first, last in spans if first < last)])
    if again.baseline is None:
        start = 0
    else:
        earlier = dict(again.baseline.layers[layer].directions())[name]
        earlier = unroll.last_first(earlier) if turned else earlier
        same = direction.hidden_state is direction.cell_output
        rows = again.room.missing(place, start)
        for array in DIRECTION_ARRAYS[:6] if same else DIRECTION_ARRAYS:
            getattr(direction, array)[rows] = getattr(earlier, array)[rows]
    return _Way(again, layer, name, given, direction, tuple(own), tuple(spans), start)


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


def _first_read(again: Rerun) -> int:
    """The first step at which the network reads something else than in the baseline."""
    if again.baseline is None:
        return 0
    if again.trace.input is again.baseline.input:
        return again.trace.steps
    return _first_other(layer_input(again.trace, 0), layer_input(again.baseline, 0))


def _first_other(values: Array, others: Array) -> int:
    """The first row in which two arrays differ; their length if none does."""
    other = (values != others).any(axis=1)
    return int(other.argmax()) if other.any() else len(other)


def _take_outputs(again: Rerun, first: int) -> None:
    """The rows below `first` of the outputs."""
    assert again.baseline is not None
    rows = again.room.missing("output", first)
    for old, new in zip(again.baseline.head_outputs, again.trace.head_outputs, strict=True):
        new[rows] = old[rows]
    again.trace.output[rows] = again.baseline.output[rows]
