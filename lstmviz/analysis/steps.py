"""Where a step stands in its run: the direction asked for, and the states it started from."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral

import numpy as np

from lstmviz.engine.network import Network
from lstmviz.engine.spec import CellSpec, NetworkSpec
from lstmviz.engine.states import Initial, State
from lstmviz.engine.trace import Array, DirectionTrace, Trace
from lstmviz.engine.variant import SWITCHES
from lstmviz.errors import LstmvizError


@dataclass(frozen=True, eq=False)
class Before:
    """What a step starts from: `hidden` (H,), `cell` (C,) and the `gates` i, f, o (3C,)."""

    hidden: Array
    cell: Array
    gates: Array


def cell_of(spec: NetworkSpec, layer: int, direction: str) -> CellSpec:
    """The sizes of a layer; raises `LstmvizError` if it is not there or not run that way."""
    if not 0 <= layer < len(spec.layers):
        raise LstmvizError(
            f"there is no layer {layer}; the network has 0 to {len(spec.layers) - 1}."
        )
    cell = spec.layers[layer]
    if direction not in cell.directions:
        ways = " and ".join(cell.directions)
        raise LstmvizError(f"layer {layer} does not run {direction[:40]}; it runs {ways}.")
    return cell


def direction_of(trace: Trace, layer: int, direction: str) -> DirectionTrace:
    """One direction of a layer; raises `LstmvizError` as `cell_of` does."""
    cell_of(trace.spec, layer, direction)
    return dict(trace.layers[layer].directions())[direction]


def values_of(trace: Trace, array: str, layer: int, direction: str) -> Array:
    """(steps, width): an array of one direction of a layer, the `output`, or `headK` below it.

    Raises `LstmvizError` as `cell_of` does, and for a head that the network lacks.
    """
    if array == "output":
        return trace.output
    heads = {f"head{k}": values for k, values in enumerate(trace.head_outputs)}
    if array.startswith("head"):
        if array not in heads:
            known = ", ".join([*heads, "output"])
            raise LstmvizError(f"there is no {array[:40]}; what the heads give is {known}.")
        return heads[array]
    values: Array = getattr(direction_of(trace, layer, direction), array)
    return values


def check_step(steps: int, step: int) -> None:
    """Raise `LstmvizError` for a step that a run over so many steps does not have."""
    if not (isinstance(step, Integral) and 0 <= step < steps):
        raise LstmvizError(f"there is no step {step}; the run has 0 to {steps - 1}.")


def check_of(network: Network, trace: Trace) -> None:
    """Raise `LstmvizError` for a trace of other sizes or variants than the network's."""
    if trace.spec != network.spec:
        raise LstmvizError(
            f"the trace is of another network ({trace.spec}) than the one given ({network.spec}); "
            "give the network that made it."
        )


def check_unit(size: int, unit: int) -> None:
    """Raise `LstmvizError` for a unit that a vector of this size does not have."""
    if not (isinstance(unit, Integral) and 0 <= unit < size):
        raise LstmvizError(f"there is no unit {unit}; there are 0 to {size - 1}.")


def in_order(array: Array, direction: str) -> Array:
    """Rows in the order in which they came about: the last first where it ran backward."""
    return array[::-1] if direction == "backward" else array


def before(trace: Trace, layer: int, direction: str, step: int) -> Before:
    """What a step started from; zeros for the gates before the first."""
    run = direction_of(trace, layer, direction)
    check_step(trace.steps, step)
    earlier = step - 1 if direction == "forward" else step + 1
    if not 0 <= earlier < trace.steps:
        gates = np.zeros(3 * len(run.initial_cell_state), run.cell_state.dtype)
        return Before(run.initial_hidden_state, run.initial_cell_state, gates)
    gates = np.concatenate([getattr(run, name)[earlier] for name in SWITCHES])
    return Before(run.hidden_state[earlier], run.cell_state[earlier], gates)


def initial_of(trace: Trace) -> Initial:
    """The states that every layer and direction of a run started from."""
    return Initial(
        tuple(
            {
                name: State(way.initial_hidden_state, way.initial_cell_state)
                for name, way in layer.directions()
            }
            for layer in trace.layers
        )
    )
