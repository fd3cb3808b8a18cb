"""A layer as scalar units, each with gates and a cell value of its own: from sizes alone.

Every unit reads every hidden value of the step before and every input: that is what a layer
“of four cells” is.
"""

from __future__ import annotations

from lstmviz.engine.spec import CellSpec, NetworkSpec
from lstmviz.scene.diagram import Card, Diagram, Operation, Wire
from lstmviz.scene.layout import problem
from lstmviz.scene.metrics import fit
from lstmviz.scene.places import HEIGHT, WIDTH
from lstmviz.scene.shapes import Box, Point, Rect, Shape, Text
from lstmviz.scene.symbols import (
    applied,
    bound,
    gate_vector,
    late_output_gate,
    recurrent,
    sign,
    weighted,
)
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
    has = columns(cell)
    cards, operations = list(sources), []
    wires: list[Wire] = []
    backdrop: list[Shape] = []
    for row, unit in enumerate(units):
        y = TOP + row * ROW + ROW / 2 - 8
        backdrop.append(Rect(Box(206, y - 46, 594, 96), fill="faint", radius=12, opacity=0.6))
        words.append(Text(214, y - 30, f"unit {unit}", 11, "muted", bold=True))
        backdrop.append(Rect(Box(GROUP[0], y - 24, GROUP[1], 52), "card", "edge", radius=8))
        cards += _unit_cards(unit, y, cell)
        operations += _operations(unit, y, has, broken=not cell.possible)
        wires += _unit_wires(unit, y, sources, cell)
        words += _unit_words(y, cell)
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
    loop = recurrent(cell.variant)
    hidden = min(cell.hidden_size, SOURCES - loop)
    inputs = min(cell.input_size, INPUTS)
    pitch = min(70.0, (HEIGHT - TOP - 60) / (hidden + inputs + 1.6 * loop))
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
    if loop:
        y = TOP + 28 + (hidden + inputs + 0.9) * pitch
        size, array = cell.cell_size * len(weighted(cell.variant)), "gates_before"
        box, when = _square(SOURCE_X, y), "ₜ₊₁" if before == "t+1" else "ₜ₋₁"
        cards.append(Card(array, box, "", "x", size, array, None, "gates", small=True))
        name = gate_vector(cell.variant) + when
        words.append(Text(SOURCE_X, y + 25, name, 10, "x_text", anchor="middle"))
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


def columns(cell: CellSpec) -> dict[str, float]:
    """Where the gates of a unit stand: those that are there; a coupled f behind i."""
    variant, places = cell.variant, dict(GATE_X)
    if variant.coupled:
        places["f"], places["i"] = places["i"], places["f"]
    return {
        letter: places[letter]
        for letter in places
        if ARRAYS[letter] not in variant.absent or (letter == "f" and variant.coupled)
    }


def _unit_words(y: float, cell: CellSpec) -> list[Text]:
    """The names of a unit's gates, and what is not standard about its wires."""
    variant, has = cell.variant, columns(cell)
    words = []
    for letter, x in GATE_X.items():
        color = f"{letter}_text"
        if letter in has:
            name = Text(has[letter] - 20, y - 8, letter, 11, color, bold=True, anchor="middle")
            words.append(name)
        else:
            words.append(Text(x, y + 4, f"{letter} = 1", 10, color, anchor="middle"))
    written = "i × g" if "i" in has else "g"
    words.append(Text(506, y + 46, written, 10, "g_text", anchor="middle"))
    squashed = fit(applied(variant.output, "c"), 76, 10)
    words.append(Text(EXPOSE_X, y + 25, squashed, 10, "c_text", anchor="middle"))
    if variant.peephole and weighted(variant):
        words.append(Text(496, y + 15, "× p", 10, "c_text", anchor="middle"))
    return words


def _unit_cards(unit: int, y: float, cell: CellSpec) -> list[Card]:
    late, cards = late_output_gate(cell.variant), []
    for gate, x in columns(cell).items():
        stage = "output" if gate == "o" and late else "activate"
        cards.append(_one(f"{gate}_{unit}", x, y, gate, ARRAYS[gate], stage, "cell", unit))
    h = "cell_output" if cell.projected else "hidden_state"
    return [
        *cards,
        _one(f"c_before_{unit}", BEFORE_X, y, "c", "cell_state_before", None, "cell", unit),
        _one(f"c_{unit}", CELL_X, y, "c", "cell_state", "write", "cell", unit),
        _one(f"out_{unit}", OUTPUT_X, y, "h", h, "output", "cell", unit),
    ]


def _operations(unit: int, y: float, has: dict[str, float], *, broken: bool) -> list[Operation]:
    rows = [
        Operation(f"sum_{unit}", (SUM_X, y), "Σ", "pre-activate", "x", DISC, DISC),
        Operation(f"join_{unit}", (JOIN_X, y), "+", "write", "c", DISC, DISC),
    ]
    if "f" in has:
        rows.append(Operation(f"keep_{unit}", (KEEP_X, y), "⊙", "forget", "c", DISC, DISC))
    if "o" in has or broken:
        label, expose = "⊙" if "o" in has else "≠", (EXPOSE_X, y)
        rows.append(
            Operation(f"expose_{unit}", expose, label, "output", "h", DISC, DISC, broken=broken)
        )
    return rows


def _unit_wires(unit: int, y: float, sources: list[Card], cell: CellSpec) -> list[Wire]:
    """Every wire of a unit."""
    r = DISC / 2
    rows: list[Row] = [
        ("a", ((SUM_X + r, y), (GROUP[0], y)), "x", "pre-activate", "gathered"),
        *_from_gates(y, cell),
        *_along(y, cell),
        *_peepholes(y, cell),
    ]
    arrows = ("a", "away", "peep", "peep_o", "turned")
    return [_read(card, unit, y) for card in sources] + [
        Wire(f"{name}_{unit}", route, role, stage, array, 1, arrow=name in arrows)
        for name, route, role, stage, array in rows
    ]


Row = tuple[str, tuple[Point, ...], str, str, str]
"""Name, route, colour role, stage and array of a wire."""


def _read(card: Card, unit: int, y: float) -> Wire:
    """A hairline from what a unit reads to its sum."""
    ends = ((SOURCE_X + SQUARE / 2, card.box.center[1]), (SUM_X - DISC / 2, y))
    name = f"{card.name}_{unit}"
    return Wire(name, ends, card.role, "gather", card.array, 1, arrow=False, thin=True)


def _from_gates(y: float, cell: CellSpec) -> list[Row]:
    """From the gates to what they multiply, and from i to a coupled f."""
    has, half, r, rows = columns(cell), SQUARE / 2, DISC / 2, []
    for gate, over, x, stage in (
        ("f", y - 40, KEEP_X, "forget"),
        ("o", y - 33, EXPOSE_X, "output"),
    ):
        if gate in has:
            start = (has[gate], y - half)
            route: tuple[Point, ...] = (start, (has[gate], over), (x, over), (x, y - r))
            rows.append((gate, route, gate, stage, ARRAYS[gate]))
    under, first = y + 34, has["i" if "i" in has else "g"]
    into: tuple[Point, ...] = ((first, under), (JOIN_X, under), (JOIN_X, y + r))
    rows.append(("written", into, "g", "write", "written"))
    for gate in (gate for gate in "ig" if gate in has):
        drop: tuple[Point, ...] = ((has[gate], y + half + 15), (has[gate], under))
        rows.append((gate, drop, gate, "write", ARRAYS[gate]))
    if cell.variant.coupled and "i" in has:
        turned: tuple[Point, ...] = ((has["i"] + half, y), (has["f"] - half, y))
        rows.append(("turned", turned, "i", "activate", "input_gate"))
    return rows


def _along(y: float, cell: CellSpec) -> list[Row]:
    """From the cell value before to the new one, and out to h."""
    has, half, r = columns(cell), SQUARE / 2, DISC / 2
    forgets, ends = "f" in has, "project" if cell.projected else "output"
    h = "cell_output" if cell.projected else "hidden_state"
    came: tuple[Point, ...] = ((BEFORE_X + half, y), ((KEEP_X if forgets else JOIN_X) - r, y))
    rows: list[Row] = [
        ("came", came, "c", "forget" if forgets else "write", "cell_state_before"),
        ("made", ((JOIN_X + r, y), (CELL_X - half, y)), "c", "write", "cell_state"),
        ("away", ((OUTPUT_X + half, y), (OUT_X, y)), "h", ends, h),
    ]
    if forgets:
        rows.append(("kept", ((KEEP_X + r, y), (JOIN_X - r, y)), "c", "write", "forgotten"))
    if "o" in has or not cell.possible:
        shown: tuple[Point, ...] = ((CELL_X + half, y), (EXPOSE_X - r, y))
        rows.append(("out", ((EXPOSE_X + r, y), (OUTPUT_X - half, y)), "h", "output", h))
    else:
        shown = ((CELL_X + half, y), (OUTPUT_X - half, y))
    rows.append(("shown", shown, "c", "output", "squashed"))
    return rows


def _peepholes(y: float, cell: CellSpec) -> list[Row]:
    """From c into the frame of the gates: the value before for i and f, the new one for o."""
    variant, edge = cell.variant, GROUP[0] + GROUP[1]
    rows: list[Row] = []
    if variant.peephole and {"input_gate", "forget_gate"} & set(weighted(variant)):
        seen: tuple[Point, ...] = ((BEFORE_X - SQUARE / 2, y), (edge, y))
        rows.append(("peep", seen, "c", "pre-activate", "cell_state_before"))
    if late_output_gate(variant):
        up, over, down = CELL_X + 11, y - 28, edge + 8
        route: tuple[Point, ...] = (
            (up, y - SQUARE / 2),
            (up, over),
            (down, over),
            (down, y - 12),
            (edge, y - 12),
        )
        rows.append(("peep_o", route, "c", "output", "cell_state"))
    return rows


def _told(cell: CellSpec, units: range, after: str) -> list[Text]:
    """What the picture says, in words."""
    count = cell.hidden_size + cell.input_size
    shown = f"{len(units)} of {cell.cell_size:,} units, each"
    if len(units) == cell.cell_size:
        shown = f"all {len(units)} units, each" if len(units) > 1 else "the only unit,"
    where = "to W_hr" if cell.projected else f"to every unit at {after}"
    reads = f"each reads all {cell.hidden_size:,} h and {cell.input_size:,} x"
    sums = fit(_summed(cell, count), 724, 11)
    return [
        Text(206, 60, f"{shown} with gates and a cell value of its own", 11, "muted"),
        Text(14, 60, reads, 11, "muted"),
        Text(206, HEIGHT - 12, sums, 11, "muted"),
        Text(OUT_X + 50, 60, where, 11, "muted", anchor="end"),
    ]


def _summed(cell: CellSpec, count: int) -> str:
    """What the sums are of, and all that is not standard about them."""
    variant = cell.variant
    own = [letter for letter, array in ARRAYS.items() if array not in variant.lacking]
    many = ("one sum", "two sums", "three sums", "four sums")[len(own) - 1]
    each = f", one for each of {', '.join(own)}" if 1 < len(own) < 4 else ""
    parts = [f"Σ: {many} of {count:,} products and a bias{each}"]
    if variant.coupled:
        parts.append("f = 1 − i")
    if variant.peephole and weighted(variant):
        parts.append("× p: peepholes")
    if recurrent(variant):
        values = cell.cell_size * len(weighted(variant))
        parts.append(f"R: {values:,} gates before")
    gate = sign(variant.gate) if weighted(variant) else "σ"
    if (gate, sign(variant.candidate)) != ("σ", "tanh"):
        parts.append(f"gates by {gate}, g by {sign(variant.candidate)}")
    bounds = {"sums": variant.clip, "c": variant.cell_clip}
    if cell.projected:
        bounds["h"] = variant.projection_clip
    told = [f"{name} {bound(value)}" for name, value in bounds.items() if value is not None]
    if told:
        parts.append("clipped: " + ", ".join(told))
    if len(parts) == 1 and len(own) == len(ARRAYS):
        parts[0] += ", one for each gate"
    return "  ·  ".join(parts)
