"""The functions of the public Python surface; `lstmviz` offers them under its own name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from lstmviz import models
from lstmviz.analysis import agreement
from lstmviz.analysis.agreement import Agreement
from lstmviz.engine import initial, spec
from lstmviz.engine.network import Network
from lstmviz.engine.spec import HeadSpec
from lstmviz.engine.trace import Trace, load_trace
from lstmviz.errors import LstmvizError
from lstmviz.inputs.text import from_text
from lstmviz.models import load
from lstmviz.session import compared

__all__ = [
    "Agreement",
    "HeadSpec",
    "LstmvizError",
    "Network",
    "Trace",
    "compare",
    "export_figure",
    "load",
    "load_trace",
    "random_network",
    "save",
    "trace",
    "try_gate_orders",
    "view",
]


def random_network(
    input_size: int,
    cell_size: int,
    hidden_size: int | None = None,
    seed: int = 0,
    *,
    head: HeadSpec | int | None = None,
    project: bool = True,
    dtype: DTypeLike = np.float32,
) -> Network:
    """An untrained network of one layer; `hidden_size` None is the cell size.

    `head` is a HeadSpec, or the size of a softmax. Raises `LstmvizError` for sizes outside
    1 to 1024, for a seed outside 0 to 2**63 - 1, for a `dtype` other than float32 and float64,
    and for H ≠ C with `project` False, which no weights can mend.
    """
    hidden = cell_size if hidden_size is None else hidden_size
    top = HeadSpec(head) if isinstance(head, int) else head
    sizes = spec.single(input_size, hidden, cell_size, project=project, head=top)
    if not sizes.possible:
        raise LstmvizError(
            f"hidden size {hidden} and cell size {cell_size} differ without a projection; allow "
            "it with project=True, or make them equal."
        )
    if not 0 <= seed < 2**63:
        raise LstmvizError(f"seed {seed} is outside 0 to 2**63 - 1.")
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise LstmvizError(f"dtype {np.dtype(dtype)} is neither float32 nor float64.")
    return initial.random_network(sizes, seed, dtype)


def save(network: Network, path: str | Path) -> None:
    """Write a network as lstmviz's own file, `.npz` or `.safetensors` by the suffix.

    Raises `LstmvizError` for another suffix, or if the file cannot be written.
    """
    models.save(network, path)


def trace(model: Network | str | Path, x: ArrayLike | str) -> Trace:
    """Run a network, or the model at a path (or `demo:NAME`), and name every array.

    `x` is (steps, I) numbers; (steps,) symbol numbers or a text where the model has a
    vocabulary. Raises `LstmvizError` for a model or an input that does not fit.
    """
    network = _network(model)
    if isinstance(x, str):
        x = from_text(x, network.spec.input_size, network.vocabulary).values
    return network.run(x)


def compare(trace: Trace, expected: ArrayLike | str | Path) -> Agreement:
    """How a trace agrees with a framework's own output for the same input.

    `expected` is the output (steps, size), or (size,) for the last step, perhaps with a batch of
    one, or a `.npy` or `.npz` file of it. Raises `LstmvizError` with both shapes where it does
    not fit.
    """
    if isinstance(expected, str | Path):
        return compared.agreement(trace, str(expected))
    return agreement.compare(trace, {"output": np.asarray(expected)}, "what is expected")


def try_gate_orders(
    model: Network | str | Path, x: ArrayLike, expected: ArrayLike | str | Path
) -> dict[str, Agreement]:
    """All 24 gate orders a model's file may have, the one that agrees best first.

    `x` and `expected` are as in `trace` and `compare`. Pass the order to `load`.
    """
    named = isinstance(expected, str | Path)
    given = str(expected) if named else {"output": np.asarray(expected)}
    return compared.ranked(dict(compared.tries(_network(model), x, given)))


def view(model: Network | str | Path, x: ArrayLike | str | None = None) -> int:
    """Open the window on a model and an input; returns when it is closed, with the exit code.

    Without `x` the model's own example is shown. Raises `LstmvizError` as `trace` does.
    """
    from lstmviz.gui.app import view as _view

    code: int = _view(model, x)
    return code


def export_figure(path: str | Path, *arguments: Any, **options: Any) -> Path:
    """Draw a figure to a file; returns where. `lstmviz.export.figure.export_figure` has the
    options.
    """
    from lstmviz.export.figure import export_figure as _export

    return _export(path, *arguments, **options)


def _network(model: Network | str | Path) -> Network:
    return model if isinstance(model, Network) else load(model)
