"""From a run and a view to the picture of the moment: which diagram, and what it shows."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

from lstmviz.engine.network import Network
from lstmviz.engine.spec import NetworkSpec, stages
from lstmviz.engine.trace import Trace
from lstmviz.inputs.sequence import Sequence
from lstmviz.scene.diagram import Diagram
from lstmviz.scene.layout import cell_diagram
from lstmviz.scene.moment import Limits, Moment, moment
from lstmviz.scene.oneunit import first_unit, unit_diagram
from lstmviz.scene.unrolled import COUNT, unrolled_diagram
from lstmviz.session import View


class RunLike(Protocol):
    """What is needed of a run: the arrays so far, and how many steps of them are filled."""

    @property
    def network(self) -> Network | None:
        """The weights."""

    @property
    def sequence(self) -> Sequence | None:
        """The input with its words."""

    @property
    def trace(self) -> Trace | None:
        """The arrays."""

    @property
    def done(self) -> int:
        """Steps filled."""

    @property
    def limits(self) -> Limits | None:
        """Colour limits by array."""


def diagram_of(spec: NetworkSpec, view: View, steps: int) -> Diagram:
    """The diagram the view asks for."""
    if view.diagram == "unrolled":
        return _unrolled(spec, view.layer, _position(view.step, steps))
    if view.diagram == "unit":
        return _unit(spec, view.layer, first_unit(spec.layers[view.layer], view.unit))
    return _cell(spec, view.layer)


@lru_cache(maxsize=16)
def _cell(spec: NetworkSpec, layer: int) -> Diagram:
    return cell_diagram(spec, layer)


@lru_cache(maxsize=16)
def _unrolled(spec: NetworkSpec, layer: int, position: int) -> Diagram:
    return unrolled_diagram(spec, layer, position)


@lru_cache(maxsize=16)
def _unit(spec: NetworkSpec, layer: int, first: int) -> Diagram:
    return unit_diagram(spec, layer, first)


def _position(step: int, steps: int) -> int:
    """Which of the `COUNT` places the current step takes: the middle, but at the ends."""
    first = min(max(step - COUNT // 2, 0), max(steps - COUNT, 0))
    return min(step - first, COUNT - 1)


def moments_of(run: RunLike, view: View, progress: float = 1.0) -> dict[int, Moment]:
    """The moments a diagram of this view shows, by steps from the current one."""
    if run.trace is None or run.network is None or run.limits is None or run.done == 0:
        return {}
    step = min(view.step, run.done - 1)
    last = stages(run.network.spec, view.layer)[-1]
    offsets = [0]
    if view.diagram == "unrolled":
        position = _position(view.step, run.trace.steps)
        offsets = list(range(-position - 1, COUNT - position))
    result = {}
    for offset in offsets:
        at = step + offset
        if not 0 <= at < run.done or (offset > 0 and view.reveal):
            continue
        result[offset] = moment(
            run.network,
            run.trace,
            run.limits,
            step=at,
            stage=view.stage if offset == 0 else last,
            layer=view.layer,
            direction=view.direction,
            focus=view.unit,
            hover=view.hover,
            labels=run.sequence.labels if run.sequence and run.sequence.symbolic else (),
            columns=run.network.vocabulary or (),
            progress=progress if offset == 0 else 1.0,
        )
    return result
