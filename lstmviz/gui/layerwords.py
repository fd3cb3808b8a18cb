"""The network's layers in words: for their list, and to choose a variant by."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec, fault
from lstmviz.engine.variant import GREFF, PEEPHOLE, STANDARD, Variant, variant_name
from lstmviz.session.shaping import INPUT, Place

GREFF_WORDS = {
    "NIG": "no input gate",
    "NFG": "no forget gate",
    "NOG": "no output gate",
    "NIAF": "no input activation",
    "NOAF": "no output activation",
    "CIFG": "coupled gates i and f",
    "FGR": "full gate recurrence",
}
"""What the names of Greff et al. 2015 stand for; the eighth, NP, is the standard cell."""

VARIANTS: dict[str, Variant] = {
    "Standard (NP: no peepholes)": STANDARD,
    "Peepholes (V: vanilla)": PEEPHOLE,
    **{f"{name}: {words}": GREFF[name] for name, words in GREFF_WORDS.items()},
}
"""What the chooser offers, by the words it has on screen."""

EQUATIONS = {
    "NIG": "i = 1",
    "NFG": "f = 1",
    "NOG": "o = 1",
    "NIAF": "g = a",
    "NOAF": "h = o ⊙ c",
    "CIFG": "f = 1 − i",
    "FGR": "i, f and o also read i, f and o of the step before",
}

DIRECTIONS = {
    "forward": ("forward",),
    "backward": ("backward",),
    "both ways": ("forward", "backward"),
}

MERGE_WORDS = {
    "concat": "concat: joined",
    "sum": "sum: added",
    "mul": "mul: product",
    "ave": "ave: mean",
}


@dataclass(frozen=True)
class Row:
    """A line of the list: what it is, what is special about it, and whether it is at fault."""

    place: Place
    title: str
    words: tuple[str, ...] = ()
    broken: bool = False


def rows(spec: NetworkSpec) -> list[Row]:
    """The network from its last head down to its input."""
    found = fault(spec)
    wrong = found[0] if found else None
    result = [Row(INPUT, f"Input {spec.input_size:,}", _input_words(spec))]
    for index, cell in enumerate(spec.layers):
        title = f"layer {index} · LSTM {cell.cell_size:,}"
        if cell.hidden_size != cell.cell_size:
            title += f", h {cell.hidden_size:,}"
        result.append(Row(("layer", index), title, _layer_words(cell), index == wrong))
    for index, head in enumerate(spec.heads):
        title = f"Dense {head.size:,} · {head.shown}"
        result.append(Row(("head", index), title, _head_words(spec, head)))
    return result[::-1]


def _input_words(spec: NetworkSpec) -> tuple[str, ...]:
    return (f"embedded in {spec.embedding.dimension:,}",) if spec.embedding else ()


def _layer_words(cell: CellSpec) -> tuple[str, ...]:
    words = []
    if len(cell.directions) > 1:
        words.append(f"both ways, {cell.merge}")
    elif cell.directions == ("backward",):
        words.append("backward")
    if cell.variant != STANDARD:
        words += re.split(r", (?![^(]*\))", variant_name(cell.variant))
    if not cell.return_sequences:
        words.append("final state only")
    return tuple(words)


def _head_words(spec: NetworkSpec, head: HeadSpec) -> tuple[str, ...]:
    words = [] if head.bias else ["no bias"]
    if head.last_step:
        words.append("last step only")
    elif spec.layers[-1].return_sequences:
        words.append("at every step")
    return tuple(words)


def lines(words: tuple[str, ...], room: float, width: Callable[[str], float]) -> list[str]:
    """Words joined by " · ", as many on a line as there is room for."""
    result: list[str] = []
    for word in words:
        longer = f"{result[-1]} · {word}" if result else word
        if result and width(longer) <= room:
            result[-1] = longer
        else:
            result.append(word)
    return result


def chosen(variant: Variant) -> str | None:
    """The words of the offered variant that this is, peepholes or not; None for another."""
    for words, offered in VARIANTS.items():
        if variant == offered:
            return words
    for words, offered in VARIANTS.items():
        if variant == replace(offered, peephole=False):
            return words
    return None


def variant_words(variant: Variant) -> str:
    """A sentence on a variant: its name, and what it changes."""
    name = variant_name(variant)
    known = next((greff for greff in EQUATIONS if name.split()[0] == greff), None)
    if variant == STANDARD:
        return "Gates read h and x. Greff et al. 2015 call it NP, no peepholes."
    told = f"{name}: {EQUATIONS[known]}" if known and known == name else name
    told = told[0].upper() + told[1:]
    if variant.peephole:
        return f"{told}. Peepholes: i and f see c of the step before, o the new c."
    return f"{told}."
