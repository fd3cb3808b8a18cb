"""Columns and rows of one cell's picture: the standard ones, moved apart where a variant asks."""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.engine.spec import CellSpec
from lstmviz.engine.variant import Variant
from lstmviz.scene.metrics import width
from lstmviz.scene.symbols import bound, late_output_gate, recurrent, sign, weighted

WIDTH, HEIGHT = 940.0, 516.0
"""The size of the standard cell's picture."""
CARD_W, CARD_H = 96.0, 108.0
EDGE = CARD_W / 2
DISC, ACTIVATION, BLOCK, CLIP, PEEP = 13.0, 12.0, 16.0, 11.0, 15.0
"""Half the height of ⊙ and +, of σ and tanh, of a matrix, of a clip, of ⊙ p and R."""
PEEP_W = 48.0
"""Width of ⊙ p."""
BESIDE = DISC + 6
"""From the middle of a + to the edge of what comes into it from the left."""

LEFT, JOIN = 52.0, 140.0
CONVEYOR, MIDDLE, GATES, SIGMA, BUS = 122.0, 192.0, 226.0, 356.0, 448.0
STATE = 262.0
"""Row of h: the middle of its cards."""
EXPOSE = MIDDLE + 8
"""Row of the ⊙ of o and tanh(c)."""
SQUASH = CONVEYOR + 38
"""Row of the tanh of c."""
HEAD_MATRIX, HEAD_SQUASH, HEAD_ROW = 338.0, 374.0, 456.0

_FORGET, _PITCH = 226.0, 102.0
_CLIP_ROOM, _PEEP_ROOM, _LOOP_ROOM = 28.0, 51.0, 56.0
"""How far a row of clips, of peepholes, of gate recurrence pushes down what lies below it."""


@dataclass(frozen=True)
class Places:
    """Where the columns (x, centres) and rows (y, centres) of a cell are.

    Rows that a cell does not have are None: `clip` bounds the pre-activations, `plus_p` adds
    the peepholes, whose c of the step before comes along `peep_bus`, and `plus_r` adds gate
    recurrence, which comes along `loop_bus` from a card around `loop`.
    """

    variant: Variant
    width: float
    height: float
    forget: float
    input: float
    candidate: float
    output: float
    exit: float
    cell_output: float
    projection: float
    projection_clip: float
    right: float
    clip: float | None
    peep_bus: float | None
    plus_p: float | None
    plus_r: float | None
    loop_bus: float | None
    product: float
    matrix: float
    bus: float

    @property
    def write(self) -> float:
        """Where i and g meet."""
        return (self.input + self.candidate) / 2

    @property
    def columns(self) -> tuple[tuple[str, float, str], ...]:
        """(letter, x, array) of each gate and the candidate, left to right."""
        return (
            ("f", self.forget, "forget_gate"),
            ("i", self.input, "input_gate"),
            ("g", self.candidate, "candidate"),
            ("o", self.output, "output_gate"),
        )

    @property
    def loop(self) -> float:
        """Row of the card of the gates of the step before."""
        return self.bus - 116

    @property
    def before_tap(self) -> float:
        """Where the c of the step before leaves the conveyor for the peepholes."""
        return self.forget - 60

    @property
    def after_tap(self) -> float:
        """Where the new c leaves the conveyor for the peephole of o."""
        return self.output - 60

    def cell_clip(self, bound: float) -> float:
        """Where c is bounded: right behind the +."""
        return self.write + DISC + 14 + disc_width(clip_label(bound)) / 2

    @property
    def sees_before(self) -> bool:
        """Whether i or f sees the c of the step before."""
        variant = self.variant
        return variant.peephole and bool({"input_gate", "forget_gate"} & set(weighted(variant)))

    @property
    def sees_after(self) -> bool:
        """Whether o sees the new c."""
        return late_output_gate(self.variant)


def matrix_width(rows: int, columns: int) -> float:
    """Width of the box of a matrix whose shape is written in it."""
    return max(52.0, width(f"{rows}×{columns}", 10) + 12)


def disc_width(text: str) -> float:
    """Width of the disc of an activation or a clip."""
    return 24.0 if len(text) == 1 else max(40.0, width(text, 12) + 14)


def clip_label(value: float) -> str:
    """What stands in the box of a clip."""
    return f"clip {bound(value)}"


def places(cell: CellSpec) -> Places:
    """The places of a cell of these sizes."""
    variant = cell.variant
    forget, pitch = _spread(cell)
    candidate = forget + 2 * pitch
    output = candidate + pitch
    if late_output_gate(variant):
        output += max(30.0, _clip_room(variant) - pitch / 2 + 67)
    leave = output + 72
    m = leave + 68
    projection, clip, right = _projected(cell, m)
    below = SIGMA + ACTIVATION
    clip_row = peep_bus = plus_p = plus_r = loop_bus = None
    if variant.clip is not None:
        clip_row = below + 6 + CLIP
        below += _CLIP_ROOM
    if variant.peephole and weighted(variant):
        peep_bus, plus_p = below + 9, below + 38
        below += _PEEP_ROOM
    if recurrent(variant):
        plus_r, loop_bus = below + 22, below + 51
        below += _LOOP_ROOM
    lower = below - SIGMA - ACTIVATION
    return Places(
        variant=variant,
        width=right + WIDTH - 866,
        height=HEIGHT + lower,
        forget=forget,
        input=forget + pitch,
        candidate=candidate,
        output=output,
        exit=leave,
        cell_output=m,
        projection=projection,
        projection_clip=clip,
        right=right,
        clip=clip_row,
        peep_bus=peep_bus,
        plus_p=plus_p,
        plus_r=plus_r,
        loop_bus=loop_bus,
        product=below + 9,
        matrix=below + 34,
        bus=BUS + lower,
    )


def _clip_room(variant: Variant) -> float:
    """From the + of c to behind its clip, 0 without one."""
    return 0.0 if variant.cell_clip is None else 33 + disc_width(clip_label(variant.cell_clip))


def _spread(cell: CellSpec) -> tuple[float, float]:
    """The forget gate's column and the pitch of the columns."""
    size, variant = cell.cell_size, cell.variant
    most = size if cell.possible else max(size, cell.hidden_size)
    pitch = max(_PITCH, matrix_width(most, cell.hidden_size + cell.input_size) + 10)
    labels = [sign(variant.gate), sign(variant.candidate)]
    if variant.clip is not None:
        labels.append(clip_label(variant.clip))
    widest = max(map(disc_width, labels))
    pitch = max(pitch, widest + 8)
    forget = max(_FORGET + (8 if variant.peephole else 0), JOIN + 10 + widest / 2)
    if recurrent(variant):
        room = matrix_width(most, len(weighted(variant)) * size)
        pitch = max(pitch, room + BESIDE + DISC + 6)
        forget = max(forget, JOIN + 16 + room + BESIDE)
    return forget, pitch


def _projected(cell: CellSpec, m: float) -> tuple[float, float, float]:
    """Where W_hr, the clip behind it and the cards at the right stand."""
    room = max(98.0, matrix_width(cell.hidden_size, cell.cell_size) + 24) if cell.projected else 98
    middle, edge = m + EDGE + room / 2, m + EDGE + room
    if cell.projected and cell.variant.projection_clip is not None:
        w = disc_width(clip_label(cell.variant.projection_clip))
        return middle, edge + w / 2 - 4, edge + w + 12 + EDGE
    return middle, edge, edge + EDGE
