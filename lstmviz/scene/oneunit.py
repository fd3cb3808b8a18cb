"""A layer as scalar units, each with gates and a cell value of its own: from sizes alone.

Every unit reads every hidden value of the step before and every input: that is what a layer
“of four cells” is.
"""

from __future__ import annotations

from lstmviz.engine.spec import CellSpec, NetworkSpec
from lstmviz.scene.diagram import Card, Diagram, Operation, Wire
from lstmviz.scene.layout import problem
from lstmviz.scene.places import HEIGHT, WIDTH
from lstmviz.scene.shapes import Box, Point, Rect, Shape, Text
from lstmviz.scene.words import index as subscript

UNITS = 4
"""Most units side by side."""
SOURCES, INPUTS = 5, 3
"""Most hidden values and most inputs drawn as squares of their own."""

SQUARE, DISC = 26.0, 20.0
TOP, ROW = 74.0, 108.0
SOURCE_X, SUM_X, OUT_X = 56.0, 236.0, 880.0
GATE_X = {"f": 300.0, "i": 352.0, "g": 404.0, "o": 456.0}
BEFORE_X, KEEP_X, JOIN_X, CELL_X, EXPOSE_X, OUTPUT_X = 526.0, 562.0, 598.0, 650.0, 708.0, 764.0
GROUP = (272.0, 206.0)
"""Left edge and width of the frame about a unit's gates, into which its sums go."""
ARRAYS = {"f": "forget_gate", "i": "input_gate", "g": "candidate", "o": "output_gate"}


def first_unit(cell: CellSpec, focus: int | None) -> int:
    """The first of the units drawn, so that the focus unit is among them."""
    return max(0, min((focus or 0) - 1, cell.cell_size - UNITS))


def unit_diagram(
    spec: NetworkSpec, layer: int = 0, first: int = 0, direction: str = "forward"
) -> Diagram:
    """Units `first` to `first` + `UNITS` of a layer, each wired to all it reads."""
    before, after = ("t+1", "t−1") if direction == "backward" else ("t−1", "t+1")
    cell = spec.layers[layer]
    units = range(first, min(first + UNITS, cell.cell_size))
    sources, words = _sources(cell, first, before)
    has = [letter for letter in GATE_X if ARRAYS[letter] not in cell.variant.absent]
    cards, operations = list(sources), []
    wires: list[Wire] = []
    backdrop: list[Shape] = []
    for row, unit in enumerate(units):
        y = TOP + row * ROW + ROW / 2 - 8
        backdrop.append(Rect(Box(206, y - 46, 594, 96), fill="faint", radius=12, opacity=0.6))
        words.append(Text(214, y - 30, f"unit {unit}", 11, "muted", bold=True))
        backdrop.append(Rect(Box(GROUP[0], y - 24, GROUP[1], 52), "card", "edge", radius=8))
        cards += _unit_cards(unit, y, has, own_h=not cell.projected)
        operations += _operations(unit, y, has, broken=not cell.possible)
        wires += _unit_wires(unit, y, sources, has, projected=cell.projected)
        words += [
            Text(GATE_X[letter] - 20, y - 8, letter, 11, f"{letter}_text", bold=True,
                 anchor="middle")
            for letter in has
        ]  # fmt: skip
        words.append(Text(506, y + 46, "i × g", 10, "g_text", anchor="middle"))
        words.append(
            Text(
                BEFORE_X,
                y - 18,
                "cₜ₊₁" if before == "t+1" else "cₜ₋₁",
                11,
                "c_text",
                bold=True,
                anchor="middle",
            )
        )
        words.append(Text(CELL_X, y - 18, "cₜ", 11, "c_text", bold=True, anchor="middle"))
        name = "mₜ" if cell.projected else "hₜ"
        words.append(Text(OUTPUT_X, y - 18, name, 11, "h_text", bold=True, anchor="middle"))
    words += _told(cell, units, after)
    return Diagram(
        WIDTH, HEIGHT, tuple(cards), tuple(operations), tuple(wires), tuple(backdrop),
        tuple(words), problem=problem(cell),
    )  # fmt: skip


def _square(x: float, y: float) -> Box:
    return Box(x - SQUARE / 2, y - SQUARE / 2, SQUARE, SQUARE)


def _one(
    name: str, x: float, y: float, role: str, array: str, stage: str | None, unit: str, index: int
) -> Card:
    """A card of one value."""
    return Card(name, _square(x, y), "", role, 1, array, stage, unit, small=True, index=index)


def _sources(cell: CellSpec, first: int, before: str) -> tuple[list[Card], list[Text]]:
    """What every unit reads: hidden values of the step before, then inputs."""
    hidden = min(cell.hidden_size, SOURCES)
    inputs = min(cell.input_size, INPUTS)
    pitch = min(70.0, (HEIGHT - TOP - 60) / (hidden + inputs))
    start = min(first, cell.hidden_size - hidden) if not cell.projected else 0
    cards, words = [], []
    for row in range(hidden):
        y, k = TOP + 28 + row * pitch, start + row
        cards.append(_one(f"h{k}", SOURCE_X, y, "h", "hidden_state_before", None, "hidden", k))
        words.append(Text(SOURCE_X - 18, y + 4, f"h{subscript(k)}", 11, "h_text", anchor="end"))
    for row in range(inputs):
        y = TOP + 28 + (hidden + 0.4 + row) * pitch
        cards.append(_one(f"x{row}", SOURCE_X, y, "x", "input", None, "input", row))
        words.append(Text(SOURCE_X - 18, y + 4, f"x{subscript(row)}", 11, "x_text", anchor="end"))
    more = [
        f"{count - shown:,} more {name}"
        for name, count, shown in (
            ("h", cell.hidden_size, hidden),
            ("x", cell.input_size, inputs),
        )
        if count > shown
    ]
    if more:
        words.append(Text(10, HEIGHT - 12, "and " + ", ".join(more), 11, "muted"))
    words.append(Text(14, 76, f"h of step {before}, x of step t", 11, "muted"))
    return cards, words


def _unit_cards(unit: int, y: float, has: list[str], *, own_h: bool) -> list[Card]:
    cards = [
        _one(f"{gate}_{unit}", GATE_X[gate], y, gate, ARRAYS[gate], "activate", "cell", unit)
        for gate in has
    ]
    h = "hidden_state" if own_h else "cell_output"
    return [
        *cards,
        _one(f"c_before_{unit}", BEFORE_X, y, "c", "cell_state_before", None, "cell", unit),
        _one(f"c_{unit}", CELL_X, y, "c", "cell_state", "write", "cell", unit),
        _one(f"out_{unit}", OUTPUT_X, y, "h", h, "output", "cell", unit),
    ]


def _operations(unit: int, y: float, has: list[str], *, broken: bool) -> list[Operation]:
    rows = [
        Operation(f"sum_{unit}", (SUM_X, y), "Σ", "pre-activate", "x", DISC, DISC),
        Operation(f"join_{unit}", (JOIN_X, y), "+", "write", "c", DISC, DISC),
    ]
    if "f" in has:
        rows.append(Operation(f"keep_{unit}", (KEEP_X, y), "⊙", "forget", "c", DISC, DISC))
    if "o" in has:
        expose = (EXPOSE_X, y)
        rows.append(
            Operation(f"expose_{unit}", expose, "⊙", "output", "h", DISC, DISC, broken=broken)
        )
    return rows


def _unit_wires(
    unit: int, y: float, sources: list[Card], has: list[str], *, projected: bool
) -> list[Wire]:
    half, r = SQUARE / 2, DISC / 2
    end = "project" if projected else "output"
    array = "hidden_state" if not projected else "cell_output"
    wires = [
        Wire(
            f"{card.name}_{unit}",
            ((SOURCE_X + half, card.box.center[1]), (SUM_X - r, y)),
            card.role,
            "gather",
            card.array,
            1,
            arrow=False,
            thin=True,
        )
        for card in sources
    ]
    under = y + 34
    route = ((SUM_X + r, y), (GROUP[0], y))
    wires.append(Wire(f"a_{unit}", route, "x", "pre-activate", "gathered", 1))
    end_of_before = KEEP_X - r if "f" in has else JOIN_X - r
    came = ((BEFORE_X + half, y), (end_of_before, y))
    wires.append(Wire(f"came_{unit}", came, "c", "forget", "cell_state_before", 1, arrow=False))
    if "f" in has:
        over = y - 40
        f: tuple[Point, ...] = ((GATE_X["f"], y - half), (GATE_X["f"], over), (KEEP_X, over),
                                (KEEP_X, y - r))  # fmt: skip
        kept = ((KEEP_X + r, y), (JOIN_X - r, y))
        wires.append(Wire(f"f_{unit}", f, "f", "forget", "forget_gate", 1, arrow=False))
        wires.append(Wire(f"kept_{unit}", kept, "c", "write", "forgotten", 1, arrow=False))
    if "o" in has:
        over = y - 33
        o: tuple[Point, ...] = ((GATE_X["o"], y - half), (GATE_X["o"], over), (EXPOSE_X, over),
                                (EXPOSE_X, y - r))  # fmt: skip
        wires.append(Wire(f"o_{unit}", o, "o", "output", "output_gate", 1, arrow=False))
    first = GATE_X["i" if "i" in has else "g"]
    into = ((first, under), (JOIN_X, under), (JOIN_X, y + r))
    wires.append(Wire(f"written_{unit}", into, "g", "write", "written", 1, arrow=False))
    for gate in [gate for gate in "ig" if gate in has]:
        drop = ((GATE_X[gate], y + half + 15), (GATE_X[gate], under))
        wires.append(Wire(f"{gate}_{unit}", drop, gate, "write", ARRAYS[gate], 1, arrow=False))
    made = ((JOIN_X + r, y), (CELL_X - half, y))
    wires.append(Wire(f"made_{unit}", made, "c", "write", "cell_state", 1, arrow=False))
    shown = ((CELL_X + half, y), (EXPOSE_X - r, y))
    wires.append(Wire(f"shown_{unit}", shown, "c", "output", "squashed", 1, arrow=False))
    out = ((EXPOSE_X + r, y), (OUTPUT_X - half, y))
    wires.append(Wire(f"out_{unit}", out, "h", "output", array, 1, arrow=False))
    away = ((OUTPUT_X + half, y), (OUT_X, y))
    wires.append(Wire(f"away_{unit}", away, "h", end, array, 1))
    return wires


def _told(cell: CellSpec, units: range, after: str) -> list[Text]:
    """What the picture says, in words."""
    count = cell.hidden_size + cell.input_size
    shown = f"{len(units)} of {cell.cell_size:,} units, each"
    if len(units) == cell.cell_size:
        shown = f"all {len(units)} units, each" if len(units) > 1 else "the only unit,"
    where = "to W_hr" if cell.projected else f"to every unit at {after}"
    reads = f"each reads all {cell.hidden_size:,} h and {cell.input_size:,} x"
    sums = f"Σ: four sums of {count:,} products and a bias, one for each gate"
    return [
        Text(206, 60, f"{shown} with gates and a cell value of its own", 11, "muted"),
        Text(14, 60, reads, 11, "muted"),
        Text(206, HEIGHT - 12, sums, 11, "muted"),
        Text(OUT_X + 50, 60, where, 11, "muted", anchor="end"),
    ]
