"""What the tasks share: symbols as ids, the units of many runs, and the parts of a card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.following import Follower, rank
from lstmviz.engine.network import Network
from lstmviz.engine.trace import Trace

Numbers = NDArray[np.float64]

MADE = "tools/train_demos.py; measured by: python tools/measure_demos.py "


class Batch(NamedTuple):
    """What a network is trained on at once.

    `x` (steps, sequences, I); `targets` (steps, sequences, outputs) are probabilities where the
    head is a softmax or sigmoid; `weights` (steps, sequences) say which steps count.
    """

    x: NDArray[np.float32]
    targets: NDArray[np.float32]
    weights: NDArray[np.float32]


def ids_of(text: str, vocabulary: Sequence[str]) -> NDArray[np.int64]:
    """The place of every symbol in the vocabulary."""
    place = {symbol: k for k, symbol in enumerate(vocabulary)}
    return np.array([place[symbol] for symbol in text])


def symbols_batch(
    texts: Sequence[str], chances: Sequence[Numbers], vocabulary: Sequence[str]
) -> Batch:
    """One-hot texts cut to the shortest, and the chances (steps, symbols) of what follows."""
    steps = min(map(len, texts))
    rows = np.stack([ids_of(text[:steps], vocabulary) for text in texts], axis=1)
    x = np.eye(len(vocabulary), dtype=np.float32)[rows]
    targets = np.stack([chance[:steps] for chance in chances], axis=1).astype(np.float32)
    return Batch(x, targets, np.ones(rows.shape, np.float32))


def cell_states(traces: Sequence[Trace]) -> NDArray[np.floating]:
    """The cell states of the first layer of several runs, one after the other."""
    found = [trace.layers[0].forward for trace in traces]
    return np.concatenate([each.cell_state for each in found if each is not None])


class Finding(NamedTuple):
    """A unit, what it does in words that follow its name, and units that do it as well.

    Those are the ones whose |r| on the runs held out is at most `NEAR` below its own.
    """

    best: Follower
    words: str
    near: tuple[Follower, ...]

    def others(self) -> str:
        """Those units and their r, for the end of a parenthesis."""
        return as_well({row.unit: row.held_correlation or 0.0 for row in self.near})


NEAR = 0.05
"""How far below the best a correlation may be and still be told."""


def as_well(others: Mapping[int, float]) -> str:
    """`; as well: 3 at 0.98, 7 at 0.96`, or nothing."""
    told = ", ".join(f"{unit} at {correlation:.2f}" for unit, correlation in others.items())
    return f"; as well: {told}" if told else ""


def finding(rows: Sequence[Follower], words: str) -> Finding:
    """The first unit of a ranking of cell states, with those near it."""
    best, *others = rows

    def held(row: Follower) -> float:
        return abs(row.held_correlation or 0.0)

    near = [row for row in others if held(row) >= held(best) - NEAR]
    return Finding(best, words, tuple(sorted(near, key=held, reverse=True)))


def ranking(traces: Sequence[Trace], annotations: Sequence[Numbers]) -> tuple[Follower, ...]:
    """The units whose cell states follow an annotation best; every third run is held out."""
    held = np.concatenate(
        [np.full(trace.steps, index % 3 == 2) for index, trace in enumerate(traces)]
    )
    return rank({"cell_state": cell_states(traces)}, np.concatenate(annotations), held)


def runs(network: Network, texts: Sequence[str]) -> list[Trace]:
    """A run of every text."""
    assert network.vocabulary is not None
    return [network.run(ids_of(text, network.vocabulary)) for text in texts]


Followed = list[Finding]


def units_words(followed: Followed) -> str:
    """`Unit 3 counts (r = 0.981, 0.979 held out; as well: 4 at 0.97); unit …`."""
    words = "; ".join(
        f"unit {each.best.unit} {each.words} (r = {each.best.correlation:.3f}, "
        f"{each.best.held_correlation:.3f} held out{each.others()})"
        for each in followed
    )
    return words[:1].upper() + words[1:] + "."


def halved(network: Network) -> Network:
    """The same with its weights in half precision, which is how large ones are stored."""

    def half(weights: Any) -> Any:
        arrays = {name: a for name, a in vars(weights).items() if a is not None}
        return replace(weights, **{name: a.astype(np.float16) for name, a in arrays.items()})

    cells = tuple({way: half(weights) for way, weights in each.items()} for each in network.cells)
    return replace(network, cells=cells, heads=tuple(map(half, network.heads)))


def packed(network: Network) -> Network:
    """The same in half precision where nothing is lost by it: read from such a file."""
    half = halved(network)
    pairs = zip(_weights(network), _weights(half), strict=True)
    return half if all((ours == theirs).all() for ours, theirs in pairs) else network


def _weights(network: Network) -> list[NDArray[np.floating]]:
    """Every array of weights."""
    parts = [weights for each in network.cells for weights in each.values()]
    found = [array for part in (*parts, *network.heads) for array in vars(part).values()]
    return [array for array in found if array is not None]
