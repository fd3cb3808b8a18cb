"""Dense layers after an LSTM in a graph, as far as they follow each other plainly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from lstmviz.engine.network import HeadWeights
from lstmviz.engine.spec import HeadSpec
from lstmviz.engine.variant import Activation
from lstmviz.models.onnx.chains import MOST_NODES, THROUGH, Form, Probe, form_of, probes
from lstmviz.models.onnx.functions import squashed
from lstmviz.models.onnx.graph import Graph, Node, Values
from lstmviz.models.onnx.lstm import Float, Lstm
from lstmviz.models.onnx.values import Evaluator, Known, sources


@dataclass
class Heads:
    """The chain of heads after a stack and how the LSTM's output arrives at the first.

    `fits` is whether the operators that move numbers about took the probe's sizes.
    """

    form: Form | None = None
    specs: list[HeadSpec] = field(default_factory=list)
    weights: list[tuple[Values, Values | None]] = field(default_factory=list)
    used: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    fits: bool = True

    def made(self, dtype: Float, columns: list[int]) -> tuple[HeadWeights, ...]:
        """The weights, the first head's columns as given."""
        rows = []
        for index, (weights, bias) in enumerate(self.weights):
            chosen = weights[:, columns] if columns and index == 0 else weights
            rows.append(
                HeadWeights(
                    chosen.astype(dtype), None if bias is None else bias.ravel().astype(dtype)
                )
            )
        return tuple(rows)


def heads(evaluator: Evaluator, units: Sequence[Lstm], opset: int) -> Heads:
    """The heads after the last LSTM of a stack, and warnings on what is left out."""
    best, told = Heads(), False
    below = [probes(unit) for unit in units[:-1]]
    for index, probe in enumerate(probes(units[-1])):
        if told and len(probe.y) == 1:
            continue  # one step is the first and the last alike
        others: Known = {}
        for each in below:
            states = each[min(index, len(each) - 1)]
            others |= {k: v for k, v in states.known.items() if k == states.unit.outputs[1]}
        found = _chain(evaluator, probe, others, opset)
        if found.specs or found.form:
            return found
        best = best if best.warnings else found
        told = told or found.fits
    return best


def _chain(evaluator: Evaluator, probe: Probe, others: Known, opset: int) -> Heads:
    """The heads found with one probe; `others` are the final states of the layers below."""
    unit, result = probe.unit, Heads()
    graph = unit.graph
    start, known = list(probe.known), probe.known | others
    rows: Values | None = None
    for _ in range(MOST_NODES):
        if rows is not None and result.specs[-1].activation == "linear":
            squash = squashed(evaluator, graph, start[0], rows.shape, opset)
            if squash:
                result.specs[-1] = _squashed(result.specs[-1], squash[0])
                start, known = [squash[1]], {squash[1]: rows}
        ends = _ends(evaluator, graph, start, known)
        ends = [(node, value) for node, value in ends if node.op != "LSTM"]
        if not ends:
            _finish(evaluator, graph, probe, known, rows, result)
            break
        if len(ends) > 1:
            names = ", ".join(node.shown for node, _ in ends[:4])
            result.warnings.append(f"After {unit.name} the graph branches ({names}): not run.")
            break
        node, value = ends[0]
        dense = _dense(evaluator, graph, node)
        form = form_of(probe, value) if rows is None else None
        same = rows is not None and np.array_equal(value.reshape(-1), rows.reshape(-1))
        steps = probe.y.shape[0] if result.form and result.form.kind == "sequence" else 1
        last = rows is not None and steps > 1 and _is_last(rows, value)
        if dense and (form or same or last):
            result.form = result.form or form
            taken = last or (form is not None and form.kind == "last")
            out = _add_head(result, graph, dense, last_step=taken)
            shape = (*value.shape[:-1], result.specs[-1].size)
        elif last and not result.specs[-1].last_step:
            result.specs[-1] = replace(result.specs[-1], last_step=True)
            out, shape = _named(evaluator, graph, node, value, known), value.shape
        else:
            result.warnings.append(f"{node.shown} and what follows it are not run.")
            result.fits = node.op not in THROUGH
            break
        rows = np.random.default_rng(len(result.specs)).random(shape)
        start, known = [out], {out: rows}
    return result


def _finish(
    evaluator: Evaluator,
    graph: Graph,
    probe: Probe,
    known: Known,
    rows: Values | None,
    result: Heads,
) -> None:
    """What the graph hands on of the last layer: all steps or the last, joined in which way."""
    found = [evaluator.value(graph, name, known) for name in graph.outputs]
    given = [value for value in found if value is not None and value.ndim]
    result.fits = bool(given)
    if rows is not None:
        if given and all(len(rows) > 1 and _is_last(rows, value) for value in given):
            result.specs[-1] = replace(result.specs[-1], last_step=True)
        return
    forms = [form for value in given if (form := form_of(probe, value))]
    kinds = {form.kind: form for form in reversed(forms)}
    result.form = kinds.get("sequence") or kinds.get("final") or kinds.get("last")
    if given and not result.form:
        result.warnings.append(
            f"The model hands on the steps of {probe.unit.name} in an order of its own, or only "
            "some; the output here has all, first to last."
        )
    if result.form and result.form.swapped:
        result.warnings.append(
            "The model puts the backward direction first; the output here has forward first."
        )


def _ends(
    evaluator: Evaluator, graph: Graph, start: list[str], known: Known
) -> list[tuple[Node, Values]]:
    """Where values go from `start`: the nodes that do more than move them, with what they get."""
    ends: dict[int, tuple[Node, Values]] = {}
    todo, seen = list(start), set[str]()
    while todo and len(seen) < MOST_NODES:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        given = evaluator.value(graph, name, known)
        for node in graph.users.get(name, []):
            if node.op == "Shape" or given is None:
                continue
            moved = node.op in THROUGH and node.outputs
            if moved and evaluator.value(graph, node.outputs[0], known) is not None:
                todo.append(node.outputs[0])
            else:
                ends.setdefault(id(node), (node, given))
    return list(ends.values())


@dataclass(frozen=True, eq=False)
class _Dense:
    """A product with constant weights (size, width), perhaps a bias, and the name of its result."""

    weights: Values
    bias: Values | None
    output: str
    sources: tuple[str, ...]


def _dense(evaluator: Evaluator, graph: Graph, node: Node) -> _Dense | None:
    """A MatMul, with the Add after it, or a Gemm; None if it is anything else."""
    if node.op not in ("MatMul", "Gemm") or not node.outputs:
        return None
    weights = evaluator.constant(graph, node.input(1))
    if weights is None or weights.ndim != 2 or weights.dtype.kind != "f":
        return None
    settings = node.attributes
    if (
        settings.get("transA", 0)
        or settings.get("alpha", 1.0) != 1
        or settings.get("beta", 1.0) != 1
    ):
        return None
    if not settings.get("transB", 0):
        weights = weights.T
    used, output = sources(graph, node.input(1)), node.outputs[0]
    bias = evaluator.constant(graph, node.input(2)) if node.op == "Gemm" else None
    if bias is not None:
        used += sources(graph, node.input(2))
    users = graph.users.get(output, [])
    if node.op == "MatMul" and len(users) == 1 and users[0].op == "Add":
        other = next((name for name in users[0].inputs if name != output), "")
        bias = evaluator.constant(graph, other)
        if bias is not None:
            used += sources(graph, other)
            output = users[0].outputs[0]
    if bias is not None and bias.size != len(weights):
        return None
    return _Dense(weights, bias, output, tuple(used))


def _named(evaluator: Evaluator, graph: Graph, node: Node, value: Values, known: Known) -> str:
    """The input of a node that has this value."""
    for name in node.inputs:
        found = evaluator.value(graph, name, known)
        if found is not None and np.array_equal(found, value):
            return name
    return node.input(0)


def _add_head(result: Heads, graph: Graph, dense: _Dense, *, last_step: bool) -> str:
    result.specs.append(
        HeadSpec(len(dense.weights), "linear", dense.bias is not None, last_step=last_step)
    )
    result.weights.append((dense.weights, dense.bias))
    result.used += dense.sources
    return dense.output


def _is_last(rows: Values, value: Values) -> bool:
    """Whether a value is the last step, and no more, of rows (steps, 1, n) or (1, steps, n)."""
    flat = rows.reshape(-1, rows.shape[-1])
    return value.size == rows.shape[-1] and np.array_equal(value.ravel(), flat[-1])


def _squashed(head: HeadSpec, squash: Activation) -> HeadSpec:
    """A head with an activation and its own α and β."""
    return replace(head, activation=squash.name, alpha=squash.alpha, beta=squash.beta)
