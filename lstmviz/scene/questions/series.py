"""Values over steps, drawn along a `StepAxis`: curves, annotations, shaded steps."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lstmviz.engine.variant import SWITCHES
from lstmviz.scene.questions.writing import StepAxis
from lstmviz.scene.raster import Limits
from lstmviz.scene.shapes import Box, Line, Point, Rect, Shape

Numbers = NDArray[np.floating]

FEW = 150
"""A curve of more points is drawn finer."""


def limits_of(array: str, values: Numbers) -> Limits:
    """Limits of one unit's colours or curve: 0 to 1 for a gate, else as far up as down."""
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    if array in SWITCHES and low >= 0 and high <= 1:
        return (0.0, 1.0)
    least = 0.0 if array == "cell_state" else 1.0
    widest = max(abs(low), abs(high), least) or 1.0
    return (-widest, widest)


def curve(axis: StepAxis, box: Box, values: Numbers, limits: Limits, color: str) -> list[Shape]:
    """The values (T,) of the axis's steps between the limits; it breaks where one is not finite.

    Where a pixel stands for several steps the curve goes through their lowest and highest.
    """
    low, high = limits
    edges = axis.edges()
    shown = np.asarray(values[axis.first : axis.last], np.float64)
    many = len(edges) - 1 < len(shown)
    if many:
        starts = edges[:-1] - axis.first
        with np.errstate(invalid="ignore"):
            ends = np.minimum.reduceat(shown, starts), np.maximum.reduceat(shown, starts)
        heights = np.stack(ends, axis=1).ravel()
        places = np.repeat(edges[:-1] + np.diff(edges) / 2, 2).astype(np.float64)
    else:
        heights, places = shown, np.arange(axis.first, axis.last, dtype=np.float64) + 0.5
    with np.errstate(invalid="ignore", over="ignore"):
        part = np.clip((heights - low) / ((high - low) or 1.0), 0, 1)
    xs = box.x + (places - axis.first) * axis.pitch
    ys = box.bottom - part * box.h
    shapes: list[Shape] = []
    for points in _unbroken(xs, ys):
        if len(points) == 1:
            (x, y), wide = points[0], max(min(axis.pitch, 6.0), 1.0)
            points = [(x - wide / 2, y), (x + wide / 2, y)]
        shapes.append(Line(tuple(points), color, 1.2 if len(points) > FEW else 1.8))
    return shapes


def _unbroken(xs: Numbers, ys: Numbers) -> list[list[Point]]:
    """The points, apart where one is missing."""
    parts: list[list[Point]] = [[]]
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        if np.isfinite(y):
            parts[-1].append((x, y))
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if part]


def filled(axis: StepAxis, box: Box, values: Numbers, color: str) -> list[Shape]:
    """Values (T,) as bars from 0 (or from the lowest, above it) up to the largest; NaN has none.

    A pixel that stands for several steps shows their mean; neighbours of one height are one bar.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return []
    low, high = min(float(known.min()), 0.0), max(float(known.max()), 0.0)
    edges = axis.edges()
    part = np.nan_to_num((values[axis.first : axis.last] - low) / ((high - low) or 1.0))
    base = np.where(np.isfinite(values[axis.first : axis.last]), -low / ((high - low) or 1.0), 0)
    starts = edges[:-1] - axis.first
    counts = np.diff(edges)
    tops = np.add.reduceat(part, starts) / counts
    feet = np.add.reduceat(base, starts) / counts
    shapes: list[Shape] = []
    changes = np.flatnonzero((np.diff(tops) != 0) | (np.diff(feet) != 0)) + 1
    for first, last in _runs(changes, len(tops)):
        top, foot = float(tops[first]), float(feet[first])
        if abs(top - foot) * box.h < 0.2:
            continue
        left, right = axis.x(float(edges[first])), axis.x(float(edges[last]))
        y = box.bottom - max(top, foot) * box.h
        shapes.append(Rect(Box(left, y, right - left, abs(top - foot) * box.h), fill=color))
    return shapes


def _runs(changes: NDArray[np.intp], count: int) -> list[tuple[int, int]]:
    marks = [0, *changes.tolist(), count]
    return list(pairwise(marks))


def stretches(axis: StepAxis, held: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Left and right of every run of shown steps that are True."""
    shown = held[axis.first : axis.last]
    changes = np.flatnonzero(np.diff(shown.astype(np.int8))) + 1
    return [
        (axis.x(axis.first + first), axis.x(axis.first + last))
        for first, last in _runs(changes, len(shown))
        if shown[first]
    ]
