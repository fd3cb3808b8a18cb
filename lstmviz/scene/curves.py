"""One unit's values over time."""

from __future__ import annotations

import numpy as np

from lstmviz.engine.trace import Array, DirectionTrace


class UnitCurves:
    """The values of one unit over time, gathered as they come.

    A unit's values lie a whole row apart, which makes them slow to gather: each is read once.
    """

    def __init__(self, direction: DirectionTrace, unit: int) -> None:
        self.direction, self.unit = direction, unit
        self._known: dict[str, tuple[Array, int]] = {}

    def upto(self, array: str, done: int) -> Array:
        """The unit's values of an array at the first `done` steps."""
        values: Array = getattr(self.direction, array)
        known, filled = self._known.get(array, (np.empty(len(values), values.dtype), 0))
        if filled < done:
            known[filled:done] = values[filled:done, self.unit]
            self._known[array] = (known, done)
        return known[:done]


def kept(
    known: UnitCurves | None, direction: DirectionTrace, unit: int | None
) -> UnitCurves | None:
    """The curves of a unit of a direction (None: of no unit): those known where they are these."""
    if unit is None:
        return None
    if known is not None and known.unit == unit and known.direction is direction:
        return known
    return UnitCurves(direction, unit)
