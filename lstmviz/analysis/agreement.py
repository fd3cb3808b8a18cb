"""Whether a run gives what a framework gave: the largest difference, and where it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmviz.engine.trace import Trace, arrays, layer_output
from lstmviz.errors import LstmvizError

TOLERANCE = 1e-5
"""Largest difference, relative to the largest number expected, that counts as agreement."""

Numbers = NDArray[Any]


@dataclass(frozen=True)
class Agreement:
    """The largest absolute difference between what was expected and what was computed.

    `array` names what of the trace was compared; `step` and `column` (from 0) are where the
    difference is, `ours` and `theirs` the two numbers there; `scale` is the largest number
    expected. A difference that is no number counts as infinite.
    """

    array: str
    difference: float
    step: int
    column: int
    ours: float
    theirs: float
    scale: float

    @property
    def relative(self) -> float:
        """The difference in units of the scale."""
        return self.difference / self.scale if self.scale > 0 else self.difference

    @property
    def agrees(self) -> bool:
        """Whether the difference is within `TOLERANCE` of the scale."""
        return self.relative <= TOLERANCE


def typeset(value: float, form: str) -> str:
    """A number in a format, its minus signs true ones: −0.5, 3.2e−07."""
    return f"{value:{form}}".replace("-", "−")


def compare(trace: Trace, expected: Mapping[str, Numbers], where: str) -> Agreement:
    """The worst agreement of a trace with arrays by their names in it.

    Any other name, or "output", stands for the model's output, (steps, size), or (size,) for the
    last step alone; a batch of one may stand before or after the steps. Where the width is not
    the output's but the last layer's, that layer's output is compared. `where` names the
    expected arrays in errors. Raises `LstmvizError` with both shapes where they do not fit.
    """
    known = arrays(trace)
    found = []
    for name, given in expected.items():
        told = f"{where} ({name})" if len(expected) > 1 else where
        if name in known and name != "output":
            found.append(_named(name, known[name], given, told))
        else:
            found.append(_output(trace, given, told))
    return max(found, key=lambda each: each.relative)


def _named(name: str, ours: Numbers, given: Numbers, where: str) -> Agreement:
    rows = ours.reshape(-1, ours.shape[-1])
    fitted = _fitted(given, rows.shape)
    if fitted is None:
        raise LstmvizError(
            f"{where} has shape {given.shape}, but {name} has {ours.shape}; give the output for "
            "this very input."
        )
    return _difference(name, rows, fitted, 0)


def _output(trace: Trace, given: Numbers, where: str) -> Agreement:
    """Against the output, or what the last layer hands on; all of it, or its last row."""
    top = len(trace.layers) - 1
    alone = trace.spec.last_step
    candidates = {"output": trace.output, f"the output of layer {top}": layer_output(trace, top)}
    for name, ours in candidates.items():
        steps, width = ours.shape
        whole = _fitted(given, (steps, width))
        end = _fitted(given, (1, width))
        if end is not None and (alone or whole is None):
            return _difference(name, ours[-1:], end, steps - 1)
        if whole is not None:
            return _whole(trace, name, ours, whole)
    shape = trace.output.shape[1:] if alone else trace.output.shape
    raise LstmvizError(
        f"{where} has shape {given.shape}, but this run's output has shape {shape}; give the "
        "framework's output for this very input, one sequence of it."
    )


def _whole(trace: Trace, name: str, ours: Numbers, theirs: Numbers) -> Agreement:
    """Of a whole sequence; Keras hands on what is read backwards with the last step first."""
    found = [_difference(name, ours, theirs, 0)]
    if trace.spec.layers[-1].directions == ("backward",):
        found.append(_difference(f"{name}, reversed,", ours, theirs[::-1], 0))
    return min(found, key=lambda each: each.difference)


def _fitted(given: Numbers, shape: tuple[int, ...]) -> Numbers | None:
    """The expected numbers in a shape (steps, size), a batch of one taken off, or None."""
    steps, width = shape
    shapes = {(steps, width), (1, steps, width), (steps, 1, width)}
    if steps == 1:
        shapes |= {(width,)}
    if width == 1:
        shapes |= {(steps,), (1, steps)}
    return given.reshape(steps, width) if given.shape in shapes else None


def _difference(name: str, ours: Numbers, theirs: Numbers, first: int) -> Agreement:
    """The largest difference of two (steps, size) arrays; row 0 is step `first`."""
    mine, other = ours.astype(np.float64), theirs.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.abs(mine - other)
    apart[(mine == other) | (np.isnan(mine) & np.isnan(other))] = 0.0
    apart[np.isnan(apart)] = np.inf
    row, column = (int(k) for k in np.unravel_index(apart.argmax(), apart.shape))
    finite = np.abs(other[np.isfinite(other)])
    return Agreement(
        name,
        float(apart[row, column]),
        first + row,
        column,
        float(mine[row, column]),
        float(other[row, column]),
        float(finite.max(initial=0.0)),
    )
