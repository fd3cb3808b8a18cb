"""Whole sequences, fast: the same numbers as `cell.step`, one row of a trace per step.

A chunk of steps goes through the embedding, every layer and the heads before the next one
does; where a layer reads backwards each layer is completed before the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from lstmviz.engine import memory
from lstmviz.engine.cell import head
from lstmviz.engine.network import Array, Network, frozen
from lstmviz.engine.recur import Prepared, advance, computed_in, prepared
from lstmviz.engine.spec import CellSpec, problem
from lstmviz.engine.states import Initial
from lstmviz.engine.trace import (
    DIRECTION_ARRAYS,
    INITIAL_ARRAYS,
    DirectionTrace,
    LayerTrace,
    Trace,
    close,
    layer_input,
    layer_output,
)
from lstmviz.errors import LstmvizError

CHUNK_BYTES = 2**26
"""Weights read per chunk: about 5 ms of work at 12 GB/s."""

CHUNK_STEPS = 128
"""Most steps of one chunk."""


def run(network: Network, x: ArrayLike, initial: Initial | None = None) -> Trace:
    """Run a whole sequence and return its trace, which is closed to writing.

    See `allocate` for `x` and the errors.
    """
    trace = allocate(network, x, initial)
    for _ in chunks(network, trace):
        pass
    return trace


Make = Callable[[tuple[int, ...], DTypeLike], Array]
"""What makes an array of a shape and a type."""


def allocate(
    network: Network, x: ArrayLike, initial: Initial | None = None, make: Make = np.zeros
) -> Trace:
    """A trace that holds the input and the initial states, for `chunks` to fill.

    `x` is (steps, I) numbers, or (steps,) integers for a network with a vocabulary or an
    embedding, which become one-hot rows; an embedding reads nothing but one-hot rows. `initial`
    None starts from the network's own states, zeros where it has none. What is to be filled is
    as `make` makes it.
    Raises `LstmvizError`, before anything large is allocated, for an impossible spec, an
    input of another shape or kind, states of other sizes, or a run over the memory budget.
    """
    values = _checked(network, x)
    with _room(network, len(values)):
        embedded = None
        if network.embedding is not None:
            embedded = frozen(network.embedding[_symbols(values)].astype(network.dtype, copy=False))
        rows = _rows(values, network.spec.input_size, network.dtype)
    return blank(network, rows, embedded, initial, make)


def blank(
    network: Network,
    rows: Array,
    embedded: Array | None,
    initial: Initial | None = None,
    make: Make = np.zeros,
) -> Trace:
    """As `allocate`, for rows (steps, I) that it gave, and what an embedding makes of them."""
    spec, dtype, steps = network.spec, network.dtype, len(rows)
    if initial is None:
        initial = network.initial
    with _room(network, steps):
        layers = tuple(
            LayerTrace(
                **{
                    direction: _direction(cell, steps, dtype, initial, index, direction, make)
                    for direction in cell.directions
                }
            )
            for index, cell in enumerate(spec.layers)
        )
        heads = [make((steps, head.size), dtype) for head in spec.heads]
        if heads:
            output = heads.pop()
        elif spec.joins(len(layers) - 1):
            output = make((steps, spec.output_size), dtype)
        else:
            (_, last), *_ = layers[-1].directions()
            output = last.hidden_state
        return Trace(spec, rows, layers, output, tuple(heads), embedded)


@contextmanager
def _room(network: Network, steps: int) -> Iterator[None]:
    """Say in a sentence that the machine has no memory for a run over so many steps."""
    try:
        yield
    except MemoryError:
        needed = memory.size_text(memory.estimate(network.spec, steps, network.dtype))
        raise LstmvizError(
            f"a run over {steps:,} steps needs {needed}, which this machine cannot give: "
            "shorten the input or lower the sizes."
        ) from None


def read(network: Network, x: ArrayLike) -> Array:
    """The rows (steps, I) of `x` that the network reads; raises `LstmvizError` as `allocate`."""
    return _rows(_checked(network, x), network.spec.input_size, network.dtype)


def carried(earlier: Trace, done: int, trace: Trace) -> int:
    """Copy the rows that an earlier run of the same network has already, and count them.

    Those are the steps that both read alike from the start, of the `done` that are filled there.
    0 where a layer reads backwards, where the states before the first step differ, and where
    `trace` is not of the same network's sizes.
    """
    forward = all(cell.directions == ("forward",) for cell in trace.spec.layers)
    if not forward or earlier.spec != trace.spec or earlier.input.dtype != trace.input.dtype:
        return 0
    pairs = [
        (old.forward, new.forward)
        for old, new in zip(earlier.layers, trace.layers, strict=True)
        if old.forward is not None and new.forward is not None
    ]
    for old, new in pairs:
        if any(not np.array_equal(getattr(old, n), getattr(new, n)) for n in INITIAL_ARRAYS):
            return 0
    most = min(done, earlier.steps, trace.steps)
    other = (earlier.input[:most] != trace.input[:most]).any(axis=1)
    same = int(other.argmax()) if other.any() else most
    for old, new in pairs:
        for name in DIRECTION_ARRAYS:
            getattr(new, name)[:same] = getattr(old, name)[:same]
    outputs = (
        (earlier.output, trace.output),
        *zip(earlier.head_outputs, trace.head_outputs, strict=True),
    )
    for before, after in outputs:
        after[:same] = before[:same]
    return same


def chunks(network: Network, trace: Trace, start: int = 0) -> Iterator[int]:
    """Fill a trace made by `allocate`, yielding after each chunk how many rows are done.

    The rows before `start` are filled already (see `carried`); those of its chunk are computed
    again, so that the bytes do not depend on it. While large weights are made ready, which is
    done once, it yields 0.

    A chunk is some 5 ms of work (4 steps at 1024 cells), after which a caller may draw
    the rows done or stop. Where a layer reads backwards no row is done before the end, and
    the chunks before it yield 0. Where the chunks fall does not depend on the clock, so
    equal runs give equal bytes. A filled trace is closed to writing.
    """
    for _ in _readied(network):
        yield 0
    made = ready(network)
    if all(cell.directions == ("forward",) for cell in network.spec.layers):
        filled = _stream(network, made, trace, start)
    else:
        filled = _layer_by_layer(network, made, trace)
    for done in filled:
        if done == trace.steps:
            close(trace)
        yield done


_Layers = tuple[dict[str, Prepared], ...]
_cache: WeakKeyDictionary[Network, _Layers] = WeakKeyDictionary()


def ready(network: Network) -> _Layers:
    """The network's weights made ready for `recur.advance`, by layer and direction, once."""
    for _ in _readied(network):
        pass
    return _cache[network]


def _readied(network: Network) -> Iterator[None]:
    """Make a network's weights ready unless they are, in pieces of a few milliseconds."""
    if network in _cache:
        return
    made: list[dict[str, Prepared]] = []
    for cell, directions in zip(network.spec.layers, network.cells, strict=True):
        made.append({})
        for name, weights in directions.items():
            made[-1][name] = yield from prepared(weights, cell.variant, network.dtype)
    _cache[network] = tuple(made)


def _stream(network: Network, layers: _Layers, trace: Trace, start: int) -> Iterator[int]:
    """Forward layers only: each chunk goes through every layer and the heads."""
    cells = [directions["forward"] for directions in layers]
    traces = [direction for layer in trace.layers for _, direction in layer.directions()]
    for rows in spans(trace.steps, cells, start):
        x = layer_input(trace, 0)
        for cell, direction in zip(cells, traces, strict=True):
            advance(cell, x, direction, rows)
            x = direction.hidden_state
        complete(network, trace, rows)
        yield rows.stop


def _layer_by_layer(network: Network, layers: _Layers, trace: Trace) -> Iterator[int]:
    """A backward direction needs the whole of its input, so layer after layer is completed."""
    for index, layer in enumerate(trace.layers):
        x = layer_input(trace, index)
        for name, direction in layer.directions():
            cell = layers[index][name]
            backward = name == "backward"
            source, target = (x[::-1], last_first(direction)) if backward else (x, direction)
            for rows in spans(trace.steps, [cell]):
                advance(cell, source, target, rows)
                yield 0
    complete(network, trace, slice(0, trace.steps))
    yield trace.steps


def complete(network: Network, trace: Trace, rows: slice) -> None:
    """Fill the given rows of the output, once those of the last layer are there."""
    last = len(trace.layers) - 1
    if network.heads:
        x = layer_output(trace, last, rows)
        targets = (*trace.head_outputs, trace.output)
        for spec, weights, target in zip(network.spec.heads, network.heads, targets, strict=True):
            read = x.astype(computed_in(weights.weights, network.dtype), copy=False)
            target[rows] = head(weights, spec.squash, read)
            x = target[rows]
    elif network.spec.joins(last):
        trace.output[rows] = layer_output(trace, last, rows)


def spans(steps: int, cells: list[Prepared], start: int = 0) -> Iterator[slice]:
    """Consecutive slices of the steps, each some 5 ms of work for these cells (at least one).

    The slices wholly before `start` are left out.
    """
    per_step = sum(cell.bytes_per_step for cell in cells)
    length = min(max(CHUNK_BYTES // per_step, 1), CHUNK_STEPS)
    for first in range(min(start, steps - 1) // length * length, steps, length):
        yield slice(first, min(first + length, steps))


def last_first(trace: DirectionTrace) -> DirectionTrace:
    """The same arrays, last step first: the order in which a backward direction fills them."""
    return replace(trace, **{name: getattr(trace, name)[::-1] for name in DIRECTION_ARRAYS})


def _direction(
    cell: CellSpec,
    steps: int,
    dtype: np.dtype[np.floating],
    initial: Initial | None,
    layer: int,
    direction: str,
    make: Make,
) -> DirectionTrace:
    """Arrays of one direction to be filled, with its initial states."""
    # One block, step by step: the first steps then touch little memory that is new, which is
    # slow to write at first.
    names = DIRECTION_ARRAYS[:6]
    block = make((steps, len(names), cell.cell_size), dtype)
    arrays = {name: block[:, k] for k, name in enumerate(names)}
    hidden = arrays["cell_output"]
    if cell.projected:
        hidden = make((steps, cell.hidden_size), dtype)
    state = initial.of(layer, direction) if initial else None
    starts = {
        "initial_hidden_state": (state.hidden if state else None, cell.hidden_size),
        "initial_cell_state": (state.cell if state else None, cell.cell_size),
    }
    for name, (value, size) in starts.items():
        start = np.zeros(size, dtype) if value is None else np.array(value, dtype)
        if start.shape != (size,):
            raise LstmvizError(
                f"layer{layer}.{direction}.{name} has shape {start.shape}, "
                f"but the sizes ask for ({size},)."
            )
        start.setflags(write=False)
        arrays[name] = start
    return DirectionTrace(hidden_state=hidden, **arrays)


def _checked(network: Network, x: ArrayLike) -> NDArray[np.generic]:
    """The input as given, of a network and a run that can be."""
    impossible = problem(network.spec)
    if impossible:
        raise LstmvizError(impossible)
    values = _values(network, x)
    memory.check(network.spec, len(values), network.dtype)
    return values


def _values(network: Network, x: ArrayLike) -> NDArray[np.generic]:
    """The input as given, checked: (steps, I) numbers or (steps,) integers."""
    width = network.spec.input_size
    try:
        values = np.asarray(x)
    except ValueError:
        raise LstmvizError(
            f"the input's rows have different lengths; give (steps, {width}) numbers."
        ) from None
    if values.dtype.kind not in "fiub":
        raise LstmvizError(f"the input holds {values.dtype} values; give real numbers.")
    named = network.vocabulary is not None or network.embedding is not None
    symbols = values.ndim == 1 and named
    if symbols and values.dtype.kind == "f":
        raise LstmvizError(
            f"the input is one row of {values.dtype} numbers; give integers for symbols, "
            f"or an array of shape (steps, {width})."
        )
    if values.ndim != 2 and not symbols:
        raise LstmvizError(
            f"the input is {values.ndim}-D with shape {values.shape}; "
            f"give one sequence as a 2-D array of shape (steps, {width})."
        )
    if len(values) == 0:
        raise LstmvizError("the input has no steps; give a sequence of at least one.")
    if not symbols and values.shape[1] != width:
        raise LstmvizError(
            f"the input is {values.shape[1]} wide, but the network reads {width}; "
            "give an input of that width or change the input size."
        )
    if symbols and not (values.min() >= 0 and values.max() < width):
        at = int(np.argmax((values < 0) | (values >= width)))
        raise LstmvizError(
            f"the input's symbol {values[at]} at step {at} is outside 0 to {width - 1}."
        )
    if not symbols and network.embedding is not None:
        ones = (values == 1).sum(axis=1) == 1
        at = int(np.argmin(ones & ((values == 0).sum(axis=1) == width - 1)))
        if not ones[at] or np.count_nonzero(values[at]) != 1:
            raise LstmvizError(
                f"row {at} of the input is not one-hot, which is all an embedding reads; "
                "give integers for symbols, or rows with a single 1."
            )
    return values


def _symbols(values: NDArray[np.generic]) -> NDArray[np.intp]:
    """The number of each step's symbol."""
    return np.asarray(values.argmax(axis=1) if values.ndim == 2 else values, np.intp)


def _rows(values: NDArray[np.generic], width: int, dtype: np.dtype[np.floating]) -> Array:
    """Read-only (steps, I) rows of the network's type; symbols become one-hot."""
    if values.ndim == 2:
        with np.errstate(over="ignore"):  # beyond the type's range is infinite, and drawn so
            return frozen(values.astype(dtype, copy=False))
    rows = np.zeros((len(values), width), dtype)
    rows[np.arange(len(values)), values.astype(np.intp)] = 1
    rows.setflags(write=False)
    return rows
