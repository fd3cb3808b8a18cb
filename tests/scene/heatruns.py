"""Small runs for the tests of heatmaps: real traces of random networks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from nets import single

from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import HeadSpec
from lstmviz.engine.trace import Trace
from lstmviz.engine.unroll import run
from lstmviz.inputs.sequence import Sequence, numbered
from lstmviz.scene.moment import Scales, scales


@dataclass(frozen=True, eq=False)
class HeatRun:
    """What the heatmaps read of a run."""

    trace: Trace | None
    sequence: Sequence | None
    done: int = 0
    scales: Scales | None = None
    problem: str | None = None
    touches: tuple = ()
    apart: bool = False
    basis: Trace | None = None
    own: slice | None = None

    @property
    def finished(self) -> bool:
        return self.trace is None or self.done == self.trace.steps


def traced(
    cell: int,
    steps: int,
    *,
    hidden: int | None = None,
    inputs: int = 3,
    text: str | None = None,
    head: int = 0,
):
    """(trace, sequence) of a random network on noise, or on the letters of a text."""
    rng = np.random.default_rng(cell + steps)
    network = random_network(
        single(inputs, hidden or cell, cell, head=HeadSpec(head) if head else None), 0
    )
    if text is None:
        values = rng.normal(size=(steps, inputs)).astype(np.float32)
        return run(network, values), numbered(values, "noise")
    labels = tuple((text * steps)[:steps])
    values = np.eye(inputs, dtype=np.float32)[[ord(letter) % inputs for letter in labels]]
    columns = tuple(f"s{k}" for k in range(inputs))
    return run(network, values), Sequence(values, labels, columns, "text", symbolic=True)


def heat_run(cell: int, steps: int, **options) -> HeatRun:
    """A finished run."""
    trace, sequence = traced(cell, steps, **options)
    return HeatRun(trace, sequence, steps, scales(trace, 0, steps))
