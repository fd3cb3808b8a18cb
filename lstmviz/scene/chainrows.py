"""How a number came about: the rows of each kind of number, from what it is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lstmviz.analysis.steps import direction_of
from lstmviz.analysis.sums import head_place
from lstmviz.engine.spec import LETTERS
from lstmviz.engine.trace import layer_output
from lstmviz.scene.addends import Source, Sum, Term, summed
from lstmviz.scene.address import BEFORE, Address, beneath, earlier, read_below
from lstmviz.scene.equations import (
    activation_of,
    cell_formula,
    forgets,
    output_formula,
    projection_formula,
    sum_formula,
)
from lstmviz.scene.moment import Moment
from lstmviz.scene.numbernames import described, name_of, role_of, short_symbol
from lstmviz.scene.symbols import applied, clipped, late_output_gate, plain
from lstmviz.scene.words import WAITS, number

TOP = 4
"""Outputs told beside the one that is asked for."""
GATE_NAMES = {
    "input_gate": "input gate",
    "forget_gate": "forget gate",
    "output_gate": "output gate",
}


@dataclass(frozen=True)
class Row:
    """One row. `kind` says how it is shown:

    "formula" (bold), "work" (numbers of one pitch), "note", "part" and "term" (a bar about 0),
    "operand" (a number with a bar of its own `limits`), "more" (a term that stands for all
    others), "total".
    """

    kind: str
    text: str
    role: str = "ink"
    value: float | None = None
    product: str = ""
    target: Address | None = None
    words: str = ""
    limits: tuple[float, float] = (-1.0, 1.0)


def term_row(term: Term, kind: str = "term") -> Row:
    """A term as a row."""
    return Row(kind, term.label, term.role, term.value, term.product, term.target, term.words)


def sum_rows(found: Sum, formula: str, name: str, *, parts: bool = True) -> list[Row]:
    """A sum by its sources, then by its largest terms, and what both add up to."""
    rows = [Row("formula", formula)]
    if parts:
        rows += [term_row(part, "part") for part in found.parts]
        rows.append(Row("total", f"= {name}", value=found.total))
        many = f"the {len(found.terms)} largest of {found.count:,} terms"
        rows.append(Row("formula", many if found.others else f"all {found.count:,} terms"))
    rows += [term_row(term) for term in found.terms]
    if found.others:
        rows.append(Row("more", others_words(found), "muted", found.rest, words=MORE))
    rows.append(Row("total", f"= {name}", value=found.total))
    return rows


MORE = "Click to tell more of them one by one"


def others_words(found: Sum) -> str:
    """What a rest is the sum of."""
    what = "other" if found.others == 1 else "others"
    if found.zeros == found.others:
        return f"and {found.others:,} {what}, all 0" if found.others > 1 else "and 1 other, 0"
    return f"and {found.others:,} {what}"


def gate(source: Source, question: Address, now: Moment, most: int) -> list[Row]:
    """A gate or the candidate: its activation, then the sum that is squashed."""
    array, variant = question.array, now.variant
    letter = LETTERS[array]
    if array == "forget_gate" and variant.coupled:
        rows = [Row("formula", "f = 1 − i", "f")]
        i = replace(question, array="input_gate")
        return rows + _numbers(now, "forget_gate", "1 − {input_gate}") + [_operand(i, now)]
    if array in variant.absent:
        return [Row("note", f"This cell has no {GATE_NAMES[array]}: {letter} is held at 1.")]
    activation = activation_of(variant, array)
    made = array in now.values
    if not made and (
        now.stage == "gather" or (late_output_gate(variant) and array == "output_gate")
    ):
        return [Row("note", WAITS)]
    found = summed(source, question, most)
    name = f"a_{letter}"
    inside = applied(activation, number(found.total))
    rows = [Row("formula", f"{letter} = {applied(activation, name)}", letter)]
    if made and not plain(activation):
        inside = f"{inside} = {_at(now, array)}"
    rows.append(Row("work", f"= {inside}" if made else WAITS))
    return rows + sum_rows(found, f"{name} = {_sources(source, question)}", name)


def _sources(source: Source, question: Address) -> str:
    """What is summed for a gate, in symbols."""
    variant = source.network.spec.layers[question.layer].variant
    text = sum_formula(variant, question.array, "", late=True)
    weights = source.network.cells[question.layer][question.direction]
    biases = [b for b in (weights.input_bias, weights.recurrent_bias) if b is not None]
    bias = {0: "", 1: " + b", 2: " + b_ih + b_hh"}[len(biases)]
    text = text.replace("W [h; x]", "W_h h₋ + W_x x").replace(" + b", bias, 1)
    return text.replace("ₜ₋₁", "₋").replace("ₜ", "")


def cell(source: Source, question: Address, now: Moment) -> list[Row]:
    """The cell state: what is kept and what is written, then what these are made of."""
    variant = now.variant
    rows = [Row("formula", f"c = {cell_formula(variant, ' · ')}".replace("ₜ₋₁", "₋"), "c")]
    if "cell_state" not in now.values:
        return [*rows, Row("note", WAITS)]
    unit, steps = question.element, source.trace.steps
    before = earlier(question, steps, "cell_state", unit)
    f, i, g = (replace(question, array=name) for name in ("forget_gate", "input_gate", "candidate"))
    kept = Term("c₋", _value(now, "forgotten"), "c", "", before, "all of c before is kept")
    if forgets(variant):
        product = f"{_at(now, 'forget_gate')} × {_at(now, 'cell_state_before')}"
        kept = replace(kept, label="f · c₋", product=product, words="what is kept of c before")
    written = Term("g", _value(now, "written"), "g", "", g, "all of the candidate is written")
    if "input_gate" not in variant.absent:
        product = f"{_at(now, 'input_gate')} × {_at(now, 'candidate')}"
        written = replace(written, label="i · g", product=product, words="what is written anew")
    told = [term_row(kept), term_row(written)]
    if variant.cell_clip is not None:
        over = _value(now, "cell_state") - _value(now, "summed")
        label = clipped("", variant.cell_clip).replace("(, ", " ").rstrip(")")
        told.append(Row("term", label, "bad", over, words="taken away by the bound of c"))
    rows += [*told, Row("total", "= c", value=_value(now, "cell_state"))]
    operands = [f] * forgets(variant) + [i] * ("input_gate" not in variant.absent) + [g]
    rows.append(Row("formula", "made of"))
    rows += [_operand(operand, now) for operand in operands]
    if before is not None:
        rows.append(_before_operand(question, now, before))
    return rows


def _before_operand(question: Address, now: Moment, before: Address) -> Row:
    """The cell state before, which leads to the step that made it."""
    initial = before.array in BEFORE
    when = "the initial state" if initial else f"of t = {before.step:,}"
    row = _operand(replace(question, array="cell_state_before"), now)
    return replace(row, text=f"c₋ {when}", target=before)


def output(question: Address, now: Moment) -> list[Row]:
    """The cell output, which is h without a projection."""
    variant, array = now.variant, question.array
    letter = name_of(question)[0]
    rows = [Row("formula", f"{letter} = {output_formula(variant, ' · ')}".replace("ₜ", ""), "h")]
    gated = "output_gate" not in variant.absent
    pattern = "{output_gate} × {squashed}" if gated else applied(variant.output, "{cell_state}")
    rows += _numbers(now, array, pattern)
    if array not in now.values:
        return rows
    rows.append(Row("formula", "made of"))
    if gated:
        rows.append(_operand(replace(question, array="output_gate"), now))
    rows.append(_operand(replace(question, array="cell_state"), now))
    if not plain(variant.output):
        squashed = applied(variant.output, "c")
        words = f"{squashed} = {_at(now, 'squashed')}"
        value, limits = _value(now, "squashed"), now.limits["squashed"]
        target = replace(question, array="cell_state")
        rows.append(Row("operand", squashed, "c", value, "", target, words, limits))
    return rows


def projected(source: Source, question: Address, now: Moment, most: int) -> list[Row]:
    """A hidden state behind a projection: the sum over all cell outputs."""
    formula = f"h = {projection_formula(now.variant)}".replace("ₜ", "")
    if "hidden_state" not in now.values:
        return [Row("formula", formula, "h"), Row("note", WAITS)]
    return sum_rows(summed(source, question, most), formula, "h", parts=False)


def head(source: Source, question: Address, now: Moment, most: int) -> list[Row]:
    """An output of a head: its activation, the sum that is squashed, and the largest others."""
    place = head_place(source.network, question.array)
    assert place is not None
    if now.stage != now.order[-1]:
        return [Row("note", WAITS)]
    spec = source.network.spec.heads[place]
    found = summed(source, question, most)
    letter = "y" if question.array == "output" else f"y{place}"
    rows = [Row("formula", f"{letter} = {spec.activation}(a)", "y")]
    at = question.step
    made = source.trace.output if question.array == "output" else source.trace.head_outputs[place]
    value = number(float(made[at, question.element]))
    inside = number(found.total)
    if spec.activation == "softmax":
        rows.append(Row("work", f"= e^({inside}) / Σ e^a"))
        rows.append(Row("work", f"= {value}"))
    elif spec.activation in ("linear", "identity"):
        rows[0] = Row("formula", f"{letter} = a, as it is", "y")
        rows.append(Row("work", f"= {value}"))
    else:
        rows.append(Row("work", f"= {spec.activation}({inside})"))
        rows.append(Row("work", f"= {value}"))
    reads = "h" if place == 0 else f"y{place - 1}"
    formula = f"a = W_y {reads}{' + b' if spec.bias else ''}"
    rows += sum_rows(found, formula, "a", parts=len(found.parts) > 1)
    if len(made[at]) > 1:
        rows.append(Row("formula", "the largest outputs"))
        rows += largest_outputs(source, question, made[at])
    return rows


def largest_outputs(source: Source, question: Address, made: np.ndarray) -> list[Row]:
    """The largest outputs of a step, each a number to be asked."""
    order = np.argsort(-made, kind="stable")[:TOP].tolist()
    peak = float(np.nanmax(np.abs(made))) if np.isfinite(made).any() else 1.0
    limits = (0.0, 1.0) if made.min() >= 0 and made.max() <= 1 else (-peak or -1.0, peak or 1.0)
    rows = []
    for k in order:
        target = replace(question, element=k)
        words = described(source, target)
        text = short_symbol(source, target)
        rows.append(Row("operand", text, "y", float(made[k]), "", target, words, limits))
    return rows


def found(source: Source, question: Address, now: Moment) -> list[Row]:
    """A number that nothing is computed for here: what came in, or came over."""
    array, spec, at = question.array, source.network.spec, question.step
    if array in BEFORE:
        target = earlier(question, source.trace.steps, BEFORE[array], question.element)
        if target is None or target.array in BEFORE:
            return [Row("note", "The state that the sequence starts from.")]
        name = f"{name_of(target)} of t = {target.step:,}"
        return [Row("note", "Carried over from the step before:"), _link(source, target, name)]
    if array == "layer_output":
        return _merged(source, question)
    if array == "output":  # without heads what leaves the last layer is the output
        last = len(spec.layers) - 1
        top = Address("layer_output", at, question.element, last, spec.layers[-1].directions[0])
        return _merged(source, top)
    symbol = array == "symbol"  # the network's own input, whichever layer is looked at
    below = None if symbol else read_below(spec, question.layer, at, question.element)
    if below is not None:
        words = f"What layer {question.layer - 1} hands on:"
        return [Row("note", words), _link(source, below, name_of(below))]
    return _given(source, question)


def _given(source: Source, question: Address) -> list[Row]:
    """A number of the input."""
    sequence, at, element = source.sequence, question.step, question.element
    if question.array == "input" and source.network.embedding is not None:
        label, row = sequence.labels[at], int(source.trace.input[at].argmax())
        return [
            Row("note", f"“{label}” is symbol {row:,}: its row of the embedding table is read."),
            Row("work", f"= E[{row}, {element}]"),
        ]
    if sequence.symbolic:
        label, column = sequence.labels[at], int(sequence.values[at].argmax())
        told = f"“{label}” is read, symbol {column:,} of {sequence.values.shape[1]:,}."
        return [Row("note", f"{told} x is 1 there, and 0 everywhere else.")]
    return [Row("note", "Given by the input; nothing is computed here.")]


def _merged(source: Source, question: Address) -> list[Row]:
    """What leaves a layer: the hidden states of its directions."""
    cell = source.network.spec.layers[question.layer]
    parts = beneath(source.network.spec, question)
    how = {
        "concat": "Both directions side by side; this number is",
        "sum": "h of forward + h of backward:",
        "mul": "h of forward × h of backward:",
        "ave": "½ (h of forward + h of backward):",
    }[cell.merge]
    if len(cell.directions) == 1:
        how = "What leaves the layer is its hidden state:"
    return [Row("note", how), *(_link(source, part, name_of(part)) for part in parts)]


def _link(source: Source, target: Address, text: str) -> Row:
    """A number elsewhere, to be gone to."""
    if target.array == "layer_output":
        here = slice(target.step, target.step + 1)
        rows = layer_output(source.trace, target.layer, here)[0]
    else:
        run = direction_of(source.trace, target.layer, target.direction)
        rows = getattr(run, target.array)[target.step]
    value = float(rows[target.element])
    words = described(source, target)
    ways = source.network.spec.layers[target.layer].directions
    if len(ways) > 1 and target.array != "layer_output":
        text += f" {target.direction}"
    peak = abs(value) if np.isfinite(value) and value else 1.0
    return Row("operand", text, role_of(target.array), value, "", target, words, (-peak, peak))


# Pieces ---------------------------------------------------------------------


def _value(now: Moment, array: str) -> float:
    return float(now.values[array][now.focus])


def _at(now: Moment, array: str) -> str:
    return number(_value(now, array))


def _numbers(now: Moment, array: str, pattern: str) -> list[Row]:
    """A formula with its real numbers, `{array}` standing for one, and what it comes to."""
    if array not in now.values:
        return [Row("note", WAITS)]
    known = {name: number(float(v[now.focus])) for name, v in now.values.items() if _whole(now, v)}
    return [Row("work", f"= {pattern.format(**known)}"), Row("work", f"= {_at(now, array)}")]


def _whole(now: Moment, values: np.ndarray) -> bool:
    return now.focus < len(values)


def _operand(question: Address, now: Moment) -> Row:
    """A number of the same moment and unit, with a bar within its own limits."""
    array = question.array
    if array not in now.values:
        return Row("note", f"{name_of(question)} is {WAITS}")
    value, limits = _value(now, array), now.limits[array]
    text, words = name_of(question), f"{name_of(question)} = {number(value, 4)}"
    return Row("operand", text, role_of(array), value, "", question, words, limits)
