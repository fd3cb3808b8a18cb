"""The wires of one cell: from which port to which, of what size, at work in which stage."""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.engine.spec import CellSpec
from lstmviz.scene.diagram import Wire
from lstmviz.scene.gatewiring import Sizes, gate_wires
from lstmviz.scene.places import (
    ACTIVATION,
    CARD_H,
    CONVEYOR,
    DISC,
    EDGE,
    EXPOSE,
    GATES,
    HEAD_MATRIX,
    HEAD_ROW,
    HEAD_SQUASH,
    LEFT,
    MIDDLE,
    SQUASH,
    STATE,
    Places,
    clip_label,
    disc_width,
    matrix_width,
)
from lstmviz.scene.shapes import Point

Points = tuple[Point, ...]


@dataclass(frozen=True)
class Flow:
    """What is there of the way from the gates to c and h."""

    forgets: bool
    writes: bool
    opens: bool
    cell_clip: float | None


def flow(cell: CellSpec) -> Flow:
    """Which products a cell has: a gate held at 1 multiplies nothing."""
    variant = cell.variant
    return Flow(
        forgets=variant.coupled or "forget_gate" not in variant.absent,
        writes="input_gate" not in variant.absent,
        opens="output_gate" not in variant.absent,
        cell_clip=variant.cell_clip,
    )


def cell_wires(cell: CellSpec, sizes: Sizes, place: Places) -> list[Wire]:
    """Every wire of the picture."""
    parts = flow(cell)
    return [
        *gate_wires(cell, sizes, place),
        *_out_of_gates(sizes, place, parts),
        *_conveyor(sizes, place, parts, "project" if cell.projected else "output"),
        *_exposed(sizes, place, parts),
        *(_through_projection(cell, sizes, place, parts) if cell.projected else []),
        *([] if cell.projected else _straight(sizes, place, parts)),
        *_to_head(sizes, place),
    ]


def _out_of_gates(sizes: Sizes, place: Places, parts: Flow) -> list[Wire]:
    """From the gates' cards to the products they take part in."""
    forget, write, add = place.forget, place.write, CONVEYOR + DISC
    c, wires = sizes.cell, []
    if parts.forgets:
        f: Points = ((forget, GATES), (forget, add))
        wires.append(Wire("f_out", f, "f", "forget", "forget_gate", c, (forget, 180)))
    g_pill = (place.candidate, 211.0)
    if parts.writes:
        i: Points = ((place.input, GATES), (place.input, MIDDLE), (write - DISC, MIDDLE))
        g: Points = ((place.candidate, GATES), (place.candidate, MIDDLE), (write + DISC, MIDDLE))
        ig: Points = ((write, MIDDLE - DISC), (write, add))
        wires.append(Wire("i_out", i, "i", "write", "input_gate", c, (place.input, 211)))
        wires.append(Wire("g_out", g, "g", "write", "candidate", c, g_pill))
        wires.append(Wire("written", ig, "g", "write", "written", c, (write, 157)))
    else:
        alone: Points = (
            (place.candidate, GATES),
            (place.candidate, MIDDLE),
            (write, MIDDLE),
            (write, add),
        )
        wires.append(Wire("g_out", alone, "g", "write", "candidate", c, g_pill))
    if parts.opens:
        o: Points = ((place.output, GATES), (place.output, EXPOSE), (place.exit - DISC, EXPOSE))
        pill = (place.output, 214.0)
        wires.append(Wire("o_out", o, "o", "output", "output_gate", sizes.gate_o, pill))
    return wires


def _conveyor(sizes: Sizes, place: Places, parts: Flow, end: str) -> list[Wire]:
    """The cell state, straight from step to step, and h beside it to the next cell."""
    c, left, right = sizes.cell, LEFT + EDGE, place.right - EDGE
    forget, add = place.forget, place.write
    before, wires = "cell_state_before", []
    in_pill = ((place.before_tap + forget - DISC) / 2 + 2 if place.sees_before else 150, CONVEYOR)
    if parts.forgets:
        come: Points = ((left, CONVEYOR), (forget - DISC, CONVEYOR))
        keep: Points = ((forget + DISC, CONVEYOR), (add - DISC, CONVEYOR))
        kept = ((forget + add) / 2, CONVEYOR)
        wires.append(Wire("c_in", come, "c", "forget", before, c, in_pill, thick=True))
        wires.append(Wire("kept", keep, "c", "write", "forgotten", c, kept, thick=True))
    else:
        come = ((left, CONVEYOR), (add - DISC, CONVEYOR))
        wires.append(Wire("c_in", come, "c", "write", before, c, in_pill, thick=True))
    start, pill_x = add + DISC, place.output - 32
    if parts.cell_clip is not None:
        half, middle = disc_width(clip_label(parts.cell_clip)) / 2, place.cell_clip(parts.cell_clip)
        summed: Points = ((start, CONVEYOR), (middle - half, CONVEYOR))
        wires.append(Wire("c_sum", summed, "c", "write", "summed", c, thick=True))
        start = middle + half
    if parts.cell_clip is not None or place.sees_after:
        pill_x = place.output + 16
    go: Points = ((start, CONVEYOR), (right, CONVEYOR))
    on: Points = ((place.right + EDGE, CONVEYOR), (place.width - 4, CONVEYOR))
    h_on: Points = ((place.right + EDGE, STATE), (place.width - 4, STATE))
    return [
        *wires,
        Wire("c_out", go, "c", "write", "cell_state", c, (pill_x, CONVEYOR), thick=True),
        Wire("c_next", on, "c", end, "cell_state", c, thick=True),
        Wire("h_next", h_on, "h", end, "hidden_state", sizes.hidden),
    ]


def _exposed(sizes: Sizes, place: Places, parts: Flow) -> list[Wire]:
    """The cell state through tanh to the output gate's product, if there is one."""
    x, c = place.exit, sizes.cell
    tap: Points = ((x, CONVEYOR), (x, SQUASH - ACTIVATION))
    pill = (x, CONVEYOR + 13)
    wires = [Wire("c_tap", tap, "c", "output", "cell_state", c, pill, arrow=False)]
    if parts.opens:
        down: Points = ((x, SQUASH + ACTIVATION), (x, EXPOSE - DISC))
        wires.append(Wire("squashed", down, "c", "output", "squashed", c, arrow=False))
    return wires


def _leaving(place: Places, parts: Flow) -> Points:
    """From what makes the cell output down to the row of h."""
    top = EXPOSE + DISC if parts.opens else SQUASH + ACTIVATION
    return ((place.exit, top), (place.exit, STATE))


def _straight(sizes: Sizes, place: Places, parts: Flow) -> list[Wire]:
    """The cell output is h."""
    points = (*_leaving(place, parts), (place.right - EDGE, STATE))
    pill = (place.exit + 108, STATE)
    return [Wire("h_out", points, "h", "output", "hidden_state", sizes.hidden, pill)]


def _through_projection(cell: CellSpec, sizes: Sizes, place: Places, parts: Flow) -> list[Wire]:
    """The cell output m through W_hr, and where it is bounded its clip, to h."""
    matrix, half = place.projection, matrix_width(sizes.hidden, sizes.cell) / 2
    out = (*_leaving(place, parts), (place.cell_output - EDGE, STATE))
    into = ((place.cell_output + EDGE, STATE), (matrix - half, STATE))
    m, h, wires = "cell_output", sizes.hidden, []
    start = matrix + half
    if cell.variant.projection_clip is not None:
        w = disc_width(clip_label(cell.variant.projection_clip)) / 2
        free = ((start, STATE), (place.projection_clip - w, STATE))
        wires.append(Wire("h_free", free, "h", "project", "projected", h, arrow=False))
        start = place.projection_clip + w
    last = ((start, STATE), (place.right - EDGE, STATE))
    return [
        Wire("m_out", out, "h", "output", m, sizes.cell, (place.exit, 237)),
        Wire("m_in", into, "h", "project", m, sizes.cell, arrow=False),
        *wires,
        Wire("h_out", last, "h", "project", "hidden_state", h),
    ]


def _to_head(sizes: Sizes, place: Places) -> list[Wire]:
    """From h through the head's matrix and activation to y."""
    if sizes.head is None:
        return []
    x = place.right
    runs = (
        ("y_in", STATE + CARD_H / 2, HEAD_MATRIX - 15, "h", "hidden_state", sizes.hidden),
        ("y_act", HEAD_MATRIX + 15, HEAD_SQUASH - 11, "y", "output", sizes.head),
        ("y_out", HEAD_SQUASH + 11, HEAD_ROW - CARD_H / 2, "y", "output", sizes.head),
    )
    return [
        Wire(name, ((x, top), (x, bottom)), role, "head", array, size, arrow=False)
        for name, top, bottom, role, array, size in runs
    ]
