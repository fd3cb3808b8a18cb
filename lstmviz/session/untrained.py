"""Between an untrained network's recipe and its sizes, both ways."""

from __future__ import annotations

from dataclasses import replace

from lstmviz.engine.initial import check_bias
from lstmviz.engine.spec import (
    MAX_SIZE,
    CellSpec,
    EmbeddingSpec,
    NetworkSpec,
    check,
)
from lstmviz.errors import LstmvizError
from lstmviz.session.documents import Layer, Untrained

MAX_LAYERS = 16
"""LSTM layers, and heads, that an untrained network may have at most."""


def network_spec(recipe: Untrained, input_size: int) -> NetworkSpec:
    """The sizes of a recipe that reads rows of `input_size`; each layer reads the one below.

    Never raises: `check_recipe` tells what is out of range.
    """
    embedding = EmbeddingSpec(input_size, recipe.embedding) if recipe.embedding else None
    width, cells = recipe.embedding or input_size, []
    for layer in recipe.layers:
        cell = CellSpec(
            width,
            layer.hidden_size,
            layer.cell_size,
            layer.project,
            layer.directions,
            layer.variant,
            layer.merge,
            layer.return_sequences,
        )
        cells.append(cell)
        width = cell.output_size
    return NetworkSpec(tuple(cells), recipe.heads, embedding)


def recipe_of(spec: NetworkSpec) -> Untrained:
    """The recipe of these sizes, as near as a recipe may come: sizes beyond 1024 are lowered."""
    layers = tuple(
        Layer(
            min(cell.hidden_size, MAX_SIZE),
            min(cell.cell_size, MAX_SIZE),
            cell.project,
            cell.directions,
            cell.merge,
            cell.return_sequences,
            cell.variant,
        )
        for cell in spec.layers[:MAX_LAYERS]
    )
    heads = tuple(replace(head, size=min(head.size, MAX_SIZE)) for head in spec.heads[:MAX_LAYERS])
    table = min(spec.embedding.dimension, MAX_SIZE) if spec.embedding else None
    return Untrained(min(spec.input_size, MAX_SIZE), layers, heads, embedding=table)


def check_recipe(recipe: Untrained) -> None:
    """Raise `LstmvizError`, one sentence, for what no network can have.

    Shapes that do not fit together are no such fault: the engine's `problem` tells of them.
    """
    if not 0 <= recipe.seed < 2**63:
        raise LstmvizError(f"seed {recipe.seed} is outside 0 to 2**63 - 1.")
    for name, number in (("layers", len(recipe.layers)), ("heads", len(recipe.heads))):
        if number > MAX_LAYERS:
            raise LstmvizError(f"{number:,} {name} are more than the {MAX_LAYERS} there may be.")
    sizes = [("input size", recipe.input_size), ("embedding size", recipe.embedding)]
    for layer in recipe.layers:
        sizes += [("cell size", layer.cell_size), ("hidden size", layer.hidden_size)]
    sizes += [("head size", head.size) for head in recipe.heads]
    for name, size in sizes:
        if size is not None and not 1 <= size <= MAX_SIZE:
            raise LstmvizError(f"{name} {size} is outside 1 to {MAX_SIZE}.")
    check_bias(2, recipe.forget_bias, recipe.chrono)
    check(network_spec(recipe, recipe.input_size or 1))
