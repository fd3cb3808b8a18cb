"""Which steps of two sequences belong together, and which units of two layers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lstmviz.errors import LstmvizError

Numbers = NDArray[np.float64]
Pairs = NDArray[np.intp]

MOST_PAIRS = 10**8
"""Steps of one sequence times steps of the other that are held against each other at most."""


def by_step(first: int, second: int) -> Pairs:
    """(n, 2): step k with step k, as far as both go."""
    steps = np.arange(min(first, second))
    return np.stack([steps, steps], axis=1)


def by_token(first: Sequence[str], second: Sequence[str]) -> Pairs:
    """(n, 2): the steps of a longest common subsequence of the tokens, in order.

    What both begin and end with is paired at once; of the rest the exact longest common
    subsequence (Wagner & Fischer 1974), a row of whose table is one NumPy operation. Raises
    `LstmvizError` where the rests are longer than 10,000 by 10,000 steps.
    """
    codes = {token: k for k, token in enumerate(dict.fromkeys((*first, *second)))}
    a = np.array([codes[token] for token in first], np.intp)
    b = np.array([codes[token] for token in second], np.intp)
    start = _alike(a, b)
    end = _alike(a[start:][::-1], b[start:][::-1])
    rest_a, rest_b = a[start : len(a) - end], b[start : len(b) - end]
    if len(rest_a) * len(rest_b) > MOST_PAIRS:
        raise LstmvizError(
            f"{len(rest_a):,} by {len(rest_b):,} steps differ, too many to align by token; align "
            "by step, or shorten the inputs."
        )
    middle = start + _common(rest_a, rest_b)
    head, tail = np.arange(start), np.arange(end)
    return np.concatenate(
        [
            np.stack([head, head], axis=1),
            middle,
            np.stack([len(a) - end + tail, len(b) - end + tail], axis=1),
        ]
    )


def _alike(a: Pairs, b: Pairs) -> int:
    """How many tokens both begin with."""
    count = min(len(a), len(b))
    other = a[:count] != b[:count]
    return int(other.argmax()) if other.any() else count


def _common(a: Pairs, b: Pairs) -> Pairs:
    """(n, 2): a longest common subsequence of two rows of numbers."""
    if not len(a) or not len(b):
        return np.zeros((0, 2), np.intp)
    up = np.empty((len(a), len(b) // 8 + 1), np.uint8)  # whether to leave out of a, not of b
    row = np.zeros(len(b) + 1, np.int32)
    for k, token in enumerate(a):
        new = row.copy()
        np.maximum(new[1:], row[:-1] + (b == token), out=new[1:])
        np.maximum.accumulate(new, out=new)
        up[k] = np.packbits(np.append(row[1:] >= new[:-1], [False] * (8 - len(b) % 8)))
        row = new
    pairs = []
    i, j = len(a) - 1, len(b) - 1
    while i >= 0 and j >= 0:
        if a[i] == b[j]:
            pairs.append((i, j))
            i, j = i - 1, j - 1
        elif up[i, j // 8] >> (7 - j % 8) & 1:
            i -= 1
        else:
            j -= 1
    return np.array(pairs[::-1], np.intp).reshape(-1, 2)


def correlations(first: NDArray[np.floating], second: NDArray[np.floating]) -> Numbers:
    """(C₁, C₂): Pearson's r of every column of (n, C₁) with every column of (n, C₂).

    0 where a column is constant or not finite.
    """
    a, b = (_unit_columns(values) for values in (first, second))
    return np.asarray(np.clip(a.T @ b, -1, 1))


def _unit_columns(values: NDArray[np.floating]) -> Numbers:
    wide = values.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        wide -= wide.mean(axis=0)
        norms = np.linalg.norm(wide, axis=0)
        good = np.isfinite(norms) & (norms > 1e-12)
        wide /= np.where(good, norms, 1.0)
    wide[:, ~good] = 0
    return wide


def matched(scores: Numbers) -> Pairs:
    """(min(C₁, C₂), 2): rows with columns, each once, such that the scores sum to the most.

    The Hungarian algorithm (Kuhn 1955) by shortest augmenting paths (Jonker & Volgenant 1987),
    O(C³). `scores` (C₁, C₂) are finite. Sorted by the row.
    """
    turned = scores.shape[0] > scores.shape[1]
    costs = -(scores.T if turned else scores)
    rows, columns = costs.shape
    owner = np.full(columns, -1, np.intp)
    u, v = np.zeros(rows), np.zeros(columns)
    for row in range(rows):
        _augment(costs, row, owner, u, v)
    taken = np.flatnonzero(owner >= 0)
    pairs = np.stack([owner[taken], taken], axis=1)
    if turned:
        pairs = pairs[:, ::-1]
    return np.asarray(pairs[np.argsort(pairs[:, 0])])


def _augment(costs: Numbers, row: int, owner: Pairs, u: Numbers, v: Numbers) -> None:
    """Give one more row a column, on the shortest path, and keep the potentials u and v right."""
    columns = costs.shape[1]
    shortest, before = np.full(columns, np.inf), np.full(columns, -1, np.intp)
    seen = np.zeros(columns, bool)
    visited, at, way = [], row, 0.0
    while True:
        visited.append(at)
        lengths = way + costs[at] - u[at] - v
        better = ~seen & (lengths < shortest)
        shortest[better] = lengths[better]
        # The row whose edge reaches a column is found again through that column's owner.
        before[better] = at
        open_ = np.where(seen, np.inf, shortest)
        column = int(open_.argmin())
        way = float(open_[column])
        seen[column] = True
        if owner[column] < 0:
            break
        at = int(owner[column])
    u[row] += way
    for other in visited[1:]:
        held = int(np.flatnonzero(owner == other)[0])
        u[other] += way - shortest[held]
    v[seen] -= way - shortest[seen]
    while True:
        source = int(before[column])
        held_by = np.flatnonzero(owner == source)
        owner[column] = source
        if source == row:
            return
        column = int(held_by[0])
