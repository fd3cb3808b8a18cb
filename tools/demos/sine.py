"""A sine whose frequency wanders: the next value, from the values so far."""

from __future__ import annotations

import random

import numpy as np

from demos.common import MADE, Batch, Followed, Numbers, finding, ranking, units_words
from lstmviz.engine.network import Network
from lstmviz.engine.spec import HeadSpec
from lstmviz.inputs.tasks import FASTEST, SLOWEST, chirp, frequency

VOCABULARY = None
INPUTS = 1
HEAD = HeadSpec(1, "linear")
TITLE = "sine: an LSTM that foretells a sine of changing frequency"
STEPS = 200
SETTLED = 20
"""Steps at the beginning of a wave that are too few to tell its frequency by."""
NOISE = 0.1
"""Of what is read in training: two values no longer tell the frequency, so it must be kept."""


def batch(rng: random.Random, size: int) -> Batch:
    """Sines of 200 steps and the value after each; the first few steps do not count."""
    generator = np.random.default_rng(rng.getrandbits(63))
    waves = chirp(generator, STEPS + 1, size)[..., None].astype(np.float32)
    weights = np.ones((STEPS, size), np.float32)
    weights[:5] = 0
    noise = NOISE * generator.standard_normal(waves[1:].shape, np.float32)
    return Batch(waves[:-1] + noise, waves[1:], weights)


def waves(count: int) -> list[tuple[Numbers, Numbers]]:
    """Sines (steps + 1, 1) that were not trained on, and the frequency at each of their steps."""
    return [
        (
            chirp(np.random.default_rng(seed), STEPS + 1),
            frequency(np.random.default_rng(seed), STEPS + 1)[:, 0],
        )
        for seed in range(1000, 1000 + count)
    ]


def figures(network: Network, small: bool = False) -> dict[str, float]:
    """Mean squared errors from step 5 on: its own, of the last value, and of the best line.

    The best line through the last two values, a x_t + b x_{t−1}, is fitted to these very waves.
    """
    made = [wave for wave, _ in waves(10 if small else 100)]
    own = [network.run(wave[:-1]).output[5:, 0] - wave[6:, 0] for wave in made]
    present, before, after = (
        np.concatenate([wave[start : len(wave) - 2 + start, 0] for wave in made])
        for start in (1, 0, 2)
    )
    table = np.stack([present, before], axis=1)
    line = table @ np.linalg.lstsq(table, after, rcond=None)[0]
    return {
        "error": float(np.square(np.concatenate(own)).mean()),
        "last": float(np.square(after - present).mean()),
        "line": float(np.square(after - line).mean()),
    }


def score(network: Network) -> tuple[float, ...]:
    """What makes one network better than another."""
    return round(abs(followed(network)[0].best.correlation), 1), -figures(network)["error"]


def followed(network: Network) -> Followed:
    """The unit that knows how fast it goes, once it has seen enough of a wave to know."""
    made = waves(100)
    traces = [network.run(wave) for wave, _ in made]
    told = [np.where(np.arange(STEPS + 1) < SETTLED, np.nan, np.log(speed)) for _, speed in made]
    return [finding(ranking(traces, told), "follows the logarithm of the frequency")]


def quality(found: dict[str, float]) -> str:
    """How well it does, in words."""
    return (
        f"Mean squared error {found['error']:.6f} over 100 new waves; saying the last "
        f"value again has {found['last']:.4f}, the best line through the last two "
        f"{found['line']:.4f}."
    )


def card(network: Network) -> dict[str, str]:
    """What it learnt and how well, measured now."""
    return {
        "about": "Foretells the next value of a sine that goes faster and slower.",
        "quality": quality(figures(network)),
        "units": units_words(followed(network)),
        "trained on": f"Sines whose frequency wanders between periods of {1 / FASTEST:.0f} and "
        f"{1 / SLOWEST:.0f} steps, predicting the next value.",
        "example": "chirp:240:2",
        "made by": MADE + "sine",
    }
