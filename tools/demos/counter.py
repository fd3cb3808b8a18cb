"""Strings aⁿbⁿ, joined by #: after the first b everything is decided, by counting."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demos.common import NEAR, as_well
from lstmviz.engine.network import Array, Network
from lstmviz.engine.spec import HeadSpec
from lstmviz.engine.unroll import run

VOCABULARY = ("#", "a", "b")
HEAD = HeadSpec(len(VOCABULARY))
TITLE = "counter: a small LSTM trained on aⁿbⁿ"
LONGEST = 12
"""The largest n of the training strings."""

EXAMPLE = "#aaaaabbbbb#aaabbb#aaaaaaaabbbbbbbb#ab#"


@dataclass(frozen=True)
class Card:
    """What is said of a counter.

    `correlations` per unit of its cell state with the number of open a's, `accuracy` over
    the symbols that are decided, `largest_n`: every decided symbol is right up to it, and
    `loudest`: the largest |c| of any unit as a multiple of the best correlated one's.
    """

    correlations: tuple[float, ...]
    accuracy: float
    largest_n: int
    loudest: float


def training_text(rng: random.Random, longest: int, strings: int) -> str:
    """Strings aⁿbⁿ, n uniform in 1..longest, each after a #, and a last #."""
    lengths = [rng.randint(1, longest) for _ in range(strings)]
    return "".join("#" + "a" * n + "b" * n for n in lengths) + "#"


def one_hot(text: str) -> Array:
    """(steps, 3) rows of the identity."""
    return np.eye(len(VOCABULARY), dtype=np.float32)[[VOCABULARY.index(s) for s in text]]


def open_count(text: str) -> NDArray[np.float64]:
    """After each symbol, how many a's of the present string still wait for their b."""
    change = {"a": 1, "b": -1, "#": 0}
    return np.cumsum([change[symbol] for symbol in text]).astype(float)


def decided(text: str) -> NDArray[np.bool_]:
    """Where the next symbol follows from the rule: after # (an a) and after any b."""
    return np.array([symbol != "a" for symbol in text])


def right(network: Network, text: str) -> NDArray[np.bool_]:
    """For every decided symbol but the last: whether the most probable one follows."""
    output = run(network, one_hot(text)).output
    following = np.array([VOCABULARY.index(symbol) for symbol in text[1:]])
    correct: NDArray[np.bool_] = output[:-1].argmax(axis=1) == following
    return correct[decided(text)[:-1]]


def largest_n(network: Network, limit: int = 2000) -> int:
    """The largest n such that #aⁿbⁿ#a is predicted right wherever decided, for all up to n."""
    for n in range(1, limit + 1):
        if not right(network, "#" + "a" * n + "b" * n + "#a").all():
            return n - 1
    return limit


def measure(network: Network, longest: int = LONGEST, limit: int = 300) -> Card:
    """The card of a counter, over 40 fixed random texts of five strings."""
    rng = random.Random(12345)
    texts = [training_text(rng, longest, 5) for _ in range(40)]
    states, counts, correct = [], [], []
    for text in texts:
        forward = run(network, one_hot(text)).layers[0].forward
        assert forward is not None
        states.append(forward.cell_state)
        counts.append(open_count(text))
        correct.append(right(network, text))
    table = np.column_stack([np.concatenate(counts), np.concatenate(states)])
    correlations = tuple(float(value) for value in np.corrcoef(table.T)[0, 1:])
    accuracy = float(np.concatenate(correct).mean())
    peaks = np.abs(np.concatenate(states)).max(axis=0)
    loudest = float(peaks.max() / peaks[np.abs(correlations).argmax()])
    return Card(correlations, accuracy, largest_n(network, limit), loudest)


def figures(network: Network, small: bool = False) -> dict[str, float]:
    """What the card says of how well it does, as numbers."""
    card = measure(network, limit=70 if small else 300)
    return {"accuracy": card.accuracy, "largest n": card.largest_n}


def quality(found: dict[str, float]) -> str:
    """How well it does, in words."""
    return (
        f"Right up to n = {found['largest n']:.0f}, trained up to {LONGEST}; "
        f"{found['accuracy']:.4f} of the decided symbols of random texts."
    )


def card(network: Network) -> dict[str, str]:
    """What it learnt and how well, measured now."""
    first, *rest = measure(network).correlations
    others = {unit: r for unit, r in enumerate(rest, 1) if abs(r) >= abs(first) - NEAR}
    return {
        "about": "Counts a's up and b's down, so that it foresees the end of aⁿbⁿ.",
        "quality": quality(figures(network)),
        "units": "Unit 0 counts: its cell state rises with every a and falls with every b "
        f"(r = {first:.4f} with the number of open a's{as_well(others)}).",
        "trained on": f"Strings aⁿbⁿ with n from 1 to {LONGEST}, joined by #, predicting the "
        "next symbol.",
        "example": EXAMPLE,
        "made by": "tools/train_counter.py; measured by: python tools/measure_demos.py counter",
    }
