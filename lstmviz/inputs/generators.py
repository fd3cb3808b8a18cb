"""Made sequences, the same on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lstmviz.errors import LstmvizError
from lstmviz.inputs.recipes import GeneratedInput
from lstmviz.inputs.sequence import Sequence, check_size, numbered, one_hot, unnamed
from lstmviz.inputs.text import label

KINDS = ("impulse", "step", "sine", "noise", "onehot")
LONGEST = 100_000
DEFAULT_SIZE = 5
"""Input size where neither network nor vocabulary gives one."""

Values = NDArray[np.float64]


def generate(
    recipe: GeneratedInput, input_size: int | None, vocabulary: tuple[str, ...] | None
) -> Sequence:
    """(length, I) values of one kind; only noise and onehot draw on the seed.

    impulse: 1 in column k at one step, later for later columns. step: 0, then 1 from such a
    step on. sine: slower in the first column, faster in the last. noise: normal, variance 1.
    onehot: one random column a step (a symbol, where a vocabulary is given). Raises
    `LstmvizError` for an unknown kind, a length outside 1..100,000 and a negative seed.
    """
    check(recipe)
    length = recipe.length
    width = input_size or (len(vocabulary) if vocabulary else DEFAULT_SIZE)
    check_size(f"the generated {recipe.kind}", length, width, 8)
    title = f"{recipe.kind}, {length:,} steps"
    if recipe.kind == "onehot":
        return _onehot(recipe, width, vocabulary, title)
    if recipe.kind == "noise":
        values = np.random.Generator(np.random.PCG64(recipe.seed)).standard_normal((length, width))
    else:
        values = {"impulse": _impulse, "step": _step, "sine": _sine}[recipe.kind](length, width)
    values.setflags(write=False)
    return numbered(values, title)


def check(recipe: GeneratedInput) -> None:
    """Raise `LstmvizError` for a kind, length or seed that cannot be made."""
    if recipe.kind not in KINDS:
        raise LstmvizError(f"generator {recipe.kind[:40]!r} is not one of {', '.join(KINDS)}.")
    if not 1 <= recipe.length <= LONGEST:
        raise LstmvizError(f"generator length {recipe.length:,} is outside 1 to {LONGEST:,}.")
    if not 0 <= recipe.seed < 2**63:
        raise LstmvizError(f"generator seed {recipe.seed} is outside 0 to 2**63 - 1.")


def _starts(length: int, width: int) -> NDArray[np.int_]:
    """One step per column, spread from a twentieth of the sequence onwards."""
    first = length // 20
    starts: NDArray[np.int_] = first + np.arange(width) * (length - first) // width
    return starts


def _impulse(length: int, width: int) -> Values:
    values = np.zeros((length, width))
    values[_starts(length, width), np.arange(width)] = 1
    return values


def _step(length: int, width: int) -> Values:
    return (np.arange(length)[:, None] >= _starts(length, width)).astype(np.float64)


def _sine(length: int, width: int) -> Values:
    slowest = min(2 / length, 0.25)  # two periods in all, down to four steps a period
    frequencies = np.geomspace(slowest, 0.25, width) if width > 1 else np.array([slowest])
    return np.sin(2 * np.pi * np.arange(length)[:, None] * frequencies)


def _onehot(
    recipe: GeneratedInput, width: int, vocabulary: tuple[str, ...] | None, title: str
) -> Sequence:
    symbols = tuple(map(label, vocabulary)) if vocabulary else unnamed(width)
    symbols = symbols[:width]
    generator = np.random.Generator(np.random.PCG64(recipe.seed))
    ids = generator.integers(0, len(symbols), recipe.length)
    return one_hot(ids, symbols, width, title)
