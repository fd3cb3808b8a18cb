"""The table of the units that follow an annotation: bars of r, ranked and held out, and AUCs."""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.analysis.following import Follower
from lstmviz.engine.spec import NetworkSpec
from lstmviz.scene.colors import ROLE_OF_ARRAY
from lstmviz.scene.metrics import fit, width
from lstmviz.scene.questions.listing import BAR, Listing, listing
from lstmviz.scene.questions.writing import place_words
from lstmviz.scene.shapes import Box, Line, Rect, Shape, Text
from lstmviz.scene.symbols import MINUS

ROW = 19.0
FOOT = 16.0
"""Room below the rows for which they are."""
"""Pixels from one row to the next."""
WIDE = 470.0
"""Room that a row takes with its AUCs, and a second column of rows beside the first."""
PLAIN = 330.0
"""Room below which the AUCs are left out."""
LETTERS = {
    "input_gate": "i",
    "forget_gate": "f",
    "candidate": "g",
    "output_gate": "o",
    "cell_state": "c",
    "hidden_state": "h",
}


@dataclass(frozen=True)
class Row:
    """One unit of one array, and where it is; `letter` is the array's symbol."""

    follower: Follower
    layer: int
    direction: str
    letter: str
    place: str

    @property
    def name(self) -> str:
        """What it is called: c of unit 93, layer 1."""
        return f"{self.letter} of unit {self.follower.unit}{self.place}"

    @property
    def cell_unit(self) -> int | None:
        """The cell unit it stands for; None of a projected hidden state."""
        return None if self.follower.array == "hidden_state" else self.follower.unit


def row_of(follower: Follower, layer: int, direction: str, spec: NetworkSpec) -> Row:
    """A row with its names."""
    cell = spec.layers[layer]
    own = "m" if cell.projected else "h"
    words = place_words(spec, layer, direction)
    place = f", {words}" if words else ""
    return Row(follower, layer, direction, LETTERS.get(follower.array, own), place)


def told(row: Row) -> str:
    """A row in words."""
    found = row.follower
    words = f"{row.name}: r = {signed(found.correlation)} where it was ranked"
    if found.held_correlation is not None:
        words += f", {signed(found.held_correlation)} on the steps held out"
    if found.auc is not None:
        words += f"; AUC {found.auc:.2f}"
    if found.held_auc is not None:
        words += f", held out {found.held_auc:.2f}"
    return words


def signed(value: float) -> str:
    """A correlation with its sign and two decimals."""
    return f"{value:+.2f}".replace("-", MINUS)


@dataclass(frozen=True)
class Table:
    """Where the rows stand: `columns` of `rows` each, with their names above; `list` are those."""

    box: Box
    rows: int
    columns: int
    list: Listing

    @property
    def track(self) -> Box:
        """The room of the scroll bar."""
        return Box(self.box.right - BAR, self.box.y + ROW, BAR, self.rows * ROW)

    @property
    def wide(self) -> float:
        """Pixels from one column to the next."""
        room = self.box.w - (0 if self.list.whole else BAR + 8)
        return room / self.columns

    def place(self, index: int) -> Box | None:
        """The place of a row, from 0; None where it is not on show."""
        if index not in range(self.list.first, self.list.first + self.rows * self.columns):
            return None
        column, line = divmod(index - self.list.first, self.rows)
        x, y = self.box.x + column * self.wide, self.box.y + (line + 1) * ROW
        return Box(x, y, self.wide - (20 if self.columns > 1 else 0), ROW)

    def at(self, x: float, y: float) -> int | None:
        """The row at a point."""
        for index in self.list.shown:
            place = self.place(index)
            if place is not None and place.contains(x, y):
                return index
        return None


def table_in(box: Box, count: int, first: int) -> Table:
    """A table in a box; beside the first column stand others where there is room and need.

    `first` is the row to begin with, where there are more than fit; a line below says which.
    """
    rows = max(int((box.h - FOOT) // ROW) - 1, 1)
    columns = max(1, min(int(box.w // WIDE), -(-count // rows)))
    return Table(box, rows, columns, listing(count, rows * columns, first))


def shapes_of(rows: tuple[Row, ...], table: Table, chance: float) -> list[Shape]:
    """All rows there is room for; a fine line at `chance` parts accidents from the others."""
    shapes: list[Shape] = []
    aucs = rows[0].follower.auc is not None
    for column in range(min(table.columns, -(-len(table.list.shown) // table.rows))):
        first = table.place(table.list.first + column * table.rows)
        if first is not None:
            shapes += _heading(Box(first.x, first.y - ROW, first.w, ROW), aucs)
    for index in table.list.shown:
        box = table.place(index)
        if box is not None:
            shapes += _row(index, rows[index], box, chance, aucs)
    words = f"rows {table.list.words()}"
    if not table.list.whole:
        below = table.box.y + (table.rows + 1) * ROW + 12
        shapes.append(Text(table.box.x + 4, below, fit(words, table.box.w - 8, 10), 10, "muted"))
    return shapes


def _edges(box: Box, aucs: bool) -> tuple[float, Box, Box, tuple[float, ...]]:
    """Room of the name, the boxes of the two bars, and where the AUCs end."""
    ends = (box.right - 58, box.right - 4) if aucs and box.w >= PLAIN else ()
    right = box.right - (118 if ends else 4)
    name = min(max((right - box.x) * 0.36, 96.0), 190.0)
    each = (right - box.x - name - 10) / 2
    bars = [Box(box.x + name + k * (each + 10), box.y + 4, each, box.h - 8) for k in range(2)]
    return name, bars[0], bars[1], ends


def _heading(box: Box, aucs: bool) -> list[Shape]:
    _, first, second, ends = _edges(box, aucs)
    y = box.y + 12
    texts: list[Shape] = [Text(box.x + 4, y, "unit", 10, "muted")]
    for bar, words in ((first, "r where ranked"), (second, "r held out")):
        texts.append(Text(bar.x, y, fit(words, bar.w, 10), 10, "muted"))
    for end, words in zip(ends, ("AUC", "held out"), strict=False):
        texts.append(Text(end, y, words, 10, "muted", anchor="end"))
    return texts


def _row(index: int, row: Row, box: Box, chance: float, aucs: bool) -> list[Shape]:
    name, first, second, ends = _edges(box, aucs)
    found = row.follower
    y = box.y + 13.5
    role = ROLE_OF_ARRAY[found.array]
    letter = Text(box.x + 4, y, row.letter, 12, f"{role}_text", bold=True)
    left = box.x + 4 + width(row.letter, 12, bold=True) + 5
    words = fit(f"unit {found.unit}{row.place}", box.x + name - left - 4, 12)
    shapes: list[Shape] = [letter, Text(left, y, words, 12, "ink")]
    shapes += _bar(first, found.correlation, y, chance)
    if found.held_correlation is not None:
        shapes += _bar(second, found.held_correlation, y, None)
    for end, value in zip(ends, (found.auc, found.held_auc), strict=False):
        if value is not None:
            shapes.append(Text(end, y, f"{value:.2f}", 11, "ink", anchor="end"))
    return shapes


def _bar(box: Box, value: float, y: float, chance: float | None) -> list[Shape]:
    """A correlation to the left or right of a middle, and its number beside the bars."""
    words = signed(value)
    room = width("−0.00", 11) + 6
    wide = box.w - room
    if wide < 20:
        return [Text(box.right, y, words, 11, "ink", anchor="end")]
    middle = box.x + wide / 2
    long = value * wide / 2
    left = middle + min(long, 0)
    shapes: list[Shape] = [
        Rect(Box(box.x, box.y, wide, box.h), fill="faint"),
        Rect(Box(left, box.y, abs(long), box.h), fill="plus" if value > 0 else "minus"),
        Line(((middle, box.y), (middle, box.bottom)), "edge"),
        Text(box.right, y, words, 11, "ink", anchor="end"),
    ]
    for side in (-1, 1) if chance is not None else ():
        x = middle + side * (chance or 0.0) * wide / 2
        shapes.append(Line(((x, box.y - 1), (x, box.bottom + 1)), "muted"))
    return shapes
