"""Made sequences, the same on every machine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lstmviz.errors import LstmvizError
from lstmviz.inputs import tasks
from lstmviz.inputs.recipes import GeneratedInput
from lstmviz.inputs.sequence import (
    Sequence,
    check_size,
    numbered,
    one_hot,
    unnamed,
)
from lstmviz.inputs.text import label

KINDS = ("impulse", "step", "sine", "noise", "onehot", "chirp", "bits", "adding")
WIDTHS = {"chirp": 1, "bits": 1, "adding": 2}
"""Columns where neither network nor vocabulary gives a number, else `DEFAULT_SIZE`."""
LONGEST = 100_000
DEFAULT_SIZE = 5
"""Input size where neither network nor vocabulary gives one."""

Values = NDArray[np.float64]


def generate(
    recipe: GeneratedInput, input_size: int | None, vocabulary: tuple[str, ...] | None
) -> Sequence:
    """(length, I) values of one kind; impulse, step and sine do not draw on the seed.

    impulse: 1 in column k at one step, later for later columns. step: 0, then 1 from such a
    step on. sine: slower in the first column, faster in the last. noise: normal, variance 1.
    onehot: one random column a step (a symbol, where a vocabulary is given). chirp, bits and
    adding are those of `tasks`. Raises `LstmvizError` for an unknown kind, a length outside
    1..100,000 and a negative seed.
    """
    check(recipe)
    length = recipe.length
    usual = WIDTHS.get(recipe.kind, DEFAULT_SIZE)
    width = input_size or (len(vocabulary) if vocabulary else usual)
    check_size(f"the generated {recipe.kind}", length, width, 8)
    rng = np.random.Generator(np.random.PCG64(recipe.seed))
    title = f"{recipe.kind}, {length:,} step{'s' * (length != 1)}"
    match recipe.kind:
        case "onehot":
            return _onehot(recipe, width, vocabulary, title)
        case "noise":
            values = rng.standard_normal((length, width))
        case "chirp":
            values = tasks.chirp(rng, length, width)
        case "bits":
            values = tasks.bits(rng, length, width)
        case "adding":
            values = tasks.adding(rng, length, width)
        case _:
            values = {"impulse": _impulse, "step": _step, "sine": _sine}[recipe.kind](length, width)
    values.setflags(write=False)
    sequence = numbered(values, title)
    return replace(sequence, columns=tasks.columns(width)) if recipe.kind == "adding" else sequence


def parse(text: str) -> GeneratedInput:
    """The recipe written as KIND[:LENGTH[:SEED]]; raises `LstmvizError` as `check` does."""
    kind, *numbers = text.split(":")
    if len(numbers) > 2 or not all(n.isascii() and n.isdecimal() and len(n) < 20 for n in numbers):
        raise LstmvizError(
            f"generator {text[:60]!r} is not KIND[:LENGTH[:SEED]], such as sine:200 or noise:200:1."
        )
    recipe = GeneratedInput(kind, *map(int, numbers))
    check(recipe)
    return recipe


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
    rng = np.random.Generator(np.random.PCG64(recipe.seed))
    ids = rng.integers(0, len(symbols), recipe.length)
    return one_hot(ids, symbols, width, title)
