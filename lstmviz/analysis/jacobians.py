"""How fast a cell forgets: ∂cₜ/∂cₖ through all paths, beside what the forget gates let through.

The true Jacobian is the product of every step's own, through the cell states, the gates, the
hidden states and the projection alike,

    ∂cₜ/∂cₖ = [I 0] Aₜ Aₜ₋₁ … Aₖ₊₁ [I; ∂hₖ/∂cₖ],    Aⱼ = ∂(cⱼ, hⱼ)/∂(cⱼ₋₁, hⱼ₋₁),

and the direct path alone, c to c, is the product of the forget gates, ∏ⱼ₌ₖ₊₁..ₜ fⱼ (Hochreiter &
Schmidhuber 1997, whose carousel it is). Their size is told as ‖J‖_F / √C, the Frobenius norm per
unit: 1 where nothing is lost, and, where there were no path but the direct one, the root mean
square of ∏ f over the units. A plain RNN of as many units has ∂hₜ/∂hₖ = ∏ diag(1 − hⱼ²) W_h.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.backward import Flow, run_of, step_back
from lstmviz.analysis.bptt import widened
from lstmviz.analysis.plain_rnn import random_rnn, remembered, without_gates
from lstmviz.analysis.steps import check_of, check_step, direction_of, in_order
from lstmviz.engine.initial import random_network
from lstmviz.engine.network import Network
from lstmviz.engine.spec import NetworkSpec
from lstmviz.engine.trace import DIRECTION_ARRAYS, DirectionTrace, Trace, layer_input
from lstmviz.engine.unroll import run
from lstmviz.errors import LstmvizError

Numbers = NDArray[np.float64]

LAGS = 200
"""So many steps back, unless more or fewer are asked for."""
WORK = 2**24
"""Rows of the Jacobian times C times H that are followed: all of them up to C = H = 256."""
WARM = 1000
"""Steps that untrained networks read before those that are looked at, if there are as many."""
FEWEST = 16
"""Fewest rows that are followed, if there are as many."""


@dataclass(frozen=True, eq=False)
class Forgetting:
    """How much of a cell state is felt later: entry `lag` is ∂c_step/∂c of so many steps before.

    `norms` (lags,) are ‖∂cₜ/∂cₖ‖_F / √C; `products` (lags, C) every unit's ∏ f. `units` are the
    rows of the Jacobian that were followed, all of them unless the layer is large: then they are
    drawn, and the norm is the root mean square over them.
    """

    step: int
    norms: Numbers
    products: Numbers
    units: tuple[int, ...]

    @property
    def direct(self) -> Numbers:
        """(lags,): the direct path alone, the root mean square of ∏ f over all units."""
        return np.asarray(np.sqrt((self.products**2).mean(axis=1)))


@dataclass(frozen=True, eq=False)
class Vanishing:
    """The same of four that read the same: the network, and three of its size beside it.

    `untrained` is an untrained LSTM (None where the network itself is untrained) and `rnn` an
    untrained plain RNN, both drawn from `seed`, uniform in ±1/√C. `ungated` is a plain RNN too,
    with the weights of the network's own candidate: what its gates bring. Of both RNNs (lags,)
    ‖∂hₜ/∂hₖ‖_F / √C.
    """

    network: Forgetting
    untrained: Forgetting | None
    rnn: Numbers
    ungated: Numbers
    seed: int


@np.errstate(invalid="ignore", over="ignore")
def forgetting(
    network: Network,
    trace: Trace,
    step: int | None = None,
    lags: int = LAGS,
    layer: int = 0,
    direction: str = "forward",
    seed: int = 0,
) -> Forgetting:
    """How the cell state of a layer at `step` (None: the run's last) depends on those before it.

    At most `lags` steps back, in the order of the run. Of a layer of more than 256 units as many
    rows of the Jacobian are followed as cost the same, at least 16, drawn from `seed`. Raises
    `LstmvizError` for a layer, direction or step that is not there, for fewer than 1 lag, and for
    the trace of another network.
    """
    check_of(network, trace)
    span = _span(trace, step, lags, layer, direction)
    # One step more, whose gates reach into the first of these where gates recur.
    before = min(1, span.position + 1 - span.count)
    part, given = _window(trace, replace(span, count=span.count + before), layer, direction)
    wide = widened(network).cells[layer][direction]
    cell = network.spec.layers[layer]
    units = _followed(cell.cell_size, cell.hidden_size, seed)
    found = run_of(cell.variant, wide, part, given, "forward")
    nothing = np.zeros((len(units), cell.hidden_size))
    rows = np.eye(cell.cell_size)[list(units)]
    flow = Flow(nothing, rows, np.zeros((len(units), 3, cell.cell_size)))
    norms = np.empty(span.count)
    for lag in range(span.count):
        flow, values, _ = step_back(cell.variant, wide, found, nothing, flow, len(given) - 1 - lag)
        norms[lag] = np.linalg.norm(values[4]) / len(units) ** 0.5
    forget = part.forget_gate.astype(np.float64)[: -span.count : -1]
    products = np.concatenate([np.ones((1, cell.cell_size)), np.cumprod(forget, axis=0)])
    return Forgetting(span.step, norms, products, units)


@np.errstate(invalid="ignore", over="ignore")
def vanishing(
    network: Network,
    trace: Trace,
    step: int | None = None,
    lags: int = LAGS,
    layer: int = 0,
    direction: str = "forward",
    seed: int = 0,
) -> Vanishing:
    """`forgetting` of a network, of an untrained one and of plain RNNs; arguments as there.

    Those beside it start from zero 1,000 steps before those that are looked at.
    """
    span = _span(trace, step, lags, layer, direction)
    found = forgetting(network, trace, span.step, lags, layer, direction, seed)
    cell = network.spec.layers[layer]
    size = cell.cell_size
    count = min(span.position + 1, span.count + WARM)
    _, given = _window(trace, replace(span, count=count), layer, direction)
    rows = np.eye(size)[list(found.units)]
    drawn = random_rnn(cell.input_size, size, seed)
    own = without_gates(network.cells[layer][direction])
    norms, ungated = (
        remembered(rnn, rnn.run(given), rows, len(found.norms)) for rnn in (drawn, own)
    )
    if not network.trained:
        return Vanishing(found, None, norms, ungated, seed)
    alone = replace(cell, directions=("forward",), return_sequences=True)
    fresh = random_network(NetworkSpec((alone,)), seed)
    other = forgetting(fresh, run(fresh, given), None, lags, seed=seed)
    return Vanishing(found, other, norms, ungated, seed)


@dataclass(frozen=True)
class _Span:
    """A step, its place in the order of the run, and how many steps up to it are looked at."""

    step: int
    position: int
    count: int


def _span(trace: Trace, step: int | None, lags: int, layer: int, direction: str) -> _Span:
    direction_of(trace, layer, direction)
    last = trace.steps - 1 if direction == "forward" else 0
    step = last if step is None else step
    check_step(trace.steps, step)
    if lags < 1:
        raise LstmvizError(f"{lags} lags are too few; ask for 1 or more.")
    position = step if direction == "forward" else trace.steps - 1 - step
    return _Span(step, position, min(lags, position + 1))


def _window(
    trace: Trace, span: _Span, layer: int, direction: str
) -> tuple[DirectionTrace, NDArray[np.floating]]:
    """The steps looked at as a run of their own, in its order, and what it read (count, I)."""
    full = direction_of(trace, layer, direction)
    first, last = span.position + 1 - span.count, span.position + 1
    rows = {n: in_order(getattr(full, n), direction) for n in DIRECTION_ARRAYS}
    start = {
        "initial_cell_state": rows["cell_state"][first - 1] if first else full.initial_cell_state,
        "initial_hidden_state": (
            rows["hidden_state"][first - 1] if first else full.initial_hidden_state
        ),
    }
    part = DirectionTrace(**{n: values[first:last] for n, values in rows.items()}, **start)
    given = in_order(layer_input(trace, layer), direction)[first:last]
    return part, given


def _followed(cell_size: int, hidden_size: int, seed: int) -> tuple[int, ...]:
    """The rows of the Jacobian to follow, sorted."""
    most = max(FEWEST, WORK // (cell_size * hidden_size))
    if most >= cell_size:
        return tuple(range(cell_size))
    generator = np.random.Generator(np.random.PCG64(seed))
    return tuple(sorted(generator.choice(cell_size, most, replace=False).tolist()))
