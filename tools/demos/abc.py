"""Strings aⁿbⁿcⁿ, joined by #: no finite number of brackets can say them (Gers 2001)."""

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
    ids_of,
    ranking,
    runs,
    symbols_batch,
    units_words,
)
from lstmviz.engine.network import Network
from lstmviz.engine.spec import HeadSpec

VOCABULARY = ("#", "a", "b", "c")
HEAD = HeadSpec(len(VOCABULARY))
TITLE = "abc: a small LSTM trained on aⁿbⁿcⁿ"
LONGEST = 12
"""The largest n of the training strings."""

EXAMPLE = "#aaaaabbbbbccccc#aaabbbccc#aaaaaaaabbbbbbbbcccccccc#abc#"


def string(n: int) -> str:
    """# and one string."""
    return "#" + "a" * n + "b" * n + "c" * n


def text(rng: random.Random, strings: int = 4) -> str:
    """Strings with n uniform in 1..LONGEST, each after a #, and a last #."""
    return "".join(string(rng.randint(1, LONGEST)) for _ in range(strings)) + "#"


def chances(symbols: str) -> Numbers:
    """The chances (steps − 1, 4) of what follows: after an a ½ each that a or b does."""
    following = np.eye(len(VOCABULARY))[ids_of(symbols, VOCABULARY)[1:]]
    following[[symbol == "a" for symbol in symbols[:-1]]] = [0, 0.5, 0.5, 0]
    return following


def batch(rng: random.Random, size: int) -> Batch:
    """Texts of four strings."""
    texts = [text(rng) for _ in range(size)]
    return symbols_batch([t[:-1] for t in texts], [chances(t) for t in texts], VOCABULARY)


def right(network: Network, symbols: str) -> NDArray[np.bool_]:
    """For every symbol that is decided (all but after an a): whether it was foreseen."""
    ids = ids_of(symbols, VOCABULARY)
    foreseen: NDArray[np.bool_] = network.run(ids).output[:-1].argmax(axis=1) == ids[1:]
    return foreseen[[symbol != "a" for symbol in symbols[:-1]]]


def largest_n(network: Network, limit: int) -> int:
    """The largest n such that everything decided in #aⁿbⁿcⁿ#a is foreseen for all n up to it."""
    for n in range(1, limit + 1):
        if not right(network, string(n) + "#a").all():
            return n - 1
    return limit


def figures(network: Network, small: bool = False) -> dict[str, float]:
    """Accuracy over 40 fixed random texts, and the largest n up to 300."""
    rng = random.Random(12345)
    texts = [text(rng) for _ in range(40)]
    correct = np.concatenate([right(network, each) for each in texts])
    limit = 40 if small else 300
    return {"accuracy": float(correct.mean()), "largest n": largest_n(network, limit)}


def counts(symbols: str) -> dict[str, Numbers]:
    """After each symbol: a's that wait for their b, and b's that wait for their c."""
    change = {"a": (1, 0), "b": (-1, 1), "c": (0, -1), "#": (0, 0)}
    table = np.cumsum([change[symbol] for symbol in symbols], axis=0).astype(float)
    return {"a − b": table[:, 0], "b − c": table[:, 1]}


def score(network: Network) -> tuple[float, ...]:
    """What makes one network better than another."""
    found = figures(network)
    return found["largest n"], found["accuracy"]


def followed(network: Network) -> Followed:
    """The units that count."""
    rng = random.Random(54321)
    texts = [text(rng) for _ in range(30)]
    traces = runs(network, texts)
    return [
        finding(ranking(traces, [counts(each)[what] for each in texts]), words)
        for what, words in (
            ("a − b", "follows how many a's wait for their b"),
            ("b − c", "follows how many b's wait for their c"),
        )
    ]


def quality(found: dict[str, float]) -> str:
    """How well it does, in words."""
    return (
        f"Right up to n = {found['largest n']:.0f}, trained up to {LONGEST}; "
        f"{found['accuracy']:.4f} of the decided symbols of random texts."
    )


def card(network: Network) -> dict[str, str]:
    """What it learnt and how well, measured now."""
    return {
        "about": "Counts twice at once: it foresees every symbol of aⁿbⁿcⁿ once the first b came.",
        "quality": quality(figures(network)),
        "units": units_words(followed(network)),
        "trained on": f"Strings aⁿbⁿcⁿ with n from 1 to {LONGEST}, joined by #, predicting the "
        "next symbol.",
        "example": EXAMPLE,
        "made by": MADE + "abc",
    }
