"""The images of the heatmaps, filled in slices so that the event loop never waits for them."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from lstmviz.scene import raster
from lstmviz.scene.heataxes import Content
from lstmviz.scene.heatlayout import HeatmapLayout, raster_grid
from lstmviz.scene.raster import Grid, Image

PIECE = 300_000
"""Values pooled between two looks at the clock: well under a millisecond."""


@dataclass(slots=True)
class Slot:
    """One image: columns below `filled` are up to date, those below `shown` hold something."""

    image: Image
    grid: Grid
    filled: int = 0
    shown: int = 0


class HeatImages:
    """Six images and how far they are filled.

    What an image showed before stays, stretched to its new grid, until the new values have
    been filled in over it; but for rows that have changed places, which would tell wrong units.
    """

    def __init__(self) -> None:
        self.slots: dict[str, Slot] = {}
        self._content: Content | None = None

    def clear(self) -> None:
        """Forget everything."""
        self.slots.clear()
        self._content = None

    def show(self, place: HeatmapLayout, content: Content, scale: float) -> None:
        """From now on fill these images; nothing is filled yet by this call."""
        old = self._content
        same = old is not None and old.direction is content.direction
        shown = {panel.array for panel in place.panels}
        self.slots = {name: slot for name, slot in self.slots.items() if name in shown}
        for panel in place.panels:
            name = panel.array
            grid = raster_grid(place, panel, scale)
            slot = self.slots.get(name)
            if slot is None:
                image = raster.blank(grid, content.colormap(name))
                self.slots[name] = Slot(image, grid)
            elif slot.grid != grid:
                self.slots[name] = _carried(slot, grid, content.colormap(name), same)
            elif old is None or _differs(old, content, name):
                slot.filled = 0
                if old is not None and same and _reordered(old, content, name):
                    slot.shown = 0
            else:
                slot.filled = min(slot.filled, grid.ready(_alike(old, content)))
        self._content = content

    def advance(self, seconds: float) -> set[str]:
        """Fill for about this long; returns the arrays whose images have changed."""
        content = self._content
        changed: set[str] = set()
        end = time.perf_counter() + seconds
        while content is not None:
            behind = [
                (slot.filled / slot.grid.columns, name)
                for name, slot in self.slots.items()
                if slot.filled < slot.grid.ready(content.done)
            ]
            if not behind:
                break
            name = min(behind)[1]
            self._fill(self.slots[name], name, content)
            changed.add(name)
            if time.perf_counter() >= end:
                break
        return changed

    def _fill(self, slot: Slot, name: str, content: Content) -> None:
        """The next columns of one image."""
        values = content.values(name)
        grid = slot.grid
        per_column = (grid.last - grid.first) / grid.columns * values.shape[1]
        ready = grid.ready(content.done)
        stop = min(ready, slot.filled + max(1, int(PIECE / per_column)))
        order, limits = content.order_of(name), content.limits[name]
        raster.fill(slot.image, grid, values, order, limits, slot.filled, stop)
        slot.filled = stop
        slot.shown = max(slot.shown, stop)

    @property
    def complete(self) -> bool:
        """Whether every column that can be filled is."""
        content = self._content
        return content is None or all(
            slot.filled >= slot.grid.ready(content.done) for slot in self.slots.values()
        )

    def drop_stale(self) -> None:
        """Show no longer what was filled for something else."""
        for slot in self.slots.values():
            slot.shown = slot.filled


def _alike(old: Content, new: Content) -> int:
    """At how many steps from the first on the values are known to be the same."""
    if new.direction is old.direction:
        return new.done
    if new.basis is None or new.basis is not old.basis or new.apart != old.apart:
        return 0
    starts = [int(each.own.start) for each in (old, new) if each.own is not None]
    return min([new.done, *starts])


def _differs(old: Content, new: Content, name: str) -> bool:
    """Whether the same values would now give another image."""
    return old.limits[name] != new.limits[name] or _reordered(old, new, name)


def _reordered(old: Content, new: Content, name: str) -> bool:
    """Whether the rows of an image are now those of other units."""
    return not np.array_equal(old.order_of(name), new.order_of(name))


def _carried(slot: Slot, grid: Grid, colormap: str, same: bool) -> Slot:
    """The old image on the new grid, none of it up to date."""
    image = raster.stretch(slot.image, slot.grid, grid, colormap, same)
    if same:
        shown = grid.ready(int(slot.grid.step_edges[slot.shown]))
        if slot.shown == slot.grid.columns:
            shown = grid.columns
    else:
        shown = slot.shown * grid.columns // slot.grid.columns
    return Slot(image, grid, 0, shown)
