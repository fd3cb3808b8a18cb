"""What becomes of a number: into c, into h, through the projection, up to the outputs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lstmviz.scene.addends import Source, largest
from lstmviz.scene.address import Address
from lstmviz.scene.chainrows import Row
from lstmviz.scene.equations import cell_formula, forgets, output_formula
from lstmviz.scene.moment import Moment
from lstmviz.scene.numbernames import described, short_symbol
from lstmviz.scene.symbols import applied, clipped
from lstmviz.scene.words import number

FEW = 3
"""Numbers told that one number weighs on most."""


def into_cell(question: Address, now: Moment) -> list[Row]:
    """The cell state that a gate has a part in."""
    variant, target = now.variant, replace(question, array="cell_state")
    formula = f"then c = {cell_formula(variant, ' · ')}".replace("ₜ₋₁", "₋")
    rows = [Row("formula", formula, "c", target=target, words="How c comes about")]
    if "cell_state" not in now.values:
        return rows
    kept = _at(now, "cell_state_before")
    if forgets(variant):
        kept = f"{_at(now, 'forget_gate')} × {kept}"
    written = _at(now, "candidate")
    if "input_gate" not in variant.absent:
        written = f"{_at(now, 'input_gate')} × {written}"
    end = f"= {_at(now, 'cell_state')}"
    if variant.cell_clip is not None:
        end = f"= {clipped(_at(now, 'summed'), variant.cell_clip)} {end}"
    return [*rows, Row("work", f"= {kept}"), Row("work", f"  + {written}"), Row("work", end)]


def into_output(source: Source, question: Address, now: Moment) -> list[Row]:
    """The cell output that a unit comes to, and what becomes of that."""
    variant, target = now.variant, replace(question, array="cell_output")
    letter = "m" if "project" in now.order else "h"
    formula = f"then {letter} = {output_formula(variant, ' · ')}".replace("ₜ", "")
    if letter == "h":
        target = replace(question, array="hidden_state")
    rows = [Row("formula", formula, "h", target=target, words=f"How {letter} comes about")]
    if "cell_output" not in now.values:
        return rows
    work = applied(variant.output, _at(now, "cell_state"))
    if "output_gate" not in variant.absent:
        work = f"{_at(now, 'output_gate')} × {_at(now, 'squashed')}"
    rows += [Row("work", f"= {work}"), Row("work", f"= {_at(now, 'cell_output')}")]
    return rows + after_output(source, target, now)


def after_output(source: Source, question: Address, now: Moment) -> list[Row]:
    """What becomes of a cell output: into all h where it is projected, else it leaves as h."""
    weights = source.network.cells[question.layer][question.direction].projection
    if weights is None:
        return leaves(source, question, now)
    if "hidden_state" not in now.values:
        return []
    column = weights[:, question.element].astype(np.float64)
    m = float(now.values["cell_output"][question.element])
    rows = [Row("formula", f"then h = W_hr m, into {len(column):,} h, most into", "h")]
    for k in largest(column * m, FEW).tolist():
        target = replace(question, array="hidden_state", element=k)
        rows.append(_share(f"h[{k}]", "h", column[k], m, target, f"h of unit {k}"))
    return rows


def leaves(source: Source, question: Address, now: Moment) -> list[Row]:
    """What becomes of a hidden state: to the layer above or the head, where it can be told."""
    spec, layer = source.network.spec, question.layer
    place = _place(source, question)
    if now.stage != now.order[-1] or place is None:
        return []
    if layer + 1 < len(spec.layers):
        above = spec.layers[layer + 1]
        return [
            Row("formula", f"then x[{place}] of layer {layer + 1}", "x",
                target=Address("input", question.step, place, layer + 1, above.directions[0]),
                words=f"Layer {layer + 1} reads it"),
        ]  # fmt: skip
    if not spec.heads:
        return []
    return _into_head(source, question, place, now)


def _into_head(source: Source, question: Address, place: int, now: Moment) -> list[Row]:
    """The outputs of the first head that a hidden state weighs on most."""
    head, weights = source.network.spec.heads[0], source.network.heads[0].weights
    array = "output" if len(source.network.heads) == 1 else "head0"
    column: NDArray[np.float64] = weights[:, place].astype(np.float64)
    h = float(now.values["hidden_state"][question.element])
    letter = "y" if array == "output" else "y0"
    formula = f"then {letter} = {head.activation}(W_y h"
    formula += " + b)" if head.bias else ")"
    rows = [Row("formula", formula, "y")]
    if len(column) > FEW:
        rows.append(Row("note", f"of {len(column):,} sums it weighs most on"))
    for k in largest(column * h, FEW).tolist():
        target = Address(array, question.step, k, question.layer, question.direction)
        words = described(source, target)
        rows.append(_share(short_symbol(source, target), "y", column[k], h, target, words))
    return rows


def _place(source: Source, question: Address) -> int | None:
    """Where a hidden state stands in what leaves its layer; None where it is mixed with another."""
    cell = source.network.spec.layers[question.layer]
    if not cell.return_sequences and question.direction == "backward":
        return None  # what leaves is the state at the end of its way
    if len(cell.directions) == 1:
        return question.element
    if cell.merge != "concat":
        return None
    return question.element + cell.hidden_size * cell.directions.index(question.direction)


def _share(text: str, role: str, weight: float, value: float, target: Address, words: str) -> Row:
    """A term that a number adds to a sum elsewhere."""
    product = f"{number(weight)} × {number(value)}"
    told = f"{words}: this adds {product} = {number(weight * value, 4)}"
    return Row("term", text, role, weight * value, product, target, told)


def _at(now: Moment, array: str) -> str:
    return number(float(now.values[array][now.focus]))
