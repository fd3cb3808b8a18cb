"""What was understood of a model, in words for its certificate."""

from __future__ import annotations

from collections.abc import Sequence

from lstmviz.engine.spec import CellSpec
from lstmviz.engine.variant import Activation


def described(layers: Sequence[CellSpec]) -> str:
    """The activations of a stack in words."""
    rows = [
        f"gates {_named(cell.variant.gate)}, candidate and cell {_named(cell.variant.candidate)}"
        for cell in layers
    ]
    return "; ".join(dict.fromkeys(rows))


def _named(each: Activation) -> str:
    values = (("alpha", each.alpha), ("beta", each.beta))
    given = ", ".join(f"{name} {value:.4g}" for name, value in values if value is not None)
    return f"{each.name} ({given})" if given else each.name
