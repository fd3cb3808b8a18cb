"""A network as levels from the input up: what stands on each, what shape leaves it, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lstmviz.engine.spec import CellSpec, NetworkSpec, chain_counts, counts
from lstmviz.engine.spec import problem as engine_problem

ARROWS = {"forward": "→", "backward": "←"}
"""Which way a direction runs along the steps."""


@dataclass(frozen=True)
class Level:
    """The input, an embedding, an LSTM layer or a head, and what leaves it.

    `index` counts layers and heads each from 0. `detail` says what it is in a few words.
    `width` numbers leave it: for each step of a sequence where `timed`, else once.
    `said` is why in a sentence, the longest first and shorter ones after it; `fault` is
    what breaks between this level and the next.
    """

    kind: str  # "input", "embedding", "lstm", "head"
    index: int
    name: str
    detail: str
    parameters: int | None
    width: int
    timed: bool
    said: tuple[str, ...] = ()
    fault: str | None = None


def levels(spec: NetworkSpec, steps: int, symbolic: bool = False) -> tuple[Level, ...]:
    """Every level of a network that reads `steps` steps (0: not known), the input first.

    `symbolic` says that the input is symbols rather than numbers.
    """
    result = [_input(spec, steps, symbolic)]
    if spec.embedding:
        result.append(_embedding(spec))
    timed = True
    for index, cell in enumerate(spec.layers):
        timed = cell.return_sequences  # of a layer above a break: what it would be once mended
        result.append(_layer(spec, index, steps, timed))
    for index, head in enumerate(spec.heads):
        timed = timed and not head.last_step
        result.append(_head(spec, index, steps, timed))
    return tuple(result)


def shape(level: Level, steps: int) -> str:
    """The shape that leaves a level: (batch, time, features), or (batch, features)."""
    time = f"{time_of(steps)}, " if level.timed else ""
    return f"(1, {time}{level.width:,})"


def time_of(steps: int) -> str:
    """The length of the time dimension; T where it is not known yet."""
    return f"{steps:,}" if steps else "T"


def problem(spec: NetworkSpec) -> str | None:
    """Why the shapes of a network do not fit and what would mend it, in two sentences."""
    found = engine_problem(spec)
    if found is None:
        return None
    cause, _, mend = found.rpartition("; ")
    return f"{cause[0].upper()}{cause[1:]}. {mend[:1].upper()}{mend[1:]}"


def last_step(steps: int) -> str:
    """The number of the last step in words."""
    return f"step {steps - 1:,}" if steps else "the last step"


def ends(cell: CellSpec, steps: int) -> str:
    """Where the final state of each direction is, in words."""
    where = {"forward": last_step(steps), "backward": "step 0"}
    if len(cell.directions) == 1:
        return where[cell.directions[0]]
    return f"forward's at {where['forward']}, backward's at step 0"


def _input(spec: NetworkSpec, steps: int, symbolic: bool) -> Level:
    width = spec.input_size
    length = f"{time_of(steps)} step{'s' * (steps != 1)}"
    if symbolic or spec.embedding:
        kind = "symbol numbers" if spec.embedding else "one-hot"
        said: tuple[str, ...] = (f"each step is one of {width:,} symbols",)
        if not spec.embedding:
            said = (f"one-hot: of {width:,} numbers only the symbol's own is 1", "one-hot rows")
        return Level("input", 0, "Input", f"{length}, {kind}", None, width, True, said)
    numbers = f"{width:,} number{'s' * (width != 1)}"
    said = (f"a sequence: one row of {numbers} at each step", f"{numbers} at each step")
    return Level("input", 0, "Input", length, None, width, True, said)


def _embedding(spec: NetworkSpec) -> Level:
    table = spec.embedding
    assert table is not None
    said = ("each symbol has become its row of the table", "one row of the table a symbol")
    fault = _width_fault(table.dimension, spec.layers[0], 0)
    return Level(
        "embedding",
        0,
        "Embedding",
        f"table {table.size:,} × {table.dimension:,}",
        table.size * table.dimension,
        table.dimension,
        True,
        said,
        fault,
    )


def _layer(spec: NetworkSpec, index: int, steps: int, timed: bool) -> Level:
    cell = spec.layers[index]
    name = f"LSTM {cell.cell_size:,}"
    if cell.hidden_size != cell.cell_size:
        name += f" · h {cell.hidden_size:,}"
    way = "both directions" if len(cell.directions) > 1 else cell.directions[0]
    detail = f"layer {index}" if way == "forward" else f"layer {index}, {way}"
    total = sum(count.total for count in counts(cell, 1)) * len(cell.directions)
    said, fault = tuple(_why(spec, index, steps)), _fault(spec, index, steps)
    return Level("lstm", index, name, detail, total, cell.output_size, timed, said, fault)


def _head(spec: NetworkSpec, index: int, steps: int, timed: bool) -> Level:
    head = spec.heads[index]
    counted = chain_counts(spec)[index]
    numbers = f"{head.size:,} number{'s' * (head.size != 1)}"
    said: tuple[str, ...] = (f"{numbers} at each step", "a row at each step")
    if not timed:
        said = (f"{numbers} for the whole sequence", "once for the whole sequence")
    elif index + 1 < len(spec.heads) and spec.heads[index + 1].last_step:
        said = (f"{numbers} at each step, but the head above takes only {last_step(steps)}", *said)
    return Level(
        "head",
        index,
        f"Dense {head.size:,}",
        f"{head.shown}, time-distributed" if timed else head.shown,
        sum(count.total for count in counted),
        head.size,
        timed,
        said,
    )


def _why(spec: NetworkSpec, index: int, steps: int) -> Iterator[str]:
    """Why what leaves a layer has the shape it has, the longest sentence first."""
    cell, following = spec.layers[index], index + 1
    width = f"{cell.output_size:,}"
    total = time_of(steps)
    rows = f"{total} row{'s' * (steps != 1)} of {width}"
    every = f"its one row of {width} leaves" if steps == 1 else f"all {rows} leave"
    if not cell.return_sequences:
        final = "final states" if len(cell.directions) > 1 else "final state"
        yield f"return_sequences off: only the {final} leave{'s' * (final[-1] != 's')}: " + ends(
            cell, steps
        )
        yield f"{final} only: {ends(cell, steps)}"
        return
    if following < len(spec.layers):
        yield (
            f"layer {following} reads one row at each step, so it needs the whole sequence: {rows}"
        )
        yield f"layer {following} reads a row a step: it needs {'all ' * (steps != 1)}{total}"
        return
    head = spec.heads[0] if spec.heads else None
    if head is None:
        yield f"nothing above needs them, but {every}"
        yield "its one row leaves" if steps == 1 else f"all {total} rows leave"
    elif head.last_step:
        yield from _taken(cell, steps)
    else:
        yield f"the head works at each step, so {every}: time-distributed"
        yield f"the head works at each step, {total} in all"


def _taken(cell: CellSpec, steps: int) -> Iterator[str]:
    """What a head that takes the last row of a sequence takes."""
    last = last_step(steps)
    if "backward" in cell.directions:
        yield (
            f"the head takes the row of {last}; backward has read one step there, its final "
            "state is at step 0"
        )
        yield f"taken: {last}; backward ends at step 0, not there"
    else:
        yield f"all {time_of(steps)} rows leave, but the head takes only that of {last}"
        yield f"the head takes the row of {last}"


def _fault(spec: NetworkSpec, index: int, steps: int) -> str | None:
    """What breaks between a layer and the next."""
    cell = spec.layers[index]
    if index + 1 == len(spec.layers):
        return None
    if not cell.return_sequences:
        return f"layer {index + 1} reads a sequence: switch return_sequences of layer {index} on"
    return _width_fault(cell.output_size, spec.layers[index + 1], index + 1)


def _width_fault(given: int, reader: CellSpec, index: int) -> str | None:
    if given == reader.input_size:
        return None
    return f"layer {index} reads {reader.input_size:,} numbers a step, but {given:,} arrive"
