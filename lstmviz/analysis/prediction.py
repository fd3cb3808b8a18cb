"""What a network finds likely to come next, and sequences drawn from that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from lstmviz.engine import cell
from lstmviz.engine.network import Array, Network
from lstmviz.engine.spec import CellSpec, NetworkSpec
from lstmviz.engine.trace import INITIAL_ARRAYS, DirectionTrace, Trace
from lstmviz.engine.variant import SWITCHES
from lstmviz.errors import LstmvizError

PREDICTING = ("softmax", "log_softmax", "linear")
"""Activations of a last head whose output tells what comes next; linear ones are logits."""

MOST = 10_000
"""Symbols that may be drawn at once."""
HOTTEST = 100.0


def predicts(spec: NetworkSpec) -> bool:
    """Whether the output at each step can be read as what symbol comes next.

    So it is where as many values come out as go in, of a softmax or of logits, and no layer
    has read what is to come.
    """
    head = spec.head
    forward = all(layer.directions == ("forward",) for layer in spec.layers)
    return (
        head is not None
        and forward
        and head.activation in PREDICTING
        and head.size == spec.input_size
    )


def probabilities(output: Array, activation: str) -> NDArray[np.float64]:
    """A step's output (V,) as probabilities; of logits, and of logarithms
    of probabilities, which are such too, the softmax is taken.

    Where the output is not finite all are 0.
    """
    values = np.asarray(output, np.float64)
    if not np.isfinite(values).all():
        return np.zeros_like(values)
    if activation != "softmax":
        values = np.exp(values - values.max())
    total = values.sum()
    return values / total if total > 0 else np.zeros_like(values)


def surprises(trace: Trace, symbols: NDArray[np.integer]) -> NDArray[np.float64]:
    """(steps,): −log₂ of the probability that each symbol (steps,) had a step before it was read.

    The first is NaN, as is what follows an output that is not finite. The trace is of a network
    that `predicts`.
    """
    activation = trace.spec.heads[-1].activation
    bits = np.full(trace.steps, np.nan)
    rows = max(1, 2**20 // trace.output.shape[1])
    for start in range(0, trace.steps - 1, rows):
        output = np.asarray(trace.output[start : min(start + rows, trace.steps - 1)], np.float64)
        read = symbols[start + 1 : start + 1 + len(output), None]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if activation == "softmax":
                output = np.log(output)
            output = output - output.max(axis=1, keepdims=True)
            logs = np.take_along_axis(output, read, axis=1)[:, 0]
            logs = logs - np.log(np.exp(output).sum(axis=1))
        bits[start + 1 : start + 1 + len(logs)] = np.abs(logs) / np.log(2)
    return bits


def likeliest(shares: NDArray[np.float64], most: int) -> list[int]:
    """The numbers of the `most` largest probabilities, largest first; ties by number."""
    return [int(k) for k in np.argsort(-shares, kind="stable")[:most]]


class Walker:
    """A network at a step of its own: reads symbols one by one from where a trace ended."""

    def __init__(self, network: Network, trace: Trace, step: int) -> None:
        """Stand after `step` of the trace (−1: before the first); its rows must be filled."""
        self._network = network
        self._states = [
            _state(spec, layer.forward, step)
            for spec, layer in zip(network.spec.layers, trace.layers, strict=True)
            if layer.forward is not None
        ]

    def read(self, symbol: int) -> Array:
        """Read a symbol and return the output (V,)."""
        network = self._network
        if network.embedding is not None:
            x: Array = network.embedding[symbol].astype(network.dtype)
        else:
            x = np.zeros(network.spec.input_size, network.dtype)
            x[symbol] = 1
        for index, (h, c, gates) in enumerate(self._states):
            variant = network.spec.layers[index].variant
            done = cell.step(network.cells[index]["forward"], x, h, c, variant, gates)
            self._states[index] = (done.hidden_state, done.cell_state, done.gates)
            x = done.hidden_state
        for spec, weights in zip(network.spec.heads, network.heads, strict=True):
            x = cell.head(weights, spec.squash, x)
        return x


def _state(spec: CellSpec, run: DirectionTrace, step: int) -> tuple[Array, Array, Array]:
    """Hidden state, cell state and gates [i; f; o] after a step."""
    if step < 0:
        c, h = (getattr(run, name) for name in INITIAL_ARRAYS)
        return h, c, np.zeros(3 * spec.cell_size, c.dtype)
    gates = np.concatenate([getattr(run, name)[step] for name in SWITCHES])
    return run.hidden_state[step], run.cell_state[step], gates


def draws(
    network: Network,
    trace: Trace,
    count: int,
    temperature: float = 1.0,
    seed: int = 0,
    barred: Sequence[int] = (),
) -> Iterator[int]:
    """`count` symbols that go on from a trace's last step, each drawn from what comes before.

    Probabilities are taken to the power 1/`temperature` and made to sum to 1; at 0 the
    likeliest is taken. `barred` are never drawn. Equal seeds (PCG64) draw equal symbols.
    Raises `LstmvizError` for a network that predicts no symbols (see `predicts`), for a count
    outside 1 to 10,000, a temperature outside 0 to 100, and outputs that are not finite.
    """
    head = network.spec.head
    if head is None or not predicts(network.spec):
        raise LstmvizError("this network does not tell which symbol comes next.")
    if not 1 <= count <= MOST:
        raise LstmvizError(f"{count:,} symbols are outside 1 to {MOST:,}.")
    if not 0 <= temperature <= HOTTEST:
        raise LstmvizError(f"temperature {temperature:g} is outside 0 to {HOTTEST:g}.")
    return _draws(network, trace, count, temperature, seed, list(barred))


def _draws(
    network: Network, trace: Trace, count: int, temperature: float, seed: int, barred: list[int]
) -> Iterator[int]:
    generator = np.random.Generator(np.random.PCG64(seed))
    walker, output = Walker(network, trace, trace.steps - 1), trace.output[-1]
    activation = network.spec.heads[-1].activation
    for left in range(count, 0, -1):
        shares = probabilities(output, activation)
        shares[barred] = 0
        symbol = _draw(shares, temperature, generator)
        yield symbol
        if left > 1:
            output = walker.read(symbol)


def _draw(shares: NDArray[np.float64], temperature: float, generator: np.random.Generator) -> int:
    """One symbol."""
    largest = shares.max()
    if not largest > 0:
        raise LstmvizError("the network's output is not finite, so nothing can be drawn from it.")
    if temperature == 0:
        return int(shares.argmax())
    with np.errstate(divide="ignore", under="ignore"):
        heated = np.exp(np.log(shares / largest) / temperature)
    sums = np.cumsum(heated)
    return int(min(np.searchsorted(sums, generator.random() * sums[-1], "right"), len(sums) - 1))
