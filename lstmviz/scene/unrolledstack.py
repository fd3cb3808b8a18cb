"""Several steps of several layers and directions: lanes above each other, the input below."""

from __future__ import annotations

from lstmviz.engine.spec import NetworkSpec
from lstmviz.engine.variant import STANDARD, variant_name
from lstmviz.scene import lanes
from lstmviz.scene.departures import told_of_layers
from lstmviz.scene.diagram import Card, Control, Diagram, Operation, Parts, StepLabel, Wire
from lstmviz.scene.lanes import APART, BODY, CHANNEL, STATE, TURN, WRITE, Lane
from lstmviz.scene.levels import ARROWS, ends, last_step, levels, problem
from lstmviz.scene.metrics import width
from lstmviz.scene.shapes import Box, Point, Rect, Text
from lstmviz.scene.stepwindow import FIRST, Window

MOST = 6
"""Most lanes drawn: of more layers those about the one that is looked at."""
TOP, VALUE, GAP, BETWEEN, MERGE, FOOT = 74.0, 34.0, 24.0, 12.0, 34.0, 44.0
LOWEST = 596.0
"""Height of the picture where the lanes need no more."""
STRETCH, LINE = 96.0, 15.0


Sources = dict[int, Point]
"""Where what leaves a layer is to be had, by block."""


def unrolled_stack(spec: NetworkSpec, layer: int, direction: str, window: Window) -> Diagram:
    """The layers about `layer`, whose `direction` is looked at, in a window of steps."""
    shown = shown_layers(spec, layer)
    lines = told_of_layers({k: spec.layers[k] for k in shown}, window.page - 20, 11)
    placed, floor, heads = _placed(spec, shown, (layer, direction), LINE * len(lines))
    picture, height = Parts(), floor + VALUE / 2 + FOOT + LINE * len(lines)
    sources = _inputs(picture, spec, shown[0], window, floor)
    reads = _array_below(spec, shown[0])
    faults = [level.fault for level in levels(spec, window.steps) if level.kind == "lstm"]
    for index in shown:
        group = [lane for lane in placed if lane.layer == index]
        for lane in group:
            _feed(picture, lane, group, sources, reads, window)
            _lane(picture, lane, window)
        sources = _leaving(picture, spec, index, group, window)
        if faults[index]:
            y = group[-1].top - GAP / 2 - MERGE * (len(group) > 1) + 6
            picture.words.append(_fault(f"✕  {faults[index]}", window, y))
        reads = f"layer{index}.output"
    _above(picture, spec, shown[-1], sources, window, heads)
    labels = [
        StepLabel((window.left(block) + BODY / 2, 64), block - window.position)
        for block in range(window.count)
    ]
    picture.words += _told(spec, shown, window, height)
    first = floor + VALUE / 2 + FOOT - 9
    picture.words += [Text(10, first + LINE * k, line, 11, "muted") for k, line in enumerate(lines)]
    return Diagram(
        window.page, height, tuple(picture.cards), tuple(picture.operations), tuple(picture.wires),
        tuple(picture.backdrop), tuple(picture.words), tuple(labels), problem(spec),
        tuple(picture.controls),
    )  # fmt: skip


def shown_layers(spec: NetworkSpec, layer: int) -> range:
    """The layers about `layer` that have at most `MOST` lanes; the layer itself in any case."""
    first, last = layer, layer + 1
    count = len(spec.layers[layer].directions)
    while True:
        below = len(spec.layers[first - 1].directions) if first > 0 else MOST
        above = len(spec.layers[last].directions) if last < len(spec.layers) else MOST
        if above <= below and count + above <= MOST:
            last, count = last + 1, count + above
        elif count + below <= MOST:
            first, count = first - 1, count + below
        elif count + above <= MOST:
            last, count = last + 1, count + above
        else:
            return range(first, last)


def _placed(
    spec: NetworkSpec, shown: range, looked: tuple[int, str], told: float
) -> tuple[list[Lane], float, float]:
    """The lanes from the lowest up, the row of the inputs, and the row of the outputs.

    Words take the height `told` below the inputs.
    """
    ways = [(k, way) for k in shown for way in spec.layers[k].directions]
    merges = sum(len(spec.layers[k].directions) > 1 for k in shown)
    rows = (
        sum(lanes.height(spec.layers[k]) for k, _ in ways)
        + len(shown) * GAP
        + merges * (MERGE + BETWEEN)
    )
    needed = TOP + VALUE + GAP + rows + VALUE + FOOT + told
    height = max(needed, LOWEST)
    stretch = min((height - needed) / len(ways), STRETCH)
    y = height - told - FOOT - VALUE
    floor, placed = y + VALUE / 2, []
    for layer in shown:
        y -= GAP
        cell = spec.layers[layer]
        for number, way in enumerate(cell.directions):
            y -= BETWEEN * (number > 0) + lanes.height(cell) + stretch
            placed.append(Lane(layer, way, cell, y, stretch, (layer, way) == looked))
        y -= MERGE * (len(cell.directions) > 1)
    return placed, floor, max(TOP + VALUE / 2, y - GAP - VALUE / 2)


def _array_below(spec: NetworkSpec, layer: int) -> str:
    """What the lowest layer shown reads."""
    if layer > 0:
        return f"layer{layer - 1}.output"
    return "embedded" if spec.embedding else "network.input"


def _inputs(picture: Parts, spec: NetworkSpec, layer: int, window: Window, y: float) -> Sources:
    """A card of what is read at each step."""
    array, size = _array_below(spec, layer), spec.layers[layer].input_size
    role, sources = ("h" if layer else "x"), {}
    for block in range(window.count):
        x, offset = window.left(block) + WRITE, block - window.position
        box = Box(x - VALUE / 2, y - VALUE / 2, VALUE, VALUE)
        picture.cards.append(
            Card(f"x{offset:+d}", box, role, role, size, array, None, "value", offset, small=True)
        )
        sources[block] = (x, box.y)
    name = f"out of layer {layer - 1}" if layer else "embedded" if spec.embedding else "input x"
    picture.words.append(Text(10, y - 2, name, 13, f"{role}_text", bold=True))
    picture.words.append(Text(10, y + 13, f"{size:,} a step", 12, "muted"))
    return sources


def _feed(
    picture: Parts, lane: Lane, group: list[Lane], sources: Sources, array: str, window: Window
) -> None:
    """What each block of a lane reads, from below; past the lane of the other direction."""
    row = group[0].bottom + GAP / 2
    past = lane is not group[0]
    for block, (x, y) in sources.items():
        left = window.left(block)
        column = left + (CHANNEL if past else WRITE if not lane.backward else BODY - WRITE)
        points: tuple[Point, ...] = ((x, y), (x, row), (column, row), (column, lane.bus))
        if abs(column - x) < 1:
            points = ((x, y), (x, lane.bus))
        picture.wires.append(
            Wire(
                lane.name("feed", block - window.position), points,
                "h" if array[:5] == "layer" else "x", "gather" if lane.looked else "",
                "input" if lane.looked else array, lane.cell.input_size,
                offset=block - window.position,
            )
        )  # fmt: skip


def _lane(picture: Parts, lane: Lane, window: Window) -> None:
    """Every block of a lane, its name, and where it ends."""
    first = window.count - 1 if lane.backward else 0
    picture.cards += lanes.state_cards(
        lane, window.left(first), first - window.position, before=True
    )
    for block in range(window.count):
        left, offset = window.left(block), block - window.position
        body = Box(left, lane.top, BODY, lane.bottom - lane.top)
        now = offset == 0
        edge = "accent" if now and lane.looked else "edge" if now else None
        picture.backdrop.append(Rect(body, "faint", edge, 1.6, 10, opacity=1.0 if now else 0.6))
        picture.cards += lanes.state_cards(lane, left, offset)
        picture.cards += lanes.gate_cards(lane, left, offset)
        picture.operations += lanes.operations(lane, left, offset)
        picture.wires += lanes.wires(lane, left, offset, first=block == first)
    final = window.final(lane.way)
    if final is not None:
        x = lane.x(window.left(final), BODY + APART)
        ring = Box(x - 18, lane.hidden - 18, 36, 36)
        picture.backdrop.append(Rect(ring, "glow", "h", 2.2, radius=6))
        picture.words.append(
            Text(x, lane.hidden + 29, "final", 10, "h_text", bold=True, anchor="middle")
        )
    _named(picture, lane, window)


def _fault(told: str, window: Window, y: float) -> Text:
    """What breaks beside what the first block reads; without what would mend it in a tight room."""
    x = window.left(0) + WRITE + 10
    if x + width(told, 12, bold=True) > window.page - 6:
        told = told.partition(":")[0]
    return Text(x, y, told, 12, "bad", bold=True)


def _named(picture: Parts, lane: Lane, window: Window) -> None:
    """At the left: which layer, which way it runs, and at which step its final state is."""
    where = "step 0" if lane.backward else last_step(window.steps)
    where = where.replace("step ", "t = ")
    lines = [
        (f"layer {lane.layer}  {ARROWS[lane.way]}", 14, "accent" if lane.looked else "ink", True),
        (f"LSTM {lane.cell.cell_size:,}", 12, "h_text", False),
        *_variant(lane),
        (lane.way, 12, "muted", False),
        (f"final: {where}", 12, "muted", False),
    ]
    y = (lane.top + lane.bottom) / 2 + 5 - 8 * (len(lines) - 1)
    for text, size, color, bold in lines:
        picture.words.append(Text(10, y, text, size, color, bold=bold))
        y += 16
    place = Box(2, lane.top, window.page - 4, lane.bottom - lane.top)
    tip = f"Look at layer {lane.layer}, {lane.way}"
    picture.controls.append(Control(place, "layer", lane.layer, tip, lane.way))


def _variant(lane: Lane) -> list[tuple[str, int, str, bool]]:
    """What kind of cell a lane has, if it is not the standard one and its name is short."""
    if lane.cell.variant == STANDARD:
        return []
    name = variant_name(lane.cell.variant)
    fits = width(name, 11) <= FIRST - APART - STATE / 2 - 12
    return [(name if fits else "see below", 11, "h_text", False)]


def _leaving(
    picture: Parts, spec: NetworkSpec, layer: int, group: list[Lane], window: Window
) -> Sources:
    """Where what leaves a layer is to be had: at every step, or at its end alone."""
    found: dict[str, Sources] = {}
    for lane in group:
        blocks = range(window.count)
        final = window.final(lane.way)
        every = lane.cell.return_sequences
        found[lane.way] = {
            block: (lane.x(window.left(block), TURN), lane.expose)
            for block in blocks
            if every or block == final
        }
    if len(group) == 1:
        return found[group[0].way]
    row, merged = group[-1].top - MERGE / 2, {}
    for block in range(window.count):
        forward, backward = found["forward"].get(block), found["backward"].get(block)
        x = window.left(block) + _column(spec, layer + 1)
        if forward is None and backward is None:
            continue
        if forward is None:
            assert backward is not None
            _half(picture, group[-1], (x, row), backward, block - window.position, window)
            continue
        merged[block] = (x, row - 10)
        _merge(picture, spec, layer, (x, row), (forward, backward), block - window.position)
    return merged


def _half(
    picture: Parts, lane: Lane, at: Point, backward: Point, offset: int, window: Window
) -> None:
    """The final state of backward, which is merged with that of forward at the other end."""
    (x, y), size = at, lane.cell.hidden_size
    points = (backward, (backward[0], y), (x - 30, y))
    name, array = f"half{lane.layer}{offset:+d}", f"layer{lane.layer}.backward.hidden_state"
    picture.wires.append(Wire(name, points, "h", "", array, size, offset=offset))
    told = f"to the merge at t = {last_step(window.steps).removeprefix('step ')}"
    picture.words.append(Text(x - 26, y + 4, told, 11, "h_text"))


def _column(spec: NetworkSpec, layer: int) -> float:
    """Where in a block a layer reads: in the middle, or mirrored where it only runs backward."""
    mirrored = layer < len(spec.layers) and spec.layers[layer].directions == ("backward",)
    return BODY - WRITE if mirrored else WRITE


def _merge(
    picture: Parts,
    spec: NetworkSpec,
    layer: int,
    at: Point,
    halves: tuple[Point | None, Point | None],
    offset: int,
) -> None:
    """Both directions into one, or the one that ends at this step."""
    cell, (x, y) = spec.layers[layer], at
    label = cell.merge
    picture.operations.append(
        Operation(f"merge{layer}{offset:+d}", at, label, "", "h", 54, 20, offset=offset)
    )
    for way, half, side in zip(("forward", "backward"), halves, (27, -27), strict=True):
        if half is not None:
            points = (half, (half[0], y), (x + side, y))
            name, array = f"merge{layer}{way[0]}{offset:+d}", f"layer{layer}.{way}.hidden_state"
            picture.wires.append(
                Wire(name, points, "h", "", array, cell.hidden_size, offset=offset)
            )


def _above(
    picture: Parts,
    spec: NetworkSpec,
    layer: int,
    sources: Sources,
    window: Window,
    row: float,
) -> None:
    """What becomes of the highest layer's output: the heads, or an arrow to what is above."""
    top = layer == len(spec.layers) - 1
    headed = top and spec.head is not None
    final = window.final("forward")
    if spec.last_step and top:
        sources = {block: at for block, at in sources.items() if block == final}
    array = "network.output" if headed else f"layer{layer}.output"
    size = spec.output_size if headed else spec.layers[layer].output_size
    for block, (x, y) in sources.items():
        offset, middle = block - window.position, window.left(block) + WRITE
        column = middle if headed else x
        end = row + VALUE / 2 if headed else row
        turn = min(y, end + GAP / 2)
        points: tuple[Point, ...] = ((x, y), (x, turn), (column, turn), (column, end))
        if abs(column - x) < 1:
            points = ((x, y), (x, end))
        picture.wires.append(
            Wire(f"leave{offset:+d}", points, "y" if headed else "h", "", array, size,
                 offset=offset)
        )  # fmt: skip
        if headed:
            box = Box(middle - VALUE / 2, row - VALUE / 2, VALUE, VALUE)
            picture.cards.append(
                Card(f"y{offset:+d}", box, "y", "y", size, array, None, "value", offset,
                     small=True, beside=True)
            )  # fmt: skip
    if top and spec.last_step and final is None:
        where = last_step(window.steps)
        picture.words.append(Text(window.first, row + 4, f"leaves at {where} alone", 12, "muted"))
    _named_above(picture, spec, layer, row, top=top)


def _named_above(picture: Parts, spec: NetworkSpec, layer: int, row: float, *, top: bool) -> None:
    if not top:
        picture.words.append(Text(10, row + 4, f"to layer {layer + 1}", 12, "muted"))
    elif spec.heads:
        chain = " → ".join(f"{head.size:,}" for head in spec.heads[-2:])
        more = "… " if len(spec.heads) > 2 else ""
        picture.words.append(Text(10, row - 2, "output y", 13, "y_text", bold=True))
        picture.words.append(Text(10, row + 13, f"Dense {more}{chain}", 11, "muted"))
    else:
        picture.words.append(Text(10, row + 4, "output", 12, "h_text", bold=True))


def _told(spec: NetworkSpec, shown: range, window: Window, height: float) -> list[Text]:
    """What is to be known of the ends, and of layers that are not drawn."""
    cell, last = spec.layers[shown[-1]], shown[-1] == len(spec.layers) - 1
    said = ""
    if not cell.return_sequences:
        plural = len(cell.directions) > 1
        said = f"return_sequences off: only the final state{'s' * plural} leave{'s' * (not plural)}"
        said += f": {ends(cell, window.steps)}"
    elif last and "backward" in cell.directions and spec.last_step:
        said = (
            f"the output takes the row of {last_step(window.steps)}, where backward has read one "
            "step: its final state is at step 0"
        )
    elif any("backward" in spec.layers[k].directions for k in shown):
        said = (
            "backward runs right to left and ends at step 0: its final state is in row 0, "
            "not in the last"
        )
    hidden = len(spec.layers) - len(shown)
    words = [Text(window.words, height - 7, said, 12, "muted")] if said else []
    if hidden:
        more = f"{hidden} more layer{'s' * (hidden != 1)}"
        words.append(Text(window.page - 10, height - 7, more, 12, "muted", anchor="end"))
    return words
