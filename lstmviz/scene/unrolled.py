"""Several steps of one cell side by side, from its sizes alone."""

from __future__ import annotations

from lstmviz.engine.spec import CellSpec, NetworkSpec
from lstmviz.scene.blocks import ARRAYS, gates, wire_rows
from lstmviz.scene.departures import (
    PLATE,
    clip,
    departures,
    plate_rows,
    plates,
    squash,
    squashes_oddly,
    wrapped,
)
from lstmviz.scene.diagram import Card, Diagram, Operation, StepLabel, Wire
from lstmviz.scene.layout import problem
from lstmviz.scene.places import HEIGHT, WIDTH
from lstmviz.scene.shapes import Box, Point, Rect, Shape, Text
from lstmviz.scene.symbols import (
    late_output_gate,
    recurrent,
    weighted,
)

COUNT = 5
"""Steps side by side, at most."""
LEAST = 720.0
"""Least width of the picture of few steps: its words need that."""

PITCH, FIRST, BODY = 177.0, 55.0, 125.0
CONVEYOR, MIDDLE, GATES, BUS, INPUT_ROW = 138.0, 192.0, 244.0, 336.0, 444.0
STATE_SIZE, GATE_SIZE, DISC = 42.0, 27.0, 18.0
GATE_COLUMNS = (("f", 17.0), ("i", 45.0), ("g", 73.0), ("o", 101.0))
PLATE_W, LINE = 27.0, 15.0
WRITE = 59.0
"""Where i and g meet."""


def unrolled_diagram(
    spec: NetworkSpec, layer: int = 0, position: int = 0, count: int = COUNT
) -> Diagram:
    """`count` steps of a layer; the current step is number `position` of them (from 0)."""
    cell = spec.layers[layer]
    page = max(WIDTH - (COUNT - count) * PITCH, LEAST)
    begin = FIRST + (page - WIDTH + (COUNT - count) * PITCH) / 2
    cards = _before(cell, begin, position)
    operations: list[Operation] = []
    wires: list[Wire] = []
    backdrop: list[Shape] = []
    words: list[Text] = []
    labels: list[StepLabel] = []
    for block in range(count):
        offset, left = block - position, begin + block * PITCH
        cards += _cards(spec, layer, left, offset)
        operations += _operations(cell, left, offset)
        wires += _wires(spec, layer, left, offset, first=block == 0)
        current = offset == 0
        body = Box(left, 82, BODY, BUS - 82 + 26)
        edge = "accent" if current else None
        backdrop.append(Rect(body, "faint", edge, 1.6, radius=12, opacity=1.0 if current else 0.6))
        labels.append(StepLabel((left + BODY / 2, 103), offset))
        words += [
            Text(left + x, BUS + 17, letter, 11, f"{letter}_text", bold=True, anchor="middle")
            for letter, x in GATE_COLUMNS
            if letter in gates(cell)
        ]
    words += _legend(spec, layer, begin, page)
    lines = len(wrapped(departures(cell), page - 16, 11))
    return Diagram(
        page,
        HEIGHT + max(0, lines - 1) * LINE,
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


def _before(cell: CellSpec, begin: float, position: int) -> list[Card]:
    """The states that the first step on show starts from."""
    x, rows = begin - 26, ((CONVEYOR, "c", cell.cell_size), (BUS, "h", cell.hidden_size))
    names = {"c": ("cell_state_before", "cell"), "h": ("hidden_state_before", "hidden")}
    return [
        _state(f"{role}_before", x, y, role, size, *names[role], -position)
        for y, role, size in rows
    ]


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
        if letter not in gates(cell):
            continue
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
                "output" if letter == "o" and late_output_gate(cell.variant) else "activate",
                "cell",
                offset,
                small=True,
            )
        )
    return cards


def _operations(cell: CellSpec, left: float, offset: int) -> list[Operation]:
    has = gates(cell)
    rows = [
        ("add", WRITE, CONVEYOR, "+", "write", "c", True),
        ("forget", GATE_COLUMNS[0][1], CONVEYOR, "⊙", "forget", "c", "f" in has),
        ("gated", WRITE, MIDDLE, "⊙", "write", "g", "i" in has),
        ("expose", GATE_COLUMNS[3][1], MIDDLE, "⊙", "output", "h", "o" in has),
    ]
    found = [
        Operation(
            f"{name}{offset:+d}", (left + x, y), label, stage, role, DISC, DISC, "",
            name == "expose" and not cell.possible, offset,
        )
        for name, x, y, label, stage, role, there in rows
        if there
    ]  # fmt: skip
    return found + _departing(cell, left, offset)


def _departing(cell: CellSpec, left: float, offset: int) -> list[Operation]:
    """The plates of a step: below its gates, on c and on h."""
    variant, columns, found = cell.variant, dict(GATE_COLUMNS), []
    for letter in gates(cell):
        aside = 3 if letter == "i" and variant.coupled else 0  # room for the wire to f
        at = (left + columns[letter] + aside, GATES + GATE_SIZE / 2)
        found += plates(
            f"{letter}{offset:+d}", cell, letter, at, PLATE_W - 2 * aside, offset, staged=True
        )
    if variant.cell_clip is not None:
        at = (left + WRITE + 24, CONVEYOR)
        found.append(clip(f"clip_c{offset:+d}", at, "write", "c", offset))
    if squashes_oddly(variant):
        at, name = (left + columns["o"], (CONVEYOR + MIDDLE) / 2), f"squash{offset:+d}"
        found.append(squash(name, variant.output, at, "output", "c", 19.0, offset))
    if cell.projected:
        x, y, name = left + columns["o"] + 18, BUS - 44.0, f"W{offset:+d}"
        found.append(Operation(name, (x, y), "W_hr", "project", "h", 29, PLATE, offset=offset))
        if variant.projection_clip is not None:
            at = (x, y + PLATE + 2)
            found.append(clip(f"clip_h{offset:+d}", at, "project", "h", offset))
    return found


def _wires(spec: NetworkSpec, layer: int, left: float, offset: int, *, first: bool) -> list[Wire]:
    """The wires of one step, perhaps the first on show; its body begins at `left`."""
    cell = spec.layers[layer]
    routes, variant = _routes(cell, left), cell.variant
    head = spec.head if layer == len(spec.layers) - 1 else None
    rows = [*wire_rows(cell), ("x_in", "x", "gather", "input", cell.input_size)]
    if recurrent(variant):
        count = cell.cell_size * len(weighted(variant))
        name = "loop_in" if first else "loop"
        rows.append((name, "x", "pre-activate", "gates_before", count))
    if head:
        rows.append(("y_in", "y", "head", "output", head.size))
    return [
        Wire(
            f"{name}{offset:+d}",
            routes[name],
            role,
            stage,
            array,
            count,
            arrow=name in ARROWS or name.startswith(("bus", "peep")),
            thick=name in ("c_in", "kept", "c_out"),
            offset=offset,
        )
        for name, role, stage, array, count in rows
    ]


ARROWS = ("c_out", "h_out", "x_in", "y_in", "loop", "loop_in", "turned")


def _routes(cell: CellSpec, left: float) -> dict[str, tuple[Point, ...]]:
    """Where each wire of a step runs; its body begins at `left`."""
    r, top = DISC / 2, GATES - GATE_SIZE / 2
    under = GATES + GATE_SIZE / 2
    bottom = under + PLATE * plate_rows(cell.variant)
    state = STATE_SIZE / 2
    before, out, add = left - 26 + state, left + BODY + 26, left + WRITE
    f, i, g, o = (left + x for _, x in GATE_COLUMNS)
    turn, has, over = o + 18, gates(cell), top - 8
    exposed = r if "o" in has else 0.0
    g_out = ((g, top), (g, MIDDLE), (add + r, MIDDLE))
    columns = dict(GATE_COLUMNS)
    last, first = left + columns[has[-1]] + GATE_SIZE / 2, left + columns[has[0]] - GATE_SIZE / 2
    alone = "forget_gate" in cell.variant.lacking  # else the wire of f carries c as far
    tap = ((left + 1, CONVEYOR), (left + 1, over))
    return {
        "c_in": ((before, CONVEYOR), ((f if "f" in has else add) - r, CONVEYOR)),
        "kept": ((f + r, CONVEYOR), (add - r, CONVEYOR)),
        "c_out": ((add + r, CONVEYOR), (out - state, CONVEYOR)),
        "f_out": ((f, top), (f, CONVEYOR + r)),
        "i_out": ((i, top), (i, MIDDLE), (add - r, MIDDLE)),
        "g_out": g_out if "i" in has else (*g_out[:2], (add, MIDDLE), (add, CONVEYOR + r)),
        "written": ((add, MIDDLE - r), (add, CONVEYOR + r)),
        "tap": ((o, CONVEYOR), (o, MIDDLE - exposed)),
        "o_out": ((o, top), (o, MIDDLE + r)),
        "h_out": ((o + exposed, MIDDLE), (turn, MIDDLE), (turn, BUS), (out - state, BUS)),
        "h_in": ((before, BUS), (o if "o" in has else g, BUS)),
        "x_in": ((add, INPUT_ROW - state), (add, BUS + 2)),
        "y_in": ((out, BUS + state), (out, INPUT_ROW - state)),
        **{f"bus_{letter}": ((left + x, BUS), (left + x, bottom)) for letter, x in GATE_COLUMNS},
        "turned": ((i - 11, under), (i - 11, under + 8), (f, under + 8), (f, under)),
        "peep_f": (*tap, (f - 7, over), (f - 7, top)),
        "peep_i": (*(tap if alone else ((f - 7, over),)), (i - 7, over), (i - 7, top)),
        "peep_o": ((o + 12, CONVEYOR), (o + 12, top)),
        "loop": ((last - PITCH, GATES), (first, GATES)),
        "loop_in": ((left - 26 - state, GATES), (first, GATES)),
    }


def _legend(spec: NetworkSpec, layer: int, begin: float, page: float) -> list[Text]:
    """The sizes, written once for all steps, and what the rows are; blocks from `begin` on."""
    cell = spec.layers[layer]
    y = 62.0
    parts = [f"{' '.join(gates(cell))} c: {cell.cell_size:,}", f"h: {cell.hidden_size:,}"]
    parts.append(f"x: {cell.input_size:,}")
    if spec.head:
        parts.append(f"y: {spec.head.size:,}")
    if cell.projected:
        parts.append(f"W_hr: {cell.hidden_size:,}×{cell.cell_size:,}")
    told = "values on each wire   " + "   ·   ".join(parts)
    words = [Text(min(begin, FIRST), y, told, 11, "muted")]
    lines = wrapped(departures(cell), page - 16, 11)
    words += [Text(8, HEIGHT - 5 + LINE * row, line, 11, "muted") for row, line in enumerate(lines)]
    left = begin - 26
    if recurrent(cell.variant):
        words += [
            Text(left, GATES + down, line, 10, "muted", anchor="middle")
            for down, line in ((-7, "gates"), (14, "before"))
        ]
    words.append(Text(left, CONVEYOR - 28, "c", 12, "c_text", bold=True, anchor="middle"))
    words.append(Text(left, BUS - 28, "h", 12, "h_text", bold=True, anchor="middle"))
    beside = begin + WRITE - STATE_SIZE / 2 - 8
    words.append(Text(beside, INPUT_ROW + 4, "x", 12, "x_text", bold=True, anchor="end"))
    if spec.head:
        beside = begin + BODY + 26 - STATE_SIZE / 2 - 8
        words.append(Text(beside, INPUT_ROW + 4, "y", 12, "y_text", bold=True, anchor="end"))
    return words
