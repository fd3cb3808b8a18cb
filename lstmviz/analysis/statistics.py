"""What gates do over a whole run: saturation, histograms, dead and constant units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.steps import direction_of
from lstmviz.engine.trace import Trace
from lstmviz.engine.variant import SWITCHES
from lstmviz.errors import LstmvizError

Numbers = NDArray[np.float64]

LEFT, RIGHT = 0.1, 0.9
"""Below and above: saturated (Karpathy et al. 2015)."""

STILL = 1e-3
"""A unit whose values span less than this never changes."""


@dataclass(frozen=True, eq=False)
class Quiet:
    """Units that take no part, as sorted numbers.

    `dead` write nothing that can be seen: |m| stays below `STILL`. `constant` have a cell state
    that spans less than `STILL`.
    """

    dead: NDArray[np.intp]
    constant: NDArray[np.intp]


def saturation(
    trace: Trace, layer: int = 0, direction: str = "forward", burn_in: int = 0
) -> dict[str, Numbers]:
    """Gate → (C, 2): the share of steps at which a unit's gate is below 0.1, and above 0.9.

    The two coordinates of the scatter of Karpathy, Johnson & Fei-Fei 2015, figure 4; of the three
    gates i, f and o. The first `burn_in` steps of the run are left out. Raises `LstmvizError`
    if that leaves none.
    """
    run = direction_of(trace, layer, direction)
    if not 0 <= burn_in < trace.steps:
        raise LstmvizError(
            f"a burn-in of {burn_in} leaves none of {trace.steps} steps; make it smaller."
        )
    part = slice(burn_in, None) if direction == "forward" else slice(0, trace.steps - burn_in)
    found = {}
    for name in SWITCHES:
        gate = getattr(run, name)[part]
        found[name] = np.stack([(gate < LEFT).mean(axis=0), (gate > RIGHT).mean(axis=0)], axis=1)
    return found


def histograms(
    trace: Trace, bins: int = 40, layer: int = 0, direction: str = "forward"
) -> dict[str, tuple[NDArray[np.intp], Numbers]]:
    """Array → (counts (bins,), edges (bins + 1,)) of i, f, o, g, c and h over all units and steps.

    i, f and o run over 0…1 and g and h over −1…1, wider where a variant's values are; c from minus
    its largest size to that. Values that are not finite are left out. Raises `LstmvizError` for
    fewer than 1 bin.
    """
    run = direction_of(trace, layer, direction)
    if bins < 1:
        raise LstmvizError(f"{bins} bins are too few; ask for 1 or more.")
    found = {}
    for name in (*SWITCHES, "candidate", "cell_state", "hidden_state"):
        values = getattr(run, name)
        values = values[np.isfinite(values)]
        low, high = (0.0, 1.0) if name in SWITCHES else (-1.0, 1.0)
        if name == "cell_state":
            low, high = 0.0, 0.0
        if values.size:
            low, high = min(low, float(values.min())), max(high, float(values.max()))
        if name not in SWITCHES:
            high = max(-low, high) or 1.0
            low = -high
        if high - low > 1e38:  # NumPy bins in the values' own type
            values = values.astype(np.float64)
        counts, edges = np.histogram(values, bins, (low, high))
        found[name] = (counts, edges)
    return found


def quiet(trace: Trace, layer: int = 0, direction: str = "forward") -> Quiet:
    """Units that are dead or constant over this run."""
    run = direction_of(trace, layer, direction)
    with np.errstate(invalid="ignore"):
        dead = np.abs(run.cell_output).max(axis=0) < STILL
        constant = np.ptp(run.cell_state, axis=0) < STILL
    return Quiet(np.flatnonzero(dead), np.flatnonzero(constant))
