"""A run with changes made, piece by piece: only the steps that a change can reach are computed.

With a baseline the other steps are its own: they are shared with it (see `sharing`). A chunk of
steps goes through every layer and the heads before the next one does; where a layer reads backward
each layer is completed before the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

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
from lstmviz.analysis.sharing import sharing
from lstmviz.engine import unroll
from lstmviz.engine.network import Array, Network
from lstmviz.engine.recur import Prepared, advance
from lstmviz.engine.spec import NetworkSpec
from lstmviz.engine.states import Initial
from lstmviz.engine.trace import (
    DIRECTION_ARRAYS,
    INITIAL_ARRAYS,
    DirectionTrace,
    Trace,
    close,
    layer_input,
)

EIGHT = 8
"""Rows in which matrix products are made alike; see `_eights`."""


@dataclass(frozen=True, eq=False)
class Rerun:
    """A run with changes that is under way, which `chunks` fills.

    `network` has the changed weights, and `trace.input` is the changed input. Only the steps in
    `rows` can differ from the baseline; `own` is the trace as far as it is not shared with the
    baseline: its arrays are filled there, and a few rows on either side of it.
    """

    network: Network
    trace: Trace
    changes: tuple[Change, ...]
    weights: tuple[WeightChange, ...]
    own: Trace
    rows: slice
    ways: tuple[_Way, ...]


def checked(network: Network, x: ArrayLike, interventions: Iterable[Intervention]) -> Array:
    """The rows (steps, I) that a run of `x` with the interventions reads.

    Raises `LstmvizError` as `engine.unroll.run` does, and for an intervention on what is not there.
    """
    return _edited(network, unroll.read(network, x), tuple(interventions))


def _edited(network: Network, rows: Array, asked: tuple[Intervention, ...]) -> Array:
    """The rows with what the interventions change of them, once all of these are checked."""
    inputs = []
    for each in asked:
        if isinstance(each, WeightChange):
            check_weight(network, each)
        else:
            check(network.spec, len(rows), each)
            inputs += [each] if each.array == "input" else []
    return unroll.read(network, edited(rows, inputs)) if inputs else rows


def prepare(
    network: Network,
    x: ArrayLike,
    interventions: Iterable[Intervention],
    baseline: Trace | None = None,
    initial: Initial | None = None,
) -> Rerun:
    """A run of `x` with everything changed that the interventions ask for, in their order.

    `x` and `initial` are as in `engine.unroll.run`; `baseline` is the whole run without them, with
    which the steps that no intervention can reach are shared, and which is closed to writing.
    Raises `LstmvizError` as `run` does, and for an intervention on what is not there.
    """
    asked = tuple(interventions)
    if baseline is not None and not _of_network(baseline, network):
        baseline = None
    rows = _edited(network, _read(network, x, baseline), asked)
    if baseline is not None and rows is baseline.input:
        own = unroll.blank(network, rows, baseline.embedded, initial, np.empty)
    else:
        own = unroll.allocate(network, rows, initial, np.empty)
    if baseline is not None and not _starts_alike(baseline, own):
        baseline = None
    changes = tuple(each for each in asked if isinstance(each, Change))
    weights = tuple(each for each in asked if isinstance(each, WeightChange))
    starts, reached = _reached(own.spec, own.steps, changes, weights, _anew(own, baseline))
    ways = tuple(
        _way(own, baseline, changes, place, start, reached) for place, start in starts.items()
    )
    trace = own
    if baseline is not None:
        close(baseline)
        trace = sharing(own, baseline, reached)
    return Rerun(reweighted(network, list(weights)), trace, changes, weights, own, reached, ways)


def run_with(
    network: Network,
    x: ArrayLike,
    interventions: Iterable[Intervention],
    baseline: Trace | None = None,
    initial: Initial | None = None,
) -> Trace:
    """The run of `x` with everything changed that the interventions ask for; see `prepare`.

    Its trace is closed to writing. An array of it whose rows are shared with the baseline is put
    together when it is first asked for.
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
    if all(cell.directions == ("forward",) for cell in again.own.spec.layers):
        yield from _stream(again)
    else:
        yield from _layer_by_layer(again)
    if again.trace is again.own:
        close(again.own)


def _stream(again: Rerun) -> Iterator[int]:
    own, first = again.own, again.rows.start
    if first:
        yield first
    if first == own.steps:
        return
    ready = unroll.ready(again.network)
    cells = [ready[way.layer][way.name] for way in again.ways]
    for rows in unroll.spans(own.steps, cells, first):
        for way, cell in zip(again.ways, cells, strict=True):
            way.fill(cell, layer_input(own, way.layer), rows)
        unroll.complete(again.network, own, _eights(rows, max(first, rows.start)))
        yield rows.stop


def _layer_by_layer(again: Rerun) -> Iterator[int]:
    steps, ready = again.own.steps, unroll.ready(again.network)
    for layer, ways in groupby(again.ways, lambda way: way.layer):
        affected = [way for way in ways if way.start < steps]
        given = layer_input(again.trace, layer) if affected else again.own.input
        for way in affected:
            cell = ready[layer][way.name]
            read = given[::-1] if way.turned else given
            for rows in unroll.spans(steps, [cell], way.start):
                way.fill(cell, read, rows)
                yield 0
    if again.rows.start < steps:
        every = slice(0, min(-(-again.rows.stop // EIGHT) * EIGHT, steps))
        unroll.complete(again.network, again.own, _eights(every, again.rows.start))
    yield steps


@dataclass(frozen=True, eq=False)
class _Way:
    """One direction of a layer, all in the order in which it runs: computed from `start` on.

    `spans` are the steps of each of its `changes`, last exclusive.
    """

    layer: int
    name: str
    direction: DirectionTrace
    changes: tuple[Change, ...]
    spans: tuple[tuple[int, int], ...]
    start: int

    @property
    def turned(self) -> bool:
        """Whether the last step comes first."""
        return self.name == "backward"

    def fill(self, cell: Prepared, given: Array, rows: slice) -> None:
        """Compute those rows of a chunk that are affected."""
        low, high = max(rows.start, self.start), rows.stop
        if low >= high:
            return
        inner = {edge for span in self.spans for edge in span if low < edge < high}
        edges = pairwise([low, *sorted(inner), high])
        pieces = [(slice(first, last), self._changes(first)) for first, last in edges]
        advance(cell, given, self.direction, _eights(rows, low), pieces)

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


def _eights(rows: slice, low: int) -> slice:
    """The rows of a chunk from `low` on, and up to eight before it.

    A matrix product takes its rows in blocks of up to eight, and a single row in a way of its own.
    With whole blocks left out the others come out as in a product of the whole chunk, to the last
    bit.
    """
    low = max(min(low, rows.stop - 2), rows.start)
    return slice(rows.start + (low - rows.start) // EIGHT * EIGHT, rows.stop)


def _in_turn(makers: list[Callable[[Array], None]]) -> Callable[[Array], None]:
    def make(values: Array) -> None:
        for each in makers:
            each(values)

    return make


def _way(
    own: Trace,
    baseline: Trace | None,
    changes: tuple[Change, ...],
    place: tuple[int, str],
    start: int,
    reached: slice,
) -> _Way:
    """A direction affected from `start` on, with what its first affected step starts from."""
    (layer, name), steps = place, own.steps
    turned = name == "backward"
    here = tuple(c for c in changes if (c.layer, c.direction) == place and c.array != "input")
    direction = dict(own.layers[layer].directions())[name]
    direction = unroll.last_first(direction) if turned else direction
    if baseline is not None:
        earlier = dict(baseline.layers[layer].directions())[name]
        earlier = unroll.last_first(earlier) if turned else earlier
        first, last = (reached.start, reached.stop)
        if turned:
            first, last = steps - last, steps - first
        rows = slice(max(first - EIGHT, 0), min(start, last + EIGHT))
        for array in DIRECTION_ARRAYS:
            getattr(direction, array)[rows] = getattr(earlier, array)[rows]
        if start == steps and turned:  # what backward ends in may stand in every row above
            direction.hidden_state[-1] = earlier.hidden_state[-1]
    return _Way(layer, name, direction, here, tuple(span(c, steps, turned) for c in here), start)


def _reached(
    spec: NetworkSpec,
    steps: int,
    changes: tuple[Change, ...],
    weights: tuple[WeightChange, ...],
    read: slice,
) -> tuple[dict[tuple[int, str], int], slice]:
    """From where on each direction is affected, in the order in which it runs, and where outputs.

    At the steps `read` the network reads something else. The steps of the outputs are those at
    which any layer is affected: each hands on to the next.
    """
    starts: dict[tuple[int, str], int] = {}
    for layer, cell in enumerate(spec.layers):
        found = []
        for name in cell.directions:
            place, turned = (layer, name), name == "backward"
            begins = [
                span(change, steps, turned)[0]
                for change in changes
                if (change.layer, change.direction) == place and change.array != "input"
            ]
            begins += [0 for weight in weights if (weight.layer, weight.direction) == place]
            if read.start < read.stop:
                begins.append(steps - read.stop if turned else read.start)
            start = starts[place] = min(begins, default=steps)
            if start < steps:
                # What backward ends in stands in every row of what leaves such a layer.
                ended = turned and not cell.return_sequences
                found.append((0, steps if ended else steps - start) if turned else (start, steps))
        read = slice(
            min((first for first, _ in found), default=steps),
            max((last for _, last in found), default=steps),
        )
    return starts, read


def _of_network(baseline: Trace, network: Network) -> bool:
    """Whether a run is one of a network of these sizes and this type."""
    return baseline.spec == network.spec and baseline.input.dtype == network.dtype


def _read(network: Network, x: ArrayLike, baseline: Trace | None) -> Array:
    """What the network reads: the very rows of the baseline where it has read the same."""
    if baseline is not None:
        rows = baseline.input
        plain = isinstance(x, np.ndarray) and x.dtype == rows.dtype
        if x is rows or (plain and np.array_equal(x, rows)):
            return rows
    return unroll.read(network, x)


def _starts_alike(baseline: Trace, own: Trace) -> bool:
    """Whether a run of the same network starts from the same states, and has as many steps."""
    return baseline.steps == own.steps and all(
        np.array_equal(getattr(old, name), getattr(new, name))
        for mine, theirs in zip(own.layers, baseline.layers, strict=True)
        for (_, new), (_, old) in zip(mine.directions(), theirs.directions(), strict=True)
        for name in INITIAL_ARRAYS
    )


def _anew(own: Trace, baseline: Trace | None) -> slice:
    """The steps from the first to the last at which something else is read than in the baseline."""
    if baseline is None:
        return slice(0, own.steps)
    if own.input is baseline.input:
        return slice(own.steps, own.steps)
    other = np.flatnonzero((own.input != baseline.input).any(axis=1))
    return slice(int(other[0]), int(other[-1]) + 1) if other.size else slice(own.steps, own.steps)
