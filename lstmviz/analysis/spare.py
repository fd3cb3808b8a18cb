"""Room for runs beside a baseline, taken over from earlier ones that nobody reads any more.

Such a run has the baseline's own rows up to the step at which it first differs. In the room of an
earlier one they are there already, so that they need not be copied again. Memory that is new to
the program is also slow to write at first; this is not new.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Hashable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import DTypeLike

from lstmviz.engine import memory
from lstmviz.engine.trace import Array, Trace

ROOMS = 2
"""Rooms of one kind kept for a baseline: that of the run on show, and that of the one before."""
KEPT_BYTES = 2**26
"""A larger room is not kept: beside what its steps cost, the copying is little."""


@dataclass(eq=False)
class Room:
    """Arrays to be filled, given out in the order in which they were first asked for.

    `known[part]` rows of a part of the run are as they are before a change.
    """

    owned: list[Array] = field(default_factory=list)
    known: dict[Hashable, int] = field(default_factory=dict)
    given: int = 0

    @property
    def unread(self) -> bool:
        """Whether nobody holds any of the arrays given out."""
        # Any view of memory refers to the array that owns it, be it a view of a view. Without
        # one there are two references: the list's, and the argument's of the count.
        return all(sys.getrefcount(self.owned[k]) <= 2 for k in range(len(self.owned)))

    def make(self, shape: tuple[int, ...], dtype: DTypeLike) -> Array:
        """The next array, whose values are whatever there is."""
        if self.given == len(self.owned):
            self.owned.append(np.empty(shape, dtype))
        if self.owned[self.given].shape != shape or self.owned[self.given].dtype != dtype:
            self.owned[self.given] = np.empty(shape, dtype)
            self.known.clear()
        self.given += 1
        return self.owned[self.given - 1][:]

    def missing(self, part: Hashable, first: int) -> slice:
        """The rows below `first` of a part that are still to be filled; from it on all change."""
        known = self.known.get(part, 0)
        self.known[part] = first
        return slice(known, max(known, first))


_kept: WeakKeyDictionary[Trace, dict[str, list[Room]]] = WeakKeyDictionary()
_keeping = threading.Lock()


def take(baseline: Trace | None, kind: str) -> Room:
    """Room for a run of a kind beside a baseline: that of an earlier one, or new."""
    if baseline is not None:
        with _keeping:
            rooms = _kept.get(baseline, {}).get(kind, [])
            for index, room in enumerate(rooms):
                if room.unread:
                    del rooms[index]
                    room.given = 0
                    return room
    return Room()


def keep(baseline: Trace, kind: str, room: Room) -> None:
    """Keep a room whose arrays have been given out, for when they are not read any more."""
    if sum(array.nbytes for array in room.owned) > min(KEPT_BYTES, memory.budget() // 8):
        return
    with _keeping:
        rooms = _kept.setdefault(baseline, {}).setdefault(kind, [])
        rooms.append(room)
        del rooms[:-ROOMS]
