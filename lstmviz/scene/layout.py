"""Where everything of one cell stands, from its sizes alone."""

from __future__ import annotations

from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec
from lstmviz.scene.diagram import SMALL, Card, Diagram, Operation
from lstmviz.scene.shapes import Box, Rect, Shape, Text
from lstmviz.scene.wiring import (
    BUS,
    CANDIDATE,
    CARD_H,
    CARD_W,
    CELL_OUTPUT,
    CONVEYOR,
    EXIT,
    EXPOSE,
    FORGET,
    GATE_COLUMNS,
    GATES,
    HEAD_MATRIX,
    HEAD_ROW,
    HEAD_SQUASH,
    HEIGHT,
    INPUT,
    INPUT_ROW,
    JOIN,
    LEFT,
    MATRIX,
    MIDDLE,
    OUTPUT,
    RIGHT,
    SIGMA,
    SQUASH,
    STATE,
    WIDTH,
    WRITE,
    Sizes,
    cell_wires,
    matrix_width,
)

PREVIOUS = "ₜ₋₁"
NOW = "ₜ"


def cell_diagram(spec: NetworkSpec, layer: int = 0) -> Diagram:
    """One cell of a layer, with the head if it is the last one; impossible cells included."""
    cell = spec.layers[layer]
    head = spec.head if layer == len(spec.layers) - 1 else None
    sizes = Sizes(
        cell.input_size,
        cell.hidden_size,
        cell.cell_size,
        cell.cell_size if cell.possible else cell.hidden_size,
        head.size if head else None,
    )
    cards = [*_state_cards(sizes, cell.projected), *_gate_cards(sizes)]
    operations = [*_gate_operations(sizes), *_flow_operations(cell)]
    wires = cell_wires(sizes, projected=cell.projected)
    if cell.projected:
        cards.append(_card("m", CELL_OUTPUT, STATE, "m" + NOW, "h", sizes.cell, "output"))
        middle, h, c = (CELL_OUTPUT + RIGHT) / 2, cell.hidden_size, cell.cell_size
        operations.append(_matrix("W_hr", middle, STATE, "h", "project", h, c))
    if head:
        cards.append(_card("y", RIGHT, HEAD_ROW, "y" + NOW, "y", head.size, "head"))
        operations += _head_operations(sizes, head)
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


def _state_cards(sizes: Sizes, projected: bool) -> list[Card]:
    end = "project" if projected else "output"
    return [
        _card("c_before", LEFT, CONVEYOR, "c" + PREVIOUS, "c", sizes.cell, None),
        _card("h_before", LEFT, STATE, "h" + PREVIOUS, "h", sizes.hidden, None),
        _card("x", LEFT, INPUT_ROW, "x" + NOW, "x", sizes.inputs, None),
        _card("c", RIGHT, CONVEYOR, "c" + NOW, "c", sizes.cell, "write"),
        _card("h", RIGHT, STATE, "h" + NOW, "h", sizes.hidden, end),
    ]


def _gate_cards(sizes: Sizes) -> list[Card]:
    y = GATES + CARD_H / 2
    return [
        _card("f", FORGET, y, "forget f", "f", sizes.cell, "activate"),
        _card("i", INPUT, y, "input i", "i", sizes.cell, "activate"),
        _card("g", CANDIDATE, y, "candidate g", "g", sizes.cell, "activate"),
        _card("o", OUTPUT, y, "output o", "o", sizes.gate_o, "activate"),
    ]


def _matrix(
    name: str, x: float, y: float, role: str, stage: str, rows: int, columns: int, h: float = 32
) -> Operation:
    detail = f"{rows}×{columns}"
    return Operation(name, (x, y), name, stage, role, matrix_width(rows, columns), h, detail)


def _gate_operations(sizes: Sizes) -> list[Operation]:
    result = []
    for gate, x, _ in GATE_COLUMNS:
        rows = sizes.gate_o if gate == "o" else sizes.cell
        columns = sizes.hidden + sizes.inputs
        result.append(_matrix(f"W_{gate}", x, MATRIX + 12, gate, "pre-activate", rows, columns))
        label, w = ("tanh", 40.0) if gate == "g" else ("σ", 24.0)
        result.append(Operation(f"act_{gate}", (x, SIGMA), label, "activate", gate, w, 24))
    return result


def _head_operations(sizes: Sizes, head: HeadSpec) -> list[Operation]:
    return [
        _matrix("W_y", RIGHT, HEAD_MATRIX, "y", "head", head.size, sizes.hidden, 30),
        Operation("y", (RIGHT, HEAD_SQUASH), head.activation, "head", "y", 62, 22),
    ]


def _flow_operations(cell: CellSpec) -> list[Operation]:
    return [
        Operation("join", (JOIN, BUS), "[h; x]", "gather", "x", 54, 26),
        Operation("forget", (FORGET, CONVEYOR), "⊙", "forget", "c"),
        Operation("gated", (WRITE, MIDDLE), "⊙", "write", "g"),
        Operation("add", (WRITE, CONVEYOR), "+", "write", "c"),
        Operation("tanh", (EXIT, SQUASH), "tanh", "output", "c", 40, 24),
        Operation("expose", (EXIT, EXPOSE), "⊙", "output", "h", broken=not cell.possible),
    ]


def _backdrop() -> tuple[Shape, ...]:
    """The cell's body, and the neighbours in time behind the left and right cards."""
    return (
        Rect(Box(106, 66, 704, 418), fill="faint", radius=14, opacity=0.6),
        Rect(Box(-14, 66, 46, 270), stroke="edge", radius=12, width=1.4, dashed=True),
        Rect(Box(WIDTH - 24, 66, 46, 270), stroke="edge", radius=12, width=1.4, dashed=True),
    )


def _words(sizes: Sizes, cell: CellSpec) -> tuple[Text, ...]:
    both = sizes.inputs + sizes.hidden
    join = Text(JOIN + 34, BUS + 20, f"{sizes.hidden} + {sizes.inputs} = {both}", 12, "ink")
    words = [
        join,
        Text(LEFT, 61, "from step t−1", SMALL, "muted", anchor="middle"),
        Text(RIGHT, 61, "to step t+1", SMALL, "muted", anchor="middle"),
        Text(118, 86, "LSTM cell", SMALL, "muted", bold=True),
    ]
    if not cell.possible:
        clash = f"{sizes.gate_o} ≠ {sizes.cell}"
        words.append(Text(EXIT + 20, EXPOSE + 5, clash, 14, "bad", bold=True))
    return tuple(words)
