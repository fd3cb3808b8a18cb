"""The run with a document's changes, beside the run as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from lstmviz.analysis.changes import parse, resolved
from lstmviz.analysis.effects import Effect, Touch, effect, touches
from lstmviz.analysis.interventions import Change, Intervention
from lstmviz.analysis.rerun import Rerun, checked, chunks, prepare
from lstmviz.analysis.sharing import sharing
from lstmviz.engine import memory
from lstmviz.engine.network import Network
from lstmviz.engine.states import Initial
from lstmviz.engine.trace import DIRECTION_ARRAYS, Array, Trace, arrays, remade
from lstmviz.engine.variant import SWITCHES
from lstmviz.errors import LstmvizError
from lstmviz.inputs.sequence import Sequence
from lstmviz.scene.colorlimits import rounded
from lstmviz.scene.moment import Scales, peak_of, scales, widen_all
from lstmviz.session import Edit

LEAST = 1e-5
"""Differences are not magnified beyond this part of the values: below it is rounding."""

TOLD_BYTES = 2**20
"""Differences are told of in stretches of a run no smaller: those of a few rows cost too much."""


@dataclass(frozen=True, eq=False)
class WhatIf:
    """What is known of the changed run: rows below `done` of its trace and of `difference`.

    `faults` says in a sentence why a change, by its place in the document, is not made; `again`
    is None where none is. `scales` hold for both runs; `apart` are the largest differences,
    changed − baseline, which are worked out in `room`: the difference where there can be one.
    `sequence` is the input with its changes. `effect` is known at the end.
    """

    faults: dict[int, str] = field(default_factory=dict)
    again: Rerun | None = None
    sequence: Sequence | None = None
    difference: Trace | None = None
    room: Trace | None = None
    touches: tuple[Touch, ...] = ()
    done: int = 0
    scales: Scales | None = None
    apart: Scales | None = None
    effect: Effect | None = None


@dataclass(frozen=True, eq=False)
class Baseline:
    """A finished run as it was, to be changed; `other` is the trace of another run."""

    network: Network
    sequence: Sequence
    trace: Trace
    scales: Scales
    initial: Initial | None = None
    other: Trace | None = None


def what_ifs(edits: tuple[Edit, ...], given: Baseline) -> Iterator[WhatIf]:
    """The changed run, ever fuller; what cannot be made of the changes is left out of it.

    Raises `LstmvizError` for a run that would be over the memory budget.
    """
    made, faults = _made(edits, given)
    again, faults = _prepared(made, faults, given)
    if again is None:
        yield WhatIf(faults)
        return
    trace = again.trace
    needed = 3 * memory.estimate(trace.spec, trace.steps, trace.input.dtype)
    if needed > memory.budget():
        raise LstmvizError(
            f"with changes three runs are kept, which need {memory.size_text(needed)}, more than "
            f"the {memory.size_text(memory.budget())} allowed: shorten the input, or raise "
            f"{memory.VARIABLE}."
        )
    room = _room(again.own)
    known = WhatIf(
        faults,
        again,
        _sequence(given.sequence, again),
        sharing(room, _nothing(room), again.rows),
        room,
        touches(again),
        scales=given.scales,
    )
    least = max(TOLD_BYTES * trace.steps // (needed // 3), 1)
    for reached in chunks(again):
        if known.apart is None or reached - known.done >= least or reached == trace.steps:
            known = _further(known, given, reached)
        yield known
    yield replace(known, effect=effect(given.trace, again.own, again.rows))


def _made(
    edits: tuple[Edit, ...], given: Baseline
) -> tuple[dict[int, tuple[Intervention, ...]], dict[int, str]]:
    """What is asked for by each change that is switched on, and why not."""
    made: dict[int, tuple[Intervention, ...]] = {}
    faults: dict[int, str] = {}
    values = given.trace.input
    for index, edit in enumerate(edits):
        if not edit.on:
            continue
        try:
            asked = resolved([parse(edit.line, given.network.spec)], given.trace, given.other)
            checked(given.network, values, asked)
            made[index] = asked
        except LstmvizError as error:
            faults[index] = str(error)
    return made, faults


def _prepared(
    made: dict[int, tuple[Intervention, ...]], faults: dict[int, str], given: Baseline
) -> tuple[Rerun | None, dict[int, str]]:
    """The run with all of the changes; without those of the input if together they cannot be."""
    for _ in range(2):
        asked = [change for changes in made.values() for change in changes]
        if not asked:
            break
        try:
            again = prepare(given.network, given.sequence.values, asked, given.trace, given.initial)
            return again, faults
        except LstmvizError as error:
            faults = faults | {k: str(error) for k, each in made.items() if _of_input(each)}
            made = {k: each for k, each in made.items() if not _of_input(each)}
    return None, faults


def _of_input(changes: tuple[Intervention, ...]) -> bool:
    return any(isinstance(each, Change) and each.array == "input" for each in changes)


def _sequence(sequence: Sequence, again: Rerun) -> Sequence:
    """The input as it is changed: other values, and of symbols the words for them."""
    if all(change.array != "input" for change in again.changes):
        return sequence
    values = again.trace.input
    if not sequence.symbolic:
        return replace(sequence, values=values)
    labels = list(sequence.labels)
    for step in np.flatnonzero((values != sequence.values).any(axis=1)).tolist():
        column = int(values[step].argmax())
        plain = values[step, column] == 1 and np.count_nonzero(values[step]) == 1
        labels[step] = sequence.columns[column] if plain else "?"
    return replace(sequence, values=values, labels=tuple(labels))


def _room(own: Trace) -> Trace:
    """Room for differences; zeros where it is not shared: the input, and the initial states."""
    whole = [own.input, own.embedded]

    def make(array: Array) -> Array:
        zeros = array.ndim == 1 or any(array is each for each in whole)
        return np.zeros(array.shape, array.dtype) if zeros else np.empty(array.shape, array.dtype)

    return remade(own, make)


def _nothing(room: Trace) -> Trace:
    """Differences that are all zero, in next to no memory."""
    return remade(room, lambda array: np.broadcast_to(array.dtype.type(0), array.shape))


def _further(known: WhatIf, given: Baseline, reached: int) -> WhatIf:
    """With the rows up to `reached` told of."""
    assert known.again is not None and known.room is not None
    assert known.scales is not None
    own, every = known.again.own, known.again.rows
    first, last = max(known.done, every.start), min(reached, every.stop)
    if first >= last and known.apart is not None:
        return replace(known, done=reached)
    rows = slice(first, max(first, last))
    _subtract(own, given.trace, known.room, rows)
    apart = _apart(known.room, rows)
    common = widen_all(known.scales, scales(own, first, last)) if first < last else None
    return replace(
        known,
        done=reached,
        scales=common or known.scales,
        apart=widen_all(known.apart, apart) if known.apart else apart,
    )


def _subtract(changed: Trace, baseline: Trace, into: Trace, rows: slice) -> None:
    before, after = arrays(baseline), arrays(changed)
    done = set()
    with np.errstate(invalid="ignore", over="ignore"):
        for name, differences in arrays(into).items():
            if id(differences) not in done and "initial_" not in name:
                np.subtract(after[name][rows], before[name][rows], out=differences[rows])
                done.add(id(differences))


def _apart(difference: Trace, rows: slice) -> Scales:
    """The largest differences, each about 0; those of all gates alike."""
    outputs = {f"head{k}": array for k, array in enumerate(difference.head_outputs)}
    outputs |= {"output": difference.output, "input": difference.input}
    common = {array: peak_of(values[rows]) for array, values in outputs.items()}
    found: Scales = {}
    for layer, run in enumerate(difference.layers):
        for name, direction in run.directions():
            peaks = {array: peak_of(getattr(direction, array)[rows]) for array in DIRECTION_ARRAYS}
            peaks["gates_before"] = max(peaks[gate] for gate in SWITCHES)
            found[layer, name] = {a: (-peak, peak) for a, peak in (peaks | common).items()}
    return found


def differing(known: WhatIf, common: Scales) -> Scales:
    """Colour limits of the differences, beside those of the values themselves."""
    assert known.apart is not None
    found: Scales = {}
    for key, limits in known.apart.items():
        values = common[key]
        peaks = {
            array: rounded(max(high, LEAST * values[array][1]) if high else 0.0)
            for array, (_, high) in limits.items()
        }
        found[key] = {array: (-peak, peak) for array, peak in peaks.items()}
        found[key]["sequence"] = values["sequence"]
    return found
