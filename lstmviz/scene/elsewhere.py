"""Another file read and run as a run's own input was: by its network, with its changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lstmviz.analysis.changes import parse, resolved
from lstmviz.analysis.rerun import chunks, prepare
from lstmviz.analysis.steps import initial_of
from lstmviz.engine import memory, unroll
from lstmviz.engine.trace import Trace
from lstmviz.errors import LstmvizError
from lstmviz.files import shown
from lstmviz.inputs import FileInput, build
from lstmviz.inputs.sequence import Sequence
from lstmviz.inputs.text import MARKS
from lstmviz.scene.run import Run
from lstmviz.session import input_of

_PLAIN = {mark: symbol for symbol, mark in MARKS.items()}


def ran_alike(
    run: Run, path: Path, tick: Callable[[], object] = lambda: None
) -> tuple[Trace, Sequence]:
    """A file's run and its sequence, read as a whole run's own input is.

    Where the run is a changed one, so is the file's: at the same steps, and states that are copied
    from another step are the file's own. `tick` is called between pieces of work; what it raises
    ends it. Raises `LstmvizError` for a file that cannot be read so, or has not the steps.
    """
    assert run.network is not None and run.trace is not None
    network = run.plain or run.network
    sequence = read_alike(run, path)
    subject = f"a run of {shown(path)}"
    memory.check(network.spec, sequence.steps, network.dtype, subject)
    initial = initial_of(run.trace)
    trace = unroll.allocate(network, sequence.values, initial)
    for _ in unroll.chunks(network, trace, 0):
        tick()
    if not run.made:
        return trace, sequence
    other = None if run.other is None else run.other.shown_trace
    try:
        asked = resolved([parse(edit.line, network.spec) for edit in run.made], trace, other)
        again = prepare(network, sequence.values, asked, trace, initial)
    except LstmvizError as error:
        raise LstmvizError(f"{shown(path)} cannot be changed so: {error}") from None
    for _ in chunks(again):
        tick()
    return again.trace, sequence


def read_alike(run: Run, path: Path) -> Sequence:
    """A file as a run's own input was read; raises `LstmvizError` where it cannot be."""
    network, sequence = run.network, run.sequence
    assert network is not None and sequence is not None
    symbols = network.vocabulary
    if symbols is None and sequence.symbolic:
        symbols = tuple(_PLAIN.get(name, name) for name in sequence.columns if name)
    given, vocabulary = input_of(run.document), run.document.vocabulary
    recipe = FileInput(str(path))
    if isinstance(given, FileInput) and Path(given.path).suffix.lower() == path.suffix.lower():
        recipe = replace(given, path=str(path))
    split = vocabulary.split if vocabulary else "auto"
    return build(recipe, network.spec.input_size, symbols, split)
