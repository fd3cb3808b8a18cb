"""What a network reads: values and the words for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Sequence:
    """`values` (steps, I); `labels`, one per step, for the axis; `columns`, one per input.

    `symbolic` says that each step is a one-hot symbol (labels are then the symbols).
    """

    values: NDArray[np.floating]
    labels: tuple[str, ...]
    columns: tuple[str, ...]
    title: str
    symbolic: bool = False

    @property
    def steps(self) -> int:
        """Number of steps T."""
        return len(self.values)
