"""A network whose file keeps its gates in another order than was found.

Readers permute to i, f, g, o by the order that the file's format has. Where a file keeps another
(weights moved by hand from one framework to the next), every array with rows of gates is permuted
again.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np

from lstmviz.engine.network import Array, CellWeights, Network
from lstmviz.errors import LstmvizError

CANONICAL = "ifgo"
FRAMEWORKS = {
    "ifgo": "PyTorch, Keras",
    "iofg": "ONNX",
    "igfo": "TensorFlow 1",
}
"""Order → who keeps gates so; Keras writes the candidate as c (ifco), TensorFlow 1 as j (ijfo)."""

GATE_ORDERS = (
    *FRAMEWORKS,
    *(order for order in map("".join, permutations(CANONICAL)) if order not in FRAMEWORKS),
)
"""All 24, those of frameworks first."""


def plain_order(order: str) -> str:
    """An order such as "ifco" or "ijfo" in the letters i, f, g, o.

    The candidate may be written g, c or j. Raises `LstmvizError` for anything else.
    """
    plain = order.lower().replace("c", "g").replace("j", "g")
    if plain not in GATE_ORDERS:
        raise LstmvizError(
            f"gate order {order[:40]!r} is unknown; give the letters i, f, g and o once each, as "
            "the file keeps them: ifgo (PyTorch), ifco (Keras), iofc (ONNX), ijfo (TensorFlow 1)."
        )
    return plain


def reordered(network: Network, order: str | None) -> Network:
    """The network if its file keeps the gates in `order`, not as `network.gate_order` says.

    Weights, biases, peepholes and gate recurrence are permuted; peepholes and gate recurrence
    are taken to keep the same order without the candidate, as ONNX does. None, or the order that
    was found, gives the network itself. Raises `LstmvizError` for an order that cannot be.
    """
    if order is None:
        return network
    wanted, found = plain_order(order), plain_order(network.gate_order or CANONICAL)
    if wanted == found:
        return network
    four = _moves(found, wanted, CANONICAL)
    three = _moves(*(text.replace("g", "") for text in (found, wanted, CANONICAL)))
    cells = tuple(
        {way: _cell(weights, four, three) for way, weights in directions.items()}
        for directions in network.cells
    )
    return replace(network, cells=cells, gate_order=wanted)


def _moves(found: str, wanted: str, canonical: str) -> list[int]:
    """For each gate in canonical order the block, canonical too, that it is made of instead."""
    return [canonical.index(found[wanted.index(gate)]) for gate in canonical]


def _cell(weights: CellWeights, four: list[int], three: list[int]) -> CellWeights:
    """One direction's arrays in the other order."""

    def moved(array: Array | None, order: list[int]) -> Array | None:
        return None if array is None else _blocks(array, order)

    square = weights.gate_recurrence
    if square is not None:
        square = _blocks(_blocks(square, three).T, three).T
    return CellWeights(
        _blocks(weights.input_weights, four),
        _blocks(weights.recurrent_weights, four),
        moved(weights.input_bias, four),
        moved(weights.recurrent_bias, four),
        weights.projection,
        moved(weights.peepholes, three),
        square,
    )


def _blocks(array: Array, order: list[int]) -> Array:
    """Blocks of rows in another order."""
    result: Array = np.empty_like(array, order="C")
    blocks = array.reshape(len(order), -1, *array.shape[1:])  # a view, or of the turned a copy
    for rows, source in zip(result.reshape(blocks.shape), order, strict=True):
        rows[...] = blocks[source]
    result.setflags(write=False)
    return result
