"""Questions about one number or one place: terms, provenance, more places like this."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lstmviz.analysis.origins import clipped, provenance, provenance_matrix, remaining, writes
from lstmviz.analysis.resembling import similar
from lstmviz.analysis.steps import direction_of, in_order, values_of
from lstmviz.analysis.sums import Term, terms
from lstmviz.cli.analyze.answers import Answer, Column
from lstmviz.cli.analyze.asked import Asked, full_name, of_head, prefix
from lstmviz.cli.analyze.folder import runs_in
from lstmviz.engine.activations import function
from lstmviz.engine.spec import GATES
from lstmviz.engine.trace import Trace

MOST_WORDS = 5
LARGEST_MATRIX = 4096
"""Most steps of which every step's provenance is written."""


def ask_terms(asked: Asked) -> Answer:
    """Every term of the sum that made one number, the largest first."""
    asked.need("unit")
    layer, way = asked.place
    array, step, unit = asked.options.array or "forget_gate", asked.step, asked.options.unit
    found = terms(asked.network, asked.trace, array, step, unit, layer, way)
    found = sorted(found, key=lambda term: -abs(term.value))
    value = float(values_of(asked.trace, array, layer, way)[step, unit])
    held = asked.held(array, step, unit)
    total = sum(term.value for term in found)
    names = [_name(asked, array, term) for term in found]
    facts = {
        **_where(asked, array),
        "sum": total,
        "value": value,
        "rounding": None if held else _rounding(asked, array, total, value),
        "held": held,
    }
    said = "set by a change; without it, it would come of" if held else "of"
    lines = [f"{array}[{unit}] at step {step} is {value:.6g}, {said} a sum of {total:+.6g}:"]
    pairs = list(zip(found, names, strict=True))[:MOST_WORDS]
    lines += [f"  {term.value:+.6g} from {term.source} {name}" for term, name in pairs]
    if len(found) > MOST_WORDS:
        lines.append(f"  … {len(found):,} terms in all")
    table: dict[str, Column] = {
        "source": [term.source for term in found],
        "element": [term.element for term in found],
        "name": names,
        "value": [term.value for term in found],
    }
    name = f"{full_name(asked.place, array)}.terms"
    return Answer("terms", table, {name: np.array(table["value"])}, facts, tuple(lines))


def _rounding(asked: Asked, array: str, total: float, value: float) -> float | None:
    """What the run's own arithmetic rounded: the number less what its sum makes it, in float64.

    None of a head, whose activation may read all its sums.
    """
    variant = asked.network.spec.layers[asked.place[0]].variant
    if array in GATES:
        squash = variant.candidate if array == "candidate" else variant.gate
        return value - float(function(squash)(np.array(total)))
    return value - total if array == "hidden_state" else None


def _name(asked: Asked, array: str, term: Term) -> str:
    """What a term's element is called: a column of the input, else its number."""
    first = asked.place[0] == 0 and asked.network.embedding is None and not of_head(array)
    if term.source == "input" and first:
        return asked.sequence.columns[term.element] or str(term.element)
    return str(term.element)


def _where(asked: Asked, array: str) -> dict[str, object]:
    layer, way = asked.place
    return {
        "layer": layer,
        "direction": way,
        "array": array,
        "step": asked.step,
        "unit": asked.options.unit,
    }


def ask_provenance(asked: Asked) -> Answer:
    """How much of a unit's cell state each earlier step wrote, and what is left of it."""
    asked.need("unit")
    layer, way = asked.place
    trace, step, unit = asked.trace, asked.step, asked.options.unit
    parts = provenance(trace, step, unit, layer, way)
    left = remaining(trace, step, unit, layer, way)
    wrote = in_order(writes(trace, unit, layer, way), way)[: len(parts) - 1]
    steps = range(trace.steps) if way == "forward" else range(trace.steps - 1, -1, -1)
    order = list(steps)[: len(parts) - 1]
    run = direction_of(trace, layer, way)
    started = float(run.initial_cell_state[unit])
    bounded = clipped(trace, unit, layer, way)
    table: dict[str, Column] = {
        "step": [None, *order],
        **{n: ["", *(tokens[k] for k in order)] for n, tokens in asked.tokens.items()},
        "wrote": [started, *wrote.tolist()],
        "left": left,
        "remains": parts,
        "clipped": [False, *(bool(bounded[k]) for k in order)],
    }
    name = prefix(asked.place)
    arrays = {f"{name}.provenance": parts, f"{name}.remaining": left}
    if trace.steps <= LARGEST_MATRIX:
        arrays[f"{name}.provenance_matrix"] = provenance_matrix(trace, unit, layer, way)
    c = float(run.cell_state[step, unit])
    lines = [f"c[{unit}] at step {step} is {c:.6g}; what is left of what was written:"]
    for k in np.argsort(-np.abs(parts), kind="stable")[:MOST_WORDS].tolist():
        where = "c₀" if k == 0 else f"step {order[k - 1]}"
        token = f" ({asked.sequence.labels[order[k - 1]]})" if k and asked.tokens else ""
        lines.append(f"  {parts[k]:+.6g} of {where}{token}, {left[k]:.0%} of it left")
    if bounded[order].any():
        lines.append("  the cell clip bounded c at some of these steps: see the column clipped")
    facts = {**_where(asked, "cell_state"), "value": c, "sum": float(parts.sum())}
    return Answer("provenance", table, arrays, facts, tuple(lines))


def ask_similar(asked: Asked) -> Answer:
    """The steps whose state is nearest to a chosen one's, here and in a folder of inputs."""
    asked.need("step")
    layer, way = asked.place
    options = asked.options
    skipped: list[str] = []
    others: Iterator[tuple[str, Trace]] | tuple[()] = ()
    labels = {"": asked.sequence.labels}

    def runs(folder: Path) -> Iterator[tuple[str, Trace]]:
        for name, run in runs_in(folder, asked, skipped):
            labels[name] = run.sequence.labels
            yield name, run.trace

    if options.folder is not None:
        others = runs(options.folder)
    array = options.array or "cell_state"
    found = similar(
        asked.trace,
        options.step,
        options.until,
        array=array,
        measure=options.measure,
        most=options.most,
        others=others,
        layer=layer,
        direction=way,
    )
    length = (options.until or options.step + 1) - options.step

    def around(sequence: str, step: int) -> str:
        if not asked.sequence.symbolic:
            return ""
        return "".join(labels[sequence][max(0, step - 12) : step + length])

    before = [around(place.sequence, place.step) for place in found]
    table: dict[str, Column] = {
        "sequence": [place.sequence for place in found],
        "step": [place.step for place in found],
        "distance": [place.distance for place in found],
        "before": before,
    }
    arrays = {"step": np.array(table["step"], np.intp), "distance": np.array(table["distance"])}
    words = [f"nearest to step {options.step} by {options.measure} of {array}:"]
    for place, text in list(zip(found, before, strict=True))[:MOST_WORDS]:
        where = f" of {place.sequence}" if place.sequence else ""
        words.append(f"  step {place.step}{where}, distance {place.distance:.4g} {text}".rstrip())
    facts = {"layer": layer, "direction": way, "array": array, "skipped": skipped}
    return Answer("similar", table, arrays, facts, (*words, *skipped))
