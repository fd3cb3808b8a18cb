"""Python source code, a character at a time: the standard library's own files.

What is measured is measured on the files held out and kept (see `source`). Units that follow
strings, comments, indentation and brackets are found by ranking every unit on two thirds of those
files; the last third says what the ranking is worth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos import source
from demos.common import Followed, Numbers, finding
from lstmviz.analysis.following import Follower, rank
from lstmviz.analysis.python_source import annotate
from lstmviz.engine.network import Network
from lstmviz.engine.spec import HeadSpec

VOCABULARY = source.VOCABULARY
HEAD = HeadSpec(len(VOCABULARY))
TITLE = "python: an LSTM that writes Python, character by character"
THINNED = 4
"""Of so many characters one is ranked: neighbours say much the same."""
ORDERS = 6
"""The n-grams compared with are of up to so many characters."""

WORDS = {
    "prose": "rises inside comments and strings of three quotes",
    "prose-comments": "tells which of the two, and rises inside comments",
    "strings": "rises inside strings of any kind",
    "indentation": "rises with the blocks that the line stands in",
    "brackets": "rises with the open brackets",
    "column": "rises along the line",
}
"""What is looked for, as words that follow the name of a unit."""

EXAMPLE = '''\
"""Read settings."""
import os

# where settings are kept
PATHS = ["~/.config", "/etc"]


def find(name, paths=PATHS):
    """Return the first path that holds name."""
    for path in paths:  # in this order
        full = os.path.join(path, name)
        if os.path.exists(full):
            return full
    raise KeyError("no %r in %s" % (name, ", ".join(paths)))
'''


@dataclass(frozen=True, eq=False)
class Measured:
    """What the kept files come to.

    `bits` per character, from the second of every file on; of every so many characters the cell
    states (steps, units), the annotations (steps,) by name, and whether its file is held out of
    the ranking (steps,).
    """

    bits: float
    cell_states: NDArray[np.floating]
    annotations: dict[str, Numbers]
    held: NDArray[np.bool_]


def measured(network: Network, small: bool = False) -> Measured:
    """Run every kept file; of a small sample half as far, and fewer characters are ranked."""
    thinned, longest = (4 * THINNED, source.LONGEST // 2) if small else (THINNED, source.LONGEST)
    costs, states, held = [], [], []
    columns: dict[str, list[Numbers]] = {name: [] for name in WORDS}
    for index, text in enumerate(source.kept().values()):
        ids, told = source.ids_of(text[:longest]), annotate(text)
        trace = network.run(ids)
        forward = trace.layers[0].forward
        assert forward is not None
        costs.append(-np.log2(trace.output[np.arange(len(ids) - 1), ids[1:]]))
        steps = slice(index % thinned, len(ids), thinned)
        states.append(forward.cell_state[steps])
        for name in WORDS:
            columns[name].append(told[name][steps])
        held.append(np.full(len(states[-1]), index % 3 == 2))
    return Measured(
        float(np.concatenate(costs).mean()),
        np.concatenate(states),
        {name: np.concatenate(parts) for name, parts in columns.items()},
        np.concatenate(held),
    )


def grams(ids: NDArray[np.int64], order: int) -> NDArray[np.int64]:
    """Every run of `order` symbols (len(ids) − order + 1,), each as one number."""
    count = len(ids) - order + 1
    codes = np.zeros(max(count, 0), np.int64)
    for k in range(order):
        codes = codes * len(VOCABULARY) + ids[k : k + count]
    return codes


def ngram_bits(texts: list[str], training: list[str]) -> list[float]:
    """Bits per character of n-grams of 1 to ORDERS characters of the training texts.

    Interpolated (Witten and Bell 1991): P(w | h) = (n(h w) + d(h) P(w | h')) / (n(h) + d(h)), d(h)
    the number of different symbols seen after h and h' one symbol shorter; below all, 1/97.
    """
    pieces = [source.ids_of(text) for text in training]
    asked = [source.ids_of(text) for text in texts]
    chances = [np.full(len(ids) - 1, 1 / len(VOCABULARY)) for ids in asked]
    found = []
    for order in range(1, ORDERS + 1):
        codes = np.concatenate([grams(piece, order) for piece in pieces])
        seen, counts = np.unique(codes, return_counts=True)
        heads, firsts = np.unique(seen // len(VOCABULARY), return_index=True)
        different = np.diff(np.append(firsts, len(seen)))
        totals = np.add.reduceat(counts, firsts)
        for ids, chance in zip(asked, chances, strict=True):
            ends = grams(ids, order)[1 if order == 1 else 0 :]
            part = chance[max(order - 2, 0) :]  # earlier places have too little before them
            times = _looked_up(ends, seen, counts)
            d, n = (
                _looked_up(ends // len(VOCABULARY), heads, table) for table in (different, totals)
            )
            known = n > 0
            part[known] = ((times + d * part) / np.maximum(n + d, 1))[known]
        found.append(float(-np.log2(np.concatenate(chances)).mean()))
    return found


def _looked_up(
    keys: NDArray[np.int64], known: NDArray[np.int64], values: NDArray[np.int64]
) -> Numbers:
    """The value of every key, 0 where it is not known; `known` is sorted."""
    places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[places] == keys, values[places], 0).astype(float)


def figures(found: Measured) -> dict[str, float]:
    """Bits per character on the kept files, and those of n-grams of this machine's library."""
    training = [source.text_of(path) for path in source.files()[0]]
    each = ngram_bits(list(source.kept().values()), training)
    return {"bits": found.bits} | {f"{order}-gram": bits for order, bits in enumerate(each, 1)}


def rankings(found: Measured) -> dict[str, tuple[Follower, ...]]:
    """For everything in `WORDS` the ranking of all cell states."""
    arrays = {"cell_state": found.cell_states}
    return {name: rank(arrays, told, found.held) for name, told in found.annotations.items()}


def followed(network: Network) -> Followed:
    """For everything in `WORDS` the unit whose cell state follows it best."""
    return _best(measured(network))


def _best(found: Measured) -> Followed:
    return [finding(rows, WORDS[name]) for name, rows in rankings(found).items()]


def quality(found: dict[str, float]) -> str:
    """How well it does, in words."""
    best = min((name for name in found if name != "bits"), key=lambda name: found[name])
    return (
        f"{found['bits']:.3f} bits per character on files held out; an interpolated "
        f"3-gram of the same data has {found['3-gram']:.3f}, a {best} (the best) "
        f"{found[best]:.3f}."
    )


def card(network: Network) -> dict[str, str]:
    """What it learnt and how well, measured now."""
    found = measured(network)
    return {
        "about": "Reads the standard library's source code and foresees each next character.",
        "quality": quality(figures(found)),
        "units": _units(_best(found)),
        "trained on": "The standard library of Python 3.11 without tests and tables, 8.6 million "
        "characters; one file in 16, by a hash of its name, is held out.",
        "example": EXAMPLE,
        "made by": "tools/train_python.py; measured by: python tools/measure_demos.py python",
    }


def _units(followed: Followed) -> str:
    """The units in words; the numbers are of the files that they were not chosen on."""
    parts = []
    for each in followed:
        row = each.best
        auc = "" if row.held_auc is None else f", AUC {row.held_auc:.3f}"
        figures = f"r = {row.held_correlation:.2f}{auc}{each.others()}"
        parts.append(f"unit {row.unit} {each.words} ({figures})")
    words = "; ".join(parts)
    return words[:1].upper() + words[1:] + ", on files that they were not chosen on."
