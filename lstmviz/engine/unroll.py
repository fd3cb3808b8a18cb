"""Whole sequences, fast: the same numbers as `cell.step`, one row of a trace per step.

The input terms of a chunk of steps are one matrix product; each step then costs one
product with the recurrent weights and a handful of in-place operations. The rows of
i, f and o are halved beforehand, so that one tanh serves all four gates
(σ(a) = ½ + ½ tanh(½ a)).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstmviz.engine import memory
from lstmviz.engine.cell import head
from lstmviz.engine.initial import Initial
from lstmviz.engine.network import Array, CellWeights, Network, frozen
from lstmviz.engine.spec import CellSpec
from lstmviz.engine.threads import one_thread
from lstmviz.engine.trace import DIRECTION_ARRAYS, DirectionTrace, LayerTrace, Trace
from lstmviz.errors import LstmvizError

CHUNK_BYTES = 2**28
"""Weights read per chunk: about 5 ms of work at 50 GB/s."""

CHUNK_STEPS = 128
"""Most steps of one chunk."""


def run(network: Network, x: ArrayLike, initial: Initial | None = None) -> Trace:
    """Run a whole sequence and return its trace; see `allocate` for `x` and the errors."""
    trace = allocate(network, x, initial)
    for _ in chunks(network, trace):
        pass
    return trace


def allocate(network: Network, x: ArrayLike, initial: Initial | None = None) -> Trace:
    """A trace of zeros that holds the input and the initial states, for `chunks` to fill.

    `x` is (steps, I) numbers, or (steps,) integers for a network with a vocabulary, which
    become one-hot rows. Raises `LstmvizError`, before anything large is allocated, for an
    impossible spec, an input of another shape or kind, states of other sizes, or a run
    over the memory budget.
    """
    spec, dtype = network.spec, network.dtype
    _require_possible(spec.layers)
    values = _values(network, x)
    steps = len(values)
    memory.check(spec, steps, dtype)
    try:
        layers = tuple(
            LayerTrace(
                **{
                    direction: _direction(cell, steps, dtype, initial, index, direction)
                    for direction in cell.directions
                }
            )
            for index, cell in enumerate(spec.layers)
        )
        if spec.head or len(spec.layers[-1].directions) > 1:
            output = np.zeros((steps, spec.output_size), dtype)
        else:
            (_, last), *_ = layers[-1].directions()
            output = last.hidden_state
        return Trace(spec, _rows(values, spec.input_size, dtype), layers, output)
    except MemoryError:
        needed = memory.size_text(memory.estimate(spec, steps, dtype))
        raise LstmvizError(
            f"a run over {steps:,} steps needs {needed}, which this machine cannot give: "
            "shorten the input or lower the sizes."
        ) from None


def chunks(network: Network, trace: Trace) -> Iterator[int]:
    """Fill a trace made by `allocate`, yielding after each chunk how many rows are done.

    A chunk is some 5 ms of work (16 steps at 1024 cells), after which a caller may draw
    the rows done or stop. Where a layer reads backwards no row is done before the end, and
    the chunks before it yield 0. Where the chunks fall does not depend on the clock, so
    equal runs give equal bytes.
    """
    prepared = _prepared(network)
    if all(cell.directions == ("forward",) for cell in network.spec.layers):
        return _stream(network, prepared, trace)
    return _layer_by_layer(network, prepared, trace)


@dataclass(frozen=True, eq=False)
class _Cell:
    """Weights of one direction made ready: rows of i, f, o halved, biases summed.

    `input_weights` (4C, I) and `bias` (4C,) are float64 whatever the network's type: one
    product sums them over all of a wide input, which in float32 would lose a digit. The
    others have the network's type: `recurrent_weights` (4C, H), `projection` (H, C), and
    `scale` and `shift` (4C,), which turn tanh of the halved pre-activations into gates.
    """

    input_weights: Array
    recurrent_weights: Array
    bias: Array
    projection: Array | None
    scale: Array
    shift: Array

    @property
    def bytes_per_step(self) -> int:
        """Bytes of the weights that each step reads."""
        return self.recurrent_weights.nbytes + (
            0 if self.projection is None else self.projection.nbytes
        )


_Layers = tuple[dict[str, _Cell], ...]
_cache: WeakKeyDictionary[Network, _Layers] = WeakKeyDictionary()


def _prepared(network: Network) -> _Layers:
    """The network's weights made ready, once per network."""
    ready = _cache.get(network)
    if ready is None:
        ready = tuple(
            {name: _ready(weights, network.dtype) for name, weights in directions.items()}
            for directions in network.cells
        )
        _cache[network] = ready
    return ready


def _ready(weights: CellWeights, dtype: np.dtype[np.floating]) -> _Cell:
    cell_size = len(weights.recurrent_weights) // 4
    scale = np.repeat(np.array([0.5, 0.5, 1.0, 0.5], dtype), cell_size)
    bias = np.zeros(len(scale), np.float64)
    for part in (weights.input_bias, weights.recurrent_bias):
        if part is not None:
            bias += part
    projection = weights.projection
    return _Cell(
        input_weights=np.multiply(weights.input_weights, scale[:, None], dtype=np.float64),
        recurrent_weights=np.multiply(weights.recurrent_weights, scale[:, None], dtype=dtype),
        bias=bias * scale,
        projection=None if projection is None else projection.astype(dtype, copy=False),
        scale=scale,
        shift=1 - scale,
    )


def _stream(network: Network, layers: _Layers, trace: Trace) -> Iterator[int]:
    """Forward layers only: each chunk goes through every layer and the head."""
    cells = [directions["forward"] for directions in layers]
    traces = [direction for layer in trace.layers for _, direction in layer.directions()]
    for rows in _spans(trace.steps, cells):
        x = trace.input
        for cell, direction in zip(cells, traces, strict=True):
            _advance(cell, x, direction, rows)
            x = direction.hidden_state
        _apply_head(network, x, trace, rows)
        yield rows.stop


def _layer_by_layer(network: Network, layers: _Layers, trace: Trace) -> Iterator[int]:
    """A backward direction needs the whole of its input, so layer after layer is completed."""
    x = trace.input
    for index, layer in enumerate(trace.layers):
        outputs = []
        for name, direction in layer.directions():
            cell = layers[index][name]
            backward = name == "backward"
            source, target = (x[::-1], _reversed(direction)) if backward else (x, direction)
            for rows in _spans(trace.steps, [cell]):
                _advance(cell, source, target, rows)
                yield 0
            outputs.append(direction.hidden_state)
        x = outputs[0] if len(outputs) == 1 else np.concatenate(outputs, axis=1)
    if network.head is None:
        trace.output[:] = x
    else:
        _apply_head(network, x, trace, slice(0, trace.steps))
    yield trace.steps


def _advance(cell: _Cell, x: Array, trace: DirectionTrace, rows: slice) -> None:
    """Fill the given rows of one direction's trace from the same rows of its input."""
    with np.errstate(invalid="ignore", over="ignore"), one_thread():
        terms = x[rows].astype(np.float64) @ cell.input_weights.T + cell.bias
        gates = terms.astype(cell.recurrent_weights.dtype, copy=False)
        if rows.start:
            h, c = trace.hidden_state[rows.start - 1], trace.cell_state[rows.start - 1]
        else:
            h, c = trace.initial_hidden_state, trace.initial_cell_state
        size = len(c)
        i, f, g, o = (gates[:, k * size : (k + 1) * size] for k in range(4))
        _recur(
            cell,
            h,
            c,
            zip(
                *(gates, i, f, g, o),
                *(trace.cell_state[rows], trace.cell_output[rows], trace.hidden_state[rows]),
                strict=True,
            ),
        )
        trace.input_gate[rows] = i
        trace.forget_gate[rows] = f
        trace.candidate[rows] = g
        trace.output_gate[rows] = o


def _recur(cell: _Cell, h: Array, c: Array, steps: Iterator[tuple[Array, ...]]) -> None:
    """The recurrence itself: each step is its row of input terms, four views, c, m and h."""
    add, multiply, tanh = np.add, np.multiply, np.tanh
    recurrent_term = cell.recurrent_weights.dot
    project = None if cell.projection is None else cell.projection.dot
    scale, shift = cell.scale, cell.shift
    recurrent = np.empty_like(scale)
    scratch = np.empty_like(c)
    for a, i, f, g, o, c_next, m, h_next in steps:
        recurrent_term(h, recurrent)
        add(a, recurrent, a)
        tanh(a, a)
        multiply(a, scale, a)
        add(a, shift, a)
        multiply(f, c, c_next)
        multiply(i, g, scratch)
        add(c_next, scratch, c_next)
        tanh(c_next, scratch)
        multiply(o, scratch, m)
        if project is not None:
            project(m, h_next)
        h, c = h_next, c_next


def _apply_head(network: Network, x: Array, trace: Trace, rows: slice) -> None:
    """The head over the given rows; without one the output is the hidden state itself."""
    if network.head is not None and network.spec.head is not None:
        trace.output[rows] = head(network.head, network.spec.head.activation, x[rows])


def _spans(steps: int, cells: list[_Cell]) -> Iterator[slice]:
    """Consecutive slices of the steps, each some 5 ms of work for these cells."""
    per_step = sum(cell.bytes_per_step for cell in cells)
    length = min(max(CHUNK_BYTES // per_step, 1), CHUNK_STEPS)
    for start in range(0, steps, length):
        yield slice(start, min(start + length, steps))


def _reversed(trace: DirectionTrace) -> DirectionTrace:
    """The same arrays, last step first."""
    return replace(trace, **{name: getattr(trace, name)[::-1] for name in DIRECTION_ARRAYS})


def _direction(
    cell: CellSpec,
    steps: int,
    dtype: np.dtype[np.floating],
    initial: Initial | None,
    layer: int,
    direction: str,
) -> DirectionTrace:
    """Zeroed arrays of one direction, with its initial states."""
    arrays = {name: np.zeros((steps, cell.cell_size), dtype) for name in DIRECTION_ARRAYS[:6]}
    hidden = arrays["cell_output"]
    if cell.projected:
        hidden = np.zeros((steps, cell.hidden_size), dtype)
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
        arrays[name] = start
    return DirectionTrace(hidden_state=hidden, **arrays)


def _require_possible(layers: tuple[CellSpec, ...]) -> None:
    for index, cell in enumerate(layers):
        if not cell.possible:
            raise LstmvizError(
                f"layer {index} cannot run: o ⊙ tanh(c) has the cell size {cell.cell_size}, "
                f"but the hidden state has size {cell.hidden_size}; make the two equal "
                "or allow the projection."
            )


def _values(network: Network, x: ArrayLike) -> NDArray[np.generic]:
    """The input as given, checked: (steps, I) numbers or (steps,) integers."""
    width = network.spec.input_size
    values = np.asarray(x)
    if values.dtype.kind not in "fiub":
        raise LstmvizError(f"the input holds {values.dtype} values; give real numbers.")
    symbols = values.ndim == 1 and network.vocabulary is not None
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
    return values


def _rows(values: NDArray[np.generic], width: int, dtype: np.dtype[np.floating]) -> Array:
    """Read-only (steps, I) rows of the network's type; symbols become one-hot."""
    if values.ndim == 2:
        return frozen(values.astype(dtype, copy=False))
    rows = np.zeros((len(values), width), dtype)
    rows[np.arange(len(values)), values.astype(np.intp)] = 1
    rows.setflags(write=False)
    return rows
