"""What an LSTM node is given besides its sequence: lengths and the states to start from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lstmviz.engine.states import Initial, State
from lstmviz.errors import LstmvizError
from lstmviz.models.onnx.graph import Graph, Values
from lstmviz.models.onnx.lstm import INITIAL_C, INITIAL_H, LENGTHS, Float, Lstm, X
from lstmviz.models.onnx.values import Evaluator, Known, blocking

SIZES = (2, 3)
"""What open sizes of the graph's inputs are tried as; numbers that stay the same are constant."""
MOST = 1e6


def started(evaluator: Evaluator, unit: Lstm, below: Known) -> tuple[Lstm, list[str]]:
    """The node with the states it starts from where they are constant, and what to tell of them.

    `below` are probes of the LSTMs below it. Raises `LstmvizError` for states of other sizes.
    """
    found: list[Values | None] = []
    told: list[str] = []
    for index, which in ((INITIAL_H, "initial_h"), (INITIAL_C, "initial_c")):
        name = unit.node.input(index)
        value = _constant(evaluator, unit.graph, name, below) if name else None
        if name and value is None:
            maker = blocking(unit.graph, name).removeprefix(" by ")
            source = f"what {maker} gives" if maker else "what is given at run time"
            told.append(
                f"{unit.name} takes its {which} from {source}; here it is zero unless given."
            )
        rows = None if value is None else _rows(evaluator, unit, value, which)
        if rows is not None and any(not np.array_equal(row, rows[0]) for row in rows):
            told.append(
                f"{unit.name} has an {which} for each of {len(rows)} sequences; the first is taken."
            )
        found.append(None if rows is None or not rows[0].any() else rows[0])
    if all(each is None for each in found):
        return unit, told
    told.append(
        f"{unit.name} starts from states of the model's own, which the file keeps (initial_h and "
        "initial_c), not from zeros."
    )
    size, ways = unit.spec.cell_size, len(unit.spec.directions)
    h, c = (np.zeros((ways, size)) if each is None else each for each in found)
    return unit.starting(h, c), told


def initial(units: Sequence[Lstm], dtype: Float) -> Initial | None:
    """The states that the nodes of a stack start from, None where all are zero."""
    if not any(unit.states for unit in units):
        return None
    rows: list[dict[str, State]] = []
    for unit in units:
        h, c = unit.states or ((), ())
        rows.append(
            {
                way: State(hidden.astype(dtype), cell.astype(dtype))
                for way, hidden, cell in zip(unit.spec.directions, h, c, strict=False)
            }
        )
    return Initial(tuple(rows))


def lengths(evaluator: Evaluator, unit: Lstm, below: Known) -> list[str]:
    """What to tell of the lengths a node stops at; nothing where they are those of its input.

    With as many steps as the node reads every direction gives what it gives there.
    """
    name = unit.node.input(LENGTHS)
    if not name:
        return []
    axis = 1 if unit.batch_first else 0
    found, steps = [], []
    for size in SIZES:
        known = _inputs(unit.graph, size) | below
        found.append(_value(evaluator, unit.graph, name, known))
        x = _value(evaluator, unit.graph, unit.node.input(X), known)
        steps.append(x.shape[axis] if x is not None and x.ndim == 3 else 0)
    if all(a is not None and (a == n).all() for a, n in zip(found, steps, strict=True)):
        return []
    first = _constant(evaluator, unit.graph, name, below)
    if first is None or not first.size or (first != first.flat[0]).any():
        return [
            f"{unit.name} stops each sequence at a length of its own (sequence_lens); here all "
            "steps are run."
        ]
    length = int(first.flat[0])
    fixed = f" of the {steps[0]} steps of its input" if steps[0] == steps[1] > 0 else " steps"
    return [
        f"{unit.name} stops after {length}{fixed} (sequence_lens) and gives zeros from there; give "
        f"it {length} steps, as here all that are given are run."
    ]


def _rows(evaluator: Evaluator, unit: Lstm, value: Values, which: str) -> Values:
    """(batch, D, H) states; raises `LstmvizError` for another shape."""
    ways, size = len(unit.spec.directions), unit.spec.cell_size
    axis = 0 if unit.batch_first else 1
    if value.ndim == 3 and value.size and value.dtype.kind == "f":
        rows = np.moveaxis(value, axis, 0)
        if rows.shape[1:] == (ways, size):
            return rows
    wanted = ["batch", ways, size] if unit.batch_first else [ways, "batch", size]
    raise LstmvizError(
        f"{evaluator.budget.where}: {unit.node.shown} is not valid: {which} has shape "
        f"{list(value.shape)}, but its sizes ask for [{', '.join(map(str, wanted))}]."
    )


def _constant(evaluator: Evaluator, graph: Graph, name: str, below: Known) -> Values | None:
    """A value that is the same whatever the input is, but for how often it is repeated."""
    tried = [_value(evaluator, graph, name, _inputs(graph, size) | below) for size in SIZES]
    one, other = tried
    if one is None or other is None or one.ndim != other.ndim:
        return None
    cut = tuple(slice(0, min(a, b)) for a, b in zip(one.shape, other.shape, strict=True))
    return one if np.array_equal(one[cut], other[cut]) else None


def _inputs(graph: Graph, size: int) -> Known:
    """Numbers for the inputs of a graph, others for every size that open ones are tried as."""
    known: Known = {}
    for name, shape in graph.inputs.items():
        sizes = [each or size for each in shape][:4]
        if np.prod(sizes, dtype=float) < MOST and name not in graph.tensors:
            known[name] = np.full(sizes, size - 1, np.int64)
    return known


def _value(evaluator: Evaluator, graph: Graph, name: str, known: Known) -> Values | None:
    try:
        return evaluator.value(graph, name, known)
    except LstmvizError:
        return None
