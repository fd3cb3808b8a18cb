"""The functions of the public Python surface; `lstmviz` offers them under its own name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from lstmviz import models
from lstmviz.analysis import agreement
from lstmviz.analysis.agreement import Agreement
from lstmviz.engine import initial, memory, spec
from lstmviz.engine.network import Network
from lstmviz.engine.spec import WAYS, HeadSpec
from lstmviz.engine.trace import Trace, load_trace
from lstmviz.engine.variant import Variant, named_variant
from lstmviz.errors import LstmvizError
from lstmviz.inputs.text import from_text
from lstmviz.models import load
from lstmviz.session import Layer, Untrained, compared, network_spec
from lstmviz.session.untrained import check_recipe

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
    head: HeadSpec | int | Sequence[HeadSpec | int] | None = None,
    project: bool = True,
    dtype: DTypeLike = np.float32,
    layers: int = 1,
    variant: Variant | str = "standard",
    direction: str = "forward",
    merge: str = "concat",
    forget_bias: float | None = None,
    chrono: int | None = None,
    embedding: int | None = None,
) -> Network:
    """An untrained network of `layers` alike; `hidden_size` None is the cell size.

    `head` is a HeadSpec, the size of a softmax, or a chain of such. `variant` is a `Variant` or
    a name: "standard", "peephole", or one of Greff et al. 2015, such as "CIFG". `direction` is
    "forward", "backward" or "both", whose two rows become one by `merge`: "concat", "sum",
    "mul" or "ave". `forget_bias` is what the forget gate's biases sum to, `chrono` the longest
    memory expected, in steps (Tallec & Ollivier 2018). With `embedding` the input is symbols,
    each a row of that width.

    Raises `LstmvizError` for sizes outside 1 to 1024, more than 16 layers, a seed outside 0 to
    2**63 - 1, a `dtype` other than float32 and float64, unknown names, and for what no weights
    can mend, such as H ≠ C with `project` False.
    """
    hidden = cell_size if hidden_size is None else hidden_size
    if not isinstance(variant, Variant | str):
        raise LstmvizError(f"variant {variant!r} is no Variant and no name; give one of them.")
    if direction not in tuple(WAYS):  # a list is unhashable
        raise LstmvizError(f"direction {direction!r} is not one of {', '.join(WAYS)}.")
    if layers < 1:
        raise LstmvizError(f"{layers} layers are too few; ask for 1 or more.")
    cell = named_variant(variant) if isinstance(variant, str) else variant
    layer = Layer(hidden, cell_size, project, WAYS[direction], merge, variant=cell)
    heads = _heads(head)
    recipe = Untrained(input_size, (layer,) * layers, heads, seed, forget_bias, chrono, embedding)
    check_recipe(recipe)
    sizes = network_spec(recipe, input_size)
    if not layer.project and hidden != cell_size:
        raise LstmvizError(
            f"hidden size {hidden} and cell size {cell_size} differ without a projection; allow "
            "it with project=True, or make them equal."
        )
    misfit = spec.problem(sizes)
    if misfit:
        raise LstmvizError(misfit)
    if np.dtype(dtype) not in (np.float32, np.float64):
        raise LstmvizError(f"dtype {np.dtype(dtype)} is neither float32 nor float64.")
    memory.check_weights(sizes, dtype)
    return initial.random_network(sizes, seed, dtype, forget_bias=forget_bias, chrono=chrono)


def _heads(head: HeadSpec | int | Sequence[HeadSpec | int] | None) -> tuple[HeadSpec, ...]:
    """The chain of heads asked for; a size is that of a softmax."""
    given: tuple[Any, ...] = () if head is None else (head,)
    if isinstance(head, Sequence) and not isinstance(head, str):
        given = tuple(head)
    for each in given:
        if not isinstance(each, HeadSpec | int):
            raise LstmvizError(f"head {each!r} is no HeadSpec and no size; give one of them.")
    return tuple(HeadSpec(each) if isinstance(each, int) else each for each in given)


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
