"""From a run and a view to the picture of the moment: which diagram, and what it shows."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from lstmviz.engine.network import Network
from lstmviz.engine.spec import NetworkSpec, stages
from lstmviz.engine.trace import Trace
from lstmviz.inputs.sequence import Sequence
from lstmviz.inputs.text import label
from lstmviz.scene.address import address_of, of_cell
from lstmviz.scene.colorlimits import chosen
from lstmviz.scene.diagram import Diagram
from lstmviz.scene.layout import cell_diagram
from lstmviz.scene.levels import problem
from lstmviz.scene.moment import Moment, Scales, moment
from lstmviz.scene.oneunit import first_unit, unit_diagram
from lstmviz.scene.stack import stack_diagram
from lstmviz.scene.stepwindow import Window
from lstmviz.scene.unrolled import COUNT, unrolled_diagram
from lstmviz.scene.unrolledstack import shown_layers, unrolled_stack
from lstmviz.scene.whole import with_layers
from lstmviz.session import View

if TYPE_CHECKING:
    from lstmviz.analysis.effects import Touch


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
    def taken(self) -> tuple[Touch, ...]:
        """Where changes have taken hold of its values."""

    @property
    def scales(self) -> Scales | None:
        """Colour limits of every layer and direction."""


def fitted(view: View, spec: NetworkSpec) -> View:
    """The view on a layer and direction that this network has."""
    layer = min(max(view.layer, 0), len(spec.layers) - 1)
    ways = spec.layers[layer].directions
    direction = view.direction if view.direction in ways else ways[0]
    if (layer, direction) == (view.layer, view.direction):
        return view
    return replace(view, layer=layer, direction=direction)


def diagram_of(spec: NetworkSpec, view: View, sequence: Sequence | None) -> Diagram:
    """The diagram the view asks for, of a network that reads this sequence (None: not known)."""
    diagram = _diagram(spec, fitted(view, spec), sequence)
    if diagram.problem is None and not spec.possible:
        return replace(diagram, problem=problem(spec))
    return diagram


def _diagram(spec: NetworkSpec, view: View, sequence: Sequence | None) -> Diagram:
    steps = sequence.steps if sequence else 0
    if view.diagram == "stack":
        symbolic = bool(sequence and sequence.symbolic)
        return _stack(spec, view.layer, view.direction, steps, symbolic)
    if view.diagram == "unrolled":
        position = _position(view.step, steps)
        if plain(spec):
            return _unrolled(spec, view.layer, position, min(steps, COUNT) or COUNT)
        return _lanes(spec, view.layer, view.direction, _window(view.step, steps))
    if view.diagram == "unit":
        first = first_unit(spec.layers[view.layer], view.unit)
        return _unit(spec, view.layer, first, view.direction)
    return _cell(spec, view.layer)


@lru_cache(maxsize=16)
def _cell(spec: NetworkSpec, layer: int) -> Diagram:
    return cell_diagram(spec, layer)


@lru_cache(maxsize=16)
def _stack(spec: NetworkSpec, layer: int, way: str, steps: int, symbolic: bool) -> Diagram:
    return stack_diagram(spec, layer, way, steps, symbolic)


def plain(spec: NetworkSpec) -> bool:
    """Whether there is but one layer that runs forward: its steps have room for every wire."""
    return len(spec.layers) == 1 and spec.layers[0].directions == ("forward",)


def _window(step: int, steps: int) -> Window:
    """The steps on show about a step."""
    position, count = _position(step, steps), min(COUNT, steps) if steps else COUNT
    first = step - position
    return Window(count, position, first <= 0, 0 < steps <= first + count, steps)


@lru_cache(maxsize=16)
def _lanes(spec: NetworkSpec, layer: int, way: str, window: Window) -> Diagram:
    return unrolled_stack(spec, layer, way, window)


@lru_cache(maxsize=16)
def _unrolled(spec: NetworkSpec, layer: int, position: int, count: int) -> Diagram:
    return unrolled_diagram(spec, layer, position, count)


@lru_cache(maxsize=16)
def _unit(spec: NetworkSpec, layer: int, first: int, way: str) -> Diagram:
    return unit_diagram(spec, layer, first, way)


@lru_cache(maxsize=4)
def names(vocabulary: tuple[str, ...]) -> tuple[str, ...]:
    """Symbols as they can be seen."""
    return tuple(map(label, vocabulary))


def changed_of(
    touches: tuple[Touch, ...], spec: NetworkSpec, view: View, step: int, unit: int
) -> tuple[str, ...]:
    """The arrays whose value of a unit is itself changed at a step."""
    here = [t for t in touches if (t.layer, t.direction) == (view.layer, view.direction)]
    found = {touch.array for touch in here if touch.holds(unit, step)}
    outputs = {"cell_output", "hidden_state"}
    if found & outputs and not spec.layers[view.layer].projected:
        found |= outputs  # they are one
    return tuple(sorted(found - {"input"}))


def _position(step: int, steps: int) -> int:
    """Which of the `COUNT` places the current step takes: the middle, but at the ends."""
    first = min(max(step - COUNT // 2, 0), max(steps - COUNT, 0))
    return min(step - first, COUNT - 1)


def _asked(view: View, spec: NetworkSpec, done: int) -> tuple[str, int] | None:
    """The array and element that are asked for, where these are no cell units."""
    found = address_of(view, spec, done)
    if found is None or of_cell(spec.layers[view.layer], found.array):
        return None
    return found.array, found.element


def moments_of(run: RunLike, view: View, progress: float = 1.0) -> dict[int, Moment]:
    """The moments a diagram of this view shows, by steps from the current one."""
    if run.trace is None or run.network is None or run.scales is None or run.done == 0:
        return {}
    spec = run.network.spec
    view = fitted(view, spec)
    scales = {place: chosen(limits, view.limits) for place, limits in run.scales.items()}
    limits = scales[view.layer, view.direction]
    step = min(view.step, run.done - 1)
    last = stages(spec, view.layer)[-1]
    offsets = [0]
    if view.diagram == "unrolled":
        position = _position(view.step, run.trace.steps)
        offsets = list(range(-position - 1, COUNT - position))
    beside = shown_layers(spec, view.layer) if view.diagram == "unrolled" else None
    result = {}
    for offset in offsets:
        at = step + offset
        if not 0 <= at < run.done or (offset > 0 and view.reveal):
            continue
        shown = moment(
            run.network,
            run.trace,
            limits,
            step=at,
            stage=view.stage if offset == 0 else last,
            layer=view.layer,
            direction=view.direction,
            focus=view.unit,
            hover=view.hover,
            labels=run.sequence.labels if run.sequence and run.sequence.symbolic else (),
            columns=names(run.network.vocabulary) if run.network.vocabulary else (),
            progress=progress if offset == 0 else 1.0,
        )
        held = changed_of(run.taken, spec, view, at, shown.focus)
        if held:
            shown = replace(shown, changed=held)
        if offset == 0:
            shown = replace(shown, asked=_asked(view, spec, run.done))
        if view.diagram == "stack" or (view.diagram == "unrolled" and not plain(spec)):
            shown = with_layers(shown, run.trace, scales, view.layer, beside)
        result[offset] = shown
    return result
