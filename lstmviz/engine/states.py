"""What a run starts from: the hidden and cell states before its first step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class State:
    """What a direction starts from: `hidden` (H,) and `cell` (C,)."""

    hidden: NDArray[np.floating]
    cell: NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Initial:
    """The starting states of a run: `states[layer][direction]`; an absent one is zero."""

    states: tuple[dict[str, State], ...] = ()

    def of(self, layer: int, direction: str) -> State | None:
        """The state of one direction, or None where it starts from zero."""
        return self.states[layer].get(direction) if layer < len(self.states) else None


ZERO = Initial()
"""Zeros everywhere, whatever the model brings."""
