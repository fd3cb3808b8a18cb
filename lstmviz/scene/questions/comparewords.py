"""Two runs side by side in words: what is paired, how far the outputs agree, what cannot be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.comparing import Comparison
from lstmviz.engine.trace import DirectionTrace, Trace
from lstmviz.scene.heatlayout import TITLES
from lstmviz.scene.words import number
from lstmviz.session import View

Numbers = NDArray[np.floating]


def values_of(trace: Trace, direction: DirectionTrace, array: str) -> Numbers:
    """(steps, numbers): the array of a direction, or the output."""
    values: Numbers = trace.output if array == "output" else getattr(direction, array)
    return values


def unlike(
    array: str, first: Trace, second: Trace, ours: DirectionTrace, theirs: DirectionTrace
) -> str:
    """Why an array of both cannot be compared, and what can."""
    sizes = [values_of(t, d, array).shape[1] for t, d in ((first, ours), (second, theirs))]
    name = TITLES[array]
    return (
        f"{name[:1].upper()}{name[1:]} has {sizes[0]:,} and {sizes[1]:,} numbers a step, which do "
        "not belong together; compare the gates or the cell state."
    )


def told(found: Comparison, first: Trace, second: Trace, view: View) -> tuple[str, ...]:
    """What belongs together, and how far the outputs agree."""
    count = len(found.steps)
    said = [_paired(count, first.steps, second.steps, view.align)]
    sizes = [trace.layers[view.layer] for trace in (first, second)]
    cells = [dict(layer.directions())[view.direction].cell_state.shape[1] for layer in sizes]
    if view.match == "correlation":
        middle = float(np.median(np.abs(found.agreement))) if len(found.agreement) else 0.0
        units = f"{len(found.units):,} units"
        if cells[0] != cells[1]:
            units += f" (of {cells[0]:,} and {cells[1]:,})"
        said.append(
            f"{units} are matched by how c correlates; the median pair has |r| = {middle:.2f}."
        )
    if "output" not in found.differences:
        widths = first.output.shape[1], second.output.shape[1]
        said.append(f"The outputs, {widths[0]:,} and {widths[1]:,} wide, cannot be compared.")
        return tuple(said)
    apart = np.abs(found.differences["output"])
    a, b = first.output[found.steps[:, 0]], second.output[found.steps[:, 1]]
    if a.shape[1] > 1 and count:
        same = int((a.argmax(1) == b.argmax(1)).sum())
        said.append(f"The largest output is the same at {same:,} of the {count:,} steps.")
    if count:
        peak = float(np.where(np.isfinite(apart), apart, np.inf).max())
        said.append(f"The outputs differ by {number(peak)} at most.")
    return tuple(said)


def _paired(count: int, ours: int, theirs: int, align: str) -> str:
    """How many steps are compared, and which with which."""
    how = "token with token" if align == "token" else "step with step"
    steps = f"{count:,} step{'s' * (count != 1)}"
    if count == ours == theirs:
        return f"All {steps} are compared, {how}."
    return f"{steps} are compared, {how}: this run has {ours:,}, the other {theirs:,}."
