"""How LSTM nodes follow each other, and what stands before them.

Between two nodes an exporter puts operators that only move numbers about. Whether what arrives
is the sequence that left, and how two directions were joined, is found by sending random numbers
through those operators.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from lstmviz.models.onnx.given import lengths, started
from lstmviz.models.onnx.graph import Graph, Node, Values
from lstmviz.models.onnx.lstm import Lstm, X
from lstmviz.models.onnx.moves import OPERATORS
from lstmviz.models.onnx.values import Evaluator, Known
from lstmviz.models.pick import joined

STEPS = 5
MOST_NODES = 2000
OF_CONSTANTS = ("Shape", "Constant", "ConstantOfShape", "Split", "DequantizeLinear")
THROUGH = tuple(op for op in OPERATORS if op not in OF_CONSTANTS)

UNSETTLED = ("affine", "scaledtanh", "thresholdedrelu")
"""Activations whose alpha an LSTM may leave out and onnxruntime then takes for 0."""


@dataclass(frozen=True)
class Form:
    """How the output of an LSTM arrives somewhere.

    `merge` is how its directions were joined, `swapped` whether backward stands first, `kind`
    "sequence", "last" (the last step's row) or "final" (the final states).
    """

    merge: str
    swapped: bool
    kind: str


@dataclass(frozen=True, eq=False)
class Probe:
    """Random outputs of an LSTM: `y` (steps, batch, D, H) and `final` (batch, D, H)."""

    unit: Lstm
    y: Values
    final: Values

    @property
    def known(self) -> Known:
        """The values by name, laid out as the node lays them out."""
        y, final = self.unit.outputs
        outer = self.y.transpose(1, 0, 2, 3) if self.unit.batch_first else self.y.swapaxes(1, 2)
        states = self.final if self.unit.batch_first else self.final.swapaxes(0, 1)
        return {name: value for name, value in ((y, outer), (final, states)) if name}


@dataclass(frozen=True, eq=False)
class Stack:
    """LSTM nodes that feed each other; `forms[k]` is how the output of k arrives at k + 1.

    `table` names the constant of an embedding before the first, `before` what cannot be run.
    """

    units: tuple[Lstm, ...]
    forms: tuple[Form, ...]
    table: str
    before: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the user picks it by."""
        return joined([unit.name for unit in self.units])


def stacks(evaluator: Evaluator, units: list[Lstm]) -> tuple[tuple[Stack, ...], tuple[Stack, ...]]:
    """Every LSTM, consecutive ones as one stack, and the layers of stacks alone."""
    chains: list[tuple[list[Lstm], list[Form]]] = []
    for unit in units:
        behind = _behind(unit.graph, unit.node.input(X))
        for group, forms in chains:
            feeds = group[-1].graph is unit.graph and group[-1].outputs[0] in behind
            form = _link(evaluator, group[-1], unit) if feeds else None
            if form:
                group.append(unit)
                forms.append(form)
                break
        else:
            chains.append(([unit], []))
    wholes = [_stack(evaluator, group, forms) for group, forms in chains]
    singles = [
        _stack(evaluator, [unit], []) for group, _ in chains if len(group) > 1 for unit in group
    ]
    return tuple(wholes), tuple(singles)


def probes(unit: Lstm) -> list[Probe]:
    """Probes of the sizes that the graph may be fixed to, open ones first."""
    sizes = [(STEPS, 1)]
    for shape in unit.graph.inputs.values():
        known = [size for size in shape[:2] if 0 < size <= 512]
        sizes += [(a, b) for a in (*known, STEPS) for b in (*known, 1) if a * b <= 4096]
    rng = np.random.default_rng(0)
    ways, size = len(unit.spec.directions), unit.spec.hidden_size
    return [
        Probe(unit, rng.random((steps, batch, ways, size)), rng.random((batch, ways, size)))
        for steps, batch in dict.fromkeys(sizes)
    ][:8]


def form_of(probe: Probe, value: Values) -> Form | None:
    """How a probe's output arrives in a value, or None if it is not the output of the LSTM."""
    sequence = {name: each for name, each in _merged(probe.y).items() if probe.unit.outputs[0]}
    last = {name: each[-1] for name, each in sequence.items()}
    final = _merged(probe.final)
    for kind, candidates in (("sequence", sequence), ("last", last), ("final", final)):
        for (merge, swapped), expected in candidates.items():
            if value.size != expected.size or value.shape[-1] != expected.shape[-1]:
                continue
            turned = expected.swapaxes(0, 1) if kind == "sequence" else expected
            rows = value.reshape(-1, expected.shape[-1])
            if any(np.array_equal(rows, each.reshape(rows.shape)) for each in (expected, turned)):
                return Form(merge, swapped, kind)
    return None


def _merged(y: Values) -> dict[tuple[str, bool], Values]:
    """(…, D, H) with its directions joined in every way."""
    if y.shape[-2] == 1:
        return {("concat", False): y[..., 0, :]}
    first, second = y[..., 0, :], y[..., 1, :]
    return {
        ("concat", False): np.concatenate([first, second], -1),
        ("concat", True): np.concatenate([second, first], -1),
        ("sum", False): first + second,
        ("mul", False): first * second,
        ("ave", False): (first + second) / 2,
    }


def _link(evaluator: Evaluator, below: Lstm, above: Lstm) -> Form | None:
    """How the sequence of one LSTM arrives at another, or None if it does not."""
    goal, told = above.node.input(X), False
    for probe in probes(below):
        steps, batch = probe.y.shape[:2]
        if told and steps == 1:
            continue  # one step shows no order, and several have shown that it is another
        value = evaluator.value(above.graph, goal, probe.known)
        outer = (batch, steps) if above.batch_first else (steps, batch)
        if value is None or value.ndim != 3 or value.shape[:2] != outer:
            continue
        form = form_of(probe, value)
        if form and form.kind == "sequence":
            return form
        told = True
    return None


def _behind(graph: Graph, name: str) -> set[str]:
    """All names that a name is made of by operators that move numbers about, itself included."""
    found: set[str] = set()
    todo = [name]
    while todo and len(found) < MOST_NODES:
        each = todo.pop()
        if each in found:
            continue
        found.add(each)
        node = graph.makers.get(each)
        if node is not None and node.op in THROUGH:
            todo += node.inputs
    return found


def _stack(evaluator: Evaluator, group: list[Lstm], forms: list[Form]) -> Stack:
    units, warnings = [], []
    for index, unit in enumerate(group):
        below = {k: v for each in group[:index] for k, v in probes(each)[0].known.items()}
        unit, told = started(evaluator, unit, below)
        warnings += [*lengths(evaluator, unit, below), *_warnings(unit), *told]
        merge = forms[index].merge if index < len(forms) else "concat"
        units.append(replace(unit, spec=replace(unit.spec, merge=merge)))
    before, table = _before(evaluator, group[0])
    return Stack(tuple(units), tuple(forms), table, tuple(before), tuple(warnings))


def _before(evaluator: Evaluator, unit: Lstm) -> tuple[list[str], str]:
    """What stands in front of an LSTM, the nearest first, and the table of an embedding there."""
    found: list[str] = []
    moves: list[Node] = []
    graph, name = unit.graph, unit.node.input(X)
    for _ in range(MOST_NODES):
        node = graph.makers.get(name)
        if node is None:
            if name in graph.inputs or name in graph.tensors or graph.outer is None:
                if moves and not found and graph is unit.graph and _moved(evaluator, unit, name):
                    found = _movers(moves)
                break
            graph = graph.outer
            continue
        if (
            node.op == "Gather"
            and not found
            and graph is unit.graph
            and _embeds(evaluator, unit, node)
        ):
            return [], node.input(0)
        if node.op not in THROUGH or node.op in ("Add", "Sub", "Mul", "Div", "Concat"):
            found.append(node.shown)
        moves.append(node)
        name = _data(evaluator, graph, node)
    return found[:20], ""


def _moved(evaluator: Evaluator, unit: Lstm, name: str) -> bool:
    """Whether the operators between an input and an LSTM do more to a sequence than lay it out.

    They may turn it round, say, or leave columns out. False where no input can be sent through.
    """
    rows = np.random.default_rng(0).random((STEPS, 1, unit.spec.input_size))
    layouts = [rows.transpose(order) for order in itertools.permutations(range(3))]
    moved = False
    for given in (*layouts, rows[:, 0], rows[:, 0].T):
        value = evaluator.value(unit.graph, unit.node.input(X), {name: given})
        if value is None or value.ndim != 3 or value.shape[0 if unit.batch_first else 1] != 1:
            continue  # not one sequence, as the node would see it
        if value.size == rows.size and np.array_equal(value.reshape(STEPS, -1), rows[:, 0]):
            return False
        moved = True
    return moved


def _movers(moves: list[Node]) -> list[str]:
    """The operators among these that can change more than the layout, or all of them."""
    plain = ("Transpose", "Reshape", "Squeeze", "Unsqueeze", "Identity", "Dropout", "Cast")
    return [node.shown for node in moves if node.op not in plain] or [n.shown for n in moves]


def _data(evaluator: Evaluator, graph: Graph, node: Node) -> str:
    """The input of a node that its data come through: the first that is not a constant."""
    for name in node.inputs:
        if name and evaluator.constant(graph, name) is None:
            return name
    return ""


def _embeds(evaluator: Evaluator, unit: Lstm, node: Node) -> bool:
    """Whether a Gather is the embedding of an LSTM, whose rows arrive as they are."""
    table = evaluator.constant(unit.graph, node.input(0))
    if table is None or table.ndim != 2 or table.dtype.kind != "f":
        return False
    if node.attributes.get("axis", 0) != 0 or table.shape[1] != unit.spec.input_size:
        return False
    rows = np.random.default_rng(0).random((STEPS, 1, table.shape[1]))
    for given in (rows, rows.swapaxes(0, 1), rows[:, 0]):
        value = evaluator.value(unit.graph, unit.node.input(X), {node.outputs[0]: given})
        if value is None or value.size != rows.size:
            continue
        if np.array_equal(value.reshape(STEPS, -1), rows[:, 0]):
            return True
    return False


def _warnings(unit: Lstm) -> list[str]:
    """Sentences on what frameworks settle apart."""
    found = []
    listed = unit.node.attributes.get("activations") or []
    open_ones = [name for name in dict.fromkeys(listed) if name.lower() in UNSETTLED]
    if open_ones and not unit.node.attributes.get("activation_alpha"):
        found.append(
            f"{unit.name} sets no alpha for {' and '.join(open_ones)}: lstmviz takes 1, "
            "onnxruntime 0."
        )
    return found
