"""Networks, inputs and states for the tests of the engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from lstmviz.engine.cell import head, step
from lstmviz.engine.initial import random_network, random_state
from lstmviz.engine.network import CellWeights, Network
from lstmviz.engine.spec import (
    GATES,
    HEAD_ACTIVATIONS,
    MERGES,
    CellSpec,
    EmbeddingSpec,
    HeadSpec,
    NetworkSpec,
)
from lstmviz.engine.states import Initial, State
from lstmviz.engine.variant import STANDARD, Activation, Variant

GOLDENS = Path(__file__).parent.parent / "data" / "torch_lstm.npz"

TOLERANCE = {"float32": 1e-6, "float64": 1e-12}

STEP_ARRAYS = (*GATES, "cell_state", "cell_output", "hidden_state")

sizes = st.integers(1, 40)
ways = st.sampled_from([("forward",), ("backward",), ("forward", "backward")])
seeds = st.integers(0, 2**32 - 1)


BOUNDED = [
    *(Activation("sigmoid"), Activation("tanh"), Activation("softsign"), Activation("hard_tanh")),
    *(Activation("hard_sigmoid"), Activation("hard_sigmoid", 1 / 6, 0.5), Activation("relu6")),
    *(Activation("scaled_tanh", 1.7, 0.7), Activation("gelu_tanh"), Activation("linear")),
]
bounds = st.none() | st.floats(0.01, 2)


EMBEDDED = NetworkSpec(
    (CellSpec(3, 4, 4),), (HeadSpec(6, "relu"), HeadSpec(5)), EmbeddingSpec(5, 3)
)
"""A network that reads symbols, with two heads."""


def single(input_size, hidden_size, cell_size, *, project=True, head=None):
    """A network of one forward layer, with a head if one is given."""
    heads = (head,) if head else ()
    return NetworkSpec((CellSpec(input_size, hidden_size, cell_size, project),), heads)


@st.composite
def variants(draw, activations=BOUNDED):
    """Variants that do not contradict themselves."""
    switches = ("input_gate", "forget_gate", "output_gate")
    absent = tuple(draw(st.sets(st.sampled_from(switches))))
    return Variant(
        *(draw(st.sampled_from(activations)) for _ in range(3)),
        coupled=draw(st.booleans()) and set(absent) <= {"output_gate"},
        absent=absent,
        peephole=draw(st.booleans()),
        gate_recurrence=draw(st.booleans()),
        clip=draw(bounds),
        cell_clip=draw(bounds),
        projection_clip=draw(bounds),
    )


standard = st.just(STANDARD)
anything = st.one_of(standard, variants())


@st.composite
def specs(draw, directions=ways, variants=standard):
    """Specs of one to three layers that fit together, with heads and embeddings or without."""
    embedding = draw(st.none() | st.builds(EmbeddingSpec, sizes, sizes))
    width, layers = embedding.dimension if embedding else draw(sizes), []
    count = draw(st.integers(1, 3))
    for index in range(count):
        cell_size = draw(sizes)
        hidden_size = draw(st.one_of(st.just(cell_size), sizes))
        layers.append(
            CellSpec(
                width,
                hidden_size,
                cell_size,
                directions=draw(directions),
                variant=draw(variants),
                merge=draw(st.sampled_from(MERGES)),
                return_sequences=index < count - 1 or draw(st.booleans()),
            )
        )
        width = layers[-1].output_size
    activations = st.sampled_from(HEAD_ACTIVATIONS)
    heads = st.builds(HeadSpec, st.integers(1, 9), activations, st.booleans(), st.booleans())
    return NetworkSpec(tuple(layers), tuple(draw(st.lists(heads, max_size=3))), embedding)


@st.composite
def networks(draw, directions=ways, variants=standard):
    """Random networks of either type, with no, one or two biases."""
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    biases = draw(st.integers(0, 2))
    return random_network(draw(specs(directions, variants)), draw(seeds), dtype, biases)


def noise(network, steps, seed=0):
    """A random input for a network: numbers, or one-hot rows where it embeds them."""
    rng, size = np.random.default_rng(seed), network.spec.input_size
    if network.spec.embedding:
        return np.eye(size, dtype=network.dtype)[rng.integers(0, size, steps)]
    return rng.standard_normal((steps, size)).astype(network.dtype)


def states(network, seed=1):
    return random_state(network.spec, seed, network.dtype)


def stepped(network, x, initial):
    """Every array of a run by stepping the reference cell, under the trace's names."""
    named, source = {}, x
    if network.embedding is not None:
        source = named["embedded"] = network.embedding[x.argmax(axis=1)]
    for index, directions in enumerate(network.cells):
        cell = network.spec.layers[index]
        outputs = []
        for name, weights in directions.items():
            state = initial.of(index, name)
            h, c, gates = state.hidden, state.cell, None
            order = range(len(x)) if name == "forward" else reversed(range(len(x)))
            rows = {}
            for t in order:
                rows[t] = step(weights, source[t], h, c, cell.variant, gates)
                h, c, gates = rows[t].hidden_state, rows[t].cell_state, rows[t].gates
            for array in STEP_ARRAYS:
                stack = np.stack([getattr(rows[t], array) for t in range(len(x))])
                named[f"layer{index}.{name}.{array}"] = stack
            hidden = named[f"layer{index}.{name}.hidden_state"]
            if name == "backward" and not cell.return_sequences:
                hidden = np.stack([hidden[0]] * len(x))
            outputs.append(hidden)
        source = merged(cell.merge, outputs)
    for index, (spec, weights) in enumerate(zip(network.spec.heads, network.heads, strict=True)):
        source = named[f"head{index}"] = head(weights, spec.squash, source)
    named.pop(f"head{len(network.heads) - 1}", None)
    return named | {"output": source}


def merged(merge, outputs):
    """One array from a direction's or two directions' hidden states."""
    if merge == "concat" or len(outputs) == 1:
        return np.concatenate(outputs, axis=1)
    reduced = {"sum": np.sum, "mul": np.prod, "ave": np.mean}[merge](outputs, axis=0)
    return reduced.astype(outputs[0].dtype)


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
