"""Nested brackets of three kinds: which closes next must be remembered for every one open."""

from __future__ import annotations

import random

import numpy as np

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

VOCABULARY = ("#", "(", ")", "[", "]", "{", "}")
HEAD = HeadSpec(len(VOCABULARY))
TITLE = "brackets: an LSTM trained on nested ( ), [ ] and { }"
CLOSES = {"(": ")", "[": "]", "{": "}"}
DEEPEST = 6
"""The deepest nesting of the training texts."""
OPENS = 0.45
"""The chance that another bracket opens where either may come."""
ENDS = 0.25
"""The chance of a # where nothing is open."""

EXAMPLE = "#([]{()})#{[({[()]})]}#()[]{}#[[[]]](({}))#{([{}])}#"


def following(stack: str, deepest: int) -> dict[str, float]:
    """The chance of every symbol that may come next, with these brackets open."""
    if len(stack) >= deepest:
        opens, closes = 0.0, 1.0
    elif stack:
        opens, closes = OPENS, 1 - OPENS
    else:
        opens, closes = 1 - ENDS, ENDS
    chance = {symbol: opens / len(CLOSES) for symbol in CLOSES if opens}
    return chance | {CLOSES[stack[-1]] if stack else "#": closes}


def step(stack: str, symbol: str) -> str:
    """The brackets open after a symbol."""
    if symbol in CLOSES:
        return stack + symbol
    return stack[:-1] if stack else stack


def text(rng: random.Random, length: int, deepest: int = DEEPEST) -> str:
    """A text that begins with a # and is cut off where it is long enough."""
    symbols, stack = ["#"], ""
    while len(symbols) < length:
        chance = following(stack, deepest)
        symbols += rng.choices(list(chance), list(chance.values()))
        stack = step(stack, symbols[-1])
    return "".join(symbols)


def stacks(symbols: str) -> list[str]:
    """The brackets open after every symbol."""
    found, stack = [], ""
    for symbol in symbols:
        stack = step(stack, symbol)
        found.append(stack)
    return found


def chances(symbols: str) -> Numbers:
    """The chances (steps, 7) of what follows each symbol."""
    table = np.zeros((len(symbols), len(VOCABULARY)))
    for row, stack in zip(table, stacks(symbols), strict=True):
        for symbol, chance in following(stack, DEEPEST).items():
            row[VOCABULARY.index(symbol)] = chance
    return table


def batch(rng: random.Random, size: int) -> Batch:
    """Texts of 80 symbols."""
    texts = [text(rng, 80) for _ in range(size)]
    return symbols_batch(texts, [chances(each) for each in texts], VOCABULARY)


def closing(network: Network, texts: list[str]) -> dict[int, tuple[int, int]]:
    """Depth → (right, all): of the three closing brackets the likeliest is the right one."""
    ends = ids_of("".join(CLOSES.values()), VOCABULARY)
    found: dict[int, tuple[int, int]] = {}
    for each, trace in zip(texts, runs(network, texts), strict=True):
        for row, stack in zip(trace.output, stacks(each), strict=True):
            if stack:
                right = VOCABULARY[ends[row[ends].argmax()]] == CLOSES[stack[-1]]
                good, total = found.get(len(stack), (0, 0))
                found[len(stack)] = good + int(right), total + 1
    return found


def figures(network: Network, small: bool = False) -> dict[str, float]:
    """Accuracy up to the trained depth, at that depth, and at twice that depth."""
    rng = random.Random(12345)
    count = 10 if small else 100
    found = closing(network, [text(rng, 200) for _ in range(count)])
    deeper = closing(network, [text(rng, 200, DEEPEST + 3) for _ in range(count)])
    beyond = [deeper[depth] for depth in deeper if depth > DEEPEST]
    return {
        "accuracy": _share(list(found.values())),
        "deepest": _share([found[DEEPEST]]),
        "beyond": _share(beyond),
    }


def _share(pairs: list[tuple[int, int]]) -> float:
    """All that is right over all there is."""
    return sum(right for right, _ in pairs) / max(1, sum(total for _, total in pairs))


def score(network: Network) -> tuple[float, ...]:
    """What makes one network better than another."""
    found = figures(network)
    return round(found["accuracy"], 3), abs(followed(network)[0].best.correlation)


def followed(network: Network) -> Followed:
    """The unit that follows the depth best."""
    rng = random.Random(54321)
    texts = [text(rng, 120) for _ in range(30)]
    depths = [np.array([float(len(stack)) for stack in stacks(each)]) for each in texts]
    return [finding(ranking(runs(network, texts), depths), "follows how many brackets are open")]


def quality(found: dict[str, float]) -> str:
    """How well it does, in words."""
    return (
        f"Names the right closing bracket in {found['accuracy']:.4f} of all places, "
        f"{found['deepest']:.4f} at depth {DEEPEST}, the deepest it was trained on, and "
        f"{found['beyond']:.2f} at depths {DEEPEST + 1} to {DEEPEST + 3} (by chance 0.33)."
    )


def card(network: Network) -> dict[str, str]:
    """What it learnt and how well, measured now."""
    return {
        "about": "Remembers which brackets are open, of three kinds, and which must close next.",
        "quality": quality(figures(network)),
        "units": units_words(followed(network)),
        "trained on": f"Random nested brackets up to depth {DEEPEST}, strings joined by #, "
        "predicting the next symbol.",
        "example": EXAMPLE,
        "made by": MADE + "brackets",
    }
