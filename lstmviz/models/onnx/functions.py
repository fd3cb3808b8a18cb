"""Operators that work number by number, and the activations that one or several of them make.

An exporter writes some activations as one node and others as several (silu as Sigmoid and Mul,
gelu as Div, Erf, Add and Mul twice). Random numbers sent through them tell which activation it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lstmviz.engine.activations import ACTIVATIONS, SELU_ALPHA, SELU_SCALE, erf, function
from lstmviz.engine.cell import across
from lstmviz.engine.spec import ACROSS
from lstmviz.engine.variant import Activation
from lstmviz.models.onnx.graph import Graph, Node, Values
from lstmviz.models.onnx.moves import FAULTS, OPERATORS
from lstmviz.models.onnx.values import Evaluator, Known

MOST_NODES = 16
PROBED = 64
"""Numbers that are compared, at least; between ±REACH, where all activations differ."""
REACH = 9.0
NEAR = 1e-5

PLAIN = {
    "Relu": "relu",
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "HardSwish": "hard_silu",
    "Mish": "mish",
    "Exp": "exponential",
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
}
"""Operator → the activation that it is whatever its settings."""

ALPHAS = {"HardSigmoid": 0.2, "LeakyRelu": 0.01, "Elu": 1.0, "Celu": 1.0, "ThresholdedRelu": 1.0}
"""Operator → the α that holds where it gives none; HardSigmoid's β is then 0.5."""
NAMED = {
    "HardSigmoid": "hard_sigmoid",
    "LeakyRelu": "leaky_relu",
    "Elu": "elu",
    "Celu": "celu",
    "ThresholdedRelu": "thresholded_relu",
}

LIKELY = (
    *(Activation(name) for name in ACTIVATIONS if name != "linear"),
    *(Activation("leaky_relu", alpha) for alpha in (0.1, 0.2, 0.3)),
    Activation("hard_sigmoid", 1 / 6, 0.5),
    *(Activation(name) for name in ACROSS),
)
"""What several nodes may be."""


def squashed(
    evaluator: Evaluator, graph: Graph, start: str, shape: tuple[int, ...], opset: int
) -> tuple[Activation, str] | None:
    """The activation that a value of this shape goes through, and the name of its result.

    The nodes behind it are followed as far as the operators are known; where they may be read as
    more than one activation, as Softmax and then Log, the longest is taken.
    """
    steps, points = _behind(graph, start)
    if not points:
        return None
    rng = np.random.default_rng(len(steps))
    size = max(int(np.prod(shape)), 1)
    given = [rng.uniform(-REACH, REACH, shape) for _ in range(max(2, PROBED // size))]
    made = [_sent(evaluator, graph, steps, {start: x}, opset) for x in given]
    for name in reversed(points):
        values = [known.get(name) for known in made]
        likely = LIKELY if name != points[0] else (*_one(evaluator, graph, steps[0]), *LIKELY)
        for activation in likely:
            if all(_is(activation, x, y) for x, y in zip(given, values, strict=True)):
                return activation, name
    return None


def _behind(graph: Graph, start: str) -> tuple[list[Node], list[str]]:
    """The nodes that a name goes through, and the names by which all of it passes."""
    steps: list[Node] = []
    points: list[str] = []
    inside, done = {start}, set[int]()
    for node in graph.nodes:
        runs = node.op in FUNCTIONS or node.op in OPERATORS
        if node.op == "Shape" or not runs or not inside & set(node.inputs):
            continue
        if len(steps) == MOST_NODES or len(node.outputs) != 1:
            break
        steps.append(node)
        done.add(id(node))
        inside.add(node.outputs[0])
        open_ones = [name for name in inside if _leaves(graph, name, done, start)]
        if len(open_ones) == 1 and open_ones[0] == node.outputs[0]:
            points.append(node.outputs[0])
    return steps, points


def _leaves(graph: Graph, name: str, done: set[int], start: str) -> bool:
    """Whether a name is used by another node than those done, or is an output of the graph."""
    users = [node for node in graph.users.get(name, []) if node.op != "Shape"]
    out = not users or name in graph.outputs
    return (out and name != start) or any(id(node) not in done for node in users)


def _sent(evaluator: Evaluator, graph: Graph, steps: list[Node], known: Known, opset: int) -> Known:
    """What becomes of known values on their way, as far as it can be computed."""
    for node in steps:
        if node.op in OPERATORS:
            value = evaluator.value(graph, node.outputs[0], known)
        else:
            inputs = [evaluator.value(graph, name, known) for name in node.inputs]
            value = _run(node, inputs, opset)
        if value is None:
            break
        known[node.outputs[0]] = value
    return known


def _run(node: Node, inputs: list[Values | None], opset: int) -> Values | None:
    try:
        with np.errstate(all="ignore"):
            return FUNCTIONS[node.op](node, inputs, opset)
    except (*FAULTS, AttributeError):
        return None


def _is(activation: Activation, x: Values, y: Values | None) -> bool:
    """Whether `y` is the activation of `x`, in whatever layout."""
    if y is None or y.size != x.size:
        return False
    with np.errstate(all="ignore"):
        expected = apply(activation, x)
    return bool(np.allclose(y.reshape(-1), expected.reshape(-1), NEAR, NEAR))


def apply(activation: Activation, x: Values) -> Values:
    """An activation of any kind, over the last axis where it runs across."""
    return across(activation.name, x) if activation.name in ACROSS else function(activation)(x)


def _one(evaluator: Evaluator, graph: Graph, node: Node) -> list[Activation]:
    """What a single node is with settings of its own."""
    if node.op in ALPHAS:
        return [_with_alpha(node)]
    slope = evaluator.constant(graph, node.input(1)) if node.op == "PRelu" else None
    if slope is not None and slope.size and (slope == slope.flat[0]).all():
        return [Activation("leaky_relu", float(slope.flat[0]))]
    return []


def _with_alpha(node: Node) -> Activation:
    beta = node.attributes.get("beta", 0.5) if node.op == "HardSigmoid" else None
    return Activation(NAMED[node.op], node.attributes.get("alpha", ALPHAS[node.op]), beta)


def _across(node: Node, inputs: list[Values | None], opset: int) -> Values:
    """Softmax and LogSoftmax; before opset 13 over all axes from one on, made into one."""
    x = _first(inputs)
    axis = node.attributes.get("axis", 1 if opset < 13 else -1)
    if axis not in (-1, x.ndim - 1):
        raise ValueError
    return across(PLAIN[node.op], x)


def _first(inputs: list[Values | None]) -> Values:
    if not inputs or inputs[0] is None:
        raise ValueError
    return inputs[0]


def _clip(node: Node, inputs: list[Values | None], _: int) -> Values:
    """Clip, its bounds attributes or, from opset 11 on, inputs, either of which may be absent."""
    bounds: list[Any] = [node.attributes.get(name) for name in ("min", "max")]
    for index, given in enumerate(inputs[1:3]):
        if node.input(index + 1):
            if given is None:
                raise ValueError
            bounds[index] = given
    low, high = bounds
    if low is high is None:
        return _first(inputs)
    return np.clip(_first(inputs), low, high)


def _selu(node: Node, inputs: list[Values | None], _: int) -> Values:
    alpha = node.attributes.get("alpha", SELU_ALPHA)
    scale = node.attributes.get("gamma", SELU_SCALE)
    return np.asarray(scale * function(Activation("elu", alpha))(_first(inputs)))


def _gelu(node: Node, inputs: list[Values | None], _: int) -> Values:
    tanh = node.attributes.get("approximate") == "tanh"
    return function(Activation("gelu_tanh" if tanh else "gelu"))(_first(inputs))


def _swish(node: Node, inputs: list[Values | None], _: int) -> Values:
    x = _first(inputs)
    return np.asarray(x * function(Activation("sigmoid"))(node.attributes.get("alpha", 1.0) * x))


def _prelu(node: Node, inputs: list[Values | None], _: int) -> Values:
    x, slope = inputs
    if x is None or slope is None:
        raise ValueError
    return np.where(x < 0, slope * x, x)


def _where(node: Node, inputs: list[Values | None], _: int) -> Values:
    which, a, b = inputs
    if which is None or a is None or b is None:
        raise ValueError
    return np.where(which, a, b)


def _plain(apply: Callable[[Values], Values]) -> Function:
    return lambda node, inputs, _: np.asarray(apply(_first(inputs)))


def _pair(apply: Callable[[Values, Values], Values]) -> Function:
    def run(node: Node, inputs: list[Values | None], _: int) -> Values:
        a, b = inputs
        if a is None or b is None:
            raise ValueError
        return np.asarray(apply(a, b))

    return run


Function = Callable[[Node, list[Values | None], int], Values]

FUNCTIONS: dict[str, Function] = {
    **{op: _plain(function(Activation(name))) for op, name in PLAIN.items() if name not in ACROSS},
    **{op: lambda node, inputs, _: function(_with_alpha(node))(_first(inputs)) for op in ALPHAS},
    **dict.fromkeys(("Softmax", "LogSoftmax"), _across),
    "Clip": _clip,
    "Selu": _selu,
    "Gelu": _gelu,
    "Swish": _swish,
    "PRelu": _prelu,
    "Erf": _plain(erf),
    "Log": _plain(np.log),
    "Neg": _plain(np.negative),
    "Abs": _plain(np.abs),
    "Sqrt": _plain(np.sqrt),
    "Reciprocal": _plain(lambda x: 1 / x),
    "Where": _where,
    "Greater": _pair(np.greater),
    "Less": _pair(np.less),
    "GreaterOrEqual": _pair(np.greater_equal),
    "LessOrEqual": _pair(np.less_equal),
    "Min": _pair(np.minimum),
    "Max": _pair(np.maximum),
    "Pow": _pair(np.power),
}
"""Operator → what it makes of its inputs, in the opset given."""
