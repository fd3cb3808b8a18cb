"""What stands before and after an LSTM in its file, as far as names, widths and order tell.

A file of weights does not say how its modules are wired. A Dense layer is taken as a head, and
an embedding as the input stage, only where one alone fits and nothing else can stand between;
else they are told of and left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from lstmviz.models.parts import Dense, Part, Parts, Table
from lstmviz.models.torchnames import shown

T = TypeVar("T", Dense, Table)
LONGEST_CHAIN = 16


@dataclass(frozen=True, eq=False)
class Around:
    """The input stage and the chain of heads taken, what is before and cannot be run, remarks.

    `between` are remarks on what may run between the parts of a stack.
    """

    table: Table | None
    dense: tuple[Dense, ...]
    before: tuple[str, ...]
    warnings: tuple[str, ...]
    between: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Place:
    """Where the LSTM lies in its file."""

    parts: Parts
    chosen: Sequence[Part]
    ordered: bool

    @property
    def first(self) -> int:
        return min(part.first for part in self.chosen)

    @property
    def last(self) -> int:
        return max(part.last for part in self.chosen)

    @property
    def input_size(self) -> int:
        return self.chosen[0].input_size

    @property
    def output_size(self) -> int:
        return self.chosen[-1].output_size


def around(parts: Parts, chosen: Sequence[Part], ordered: bool) -> Around:
    """What surrounds the chosen LSTM; `ordered` if the file keeps the model's order."""
    place, guessed = _with_table(_Place(parts, chosen, ordered))
    dense, warnings = _heads(place)
    table = _table(place)
    before = _before(place, dense, table)
    if before and table:  # something stands between them, or may
        table, before = None, _before(place, dense, None)
    if guessed and table is guessed:
        told = f"{shown(table.name)} was taken as the embedding, for its shape and its place."
        warnings = (told, *warnings)
    return Around(table, dense, before, warnings, _inside(place))


def _with_table(place: _Place) -> tuple[_Place, Table | None]:
    """The place with a matrix as the embedding that only its shape and place tell to be one.

    It has a row a symbol, as wide as the LSTM's input, and no bias. A Linear of that shape could
    not feed the LSTM. In the model's order it stands right before the LSTM; without an order a
    head must give as many symbols.
    """
    parts = place.parts
    if _table(place):
        return place, None
    fits = [dense for dense in _nearest(place) if _like_table(place, dense)]
    if not place.ordered:
        sizes = Counter((dense.size, dense.width) for dense in parts.dense)
        for dense in fits:
            sizes[dense.size, dense.width] -= 1
        fits = [dense for dense in fits if sizes[dense.size, place.output_size]]
    if len(fits) != 1:
        return place, None
    table = Table(fits[0].name, fits[0].weights, fits[0].place)
    rest = [dense for dense in parts.dense if dense is not fits[0]]
    parts = replace(parts, dense=rest, tables=[*parts.tables, table])
    return replace(place, parts=parts), table


def _like_table(place: _Place, dense: Dense) -> bool:
    """Whether a matrix has the shape of an embedding and of no Linear that feeds the LSTM."""
    shaped = dense.width == place.input_size != dense.size
    return shaped and dense.bias is None and not dense.known


def _nearest(place: _Place) -> list[Dense]:
    """The Dense layer right before the LSTM in a file of the model's order, else all of them."""
    parts = place.parts
    if not place.ordered:
        return parts.dense
    places = [
        *(each.place for each in parts.dense),
        *(each.place for each in parts.tables),
        *(each.place for each in parts.others if each.runs),
        *(part.first for part in parts.lstms),
    ]
    last = max((each for each in places if each < place.first), default=-1)
    return [dense for dense in parts.dense if dense.place == last]


def _inside(place: _Place) -> tuple[str, ...]:
    """Remarks on layers as wide as what a part of the stack hands on, if no order rules them out.

    In a file of the model's order `choose` makes no stack around such a layer.
    """
    widths = {(part.output_size,) for part in place.chosen[:-1]}
    fits = [other for other in place.parts.others if other.runs and other.shape in widths]
    if place.ordered or not fits:
        return ()
    names = ", ".join(shown(other.name) for other in fits[:6])
    return (f"{names} may run between them, which the file does not say: left out.",)


def _kin(rows: list[T], name: str) -> list[T]:
    """Those whose names have the most in front in common with the LSTM's."""
    common = [_shared(_path(row.name), _path(name)) for row in rows]
    return [row for row, shared in zip(rows, common, strict=True) if shared == max(common)]


def _shared(one: list[str], other: list[str]) -> int:
    """How many of the first words are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((k for k, (a, b) in pairs if a != b), min(len(one), len(other)))


def _path(name: str) -> list[str]:
    return name.replace("/", ".").split(".")[:-1]


def _table(place: _Place) -> Table | None:
    """The one embedding that fits."""
    fits = [
        table
        for table in place.parts.tables
        if table.weights.shape[1] == place.input_size
        and not (place.ordered and table.place > place.first)
    ]
    fits = _kin(fits, place.chosen[0].name)
    return fits[0] if len({table.weights.read for table in fits}) == 1 else None


def _heads(place: _Place) -> tuple[tuple[Dense, ...], tuple[str, ...]]:
    """The chain of Dense layers after the LSTM, and remarks on it."""
    width, chain = place.output_size, list[Dense]()
    while len(chain) < LONGEST_CHAIN:
        after = chain[-1].place if chain else place.last
        fits = [
            dense
            for dense in place.parts.dense
            if dense.width == width
            and dense not in chain
            and not (place.ordered and dense.place < after)
        ]
        fits = _kin(fits, place.chosen[-1].name)
        if not fits:
            break
        if len(fits) > 1:
            names = ", ".join(shown(dense.name) for dense in fits[:6])
            told = f"{names} all fit next, so none of them was taken as a head."
            return tuple(chain), (told, *_remarks(chain))
        between = _between(place, after, fits[0].place, width)
        if between:
            told = (
                f"{shown(fits[0].name)} fits as a head, but {between} may stand before it, so it "
                "was not taken."
            )
            return tuple(chain), (told, *_remarks(chain))
        chain.append(fits[0])
        width = fits[0].size
    return tuple(chain), _remarks(chain)


def _remarks(chain: list[Dense]) -> tuple[str, ...]:
    if not chain:
        return ()
    names = " and ".join(shown(dense.name) for dense in chain)
    what = "between and after them" if len(chain) > 1 else "after it"
    return (f"An activation {what} is not in the file: {names} was taken as linear.",)


def _between(place: _Place, first: int, last: int, width: int) -> str:
    """The name of what may stand between the LSTM and a head, or nothing."""
    for other in place.parts.others:
        within = place.ordered and first < other.place < last
        loose = not place.ordered or place.input_size != width
        if other.runs and (within or (other.shape == (width,) and loose)):
            return shown(other.name)
    for part in place.parts.lstms:
        if part not in place.chosen:
            within = first < part.first < last
            if within if place.ordered else width in (part.input_size, part.output_size):
                return shown(part.name)
    for refused in place.parts.refused:
        if not place.ordered or first < refused.first < last:
            return shown(refused.name)
    return ""


def _before(place: _Place, heads: tuple[Dense, ...], table: Table | None) -> tuple[str, ...]:
    """What stands before the LSTM and is not run, each with its shape."""
    parts, rows = place.parts, list[tuple[int, str]]()
    taken = table.weights.read if table else None  # of every layer tied to it
    for other in parts.others:
        early = other.place < place.first if place.ordered else len(other.shape) > 2
        if early and other.runs:
            rows.append((other.place, f"{shown(other.name)} (weight {other.shape})"))
    for dense in parts.dense:
        fits = dense.size == place.input_size and dense.width != place.output_size
        early = dense.place < place.first if place.ordered else fits
        if early and dense not in heads and dense.weights.read is not taken:
            rows.append((dense.place, f"{shown(dense.name)} (Dense {dense.width} → {dense.size})"))
    for each in parts.tables:
        fits = each.weights.shape[1] == place.input_size
        early = each.place < place.first if place.ordered else fits
        if early and each.weights.read is not taken:
            size, dimension = each.weights.shape
            rows.append((each.place, f"{shown(each.name)} (Embedding {size} × {dimension})"))
    for part in parts.lstms:
        if place.ordered and part not in place.chosen and part.first < place.first:
            rows.append((part.first, f"{shown(part.name)} (another LSTM)"))
    for refused in parts.refused:
        if place.ordered and refused.first < place.first:
            rows.append((refused.first, f"{shown(refused.name)} (not an LSTM)"))
    return tuple(text for _, text in sorted(rows))
