"""The recurrence over a stretch of steps, in place: one loop for the standard cell, one for all.

The input terms of all the steps are one matrix product; each step then costs one product with
the recurrent weights and a handful of in-place operations. For the standard cell the terms of
i, f and o lie side by side and are negated, so that σ(a) = 1 / (1 + e⁻ᵃ) of all three is one
exponential. (½ + ½ tanh(½ a) would do with one call less, but of a gate of 10⁻⁵ float32 then
keeps two digits.)

Where each step's weights are few enough (`WIDE`), all of a step is computed in float64 and what
the trace keeps is rounded once, the next operation taking up the rounded value: so each number
of a float32 trace is what those before it make, to the last digit, however its terms cancel.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from lstmviz.engine.activations import function
from lstmviz.engine.network import Array, CellWeights
from lstmviz.engine.spec import GATES
from lstmviz.engine.threads import one_thread
from lstmviz.engine.trace import DirectionTrace
from lstmviz.engine.variant import STANDARD, SWITCHES, Variant

Rows = Iterator[tuple[Array, ...]]
"""Of each step: its input terms (4C,), views into them (the first two gates, the first three,
then i, f, g and o), and what is kept: a row for the four gates, and the rows of c, m and h."""
Changes = Mapping[str, Callable[[Array], None]]
"""What changes in place what a step has just made, by its name: a gate, "cell_state",
"cell_output" or "hidden_state". All that follows is computed from what it leaves."""
NONE: Changes = {}


AS_GIVEN = (0, 1, 2, 3)
WIDE = 2**17
"""Most recurrent weights that are read in float64 whatever the network's type: 181 cells with a
hidden state as wide, whose weights then fill a megabyte, what the cache of a core holds. With
more the heatmaps would follow a slider too late."""
PIECE_BYTES = 2**22
"""Bytes of weights that are made ready in one piece."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """Weights of one direction made ready: biases summed, all in one piece and of one type.

    `input_weights` (4C, I) and `bias` (4C,) have their rows in the `order` of the gates, as
    places in `GATES`, for the standard cell with i, f and o negated. They are float64 whatever
    the network's type: one product sums them over all of a wide input, which in float32 would
    lose a digit. The others have the type in which a step is computed (see `computed_in`), and
    are the network's own where they can be: `recurrent_weights` (4C, H), `projection` (H, C),
    `peepholes` (3, C) and `gate_recurrence` (3C, 3C).
    """

    variant: Variant
    order: tuple[int, ...]
    input_weights: Array
    recurrent_weights: Array
    bias: Array
    projection: Array | None
    peepholes: Array | None
    gate_recurrence: Array | None

    @property
    def bytes_per_step(self) -> int:
        """Bytes of the weights that each step reads."""
        arrays = (self.recurrent_weights, self.projection, self.gate_recurrence)
        return sum(array.nbytes for array in arrays if array is not None)


def computed_in(weights: Array, dtype: np.dtype[np.floating]) -> np.dtype[np.floating]:
    """The type in which products with these weights are computed in a network of this type."""
    return np.dtype(np.float64) if weights.size <= WIDE else dtype


def prepared(
    weights: CellWeights, variant: Variant, dtype: np.dtype[np.floating]
) -> Generator[None, None, Prepared]:
    """Make the weights of one direction ready for `advance`, and return them.

    Yields between pieces of a few milliseconds: the weights may be hundreds of megabytes.
    """
    dtype = computed_in(weights.recurrent_weights, dtype)
    order, signs = ((0, 1, 3, 2), (-1, -1, -1, 1)) if variant == STANDARD else (AS_GIVEN, (1,) * 4)
    bias = np.zeros(len(weights.recurrent_weights))
    for part in (weights.input_bias, weights.recurrent_bias):
        if part is not None:
            bias += part
    bias = bias.reshape(4, -1)[list(order)] * np.array(signs)[:, None]

    def typed(array: Array | None) -> Array | None:
        return None if array is None else array.astype(dtype, copy=False)

    return Prepared(
        variant=variant,
        order=order,
        input_weights=(yield from _ordered(weights.input_weights, order, signs)),
        recurrent_weights=(yield from _whole(weights.recurrent_weights, dtype)),
        bias=bias.ravel(),
        projection=typed(weights.projection),
        peepholes=typed(weights.peepholes),
        gate_recurrence=typed(weights.gate_recurrence),
    )


def _whole(array: Array, dtype: np.dtype[np.floating]) -> Generator[None, None, Array]:
    """An array of this type without gaps: the array itself, or a copy made block by block.

    Memory that is new to the program is slow to write at first, so nothing is copied in vain.
    A copy lies column by column, from which products are a tenth faster.
    """
    if array.dtype == dtype and (array.flags.c_contiguous or array.flags.f_contiguous):
        return array
    result = np.empty_like(array, dtype, order="F")
    for first, last in _blocks(len(array), result):
        if first:
            yield
        result[first:last] = array[first:last]
    return result


def _ordered(
    array: Array, order: tuple[int, ...], signs: tuple[int, ...]
) -> Generator[None, None, Array]:
    """The rows of an array (4C, …) as float64, by the order of the gates, each with its sign."""
    result = np.empty_like(array, np.float64)
    size = len(array) // 4
    for place, (gate, sign) in enumerate(zip(order, signs, strict=True)):
        for first, last in _blocks(size, result):
            if result.nbytes > PIECE_BYTES and (place or first):
                yield
            some, target = (slice(k * size + first, k * size + last) for k in (gate, place))
            np.multiply(array[some], sign, out=result[target], dtype=np.float64)
    return result


def _blocks(rows: int, array: Array) -> Iterator[tuple[int, int]]:
    """First row and end of each piece of so many rows that are as wide as those of an array."""
    most = max(PIECE_BYTES // (array.itemsize * max(array.shape[1], 1)), 1)
    for first in range(0, rows, most):
        yield first, min(first + most, rows)


def advance(
    cell: Prepared,
    x: Array,
    trace: DirectionTrace,
    rows: slice,
    pieces: Iterable[tuple[slice, Changes]] | None = None,
) -> None:
    """Fill the given rows of one direction's trace from the same rows of its input.

    With `pieces` of them, one after the other, only these are filled, and at each of their steps
    the changes of the piece are made. The rows before what is filled must be there.
    """
    with np.errstate(invalid="ignore", over="ignore"), one_thread():
        terms = x[rows].astype(np.float64) @ cell.input_weights.T + cell.bias
        gates = terms.astype(cell.recurrent_weights.dtype, copy=False)
        for piece, changes in ((rows, NONE),) if pieces is None else pieces:
            some = gates[piece.start - rows.start : piece.stop - rows.start]
            _fill(cell, some, trace, piece, changes)


def _fill(
    cell: Prepared, gates: Array, trace: DirectionTrace, rows: slice, changes: Changes
) -> None:
    """Fill rows of a trace from their input terms, which are overwritten."""
    if rows.start:
        h, c = trace.hidden_state[rows.start - 1], trace.cell_state[rows.start - 1]
    else:
        h, c = trace.initial_hidden_state, trace.initial_cell_state
    size = len(c)
    h, c = h.astype(gates.dtype), c.astype(gates.dtype)
    kept = np.empty_like(gates, trace.cell_state.dtype)
    places = [slice(k * size, (k + 1) * size) for k in map(cell.order.index, AS_GIVEN)]
    steps = zip(
        *(gates, gates[:, : 2 * size], gates[:, : 3 * size]),
        *(gates[:, place] for place in places),
        *(kept, trace.cell_state[rows], trace.cell_output[rows], trace.hidden_state[rows]),
        strict=True,
    )
    if cell.variant == STANDARD:
        _standard(cell, h, c, steps, changes)
    else:
        _any(cell, h, c, _gates_before(cell, trace, rows.start), steps, changes)
    for name, place in zip(GATES, places, strict=True):
        getattr(trace, name)[rows] = kept[:, place]


def _standard(cell: Prepared, h: Array, c: Array, steps: Rows, changes: Changes) -> None:
    """The standard cell, and one with a projection; `h` and `c` are overwritten."""
    add, subtract, multiply = np.add, np.subtract, np.multiply
    tanh, exp, reciprocal = np.tanh, np.exp, np.reciprocal
    recurrent_term = cell.recurrent_weights.dot
    project = None if cell.projection is None else cell.projection.dot
    recurrent = np.empty(4 * len(c), c.dtype)
    of_two, of_candidate, of_output = np.split(recurrent, (2 * len(c), 3 * len(c)))
    one, scratch = np.ones(3 * len(c), c.dtype), np.empty_like(c)
    m = h if project is None else np.empty_like(c)
    gated = [(k, changes[name]) for k, name in enumerate(GATES) if name in changes]
    edit_c, edit_m, edit_h = (
        changes.get(name) for name in ("cell_state", "cell_output", "hidden_state")
    )
    for a, two, switches, i, f, g, o, gates_kept, c_kept, m_kept, h_kept in steps:
        recurrent_term(h, recurrent)
        subtract(two, of_two, two)
        subtract(o, of_output, o)
        add(g, of_candidate, g)
        exp(switches, switches)
        add(switches, one, switches)
        reciprocal(switches, switches)
        tanh(g, g)
        for k, edit in gated:
            edit((i, f, g, o)[k])
        gates_kept[...] = a
        a[...] = gates_kept
        multiply(f, c, c)
        multiply(i, g, scratch)
        add(c, scratch, c)
        if edit_c is not None:
            edit_c(c)
        c_kept[...] = c
        c[...] = c_kept
        tanh(c, scratch)
        multiply(o, scratch, m)
        if edit_m is not None:
            edit_m(m)
        m_kept[...] = m
        if project is not None:
            m[...] = m_kept
            project(m, h)
        if edit_h is not None:
            edit_h(h)
        h_kept[...] = h
        h[...] = h_kept


def _any(cell: Prepared, h: Array, c: Array, before: Array, steps: Rows, changes: Changes) -> None:
    """Every variant; `before` (3, C) are i, f and o of the step before. It overwrites all three."""
    variant, peepholes, feedback = cell.variant, cell.peepholes, cell.gate_recurrence
    squash, squash_candidate, squash_state = (
        function(activation) for activation in (variant.gate, variant.candidate, variant.output)
    )
    absent = [GATES.index(name) for name in variant.absent]

    def settle(name: str, values: Array, kept: Array) -> None:
        """Change the values as asked, keep them, and go on with what is kept."""
        if name in changes:
            changes[name](values)
        kept[...] = values
        values[...] = kept

    m = h if cell.projection is None else np.empty_like(c)
    sent = [(k, GATES.index(g)) for k, g in enumerate(SWITCHES) if g not in variant.lacking]
    for a, _, _, i, f, g, o, gates_kept, c_kept, m_kept, h_kept in steps:
        gates, (i_kept, f_kept, g_kept, o_kept) = a.reshape(4, -1), gates_kept.reshape(4, -1)
        a += cell.recurrent_weights.dot(h)
        if feedback is not None:
            terms = feedback.dot(before.ravel()).reshape(3, -1)
            gates[:2] += terms[:2]
            o += terms[2]
        if peepholes is not None:
            gates[:2] += peepholes[:2] * c
        _bound(gates[:3], variant.clip)
        gates[:2] = squash(gates[:2])
        g[:] = squash_candidate(g)
        for k in absent:
            gates[k] = 1
        settle("input_gate", i, i_kept)
        if variant.coupled:
            np.subtract(1, i, f)
        settle("forget_gate", f, f_kept)
        settle("candidate", g, g_kept)
        c *= f
        c += i * g
        _bound(c, variant.cell_clip)
        settle("cell_state", c, c_kept)
        if peepholes is not None:
            o += peepholes[2] * c
        _bound(o, variant.clip)
        o[:] = 1 if "output_gate" in variant.absent else squash(o)
        settle("output_gate", o, o_kept)
        np.multiply(o, squash_state(c), m)
        settle("cell_output", m, m_kept)
        if cell.projection is not None:
            cell.projection.dot(m, h)
            _bound(h, variant.projection_clip)
        settle("hidden_state", h, h_kept)
        for k, gate in sent:
            before[k] = gates[gate]


def _bound(values: Array, bound: float | None) -> None:
    """Bring the values within ±bound, in place."""
    if bound is not None:
        np.clip(values, -bound, bound, out=values)


def _gates_before(cell: Prepared, trace: DirectionTrace, start: int) -> Array:
    """(3, C): i, f and o of the row before `start`; zeros before the first, and of gates that
    have no weights and so send nothing.
    """
    before = np.zeros((3, trace.cell_state.shape[1]), cell.recurrent_weights.dtype)
    for k, name in enumerate(SWITCHES):
        if start and name not in cell.variant.lacking:
            before[k] = getattr(trace, name)[start - 1]
    return before
