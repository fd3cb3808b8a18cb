"""A table of units on a page: columns with a number and a bar in each row, and what scrolls it."""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.scene.questions.listing import BAR, Listing, listing
from lstmviz.scene.shapes import Box, Line, Rect, Shape, Text
from lstmviz.scene.timeaxis import SMALL

HEAD = 36.0
ROW = 19.0
SIZE = 12
GAP = 8.0
"""Pixels between a number and its bar."""
SHORTEST = 24.0
"""A bar with less room is left out."""


@dataclass(frozen=True)
class Column:
    """A column: its two lines of head, pixels for its numbers, its share of the room for bars.

    `order` is the order of the units that a click on the head asks for, by `told`.
    """

    key: str
    head: str
    under: str
    least: float
    share: float
    order: str
    told: str


@dataclass(frozen=True)
class Bar:
    """A bar from `start` to `end` of the room there is, 0…1."""

    start: float
    end: float
    color: str


@dataclass(frozen=True, eq=False)
class Table:
    """Rows in the box, below the heads of the columns; `rows` are those there is room for."""

    box: Box
    columns: tuple[Column, ...]
    lefts: tuple[float, ...]
    widths: tuple[float, ...]
    rows: Listing

    @property
    def track(self) -> Box:
        """The room of the scroll bar."""
        return Box(self.box.right - BAR, self.box.y + HEAD, BAR, self.rows.rows * ROW)

    def _row(self, row: int) -> Box:
        y = self.box.y + HEAD + (row - self.rows.first) * ROW
        bar = 0.0 if self.rows.whole else BAR + 6
        return Box(self.box.x - 6, y, self.box.w + 12 - bar, ROW)

    def _cell(self, key: str) -> tuple[Column, float, float]:
        """(column, left, width) of a key."""
        at = next(k for k, column in enumerate(self.columns) if column.key == key)
        return self.columns[at], self.lefts[at], self.widths[at]

    # Drawing

    def furniture(self, active: str, *, reversed_: bool) -> list[Shape]:
        """Heads, the active one marked, and rules between rows."""
        shapes: list[Shape] = []
        for column, left in zip(self.columns, self.lefts, strict=True):
            on = column.key == active
            x = left + column.least
            color = "ink" if on else "muted"
            up = (column.key == "unit") != reversed_
            sign = ("▴ " if up else "▾ ") if on else ""
            under = f"{sign}{column.under}"
            shapes += [
                Text(x, self.box.y + 12, column.head, 11, color, bold=on, anchor="end"),
                Text(x, self.box.y + 26, under.strip(), SMALL, color, anchor="end"),
            ]
        for row in self.rows.shown:
            line = self._row(row)
            shapes.append(Line(((line.x, line.y), (line.right, line.y)), "edge", opacity=0.6))
        return shapes

    def words(
        self, key: str, row: int, text: str, *, share: float = 1.0, small: bool = False
    ) -> list[Shape]:
        """A number, right-aligned at a share of the column's room for numbers."""
        column, left, _ = self._cell(key)
        x, y = left + column.least * share, self._row(row).y + ROW * 0.7
        size, color = (SMALL, "muted") if small else (SIZE, "ink")
        return [Text(x, y, text, size, color, anchor="end")]

    def bars(self, key: str, row: int, bar: Bar, least: float = 0.0) -> list[Shape]:
        """A bar beside the number, if there is room for bars."""
        column, left, wide = self._cell(key)
        room = wide - column.least - 2 * GAP
        if room < SHORTEST or bar.end <= bar.start:
            return []
        x = left + column.least + GAP
        length = max((bar.end - bar.start) * room, least)
        start = min(x + bar.start * room, x + room - length)
        box = Box(start, self._row(row).y + 5, length, ROW - 10)
        return [Rect(box, fill=bar.color, radius=min(1.5, length / 2))]

    def outline(self, row: int, color: str) -> list[Shape]:
        """A row marked, if it is shown."""
        if row not in self.rows.shown:
            return []
        return [Rect(self._row(row), stroke=color, width=1.4, radius=3)]

    # Pointing

    def row_at(self, x: float, y: float) -> int | None:
        """The row at a point."""
        row = self.rows.first + int((y - self.box.y - HEAD) // ROW)
        return row if row in self.rows.shown and self._row(row).contains(x, y) else None

    def column_at(self, x: float) -> Column | None:
        """The column at a place."""
        for column, left, wide in zip(self.columns, self.lefts, self.widths, strict=True):
            if left <= x < left + wide:
                return column
        return None

    def head_at(self, x: float, y: float) -> Column | None:
        """The column whose head is at a point."""
        return self.column_at(x) if self.box.y <= y < self.box.y + HEAD else None


def laid_out(columns: tuple[Column, ...], box: Box, count: int, first: int) -> Table:
    """A table of so many rows in a box, from row `first` as far as it can be."""
    rows = max(int((box.h - HEAD) // ROW), 1)
    inner = box.w - (BAR + 8 if rows < count else 0.0)
    shares = sum(column.share for column in columns)
    spare = max(inner - sum(column.least for column in columns), 0.0)
    widths = tuple(column.least + spare * column.share / shares for column in columns)
    lefts = tuple(box.x + sum(widths[:k]) for k in range(len(columns)))
    return Table(box, columns, lefts, widths, listing(count, rows, first))
