"""The steps of an unrolled stack that are on show, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.scene.lanes import PITCH

FIRST, MARGIN, LEAST = 151.0, 3.0, 840.0
"""Where the first block begins, what is left at the right, and the least width of the picture."""


@dataclass(frozen=True)
class Window:
    """The steps on show: `count` of them, the current one number `position`.

    `starts` and `ends` say whether the first and the last step of the sequence are among them;
    the sequence has `steps` (0: not known).
    """

    count: int
    position: int
    starts: bool
    ends: bool
    steps: int

    @property
    def page(self) -> float:
        """Width of the picture."""
        return max(FIRST + self.count * PITCH + MARGIN, LEAST)

    @property
    def first(self) -> float:
        """Where the first block begins: of few steps further in, so that they stand amid."""
        return FIRST + (self.page - FIRST - self.count * PITCH - MARGIN) / 2

    @property
    def words(self) -> float:
        """Where words begin that need room."""
        return FIRST if self.first == FIRST else 10.0

    def left(self, block: int) -> float:
        """Where a block begins."""
        return self.first + block * PITCH

    def final(self, way: str) -> int | None:
        """The block in which a direction ends, if it is on show."""
        if way == "backward":
            return 0 if self.starts else None
        return self.count - 1 if self.ends else None
