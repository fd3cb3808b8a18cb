"""One step of one direction of a layer, small: a block in a lane of steps.

Blocks of a backward lane are mirrored: the state comes in at the right and leaves at the left.
"""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.engine.spec import CellSpec
from lstmviz.scene.blocks import ARRAYS, end, gates, wire_rows
from lstmviz.scene.departures import PLATE, clip, plate_rows, plates, squash, squashes_oddly
from lstmviz.scene.diagram import Card, Operation, Wire
from lstmviz.scene.shapes import Box, Point
from lstmviz.scene.symbols import late_output_gate, recurrent, weighted

BODY, PITCH = 138.0, 186.0
STATE, GATE, DISC = 30.0, 23.0, 14.0
COLUMNS = {"f": 18.0, "i": 50.0, "g": 96.0, "o": 124.0}
WRITE, CHANNEL, CLIP, TURN, APART = 73.0, 34.0, 100.0, 142.0, 24.0
"""Where i and g meet; a way between f and i; c is bounded; h turns; from the body to a state."""
HEIGHT, SQUASH_ROOM, LOOP_ROOM = 81.0, 14.0, 10.0
"""Height of a standard lane that is not stretched; what odd squashes and gate recurrence add."""
PLATE_W = 26.0


def height(cell: CellSpec) -> float:
    """Height of a lane of such a cell that is not stretched."""
    variant = cell.variant
    squashed = SQUASH_ROOM if squashes_oddly(variant) else 0.0
    looped = LOOP_ROOM if recurrent(variant) else 0.0
    return HEIGHT + plate_rows(variant) * PLATE + squashed + looped


@dataclass(frozen=True)
class Lane:
    """A direction of a layer, its top and by how much it is stretched.

    Only the lane that is `looked` at has stages; its arrays go by their plain names.
    """

    layer: int
    way: str
    cell: CellSpec
    top: float
    stretch: float
    looked: bool

    @property
    def conveyor(self) -> float:
        """Row of c."""
        return self.top + 18

    @property
    def hidden(self) -> float:
        """Row of the gates and h."""
        return self.conveyor + 40 + self.squashed + self.stretch

    @property
    def squashed(self) -> float:
        """Room for what squashes c, where it is not tanh."""
        return SQUASH_ROOM if squashes_oddly(self.cell.variant) else 0.0

    @property
    def expose(self) -> float:
        """Row of the ⊙ of o and tanh(c)."""
        return self.conveyor + 20 + self.squashed + self.stretch / 2

    @property
    def squash(self) -> float:
        """Row of what squashes c."""
        return self.expose - DISC / 2 - PLATE / 2 - 3

    @property
    def bus(self) -> float:
        """Row of [h; x]."""
        return self.hidden + 18 + plate_rows(self.cell.variant) * PLATE

    @property
    def loop(self) -> float:
        """Row of the gates of the step before, where there is gate recurrence."""
        return self.bus + LOOP_ROOM - 2

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.top + height(self.cell) + self.stretch

    @property
    def backward(self) -> bool:
        """Whether time runs right to left."""
        return self.way == "backward"

    def x(self, left: float, place: float) -> float:
        """A place in the block that begins at `left`, mirrored in a backward lane."""
        return left + (BODY - place if self.backward else place)

    def array(self, name: str) -> str:
        """What a moment calls an array of this lane."""
        return name if self.looked else f"layer{self.layer}.{self.way}.{name}"

    def name(self, part: str, offset: int) -> str:
        """What a part of a block is called."""
        return f"{part}_{self.layer}{self.way[0]}{offset:+d}"


def _square(x: float, y: float, size: float) -> Box:
    return Box(x - size / 2, y - size / 2, size, size)


def state_cards(lane: Lane, left: float, offset: int, *, before: bool = False) -> list[Card]:
    """C and h beside a block: those it makes, or those it starts from."""
    cell, x = lane.cell, lane.x(left, -APART if before else BODY + APART)
    suffix = "_before" if before else ""
    stages = (None, None) if before or not lane.looked else ("write", end(cell))
    rows = (
        ("c", "cell_state", cell.cell_size, lane.conveyor, "cell", stages[0]),
        ("h", "hidden_state", cell.hidden_size, lane.hidden, "hidden", stages[1]),
    )
    return [
        Card(
            lane.name(role + suffix, offset), _square(x, y, STATE), role, role, count,
            lane.array(array + suffix), stage, unit if lane.looked else "value", offset,
            small=True,
        )
        for role, array, count, y, unit, stage in rows
    ]  # fmt: skip


def _made(lane: Lane, letter: str) -> str | None:
    """The stage that makes a gate; None in a lane without stages."""
    if not lane.looked:
        return None
    return "output" if letter == "o" and late_output_gate(lane.cell.variant) else "activate"


def gate_cards(lane: Lane, left: float, offset: int) -> list[Card]:
    """The gates of a block."""
    return [
        Card(
            lane.name(letter, offset), _square(lane.x(left, COLUMNS[letter]), lane.hidden, GATE),
            letter, letter,
            lane.cell.cell_size if lane.cell.possible or letter != "o" else lane.cell.hidden_size,
            lane.array(ARRAYS[letter]), _made(lane, letter),
            "cell" if lane.looked else "value", offset, small=True,
        )
        for letter in gates(lane.cell)
    ]  # fmt: skip


def operations(lane: Lane, left: float, offset: int) -> list[Operation]:
    """What a block computes with its gates, and what is not standard on the way."""
    has = gates(lane.cell)
    rows = [
        ("add", WRITE, lane.conveyor, "+", "write", "c"),
    ]
    if "i" in has:
        rows.append(("gated", WRITE, lane.hidden, "⊙", "write", "g"))
    if "f" in has:
        rows.append(("forget", COLUMNS["f"], lane.conveyor, "⊙", "forget", "c"))
    if "o" in has:
        rows.append(("expose", COLUMNS["o"], lane.expose, "⊙", "output", "h"))
    found = [
        Operation(
            lane.name(name, offset), (lane.x(left, x), y), label, stage if lane.looked else "",
            role, DISC, DISC, broken=name == "expose" and not lane.cell.possible, offset=offset,
        )
        for name, x, y, label, stage, role in rows
    ]  # fmt: skip
    return found + _departing(lane, left, offset)


def _departing(lane: Lane, left: float, offset: int) -> list[Operation]:
    """The plates of a block: below its gates, on c and on h."""
    cell, looked = lane.cell, lane.looked
    variant, o = cell.variant, lane.x(left, COLUMNS["o"])
    found = []
    for letter in gates(cell):
        at = (lane.x(left, COLUMNS[letter]), lane.hidden + GATE / 2)
        name = lane.name(letter, offset)
        found += plates(name, cell, letter, at, PLATE_W, offset, staged=looked)
    if variant.cell_clip is not None:
        place, stage = (lane.x(left, CLIP), lane.conveyor), "write" if looked else ""
        found.append(clip(lane.name("clip_c", offset), place, stage, "c", offset))
    if squashes_oddly(variant):
        name, stage = lane.name("squash", offset), "output" if looked else ""
        found.append(squash(name, variant.output, (o, lane.squash), stage, "c", 18.0, offset))
    if cell.projected:
        place, stage = (lane.x(left, TURN - 3), lane.expose), "project" if looked else ""
        found.append(
            Operation(lane.name("W", offset), place, "W", stage, "h", 13, PLATE, offset=offset)
        )
    return found


def wires(lane: Lane, left: float, offset: int, *, first: bool) -> list[Wire]:
    """The wires of a block, but for what it reads and where its h goes besides the next step.

    Into the `first` block of a lane the gates of a step that is not on show come from outside.
    """
    routes, variant, rows = _routes(lane, left), lane.cell.variant, wire_rows(lane.cell)
    if recurrent(variant):
        count = lane.cell.cell_size * len(weighted(variant))
        name = "loop_in" if first else "loop"
        rows.append((name, "x", "pre-activate", "gates_before", count))
    return [
        Wire(
            lane.name(name, offset), routes[name], role, stage if lane.looked else "",
            lane.array(array), count,
            arrow=name in ARROWS or name.startswith("peep"),
            thick=name in ("c_in", "kept", "c_out"), offset=offset,
        )
        for name, role, stage, array, count in rows
    ]  # fmt: skip


ARROWS = ("c_out", "h_out", "turned", "loop", "loop_in")


def _routes(lane: Lane, left: float) -> dict[str, tuple[Point, ...]]:
    """Where each wire of a block runs."""
    r, half, state = DISC / 2, GATE / 2, STATE / 2
    c, h, m, bus = lane.conveyor, lane.hidden, lane.expose, lane.bus
    f, i, g, o = COLUMNS.values()
    has, below = gates(lane.cell), h + half + plate_rows(lane.cell.variant) * PLATE
    own = [letter for letter in has if ARRAYS[letter] not in lane.cell.variant.lacking]
    past = lane.backward and len(lane.cell.directions) > 1
    reach = max(COLUMNS[has[-1]], BODY - CHANNEL if past else 0.0)
    last, entry = has[-1], COLUMNS[own[0]] - 6
    into = f - r if "f" in has else WRITE - r
    exposed = m - r if "o" in has else m
    g_out = ((g - half, h), (WRITE + r, h))
    over, alone = h - half - 6, "forget_gate" in lane.cell.variant.lacking
    tap: tuple[Point, ...] = (
        ((3, c), (3, over)) if alone else ((f - 6, over),)
    )  # else the wire of f carries c
    ways: dict[str, tuple[Point, ...]] = {
        "c_in": ((-APART + state, c), (into, c)),
        "kept": ((f + r, c), (WRITE - r, c)),
        "c_out": ((WRITE + r, c), (BODY + APART - state, c)),
        "f_out": ((f, h - half), (f, c + r)),
        "i_out": ((i + half, h), (WRITE - r, h)),
        "g_out": g_out if "i" in has else ((g - half, h), (WRITE, h), (WRITE, c + r)),
        "turned": ((i - half, h), (f + half, h)),
        "peep_f": ((3, c), (3, over), (f - 6, over), (f - 6, h - half)),
        "peep_i": (*tap, (i - 6, over), (i - 6, h - half)),
        "peep_o": ((o + 10, c), (o + 10, h - half)),
        "written": ((WRITE, h - r), (WRITE, c + r)),
        "tap": ((o, c), (o, exposed)),
        "o_out": ((o, h - half), (o, m + r)),
        "h_out": (
            (o + r if "o" in has else o, m), (TURN, m), (TURN, h), (BODY + APART - state, h),
        ),
        "h_in": ((-APART + state, h), (2, h), (2, bus), (reach, bus)),
        **{f"bus_{letter}": ((x, bus), (x, below)) for letter, x in COLUMNS.items()},
        "loop_in": ((-APART - STATE / 2, lane.loop), (entry, lane.loop), (entry, below)),
        "loop": (
            (COLUMNS[last] + half - PITCH, h + 6), (COLUMNS[last] + half + 4 - PITCH, h + 6),
            (COLUMNS[last] + half + 4 - PITCH, lane.loop), (entry, lane.loop), (entry, below),
        ),
    }  # fmt: skip
    return {name: tuple((lane.x(left, x), y) for x, y in points) for name, points in ways.items()}
