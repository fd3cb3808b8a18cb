"""Several steps of one cell side by side, from its sizes alone."""

from __future__ import annotations

from lstmviz.engine.spec import NetworkSpec
from lstmviz.scene.diagram import Card, Diagram, Operation, StepLabel, Wire
from lstmviz.scene.layout import problem
from lstmviz.scene.places import HEIGHT, WIDTH
from lstmviz.scene.shapes import Box, Point, Rect, Shape, Text

COUNT = 5
"""Steps side by side."""

PITCH, FIRST, BODY = 177.0, 55.0, 125.0
CONVEYOR, MIDDLE, GATES, BUS, INPUT_ROW = 138.0, 192.0, 244.0, 336.0, 444.0
STATE_SIZE, GATE_SIZE, DISC = 42.0, 27.0, 18.0
GATE_COLUMNS = (("f", 17.0), ("i", 45.0), ("g", 73.0), ("o", 101.0))
WRITE = 59.0
"""Where i and g meet."""
ARRAYS = {"f": "forget_gate", "i": "input_gate", "g": "candidate", "o": "output_gate"}


def unrolled_diagram(spec: NetworkSpec, layer: int = 0, position: int = 0) -> Diagram:
    """`COUNT` steps of a layer; the current step is number `position` of them (from 0)."""
    cell = spec.layers[layer]
    cards: list[Card] = [
        _state(
            "c_before",
            FIRST - 26,
            CONVEYOR,
            "c",
            cell.cell_size,
            "cell_state_before",
            "cell",
            -position,
        ),
        _state(
            "h_before",
            FIRST - 26,
            BUS,
            "h",
            cell.hidden_size,
            "hidden_state_before",
            "hidden",
            -position,
        ),
    ]
    operations: list[Operation] = []
    wires: list[Wire] = []
    backdrop: list[Shape] = []
    words: list[Text] = []
    labels: list[StepLabel] = []
    for block in range(COUNT):
        offset, left = block - position, FIRST + block * PITCH
        cards += _cards(spec, layer, left, offset)
        operations += _operations(left, offset, broken=not cell.possible)
        wires += _wires(spec, layer, left, offset)
        current = offset == 0
        body = Box(left, 82, BODY, BUS - 82 + 26)
        edge = "accent" if current else None
        backdrop.append(Rect(body, "faint", edge, 1.6, radius=12, opacity=1.0 if current else 0.6))
        labels.append(StepLabel((left + BODY / 2, 103), offset))
        words += [
            Text(left + x, BUS + 17, letter, 11, f"{letter}_text", bold=True, anchor="middle")
            for letter, x in GATE_COLUMNS
        ]
    words += _legend(spec, layer)
    return Diagram(
        WIDTH,
        HEIGHT,
        tuple(cards),
        tuple(operations),
        tuple(wires),
        tuple(backdrop),
        tuple(words),
        tuple(labels),
        problem(cell),
    )


def _square(x: float, y: float, size: float) -> Box:
    return Box(x - size / 2, y - size / 2, size, size)


def _state(
    name: str, x: float, y: float, role: str, count: int, array: str, unit: str, offset: int
) -> Card:
    box = _square(x, y, STATE_SIZE)
    return Card(f"{name}{offset:+d}", box, name[0], role, count, array, None, unit, offset, True)


def _cards(spec: NetworkSpec, layer: int, left: float, offset: int) -> list[Card]:
    cell = spec.layers[layer]
    out = left + BODY + 26
    cards = [
        _state("c", out, CONVEYOR, "c", cell.cell_size, "cell_state", "cell", offset),
        _state("h", out, BUS, "h", cell.hidden_size, "hidden_state", "hidden", offset),
        _state("x", left + WRITE, INPUT_ROW, "x", cell.input_size, "input", "input", offset),
    ]
    if spec.head and layer == len(spec.layers) - 1:
        cards.append(_state("y", out, INPUT_ROW, "y", spec.head.size, "output", "output", offset))
    for letter, x in GATE_COLUMNS:
        box = _square(left + x, GATES, GATE_SIZE)
        size = cell.hidden_size if letter == "o" and not cell.possible else cell.cell_size
        cards.append(
            Card(
                f"{letter}{offset:+d}",
                box,
                letter,
                letter,
                size,
                ARRAYS[letter],
                "activate",
                "cell",
                offset,
                small=True,
            )
        )
    return cards


def _operations(left: float, offset: int, *, broken: bool) -> list[Operation]:
    def disc(
        name: str, x: float, y: float, label: str, stage: str, role: str, *, broken: bool = False
    ) -> Operation:
        place = (left + x, y)
        return Operation(
            f"{name}{offset:+d}", place, label, stage, role, DISC, DISC, "", broken, offset
        )

    return [
        disc("forget", GATE_COLUMNS[0][1], CONVEYOR, "⊙", "forget", "c"),
        disc("gated", WRITE, MIDDLE, "⊙", "write", "g"),
        disc("add", WRITE, CONVEYOR, "+", "write", "c"),
        disc("expose", GATE_COLUMNS[3][1], MIDDLE, "⊙", "output", "h", broken=broken),
    ]


def _wires(spec: NetworkSpec, layer: int, left: float, offset: int) -> list[Wire]:
    """The wires of one step; its body begins at `left`."""
    cell = spec.layers[layer]
    hidden, size, both = cell.hidden_size, cell.cell_size, cell.hidden_size + cell.input_size
    end = "project" if cell.projected else "output"
    routes = _routes(left)
    head = spec.head if layer == len(spec.layers) - 1 else None
    rows = [
        ("c_in", "c", "forget", "cell_state_before", size),
        ("kept", "c", "write", "forgotten", size),
        ("c_out", "c", "write", "cell_state", size),
        ("f_out", "f", "forget", "forget_gate", size),
        ("i_out", "i", "write", "input_gate", size),
        ("g_out", "g", "write", "candidate", size),
        ("written", "g", "write", "written", size),
        ("tap", "c", "output", "squashed", size),
        ("o_out", "o", "output", "output_gate", size),
        ("h_out", "h", end, "hidden_state", hidden),
        ("h_in", "h", "gather", "hidden_state_before", hidden),
        ("x_in", "x", "gather", "input", cell.input_size),
        *((f"bus_{letter}", "x", "pre-activate", "gathered", both) for letter in "figo"),
        *([("y_in", "y", "head", "output", head.size)] if head else []),
    ]
    return [
        Wire(
            f"{name}{offset:+d}",
            routes[name],
            role,
            stage,
            array,
            count,
            arrow=name in ARROWS or name.startswith("bus"),
            thick=name in ("c_in", "kept", "c_out"),
            offset=offset,
        )
        for name, role, stage, array, count in rows
    ]


ARROWS = ("c_out", "h_out", "x_in", "y_in")


def _routes(left: float) -> dict[str, tuple[Point, ...]]:
    """Where each wire of a step runs; its body begins at `left`."""
    r, top, bottom = DISC / 2, GATES - GATE_SIZE / 2, GATES + GATE_SIZE / 2
    state = STATE_SIZE / 2
    before, out, add = left - 26 + state, left + BODY + 26, left + WRITE
    f, i, g, o = (left + x for _, x in GATE_COLUMNS)
    turn = o + 18
    return {
        "c_in": ((before, CONVEYOR), (f - r, CONVEYOR)),
        "kept": ((f + r, CONVEYOR), (add - r, CONVEYOR)),
        "c_out": ((add + r, CONVEYOR), (out - state, CONVEYOR)),
        "f_out": ((f, top), (f, CONVEYOR + r)),
        "i_out": ((i, top), (i, MIDDLE), (add - r, MIDDLE)),
        "g_out": ((g, top), (g, MIDDLE), (add + r, MIDDLE)),
        "written": ((add, MIDDLE - r), (add, CONVEYOR + r)),
        "tap": ((o, CONVEYOR), (o, MIDDLE - r)),
        "o_out": ((o, top), (o, MIDDLE + r)),
        "h_out": ((o + r, MIDDLE), (turn, MIDDLE), (turn, BUS), (out - state, BUS)),
        "h_in": ((before, BUS), (o, BUS)),
        "x_in": ((add, INPUT_ROW - state), (add, BUS + 2)),
        "y_in": ((out, BUS + state), (out, INPUT_ROW - state)),
        **{f"bus_{letter}": ((left + x, BUS), (left + x, bottom)) for letter, x in GATE_COLUMNS},
    }


def _legend(spec: NetworkSpec, layer: int) -> list[Text]:
    """The sizes, written once for all steps, and what the rows are."""
    cell = spec.layers[layer]
    y = 62.0
    parts = [f"f i g o c: {cell.cell_size:,}", f"h: {cell.hidden_size:,}"]
    parts.append(f"x: {cell.input_size:,}")
    if spec.head:
        parts.append(f"y: {spec.head.size:,}")
    if cell.projected:
        parts.append(f"h = W_hr m, {cell.hidden_size:,}×{cell.cell_size:,}")
    words = [Text(FIRST, y, "values on each wire   " + "   ·   ".join(parts), 11, "muted")]
    left = FIRST - 26
    words.append(Text(left, CONVEYOR - 28, "c", 12, "c_text", bold=True, anchor="middle"))
    words.append(Text(left, BUS - 28, "h", 12, "h_text", bold=True, anchor="middle"))
    beside = FIRST + WRITE - STATE_SIZE / 2 - 8
    words.append(Text(beside, INPUT_ROW + 4, "x", 12, "x_text", bold=True, anchor="end"))
    if spec.head:
        beside = FIRST + BODY + 26 - STATE_SIZE / 2 - 8
        words.append(Text(beside, INPUT_ROW + 4, "y", 12, "y_text", bold=True, anchor="end"))
    return words
