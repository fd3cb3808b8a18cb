"""Delayed echo: say every bit again eight steps after it came."""

from __future__ import annotations

import random

import numpy as np

from demos.common import MADE, Batch, Followed, Numbers, finding, ranking, units_words
from lstmviz.analysis.following import Follower
from lstmviz.engine.network import Network
from lstmviz.engine.spec import HeadSpec
from lstmviz.inputs.tasks import bits

VOCABULARY = None
INPUTS = 1
HEAD = HeadSpec(1, "sigmoid")
DELAY = 8
CLEAR = 0.9
"""The least correlation of a unit that is said to hold a bit."""
TITLE = f"echo: an LSTM that says every bit again {DELAY} steps later"


def delayed(values: Numbers, by: int) -> Numbers:
    """The values of so many steps before; NaN where there were none."""
    late = np.full(values.shape, np.nan)
    late[by:] = values[: len(values) - by]
    return late


def batch(rng: random.Random, size: int) -> Batch:
    """Sequences of 60 bits; steps before the first echo do not count."""
    generator = np.random.default_rng(rng.getrandbits(63))
    values = bits(generator, 60, size)
    late = delayed(values, DELAY)
    return Batch(
        values[..., None].astype(np.float32),
        np.nan_to_num(late)[..., None].astype(np.float32),
        (~np.isnan(late)).astype(np.float32),
    )


def figures(network: Network, small: bool = False) -> dict[str, float]:
    """Over 20 sequences of 1,000 bits: echoes that are right, and the mean |error|."""
    rng = np.random.default_rng(12345)
    right, errors = [], []
    for _ in range(2 if small else 20):
        values = bits(rng, 1000)
        said, meant = network.run(values).output[DELAY:, 0], values[:-DELAY, 0]
        right.append((said > 0.5) == (meant > 0.5))
        errors.append(np.abs(said - meant))
    return {
        "accuracy": float(np.concatenate(right).mean()),
        "error": float(np.concatenate(errors).mean()),
    }


def holders(network: Network) -> list[tuple[Follower, ...]]:
    """For every delay from 1 to DELAY the units whose cell states hold that bit best."""
    rng = np.random.default_rng(54321)
    inputs = [bits(rng, 300) for _ in range(12)]
    traces = [network.run(values) for values in inputs]
    return [
        ranking(traces, [delayed(values[:, 0], by) for values in inputs])
        for by in range(1, DELAY + 1)
    ]


def score(network: Network) -> tuple[float, ...]:
    """What makes one network better than another: right, and every bit in a unit of its own."""
    clear = [abs(rows[0].correlation) for rows in holders(network)]
    return round(figures(network)["accuracy"], 3), float(np.mean(clear))


def followed(network: Network) -> Followed:
    """The units that hold one bit clearly, by how long ago it came."""
    return [
        finding(rows, f"holds the bit of {by} step{'s' * (by > 1)} ago")
        for by, rows in enumerate(holders(network), 1)
        if abs(rows[0].correlation) >= CLEAR
    ]


def quality(found: dict[str, float]) -> str:
    """How well it does, in words."""
    return (
        f"{found['accuracy']:.4f} of 19,840 echoes right (by chance 0.5); mean "
        f"distance from the bit {found['error']:.4f}."
    )


def card(network: Network) -> dict[str, str]:
    """What it learnt and how well, measured now."""
    return {
        "about": f"Must hold {DELAY} bits at once, and hand on the oldest at every step.",
        "quality": quality(figures(network)),
        "units": units_words(followed(network)),
        "trained on": f"Random bits; the bit of {DELAY} steps ago is asked for at every step.",
        "example": "bits:60:1",
        "made by": MADE + "echo",
    }
