"""The wires into the gates of one cell: all that is summed, bounded and squashed on the way."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from lstmviz.engine.spec import CellSpec
from lstmviz.scene.diagram import Wire
from lstmviz.scene.places import (
    ACTIVATION,
    BESIDE,
    BLOCK,
    CARD_H,
    CLIP,
    CONVEYOR,
    DISC,
    EDGE,
    GATES,
    JOIN,
    LEFT,
    PEEP,
    PEEP_W,
    SIGMA,
    STATE,
    Places,
    disc_width,
    matrix_width,
)
from lstmviz.scene.shapes import Point
from lstmviz.scene.symbols import recurrent, sign, weighted

Points = tuple[Point, ...]
COUPLED = "1 − i"
"""What stands in the operation that makes a coupled forget gate."""


@dataclass(frozen=True)
class Sizes:
    """The sizes as drawn; in an impossible cell o has the hidden size and meets tanh(c).

    `loop` is how many values gate recurrence reads, 0 without it.
    """

    inputs: int
    hidden: int
    cell: int
    gate_o: int
    head: int | None
    loop: int = 0


def sizes_of(cell: CellSpec, head: int | None) -> Sizes:
    """The sizes of a cell with a head of that size, or none."""
    return Sizes(
        cell.input_size,
        cell.hidden_size,
        cell.cell_size,
        cell.cell_size if cell.possible else cell.hidden_size,
        head,
        cell.cell_size * len(weighted(cell.variant)) if recurrent(cell.variant) else 0,
    )


def own_columns(cell: CellSpec, place: Places) -> list[tuple[str, float, str]]:
    """The columns of the gates, and the candidate, that have weights of their own."""
    return [row for row in place.columns if row[2] not in cell.variant.lacking]


@dataclass(frozen=True)
class Part:
    """One thing that a pre-activation goes through: its row, half its height, its stage."""

    name: str
    y: float
    half: float
    stage: str


def column(cell: CellSpec, place: Places, gate: str) -> list[Part]:
    """What stands between the matrix of a gate and its card, from below."""
    variant, switch = cell.variant, gate != "g"
    late = gate == "o" and place.sees_after
    parts = []
    if switch and place.plus_r is not None:
        parts.append(Part(f"plus_r_{gate}", place.plus_r, DISC, "pre-activate"))
    stage = "output" if late else "pre-activate"
    if switch and variant.peephole and place.plus_p is not None:
        parts.append(Part(f"plus_p_{gate}", place.plus_p, DISC, stage))
    if place.clip is not None:
        parts.append(Part(f"clip_{gate}", place.clip, CLIP, stage))
    parts.append(Part(f"act_{gate}", SIGMA, ACTIVATION, "output" if late else "activate"))
    return parts


def gate_wires(cell: CellSpec, sizes: Sizes, place: Places) -> list[Wire]:
    """Join h and x; the joined vector runs to each matrix, its product to each gate."""
    wires = _gathered(sizes, place)
    columns = own_columns(cell, place)
    for gate, x, array in columns:
        rise: Points = ((x, place.bus), (x, place.matrix + BLOCK))
        # the bus itself turns up into the last column
        route = ((JOIN + 27, place.bus), *rise) if gate == columns[-1][0] else rise
        both = sizes.inputs + sizes.hidden
        wires.append(Wire(f"bus_{gate}", route, "x", "pre-activate", "gathered", both))
        size = sizes.gate_o if gate == "o" else sizes.cell
        wires += _summed(column(cell, place, gate), gate, x, array, size, place)
    if cell.variant.coupled:
        wires += _coupled(cell, sizes, place)
    return wires + _peepholes(cell, sizes, place) + _loop(cell, sizes, place)


def _gathered(sizes: Sizes, place: Places) -> list[Wire]:
    edge, before = LEFT + EDGE, "hidden_state_before"
    down: Points = ((edge, STATE), (JOIN, STATE), (JOIN, place.bus - DISC))
    across: Points = ((edge, place.bus), (JOIN - 27, place.bus))
    return [
        Wire("h_in", down, "h", "gather", before, sizes.hidden, (JOIN, STATE + 60)),
        Wire("x_in", across, "x", "gather", "input", sizes.inputs),
    ]


def _summed(
    parts: list[Part], gate: str, x: float, array: str, size: int, place: Places
) -> list[Wire]:
    """From a matrix through all the parts above it into the gate's card."""
    pre, wires = f"pre_{array}", []
    first = Part("W", place.matrix, BLOCK, "pre-activate")
    for below, above in pairwise([first, *parts]):
        points: Points = ((x, below.y - below.half), (x, above.y + above.half))
        name = f"a_{gate}" if below is first else f"{below.name}_on"
        pill = (x, place.product) if below is first else None
        wires.append(Wire(name, points, gate, above.stage, pre, size, pill, arrow=False))
    act: Points = ((x, SIGMA - ACTIVATION), (x, GATES + CARD_H))
    last = parts[-1].stage
    wires.append(Wire(f"act_{gate}", act, gate, last, array, size, arrow=False))
    return wires


def _coupled(cell: CellSpec, sizes: Sizes, place: Places) -> list[Wire]:
    """i, turned round, is f."""
    x, c = place.forget, sizes.cell
    up: Points = ((x, SIGMA - ACTIVATION), (x, GATES + CARD_H))
    wires = [Wire("act_f", up, "f", "activate", "forget_gate", c, arrow=False)]
    if "input_gate" in cell.variant.lacking:
        return wires
    start = place.input - disc_width(sign(cell.variant.gate)) / 2
    turn: Points = ((start, SIGMA), (x + disc_width(COUPLED) / 2, SIGMA))
    return [*wires, Wire("turned", turn, "i", "activate", "input_gate", c)]


def _peepholes(cell: CellSpec, sizes: Sizes, place: Places) -> list[Wire]:
    """From the conveyor down to ⊙ p, and from there into the sum of the gate."""
    if not cell.variant.peephole or place.plus_p is None or place.peep_bus is None:
        return []
    top, c, wires = place.plus_p - PEEP, sizes.cell, []
    tap = place.before_tap
    before = "cell_state_before"
    for gate, x, array in own_columns(cell, place):
        if gate == "g":
            continue
        stage, source = "pre-activate", before
        if gate == "f":
            route: Points = ((tap, CONVEYOR), (tap, top))
        elif gate == "i":
            into = x - BESIDE - PEEP_W / 2
            fork = CONVEYOR if "forget_gate" in cell.variant.lacking else place.peep_bus
            route = ((tap, fork), (tap, place.peep_bus), (into, place.peep_bus), (into, top))
            route = route if fork == CONVEYOR else route[1:]
        else:
            stage, source = "output", "cell_state"
            route = ((place.after_tap, CONVEYOR), (place.after_tap, top))
        pill = _peep_pill(gate, route)
        wires.append(Wire(f"peep_{gate}", route, "c", stage, source, c, pill))
        add: Points = ((x - BESIDE, place.plus_p), (x - DISC, place.plus_p))
        wires.append(Wire(f"peeped_{gate}", add, "c", stage, f"p_{array}", c, arrow=False))
    return wires


def _peep_pill(gate: str, route: Points) -> Point | None:
    """The size of a peephole's wire, beside the cards."""
    (x, top), (_, second) = route[0], route[1]
    if second - top < 100:
        return None  # it branches off the wire of f, which carries the size
    return (x, 158.0 if gate != "o" else 157.0)


def loop_x(sizes: Sizes, gate: str, x: float) -> float:
    """The middle of the R of a gate in column x: its right edge is beside the +."""
    rows = sizes.gate_o if gate == "o" else sizes.cell
    return x - BESIDE - matrix_width(rows, sizes.loop) / 2


def _loop(cell: CellSpec, sizes: Sizes, place: Places) -> list[Wire]:
    """From the gates of the step before along a bus to R, and from there into the sums."""
    if place.plus_r is None or place.loop_bus is None:
        return []
    wires, edge = [], LEFT + EDGE
    columns = [row for row in own_columns(cell, place) if row[0] != "g"]
    middle = (JOIN + loop_x(sizes, *columns[0][:2])) / 2
    for gate, x, array in columns:
        into = loop_x(sizes, gate, x)
        rise: Points = ((into, place.loop_bus), (into, place.plus_r + PEEP))
        route = ((edge, place.loop_bus), *rise) if gate == columns[-1][0] else rise
        stage = "pre-activate"
        pill = (middle, place.loop_bus) if gate == columns[-1][0] else None
        wires.append(Wire(f"loop_{gate}", route, "x", stage, "gates_before", sizes.loop, pill))
        add: Points = ((x - BESIDE, place.plus_r), (x - DISC, place.plus_r))
        size = sizes.gate_o if gate == "o" else sizes.cell
        wires.append(Wire(f"looped_{gate}", add, "x", stage, f"r_{array}", size, arrow=False))
    return wires
