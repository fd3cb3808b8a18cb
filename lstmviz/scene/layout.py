"""Where everything of one cell stands, from its sizes alone."""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.engine.spec import CellSpec, NetworkSpec
from lstmviz.scene.diagram import Card, Diagram, Operation, Wire
from lstmviz.scene.metrics import width
from lstmviz.scene.shapes import Box, Point, Rect, Shape, Text

WIDTH, HEIGHT = 1004.0, 552.0
CARD_W, CARD_H = 96.0, 108.0

# Columns (centres) and rows of the picture.
LEFT = 56.0
FORGET, INPUT, CANDIDATE, OUTPUT = 252.0, 360.0, 468.0, 576.0
WRITE = (INPUT + CANDIDATE) / 2
EXIT = 652.0
CELL_OUTPUT = 722.0
RIGHT = 922.0
CONVEYOR, MIDDLE, GATES, SIGMA, MATRIX, BUS = 132.0, 206.0, 246.0, 378.0, 418.0, 480.0
STATE = 288.0
"""Row of h: the middle of its cards."""
INPUT_ROW = 480.0
JOIN = 152.0

PREVIOUS = "ₜ₋₁"
NOW = "ₜ"


@dataclass(frozen=True)
class _Sizes:
    """The sizes as drawn; in an impossible cell o has the hidden size and meets tanh(c)."""

    inputs: int
    hidden: int
    cell: int
    gate_o: int
    head: int | None


def cell_diagram(spec: NetworkSpec, layer: int = 0) -> Diagram:
    """One cell of a layer, with the head if it is the last one; impossible cells included."""
    cell = spec.layers[layer]
    head = spec.head if layer == len(spec.layers) - 1 else None
    sizes = _Sizes(
        cell.input_size,
        cell.hidden_size,
        cell.cell_size,
        cell.cell_size if cell.possible else cell.hidden_size,
        head.size if head else None,
    )
    cards = [*_state_cards(sizes, cell.projected), *_gate_cards(sizes)]
    operations = [*_gate_operations(sizes), *_flow_operations(cell)]
    wires = [*_input_wires(sizes), *_gate_wires(sizes), *_flow_wires(sizes, cell.projected)]
    if cell.projected:
        cards.append(_card("m", CELL_OUTPUT, STATE, "m" + NOW, "h", sizes.cell, "output"))
        operations.append(_matrix("W_hr", (CELL_OUTPUT + RIGHT) / 2, STATE, cell, "project"))
    if head:
        y = _card("y", RIGHT, INPUT_ROW + 14, "y" + NOW, "y", head.size, "head")
        cards.append(y)
        detail = f"{head.size}×{cell.hidden_size}"
        operations.append(
            Operation("W_y", (RIGHT, 366), "W_y", "head", "y", _matrix_width(detail), 30, detail)
        )
        operations.append(Operation("y", (RIGHT, 404), head.activation, "head", "y", 62, 22))
        wires += _head_wires(sizes)
    return Diagram(
        WIDTH,
        HEIGHT,
        tuple(cards),
        tuple(operations),
        tuple(wires),
        _backdrop(),
        _words(sizes, cell),
        problem=problem(cell),
    )


def problem(cell: CellSpec) -> str | None:
    """Why the shapes do not fit and what would mend it, in a sentence; None if they do."""
    if cell.possible:
        return None
    return (
        f"h = o ⊙ tanh(c) cannot be computed: o and h have {cell.hidden_size:,} values, "
        f"c has {cell.cell_size:,}. Make hidden and cell size equal, or allow the projection."
    )


def _card(
    name: str, x: float, y: float, title: str, role: str, count: int, stage: str | None
) -> Card:
    array, unit = _MEANING[name]
    box = Box(x - CARD_W / 2, y - CARD_H / 2, CARD_W, CARD_H)
    return Card(name, box, title, role, count, array, stage, unit)


_MEANING = {
    "c_before": ("cell_state_before", "cell"),
    "h_before": ("hidden_state_before", "hidden"),
    "x": ("input", "input"),
    "f": ("forget_gate", "cell"),
    "i": ("input_gate", "cell"),
    "g": ("candidate", "cell"),
    "o": ("output_gate", "cell"),
    "c": ("cell_state", "cell"),
    "m": ("cell_output", "cell"),
    "h": ("hidden_state", "hidden"),
    "y": ("output", "output"),
}
"""What each card shows, and what its squares are."""


def _state_cards(sizes: _Sizes, projected: bool) -> list[Card]:
    end = "project" if projected else "output"
    return [
        _card("c_before", LEFT, CONVEYOR, "c" + PREVIOUS, "c", sizes.cell, None),
        _card("h_before", LEFT, STATE, "h" + PREVIOUS, "h", sizes.hidden, None),
        _card("x", LEFT, INPUT_ROW, "x" + NOW, "x", sizes.inputs, None),
        _card("c", RIGHT, CONVEYOR, "c" + NOW, "c", sizes.cell, "write"),
        _card("h", RIGHT, STATE, "h" + NOW, "h", sizes.hidden, end),
    ]


def _gate_cards(sizes: _Sizes) -> list[Card]:
    y = GATES + CARD_H / 2
    return [
        _card("f", FORGET, y, "forget f", "f", sizes.cell, "activate"),
        _card("i", INPUT, y, "input i", "i", sizes.cell, "activate"),
        _card("g", CANDIDATE, y, "candidate g", "g", sizes.cell, "activate"),
        _card("o", OUTPUT, y, "output o", "o", sizes.gate_o, "activate"),
    ]


_GATE_COLUMNS = (
    ("f", FORGET, "σ"),
    ("i", INPUT, "σ"),
    ("g", CANDIDATE, "tanh"),
    ("o", OUTPUT, "σ"),
)


def _matrix_width(detail: str) -> float:
    return max(52.0, width(detail, 10) + 12)


def _matrix(name: str, x: float, y: float, cell: CellSpec, stage: str) -> Operation:
    detail = f"{cell.hidden_size}×{cell.cell_size}"
    return Operation(name, (x, y), name, stage, "h", _matrix_width(detail), 32, detail)


def _gate_operations(sizes: _Sizes) -> list[Operation]:
    result = []
    for gate, x, sigma in _GATE_COLUMNS:
        rows = sizes.gate_o if gate == "o" else sizes.cell
        detail = f"{rows}×{sizes.hidden + sizes.inputs}"
        result.append(
            Operation(
                f"W_{gate}",
                (x, MATRIX + 12),
                f"W_{gate}",
                "pre-activate",
                gate,
                _matrix_width(detail),
                32,
                detail,
            )
        )
        w = 24.0 if sigma == "σ" else 40.0
        result.append(Operation(f"act_{gate}", (x, SIGMA), sigma, "activate", gate, w, 24))
    return result


def _flow_operations(cell: CellSpec) -> list[Operation]:
    return [
        Operation("join", (JOIN, BUS), "[h; x]", "gather", "x", 54, 26),
        Operation("forget", (FORGET, CONVEYOR), "⊙", "forget", "c"),
        Operation("gated", (WRITE, MIDDLE), "⊙", "write", "g"),
        Operation("add", (WRITE, CONVEYOR), "+", "write", "c"),
        Operation("tanh", (EXIT, CONVEYOR + 38), "tanh", "output", "c", 40, 24),
        Operation("expose", (EXIT, MIDDLE + 8), "⊙", "output", "h", broken=not cell.possible),
    ]


def _input_wires(sizes: _Sizes) -> list[Wire]:
    edge = LEFT + CARD_W / 2
    both = sizes.inputs + sizes.hidden
    up = MATRIX + 28
    wires = [
        Wire(
            "h_in",
            ((edge, STATE), (JOIN, STATE), (JOIN, BUS - 13)),
            "h",
            "gather",
            "hidden_state_before",
            sizes.hidden,
            (JOIN, STATE + 60),
        ),
        Wire(
            "x_in",
            ((edge, INPUT_ROW), (JOIN - 27, INPUT_ROW)),
            "x",
            "gather",
            "input",
            sizes.inputs,
        ),
    ]
    trunk: tuple[Point, ...] = ((JOIN + 27, BUS), (OUTPUT, BUS), (OUTPUT, up))
    wires.append(Wire("bus_o", trunk, "x", "pre-activate", "gathered", both))
    for gate, x, _ in _GATE_COLUMNS[:-1]:
        riser: tuple[Point, ...] = ((x, BUS), (x, up))
        wires.append(Wire(f"bus_{gate}", riser, "x", "pre-activate", "gathered", both))
    return wires


def _gate_wires(sizes: _Sizes) -> list[Wire]:
    card_bottom = GATES + CARD_H
    wires = []
    for gate, x, _ in _GATE_COLUMNS:
        size = sizes.gate_o if gate == "o" else sizes.cell
        array = _MEANING[gate][0]
        wires.append(
            Wire(
                f"a_{gate}",
                ((x, MATRIX - 4), (x, SIGMA + 12)),
                gate,
                "activate",
                f"pre_{array}",
                size,
                (x, (MATRIX + SIGMA + 8) / 2),
                arrow=False,
            )
        )
        wires.append(
            Wire(
                f"act_{gate}",
                ((x, SIGMA - 12), (x, card_bottom)),
                gate,
                "activate",
                array,
                size,
                arrow=False,
            )
        )
    top, middle, expose = GATES, MIDDLE, MIDDLE + 8
    return [
        *wires,
        Wire(
            "f_out",
            ((FORGET, top), (FORGET, CONVEYOR + 13)),
            "f",
            "forget",
            "forget_gate",
            sizes.cell,
            (FORGET, 192),
        ),
        Wire(
            "i_out",
            ((INPUT, top), (INPUT, middle), (WRITE - 13, middle)),
            "i",
            "write",
            "input_gate",
            sizes.cell,
            (INPUT, 226),
        ),
        Wire(
            "g_out",
            ((CANDIDATE, top), (CANDIDATE, middle), (WRITE + 13, middle)),
            "g",
            "write",
            "candidate",
            sizes.cell,
            (CANDIDATE, 226),
        ),
        Wire(
            "written",
            ((WRITE, middle - 13), (WRITE, CONVEYOR + 13)),
            "g",
            "write",
            "written",
            sizes.cell,
            (WRITE, 170),
        ),
        Wire(
            "o_out",
            ((OUTPUT, top), (OUTPUT, expose), (EXIT - 13, expose)),
            "o",
            "output",
            "output_gate",
            sizes.gate_o,
            (OUTPUT, 230),
        ),
    ]


def _flow_wires(sizes: _Sizes, projected: bool) -> list[Wire]:
    left, right = LEFT + CARD_W / 2, RIGHT - CARD_W / 2
    below = MIDDLE + 21
    end = "project" if projected else "output"
    wires = [
        Wire(
            "c_in",
            ((left, CONVEYOR), (FORGET - 13, CONVEYOR)),
            "c",
            "forget",
            "cell_state_before",
            sizes.cell,
            (178, CONVEYOR),
            thick=True,
        ),
        Wire(
            "kept",
            ((FORGET + 13, CONVEYOR), (WRITE - 13, CONVEYOR)),
            "c",
            "write",
            "forgotten",
            sizes.cell,
            ((FORGET + WRITE) / 2, CONVEYOR),
            thick=True,
        ),
        Wire(
            "c_out",
            ((WRITE + 13, CONVEYOR), (right, CONVEYOR)),
            "c",
            "write",
            "cell_state",
            sizes.cell,
            (540, CONVEYOR),
            thick=True,
        ),
        Wire(
            "c_tap",
            ((EXIT, CONVEYOR), (EXIT, CONVEYOR + 26)),
            "c",
            "output",
            "cell_state",
            sizes.cell,
            (EXIT, CONVEYOR + 13),
            arrow=False,
        ),
        Wire(
            "squashed",
            ((EXIT, CONVEYOR + 50), (EXIT, MIDDLE - 5)),
            "c",
            "output",
            "squashed",
            sizes.cell,
            arrow=False,
        ),
        Wire(
            "c_next",
            ((RIGHT + CARD_W / 2, CONVEYOR), (WIDTH - 4, CONVEYOR)),
            "c",
            end,
            "cell_state",
            sizes.cell,
            thick=True,
        ),
        Wire(
            "h_next",
            ((RIGHT + CARD_W / 2, STATE), (WIDTH - 4, STATE)),
            "h",
            end,
            "hidden_state",
            sizes.hidden,
        ),
    ]
    if not projected:
        points = ((EXIT, below), (EXIT, STATE), (right, STATE))
        return [
            *wires,
            Wire("h_out", points, "h", "output", "hidden_state", sizes.hidden, (762, STATE)),
        ]
    matrix = (CELL_OUTPUT + RIGHT) / 2
    half = _matrix_width(f"{sizes.hidden}×{sizes.cell}") / 2
    return [
        *wires,
        Wire(
            "m_out",
            ((EXIT, below), (EXIT, STATE), (CELL_OUTPUT - CARD_W / 2, STATE)),
            "h",
            "output",
            "cell_output",
            sizes.cell,
            (EXIT, 252),
        ),
        Wire(
            "m_in",
            ((CELL_OUTPUT + CARD_W / 2, STATE), (matrix - half, STATE)),
            "h",
            "project",
            "cell_output",
            sizes.cell,
            arrow=False,
        ),
        Wire(
            "h_out",
            ((matrix + half, STATE), (right, STATE)),
            "h",
            "project",
            "hidden_state",
            sizes.hidden,
        ),
    ]


def _head_wires(sizes: _Sizes) -> list[Wire]:
    head = sizes.head or 0
    top = INPUT_ROW + 14 - CARD_H / 2
    return [
        Wire(
            "y_in",
            ((RIGHT, STATE + CARD_H / 2), (RIGHT, 351)),
            "h",
            "head",
            "hidden_state",
            sizes.hidden,
            arrow=False,
        ),
        Wire("y_act", ((RIGHT, 381), (RIGHT, 393)), "y", "head", "output", head, arrow=False),
        Wire("y_out", ((RIGHT, 415), (RIGHT, top)), "y", "head", "output", head, arrow=False),
    ]


def _backdrop() -> tuple[Shape, ...]:
    """The cell's body, and the neighbours in time behind the left and right cards."""
    return (
        Rect(Box(114, 76, 748, 440), fill="faint", radius=14, opacity=0.6),
        Rect(Box(-14, 76, 46, 300), stroke="edge", radius=12, width=1.4, dashed=True),
        Rect(Box(WIDTH - 24, 76, 46, 300), stroke="edge", radius=12, width=1.4, dashed=True),
    )


def _words(sizes: _Sizes, cell: CellSpec) -> tuple[Text, ...]:
    both = sizes.inputs + sizes.hidden
    join = Text(JOIN + 36, BUS + 20, f"{sizes.hidden} + {sizes.inputs} = {both}", 12, "ink")
    words = [
        join,
        Text(LEFT, 70, "from step t−1", SMALL_WORDS, "muted", anchor="middle"),
        Text(RIGHT, 70, "to step t+1", SMALL_WORDS, "muted", anchor="middle"),
        Text(128, 97, "LSTM cell", SMALL_WORDS, "muted", bold=True),
    ]
    if not cell.possible:
        clash = f"{sizes.gate_o} ≠ {sizes.cell}"
        words.append(Text(EXIT + 20, MIDDLE + 13, clash, 14, "bad", bold=True))
    return tuple(words)


SMALL_WORDS = 11
