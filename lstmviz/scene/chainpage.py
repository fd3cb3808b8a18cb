"""A chain as a page: rows with bars, as wide as there is room."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lstmviz.scene.metrics import fit
from lstmviz.scene.metrics import width as text_width
from lstmviz.scene.page import MARGIN, Band, Page, Spot
from lstmviz.scene.questions.writing import wrapped
from lstmviz.scene.shapes import Box, Rect, Shape, Text
from lstmviz.scene.words import WAITS, number

if TYPE_CHECKING:
    from lstmviz.scene.chain import Chain
    from lstmviz.scene.chainrows import Row

LABEL = 74.0
"""Room for the name of a term; wide pages give more."""
VALUE = 56.0
"""Room for a value."""
PRODUCT = 118.0
"""Room for the product that a term is, on wide pages."""
WIDE = 360.0
"""From this width on products are told."""
PITCH = 18.0
LEADS = "›"
"""Marks a row that leads to another number."""
SIZE = 11
EXACT = 7
"""Digits of a number that is copied."""


def chain_page(chain: Chain, width: float) -> Page:
    """The page of a chain, `width` wide.

    Bars of the terms of one sum are of one scale: the largest of them reaches the end.
    """
    bands, y = [_title(chain, width)], 0.0
    y = bands[0].bottom
    spots: list[Spot] = []
    scale = 1.0
    for place, row in enumerate(chain.rows):
        if row.kind in ("term", "part", "more"):
            first = place == 0 or chain.rows[place - 1].kind not in ("term", "part", "more")
            scale = _scale(chain.rows, place) if first else scale
        shapes, bottom = _row(row, y, width, scale)
        bands.append(Band(y, bottom, tuple(shapes)))
        if row.target is not None or row.words or row.kind == "more":
            box = Box(4, y, width - 8, bottom - y)
            more = row.kind == "more"
            spots.append(Spot(box, row.words, row.target, more, row_text(row)))
        y = bottom
    return Page(y + 12, tuple(bands), tuple(spots), chain_text(chain))


def _scale(rows: tuple[Row, ...], place: int) -> float:
    """The largest magnitude of the rows of one sum, from its first on."""
    peak = 0.0
    for row in rows[place:]:
        if row.kind not in ("term", "part", "more"):
            break
        value = row.value or 0.0
        if abs(value) < float("inf"):
            peak = max(peak, abs(value))
    return peak or 1.0


def _title(chain: Chain, width: float) -> Band:
    """The number's name and value, what it is in words, and its value as a bar."""
    role = f"{chain.role}_text"
    shapes: list[Shape] = [Text(MARGIN, 26, chain.name, 14, role, bold=True)]
    told = WAITS if chain.value is None else number(chain.value, 4)
    size, color = (11, "muted") if chain.value is None else (14, "ink")
    bold = chain.value is not None
    shapes.append(Text(width - MARGIN, 26, told, size, color, bold=bold, anchor="end"))
    y = 44.0
    for line in wrapped(chain.words, width - 2 * MARGIN, SIZE):
        shapes.append(Text(MARGIN, y, line, SIZE, "muted"))
        y += 15
    if chain.limits is not None and chain.value is not None:
        box = Box(MARGIN, y - 6, width - 2 * MARGIN, 7)
        shapes += bar(chain.value, box, chain.role, chain.limits)
        y += 10
    return Band(0, y - 4, tuple(shapes))


def _row(row: Row, y: float, width: float, scale: float) -> tuple[list[Shape], float]:
    """A row from `y` on, and where it ends."""
    room = width - 2 * MARGIN
    if row.kind in ("formula", "note"):
        bold = row.kind == "formula"
        color = f"{row.role}_text" if row.role in "ifgochxy" else row.role
        color = color if bold else "muted"
        y += 7 if bold else 0
        leads = row.target is not None
        shapes: list[Shape] = []
        size = 12 if bold else SIZE
        for line in wrapped(row.text, room - 12 * leads, size, bold=bold):
            y += 16
            shapes.append(Text(MARGIN, y - 3, line, size, color, bold=bold))
        if leads:
            shapes.append(_leads(width, y - 3))
        return shapes, y + 2
    if row.kind == "work":
        mono = text_width(row.text, SIZE, mono=True) <= room
        text = row.text if mono else fit(row.text, room, SIZE)
        return [Text(MARGIN, y + 12, text, SIZE, "ink", mono=mono)], y + 16
    if row.kind == "total":
        rule = Rect(Box(width - MARGIN - 8 - VALUE, y + 1.5, VALUE, 1), fill="muted")
        return [rule, *_told(row, y + 2, width, bold=True)], y + PITCH + 3
    if row.kind == "operand":
        return _barred(row, y, width, None), y + PITCH
    return _barred(row, y, width, scale), y + PITCH


def _leads(width: float, y: float) -> Text:
    return Text(width - 7, y, LEADS, 12, "muted", bold=True, anchor="end")


def leads(shape: Shape) -> bool:
    """Whether a shape only marks a row that leads to another number."""
    return isinstance(shape, Text) and shape.text == LEADS


def _told(row: Row, y: float, width: float, *, bold: bool = False) -> list[Shape]:
    """The name of a row and its value."""
    color = f"{row.role}_text" if row.role in "ifgochxy" else row.role
    value = "" if row.value is None else number(row.value)
    right = width - MARGIN - 8
    return [
        Text(MARGIN, y + 13, row.text, SIZE, color, bold=bold),
        Text(right, y + 13, value, SIZE, "ink", bold=bold, anchor="end"),
    ]


def _barred(row: Row, y: float, width: float, scale: float | None) -> list[Shape]:
    """Name, bar and value; of a term on a wide page its product too."""
    wide = width >= WIDE
    label = LABEL + (width - WIDE) * 0.2 if wide else LABEL
    right = width - MARGIN - 8
    end = right - VALUE - (PRODUCT if wide else 0) - 4
    left = MARGIN + label + 4
    if row.kind == "more":
        label, left = text_width(row.text, SIZE) + 4, end - 30
        if MARGIN + label > left:
            left = end
    name = fit(row.text, label, SIZE)
    shapes = _told(replace(row, text=name), y, width)
    if row.value is not None and end - left > 6:
        box = Box(left, y + 5, end - left, 8)
        limits = row.limits if scale is None else (-scale, scale)
        if row.kind != "more":
            shapes += bar(row.value, box, row.role, limits)
    if wide and row.product:
        x = right - VALUE - 4
        shapes.append(Text(x, y + 13, fit(row.product, PRODUCT, 10), 10, "muted", anchor="end"))
    if row.target is not None:
        shapes.append(_leads(width, y + 13))
    return shapes


def bar(value: float, box: Box, role: str, limits: tuple[float, float]) -> list[Shape]:
    """A value from the left, or from the middle where the limits are centred on 0."""
    shapes: list[Shape] = [Rect(box, fill="faint", radius=min(3.5, box.h / 2))]
    if value != value:
        return shapes
    low, high = limits
    if low < 0:
        part = min(max(value / high, -1.0), 1.0)
        middle, reach = box.x + box.w / 2, part * box.w / 2
        left = min(middle, middle + reach)
        shapes.append(Rect(Box(left, box.y, abs(reach), box.h), fill=role))
        shapes.append(Rect(Box(middle - 0.5, box.y - 2, 1, box.h + 4), fill="muted"))
    else:
        part = min(max(value / high, 0.0), 1.0)
        shapes.append(
            Rect(Box(box.x, box.y, part * box.w, box.h), role, radius=min(3.5, box.h / 2))
        )
    return shapes


def row_text(row: Row) -> str:
    """A row as text: its name, its product, its value in full."""
    if row.value is None:
        return row.text
    product = f"  {row.product} =" if row.product else ""
    return f"{row.text}{product}  {exact(row.value)}"


def exact(value: float) -> str:
    """A number as others read it back: an ASCII minus, all the digits that count."""
    return f"{value:.{EXACT}g}"


def chain_text(chain: Chain) -> str:
    """A chain as text, a line a row; terms are indented below their sums."""
    value = f" = {exact(chain.value)}" if chain.value is not None else f" {WAITS}"
    lines = [f"{chain.name}{value}", chain.words, ""]
    for row in chain.rows:
        indent = "  " if row.kind in ("part", "term", "operand", "more", "total", "work") else ""
        lines.append(indent + row_text(row).lstrip())
    return "\n".join(lines) + "\n"
