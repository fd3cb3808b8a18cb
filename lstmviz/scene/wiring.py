"""The wires of one cell: from which port to which, of what size, at work in which stage."""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.scene.diagram import Wire
from lstmviz.scene.metrics import width
from lstmviz.scene.shapes import Point

WIDTH, HEIGHT = 940.0, 516.0
CARD_W, CARD_H = 96.0, 108.0

# Columns (centres) and rows of the picture.
LEFT = 52.0
FORGET, INPUT, CANDIDATE, OUTPUT = 226.0, 328.0, 430.0, 532.0
WRITE = (INPUT + CANDIDATE) / 2
EXIT = 604.0
CELL_OUTPUT = 672.0
RIGHT = 866.0
CONVEYOR, MIDDLE, GATES, SIGMA, MATRIX, BUS = 122.0, 192.0, 226.0, 356.0, 390.0, 448.0
STATE = 262.0
"""Row of h: the middle of its cards."""
INPUT_ROW = 448.0
JOIN = 140.0
HEAD_MATRIX, HEAD_SQUASH, HEAD_ROW = 338.0, 374.0, 456.0


@dataclass(frozen=True)
class Sizes:
    """The sizes as drawn; in an impossible cell o has the hidden size and meets tanh(c)."""

    inputs: int
    hidden: int
    cell: int
    gate_o: int
    head: int | None


GATE_COLUMNS = (
    ("f", FORGET, "forget_gate"),
    ("i", INPUT, "input_gate"),
    ("g", CANDIDATE, "candidate"),
    ("o", OUTPUT, "output_gate"),
)
DISC, ACTIVATION, BLOCK = 13.0, 12.0, 16.0
"""Half the height of ⊙ and +, of σ and tanh, of a matrix."""
EDGE = CARD_W / 2
EXPOSE = MIDDLE + 8
"""Row of the ⊙ of o and tanh(c)."""
SQUASH = CONVEYOR + 38
"""Row of the tanh of c."""


def matrix_width(rows: int, columns: int) -> float:
    """Width of the box of a matrix whose shape is written in it."""
    return max(52.0, width(f"{rows}×{columns}", 10) + 12)


def cell_wires(sizes: Sizes, *, projected: bool) -> list[Wire]:
    """Every wire of the picture."""
    return [
        *_into_gates(sizes),
        *_out_of_gates(sizes),
        *_conveyor(sizes, "project" if projected else "output"),
        *_exposed(sizes),
        *(_through_projection(sizes) if projected else _straight(sizes)),
        *_to_head(sizes),
    ]


def _into_gates(sizes: Sizes) -> list[Wire]:
    """Join h and x; the joined vector runs to each matrix, its product to each gate."""
    both, before, edge = sizes.inputs + sizes.hidden, "hidden_state_before", LEFT + EDGE
    down: tuple[Point, ...] = ((edge, STATE), (JOIN, STATE), (JOIN, BUS - DISC))
    across: tuple[Point, ...] = ((edge, INPUT_ROW), (JOIN - 27, INPUT_ROW))
    wires = [
        Wire("h_in", down, "h", "gather", before, sizes.hidden, (JOIN, STATE + 60)),
        Wire("x_in", across, "x", "gather", "input", sizes.inputs),
    ]
    up, product = MATRIX + 28, (MATRIX + SIGMA + 8) / 2
    for gate, x, array in GATE_COLUMNS:
        rise: tuple[Point, ...] = ((x, BUS), (x, up))
        bus = ((JOIN + 27, BUS), *rise) if gate == "o" else rise
        wires.append(Wire(f"bus_{gate}", bus, "x", "pre-activate", "gathered", both))
        size = sizes.gate_o if gate == "o" else sizes.cell
        a: tuple[Point, ...] = ((x, MATRIX - 4), (x, SIGMA + ACTIVATION))
        act: tuple[Point, ...] = ((x, SIGMA - ACTIVATION), (x, GATES + CARD_H))
        pre = f"pre_{array}"
        wires.append(Wire(f"a_{gate}", a, gate, "activate", pre, size, (x, product), False))
        wires.append(Wire(f"act_{gate}", act, gate, "activate", array, size, arrow=False))
    return wires


def _out_of_gates(sizes: Sizes) -> list[Wire]:
    """From the gates' cards to the products they take part in."""
    f: tuple[Point, ...] = ((FORGET, GATES), (FORGET, CONVEYOR + DISC))
    i: tuple[Point, ...] = ((INPUT, GATES), (INPUT, MIDDLE), (WRITE - DISC, MIDDLE))
    g: tuple[Point, ...] = ((CANDIDATE, GATES), (CANDIDATE, MIDDLE), (WRITE + DISC, MIDDLE))
    ig: tuple[Point, ...] = ((WRITE, MIDDLE - DISC), (WRITE, CONVEYOR + DISC))
    o: tuple[Point, ...] = ((OUTPUT, GATES), (OUTPUT, EXPOSE), (EXIT - DISC, EXPOSE))
    c = sizes.cell
    return [
        Wire("f_out", f, "f", "forget", "forget_gate", c, (FORGET, 180)),
        Wire("i_out", i, "i", "write", "input_gate", c, (INPUT, 211)),
        Wire("g_out", g, "g", "write", "candidate", c, (CANDIDATE, 211)),
        Wire("written", ig, "g", "write", "written", c, (WRITE, 157)),
        Wire("o_out", o, "o", "output", "output_gate", sizes.gate_o, (OUTPUT, 214)),
    ]


def _conveyor(sizes: Sizes, end: str) -> list[Wire]:
    """The cell state, straight from step to step, and h beside it to the next cell."""
    c, left, right = sizes.cell, LEFT + EDGE, RIGHT - EDGE
    come: tuple[Point, ...] = ((left, CONVEYOR), (FORGET - DISC, CONVEYOR))
    keep: tuple[Point, ...] = ((FORGET + DISC, CONVEYOR), (WRITE - DISC, CONVEYOR))
    go: tuple[Point, ...] = ((WRITE + DISC, CONVEYOR), (right, CONVEYOR))
    on: tuple[Point, ...] = ((RIGHT + EDGE, CONVEYOR), (WIDTH - 4, CONVEYOR))
    h_on: tuple[Point, ...] = ((RIGHT + EDGE, STATE), (WIDTH - 4, STATE))
    kept_pill = ((FORGET + WRITE) / 2, CONVEYOR)
    before = "cell_state_before"
    return [
        Wire("c_in", come, "c", "forget", before, c, (150, CONVEYOR), thick=True),
        Wire("kept", keep, "c", "write", "forgotten", c, kept_pill, thick=True),
        Wire("c_out", go, "c", "write", "cell_state", c, (500, CONVEYOR), thick=True),
        Wire("c_next", on, "c", end, "cell_state", c, thick=True),
        Wire("h_next", h_on, "h", end, "hidden_state", sizes.hidden),
    ]


def _exposed(sizes: Sizes) -> list[Wire]:
    """The cell state through tanh to the output gate's product."""
    tap: tuple[Point, ...] = ((EXIT, CONVEYOR), (EXIT, SQUASH - ACTIVATION))
    down: tuple[Point, ...] = ((EXIT, SQUASH + ACTIVATION), (EXIT, EXPOSE - DISC))
    pill = (EXIT, CONVEYOR + 13)
    return [
        Wire("c_tap", tap, "c", "output", "cell_state", sizes.cell, pill, arrow=False),
        Wire("squashed", down, "c", "output", "squashed", sizes.cell, arrow=False),
    ]


def _straight(sizes: Sizes) -> list[Wire]:
    """The cell output is h."""
    points = ((EXIT, EXPOSE + DISC), (EXIT, STATE), (RIGHT - EDGE, STATE))
    return [Wire("h_out", points, "h", "output", "hidden_state", sizes.hidden, (712, STATE))]


def _through_projection(sizes: Sizes) -> list[Wire]:
    """The cell output m through W_hr to h."""
    matrix, half = (CELL_OUTPUT + RIGHT) / 2, matrix_width(sizes.hidden, sizes.cell) / 2
    out = ((EXIT, EXPOSE + DISC), (EXIT, STATE), (CELL_OUTPUT - EDGE, STATE))
    into = ((CELL_OUTPUT + EDGE, STATE), (matrix - half, STATE))
    last = ((matrix + half, STATE), (RIGHT - EDGE, STATE))
    m = "cell_output"
    return [
        Wire("m_out", out, "h", "output", m, sizes.cell, (EXIT, 237)),
        Wire("m_in", into, "h", "project", m, sizes.cell, arrow=False),
        Wire("h_out", last, "h", "project", "hidden_state", sizes.hidden),
    ]


def _to_head(sizes: Sizes) -> list[Wire]:
    """From h through the head's matrix and activation to y."""
    if sizes.head is None:
        return []
    runs = (
        ("y_in", STATE + CARD_H / 2, HEAD_MATRIX - 15, "h", "hidden_state", sizes.hidden),
        ("y_act", HEAD_MATRIX + 15, HEAD_SQUASH - 11, "y", "output", sizes.head),
        ("y_out", HEAD_SQUASH + 11, HEAD_ROW - CARD_H / 2, "y", "output", sizes.head),
    )
    return [
        Wire(name, ((RIGHT, top), (RIGHT, bottom)), role, "head", array, size, arrow=False)
        for name, top, bottom, role, array, size in runs
    ]
