"""The LSTM operator: its sizes, its variant and its weights (ONNX operator LSTM, 1 to 22).

Rows of W, R and B are i, o, f, c; those of P are i, o, f.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lstmviz.engine.activations import ACTIVATIONS, formula
from lstmviz.engine.network import Array, CellWeights
from lstmviz.engine.spec import CellSpec
from lstmviz.engine.variant import STANDARD, Activation, Variant
from lstmviz.errors import LstmvizError
from lstmviz.models.onnx.graph import Graph, Node, Values
from lstmviz.models.onnx.values import Evaluator, blocking, sources
from lstmviz.npy import Tick

GATES = [0, 2, 3, 1]
PEEPHOLES = [0, 2, 1]
WAYS = {
    "forward": ("forward",),
    "reverse": ("backward",),
    "bidirectional": ("forward", "backward"),
}
NAMES = {
    "Relu": "relu",
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "Affine": "affine",
    "LeakyRelu": "leaky_relu",
    "ThresholdedRelu": "thresholded_relu",
    "ScaledTanh": "scaled_tanh",
    "HardSigmoid": "hard_sigmoid",
    "Elu": "elu",
    "Softsign": "softsign",
    "Softplus": "softplus",
}
"""ONNX's names of activations and lstmviz's."""

Float = type[np.float32] | type[np.float64]
X, W, R, B, LENGTHS, INITIAL_H, INITIAL_C, P = range(8)


@dataclass(frozen=True, eq=False)
class Lstm:
    """One LSTM node that can be opened; `weights` are W, R, B and P, the last two perhaps None.

    `states` are those it starts from, (D, H) and (D, C), None for zeros.
    """

    name: str
    graph: Graph
    node: Node
    spec: CellSpec
    batch_first: bool
    weights: tuple[Values, Values, Values | None, Values | None]
    used: tuple[str, ...]
    states: tuple[Values, Values] | None = None

    def starting(self, h: Values, c: Values) -> Lstm:
        """The same, starting from states (D, H) and (D, C)."""
        names = [
            each
            for index in (INITIAL_H, INITIAL_C)
            for each in sources(self.graph, self.node.input(index))
        ]
        return replace(self, states=(h, c), used=tuple(dict.fromkeys((*self.used, *names))))

    @property
    def outputs(self) -> tuple[str, str]:
        """The names of Y and Y_h, "" where they are left out."""
        names = (*self.node.outputs, "", "")
        return names[0], names[1]


def lstm(evaluator: Evaluator, graph: Graph, node: Node, name: str) -> Lstm:
    """Understand an LSTM node; raises `LstmvizError` naming it and what is wrong with it."""
    place = f"{evaluator.budget.where}: {node.shown}"
    found = [evaluator.constant(graph, node.input(index)) for index in (W, R, B, P)]
    weights, recurrent, bias, peepholes = found
    for which, index, array in zip("WRBP", (W, R, B, P), found, strict=True):
        if array is None and (index in (W, R) or node.input(index)):
            raise LstmvizError(
                f"{place} takes {which} from {node.input(index)[:60]!r}, which is not a constant "
                f"of the file but computed{blocking(graph, node.input(index))} or given at run "
                "time; such weights are not read."
            )
        if array is not None and array.dtype.kind != "f":
            raise LstmvizError(f"{place} has {which} of {array.dtype}, which is not read.")
    assert weights is not None and recurrent is not None
    direction = node.attributes.get("direction", "forward")
    if direction not in WAYS:
        raise LstmvizError(f"{place} has the unknown direction {str(direction)[:40]!r}.")
    ways = WAYS[direction]
    size = node.attributes.get("hidden_size", 0) or recurrent.shape[-1]
    width = weights.shape[-1] if weights.ndim == 3 else 0
    wanted = {
        "W": (weights, (len(ways), 4 * size, width)),
        "R": (recurrent, (len(ways), 4 * size, size)),
        "B": (bias, (len(ways), 8 * size)),
        "P": (peepholes, (len(ways), 3 * size)),
    }
    for which, (array, shape) in wanted.items():
        if array is not None and (array.shape != shape or 0 in shape):
            raise LstmvizError(
                f"{place} is not valid: {which} has shape {list(array.shape)}, but hidden_size "
                f"{size} and {len(ways)} direction{'s' if len(ways) > 1 else ''} ask for "
                f"{list(shape)}."
            )
    spec = CellSpec(
        width,
        size,
        size,
        directions=ways,
        variant=_variant(node, len(ways), peepholes is not None, place),
    )
    names = [each for index in (W, R, B, P) for each in sources(graph, node.input(index))]
    kept = (weights, recurrent, bias, peepholes)
    layout = node.attributes.get("layout", 0) == 1
    return Lstm(name, graph, node, spec, layout, kept, tuple(dict.fromkeys(names)))


def cells(unit: Lstm, dtype: Float, columns: list[int], tick: Tick) -> dict[str, CellWeights]:
    """The weights by direction, rows in lstmviz's order and input columns as given.

    `tick` is told, with 0, of every piece that is in its place; what it raises ends the work.
    """
    made = {}
    weights, recurrent, bias, peepholes = unit.weights
    size = unit.spec.cell_size
    for index, way in enumerate(unit.spec.directions):
        inputs = _rows(weights[index], GATES, dtype, tick)
        halves = [None, None] if bias is None else np.split(bias[index], 2)
        both = [None if half is None else _rows(half, GATES, dtype, tick) for half in halves]
        peeps = None if peepholes is None else _rows(peepholes[index], PEEPHOLES, dtype, tick)
        made[way] = CellWeights(
            inputs[:, columns] if columns else inputs,
            _rows(recurrent[index], GATES, dtype, tick),
            both[0],
            both[1],
            peepholes=None if peeps is None else peeps.reshape(3, size),
        )
    return made


def _rows(array: Values, order: list[int], dtype: Float, tick: Tick) -> Array:
    """Blocks of rows in another order, as a closed array of its own."""
    blocks = array.reshape(len(order), -1, *array.shape[1:])
    result: Array = np.empty(array.shape, dtype)
    for rows, source in zip(result.reshape(blocks.shape), order, strict=True):
        rows[...] = blocks[source]  # not np.take, which copies what is not aligned first
        tick(0)
    result.setflags(write=False)
    return result


def _variant(node: Node, ways: int, peephole: bool, place: str) -> Variant:
    """Activations, clip and input_forget; raises `LstmvizError` for what is unknown."""
    named = node.attributes.get("activations") or ["Sigmoid", "Tanh", "Tanh"] * ways
    if len(named) != 3 * ways or not all(isinstance(name, str) for name in named):
        raise LstmvizError(f"{place} has {len(named)} activations, not {3 * ways}.")
    alphas = list(node.attributes.get("activation_alpha") or [])
    betas = list(node.attributes.get("activation_beta") or [])
    made = [_activation(name, alphas, betas, place) for name in named]
    if ways == 2 and made[:3] != made[3:]:
        raise LstmvizError(
            f"{place} has other activations forwards than backwards, which cannot be drawn."
        )
    clip = node.attributes.get("clip")
    variant = Variant(
        gate=made[0],
        candidate=made[1],
        output=made[2],
        coupled=node.attributes.get("input_forget", 0) == 1,
        peephole=peephole,
        clip=clip if isinstance(clip, float) and clip > 0 else None,
    )
    return STANDARD if variant == STANDARD else variant


def _activation(name: str, alphas: list[float], betas: list[float], place: str) -> Activation:
    """An activation, with the next α and β of the lists where it has such parameters."""
    known = NAMES.get(name) or {key.lower(): value for key, value in NAMES.items()}.get(
        name.lower()
    )
    if known is None or known not in ACTIVATIONS:
        raise LstmvizError(f"{place} has the activation {name[:40]!r}, which is not known.")
    row = formula(Activation(known))
    alpha = alphas.pop(0) if row.alpha is not None and alphas else row.alpha
    beta = betas.pop(0) if row.beta is not None and betas else row.beta
    return Activation(known, alpha, beta)
