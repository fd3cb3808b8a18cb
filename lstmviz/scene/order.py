"""In which order the units of a layer stand in the heatmaps."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.remembering import Memory, half_lives, memory_of
from lstmviz.engine.trace import DirectionTrace
from lstmviz.errors import LstmvizError

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
    ("half-life", "median half-life"),
    ("longest hold", "longest hold"),
    ("horizon", "effective horizon"),
)
"""The orders by name (as in `View.order`), each with the words for a menu.

There are two more that name a step, "c at 12" and "half-life at 12".
"""

REVERSED = ", reversed"
"""What follows the name of an order that puts the last unit first."""
AT = " at "
TIMED = ("c", "half-life")
"""What units can be ordered by at one step."""

_REMEMBERED = {"half-life": "half_life", "longest hold": "hold", "horizon": "horizon"}

SAMPLE = 160
"""Similarity looks at no more than this many steps, evenly spread."""


def order(
    name: str, direction: DirectionTrace, done: int | None = None, way: str = "forward"
) -> Order:
    """(C,) the unit of each heatmap row; an unknown name is the order by index.

    Statistics put the largest first, and a name that ends in `REVERSED` the last first; only the
    first `done` steps are read, of a direction that runs that `way`. Ties keep the order of the
    units, so the same run always gives the same order.
    """
    plain = name.removesuffix(REVERSED)
    found = _ascending(plain, direction, done, way)
    return found[::-1] if plain != name else found


def _ascending(name: str, direction: DirectionTrace, done: int | None, way: str) -> Order:
    cell = direction.cell_state[:done]
    if not len(cell):
        return np.arange(cell.shape[1])
    if name == "similarity":
        return similarity(cell)
    with np.errstate(invalid="ignore", over="ignore"):
        values = _values(name, direction, done, way)
        if values is None:
            return np.arange(cell.shape[1])
        return np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable")


def _values(name: str, direction: DirectionTrace, done: int | None, way: str) -> Array | None:
    """(C,) what the units are ordered by; None for an unknown name."""
    if name in _STATISTICS:
        return _STATISTICS[name](direction, done)
    if name in _REMEMBERED:
        whole = done is None or done == len(direction.forget_gate)
        gates = direction.forget_gate[:done]
        kept = known_memory(direction, way) if whole else memory_of(gates, way)
        values: Array = getattr(kept, _REMEMBERED[name])
        return values.astype(np.float64)
    what, at, step = name.partition(AT)
    if not at or not step.isdecimal():
        return None
    row = min(int(step[:9]), len(direction.cell_state[:done]) - 1)
    if what == "half-life":
        return half_lives(direction.forget_gate[row])
    return direction.cell_state[row] if what == "c" else None


def known_order(name: str) -> str:
    """The name, if there is such an order; else raises `LstmvizError`."""
    plain = name.removesuffix(REVERSED)
    what, _, step = plain.partition(AT)
    if plain in dict(ORDERS) or (what in TIMED and step.isdecimal()):
        return name
    known = (*dict(ORDERS), *(f"{each}{AT}N" for each in TIMED))
    raise LstmvizError(f"order {name!r} is unknown; choose {', '.join(known)}.")


def order_words(name: str) -> str:
    """What an order is called in a menu."""
    plain = name.removesuffix(REVERSED)
    what, at, step = plain.partition(AT)
    words = dict(ORDERS).get(plain) or (f"{what} at t = {step}" if at else plain)
    return words + (REVERSED if plain != name else "")


def turned(name: str, now: str) -> str:
    """The order that a click on the head of a column asks for: `name`, or the other way round."""
    return name + REVERSED if now == name else name


_memories: WeakKeyDictionary[DirectionTrace, Memory] = WeakKeyDictionary()


def known_memory(direction: DirectionTrace, way: str) -> Memory:
    """What the units of a whole run remember, worked out once as long as the run is kept."""
    found = _memories.get(direction)
    if found is None:
        found = _memories[direction] = memory_of(direction.forget_gate, way)
    return found


def hidden_order(name: str, direction: DirectionTrace, cells: Order, done: int | None) -> Order:
    """(H,) the row order of the hidden state: that of the cells when H = C, else its own.

    With a projection hidden unit k is not cell unit k, so statistics of cells do not apply.
    """
    hidden = direction.hidden_state[:done]
    size = hidden.shape[1]
    if size == direction.cell_state.shape[1]:
        return cells
    plain = name.removesuffix(REVERSED)
    found = similarity(hidden) if plain == "similarity" and len(hidden) else np.arange(size)
    return found[::-1] if plain in ("similarity", "index") and plain != name else found


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
