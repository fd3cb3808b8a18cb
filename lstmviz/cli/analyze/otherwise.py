"""Questions about two runs: what if something were otherwise, and how another run differs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.changes import StatesFrom, parse, resolved, told
from lstmviz.analysis.comparing import Comparison, compare
from lstmviz.analysis.effects import first_row, rounding
from lstmviz.analysis.rerun import run_with
from lstmviz.cli import others
from lstmviz.cli.analyze.answers import Answer, Column
from lstmviz.cli.analyze.asked import Asked, prefix, ran
from lstmviz.cli.source import changing
from lstmviz.engine.network import Network
from lstmviz.engine.trace import Trace, arrays
from lstmviz.errors import LstmvizError
from lstmviz.inputs.sequence import Sequence
from lstmviz.scene.run import finished
from lstmviz.session import other_document

MOST_WORDS = 5


def ask_what_if(asked: Asked) -> Answer:
    """The run with the changes made, and what differs from the run as it was."""
    own = [edit.line for edit in asked.document.changes if edit.on]
    if not own:
        asked.need("change")
    spec, trace = asked.network.spec, asked.trace
    changes = [parse(text, spec) for text in (*own, *asked.options.change)]
    foreign = any(isinstance(each, StatesFrom) and each.source == "other" for each in changes)
    other = _other(asked)[1] if foreign else None
    asked_for = resolved(changes, trace, other)
    changed = run_with(asked.network, asked.sequence.values, asked_for, trace, asked.initial)
    lines = [told(change, spec) for change in changes]
    before, after = arrays(trace), arrays(changed)
    names = [name for name in after if name == "output" or not _again(changed, name)]
    apart = {name: _apart(before[name], after[name]) for name in names}
    steps = trace.steps
    table: dict[str, Column] = {
        "array": [name for name in names for _ in range(steps)],
        "step": list(range(steps)) * len(names),
        **{key: tokens * len(names) for key, tokens in asked.tokens.items()},
        "mean_difference": np.concatenate([apart[name].mean(axis=1) for name in names]),
        "largest_difference": np.concatenate([apart[name].max(axis=1) for name in names]),
        "largest_unit": np.concatenate([apart[name].argmax(axis=1) for name in names]),
    }
    output = apart["output"]
    row, column = (int(k) for k in np.unravel_index(output.argmax(), output.shape))
    facts = {
        "changes": lines,
        "output": {
            "mean_difference": float(output.mean()),
            "largest_difference": float(output[row, column]),
            "step": row,
            "column": column,
            "before": float(trace.output[row, column]),
            "after": float(changed.output[row, column]),
            "first_step": first_row(trace.output, changed.output, rounding(trace.output)),
        },
        "likeliest_changes": int((trace.output.argmax(1) != changed.output.argmax(1)).sum()),
    }
    full = after | {f"baseline.{name}": values for name, values in before.items()}
    return Answer("what-if", table, full, facts, _what_if_words(facts, lines, steps))


def _again(trace: Trace, name: str) -> bool:
    """Whether an array is told of already: a state from before, or h that is m."""
    if name.split(".")[-1].startswith("initial_"):
        return True
    layer, way, array = (name.split(".") * 3)[:3]
    if array != "hidden_state":
        return False
    run = getattr(trace.layers[int(layer.removeprefix("layer"))], way)
    return bool(run.hidden_state is run.cell_output)


def _what_if_words(facts: dict[str, object], lines: list[str], steps: int) -> tuple[str, ...]:
    output = facts["output"]
    assert isinstance(output, dict)
    head = [f"with {line}" for line in lines]
    if output["first_step"] is None:
        return (*head, "the output is the same at every step.")
    return (
        *head,
        f"the output changes from step {output['first_step']} on, most at step {output['step']}: "
        f"output {output['column']} from {output['before']:.6g} to {output['after']:.6g}.",
        f"the largest output is another one at {facts['likeliest_changes']:,} of {steps:,} steps.",
    )


def _apart(before: NDArray[np.floating], after: NDArray[np.floating]) -> NDArray[np.float64]:
    """|after − before|, infinite where one of the two alone is no number."""
    with np.errstate(invalid="ignore", over="ignore"):
        found = np.abs(after.astype(np.float64) - before)
    found[(before == after) | (np.isnan(before) & np.isnan(after))] = 0
    found[np.isnan(found)] = np.inf
    return found


def ask_compare(asked: Asked) -> Answer:
    """Another run's arrays minus this one's, by step or by token, units as they are or matched."""
    _, trace, sequence = _other(asked)
    options = asked.options
    if asked.place[0] >= len(trace.layers):
        raise LstmvizError(f"the other network has no layer {asked.place[0]}; choose --layer.")
    tokens = (asked.sequence.labels, sequence.labels) if options.align == "token" else None
    found = compare(asked.trace, trace, *asked.place, tokens=tokens, match=options.match)
    name = prefix(asked.place)
    table: dict[str, Column] = {
        "array": [array for array in found.differences for _ in found.steps],
        "step": found.steps[:, 0].tolist() * len(found.differences),
        "other_step": found.steps[:, 1].tolist() * len(found.differences),
        "rms_difference": np.concatenate([found.per_step(n) for n in found.differences]),
    }
    full: dict[str, NDArray[Any]] = {
        (array if array == "output" else f"{name}.{array}"): values
        for array, values in found.differences.items()
    }
    full |= {"steps": found.steps, "units": found.units, "agreement": found.agreement}
    facts = {
        "layer": asked.place[0],
        "direction": asked.place[1],
        "aligned_steps": len(found.steps),
        "other_steps": trace.steps,
        "units": [
            {"unit": int(first), "other_unit": int(second), "correlation": float(r)}
            for (first, second), r in zip(found.units, found.agreement, strict=True)
        ],
        "summary": [vars(row) for row in found.summary()],
    }
    return Answer("compare", table, full, facts, _compare_words(found))


def _compare_words(found: Comparison) -> tuple[str, ...]:
    lines = [f"{len(found.steps):,} steps and {len(found.units):,} units belong together;"]
    middle = float(np.median(np.abs(found.agreement)))
    lines.append(f"  |r| of the cell states of the median pair of units is {middle:.3f}")
    for row in found.summary()[:MOST_WORDS]:
        lines.append(
            f"  {row.array}: mean difference {row.mean:.4g}, largest {row.largest:.4g} at step "
            f"{row.step}, unit {row.unit}"
        )
    return tuple(lines)


def _other(asked: Asked) -> tuple[Network, Trace, Sequence]:
    """The other run: another source, text, file or seed, or the session's own."""
    document = others.beside(asked.options, asked.document)
    other = other_document(document)
    if other is None:
        raise LstmvizError(
            f"--ask {asked.options.ask} needs another run; give --with, --with-text, --with-input "
            "or --with-seed."
        )
    if changing(other):
        try:
            run = finished(other).of("changed")
        except LstmvizError as error:
            raise LstmvizError(f"the other run cannot be made: {error}") from None
        assert run.network is not None and run.trace is not None and run.sequence is not None
        return run.network, run.trace, run.sequence
    network, trace, sequence, _ = ran(other)
    return network, trace, sequence
