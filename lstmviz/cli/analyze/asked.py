"""The run that is asked about."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from functools import cached_property

from lstmviz.analysis.effects import Touch
from lstmviz.cli import source
from lstmviz.cli.analyze.options import TAKES
from lstmviz.engine import unroll
from lstmviz.engine.network import Network
from lstmviz.engine.states import Initial
from lstmviz.engine.trace import Trace
from lstmviz.errors import LstmvizError
from lstmviz.inputs.sequence import Sequence
from lstmviz.inputs.spoken import Spoken
from lstmviz.scene.run import Run, finished
from lstmviz.session import Document, resolve, text_of


@dataclass(frozen=True, eq=False)
class Asked:
    """A finished run and the options of the question.

    `places` are the layers and directions asked about: the one chosen, else all of them. Where
    the document has changes, `shown` says which run it is, and `taken` where they have taken
    hold of it.
    """

    options: argparse.Namespace
    document: Document
    run: Run
    network: Network
    trace: Trace
    sequence: Sequence
    initial: Initial | None
    places: tuple[tuple[int, str], ...]
    shown: str | None = None
    taken: tuple[Touch, ...] = ()

    @property
    def place(self) -> tuple[int, str]:
        """The layer and direction of a question about one."""
        return self.places[0]

    @property
    def tokens(self) -> dict[str, list[str]]:
        """The column of a table by step that says what was read, where it was symbols."""
        return {"token": list(self.sequence.labels)} if self.sequence.symbolic else {}

    @cached_property
    def told(self) -> Spoken:
        """The text that was read; raises `LstmvizError` where it was none."""
        return text_of(self.document, self.network, self.sequence)

    @property
    def step(self) -> int:
        """The step chosen, else the last of the run."""
        _, way = self.place
        last = self.trace.steps - 1 if way == "forward" else 0
        chosen: int | None = self.options.step
        return last if chosen is None else chosen

    def held(self, array: str, step: int, unit: int) -> bool:
        """Whether a change has set a number of the place, whatever its sum."""
        return any(
            (touch.layer, touch.direction, touch.array) == (*self.place, array)
            and touch.holds(unit, step)
            for touch in self.taken
        )

    def need(self, *names: str) -> None:
        """Raise `LstmvizError` where an option that the question needs is missing."""
        for name in names:
            if getattr(self.options, name) in (None, []):
                raise LstmvizError(f"--ask {self.options.ask} needs --{name.replace('_', '-')}.")


def prefix(place: tuple[int, str]) -> str:
    """The name of a layer's direction, as in a trace's arrays."""
    return f"layer{place[0]}.{place[1]}"


def of_head(array: str) -> bool:
    """Whether an array is what a head gives, whatever the layer."""
    return array == "output" or array.startswith("head")


def full_name(place: tuple[int, str], array: str) -> str:
    """The name of an array of a layer's direction, or of a head, as in a trace."""
    return array if of_head(array) else f"{prefix(place)}.{array}"


def ask(parsed: argparse.Namespace) -> Asked:
    """Run what SOURCE and the options ask for; raises `LstmvizError` for all that is wrong."""
    document = source.session(parsed).document
    shown: str | None = None
    taken: tuple[Touch, ...] = ()
    network, trace, sequence, initial = ran(document)
    run = Run(0, document, network.spec, network, sequence, trace, trace.steps)
    if source.changing(document):
        shown = "baseline" if "shown" not in TAKES[parsed.ask] else parsed.shown or "changed"
    if shown == "changed":
        run = finished(document).of(shown)
        assert run.network is not None and run.trace is not None and run.sequence is not None
        network, trace, sequence, taken = run.network, run.trace, run.sequence, run.taken
    spec = network.spec
    if parsed.layer is None:
        places = tuple(
            (index, way) for index, cell in enumerate(spec.layers) for way in cell.directions
        )
    else:
        layer, way = parsed.layer
        if layer >= len(spec.layers):
            raise LstmvizError(f"there is no layer {layer}; the last is {len(spec.layers) - 1}.")
        ways = spec.layers[layer].directions
        if way is not None and way not in ways:
            raise LstmvizError(f"layer {layer} does not run {way}, only {ways[0]}.")
        places = tuple((layer, each) for each in ways if way in (None, each))
    return Asked(parsed, document, run, network, trace, sequence, initial, places, shown, taken)


def ran(document: Document) -> tuple[Network, Trace, Sequence, Initial | None]:
    """A document's network, run over its input."""
    resolved = resolve(document)
    if resolved.network is None:
        raise LstmvizError(str(resolved.problem))
    trace = unroll.run(resolved.network, resolved.sequence.values, resolved.initial)
    return resolved.network, trace, resolved.sequence, resolved.initial


def counted(numbers: list[int], most: int = 12) -> str:
    """Numbers in a sentence, or how many there are beyond a few."""
    shown = ", ".join(map(str, numbers[:most]))
    return shown + (f", … {len(numbers):,} in all" if len(numbers) > most else "")
