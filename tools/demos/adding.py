"""The adding problem: the sum of two marked numbers among a hundred (Hochreiter 1997)."""

from __future__ import annotations

import random

import numpy as np

from demos.common import MADE, Batch, Followed, Numbers, finding, ranking, units_words
from lstmviz.engine.network import Network
from lstmviz.engine.spec import HeadSpec
from lstmviz.inputs.tasks import adding

VOCABULARY = None
INPUTS = 2
HEAD = HeadSpec(1, "linear", last_step=True)
TITLE = "adding: an LSTM that adds two marked numbers of a hundred"
STEPS = 100
BASELINE = 1 / 6
"""The mean squared error of always saying 1: the variance of the sum of two uniform numbers."""


def sums(values: Numbers) -> Numbers:
    """(steps,): the sum of the numbers marked so far."""
    total: Numbers = np.cumsum(values[..., 0] * values[..., 1], axis=0)
    return total


def batch(rng: random.Random, size: int, steps: int = STEPS) -> Batch:
    """Sequences of which the last step counts; now and then shorter ones, which are easier."""
    generator = np.random.default_rng(rng.getrandbits(63))
    steps = generator.integers(10, steps + 1) if rng.random() < 0.5 else steps
    values = np.stack([adding(generator, steps) for _ in range(size)], axis=1)
    weights = np.zeros(values.shape[:2], np.float32)
    weights[-1] = 1
    return Batch(values.astype(np.float32), sums(values)[..., None].astype(np.float32), weights)


def error(network: Network, steps: int, count: int) -> float:
    """The mean squared error over random sequences."""
    rng = np.random.default_rng(12345)
    errors = []
    for _ in range(count):
        values = adding(rng, steps)
        errors.append(float(network.run(values).output[-1, 0]) - sums(values)[-1])
    return float(np.square(errors).mean())


def figures(network: Network, small: bool = False) -> dict[str, float]:
    """The error at the trained length and at twice that length."""
    count = 100 if small else 1000
    return {"error": error(network, STEPS, count), "twice": error(network, 2 * STEPS, count)}


def score(network: Network) -> tuple[float, ...]:
    """What makes one network better than another."""
    return (-figures(network)["error"],)


def followed(network: Network) -> Followed:
    """The unit that holds the sum."""
    rng = np.random.default_rng(54321)
    inputs = [adding(rng, STEPS) for _ in range(60)]
    rows = ranking([network.run(values) for values in inputs], [sums(v) for v in inputs])
    return [finding(rows, "follows the sum of the numbers marked so far")]


def quality(found: dict[str, float]) -> str:
    """How well it does, in words."""
    return (
        f"Mean squared error {found['error']:.5f} over 1,000 sequences of {STEPS} steps "
        f"(always saying 1 has {BASELINE:.3f}); {found['twice']:.5f} at {2 * STEPS} steps."
    )


def card(network: Network) -> dict[str, str]:
    """What it learnt and how well, measured now."""
    return {
        "about": "Reads a hundred numbers, and at the end gives the sum of the two marked ones.",
        "quality": quality(figures(network)),
        "units": units_words(followed(network)),
        "trained on": f"Sequences of 10 to {STEPS} steps; only the output of the last counts.",
        "example": "adding:100:3",
        "made by": MADE + "adding",
    }
