"""A document as ever fuller runs: what the engine has found of it so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lstmviz.engine import unroll
from lstmviz.engine.network import Network
from lstmviz.engine.spec import NetworkSpec
from lstmviz.engine.trace import Trace
from lstmviz.errors import LstmvizError
from lstmviz.inputs.sequence import Sequence
from lstmviz.models import Certificate, Progress
from lstmviz.scene.moment import Scales, scales, widen_all
from lstmviz.session import Document, resolve


@dataclass(frozen=True, eq=False)
class Run:
    """What is known of a document so far: only rows below `done` of the trace are filled.

    `network`, `sequence` and `trace` are None until they are there, and stay None when the
    shapes do not fit (`problem` says why) or the document could not be followed (`error`).
    `certificate` says how a model's file was read.
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

    @property
    def steps(self) -> int:
        """Number of steps the run will have; 0 while unknown."""
        return self.sequence.steps if self.sequence else 0

    @property
    def finished(self) -> bool:
        """Whether nothing more will come of this run."""
        if self.error or self.problem:
            return True
        return self.trace is not None and self.done == self.trace.steps


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
        trace = unroll.allocate(run.network, run.sequence.values, resolved.initial)
        done, known = 0, None
        taken = _taken(earlier, run.network, trace)
        for reached in unroll.chunks(run.network, trace, taken):
            if reached > done:
                fresh = scales(trace, done, reached)
                known = widen_all(known, fresh) if known else fresh
                done = reached
            yield replace(run, trace=trace, done=done, scales=known)
    except LstmvizError as error:
        yield replace(run, error=str(error))
    except MemoryError:
        yield replace(run, error="This run needs more memory than the machine has free.")


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
    return run
