"""Figures without a window: a session, or a network and its input, into a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from numpy.typing import ArrayLike

from lstmviz import models
from lstmviz.engine import unroll
from lstmviz.engine.network import Network
from lstmviz.engine.spec import stages
from lstmviz.errors import LstmvizError
from lstmviz.export import devices
from lstmviz.export.picture import VECTOR_SCALE
from lstmviz.export.pictures import Size, picture_of, theme_of
from lstmviz.inputs import TextInput, build
from lstmviz.inputs.sequence import Sequence, numbered
from lstmviz.scene.moment import scales
from lstmviz.scene.picture import fitted
from lstmviz.scene.run import Run, finished
from lstmviz.session import Document, Session, Trained, View


def export_session(
    session: Session,
    out: str | Path,
    *,
    view: str = "diagram",
    theme: str | None = None,
    scale: float = 1.0,
    size: Size | None = None,
) -> Path:
    """Run a session to its end and write a figure of it; returns where.

    `view` is "diagram", "unrolled", "stack", "unit" or "heatmaps"; the suffix of `out` chooses
    PNG, SVG or PDF. `theme` None is the session's ("system" counts as light). `size` is in
    logical pixels. Raises `LstmvizError` for everything that can be wrong; then nothing is written.
    """
    devices.writer(out)
    devices.check_scale(scale)
    devices.check_size(size)
    colors = theme_of(theme or session.view.theme)
    devices.application(offscreen=True)
    run = finished(session.document)
    picture = picture_of(
        run, checked(run, session.view), view, colors, size=size, scale=_resolution(out, scale)
    )
    return devices.save(picture, out, scale)


def export_figure(
    path: str | Path,
    model_or_path: Network | str | Path | None = None,
    x: ArrayLike | Sequence | str | None = None,
    *,
    view: str = "diagram",
    step: int | None = None,
    stage: str | None = None,
    unit: int | None = None,
    theme: str = "light",
    scale: float = 1.0,
    size: Size | None = None,
) -> Path:
    """Write a figure of a network at work; returns where.

    `model_or_path` is a network, a model file or `demo:NAME` (None: `demo:counter`); `x` is
    (steps, I) floats, (steps,) integer ids or text for a network with a vocabulary, or a
    `Sequence` (None: the model's own example). `view` is "diagram", "unrolled", "stack",
    "unit" or "heatmaps", `step` counts from 0 (None: the last), `stage` names how far inside it
    (None: its end), and the suffix of `path` chooses PNG, SVG or PDF. Raises `LstmvizError`; then
    nothing is written.
    """
    devices.writer(path)
    devices.check_scale(scale)
    devices.check_size(size)
    colors = theme_of(theme)
    run, origin = _run_of(model_or_path, x)
    assert run.spec is not None
    looked = View(
        step=run.steps - 1 if step is None else step,
        stage=stages(run.spec)[-1] if stage is None else stage,
        unit=unit,
    )
    picture = picture_of(
        run,
        checked(run, looked),
        view,
        colors,
        size=size,
        scale=_resolution(path, scale),
        origin=origin,
    )
    return devices.save(picture, path, scale)


def _resolution(out: str | Path, scale: float) -> float:
    return scale if Path(out).suffix.lower() == ".png" else VECTOR_SCALE


def checked(run: Run, view: View) -> View:
    """The view, if this run can show it; raises `LstmvizError` naming what there is instead."""
    if run.spec is None or run.trace is None:
        return view
    view = fitted(view, run.spec)
    if not 0 <= view.step < run.steps:
        raise LstmvizError(
            f"step {view.step:,} is outside the input's {run.steps:,} steps; choose 0 to "
            f"{run.steps - 1:,}."
        )
    order = stages(run.spec, view.layer)
    if view.stage not in order:
        raise LstmvizError(
            f"stage {view.stage!r} is not one of this network's; choose {', '.join(order)}."
        )
    size = run.spec.layers[view.layer].cell_size
    if view.unit is not None and not 0 <= view.unit < size:
        raise LstmvizError(
            f"unit {view.unit:,} is not among the {size:,} of the cell; choose 0 to {size - 1:,}."
        )
    outputs = run.trace.output.shape[1]
    if view.target is not None and not 0 <= view.target < outputs:
        raise LstmvizError(
            f"output {view.target:,} is not among the {outputs:,} of the network, 0 to "
            f"{outputs - 1:,}."
        )
    return view


def _run_of(
    model: Network | str | Path | None, x: ArrayLike | Sequence | str | None
) -> tuple[Run, dict[str, str] | None]:
    """The finished run of a network over an input, and its origin where no document has it."""
    path = None if isinstance(model, Network) else str(model or Trained().path)
    if path is not None and x is None:
        return finished(Document(Trained(path))), None
    network = model if isinstance(model, Network) else models.load(str(path))
    sequence = _sequence_of(network, x)
    trace = unroll.run(network, sequence.values)
    run = Run(0, Document(), network.spec, network, sequence, trace, trace.steps)
    run = replace(run, scales=scales(trace, 0, trace.steps))
    source = Path(path).name if path else network.title or "a network made in Python"
    return run, {"source": source, "input": sequence.title}


def _sequence_of(network: Network, x: ArrayLike | Sequence | str | None) -> Sequence:
    if isinstance(x, Sequence):
        return x
    if x is None:
        x = network.notes.get("example") if network.vocabulary else None
        if x is None:
            raise LstmvizError("this network has no example of its own; give an input x.")
    if isinstance(x, str):
        return build(TextInput(x), network.spec.input_size, network.vocabulary)
    values = unroll.allocate(network, x).input
    sequence = numbered(values, "input given in Python")
    if network.vocabulary and ((values == 0) | (values == 1)).all() and (values.sum(1) == 1).all():
        labels = tuple(network.vocabulary[k] for k in values.argmax(1).tolist())
        sequence = replace(sequence, labels=labels, columns=network.vocabulary, symbolic=True)
    return sequence
