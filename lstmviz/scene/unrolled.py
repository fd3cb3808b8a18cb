"""Several steps of one cell side by side, from its sizes alone."""

from __future__ import annotations

from lstmviz.engine.spec import NetworkSpec
from lstmviz.scene.diagram import Card, Diagram, Operation, StepLabel, Wire
from lstmviz.scene.layout import HEIGHT, WIDTH, problem
from lstmviz.scene.shapes import Box, Rect, Shape, Text

COUNT = 5
"""Steps side by side."""

PITCH, FIRST, BODY = 189.0, 58.0, 133.0
CONVEYOR, MIDDLE, GATES, BUS, INPUT_ROW = 150.0, 204.0, 258.0, 356.0, 470.0
STATE_SIZE, GATE_SIZE, DISC = 44.0, 27.0, 18.0
GATE_COLUMNS = (("f", 18.0), ("i", 47.0), ("g", 76.0), ("o", 105.0))
WRITE = 61.5
"""Where i and g meet."""
ARRAYS = {"f": "forget_gate", "i": "input_gate", "g": "candidate", "o": "output_gate"}


def unrolled_diagram(spec: NetworkSpec, layer: int = 0, position: int = 0) -> Diagram:
    """`COUNT` steps of a layer; the current step is number `position` of them (from 0)."""
    cell = spec.layers[layer]
    cards: list[Card] = [
        _state(
            "c_before",
            FIRST - 28,
            CONVEYOR,
            "c",
            cell.cell_size,
            "cell_state_before",
            "cell",
            -position,
        ),
        _state(
            "h_before",
            FIRST - 28,
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
        body = Box(left, 92, BODY, BUS - 92 + 26)
        edge = "accent" if current else None
        backdrop.append(Rect(body, "faint", edge, 1.6, radius=12, opacity=1.0 if current else 0.6))
        labels.append(StepLabel((left + BODY / 2, 114), offset))
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
    out = left + BODY + 28
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
    cell = spec.layers[layer]
    hidden, size = cell.hidden_size, cell.cell_size
    r, top, bottom = DISC / 2, GATES - GATE_SIZE / 2, GATES + GATE_SIZE / 2
    state = STATE_SIZE / 2
    before, out = left - 28 + state, left + BODY + 28
    end = "project" if cell.projected else "output"

    def wire(
        name: str,
        points: list[tuple[float, float]],
        role: str,
        stage: str,
        array: str,
        count: int,
        *,
        thick: bool = False,
        arrow: bool = False,
    ) -> Wire:
        return Wire(
            f"{name}{offset:+d}",
            tuple(points),
            role,
            stage,
            array,
            count,
            None,
            arrow,
            thick,
            offset,
        )

    f, i, g, o = (left + x for _, x in GATE_COLUMNS)
    add = left + WRITE
    wires = [
        wire(
            "c_in",
            [(before, CONVEYOR), (f - r, CONVEYOR)],
            "c",
            "forget",
            "cell_state_before",
            size,
            thick=True,
        ),
        wire(
            "kept",
            [(f + r, CONVEYOR), (add - r, CONVEYOR)],
            "c",
            "write",
            "forgotten",
            size,
            thick=True,
        ),
        wire(
            "c_out",
            [(add + r, CONVEYOR), (out - state, CONVEYOR)],
            "c",
            "write",
            "cell_state",
            size,
            thick=True,
            arrow=True,
        ),
        wire("f_out", [(f, top), (f, CONVEYOR + r)], "f", "forget", "forget_gate", size),
        wire("i_out", [(i, top), (i, MIDDLE), (add - r, MIDDLE)], "i", "write", "input_gate", size),
        wire("g_out", [(g, top), (g, MIDDLE), (add + r, MIDDLE)], "g", "write", "candidate", size),
        wire("written", [(add, MIDDLE - r), (add, CONVEYOR + r)], "g", "write", "written", size),
        wire("tap", [(o, CONVEYOR), (o, MIDDLE - r)], "c", "output", "squashed", size),
        wire("o_out", [(o, top), (o, MIDDLE + r)], "o", "output", "output_gate", size),
        wire(
            "h_out",
            [(o + r, MIDDLE), (o + 20, MIDDLE), (o + 20, BUS), (out - state, BUS)],
            "h",
            end,
            "hidden_state",
            hidden,
            arrow=True,
        ),
        wire(
            "h_in",
            [(before, BUS), (o, BUS), (o, bottom)],
            "h",
            "gather",
            "hidden_state_before",
            hidden,
            arrow=True,
        ),
        wire(
            "x_in",
            [(add, INPUT_ROW - state), (add, BUS + 2)],
            "x",
            "gather",
            "input",
            cell.input_size,
            arrow=True,
        ),
    ]
    wires += [
        wire(
            f"bus_{letter}",
            [(left + x, BUS), (left + x, bottom)],
            "x",
            "pre-activate",
            "gathered",
            hidden + cell.input_size,
            arrow=True,
        )
        for letter, x in GATE_COLUMNS[:3]
    ]
    if spec.head and layer == len(spec.layers) - 1:
        wires.append(
            wire(
                "y_in",
                [(out, BUS + state), (out, INPUT_ROW - state)],
                "y",
                "head",
                "output",
                spec.head.size,
                arrow=True,
            )
        )
    return wires


def _legend(spec: NetworkSpec, layer: int) -> list[Text]:
    """The sizes, written once for all steps, and what the rows are."""
    cell = spec.layers[layer]
    y = 68.0
    parts = [f"f i g o c: {cell.cell_size:,}", f"h: {cell.hidden_size:,}"]
    parts.append(f"x: {cell.input_size:,}")
    if spec.head:
        parts.append(f"y: {spec.head.size:,}")
    if cell.projected:
        parts.append(f"h = W_hr m, {cell.hidden_size:,}×{cell.cell_size:,}")
    words = [Text(FIRST, y, "values on each wire   " + "   ·   ".join(parts), 11, "muted")]
    left = FIRST - 28
    words.append(Text(left, CONVEYOR - 28, "c", 12, "c_text", bold=True, anchor="middle"))
    words.append(Text(left, BUS - 28, "h", 12, "h_text", bold=True, anchor="middle"))
    beside = FIRST + WRITE - STATE_SIZE / 2 - 8
    words.append(Text(beside, INPUT_ROW + 4, "x", 12, "x_text", bold=True, anchor="end"))
    if spec.head:
        beside = FIRST + BODY + 28 - STATE_SIZE / 2 - 8
        words.append(Text(beside, INPUT_ROW + 4, "y", 12, "y_text", bold=True, anchor="end"))
    return words
