"""Networks, inputs and states for the tests of the engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from lstmviz.engine.cell import head, step
from lstmviz.engine.initial import Initial, State, random_network, random_state
from lstmviz.engine.network import CellWeights, Network
from lstmviz.engine.spec import GATES, CellSpec, HeadSpec, NetworkSpec

GOLDENS = Path(__file__).parent.parent / "data" / "torch_lstm.npz"

TOLERANCE = {"float32": 1e-6, "float64": 1e-12}

STEP_ARRAYS = (*GATES, "cell_state", "cell_output", "hidden_state")

sizes = st.integers(1, 40)
ways = st.sampled_from([("forward",), ("backward",), ("forward", "backward")])
seeds = st.integers(0, 2**32 - 1)


@st.composite
def specs(draw, directions=ways):
    """Specs of one to three layers that fit together, with and without a head."""
    width, layers = draw(sizes), []
    for _ in range(draw(st.integers(1, 3))):
        cell_size = draw(sizes)
        hidden_size = draw(st.one_of(st.just(cell_size), sizes))
        layers.append(CellSpec(width, hidden_size, cell_size, directions=draw(directions)))
        width = layers[-1].output_size
    activations = st.sampled_from(["softmax", "sigmoid", "linear"])
    heads = st.builds(HeadSpec, st.integers(1, 9), activations, st.booleans())
    return NetworkSpec(tuple(layers), draw(st.none() | heads))


@st.composite
def networks(draw, directions=ways):
    """Random networks of either type, with no, one or two biases."""
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    biases = draw(st.integers(0, 2))
    return random_network(draw(specs(directions)), draw(seeds), dtype, biases)


def noise(network, steps, seed=0):
    """A random input for a network."""
    values = np.random.default_rng(seed).standard_normal((steps, network.spec.input_size))
    return values.astype(network.dtype)


def states(network, seed=1):
    return random_state(network.spec, seed, network.dtype)


def stepped(network, x, initial):
    """Every array of a run by stepping the reference cell, under the trace's names."""
    named, source = {}, x
    for index, directions in enumerate(network.cells):
        outputs = []
        for name, weights in directions.items():
            state = initial.of(index, name)
            h, c = state.hidden, state.cell
            order = range(len(x)) if name == "forward" else reversed(range(len(x)))
            rows = {}
            for t in order:
                rows[t] = step(weights, source[t], h, c)
                h, c = rows[t].hidden_state, rows[t].cell_state
            for array in STEP_ARRAYS:
                stack = np.stack([getattr(rows[t], array) for t in range(len(x))])
                named[f"layer{index}.{name}.{array}"] = stack
            outputs.append(named[f"layer{index}.{name}.hidden_state"])
        source = np.concatenate(outputs, axis=1)
    if network.head:
        source = head(network.head, network.spec.head.activation, source)
    return named | {"output": source}


def golden(case):
    """A stored case of PyTorch's: its arrays by name."""
    with np.load(GOLDENS) as stored:
        prefix = f"{case}/"
        names = [name for name in stored.files if name.startswith(prefix)]
        return {name.removeprefix(prefix): stored[name] for name in names}


def golden_network(arrays):
    """The network of a stored case and the states it started from."""
    layers, cells, initial = [], [], []
    while f"weight_ih_l{len(layers)}" in arrays:
        index = len(layers)
        directions, start = {}, {}
        for name, suffix in (("forward", ""), ("backward", "_reverse")):
            if f"weight_ih_l{index}{suffix}" not in arrays:
                continue
            directions[name] = CellWeights(
                *(
                    arrays.get(f"{kind}_l{index}{suffix}")
                    for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
                )
            )
            prefix = f"layer{index}.{name}.initial_"
            start[name] = State(arrays[f"{prefix}hidden_state"], arrays[f"{prefix}cell_state"])
        weights = directions["forward"]
        rows, hidden_size = weights.recurrent_weights.shape
        width = weights.input_weights.shape[1]
        layers.append(CellSpec(width, hidden_size, rows // 4, directions=tuple(directions)))
        cells.append(directions)
        initial.append(start)
    return Network(NetworkSpec(tuple(layers)), tuple(cells)), Initial(tuple(initial))
