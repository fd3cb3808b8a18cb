"""A document as ever fuller runs: what the engine has found of it so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from lstmviz.engine import unroll
from lstmviz.engine.network import Network
from lstmviz.engine.spec import NetworkSpec
from lstmviz.engine.states import Initial
from lstmviz.engine.trace import Trace
from lstmviz.errors import LstmvizError
from lstmviz.inputs.sequence import Sequence
from lstmviz.models import Certificate, Progress
from lstmviz.scene.moment import Scales, scales, widen_all
from lstmviz.session import Document, Edit, other_document, resolve

if TYPE_CHECKING:
    from lstmviz.analysis.effects import Touch
    from lstmviz.scene.whatif import WhatIf


@dataclass(frozen=True, eq=False)
class Run:
    """What is known of a document so far: only rows below `done` of the trace are filled.

    `network`, `sequence` and `trace` are None until they are there, and stay None when the
    shapes do not fit (`problem` says why) or the document could not be followed (`error`).
    `certificate` says how a model's file was read. `trace` is the run as it was; `what_if` is
    there where the document has changes, and `other` where it names another run. `pending` says
    that one of them is still to come. Of what `of` gives, `touches` are where the changes take
    hold, `taken` the same where they have done so in this very trace, `apart` says that the trace
    holds differences, and units are ordered as in `basis`, from which it differs at the steps `own`
    only; of a changed run `made` are the changes that could be made, and `plain` is the network
    without them.
    """

    generation: int
    document: Document
    spec: NetworkSpec | None = None
    network: Network | None = None
    sequence: Sequence | None = None
    trace: Trace | None = None
    done: int = 0
    scales: Scales | None = None
    problem: str | None = None
    certificate: Certificate | None = None
    error: str | None = None
    other: Run | None = None
    what_if: WhatIf | None = None
    pending: bool = False
    touches: tuple[Touch, ...] = ()
    taken: tuple[Touch, ...] = ()
    apart: bool = False
    basis: Trace | None = None
    own: slice | None = None
    made: tuple[Edit, ...] = ()
    plain: Network | None = None

    @property
    def changed(self) -> bool:
        """Whether there is a changed run beside the run as it was."""
        return self.what_if is not None and self.what_if.again is not None

    def of(self, shown: str) -> Run:
        """The run as it was ("baseline"), as it is "changed", or their "difference".

        The three have the same limits but the last, whose trace is changed − baseline. Without
        changes, and before any of the changed run is there, it is the run itself.
        """
        if self.what_if is None or not self.what_if.done:
            return self
        return {"baseline": self._before, "difference": self._apart}.get(shown, self._after)

    @cached_property
    def _before(self) -> Run:
        what_if = self.what_if
        assert what_if is not None and what_if.scales is not None
        return replace(
            self,
            scales=what_if.scales,
            what_if=None,
            pending=False,
            touches=what_if.touches,
            basis=self.trace,
        )

    @cached_property
    def _after(self) -> Run:
        what_if = self.what_if
        assert what_if is not None and what_if.again is not None
        return replace(
            self._before,
            network=what_if.again.network,
            sequence=what_if.sequence,
            trace=what_if.again.trace,
            done=what_if.done,
            taken=what_if.touches,
            own=what_if.again.rows,
            made=tuple(
                edit
                for index, edit in enumerate(self.document.changes)
                if edit.on and index not in what_if.faults
            ),
            plain=self.network,
        )

    @cached_property
    def _apart(self) -> Run:
        from lstmviz.scene.whatif import differing

        what_if, common = self.what_if, self._before.scales
        assert what_if is not None and common is not None
        trace, limits = what_if.difference, differing(what_if, common)
        return replace(self._after, trace=trace, scales=limits, apart=True)

    @property
    def shown_trace(self) -> Trace | None:
        """The trace with the changes, where there are any."""
        return self.of("changed").trace

    @property
    def steps(self) -> int:
        """Number of steps the run will have; 0 while unknown."""
        return self.sequence.steps if self.sequence else 0

    @property
    def finished(self) -> bool:
        """Whether nothing more will come of this run."""
        if self.error or self.problem:
            return True
        return not self.pending and self.trace is not None and self.done == self.trace.steps


def runs(
    generation: int,
    document: Document,
    progress: Progress | None = None,
    earlier: Run | None = None,
) -> Iterator[Run]:
    """A document as ever fuller runs; an error ends it as a run that carries the sentence.

    `progress` is told of bytes while a model is read; what it raises passes through. Steps at
    the start that an `earlier` run of the same network read alike are taken from it.
    """
    run = Run(generation, document)
    try:
        resolved = resolve(document, progress)
        run = replace(
            run,
            spec=resolved.spec,
            network=resolved.network,
            sequence=resolved.sequence,
            problem=resolved.problem,
            certificate=resolved.certificate,
        )
        if run.network is None or run.sequence is None:
            yield run
            return
        more = bool(document.changes) or document.other is not None
        for whole in _whole(run, resolved.initial, earlier):
            run = replace(whole, pending=more)
            yield run
        if more:
            yield from _beside(run, resolved.initial, earlier)
    except LstmvizError as error:
        yield replace(run, error=str(error))
    except MemoryError:
        yield replace(run, error="This run needs more memory than the machine has free.")


def _whole(run: Run, initial: Initial | None, earlier: Run | None) -> Iterator[Run]:
    """The run as it is without changes; the one before itself where that is the same."""
    assert run.network is not None and run.sequence is not None
    if earlier is not None and _same(run, earlier):
        yield replace(run, trace=earlier.trace, done=earlier.done, scales=earlier.scales)
        return
    trace = unroll.allocate(run.network, run.sequence.values, initial)
    done, known = 0, None
    taken = _taken(earlier, run.network, trace)
    for reached in unroll.chunks(run.network, trace, taken):
        if reached > done:
            fresh = scales(trace, done, reached)
            known = widen_all(known, fresh) if known else fresh
            done = reached
        yield replace(run, trace=trace, done=done, scales=known)


def _same(run: Run, earlier: Run) -> bool:
    """Whether an earlier run, whole, is of the very same network and input."""
    assert run.sequence is not None
    return (
        earlier.trace is not None
        and earlier.done == earlier.steps
        and earlier.network is run.network
        and earlier.sequence is not None
        and earlier.sequence.values is run.sequence.values
        and earlier.document.initial == run.document.initial
    )


def _beside(run: Run, initial: Initial | None, earlier: Run | None) -> Iterator[Run]:
    """A whole run with the other run, and with the changes made."""
    for other in _other(run, earlier.other if earlier else None):
        run = replace(run, other=other, pending=True)
        yield run
    assert run.network is not None and run.sequence is not None
    assert run.trace is not None and run.scales is not None
    changes = run.document.changes
    if changes:
        from lstmviz.scene.whatif import Baseline, what_ifs  # late: few runs have changes

        other_trace = run.other.shown_trace if run.other and run.other.finished else None
        given = Baseline(run.network, run.sequence, run.trace, run.scales, initial, other_trace)
        for what_if in what_ifs(changes, given):
            run = replace(run, what_if=what_if, pending=True)
            yield run
    yield replace(run, pending=False)


def _other(run: Run, earlier: Run | None) -> Iterator[Run]:
    """The other run that a document names; one that cannot be followed carries the sentence."""
    try:
        document = other_document(run.document)
    except LstmvizError as error:
        yield Run(run.generation, run.document, error=str(error))
        return
    if document is not None:
        yield from runs(run.generation, document, earlier=earlier)


def _taken(earlier: Run | None, network: Network, trace: Trace) -> int:
    """How many rows could be taken from an earlier run."""
    if earlier is None or earlier.trace is None or earlier.network is not network:
        return 0
    return unroll.carried(earlier.trace, earlier.done, trace)


def finished(document: Document) -> Run:
    """A document run to its end; raises `LstmvizError` if it cannot be followed."""
    run = Run(0, document)
    for fuller in runs(0, document):
        run = fuller
    if run.error:
        raise LstmvizError(run.error)
    for fault in run.what_if.faults.values() if run.what_if else ():
        raise LstmvizError(fault)
    return run
