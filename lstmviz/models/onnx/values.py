"""What a name in a graph stands for: a constant, or what becomes of a probe."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lstmviz.errors import LstmvizError
from lstmviz.models.onnx.graph import Graph, Tensor, Values
from lstmviz.models.onnx.moves import FAULTS, OPERATORS, made_of, run
from lstmviz.models.onnx.wire import Budget

DEEPEST = 100
SLACK = 32 * 2**20

MOST_PROBED = 2**22
MOST_PROBED_IN_ALL = 2**26

Known = dict[str, Values]
Memo = dict[tuple[int, str], Values | None]


@dataclass
class Allowance:
    """How many numbers operators may yet make; `where` names the file in errors."""

    where: str
    left: int

    def spend(self, count: int) -> None:
        """Count numbers about to be made; raises `LstmvizError` if they are too many."""
        if count > self.left:
            raise LstmvizError(
                f"{self.where} makes more numbers out of its constants than it has bytes; it is "
                "damaged or hostile."
            )
        self.left -= count


@dataclass
class Evaluator:
    """Finds constants, also behind operators that only move numbers about.

    What such operators make of constants is bounded by the `size` of the file in bytes, as a
    model's weights are no more than its file has.
    """

    budget: Budget
    size: int

    def __post_init__(self) -> None:
        self._constants: Memo = {}
        self._allowance = Allowance(self.budget.where, (self.size + SLACK) // 4)
        self._probes_left = MOST_PROBED_IN_ALL

    def constant(self, graph: Graph, name: str) -> Values | None:
        """The value of a name that does not depend on the input, or None.

        Raises `LstmvizError` for a tensor that cannot be read.
        """
        return self._value(graph, name, self._constants, self._allowance, 0)

    def value(self, graph: Graph, name: str, known: Known) -> Values | None:
        """The value of a name where those of others in this graph are known, or None.

        Raises `LstmvizError` where all that was sent through the operators is too much.
        """
        if self._probes_left < 0:
            raise LstmvizError(
                f"{self.budget.where} makes too many numbers out of few between its nodes; it is "
                "hostile, or fixed to long sequences: export it with open sizes (dynamic axes)."
            )
        memo: Memo = {(id(graph), key): value for key, value in known.items()}
        allowance = Allowance(self.budget.where, MOST_PROBED)
        try:
            return self._value(graph, name, memo, allowance, 0)
        except LstmvizError:
            return None
        finally:
            self._probes_left -= MOST_PROBED - allowance.left

    def _value(
        self, graph: Graph, name: str, memo: Memo, allowance: Allowance, depth: int
    ) -> Values | None:
        key = (id(graph), name)
        if key not in memo:
            memo[key] = None  # what depends on itself has no value
            memo[key] = self._computed(graph, name, memo, allowance, depth)
        return memo[key]

    def _computed(
        self, graph: Graph, name: str, memo: Memo, allowance: Allowance, depth: int
    ) -> Values | None:
        if not name or depth > DEEPEST:
            return None
        node = graph.makers.get(name)
        if node is None:
            if name in graph.tensors:
                return graph.tensors[name].read(self.budget)
            if name in graph.inputs or graph.outer is None:
                return None
            return self._value(graph.outer, name, memo, allowance, depth + 1)
        tensor = node.attributes.get("value")
        if node.op == "Constant" and isinstance(tensor, Tensor):
            return tensor.read(self.budget)
        if node.op == "Split":
            part = {"part": node.outputs.index(name), "parts": len(node.outputs)}
            node = replace(node, attributes=node.attributes | part)
        elif node.op not in OPERATORS or node.outputs[0] != name:
            return None
        inputs = [self._value(graph, each, memo, allowance, depth + 1) for each in node.inputs]
        if isinstance(tensor, Tensor):
            read = tensor.read(self.budget)
            node = replace(node, attributes=node.attributes | {"value": read})
        try:
            allowance.spend(made_of(node, inputs))
            with np.errstate(all="ignore"):  # constants may divide by zero
                return run(node, inputs)
        except LstmvizError:
            raise
        except (*FAULTS, KeyError):
            return None


def blocking(graph: Graph, name: str, limit: int = 100) -> str:
    """The node that keeps a name from being a constant, in words for a sentence; or ""."""
    for _ in range(limit):
        node = graph.makers.get(name)
        if node is None:
            if graph.outer is None or name in graph.inputs:
                return ""
            graph = graph.outer
        elif node.op not in OPERATORS:
            return f" by {node.shown}"
        else:
            name = node.input(0)
    return ""


def sources(graph: Graph, name: str, limit: int = 2000) -> list[str]:
    """The tensors of the file that a name is made of, for telling which were used."""
    found: list[str] = []
    todo, seen = [(graph, name)], set[tuple[int, str]]()
    while todo and limit:
        limit -= 1
        place, each = todo.pop()
        if (id(place), each) in seen or not each:
            continue
        seen.add((id(place), each))
        node = place.makers.get(each)
        if each in place.tensors or (node is not None and node.op == "Constant"):
            found.append(each)
        elif node is not None and node.op in OPERATORS:
            todo += [(place, other) for other in reversed(node.inputs[:1] or ())]
            todo += [(place, other) for other in node.inputs[1:] if node.op == "Concat"]
        elif node is None and place.outer is not None and each not in place.inputs:
            todo.append((place.outer, each))
    return found
