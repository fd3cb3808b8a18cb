"""The named arrays of a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmviz.engine.spec import NetworkSpec

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
