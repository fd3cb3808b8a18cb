"""What is left in one unit's cell state of what every step wrote, as a page can show it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis import origins
from lstmviz.errors import LstmvizError
from lstmviz.scene.questions.writing import place_words, shown_steps
from lstmviz.scene.run import Run
from lstmviz.session import View

Numbers = NDArray[np.float64]

ROWS, COLUMNS = 240, 400
"""Most steps at which the map is seen, and most columns of it."""


@dataclass(frozen=True, eq=False)
class Origins:
    """The answer for one unit: by step of the sequence, its forget gates, writes and states.

    `map` (seen, columns) sums what is left of the writes between `edges` at the steps `seen`, and
    `map_start` (seen,) is what is left of c₀; `limit` is the largest size of any sum, at whatever
    step it is seen, so that all steps are drawn alike. `broken` is the first step of the run at
    which c is not a finite number, `clipped` counts the steps at which a clip bounded it.
    """

    unit: int
    place: str
    forward: bool
    forget: Numbers
    written: Numbers
    state: Numbers
    start: float
    seen: NDArray[np.int64]
    edges: NDArray[np.int64]
    map: Numbers
    map_start: Numbers
    limit: float
    clipped: int
    broken: int | None

    @property
    def first(self) -> int:
        """The first step shown."""
        return int(self.edges[0])

    @property
    def last(self) -> int:
        """The last step shown, exclusive."""
        return int(self.edges[-1])

    def at(self, step: int) -> tuple[Numbers, Numbers, float]:
        """(T,) shares 0…1 left at a step, (T,) what is left, and the share left of c₀."""
        share = np.zeros(len(self.forget))
        with np.errstate(invalid="ignore", over="ignore", under="ignore"):
            if self.forward:
                kept = np.cumprod(self.forget[1 : step + 1][::-1])[::-1]
                share[: step + 1] = np.append(kept, 1.0)
                start = share[0] * self.forget[0]
            else:
                share[step:] = np.insert(np.cumprod(self.forget[step:-1]), 0, 1.0)
                start = share[-1] * self.forget[-1]
            left = np.where(share == 0, 0.0, share * self.written)
        return share, left, float(start)


def origins_of(run: Run, view: View) -> Origins:
    """The answer for the pinned unit; raises `LstmvizError` where none is pinned."""
    trace, spec = run.trace, run.spec
    assert trace is not None and spec is not None
    if view.unit is None:
        raise LstmvizError(
            "Click a square of c, or a row of a heatmap, to ask for that unit.",
            "No unit is pinned; give one with --unit.",
        )
    way = dict(trace.layers[view.layer].directions())[view.direction]
    unit, place = view.unit, (view.layer, view.direction)
    first, last = shown_steps(view.first, view.last, trace.steps)
    count = last - first
    seen = first + np.arange(min(count, ROWS)) * count // min(count, ROWS)
    edges = first + np.arange(min(count, COLUMNS) + 1) * count // min(count, COLUMNS)
    forward = view.direction == "forward"
    forget = way.forget_gate[:, unit].astype(np.float64)
    state = way.cell_state[:, unit].astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        found, start = origins.provenance_map(trace, unit, seen, edges, *place)
        written = origins.writes(trace, unit, *place)
        sizes = np.abs(
            np.concatenate([_largest_sums(forget, written, edges, forward), found.ravel(), start])
        )
    broken = np.flatnonzero(~np.isfinite(state))
    return Origins(
        unit=unit,
        place=place_words(spec, *place),
        forward=forward,
        forget=forget,
        written=written,
        state=state,
        start=float(way.initial_cell_state[unit]),
        seen=seen,
        edges=edges,
        map=found,
        map_start=start,
        limit=float(sizes[np.isfinite(sizes)].max(initial=0.0)) or 1.0,
        clipped=int(origins.clipped(trace, unit, *place).sum()),
        broken=int(broken[0 if forward else -1]) if len(broken) else None,
    )


def _largest_sums(
    forget: Numbers, written: Numbers, edges: NDArray[np.int64], forward: bool
) -> Numbers:
    """(columns,): the largest that is left of a column's writes while they are written.

    With gates of 0…1 it only fades afterwards.
    """
    wide = np.diff(edges)
    sums, most = np.zeros(len(wide)), np.zeros(len(wide))
    for k in range(int(wide.max())):
        steps = np.where(k < wide, edges[:-1] + k if forward else edges[1:] - 1 - k, edges[:-1])
        sums = np.where(k < wide, forget[steps] * sums + written[steps], sums)
        most = np.fmax(most, np.abs(sums))
    return most
