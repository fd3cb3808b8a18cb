"""The parts of a drawn network: cards of values, operations, wires; all in logical pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil

from lstmviz.scene.metrics import width
from lstmviz.scene.shapes import Box, Line, Point, Rect, Shape, Text

TITLE = 12
SMALL = 11


@dataclass(frozen=True)
class Card:
    """A vector drawn as a grid of squares under its name.

    `array` names the value shown (see `lstmviz.scene.moment`), `stage` the stage that makes it,
    `unit` says what square k is: "cell" unit, "hidden" unit, "input" column or "output" column.
    With an `index` the card shows that one value of the array, and its number beneath.
    """

    name: str
    box: Box
    title: str
    role: str
    count: int
    array: str
    stage: str | None
    unit: str
    offset: int = 0  # steps from the current one
    small: bool = False
    index: int | None = None
    beside: bool = False  # the symbol it stands for is written at its right, not beneath

    @property
    def grid(self) -> Box:
        """The place of the squares: as large as fits, at most 24 pixels each, centred."""
        pad, top, bottom = (3, 3, 3) if self.small else (8, 22, 20)
        room = Box(
            self.box.x + pad, self.box.y + top, self.box.w - 2 * pad, self.box.h - top - bottom
        )
        columns, pitch = grid_shape(self.count, room.w, room.h)
        rows = ceil(self.count / columns)
        w, h = columns * pitch, rows * pitch
        return Box(room.x + (room.w - w) / 2, room.y + (room.h - h) / 2, w, h)

    @property
    def columns(self) -> int:
        """Squares in a row."""
        pad, top, bottom = (3, 3, 3) if self.small else (8, 22, 20)
        return grid_shape(self.count, self.box.w - 2 * pad, self.box.h - top - bottom)[0]

    def unit_at(self, x: float, y: float) -> int | None:
        """Which square lies under the point."""
        grid = self.grid
        if not grid.contains(x, y):
            return None
        pitch = grid.w / self.columns
        unit = int((y - grid.y) / pitch) * self.columns + int((x - grid.x) / pitch)
        if self.index is not None:
            return self.index
        return unit if unit < self.count else None

    def unit_box(self, unit: int) -> Box:
        """The place of square `unit`."""
        grid = self.grid
        pitch = grid.w / self.columns
        row, column = divmod(0 if self.index is not None else unit, self.columns)
        return Box(grid.x + column * pitch, grid.y + row * pitch, pitch, pitch)


@dataclass(frozen=True)
class Operation:
    """⊙, +, σ, tanh (discs), or a matrix (a box of `label` over `detail`)."""

    name: str
    center: Point
    label: str
    stage: str
    role: str = "ink"
    w: float = 26.0
    h: float = 26.0
    detail: str = ""
    broken: bool = False
    offset: int = 0
    curve: tuple[float, ...] = ()  # heights 0…1 of a function, drawn in place of a label

    @property
    def box(self) -> Box:
        """The place it takes up."""
        return Box(self.center[0] - self.w / 2, self.center[1] - self.h / 2, self.w, self.h)


@dataclass(frozen=True)
class Wire:
    """What flows from one port to another: `array` of `size` values, in `stage`.

    `offset` counts steps from the current one.
    """

    name: str
    points: tuple[Point, ...]
    role: str
    stage: str
    array: str
    size: int
    pill: Point | None = None  # where its size is written
    arrow: bool = True
    thick: bool = False
    offset: int = 0
    thin: bool = False  # one of many alike: drawn as a hairline, nothing travels on it
    label: str = ""  # written on it in place of its size


@dataclass(frozen=True)
class StepLabel:
    """Where the number of a step is written: its middle, and steps from the current one."""

    at: Point
    offset: int


@dataclass(frozen=True)
class Control:
    """A place that does something when it is clicked.

    `act` is "layer" (look at the layer), or "return_sequences" (switch it); both of `layer`
    and, where it is one, `direction`. `tip` says so.
    """

    box: Box
    act: str
    layer: int
    tip: str
    direction: str | None = None


@dataclass(frozen=True)
class Diagram:
    """A whole picture: its size, its parts, and words that do not change with the step.

    `headline` is what is written at its top (bold, then plain) in place of the stage's formula.
    """

    width: float
    height: float
    cards: tuple[Card, ...]
    operations: tuple[Operation, ...]
    wires: tuple[Wire, ...]
    backdrop: tuple[Shape, ...] = ()
    words: tuple[Text, ...] = ()
    step_labels: tuple[StepLabel, ...] = ()
    problem: str | None = None
    controls: tuple[Control, ...] = ()
    headline: tuple[str, str] | None = None

    def control_at(self, x: float, y: float) -> Control | None:
        """The control under a point: of several the smallest."""
        found = [control for control in self.controls if control.box.contains(x, y)]
        return min(found, key=lambda control: control.box.w * control.box.h, default=None)

    def card_at(self, x: float, y: float) -> Card | None:
        """The card under a point."""
        return next((card for card in self.cards if card.box.contains(x, y)), None)


@dataclass
class Parts:
    """The parts of a diagram as they are put together."""

    cards: list[Card] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    backdrop: list[Shape] = field(default_factory=list)
    words: list[Text] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)

    def add(self, found: Parts) -> None:
        """Put in the parts of a part."""
        self.cards += found.cards
        self.operations += found.operations
        self.wires += found.wires
        self.backdrop += found.backdrop
        self.words += found.words
        self.controls += found.controls


@lru_cache(maxsize=1024)
def grid_shape(count: int, width: float, height: float) -> tuple[int, float]:
    """Columns of a grid of `count` squares in width × height, and their pitch.

    The largest squares win, but full rows are worth squares smaller by up to an eighth where
    squares are a pixel or more.
    """
    middle = max(1, round((count * width / height) ** 0.5))
    candidates = []
    for columns in range(max(1, middle - 6), min(count, middle + 6) + 1):
        pitch = min(width / columns, height / ceil(count / columns), 24.0)
        full = count % columns == 0 and pitch >= 1.0
        candidates.append((pitch * (1.125 if full else 1.0), pitch, columns))
    _, pitch, columns = max(candidates)
    return columns, pitch


def static_shapes(diagram: Diagram) -> tuple[Shape, ...]:
    """Everything that stays as it is while stepping, at rest."""
    shapes: list[Shape] = list(diagram.backdrop)
    for wire in diagram.wires:
        shapes.append(wire_line(wire, active=False))
    for wire in diagram.wires:
        shapes += pill_shapes(wire)
    for card in diagram.cards:
        shapes += card_shapes(card)
    for operation in diagram.operations:
        shapes += operation_shapes(operation, active=False)
    return (*shapes, *diagram.words)


def wire_line(wire: Wire, *, active: bool) -> Line:
    """The wire at rest, or at work: thicker and in full colour."""
    thickness = 4.5 if wire.thick else 0.8 if wire.thin else 2.5
    if active:
        thickness += 0.4 if wire.thin else 1.5
    return Line(
        wire.points,
        wire.role,
        thickness,
        arrow=wire.arrow,
        radius=8.0,
        opacity=1.0 if active else 0.45,
    )


def pill_shapes(wire: Wire) -> list[Shape]:
    """The size of a wire, on it."""
    if wire.pill is None:
        return []
    x, y = wire.pill
    text, bold, size = str(wire.size), False, SMALL
    if wire.label:
        text, bold, size = wire.label, True, TITLE
    bad = wire.role == "bad"
    w, h = width(text, size, bold=bold) + 10, 16 if not bold else 18
    fill, stroke, color = ("bad_fill", "bad", "bad") if bad else ("panel", "edge", "muted")
    ink = "ink" if bold and not bad else color
    return [
        Rect(Box(x - w / 2, y - h / 2, w, h), fill=fill, stroke=stroke, radius=h / 2),
        Text(x, y + 4, text, size, ink, bold=bold, anchor="middle"),
    ]


def card_shapes(card: Card) -> list[Shape]:
    """A card's frame and words, without its values."""
    frame = Rect(card.box, fill="card", stroke=card.role, width=1.2, radius=4 if card.small else 7)
    if card.small:
        return [frame]
    return [
        frame,
        Text(card.box.x + 8, card.box.y + 16, card.title, TITLE, f"{card.role}_text", bold=True),
        Text(card.box.x + 8, card.box.bottom - 6, str(card.count), SMALL, "muted"),
    ]


def operation_shapes(operation: Operation, *, active: bool) -> list[Shape]:
    """An operation at rest, at work, or broken."""
    stroke = "bad" if operation.broken else operation.role
    fill = "bad_fill" if operation.broken else "glow" if active else "card"
    width = 2.6 if active or operation.broken else 1.4
    box = operation.box
    radius = 5 if operation.detail else 3 if operation.h < 14 else box.h / 2
    shapes: list[Shape] = [Rect(box, fill=fill, stroke=stroke, width=width, radius=radius)]
    x, y = operation.center
    if operation.curve:
        place, last = box.inset(3), len(operation.curve) - 1
        points = tuple(
            (place.x + place.w * k / last, place.bottom - place.h * height)
            for k, height in enumerate(operation.curve)
        )
        shapes.append(Line(points, "ink", 1.3))
    elif operation.detail:
        shapes.append(Text(x, y - 2, operation.label, 12, "ink", bold=True, anchor="middle"))
        shapes.append(Text(x, y + 11, operation.detail, 10, "muted", anchor="middle"))
    else:
        size = 12 if len(operation.label) > 1 or operation.h < 22 else 16
        size = 10 if operation.h < 14 else size
        shapes.append(Text(x, y + size * 0.36, operation.label, size, "ink", anchor="middle"))
    return shapes
