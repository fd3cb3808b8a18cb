"""How fast memories vanish: ∂cₜ/∂cₖ beside the forget gates, an untrained LSTM and a plain RNN."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis import jacobians
from lstmviz.analysis.jacobians import Vanishing
from lstmviz.scene.metrics import width
from lstmviz.scene.questions.page import Page, Question, Spot, of_baseline
from lstmviz.scene.questions.writing import (
    first_fitting,
    sentences,
    shown_steps,
    step_words,
    wrapped,
)
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Box, Line, Point, Rect, Shape, Text
from lstmviz.scene.timeaxis import SMALL, nice_step
from lstmviz.session import View

Numbers = NDArray[np.float64]

DEEPEST, SHALLOWEST = -16, -3
"""The picture ends between these powers of ten: below, nothing is left."""
UNIT_LINES = 256
"""Most units whose own products are drawn."""
NARROW = 210.0
"""Below this width the legend has short names."""
SAID = {
    "∂cₜ/∂cₖ, all…": "all that c now owes to c of then: through the forget gates, and through h",
    "∏ f of unit…": "the product of the forget gates of the pinned unit alone",
    "∏ f…": "the product of the forget gates: what is left of c by the direct path alone",
    "∂cₜ/∂cₖ of…": "an LSTM of the same sizes with random weights, on the same input",
    "∂hₜ/∂hₖ…": "h = tanh(W_h h₋ + W_x x + b) with random weights: no gates, no c",
    "∂gₜ/∂gₖ…": "a plain RNN with this network’s own weights of the candidate g",
    "steps before…": "how many steps lie between c then (k) and c now (t)",
}
SAID |= {
    "all paths": SAID["∂cₜ/∂cₖ, all…"],
    "untrained": SAID["∂cₜ/∂cₖ of…"],
    "plain RNN": SAID["∂hₜ/∂hₖ…"],
    "no gates": SAID["∂gₜ/∂gₖ…"],
}
"""What the words of the page mean, the short ones of a narrow page too."""
POWERS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, eq=False)
class Curve:
    """A line of the picture: its `name`, or `short` one, `values` by lag, and how it is drawn."""

    name: str
    short: str
    values: Numbers
    role: str
    width: float = 1.6
    dashed: bool = False


@dataclass(frozen=True, eq=False)
class Vanished:
    """The answer: the analysis, its curves, and which way the run goes."""

    found: Vanishing
    curves: tuple[Curve, ...]
    forward: bool

    @property
    def lags(self) -> int:
        """How many steps the curves have."""
        return len(self.found.rnn)

    def step(self, lag: int) -> int:
        """The step so many before the one asked about."""
        return self.found.network.step + (-lag if self.forward else lag)

    def lag(self, step: int) -> int | None:
        """How many steps before the one asked about a step is, if it is on the curves."""
        lag = self.found.network.step - step
        lag = lag if self.forward else -lag
        return lag if 0 <= lag < self.lags else None


def _answer(run: Run, view: View) -> Vanished:
    assert run.trace is not None and run.network is not None
    forward = view.direction == "forward"
    first, last = shown_steps(view.first, view.last, run.trace.steps)
    step = last - 1 if forward else first
    lags = min(jacobians.LAGS, last - first)
    network = run.network
    found = jacobians.vanishing(network, run.trace, step, lags, view.layer, view.direction)
    curves = [
        Curve("∂cₜ/∂cₖ, all paths", "all paths", found.network.norms, "c", 2.4),
        Curve("∏ f, the direct path", "∏ f", found.network.direct, "f", 1.8, dashed=True),
    ]
    if found.untrained is not None:
        curves.append(
            Curve("∂cₜ/∂cₖ of an untrained LSTM", "untrained", found.untrained.norms, "x")
        )
    curves.append(Curve("∂hₜ/∂hₖ of an untrained plain RNN", "plain RNN", found.rnn, "h"))
    curves.append(Curve("∂gₜ/∂gₖ of its candidate without gates", "no gates", found.ungated, "g"))
    return Vanished(found, tuple(curves), forward)


@dataclass(frozen=True)
class _Plot:
    """Lags across, powers of ten up, from `low` to `high`."""

    box: Box
    lags: int
    low: int
    high: int

    def x(self, lag: float) -> float:
        """Where a lag is."""
        return self.box.x + self.box.w * lag / max(self.lags - 1, 1)

    def y(self, power: float) -> float:
        """Where a power of ten is."""
        return self.box.bottom - self.box.h * (power - self.low) / (self.high - self.low)

    def lag(self, x: float) -> int:
        """The lag at a place."""
        lag = round((x - self.box.x) / self.box.w * max(self.lags - 1, 1))
        return min(max(lag, 0), self.lags - 1)


def _page(found: Vanished, run: Run, view: View, w: float, h: float) -> Page:
    side = min(max(w * 0.3, 170.0), 300.0)
    head = 76.0
    box = Box(64, head, max(w - 64 - side - 44, 60), max(h - head - 44, 40))
    plot = _Plot(box, found.lags, *_powers(found))
    legend = Box(box.right + 24, box.y, side, h - box.y - 10)

    def marks(now: View) -> tuple[Shape, ...]:
        return (*_cursor(found, plot, now), *_legend(found, run, legend, now))

    def spot(now: View, x: float, y: float) -> Spot | None:
        if not box.contains(x, y):
            return None
        lag = plot.lag(x)
        return Spot(_told(found, run, lag), None, {"step": found.step(lag)})

    rest = tuple(_rest(found, plot, w, of_baseline(run)))
    return Page(rest, marks, spot, said=SAID)


def _powers(found: Vanished) -> tuple[int, int]:
    """The lowest and highest power of ten: as deep as the network's own curves go, and some."""
    own = np.concatenate([curve.values for curve in found.curves[:2]])
    own = own[np.isfinite(own) & (own > 0)]
    lowest = np.floor(np.log10(own.min())) - 2 if own.size else DEEPEST
    every = np.concatenate([curve.values for curve in found.curves])
    every = every[np.isfinite(every)]
    highest = np.ceil(np.log10(max(float(every.max(initial=1.0)), 1.0)))
    return int(np.clip(lowest, DEEPEST, SHALLOWEST)), int(np.clip(highest, 0, 300))


def _rest(found: Vanished, plot: _Plot, w: float, whose: str) -> list[Shape]:
    network = found.found.network
    size = network.products.shape[1]
    ends = f"from t = {network.step:,}{whose}"
    titles = (f"How fast memories vanish, seen {ends}", f"Memories vanish {ends}")
    title = first_fitting(titles, w - 40, 14, bold=True)
    told = [
        "How strongly c depends on c of so many steps before, ‖·‖ / √C (Frobenius): 1 where "
        "nothing is lost.",
        f"Untrained weights (seed {found.found.seed}) read the same input; so does a plain RNN "
        "with the weights of g, g = tanh(W_h g₋ + W_x x + b).",
    ]
    if len(network.units) < size:
        told.insert(1, f"Measured on {len(network.units)} of {size:,} units.")
    box = plot.box
    shapes: list[Shape] = [Text(20, 28, title, 14, "ink", bold=True)]
    for k, line in enumerate(sentences(told, w - 40, 11)):
        shapes.append(Text(20, 46 + 14 * k, line, 11, "muted"))
    shapes.append(Rect(box, fill="faint", opacity=0.55))
    shapes += _axes(plot)
    for unit in range(size if size <= UNIT_LINES else 0):
        for points in _pieces(network.products[:, unit], plot):
            shapes.append(Line(points, "f", 0.7, opacity=0.22))
    for curve in reversed(found.curves):
        for points in _pieces(curve.values, plot):
            shapes.append(Line(points, curve.role, curve.width, dashed=curve.dashed))
    return shapes


def _axes(plot: _Plot) -> list[Shape]:
    box = plot.box
    shapes: list[Shape] = []
    every = nice_step(max(1, round(14 / (box.h / (plot.high - plot.low)))))
    for power in range(plot.low, plot.high + 1):
        if power % every:
            continue
        y = plot.y(power)
        shapes.append(Line(((box.x, y), (box.right, y)), "edge"))
        words = "1" if power == 0 else f"10{str(power).translate(POWERS)}"
        shapes.append(Text(box.x - 6, y + 3.5, words, SMALL, "muted", anchor="end"))
    apart = nice_step((width(str(plot.lags), SMALL) + 16) / box.w * max(plot.lags - 1, 1))
    for lag in range(0, plot.lags, apart):
        shapes.append(Text(plot.x(lag), box.bottom + 14, f"{lag}", SMALL, "muted", anchor="middle"))
    words = "steps before, t − k"
    shapes.append(Text(box.center[0], box.bottom + 30, words, 11, "muted", anchor="middle"))
    return shapes


def _pieces(values: Numbers, plot: _Plot) -> Iterator[tuple[Point, ...]]:
    """A curve as polylines inside the plot; it ends where it leaves through the bottom."""
    with np.errstate(divide="ignore", invalid="ignore"):
        powers = np.log10(values)
    inside = np.isfinite(powers) & (powers >= plot.low) & (powers <= plot.high)
    edges = np.flatnonzero(np.diff(inside)) + 1
    for piece in np.split(np.arange(len(powers)), edges):
        if not inside[piece[0]]:
            continue
        points = [(plot.x(k), plot.y(float(powers[k]))) for k in piece.tolist()]
        after = int(piece[-1]) + 1
        if after < len(powers) and powers[after] < plot.low:
            points.append(_leaving(powers, after, plot))
        if len(points) == 1:
            points.append((points[0][0] + 2, points[0][1]))
        yield tuple(points)


def _leaving(powers: Numbers, after: int, plot: _Plot) -> Point:
    """Where a curve crosses the bottom on its way to a value below."""
    above = float(powers[after - 1])
    part = (above - plot.low) / max(above - max(float(powers[after]), -400.0), 1e-9)
    return plot.x(after - 1 + part), plot.box.bottom


def _cursor(found: Vanished, plot: _Plot, view: View) -> list[Shape]:
    lag = found.lag(view.step)
    if lag is None:
        return []
    x = plot.x(lag)
    shapes: list[Shape] = [Line(((x, plot.box.y), (x, plot.box.bottom)), "mark", 1.2)]
    if view.unit is not None and view.unit < found.found.network.products.shape[1]:
        values = found.found.network.products[:, view.unit]
        shapes += [Line(points, "f", 1.4) for points in _pieces(values, plot)]
    return shapes


def _legend(found: Vanished, run: Run, box: Box, view: View) -> list[Shape]:
    """What each line is, and what it comes to at the step looked at."""
    lag = found.lag(view.step) or found.lags - 1  # at t itself all are 1
    where = f"{lag:,} step{'s' * (lag != 1)} before"
    shapes: list[Shape] = []
    y = box.y + 9
    narrow = box.w < NARROW
    rows = [
        (c.short if narrow else c.name, c.role, c.width, c.dashed, float(c.values[lag]))
        for c in found.curves
    ]
    unit, products = view.unit, found.found.network.products
    if unit is not None and unit < products.shape[1]:
        rows.insert(
            2,
            (
                f"unit {unit}" if narrow else f"∏ f of unit {unit}",
                "f",
                1.4,
                False,
                float(products[lag, unit]),
            ),
        )
    thin = products.shape[1] <= UNIT_LINES
    for line in wrapped(f"{where}, at {step_words(run.sequence, found.step(lag))}", box.w, 11):
        shapes.append(Text(box.x, y, line, 11, "muted"))
        y += 15
    for name, role, wide, dashed, value in rows:
        lines = wrapped(name, box.w - 26 - 62, 11)
        if y + 15 * len(lines) > box.bottom + 4:
            break
        y += 5
        shapes.append(Line(((box.x, y), (box.x + 18, y)), role, wide, dashed=dashed))
        shapes.append(Text(box.right, y + 4, _size(value), 11, "ink", anchor="end"))
        for line in lines:
            shapes.append(Text(box.x + 26, y + 4, line, 11, f"{role}_text"))
            y += 15
    if thin and y + 34 < box.bottom:
        for line in wrapped("The thin lines are ∏ f of every unit.", box.w, 11):
            y += 15
            shapes.append(Text(box.x, y, line, 11, "muted"))
    return shapes


def _size(value: float) -> str:
    """A size in a few characters: 0.81, 3.2·10⁻⁷."""
    if not np.isfinite(value):
        return "not finite"
    if value == 0 or 1e-3 <= value < 1e4:
        return f"{value:.3g}"
    mantissa, power = f"{value:.1e}".split("e")
    return f"{mantissa}·10{str(int(power)).translate(POWERS)}"


def _told(found: Vanished, run: Run, lag: int) -> str:
    where = step_words(run.sequence, found.step(lag))
    parts = [f"{curve.name} {_size(float(curve.values[lag]))}" for curve in found.curves]
    return f"{lag:,} before, {where}: {'; '.join(parts)}"


QUESTION = Question(
    baseline=True,
    answer=_answer,
    page=_page,
    fields=("layer", "direction", "first", "last"),
)
