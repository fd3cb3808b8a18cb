"""A run with changes made, piece by piece: only the steps that a change can reach are computed.

With a baseline the steps before the first one affected are copied from it. A chunk of steps goes
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
    edited,
    maker,
    reweighted,
    span,
)
from lstmviz.engine import unroll
from lstmviz.engine.network import Array, Network
from lstmviz.engine.recur import Prepared, advance
from lstmviz.engine.states import Initial
from lstmviz.engine.trace import DIRECTION_ARRAYS, DirectionTrace, Trace, layer_input, layer_output


@dataclass(frozen=True, eq=False)
class Rerun:
    """A run with changes that is under way: `chunks` fills the trace.

    `network` has the changed weights, and `trace.input` is the changed input.
    """

    network: Network
    trace: Trace
    changes: tuple[Change, ...]
    weights: tuple[WeightChange, ...]
    baseline: Trace | None


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
    changes = tuple(each for each in asked if isinstance(each, Change))
    weights = tuple(each for each in asked if isinstance(each, WeightChange))
    trace = unroll.allocate(network, x, initial)
    for change in changes:
        check(trace, change)
    inputs = [change for change in changes if change.array == "input"]
    if inputs:
        trace = unroll.allocate(network, edited(trace.input, inputs), initial)
    if baseline is not None and not _comparable(baseline, trace):
        baseline = None
    return Rerun(reweighted(network, list(weights)), trace, changes, weights, baseline)


def run_with(
    network: Network,
    x: ArrayLike,
    interventions: Iterable[Intervention],
    baseline: Trace | None = None,
    initial: Initial | None = None,
) -> Trace:
    """The run of `x` with everything changed that the interventions ask for; see `prepare`."""
    again = prepare(network, x, interventions, baseline, initial)
    for _ in chunks(again):
        pass
    return again.trace


def chunks(again: Rerun) -> Iterator[int]:
    """Fill the trace, yielding after each chunk how many of its rows are done.

    Where a layer reads backward no row is done before the end, and the chunks before it yield 0.
    """
    if all(cell.directions == ("forward",) for cell in again.trace.spec.layers):
        return _stream(again)
    return _layer_by_layer(again)


def _stream(again: Rerun) -> Iterator[int]:
    trace, steps = again.trace, again.trace.steps
    start = 0
    if again.baseline is not None:
        start = _first_other(layer_input(trace, 0), layer_input(again.baseline, 0))
    ways = []
    for layer, run in enumerate(trace.layers):
        for name, direction in run.directions():
            way = _way(again, layer, name, direction, layer_input(trace, layer), start)
            ways.append(way)
            start = way.start
    first = min(way.start for way in ways)
    if again.baseline is not None:
        _copy_outputs(again.baseline, trace, start)
        yield first
    if first == steps:
        return
    for rows in unroll.spans(steps, [way.ready for way in ways], first):
        for way in ways:
            way.fill(max(rows.start, way.start), rows.stop)
        if start < rows.stop:
            unroll.complete(again.network, trace, slice(max(rows.start, start), rows.stop))
        yield rows.stop


def _layer_by_layer(again: Rerun) -> Iterator[int]:
    trace, baseline = again.trace, again.baseline
    for layer, run in enumerate(trace.layers):
        given = layer_input(trace, layer)
        before = None if baseline is None else layer_input(baseline, layer)
        for name, direction in run.directions():
            order = slice(None, None, -1 if name == "backward" else 1)
            start = 0 if before is None else _first_other(given[order], before[order])
            way = _way(again, layer, name, direction, given, start)
            for rows in unroll.spans(trace.steps, [way.ready], way.start):
                way.fill(max(rows.start, way.start), rows.stop)
                yield 0
    first = 0
    if baseline is not None:
        last = len(trace.layers) - 1
        first = _first_other(layer_output(trace, last), layer_output(baseline, last))
        _copy_outputs(baseline, trace, first)
    unroll.complete(again.network, trace, slice(first, trace.steps))
    yield trace.steps


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
    """A direction made ready, with what comes before its first affected step copied.

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
        for array in DIRECTION_ARRAYS[:6] if same else DIRECTION_ARRAYS:
            getattr(direction, array)[:start] = getattr(earlier, array)[:start]
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


def _first_other(values: Array, others: Array) -> int:
    """The first row in which two arrays differ; their length if none does."""
    other = (values != others).any(axis=1)
    return int(other.argmax()) if other.any() else len(other)


def _copy_outputs(baseline: Trace, trace: Trace, first: int) -> None:
    for old, new in zip(baseline.head_outputs, trace.head_outputs, strict=True):
        new[:first] = old[:first]
    trace.output[:first] = baseline.output[:first]
