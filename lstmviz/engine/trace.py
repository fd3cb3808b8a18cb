"""The named arrays of a run."""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmviz.engine import memory
from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec
from lstmviz.errors import LstmvizError

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


@dataclass(frozen=True, eq=False)
class Trace:
    """Every array of a run. While a run is under way, only rows below its `done` are filled."""

    spec: NetworkSpec
    input: Array
    layers: tuple[LayerTrace, ...]
    output: Array

    @property
    def steps(self) -> int:
        """Number of steps T."""
        return len(self.input)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write every array of `arrays`, and the spec as JSON under `spec`, to an `.npz` file.

        The file appears whole or not at all, and equal traces give equal bytes. Raises
        `LstmvizError` if the path cannot be written.
        """
        path = Path(path)
        spec = np.array(json.dumps(asdict(self.spec), sort_keys=True))
        unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with unfinished.open("wb") as file:
                np.savez(file, allow_pickle=False, spec=spec, **arrays(self))
            unfinished.replace(path)
        except OSError as error:
            raise LstmvizError(
                f"{path} cannot be written ({error.strerror}); choose another place."
            ) from None
        finally:
            with suppress(OSError):
                unfinished.unlink()


def arrays(trace: Trace) -> dict[str, Array]:
    """Every array by its public name, such as `layer0.forward.input_gate`."""
    named = {"input": trace.input}
    for index, layer in enumerate(trace.layers):
        for direction, values in layer.directions():
            for name in DIRECTION_ARRAYS + INITIAL_ARRAYS:
                named[f"layer{index}.{direction}.{name}"] = getattr(values, name)
    named["output"] = trace.output
    return named


def load_trace(path: str | os.PathLike[str]) -> Trace:
    """Read a trace that `Trace.save` wrote; nothing in the file is executed.

    Raises `LstmvizError` for a file that is absent, no such archive, damaged, incomplete,
    of shapes that do not fit its own spec, or larger than the memory budget.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > memory.budget():
            raise LstmvizError(
                f"it holds {memory.size_text(size)} of arrays, more than the "
                f"{memory.size_text(memory.budget())} allowed: set the environment variable "
                f"{memory.VARIABLE} to a higher number of GiB."
            )
        with np.load(path, allow_pickle=False) as stored:
            return _trace(stored)
    except LstmvizError as error:
        raise LstmvizError(f"{path}: {error}") from None
    except OSError as error:
        raise LstmvizError(f"{path} cannot be read ({error.strerror or error}).") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, MemoryError, NotImplementedError):
        raise LstmvizError(f"{path} is damaged or no .npz archive; write it anew.") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise LstmvizError(
            f"{path} is no trace of lstmviz; write one with `lstmviz trace … --out FILE.npz`."
        ) from None


def _trace(stored: Any) -> Trace:
    """The trace in an opened archive; anything amiss raises one of many exceptions."""
    spec = _spec(json.loads(str(stored["spec"][()])))
    values = stored["input"]
    if values.ndim != 2 or values.dtype.kind != "f":
        raise ValueError("input")
    steps = len(values)

    def read(name: str, *shape: int) -> Array:
        if name not in stored:
            raise LstmvizError(f"the array {name} is missing.")
        array: Array = stored[name]
        if array.shape != shape or array.dtype != values.dtype:
            raise LstmvizError(
                f"the array {name} is {array.dtype} {array.shape}, "
                f"where its spec asks for {values.dtype} {shape}."
            )
        return array

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
    return Trace(
        spec,
        read("input", steps, spec.input_size),
        layers,
        read("output", steps, spec.output_size),
    )


def _spec(document: dict[str, Any]) -> NetworkSpec:
    """The spec that `dataclasses.asdict` turned into JSON."""
    layers = tuple(
        CellSpec(**{**cell, "directions": tuple(cell["directions"])}) for cell in document["layers"]
    )
    head = document["head"]
    return NetworkSpec(layers, None if head is None else HeadSpec(**head))
