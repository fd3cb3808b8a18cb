"""Which number is asked for: its address in a run, and the view that asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lstmviz.engine.spec import GATES, CellSpec, NetworkSpec, stages
from lstmviz.engine.variant import SWITCHES
from lstmviz.scene.symbols import weighted
from lstmviz.session import ASKED, View
from lstmviz.session.documents import HEAD

UNITS = (*GATES, "cell_state", "cell_state_before", "cell_output")
"""Arrays whose elements are cell units, whatever the hidden size."""

BEFORE = {"cell_state_before": "cell_state", "hidden_state_before": "hidden_state"}
"""What was made a step before, by the name it has now."""


@dataclass(frozen=True)
class Address:
    """One number: element `element` of an array at a step, of a layer and a direction.

    `array` is a gate, "cell_state", "cell_output", "hidden_state", "cell_state_before" or
    "hidden_state_before" (what the step started from), "input" (what the layer reads),
    "layer_output" (its directions merged), "symbol" (the input itself, where it is embedded),
    "head0" and so on for a head before the last, or "output".
    """

    array: str
    step: int
    element: int
    layer: int = 0
    direction: str = "forward"


def of_cell(cell: CellSpec, array: str) -> bool:
    """Whether the elements of an array are units of the cell."""
    return array in UNITS or (array.startswith("hidden_state") and not cell.projected)


def size_of(spec: NetworkSpec, array: str, layer: int) -> int:
    """How many elements an array has; 0 where there is no such array."""
    cell = spec.layers[layer]
    if of_cell(cell, array):
        return cell.cell_size
    if array.startswith("head") and array[4:].isdigit():
        place = int(array[4:])
        return spec.heads[place].size if place < len(spec.heads) - 1 else 0
    return {
        "hidden_state": cell.hidden_size,
        "hidden_state_before": cell.hidden_size,
        "input": cell.input_size,
        "layer_output": cell.output_size,
        "symbol": spec.embedding.size if spec.embedding else 0,
        "output": spec.output_size,
    }.get(array, 0)


def address_of(view: View, spec: NetworkSpec, done: int) -> Address | None:
    """What a view asks for: of a cell's array the unit under the pointer, else the pinned one.

    None where it asks for nothing, or for what this network does not have.
    """
    if view.asked is None or not 0 <= view.step < done:
        return None
    element: int | None = view.element
    if of_cell(spec.layers[view.layer], view.asked):
        element = view.unit if view.hover is None else view.hover
    if element is None or element >= size_of(spec, view.asked, view.layer):
        return None
    return Address(view.asked, view.step, element, view.layer, view.direction)


def looking(question: Address, view: View, spec: NetworkSpec) -> dict[str, Any]:
    """What changes of a view when a number is asked for: it goes there, and pins its unit."""
    changes: dict[str, Any] = {
        "asked": question.array,
        "element": question.element,
        "step": question.step,
        "hover": None,
    }
    if of_cell(spec.layers[question.layer], question.array):
        changes["unit"] = question.element
    place = (question.step, question.layer, question.direction)
    if place != (view.step, view.layer, view.direction):
        changes |= {
            "layer": question.layer,
            "direction": question.direction,
            "stage": stages(spec, question.layer)[-1],
        }
    return changes


def asks(view: View, question: Address, spec: NetworkSpec) -> bool:
    """Whether a view asks for this number already."""
    changes = looking(question, view, spec) | {"hover": view.hover}
    return all(getattr(view, name) == value for name, value in changes.items())


def card_address(
    spec: NetworkSpec, array: str, element: int, step: int, layer: int, direction: str
) -> Address | None:
    """The number in a square of a card, by the names that cards have; None where it is none."""
    owner, _, rest = array.partition(".")
    if owner == "network":
        if rest == "output":
            return Address("output", step, element, layer, direction)
        name = "symbol" if spec.embedding else "input"
        return Address(name, step, element, 0, spec.layers[0].directions[0])
    if owner == "embedded":
        return Address("input", step, element, 0, spec.layers[0].directions[0])
    if owner.startswith("layer") and rest:
        layer = int(owner.removeprefix("layer"))
        way, _, name = rest.partition(".")
        if not name:
            way = spec.layers[layer].directions[0]
            return Address("layer_output", step, element, layer, way)
        return Address(name, step, element, layer, way)
    if array == "gates_before":
        cell = spec.layers[layer]
        gate, unit = divmod(element, cell.cell_size)
        at = step + (1 if direction == "backward" else -1)
        return (
            Address(weighted(cell.variant)[gate], at, unit, layer, direction) if at >= 0 else None
        )
    known = array in ASKED or HEAD.fullmatch(array)
    return Address(array, step, element, layer, direction) if known else None


def earlier(question: Address, steps: int, array: str, element: int) -> Address | None:
    """A number of the step that this one started from.

    Before the first step there are the initial states; gates there are none.
    """
    at = question.step + (1 if question.direction == "backward" else -1)
    if 0 <= at < steps:
        return Address(array, at, element, question.layer, question.direction)
    if array in SWITCHES:
        return None
    return Address(f"{array}_before", question.step, element, question.layer, question.direction)


def beneath(spec: NetworkSpec, question: Address) -> tuple[Address, ...]:
    """The hidden states that an element of "layer_output" is made of, one a direction."""
    layer, element = question.layer, question.element
    cell = spec.layers[layer]
    ways = cell.directions
    if len(ways) == 2 and cell.merge == "concat":
        ways = (ways[element // cell.hidden_size],)
        element %= cell.hidden_size
    return tuple(
        Address("hidden_state", _end(cell, way, question.step), element, layer, way) for way in ways
    )


def _end(cell: CellSpec, way: str, step: int) -> int:
    """The step whose state leaves: backward ends at step 0 where only final states leave."""
    return 0 if way == "backward" and not cell.return_sequences else step


def read_below(spec: NetworkSpec, layer: int, step: int, element: int) -> Address | None:
    """What an element that a layer (or the first head, as the layer above all) reads is.

    The hidden state beneath where that is all of it, else what the directions merge to; None
    where the layer is the lowest.
    """
    if layer == 0:
        return None
    below = spec.layers[layer - 1]
    whole = Address("layer_output", step, element, layer - 1, below.directions[0])
    found = beneath(spec, whole)
    return found[0] if len(found) == 1 else whole
