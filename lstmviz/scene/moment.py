"""The values on show at one moment: a step of a run, as far as a stage has come."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lstmviz.engine.activations import function
from lstmviz.engine.network import Network
from lstmviz.engine.spec import GATES, stages
from lstmviz.engine.trace import DirectionTrace, Trace, layer_input
from lstmviz.engine.variant import STANDARD, SWITCHES, Variant
from lstmviz.scene.colorlimits import Limits, most, rounded
from lstmviz.scene.sums import Sum, sums
from lstmviz.scene.symbols import late_output_gate, recurrent, weighted

Array = NDArray[np.floating]
Scales = dict[tuple[int, str], Limits]
"""The limits of every layer and direction."""

MADE_IN = {
    **dict.fromkeys(GATES, "activate"),
    "forgotten": "forget",
    "written": "write",
    "summed": "write",
    "cell_state": "write",
    "squashed": "output",
    "cell_output": "output",
    "output": "head",
}
"""The stage that makes each array; inputs and the states of the step before are there at once."""


@dataclass(frozen=True, eq=False)
class Moment:
    """Step `step` of a run after stage `stage`; `values` holds only what exists by then.

    `progress` 0…1 is how far this stage's values have travelled along their wires.
    `focus` is the cell unit whose arithmetic is told in words; `sums` are the parts of its
    pre-activations, but of gates that have no weights of their own. `changed` are the arrays in
    which an intervention has changed the value of `focus`; `asked` is the array and element that
    are asked for where these are no cell units.
    """

    step: int
    steps: int
    stage: str
    order: tuple[str, ...]
    values: dict[str, Array]
    limits: Limits
    focus: int
    sums: dict[str, Sum] = field(default_factory=dict)
    variant: Variant = STANDARD
    label: str | None = None
    columns: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    hover: int | None = None
    pinned: int | None = None
    asked: tuple[str, int] | None = None
    progress: float = 1.0

    @property
    def pre(self) -> dict[str, float]:
        """Each gate's pre-activation of the focus unit, as it is squashed."""
        return {gate: found.total for gate, found in self.sums.items()}


def direction_trace(trace: Trace, layer: int, direction: str) -> DirectionTrace:
    """The named direction of a layer; raises KeyError when the layer does not run in it."""
    found = dict(trace.layers[layer].directions())
    return found[direction]


@np.errstate(invalid="ignore", over="ignore")
def step_values(trace: Trace, layer: int, direction: str, step: int) -> dict[str, Array]:
    """Every array of the step by name, with the states it started from; nothing left out."""
    variant = trace.spec.layers[layer].variant
    squash = function(variant.output)
    run = direction_trace(trace, layer, direction)
    before = step - 1 if direction == "forward" else step + 1
    inside = 0 <= before < trace.steps
    values = {name: getattr(run, name)[step] for name in (*GATES, "cell_state", "cell_output")}
    values["hidden_state"] = run.hidden_state[step]
    values["cell_state_before"] = run.cell_state[before] if inside else run.initial_cell_state
    values["hidden_state_before"] = run.hidden_state[before] if inside else run.initial_hidden_state
    values["input"] = layer_input(trace, layer, slice(step, step + 1))[0]
    values["gathered"] = np.concatenate([values["hidden_state_before"], values["input"]])
    values["forgotten"] = values["forget_gate"] * values["cell_state_before"]
    values["written"] = values["input_gate"] * values["candidate"]
    values["squashed"] = squash(values["cell_state"])
    if variant.cell_clip is not None:
        values["summed"] = values["forgotten"] + values["written"]
    if recurrent(variant):
        sending = [getattr(run, name) for name in weighted(variant)]
        start = np.zeros(len(sending) * len(values["cell_state"]), values["cell_state"].dtype)
        values["gates_before"] = np.concatenate([g[before] for g in sending]) if inside else start
    values["output"] = trace.output[step]
    return values


def made_in(array: str, order: tuple[str, ...], variant: Variant = STANDARD) -> str | None:
    """The stage that makes an array; None for what is there at once."""
    if array == "output_gate" and late_output_gate(variant):
        return "output"
    if array == "hidden_state":
        return "project" if "project" in order else "output"
    return MADE_IN.get(array)


def exists(array: str, stage: str, order: tuple[str, ...], variant: Variant = STANDARD) -> bool:
    """Whether `array` has been made once `stage` is done."""
    made = made_in(array, order, variant)
    return made is None or made not in order or order.index(made) <= order.index(stage)


def moment(
    network: Network,
    trace: Trace,
    limits: Limits,
    *,
    step: int,
    stage: str,
    layer: int = 0,
    direction: str = "forward",
    focus: int | None = None,
    hover: int | None = None,
    labels: tuple[str, ...] = (),
    columns: tuple[str, ...] = (),
    progress: float = 1.0,
) -> Moment:
    """The moment of `step` after `stage` (the last stage if this network has no such stage).

    `step` must be below the number of steps computed.
    """
    order = stages(network.spec, layer)
    stage = stage if stage in order else order[-1]
    values = step_values(trace, layer, direction, step)
    cell = network.spec.layers[layer]
    unit = next((u for u in (hover, focus) if u is not None and u < cell.cell_size), 0)
    return Moment(
        step=step,
        steps=trace.steps,
        stage=stage,
        order=order,
        values={
            name: value
            for name, value in values.items()
            if exists(name, stage, order, cell.variant)
        },
        limits=limits,
        focus=unit,
        sums=sums(network.cells[layer][direction], cell.variant, unit, values),
        variant=cell.variant,
        label=labels[step] if labels else None,
        columns=columns,
        hover=hover,
        pinned=focus,
        progress=progress,
    )


def limits(
    trace: Trace, first: int, last: int, layer: int = 0, direction: str = "forward"
) -> Limits:
    """The fixed colour limits of a run by array: gates 0…1, the rest symmetric about 0.

    Taken from steps `first` to `last` (exclusive), rounded up, so that steps can be compared and
    the limits seldom move while a run is under way.
    """
    run = direction_trace(trace, layer, direction)
    variant = trace.spec.layers[layer].variant
    result: Limits = {}
    for name in SWITCHES:
        values = getattr(run, name)[first:last]
        result[name] = (0.0, 1.0) if variant.gate.name in UNIT_RANGE else _span(values)
    every = [result[name] for name in SWITCHES]
    result["gates_before"] = (min(low for low, _ in every), max(high for _, high in every))
    tanh = variant.candidate.name == "tanh"
    result["candidate"] = (-1.0, 1.0) if tanh else _span(run.candidate[first:last])
    state = largest(run.cell_state[first:last], run.initial_cell_state)
    hidden = largest(run.hidden_state[first:last], run.initial_hidden_state)
    for name in ("cell_state", "forgotten", "written", "summed"):
        result[name] = (-state, state)
    projected = trace.spec.layers[layer].projected
    output = largest(run.cell_output[first:last]) if projected else hidden
    result["cell_output"] = (-output, output)
    result["hidden_state"] = (-hidden, hidden)
    squashed = 1.0 if variant.output.name == "tanh" else max(state, output)
    result["squashed"] = (-squashed, squashed)
    result["cell_state_before"] = result["cell_state"]
    result["hidden_state_before"] = result["hidden_state"]
    given = layer_input(trace, layer, slice(first, last))
    result["input"] = _span(given)
    result["sequence"] = _span(trace.input[first:last])
    outputs = {f"head{k}": array for k, array in enumerate(trace.head_outputs)}
    activations = [head.activation for head in trace.spec.heads] or ["linear"]
    for (name, array), activation in zip(
        (outputs | {"output": trace.output}).items(), activations, strict=True
    ):
        bounded = activation in ("softmax", "sigmoid")
        result[name] = (0.0, 1.0) if bounded else _span(array[first:last])
    widest = max(abs(result["input"][1]), abs(result["hidden_state"][1]))
    result["gathered"] = (-widest, widest)
    return result | most(run, first, last)


UNIT_RANGE = ("sigmoid", "hard_sigmoid")
"""Gate activations that stay within 0 and 1."""


def scales(trace: Trace, first: int, last: int) -> Scales:
    """The limits of every layer and direction, from steps `first` to `last` (exclusive)."""
    return {
        (layer, direction): limits(trace, first, last, layer, direction)
        for layer, run in enumerate(trace.layers)
        for direction, _ in run.directions()
    }


def widen_all(known: Scales, fresh: Scales) -> Scales:
    """Scales that hold for both."""
    return {key: widen(found, fresh[key]) for key, found in known.items()}


def widen(known: Limits, fresh: Limits) -> Limits:
    """Limits that hold for both: from 0, or symmetric about it."""
    result = {}
    for name, limits_of in known.items():
        low, high = min(limits_of[0], fresh[name][0]), max(limits_of[1], fresh[name][1])
        result[name] = (-max(-low, high), max(-low, high)) if low < 0 else (low, high)
    return result


def _span(values: Array) -> tuple[float, float]:
    """0…1 for values that all lie there, else symmetric about 0."""
    finite = values[np.isfinite(values)]
    if not finite.size or (finite.min() >= 0 and finite.max() <= 1):
        return (0.0, 1.0)
    peak = largest(values)
    return (-peak, peak)


def largest(*arrays: Array) -> float:
    """The largest finite magnitude, rounded up to a round number; 1 where there is none."""
    return rounded(peak_of(*arrays))


def peak_of(*arrays: Array) -> float:
    """The largest finite magnitude; 0 where there is none."""
    peak = 0.0
    for values in arrays:
        if values.size:
            low, high = float(np.fmin.reduce(values, None)), float(np.fmax.reduce(values, None))
            if not (np.isfinite(low) and np.isfinite(high)):
                finite = values[np.isfinite(values)]
                low, high = (
                    (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
                )
            peak = max(peak, -low, high)
    return peak


def colormap_of(limits_of: tuple[float, float]) -> str:
    """Sequential where the scale starts at 0, diverging where it is centred on it."""
    return "sequential" if limits_of[0] >= 0 else "diverging"
