"""The named arrays of a run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstmviz import npy
from lstmviz.engine import memory
from lstmviz.engine.spec import CellSpec, NetworkSpec, check
from lstmviz.errors import LstmvizError
from lstmviz.files import shown, writing
from lstmviz.plain import from_plain, parse, to_plain

Array = NDArray[np.floating]

DIRECTION_ARRAYS = (
    "input_gate",
    "forget_gate",
    "candidate",
    "output_gate",
    "cell_state",
    "cell_output",
    "hidden_state",
)

INITIAL_ARRAYS = ("initial_cell_state", "initial_hidden_state")
EVERY_ARRAY = DIRECTION_ARRAYS + INITIAL_ARRAYS


@dataclass(frozen=True, eq=False)
class DirectionTrace:
    """One direction of a layer: row t is the value at step t of the sequence as given.

    All (steps, C) except `hidden_state` (steps, H); the initial states are (C,) and (H,).
    Without a projection `cell_output` and `hidden_state` are one array.
    """

    input_gate: Array
    forget_gate: Array
    candidate: Array
    output_gate: Array
    cell_state: Array
    cell_output: Array
    hidden_state: Array
    initial_cell_state: Array
    initial_hidden_state: Array


@dataclass(frozen=True, eq=False)
class LayerTrace:
    """A layer's directions; the one it does not run in is None."""

    forward: DirectionTrace | None = None
    backward: DirectionTrace | None = None

    def directions(self) -> Iterator[tuple[str, DirectionTrace]]:
        """The directions present, by name."""
        for name in ("forward", "backward"):
            direction = getattr(self, name)
            if direction is not None:
                yield name, direction


@dataclass(frozen=True, eq=False, repr=False)
class Trace:
    """Every array of a run. While a run is under way, only rows below its `done` are filled.

    `head_outputs` are those of the heads before the last, whose output is `output`;
    `embedded` (steps, dimension) is what the first layer reads where the input is embedded.
    Where the spec has `last_step` the last row of `output` is the model's own; see
    `layer_output`.
    """

    spec: NetworkSpec
    input: Array
    layers: tuple[LayerTrace, ...]
    output: Array
    head_outputs: tuple[Array, ...] = field(default_factory=tuple)
    embedded: Array | None = None

    def __repr__(self) -> str:
        return f"<Trace: {self.steps} steps, {self.spec}>"

    @property
    def steps(self) -> int:
        """Number of steps T."""
        return len(self.input)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write every array of `arrays` to an `.npz` file, and under `spec` the spec.

        The spec is JSON in UTF-8 bytes. The file appears whole or not at all, and equal
        traces give equal bytes. Raises `LstmvizError` for another suffix, and if the path cannot
        be written.
        """
        check_suffix(path)
        spec = np.frombuffer(json.dumps(to_plain(self.spec), sort_keys=True).encode(), np.uint8)
        with writing(Path(path)) as file:
            np.savez(file, allow_pickle=False, spec=spec, **arrays(self))


def check_suffix(path: str | os.PathLike[str]) -> None:
    """Raise `LstmvizError` for a file that a trace is not written as."""
    if Path(path).suffix.lower() != ".npz":
        raise LstmvizError(f"{shown(Path(path))} is not an .npz; traces are written as .npz.")


def arrays(trace: Trace) -> dict[str, Array]:
    """Every array by its public name, such as `layer0.forward.input_gate`.

    In the order they come about: `input`, `embedded`, the layers', `head0` and so on for the
    heads before the last, `output`.
    """
    named = {"input": trace.input}
    if trace.embedded is not None:
        named["embedded"] = trace.embedded
    for index, layer in enumerate(trace.layers):
        for direction, values in layer.directions():
            for name in EVERY_ARRAY:
                named[f"layer{index}.{direction}.{name}"] = getattr(values, name)
    named |= {f"head{index}": array for index, array in enumerate(trace.head_outputs)}
    named["output"] = trace.output
    return named


def close(trace: Trace) -> None:
    """Close every array to writing."""
    for array in arrays(trace).values():
        array.setflags(write=False)


def remade(trace: Trace, make: Callable[[Array], Array]) -> Trace:
    """The trace with other arrays: `make` of each, once of those that are one array."""
    known: dict[int, Array] = {}

    def other(array: Array) -> Array:
        if id(array) not in known:
            known[id(array)] = make(array)
        return known[id(array)]

    layers = tuple(
        LayerTrace(
            **{
                name: DirectionTrace(**{n: other(getattr(values, n)) for n in EVERY_ARRAY})
                for name, values in layer.directions()
            }
        )
        for layer in trace.layers
    )
    return replace(
        trace,
        input=other(trace.input),
        layers=layers,
        output=other(trace.output),
        head_outputs=tuple(map(other, trace.head_outputs)),
        embedded=None if trace.embedded is None else other(trace.embedded),
    )


EVERY = slice(None)
"""All the steps of a trace."""


def layer_input(trace: Trace, layer: int, steps: slice = EVERY) -> Array:
    """What a layer reads at these steps, (steps, its input size)."""
    if layer > 0:
        return layer_output(trace, layer - 1, steps)
    return (trace.input if trace.embedded is None else trace.embedded)[steps]


@np.errstate(invalid="ignore", over="ignore")
def layer_output(trace: Trace, layer: int, steps: slice = EVERY) -> Array:
    """What leaves a layer at these steps, (steps, its output size): its directions merged.

    Where it does not return sequences, row t is what would leave it if forward ended at step t;
    backward ends at step 0 in every row. So the last row is the final state.
    """
    cell = trace.spec.layers[layer]
    rows = []
    for name, direction in trace.layers[layer].directions():
        hidden = direction.hidden_state[steps]
        ended = name == "backward" and not cell.return_sequences
        first = direction.hidden_state[0]
        rows.append(np.broadcast_to(first, hidden.shape) if ended else hidden)
    if len(rows) == 1:
        return rows[0]
    if cell.merge == "concat":
        return np.concatenate(rows, axis=1)
    forward, backward = rows
    if cell.merge == "mul":
        return np.asarray(forward * backward)
    total = forward + backward
    return np.asarray(total if cell.merge == "sum" else 0.5 * total)


def load_trace(path: str | os.PathLike[str]) -> Trace:
    """Read a trace that `Trace.save` wrote; nothing in the file is executed.

    Raises `LstmvizError` for a file that is absent, no such archive, damaged, incomplete,
    of shapes that do not fit its own spec, or larger than the memory budget.
    """
    path = Path(path)
    name = shown(path)
    foreign = f"{name} is no trace of lstmviz; write one with `lstmviz trace … --out FILE.npz`."
    with npy.opened(path) as archive:
        present = set(npy.members(archive))

        def read(array: str, *shape: int) -> Array:
            if array not in present:
                raise LstmvizError(f"{name} lacks the array {array}; write the trace anew.")
            where = f"{array} in {name}"
            return npy.read_member(archive, array, where, memory.budget(), shape or None)

        if not {"spec", "input"} <= present:
            raise LstmvizError(foreign)
        spec = _spec(read("spec").tobytes(), name)
        values = read("input")
        if spec is None or values.dtype not in (np.float32, np.float64) or values.ndim != 2:
            raise LstmvizError(foreign)
        memory.check(spec, len(values), values.dtype, f"the trace in {name}")
        trace = _trace(spec, len(values), read)
    for label, array in arrays(trace).items():
        if array.dtype != values.dtype:
            raise LstmvizError(
                f"{label} in {name} is {array.dtype}, but its input is {values.dtype}; "
                "write the trace anew."
            )
    return trace


def _trace(spec: NetworkSpec, steps: int, read: Callable[..., Array]) -> Trace:
    """The trace whose arrays `read(name, *shape)` gives."""

    def direction(cell: CellSpec, prefix: str) -> DirectionTrace:
        sizes = dict.fromkeys(DIRECTION_ARRAYS, cell.cell_size)
        sizes["hidden_state"] = cell.hidden_size
        named = {name: read(prefix + name, steps, size) for name, size in sizes.items()}
        if not cell.projected:
            named["hidden_state"] = named["cell_output"]
        named["initial_cell_state"] = read(prefix + "initial_cell_state", cell.cell_size)
        named["initial_hidden_state"] = read(prefix + "initial_hidden_state", cell.hidden_size)
        return DirectionTrace(**named)

    layers = tuple(
        LayerTrace(**{name: direction(cell, f"layer{index}.{name}.") for name in cell.directions})
        for index, cell in enumerate(spec.layers)
    )
    values = read("input", steps, spec.input_size)
    heads = tuple(read(f"head{k}", steps, head.size) for k, head in enumerate(spec.heads[:-1]))
    table = spec.embedding
    embedded = read("embedded", steps, table.dimension) if table else None
    output = read("output", steps, spec.output_size)
    return Trace(spec, values, layers, output, heads, embedded)


def _spec(text: bytes, where: str) -> NetworkSpec | None:
    """The spec that `Trace.save` wrote as JSON, or None if this is none."""
    try:
        spec = from_plain(NetworkSpec, parse(text, where), where)
        check(spec)
    except LstmvizError:
        return None
    return spec
