"""The terms of one sum, named: where each comes from, how it comes about, where it leads."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.sums import Addends, addends, head_place, total
from lstmviz.engine.network import Network
from lstmviz.engine.spec import LETTERS
from lstmviz.engine.trace import Trace
from lstmviz.engine.variant import SWITCHES
from lstmviz.inputs.sequence import Sequence
from lstmviz.scene.address import Address, earlier, read_below
from lstmviz.scene.symbols import bound
from lstmviz.scene.words import number

MOST = 12
"""Terms shown at first."""
ARROWS = {"forward": "→", "backward": "←"}
ROLES = {
    "hidden_state": "h",
    "input": "x",
    "input_bias": "accent",
    "recurrent_bias": "accent",
    "peephole": "c",
    "cell_output": "h",
    "clip": "bad",
    **{gate: LETTERS[gate] for gate in SWITCHES},
}
"""The colour of each source."""


@dataclass(frozen=True, eq=False)
class Source:
    """What is needed of a run to take a number apart."""

    network: Network
    trace: Trace
    sequence: Sequence


@dataclass(frozen=True)
class Term:
    """One term: its name, its value, the product it is (if any), and the number it leads to."""

    label: str
    value: float
    role: str
    product: str = ""
    target: Address | None = None
    words: str = ""


@dataclass(frozen=True)
class Sum:
    """A sum by its sources (`parts`), and by its largest `terms`, which with `rest` are all.

    `others` counts what `rest` is the sum of, `zeros` those of them that are 0.
    """

    parts: tuple[Term, ...]
    terms: tuple[Term, ...]
    rest: float
    others: int
    zeros: int
    total: float

    @property
    def count(self) -> int:
        """How many terms there are."""
        return len(self.terms) + self.others


def summed(source: Source, question: Address, most: int = MOST) -> Sum:
    """The sum that a number is squashed from; raises `LstmvizError` as `analysis.terms` does."""
    q = question
    groups = addends(source.network, source.trace, q.array, q.step, q.element, q.layer, q.direction)
    groups = [_one_symbol(source, question, group) for group in groups]
    whole = total(groups)
    values = np.concatenate([group.values for group in groups])
    starts = np.cumsum([0, *(len(group.values) for group in groups)])
    chosen = largest(values, most)
    terms = []
    for place in chosen.tolist():
        which = int(np.searchsorted(starts, place, "right")) - 1
        terms.append(_term(source, question, groups[which], place - int(starts[which])))
    left = np.delete(values, chosen)
    return Sum(
        tuple(_part(source, question, group) for group in groups),
        tuple(terms),
        float(left.sum()),
        len(left),
        int(np.count_nonzero(left == 0)),
        whole,
    )


def largest(values: NDArray[np.floating], most: int) -> NDArray[np.intp]:
    """Places of the largest magnitudes, those first; what is no number comes before all."""
    size = np.where(np.isnan(values), np.inf, np.abs(values))
    places = np.arange(len(size))
    if len(size) > most:
        places = np.argpartition(-size, most)[:most]
        places.sort()
    return np.asarray(places[np.argsort(-size[places], kind="stable")])


def _one_symbol(source: Source, question: Address, group: Addends) -> Addends:
    """Of an input of symbols only the one that is read: the weights of the others meet zeros."""
    if group.source != "input" or not _symbolic(source, question) or group.operands is None:
        return group
    read = np.flatnonzero(group.operands)
    if len(read) != 1:
        return group
    here = slice(read[0], read[0] + 1)
    assert group.weights is not None
    return replace(
        group,
        first=int(read[0]),
        values=group.values[here],
        weights=group.weights[here],
        operands=group.operands[here],
    )


def _symbolic(source: Source, question: Address) -> bool:
    """Whether the input that is summed is a symbol, one column of many."""
    lowest = question.layer == 0 and head_place(source.network, question.array) is None
    return lowest and source.sequence.symbolic and source.network.embedding is None


def _term(source: Source, question: Address, group: Addends, place: int) -> Term:
    element, value = group.first + place, float(group.values[place])
    label, target, words = _named(source, question, group, element)
    product = ""
    if group.weights is not None and group.operands is not None:
        product = f"{number(float(group.weights[place]))} × {number(float(group.operands[place]))}"
        words = f"{words}: weight {number(float(group.weights[place]), 4)} × "
        words += f"{number(float(group.operands[place]), 4)} = {number(value, 4)}"
    else:
        words = f"{words}: {number(value, 4)}"
    return Term(label, value, ROLES[group.source], product, target, words)


def _named(
    source: Source, question: Address, group: Addends, element: int
) -> tuple[str, Address | None, str]:
    """A term's short name, the number it leads to, and its name in full."""
    kind, steps = group.source, source.trace.steps
    if kind == "hidden_state":
        target = earlier(question, steps, "hidden_state", element)
        return f"h₋[{element}]", target, f"h of unit {element}, the step before"
    if kind == "input":
        return _read(source, question, element)
    if kind == "peephole":
        if question.array == "output_gate":
            target = replace(question, array="cell_state")
            return f"c[{element}]", target, f"the new c of unit {element}, through its peephole"
        target = earlier(question, steps, "cell_state", element)
        return f"c₋[{element}]", target, f"c of unit {element} before, through its peephole"
    if kind in SWITCHES:
        letter = LETTERS[kind]
        target = earlier(question, steps, kind, element)
        return f"{letter}₋[{element}]", target, f"{letter} of unit {element}, the step before"
    if kind == "cell_output":
        target = replace(question, array="cell_output", element=element)
        return f"m[{element}]", target, f"cell output m of unit {element}"
    return _fixed(source, question, kind)


def _fixed(source: Source, question: Address, kind: str) -> tuple[str, None, str]:
    """A bias, or what a bound took away."""
    if kind == "clip":
        variant = source.network.spec.layers[question.layer].variant
        clips = variant.projection_clip if question.array == "hidden_state" else variant.clip
        limit = bound(clips) if clips is not None else ""
        return f"clip {limit}", None, f"taken away by the bound {limit}"
    if head_place(source.network, question.array) is not None:
        return "b", None, "the bias b_y"
    weights = source.network.cells[question.layer][question.direction]
    if weights.input_bias is None or weights.recurrent_bias is None:
        return "b", None, "the one bias this network keeps (two that were merged are one)"
    if kind == "input_bias":
        return "b_ih", None, "the bias beside W_x (b_ih in PyTorch)"
    return "b_hh", None, "the bias beside W_h (b_hh in PyTorch)"


def _read(source: Source, question: Address, element: int) -> tuple[str, Address | None, str]:
    """What a layer or a head reads, by the best name there is."""
    spec, at = source.network.spec, question.step
    head = head_place(source.network, question.array)
    if head:
        target = replace(question, array=f"head{head - 1}", element=element)
        return f"y{head - 1}[{element}]", target, f"head {head - 1}, {element}"
    level = question.layer if head is None else len(spec.layers)
    below = read_below(spec, level, at, element)
    if below is None:
        target = Address("input", at, element, 0, question.direction)
        return (*_given(source, at, element, target),)
    target = below
    if head is None:
        target = replace(question, array="input", element=element)
        if below.array == "hidden_state":
            target = below
    if below.array != "hidden_state":
        return f"x[{element}]", target, f"{element} of what layer {level - 1} hands on"
    ways = spec.layers[level - 1].directions
    arrow = ARROWS[below.direction] if len(ways) > 1 else ""
    words = f"h of unit {below.element} of layer {below.layer}"
    words += f", {below.direction}" if arrow else ""
    return f"h{arrow}[{below.element}]", target, words


def _given(
    source: Source, at: int, element: int, target: Address
) -> tuple[str, Address | None, str]:
    """An element of what the lowest layer reads."""
    sequence = source.sequence
    if source.network.embedding is not None:
        words = f"embedding of “{sequence.labels[at]}”, dimension {element}"
        return f"e[{element}]", target, words
    if sequence.symbolic:
        label = symbol_of(source, element, at)
        return f"x “{label}”", target, f"input “{label}”, column {element}"
    name = sequence.columns[element] if element < len(sequence.columns) else f"x{element}"
    return name, target, f"input {name}"


def symbol_of(source: Source, column: int, at: int) -> str:
    """The symbol that a one-hot column stands for; of the one that is read, as it is shown."""
    if source.sequence.values[at].argmax() == column:
        return source.sequence.labels[at]
    columns = source.sequence.columns
    return columns[column] if column < len(columns) else str(column)


_PARTS = {
    "hidden_state": "W_h h₋",
    "input": "W_x x",
    "peephole": "p ⊙ c",
    "cell_output": "W_hr m",
}


def _part(source: Source, question: Address, group: Addends) -> Term:
    """All that comes from one source."""
    count = len(group.values)
    value = float(group.values.sum())
    if group.source in ("input_bias", "recurrent_bias", "clip"):
        label, _, words = _named(source, question, group, group.first)
        return Term(label, value, ROLES[group.source], words=f"{words}: {number(value, 4)}")
    label = _PARTS.get(group.source, f"R {LETTERS.get(group.source, '')}₋")
    if group.source == "input" and head_place(source.network, question.array) is not None:
        label = "W_y h" if head_place(source.network, question.array) == 0 else "W_y y"
    words = f"{label}: all {count:,} terms together are {number(value, 4)}"
    if count == 1:
        words = f"{label}: one term, {number(value, 4)}"
    return Term(label, value, ROLES[group.source], words=words)
