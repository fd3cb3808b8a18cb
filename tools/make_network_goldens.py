"""Make tests/data/onnx_lstm.npz and keras_lstm.npz: what onnxruntime and Keras compute.

Needs onnx, onnxruntime, keras and torch, which the tests themselves do not. From the top level:

    KERAS_BACKEND=torch python tools/make_network_goldens.py

Each case holds, under `case/`, the network as lstmviz's own model files hold it (`card` is the
JSON), the `input`, the `output`, and for one layer the framework's rows of `hidden_state` and
`cell_state` under the trace's names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import keras_oracle
import numpy as np
import onnx_oracle

from lstmviz.engine.initial import random_network, random_state
from lstmviz.engine.network import Network
from lstmviz.engine.spec import CellSpec, EmbeddingSpec, HeadSpec, NetworkSpec
from lstmviz.engine.variant import Activation, Variant
from lstmviz.models.own import packed

DATA = Path(__file__).parent.parent / "tests" / "data"
STEPS = 5
CELL = CellSpec(3, 4, 4)
BOTH = ("forward", "backward")
IN_BOTH_TYPES = ("tanh", "concat_rows_stacked", "stacked_chain", "embedding", "series")
"""The Keras cases that are kept in float32 besides float64."""

Case = dict[str, np.ndarray]


def onnx_variants() -> Iterator[tuple[str, CellSpec]]:
    """Everything that an LSTM node may say of its cell."""
    departures = {
        "plain": Variant(),
        "peephole": Variant(peephole=True),
        "clip": Variant(clip=0.3),
        "input_forget": Variant(coupled=True),
        "all": Variant(coupled=True, peephole=True, clip=0.4),
    }
    for name, variant in departures.items():
        for ways in (("forward",), ("backward",), BOTH):
            yield f"{name}_{'_'.join(ways)}", replace(CELL, variant=variant, directions=ways)
    for name in onnx_oracle.NAMES:
        activation = Activation(
            name,
            0.7 if name in onnx_oracle.ALPHAS else None,
            0.4 if name in onnx_oracle.BETAS else None,
        )
        yield name, replace(CELL, variant=Variant(activation, activation, activation))


def onnx_case(seed: int, cell: CellSpec) -> Case:
    """One layer with random states to start from; c of every step by runs over parts."""
    network = random_network(NetworkSpec((cell,)), seed)
    initial = random_state(network.spec, seed)
    x = noise(network, seed)
    case = described(network, x)
    case["output"] = onnx_oracle.run(network, x, initial)["output"]
    for way, direction in enumerate(cell.directions):
        prefix = f"layer0.{direction}"
        state = initial.of(0, direction)
        assert state is not None
        case[f"{prefix}.initial_hidden_state"] = state.hidden
        case[f"{prefix}.initial_cell_state"] = state.cell
        parts = [x[: t + 1] if direction == "forward" else x[t:] for t in range(len(x))]
        ends = [onnx_oracle.run(network, part, initial) for part in parts]
        case[f"{prefix}.hidden_state"] = np.stack([end["hidden"][way] for end in ends])
        case[f"{prefix}.cell_state"] = np.stack([end["cell"][way] for end in ends])
    return case


def keras_specs() -> Iterator[tuple[str, NetworkSpec]]:
    """What Keras builds of LSTM, Bidirectional, Embedding and Dense."""
    for name, activation in keras_oracle.ACTIVATIONS.items():
        variant = Variant(activation, activation, activation)
        yield name, NetworkSpec((replace(CELL, variant=variant),))
    for merge in ("concat", "sum", "mul", "ave"):
        for sequences in (True, False):
            cell = replace(CELL, directions=BOTH, merge=merge, return_sequences=sequences)
            end = "rows" if sequences else "last"
            yield f"{merge}_{end}", NetworkSpec((cell,))
            width = cell.output_size
            stack = (replace(cell, return_sequences=True), replace(cell, input_size=width))
            yield f"{merge}_{end}_stacked", NetworkSpec(stack, (HeadSpec(3, "tanh"),))
    backward = replace(CELL, directions=("backward",))
    yield "go_backwards", NetworkSpec((backward,))
    yield "go_backwards_last", NetworkSpec((replace(backward, return_sequences=False),))
    second = CellSpec(4, 5, 5)
    chain = (HeadSpec(6, "relu"), HeadSpec(4, "tanh", bias=False), HeadSpec(3, "softmax"))
    yield "stacked_chain", NetworkSpec((CELL, second), chain)
    last = (CELL, replace(second, return_sequences=False))
    yield "stacked_last_chain", NetworkSpec(last, (*chain[:2], HeadSpec(2, "sigmoid")))
    yield "embedding", NetworkSpec((CELL,), (HeadSpec(7),), EmbeddingSpec(7, 3))
    long = (CellSpec(1, 8, 8), CellSpec(8, 8, 8))
    yield "series", NetworkSpec(long, (HeadSpec(10, "linear"),))


def keras_case(seed: int, spec: NetworkSpec, dtype: type) -> Case:
    """A model run from zero states, and its only layer's cell step by step."""
    network = random_network(spec, seed, dtype, biases=1)
    x = noise(network, seed)
    case = described(network, x)
    case["output"] = keras_oracle.run(network, x)
    if len(spec.layers) == 1 and spec.layers[0].directions == ("forward",) and not spec.embedding:
        rows = keras_oracle.states(network, x)
        case |= {f"layer0.forward.{name}": values for name, values in rows.items()}
    return case


def noise(network: Network, seed: int) -> np.ndarray:
    """A random input: numbers, or one-hot rows for an embedding."""
    rng, size = np.random.default_rng(seed), network.spec.input_size
    if network.spec.embedding:
        return np.eye(size, dtype=network.dtype)[rng.integers(0, size, STEPS)]
    return rng.standard_normal((STEPS, size)).astype(network.dtype)


def described(network: Network, x: np.ndarray) -> Case:
    """The network and its input as they are stored."""
    text, arrays = packed(network)
    return {"card": np.frombuffer(text.encode(), np.uint8), "input": x, **arrays}


def write(path: Path, cases: dict[str, Case]) -> None:
    """Every case's arrays as `case/name`."""
    stored = {f"{case}/{name}": a for case, arrays in cases.items() for name, a in arrays.items()}
    np.savez_compressed(path, allow_pickle=False, **stored)
    print(f"{path}: {len(cases)} cases, {path.stat().st_size / 1e3:.0f} kB")


def main() -> None:
    """Write both files."""
    onnx = {name: onnx_case(seed, cell) for seed, (name, cell) in enumerate(onnx_variants())}
    write(DATA / "onnx_lstm.npz", onnx)
    keras = {}
    for seed, (name, spec) in enumerate(keras_specs()):
        keras[f"{name}64"] = keras_case(seed, spec, np.float64)
        if name in IN_BOTH_TYPES:
            keras[f"{name}32"] = keras_case(seed, spec, np.float32)
    write(DATA / "keras_lstm.npz", keras)


if __name__ == "__main__":
    main()
