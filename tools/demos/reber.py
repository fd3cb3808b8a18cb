"""The continual embedded Reber grammar (Gers, Schmidhuber and Cummins 2000).

A string is B, then T or P, then a string of the inner grammar, then the same T or P, then E:
the letter must be remembered past a stretch of any length. Strings follow each other without a
mark, and the network's states are never set back.
"""

from __future__ import annotations

import random

import numpy as np
from numpy.typing import NDArray

from demos.common import (
    MADE,
    Batch,
    Followed,
    Numbers,
    finding,
    ranking,
    runs,
    symbols_batch,
    units_words,
)
from lstmviz.engine.network import Network
from lstmviz.engine.spec import HeadSpec

VOCABULARY = ("B", "E", "P", "S", "T", "V", "X")
HEAD = HeadSpec(len(VOCABULARY))
TITLE = "reber: an LSTM trained on the continual embedded Reber grammar"

INNER = {
    0: {"B": 1},
    1: {"T": 2, "P": 3},
    2: {"S": 2, "X": 4},
    3: {"T": 3, "V": 5},
    4: {"X": 3, "S": 6},
    5: {"P": 4, "V": 6},
    6: {"E": 7},
}
"""The inner grammar: state → symbol → state; 7 is its end."""

State = tuple[str, int]
"""The outer letter ("" before it came), and where one is: see `moves`."""

START: State = ("", -2)


def moves(state: State) -> dict[str, State]:
    """The symbols that may come, and the state each leads to.

    −2 is before a string's B, −1 before its T or P, 0 to 6 are inside, 7 is before the letter
    again, 8 before the last E.
    """
    letter, place = state
    match place:
        case -2:
            return {"B": ("", -1)}
        case -1:
            return {"T": ("T", 0), "P": ("P", 0)}
        case 7:
            return {letter: (letter, 8)}
        case 8:
            return {"E": START}
        case _:
            return {symbol: (letter, after) for symbol, after in INNER[place].items()}


def text(rng: random.Random, length: int) -> tuple[str, list[State]]:
    """Symbols, each of those that may come equally likely, and the state after every one."""
    symbols, states, state = [], [], START
    for _ in range(length):
        ways = moves(state)
        symbols.append(rng.choice(list(ways)))
        state = ways[symbols[-1]]
        states.append(state)
    return "".join(symbols), states


def chances(states: list[State]) -> Numbers:
    """The chances (steps, 7) of what follows."""
    table = np.zeros((len(states), len(VOCABULARY)))
    for row, state in zip(table, states, strict=True):
        for symbol in moves(state):
            row[VOCABULARY.index(symbol)] = 1 / len(moves(state))
    return table


def batch(rng: random.Random, size: int) -> Batch:
    """Texts of 120 symbols."""
    made = [text(rng, 120) for _ in range(size)]
    return symbols_batch(
        [symbols for symbols, _ in made], [chances(states) for _, states in made], VOCABULARY
    )


def legal(network: Network, rng: random.Random, length: int) -> NDArray[np.bool_]:
    """(2, length): whether the likeliest symbol is legal; whether every legal one is likelier
    than every illegal one.
    """
    symbols, states = text(rng, length)
    (trace,) = runs(network, [symbols])
    allowed = chances(states) > 0
    lowest = np.where(allowed, trace.output, np.inf).min(axis=1)
    highest = np.where(allowed, -np.inf, trace.output).max(axis=1)
    likeliest = allowed[np.arange(length), trace.output.argmax(axis=1)]
    return np.stack([likeliest, lowest > highest])


def figures(network: Network, small: bool = False) -> dict[str, float]:
    """Over ten streams of 10,000 symbols, never set back."""
    rng = random.Random(12345)
    streams, length = (2, 2000) if small else (10, 10_000)
    found = np.concatenate([legal(network, rng, length) for _ in range(streams)], axis=1)
    return {
        "legal": float(found[0].mean()),
        "strict": float(found[1].mean()),
        "wrong": float((~found[1]).sum()),
    }


def score(network: Network) -> tuple[float, ...]:
    """What makes one network better than another."""
    return (figures(network)["strict"],)


def followed(network: Network) -> Followed:
    """The unit that keeps the outer letter."""
    rng = random.Random(54321)
    made = [text(rng, 300) for _ in range(12)]
    letters = [
        np.array([{"": np.nan, "T": 0.0, "P": 1.0}[letter] for letter, _ in states])
        for _, states in made
    ]
    rows = ranking(runs(network, [symbols for symbols, _ in made]), letters)
    return [finding(rows, "keeps whether the string began with P or with T")]


def quality(found: dict[str, float]) -> str:
    """How well it does, in words."""
    return (
        f"Its likeliest next symbol is legal in {found['legal']:.5f} of 100,000 places "
        "without setting back its states; every legal symbol is likelier than every illegal one "
        f"in {found['strict']:.5f} ({found['wrong']:.0f} places are not so)."
    )


def card(network: Network) -> dict[str, str]:
    """What it learnt and how well, measured now."""
    return {
        "about": "Knows a grammar, and keeps one letter in mind until its string ends.",
        "quality": quality(figures(network)),
        "units": units_words(followed(network)),
        "trained on": "The continual embedded Reber grammar, predicting the next symbol.",
        "example": text(random.Random(4), 90)[0],
        "made by": MADE + "reber",
    }
