"""Where everything of one cell stands, from its sizes and its variant alone."""

from __future__ import annotations

from lstmviz.engine.spec import (
    LETTERS,
    CellSpec,
    HeadSpec,
    NetworkSpec,
    cell_fault,
    head_counts,
)
from lstmviz.scene.diagram import SMALL, Card, Diagram, Operation
from lstmviz.scene.gatewiring import COUPLED, Part, Sizes, column, loop_x, own_columns, sizes_of
from lstmviz.scene.metrics import width
from lstmviz.scene.places import (
    BESIDE,
    CARD_H,
    CARD_W,
    CLIP,
    CONVEYOR,
    EXPOSE,
    GATES,
    HEAD_MATRIX,
    HEAD_ROW,
    HEAD_SQUASH,
    JOIN,
    LEFT,
    MIDDLE,
    PEEP,
    PEEP_W,
    SIGMA,
    SQUASH,
    STATE,
    Places,
    clip_label,
    disc_width,
    matrix_width,
    places,
)
from lstmviz.scene.shapes import Box, Rect, Shape, Text
from lstmviz.scene.symbols import gate_vector, sign
from lstmviz.scene.wiring import cell_wires, flow

PREVIOUS = "ₜ₋₁"
NOW = "ₜ"
TITLE_OF = {
    "forget_gate": "forget f",
    "input_gate": "input i",
    "candidate": "candidate g",
    "output_gate": "output o",
}


def cell_diagram(spec: NetworkSpec, layer: int = 0) -> Diagram:
    """One cell of a layer, with the head if it is the last one; impossible cells included."""
    cell = spec.layers[layer]
    head = spec.head if layer == len(spec.layers) - 1 else None
    sizes, place = sizes_of(cell, head.size if head else None), places(cell)
    cards = [*_state_cards(cell, sizes, place), *_gate_cards(cell, sizes, place)]
    operations = [*_gate_operations(cell, sizes, place), *_flow_operations(cell, place)]
    words = list(_words(sizes, cell, place))
    if cell.projected:
        x = place.cell_output
        cards.append(_card("m", x, STATE, "m" + NOW, "h", sizes.cell, "output"))
        operations += _projection(cell, place)
    if head:
        cards.append(_card("y", place.right, HEAD_ROW, "y" + NOW, "y", head.size, "head"))
        operations += _head_operations(spec, head, place)
        words += _between(spec, place)
    return Diagram(
        place.width,
        place.height,
        tuple(cards),
        tuple(operations),
        tuple(cell_wires(cell, sizes, place)),
        _backdrop(cell, place),
        tuple(words),
        problem=problem(cell),
    )


def problem(cell: CellSpec) -> str | None:
    """Why the shapes do not fit and what would mend it, in two sentences; None if they do."""
    broken = cell_fault(cell)
    if broken is None:
        return None
    cause, mend = broken
    return f"This layer cannot run: {cause}. {mend[0].upper()}{mend[1:]}."


def _card(
    name: str, x: float, y: float, title: str, role: str, count: int, stage: str | None
) -> Card:
    array, unit = _MEANING[name]
    box = Box(x - CARD_W / 2, y - CARD_H / 2, CARD_W, CARD_H)
    return Card(name, box, title, role, count, array, stage, unit)


_MEANING = {
    "c_before": ("cell_state_before", "cell"),
    "h_before": ("hidden_state_before", "hidden"),
    "gates_before": ("gates_before", "gates"),
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


def _state_cards(cell: CellSpec, sizes: Sizes, place: Places) -> list[Card]:
    end = "project" if cell.projected else "output"
    cards = [
        _card("c_before", LEFT, CONVEYOR, "c" + PREVIOUS, "c", sizes.cell, None),
        _card("h_before", LEFT, STATE, "h" + PREVIOUS, "h", sizes.hidden, None),
        _card("x", LEFT, place.bus, "x" + NOW, "x", sizes.inputs, None),
        _card("c", place.right, CONVEYOR, "c" + NOW, "c", sizes.cell, "write"),
        _card("h", place.right, STATE, "h" + NOW, "h", sizes.hidden, end),
    ]
    if sizes.loop:
        title = gate_vector(cell.variant) + PREVIOUS
        cards.append(_card("gates_before", LEFT, place.loop, title, "x", sizes.loop, None))
    return cards


def _drawn(cell: CellSpec, array: str) -> bool:
    """Whether a gate is there at all: with weights of its own, or coupled."""
    return array not in cell.variant.lacking or (array == "forget_gate" and cell.variant.coupled)


def _gate_cards(cell: CellSpec, sizes: Sizes, place: Places) -> list[Card]:
    y, cards = GATES + CARD_H / 2, []
    for gate, x, array in place.columns:
        if not _drawn(cell, array):
            continue
        size = sizes.gate_o if gate == "o" else sizes.cell
        stage = "output" if gate == "o" and place.sees_after else "activate"
        cards.append(_card(gate, x, y, TITLE_OF[array], gate, size, stage))
    return cards


def _matrix(
    name: str, x: float, y: float, role: str, stage: str, rows: int, columns: int, h: float = 32
) -> Operation:
    detail = f"{rows}×{columns}"
    return Operation(name, (x, y), name, stage, role, matrix_width(rows, columns), h, detail)


def _gate_operations(cell: CellSpec, sizes: Sizes, place: Places) -> list[Operation]:
    result, columns = [], sizes.hidden + sizes.inputs
    for gate, x, _ in own_columns(cell, place):
        rows = sizes.gate_o if gate == "o" else sizes.cell
        matrix = _matrix(f"W_{gate}", x, place.matrix, gate, "pre-activate", rows, columns)
        result.append(matrix)
        for part in column(cell, place, gate):
            result += _part(part, cell, sizes, gate, x)
    if cell.variant.coupled:
        w, broken = disc_width(COUPLED), problem(cell) is not None and cell.possible
        center = (place.forget, SIGMA)
        result.append(Operation("turn", center, COUPLED, "activate", "f", w, 24, broken=broken))
    return result


def _part(part: Part, cell: CellSpec, sizes: Sizes, gate: str, x: float) -> list[Operation]:
    """A +, with what comes into it from the left, a clip or an activation."""
    name, y, stage = part.name, part.y, part.stage
    if name.startswith("act"):
        activation = cell.variant.candidate if gate == "g" else cell.variant.gate
        label = sign(activation)
        return [Operation(name, (x, y), label, stage, gate, disc_width(label), 24)]
    if name.startswith("clip") and cell.variant.clip is not None:
        label = clip_label(cell.variant.clip)
        return [Operation(name, (x, y), label, stage, gate, disc_width(label), 2 * CLIP)]
    plus = Operation(name, (x, y), "+", stage, gate)
    if name.startswith("plus_p"):
        middle, detail = x - BESIDE - PEEP_W / 2, f"{sizes.cell}"
        name = f"⊙ p_{gate}"
        peep = Operation(name, (middle, y), name, stage, "c", PEEP_W, 2 * PEEP, detail)
        return [plus, peep]
    rows, middle = sizes.gate_o if gate == "o" else sizes.cell, loop_x(sizes, gate, x)
    loop = _matrix(f"R_{gate}", middle, y, gate, stage, rows, sizes.loop, 2 * PEEP)
    return [plus, loop]


def _head_operations(spec: NetworkSpec, head: HeadSpec, place: Places) -> list[Operation]:
    x, reads, label = place.right, head_counts(spec)[0].shape[1], sign(head.squash)
    return [
        _matrix("W_y", x, HEAD_MATRIX, "y", "head", head.size, reads, 30),
        Operation("y", (x, HEAD_SQUASH), label, "head", "y", max(62.0, disc_width(label)), 22),
    ]


def _between(spec: NetworkSpec, place: Places) -> list[Text]:
    """What stands between this direction's h and the last head, said beside the head."""
    told, top = [], spec.layers[-1]
    if len(top.directions) > 1:
        told.append(f"both ways, {top.merge}: {top.output_size:,}")
    told += [f"Dense {head.size:,} {head.shown}" for head in spec.heads[:-1]]
    if len(told) > 3:
        told = [*told[:2], f"… {len(told) - 2} more"]
    x, first = place.right - 58, HEAD_MATRIX + 4 - 14 * (len(told) - 1)
    return [
        Text(x, first + 14 * row, words, SMALL, "muted", anchor="end")
        for row, words in enumerate(told)
    ]


def _projection(cell: CellSpec, place: Places) -> list[Operation]:
    h, c, bound = cell.hidden_size, cell.cell_size, cell.variant.projection_clip
    found = [_matrix("W_hr", place.projection, STATE, "h", "project", h, c)]
    if bound is not None:
        label, center = clip_label(bound), (place.projection_clip, STATE)
        w = disc_width(label)
        found.append(Operation("clip_h", center, label, "project", "h", w, 2 * CLIP))
    return found


def _flow_operations(cell: CellSpec, place: Places) -> list[Operation]:
    parts, squash = flow(cell), sign(cell.variant.output)
    broken = not cell.possible
    found = [
        Operation("join", (JOIN, place.bus), "[h; x]", "gather", "x", 54, 26),
        Operation("add", (place.write, CONVEYOR), "+", "write", "c"),
    ]
    if parts.forgets:
        found.append(Operation("forget", (place.forget, CONVEYOR), "⊙", "forget", "c"))
    if parts.writes:
        found.append(Operation("gated", (place.write, MIDDLE), "⊙", "write", "g"))
    if parts.cell_clip is not None:
        label, center = clip_label(parts.cell_clip), (place.cell_clip(parts.cell_clip), CONVEYOR)
        w = disc_width(label)
        found.append(Operation("clip_c", center, label, "write", "c", w, 2 * CLIP))
    squashed = Operation(
        "tanh", (place.exit, SQUASH), squash, "output", "c", disc_width(squash), 24,
        broken=broken and not parts.opens,
    )  # fmt: skip
    found.append(squashed)
    if parts.opens:
        center = (place.exit, EXPOSE)
        found.append(Operation("expose", center, "⊙", "output", "h", broken=broken))
    return found


def _backdrop(cell: CellSpec, place: Places) -> tuple[Shape, ...]:
    """The cell's body, the neighbours in time behind the left and right cards, absent gates."""
    before = 270.0 if place.loop_bus is None else place.loop + CARD_H / 2 - 46
    return (
        Rect(Box(106, 66, place.right - 162, place.height - 98), "faint", radius=14, opacity=0.6),
        Rect(Box(-14, 66, 46, before), stroke="edge", radius=12, width=1.4, dashed=True),
        Rect(Box(place.width - 24, 66, 46, 270), stroke="edge", radius=12, width=1.4, dashed=True),
        *(
            Rect(_ghost(x), stroke="muted", width=1.2, radius=7, dashed=True, opacity=0.7)
            for _, x, array in place.columns
            if not _drawn(cell, array)
        ),
    )


def _ghost(x: float) -> Box:
    """Where the card of an absent gate would stand."""
    return Box(x - CARD_W / 2, GATES, CARD_W, CARD_H)


def _words(sizes: Sizes, cell: CellSpec, place: Places) -> tuple[Text, ...]:
    both = sizes.inputs + sizes.hidden
    join = Text(JOIN + 34, place.bus + 20, f"{sizes.hidden} + {sizes.inputs} = {both}", 12, "ink")
    words = [
        join,
        Text(LEFT, 61, "from step t−1", SMALL, "muted", anchor="middle"),
        Text(place.right, 61, "to step t+1", SMALL, "muted", anchor="middle"),
        Text(118, 86, "LSTM cell", SMALL, "muted", bold=True),
    ]
    for gate, x, array in place.columns:
        if not _drawn(cell, array):
            words += _absent(gate, x, array)
    if not cell.possible:
        opens = "output_gate" not in cell.variant.absent
        clash = f"{sizes.gate_o} ≠ {sizes.cell}"
        y = EXPOSE + 5 if opens else SQUASH + 32
        words.append(Text(place.exit + 20, y, clash, 14, "bad", bold=True))
    return tuple(words)


def _absent(gate: str, x: float, array: str) -> list[Text]:
    """What is said in the place of a gate that is not there."""
    without = f"no {array.replace('_', ' ')}"
    size = SMALL if width(without, SMALL, bold=True) <= CARD_W - 8 else SMALL - 1
    y, letter = GATES + CARD_H / 2, LETTERS[array]
    return [
        Text(x, y - 10, without, size, f"{gate}_text", bold=True, anchor="middle"),
        Text(x, y + 8, f"{letter} = 1", 12, f"{gate}_text", anchor="middle"),
        Text(x, y + 24, "at every step", SMALL - 1, "muted", anchor="middle"),
    ]
