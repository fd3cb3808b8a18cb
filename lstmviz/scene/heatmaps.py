"""The picture of the heatmaps: what it shows of a run, its layers, and all of it as a figure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lstmviz.engine.trace import Trace
from lstmviz.inputs.sequence import Sequence
from lstmviz.scene import raster
from lstmviz.scene.colorlimits import Limits, chosen
from lstmviz.scene.curves import UnitCurves
from lstmviz.scene.heataxes import (
    Content,
    frames,
    furniture,
    unit_numbers,
)
from lstmviz.scene.heatlayout import HeatmapLayout, Span, layout, raster_grid
from lstmviz.scene.heatmarks import cursor, curtain, row_marks, touched
from lstmviz.scene.metrics import fit
from lstmviz.scene.moment import direction_trace
from lstmviz.scene.moment import limits as limits_of
from lstmviz.scene.order import Order, hidden_order, order
from lstmviz.scene.picture import fitted
from lstmviz.scene.plots import unit_plots
from lstmviz.scene.shapes import Box, Heat, Rect, Shape, Text
from lstmviz.scene.timeaxis import step_badges, step_numbers
from lstmviz.session import View

if TYPE_CHECKING:
    from lstmviz.analysis.effects import Touch

WIDTH, HEIGHT = 1370, 560
"""The size of a figure when none is asked for."""
NOTHING = "Nothing is computed while the shapes do not fit."
WAITING = "A layer reads backward: its steps are shown when all are computed."
NARROWEST, LOWEST = 320, 240
"""A figure is never smaller: its words would not fit."""


def content_of(
    trace: Trace,
    sequence: Sequence,
    view: View,
    *,
    done: int | None = None,
    limits: Limits | None = None,
    orders: tuple[Order, Order] | None = None,
    curves: UnitCurves | None = None,
    touches: tuple[Touch, ...] = (),
    apart: bool = False,
    basis: Trace | None = None,
    own: slice | None = None,
) -> Content:
    """What the heatmaps show of a run; limits and orders are worked out if not given,
    and `curves` are those of the pinned unit as far as they have been gathered. `touches` are
    where changes of the run take hold, `apart` says that the trace holds differences, and units
    are ordered as in `basis`, else as in the trace; from which it differs at the steps `own`.

    A pinned unit that this layer does not have counts as none.
    """
    view = fitted(view, trace.spec)
    direction = direction_trace(trace, view.layer, view.direction)
    done = trace.steps if done is None else done
    if orders is None:
        orders = orders_of(trace if basis is None else basis, view, trace.steps if basis else done)
    if limits is None:
        limits = limits_of(trace, 0, done, view.layer, view.direction)
    limits = chosen(limits, view.limits)
    output = trace.output if _headed(trace, view) else None
    here = tuple(t for t in touches if (t.layer, t.direction) == (view.layer, view.direction))
    unit = pinned(trace, view)
    return Content(
        direction,
        sequence,
        limits,
        done,
        *orders,
        unit,
        output,
        curves,
        here,
        apart,
        direction_trace(trace if basis is None else basis, view.layer, view.direction),
        own,
    )


def orders_of(trace: Trace, view: View, done: int) -> tuple[Order, Order]:
    """The orders of cell units and of hidden units that the view asks for."""
    direction = direction_trace(trace, view.layer, view.direction)
    cells = order(view.order, direction, done, view.direction)
    return cells, hidden_order(view.order, direction, cells, done)


def _headed(trace: Trace, view: View) -> bool:
    """Whether the head stands on the layer shown."""
    return trace.spec.head is not None and view.layer == len(trace.spec.layers) - 1


def pinned(trace: Trace, view: View) -> int | None:
    """The pinned unit, if the layer shown has it."""
    size = trace.spec.layers[view.layer].cell_size
    return view.unit if view.unit is not None and view.unit < size else None


def span_of(view: View) -> Span:
    """The zoomed part a view asks for."""
    return Span(view.first, view.last, view.low, view.high)


def place_of(
    trace: Trace,
    view: View,
    width: float,
    height: float,
    *,
    plots: bool = True,
    seconds: float | None = None,
) -> HeatmapLayout:
    """The layout of a run's heatmaps in width × height, with room for `plots` of a unit.

    `seconds` is the time from step to step, where there is one.
    """
    head = trace.output.shape[1] if _headed(trace, view) else 0
    cell = trace.spec.layers[view.layer]
    placed = layout(width, height, cell, trace.steps, span_of(view), head=head, plots=plots)
    return replace(placed, seconds=seconds)


def images(place: HeatmapLayout, content: Content, scale: float = 1.0) -> list[Shape]:
    """The six heatmaps, as far as they are computed."""
    shapes: list[Shape] = []
    for panel in place.panels:
        grid = raster_grid(place, panel, scale)
        ready = grid.ready(content.done)
        image = raster.blank(grid, content.colormap(panel.array))
        values = content.values(panel.array)
        limits = content.limits[panel.array]
        raster.fill(image, grid, values, content.order_of(panel.array), limits, 0, ready)
        shapes += heat(panel.plot, image, content.colormap(panel.array), ready)
    return shapes


def heat(plot: Box, image: raster.Image, colormap: str, columns: int) -> list[Shape]:
    """The first columns of an image in its place; what is not there yet is empty."""
    if columns == image.shape[1]:
        return [Heat(plot, image, colormap)]
    empty = Rect(plot, fill="empty")
    if not columns:
        return [empty]
    part = Box(plot.x, plot.y, plot.w * columns / image.shape[1], plot.h)
    return [empty, Heat(part, np.ascontiguousarray(image[:, :columns]), colormap)]


def overlay(
    place: HeatmapLayout, content: Content, step: int, hover: int | None, reveal: bool
) -> list[Shape]:
    """All that moves: the curtain, marked rows, the cursor and the numbers on the axes."""
    plots = content.unit is not None
    shapes = curtain(place, step, plots) if reveal else []
    shapes += row_marks(place, content, hover)
    shapes += cursor(place, step, plots, content)
    shapes += step_numbers(place, step) + step_badges(place, step)
    shapes += unit_numbers(place, content, hover)
    return shapes


def empty(width: float, height: float, sentence: str = NOTHING) -> list[Shape]:
    """What stands in place of the heatmaps when there is nothing to show."""
    words = fit(sentence, width - 20, 13)
    return [Text(width / 2, height / 2, words, 13, "muted", anchor="middle")]


def figure(
    trace: Trace | None,
    sequence: Sequence | None,
    view: View,
    *,
    width: float = WIDTH,
    height: float = HEIGHT,
    scale: float = 1.0,
    limits: Limits | None = None,
    touches: tuple[Touch, ...] = (),
    apart: bool = False,
    basis: Trace | None = None,
    sentence: str = NOTHING,
) -> tuple[tuple[Shape, ...], float, float]:
    """(shapes, width, height) of the whole picture of a finished run, on its own ground.

    `scale` is the number of device pixels to the logical one, for the resolution of the
    images, `touches` and `apart` as in `content_of`. Without a trace the picture says why in
    `sentence`.
    """
    width, height = max(width, NARROWEST), max(height, LOWEST)
    ground: list[Shape] = [Rect(Box(0, 0, width, height), fill="panel")]
    if trace is None or sequence is None:
        return (*ground, *empty(width, height, sentence)), width, height
    plots = pinned(trace, view) is not None
    place = place_of(trace, view, width, height, plots=plots, seconds=sequence.seconds)
    content = content_of(
        trace, sequence, view, limits=limits, touches=touches, apart=apart, basis=basis
    )
    step = min(view.step, trace.steps - 1)
    shown = step + 1 if view.reveal else None
    shapes = ground + images(place, content, scale) + furniture(place, content, scale, shown)
    shapes += frames(place) + touched(place, content) + unit_plots(place, content)
    shapes += overlay(place, content, step, view.hover, view.reveal)
    return tuple(shapes), width, height
