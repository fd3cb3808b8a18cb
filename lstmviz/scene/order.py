"""In which order the units of a layer stand in the heatmaps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lstmviz.engine.trace import DirectionTrace

Array = NDArray[np.floating]
Order = NDArray[np.intp]

ORDERS = (
    ("index", "unit number"),
    ("similarity", "similarity of c"),
    ("mean c", "mean of c"),
    ("variance of c", "variance of c"),
    ("largest |c|", "largest |c|"),
    ("mean forget gate", "mean of the forget gate"),
    ("mean input gate", "mean of the input gate"),
)
"""The orders by name (as in `View.order`), each with the words for a menu."""

SAMPLE = 160
"""Similarity looks at no more than this many steps, evenly spread."""


def order(name: str, direction: DirectionTrace, done: int | None = None) -> Order:
    """(C,) the unit of each heatmap row; an unknown name is the order by index.

    Statistics put the largest first; only the first `done` steps are read. Ties keep the
    order of the units, so the same run always gives the same order.
    """
    cell = direction.cell_state[:done]
    if not len(cell):
        return np.arange(cell.shape[1])
    if name == "similarity":
        return similarity(cell)
    if name in _STATISTICS:
        with np.errstate(invalid="ignore", over="ignore"):
            values = np.nan_to_num(_STATISTICS[name](direction, done), nan=-np.inf)
        return np.argsort(-values, kind="stable")
    return np.arange(cell.shape[1])


def hidden_order(name: str, direction: DirectionTrace, cells: Order, done: int | None) -> Order:
    """(H,) the row order of the hidden state: that of the cells when H = C, else its own.

    With a projection hidden unit k is not cell unit k, so statistics of cells do not apply.
    """
    hidden = direction.hidden_state[:done]
    size = hidden.shape[1]
    if size == direction.cell_state.shape[1]:
        return cells
    return similarity(hidden) if name == "similarity" and len(hidden) else np.arange(size)


def _sum_of_squares(values: Array) -> Array:
    result: Array = np.einsum("tc,tc->c", values, values)
    return result


def _variance(values: Array) -> Array:
    result: Array = _sum_of_squares(values) / len(values) - values.mean(axis=0) ** 2
    return result


_STATISTICS: dict[str, Callable[[DirectionTrace, int | None], Array]] = {
    "mean c": lambda run, done: run.cell_state[:done].mean(axis=0),
    "variance of c": lambda run, done: _variance(run.cell_state[:done]),
    "largest |c|": lambda run, done: np.maximum(
        run.cell_state[:done].max(axis=0), -run.cell_state[:done].min(axis=0)
    ),
    "mean forget gate": lambda run, done: run.forget_gate[:done].mean(axis=0),
    "mean input gate": lambda run, done: run.input_gate[:done].mean(axis=0),
}


def similarity(values: Array) -> Order:
    """(C,) neighbours are alike: a greedy walk along the correlations of the units over time.

    The walk starts at one end of the leading principal component and always goes to the
    unvisited unit that correlates most with the current one; units that never change come
    last. `values` is (steps, C).
    """
    steps = np.linspace(0, len(values) - 1, min(SAMPLE, len(values))).astype(int)
    with np.errstate(over="ignore"):
        sample = values[steps].astype(np.float32)
    sample = np.nan_to_num(np.clip(sample, -1e6, 1e6), copy=False)
    sample -= sample.mean(axis=0)
    norms = np.sqrt(_sum_of_squares(sample))
    constant = norms <= 1e-6 * max(float(norms.max()), 1e-12)
    sample /= np.where(constant, 1.0, norms)
    moving = np.flatnonzero(~constant)
    if not len(moving):
        return np.arange(values.shape[1])
    sample = sample[:, moving]
    closeness = sample.T @ sample
    walk = _walk(closeness, int(np.argmin(_leading(closeness))))
    return np.concatenate([moving[walk], np.flatnonzero(constant)])


def _leading(matrix: Array) -> Array:
    """The leading eigenvector of a symmetric matrix by twenty power steps from a fixed start."""
    vector = matrix[:, int(np.argmax(np.abs(matrix).sum(axis=0)))].copy()
    for _ in range(20):
        vector = matrix @ vector
        vector /= max(float(np.linalg.norm(vector)), 1e-12)
    return vector


def _walk(closeness: Array, start: int) -> Order:
    """Visit every unit, each time the closest one not yet visited."""
    size = len(closeness)
    visited = np.zeros(size, closeness.dtype)
    walk = np.empty(size, np.intp)
    walk[0] = here = start
    for place in range(1, size):
        visited[here] = -9.0
        here = int(np.argmax(closeness[here] + visited))
        walk[place] = here
    return walk
