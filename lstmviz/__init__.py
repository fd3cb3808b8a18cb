"""See inside any LSTM: sizes, gates and states.

`load` or `random_network` gives a `Network`; `trace` runs one and names every array;
`view` opens the window, `export_figure` draws to a file. Importing lstmviz imports no Qt.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from lstmviz import models
from lstmviz.engine import initial, spec
from lstmviz.engine.network import Network
from lstmviz.engine.spec import HeadSpec
from lstmviz.engine.trace import Trace, load_trace
from lstmviz.errors import LstmvizError
from lstmviz.inputs.text import from_text
from lstmviz.models import load
from lstmviz.version import __version__

__all__ = [
    "HeadSpec",
    "LstmvizError",
    "Network",
    "Trace",
    "__version__",
    "export_figure",
    "load",
    "load_trace",
    "random_network",
    "save",
    "trace",
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
    1 to 1024, and for H ≠ C with `project` False, which no weights can mend.
    """
    hidden = cell_size if hidden_size is None else hidden_size
    top = HeadSpec(head) if isinstance(head, int) else head
    sizes = spec.single(input_size, hidden, cell_size, project=project, head=top)
    if not sizes.possible:
        raise LstmvizError(
            f"hidden size {hidden} and cell size {cell_size} differ without a projection; allow "
            "it with project=True, or make them equal."
        )
    return initial.random_network(sizes, seed, dtype)


def save(network: Network, path: str | Path) -> None:
    """Write a network as lstmviz's own `.npz`; raises `LstmvizError` if that cannot be."""
    models.npz.save(network, path)


def trace(model: Network | str | Path, x: ArrayLike | str) -> Trace:
    """Run a network, or the model at a path (or `demo:NAME`), and name every array.

    `x` is (steps, I) numbers; (steps,) symbol numbers or a text where the model has a
    vocabulary. Raises `LstmvizError` for a model or an input that does not fit.
    """
    network = _network(model)
    if isinstance(x, str):
        x = from_text(x, network.spec.input_size, network.vocabulary).values
    return network.run(x)


def view(model: Network | str | Path, x: ArrayLike | str | None = None) -> int:
    """Open the window on a model and an input; returns when it is closed, with the exit code.

    Without `x` the model's own example is shown. Raises `LstmvizError` as `trace` does.
    """
    from lstmviz.gui.app import view as _view

    code: int = _view(model, x)
    return code


def export_figure(path: str | Path, *arguments: Any, **options: Any) -> None:
    """Draw a figure to a file; see `lstmviz.export.figure.export_figure` for the options."""
    from lstmviz.export.figure import export_figure as _export

    _export(path, *arguments, **options)


def _network(model: Network | str | Path) -> Network:
    return model if isinstance(model, Network) else load(model)
