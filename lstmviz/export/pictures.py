"""Pictures of a run: the diagram of a moment, several steps side by side, the heatmaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtGui import QPainter

from lstmviz import paint, session
from lstmviz.errors import LstmvizError
from lstmviz.export.picture import Picture
from lstmviz.export.recipe import recipe, title
from lstmviz.scene import heatmaps, inspector, questions, why
from lstmviz.scene.colors import LIGHT, THEMES, Theme
from lstmviz.scene.diagram import static_shapes
from lstmviz.scene.frame import frame_shapes
from lstmviz.scene.picture import diagram_of, fitted, moments_of
from lstmviz.scene.questions import HEIGHT, WIDTH, answered, missing, page_of
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Shape
from lstmviz.session import QUESTIONS, View

DIAGRAMS = (*session.DIAGRAMS[1:], *QUESTIONS)
"""Views of their own name that stand in the diagram's place; "diagram" is the one looked at."""
VIEWS = ("diagram", *DIAGRAMS, "why", "heatmaps")
Size = tuple[float, float]
BESIDE = 26.0
"""Pixels left and right of a diagram, into which the neighbouring steps reach."""


def picture_of(
    run: Run,
    view: View,
    what: str,
    theme: Theme,
    *,
    size: Size | None = None,
    scale: float = 1.0,
    origin: Mapping[str, Any] | None = None,
) -> Picture:
    """A finished run as a picture: "diagram" (as the view has it), or another of the `VIEWS`.

    `size` in logical pixels: heatmaps are laid out in it, a diagram is fitted into it; without
    one each has its own. `scale` is the resolution that images in it are made for;
    `origin` says where the numbers come from if the run's document does not. Raises
    `LstmvizError` for another `what` and for a run that ended in an error.
    """
    spec = run.spec
    if run.error or spec is None:
        raise LstmvizError(run.error or "there is nothing to draw yet; wait for the run.")
    if what not in VIEWS:
        raise LstmvizError(f"view {what!r} is unknown; choose {', '.join(VIEWS)}.")
    view = replace(fitted(view, spec), hover=None)
    whole = run
    run = run.of(view.shown if what == "heatmaps" or view.shown == "baseline" else "changed")
    if what in DIAGRAMS:
        view = replace(view, diagram=what)
    words = title(run, view, what), recipe(run, view, what, theme.name, origin)
    if what == "heatmaps":
        return _heatmaps(run, view, size, scale, theme, words)
    if what == "why":
        return _taken_apart(run, view, size, theme, words)
    if view.diagram in QUESTIONS:
        if questions.QUESTIONS[view.diagram].baseline:
            run = whole.of("baseline")
        return _asked(run, view, size, theme, words)
    diagram = diagram_of(spec, view, run.sequence)
    shapes = (
        *static_shapes(diagram),
        *frame_shapes(diagram, moments_of(run, view), spec),
    )
    own = (diagram.width + 2 * BESIDE, diagram.height)
    return _picture(shapes, own, size or own, theme, words, beside=BESIDE)


def _heatmaps(
    run: Run,
    view: View,
    size: Size | None,
    scale: float,
    theme: Theme,
    words: tuple[str, dict[str, object]],
) -> Picture:
    """All heatmaps, laid out in the size."""
    if run.trace is not None and run.done < run.steps:
        raise LstmvizError(
            f"step {run.done:,} of {run.steps:,} is being computed; export the heatmaps when "
            "the run is whole."
        )
    w, h = size or (heatmaps.WIDTH, heatmaps.HEIGHT)
    sequence = run.sequence if run.trace is not None else None
    limits = run.scales[view.layer, view.direction] if run.scales else None
    shapes, w, h = heatmaps.figure(
        run.trace,
        sequence,
        view,
        width=w,
        height=h,
        scale=scale,
        limits=limits,
        touches=run.touches,
        apart=run.apart,
        basis=run.basis,
    )
    return _picture(shapes, (w, h), (w, h), theme, words)


def _taken_apart(
    run: Run,
    view: View,
    size: Size | None,
    theme: Theme,
    words: tuple[str, dict[str, object]],
) -> Picture:
    """The number that the view asks for with all its terms, as wide as the size."""
    w = max(size[0], inspector.WIDTH) if size else why.FIGURE
    lacks = missing(run)
    page = why.page(run, view, w, nothing=lacks) if lacks else why.figure(run, view, w)
    own = (w, page.height)
    return _picture(page.shapes, own, size or own, theme, words)


def _asked(
    run: Run,
    view: View,
    size: Size | None,
    theme: Theme,
    words: tuple[str, dict[str, object]],
) -> Picture:
    """The page of a question, laid out in the size."""
    lacks = missing(run)
    answer = LstmvizError(lacks) if lacks else answered(view.diagram, run, view)
    if isinstance(answer, LstmvizError):
        raise answer
    w, h = size or (WIDTH, HEIGHT)
    page = page_of(view.diagram, answer, run, view, w, h)
    return _picture((*page.shapes, *page.marks(view)), (w, h), (w, h), theme, words)


def _picture(
    shapes: tuple[Shape, ...],
    own: Size,
    size: Size,
    theme: Theme,
    words: tuple[str, dict[str, object]],
    *,
    beside: float = 0.0,
) -> Picture:
    """Shapes `beside` the left edge of their `own` size, in the middle of a picture of `size`."""
    fit = min(size[0] / own[0], size[1] / own[1])

    def draw(painter: QPainter, vector: bool) -> None:
        painter.save()
        if size != own:
            painter.translate((size[0] - own[0] * fit) / 2, (size[1] - own[1] * fit) / 2)
            painter.scale(fit, fit)
        painter.translate(beside, 0)
        paint.draw(painter, shapes, theme, vector=vector)
        painter.restore()

    return Picture(*size, draw, theme["panel"], *words)


def theme_of(name: str | None) -> Theme:
    """The theme of that name; light for None and "system".

    Raises `LstmvizError` for an unknown name.
    """
    if name in (None, "system"):
        return LIGHT
    if name not in THEMES:
        raise LstmvizError(f"theme {name!r} is unknown; choose {' or '.join(THEMES)}.")
    return THEMES[name]
