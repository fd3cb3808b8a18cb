"""Sequences of numbers that memory is tested with; the bundled demos are trained on them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

SLOWEST, FASTEST = 1 / 48, 1 / 8
"""Periods a step that a chirp stays between."""
BEND = 40
"""Steps between the frequencies that a chirp passes through."""


def adding(rng: np.random.Generator, length: int, width: int = 2) -> Values:
    """(length, width): numbers uniform in 0…1, and last a marker, 1 at two steps, else 0.

    One of them lies in the first half, one in the second; what is asked for at the end is the
    sum of the two numbers marked (Hochreiter and Schmidhuber 1997), which have one column there;
    with more, there are more to sum, and with one column there is only the marker. With a
    length of 1 there is one marked step.
    """
    values = np.zeros((length, width))
    values[:, :-1] = rng.random((length, width - 1))
    half = length // 2
    if half:
        values[rng.integers(0, half), -1] = 1
    values[rng.integers(half, length), -1] = 1
    return values


def columns(width: int) -> tuple[str, ...]:
    """What the columns of an adding problem are called."""
    numbers = ("value",) if width == 2 else tuple(f"value{k}" for k in range(width - 1))
    return (*numbers, "marker")


def chirp(rng: np.random.Generator, length: int, width: int = 1) -> Values:
    """(length, width) sines whose frequency wanders; every column goes its own way.

    Every 40 steps the frequency has come to a new value, drawn between a period of 48 steps and
    one of 8; between them its logarithm goes straight.
    """
    waves: Values = np.sin(2 * np.pi * np.cumsum(frequency(rng, length, width), axis=0))
    return waves


def frequency(rng: np.random.Generator, length: int, width: int = 1) -> Values:
    """(length, width) periods a step of the `chirp` that an equal generator draws."""
    knots = length // BEND + 2
    logs = np.log(SLOWEST) + np.log(FASTEST / SLOWEST) * rng.random((knots, width))
    steps = np.arange(length)
    columns = [np.interp(steps, np.arange(knots) * BEND, column) for column in logs.T]
    frequencies: Values = np.exp(np.stack(columns, axis=1))
    return frequencies


def bits(rng: np.random.Generator, length: int, width: int = 1) -> Values:
    """(length, width) of 0 and 1, each with chance ½."""
    return rng.integers(0, 2, (length, width)).astype(np.float64)
