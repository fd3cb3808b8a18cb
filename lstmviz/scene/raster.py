"""Traced values to colour indices: which steps and units each pixel stands for, and their mean.

An image is uint8 (rows, columns) into a colour map: 0..254 run from the low to the high
limit, 255 marks a pixel in which any value is not finite. Images are filled by columns, so
that long runs appear while they are still computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Image = NDArray[np.uint8]
Limits = tuple[float, float]

MARKED = 255
FEW = 16
"""Steps a column up to which they are added step by step over all columns."""
SHOWN = ("forget_gate", "input_gate", "candidate", "output_gate", "cell_state", "hidden_state")
"""The six arrays that have a heatmap, in reading order."""


@dataclass(frozen=True)
class Grid:
    """Steps first..last and rows low..high (last and high exclusive) on columns × rows pixels."""

    first: int
    last: int
    low: int
    high: int
    columns: int
    rows: int

    @cached_property
    def step_edges(self) -> NDArray[np.int64]:
        """(columns + 1,): column k stands for steps edges[k] up to, not with, edges[k + 1]."""
        return self.first + np.arange(self.columns + 1) * (self.last - self.first) // self.columns

    @cached_property
    def row_edges(self) -> NDArray[np.int64]:
        """(rows + 1,): pixel row k stands for rows edges[k] up to, not with, edges[k + 1]."""
        return self.low + np.arange(self.rows + 1) * (self.high - self.low) // self.rows

    def ready(self, done: int) -> int:
        """How many columns stand only for steps below `done`."""
        return int(np.searchsorted(self.step_edges[1:], done, side="right"))


def grid(first: int, last: int, low: int, high: int, width: float, height: float) -> Grid:
    """The grid of a plot of width × height device pixels: never more pixels than values."""
    columns = max(1, min(int(width), last - first))
    rows = max(1, min(int(height), high - low))
    return Grid(first, last, low, high, columns, rows)


def blank(shape: Grid, colormap: str) -> Image:
    """An image of zeros: index 0 of a sequential map, the middle of a diverging one."""
    return np.full((shape.rows, shape.columns), 127 if colormap == "diverging" else 0, np.uint8)


def fill(
    image: Image,
    shape: Grid,
    values: Array,
    order: NDArray[np.intp],
    limits: Limits,
    column_from: int,
    column_to: int,
) -> None:
    """Fill columns column_from..column_to (exclusive) of `image` in place.

    `values` (T, C) by step and unit, `order` (C,) the unit of each row. A pixel is the mean
    of the values it stands for; 255 if any of them is not finite.
    """
    if column_from >= column_to:
        return
    units = order[shape.low : shape.high]
    edges = shape.step_edges[column_from : column_to + 1]
    with np.errstate(invalid="ignore", over="ignore"):
        pooled = _mean_of_steps(values, edges)[:, units]
        if shape.rows < len(units):
            counts = np.diff(shape.row_edges)
            starts = shape.row_edges[:-1] - shape.low
            pooled = np.add.reduceat(pooled, starts, axis=1) / counts.astype(pooled.dtype)
        image[:, column_from:column_to] = indices(pooled, limits).T


def _mean_of_steps(values: Array, edges: NDArray[np.int64]) -> Array:
    """(columns, C): means of the steps between the edges, of which there is one at least.

    A loop over the columns beats reduceat fifteenfold, and of few steps a column one over these
    beats that fivefold; both add in the same order.
    """
    first, last = int(edges[0]), int(edges[-1])
    if last - first == len(edges) - 1:
        return values[first:last]
    counts = np.diff(edges)
    if counts.max() <= FEW:
        means = values[edges[:-1]]
        for more in range(1, int(counts.max())):
            longer = np.flatnonzero(counts > more)
            means[longer] += values[edges[longer] + more]
    else:
        means = np.empty((len(counts), values.shape[1]), values.dtype)
        for column in range(len(means)):
            block = values[edges[column] : edges[column + 1]]
            np.add.reduce(block, axis=0, out=means[column])
    means /= counts.astype(values.dtype)[:, None]
    return means


def indices(values: Array, limits: Limits) -> Image:
    """0..254 for low..high (clipped), 255 where a value is not finite; any shape."""
    low, high = limits
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = (values - low) * (254.0 / ((high - low) or 1.0))
        np.rint(scaled, out=scaled)
        np.clip(scaled, 0, 254, out=scaled)
        scaled[~np.isfinite(values)] = MARKED
        return scaled.astype(np.uint8)


def pool(
    values: Array, shape: Grid, order: NDArray[np.intp], limits: Limits, colormap: str
) -> Image:
    """The whole image at once."""
    image = blank(shape, colormap)
    fill(image, shape, values, order, limits, 0, shape.columns)
    return image


def stretch(image: Image, old: Grid, new: Grid, colormap: str, same: bool) -> Image:
    """The old image on the new grid, nearest pixel: what is shown until the new one is filled.

    With `same` the steps and rows are those of the old grid, and what it did not cover is
    blank; without, the old image is stretched over all of the new one.
    """
    if not same:
        columns = np.arange(new.columns) * old.columns // new.columns
        rows = np.arange(new.rows) * old.rows // new.rows
        return np.ascontiguousarray(image[rows][:, columns])
    columns = np.searchsorted(old.step_edges, new.step_edges[:-1], side="right") - 1
    rows = np.searchsorted(old.row_edges, new.row_edges[:-1], side="right") - 1
    inside_x = (columns >= 0) & (columns < old.columns)
    inside_y = (rows >= 0) & (rows < old.rows)
    result = blank(new, colormap)
    result[np.ix_(inside_y, inside_x)] = image[np.ix_(rows[inside_y], columns[inside_x])]
    return result
