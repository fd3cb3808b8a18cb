"""How one number came about and what becomes of it, as rows to be shown or copied."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lstmviz.analysis.sums import head_place
from lstmviz.engine.spec import GATES
from lstmviz.engine.trace import layer_output
from lstmviz.scene import chainrows as rows
from lstmviz.scene import onwards
from lstmviz.scene.addends import MOST, Source
from lstmviz.scene.address import Address
from lstmviz.scene.chainrows import Row
from lstmviz.scene.moment import Moment
from lstmviz.scene.numbernames import described, is_head, name_of, role_of


@dataclass(frozen=True)
class Chain:
    """A number: its name ("f[7]"), what it is in words, its value if it is made, and the rows.

    `limits` are those of its colours, None where it has none.
    """

    question: Address
    name: str
    words: str
    role: str
    value: float | None
    limits: tuple[float, float] | None
    rows: tuple[Row, ...]


def chain(source: Source, question: Address, now: Moment, most: int = MOST) -> Chain:
    """The chain of a number of the moment `now`, whose focus is its unit.

    `most` is how many terms of a sum are told one by one. What the moment's stage has not made
    yet is not told.
    """
    return Chain(
        question,
        name_of(question),
        described(source, question),
        role_of(question.array),
        value_of(source, question, now),
        now.limits.get(question.array) if question.array in now.values else None,
        tuple(_rows(source, question, now, most)),
    )


def value_of(source: Source, question: Address, now: Moment) -> float | None:
    """The number itself; None where the stage has not made it."""
    array, trace, element = question.array, source.trace, question.element
    if array in now.values:
        return float(now.values[array][element])
    if array == "symbol":
        return float(trace.input[question.step, element])
    if now.stage != now.order[-1]:
        return None
    if array == "layer_output":
        here = slice(question.step, question.step + 1)
        return float(layer_output(trace, question.layer, here)[0, element])
    if array == "output":
        return float(trace.output[question.step, element])
    place = head_place(source.network, array)
    return None if place is None else float(trace.head_outputs[place][question.step, element])


def _rows(source: Source, question: Address, now: Moment, most: int) -> list[Row]:
    array, projected = question.array, source.network.spec.layers[question.layer].projected
    if now.changed:
        return _changed(source, question, now, most)
    if array in GATES:
        return [
            *rows.gate(source, question, now, most),
            *onwards.into_cell(question, now),
            *onwards.into_output(source, question, now),
        ]
    if array == "cell_state":
        return [*rows.cell(source, question, now), *onwards.into_output(source, question, now)]
    if array == "hidden_state" and projected:
        return [
            *rows.projected(source, question, now, most),
            *onwards.leaves(source, question, now),
        ]
    if array in ("cell_output", "hidden_state"):
        return [*rows.output(question, now), *onwards.after_output(source, question, now)]
    if is_head(source, question):
        return rows.head(source, question, now, most)
    return rows.found(source, question, now)


def _changed(source: Source, question: Address, now: Moment, most: int) -> list[Row]:
    """The rows where a change takes hold: what is changed is not what its operands give."""
    changed, array = now.changed, question.array
    known = replace(now, changed=())
    if array in changed:
        note = "Changed here by What if: it is set apart from what its operands give."
        own = [Row("note", note)]
    elif array in GATES:
        own = rows.gate(source, question, known, most)
    elif array == "cell_state":
        own = rows.cell(source, question, known)
    else:
        return _rows(source, question, known, most)
    after: list[Row] = []
    if array in GATES:
        told = [Row("note", "then c, which is changed here by What if")]
        after += told if "cell_state" in changed else onwards.into_cell(question, known)
    if array in (*GATES, "cell_state"):
        told = [Row("note", "then h, which is changed here by What if")]
        held = "cell_output" in changed or "hidden_state" in changed
        after += told if held else onwards.into_output(source, question, known)
    return [*own, *after]
