"""Changes of shape an untrained network can be asked for: layers and heads come, go and move.

A place is ("layer", k) or ("head", k), both counted from the input up, or ("input", 0).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from lstmviz.engine.spec import HeadSpec
from lstmviz.session.documents import Document, Layer, Untrained
from lstmviz.session.untrained import MAX_LAYERS

Place = tuple[str, int]
Item = TypeVar("Item", Layer, HeadSpec)

INPUT: Place = ("input", 0)
NEW_HEAD = HeadSpec(5)
"""What a first head is: five classes."""


def with_layer(recipe: Untrained, index: int, **changes: Any) -> Untrained:
    """The network with fields of one layer changed."""
    return replace(recipe, layers=_put(recipe.layers, index, **changes))


def switched(document: Document, layer: int) -> Document:
    """The document with return_sequences of a layer the other way.

    An opened model keeps its weights: none depends on it.
    """
    network = document.network
    if isinstance(network, Untrained):
        on = network.layers[layer].return_sequences
        return replace(document, network=with_layer(network, layer, return_sequences=not on))
    layers = tuple(sorted({layer} ^ set(network.switched)))
    return replace(document, network=replace(network, switched=layers))


def with_head(recipe: Untrained, index: int, **changes: Any) -> Untrained:
    """The network with fields of one head changed."""
    return replace(recipe, heads=_put(recipe.heads, index, **changes))


def with_new_layer(recipe: Untrained, above: int) -> tuple[Untrained, Place]:
    """A standard forward layer, of the sizes of the one it stands on (−1: of the lowest)."""
    like = recipe.layers[max(above, 0)]
    fresh = Layer(like.hidden_size, like.cell_size, like.project)
    layers = _inserted(recipe.layers, above + 1, fresh)
    return replace(recipe, layers=layers), ("layer", above + 1)


def with_new_head(recipe: Untrained, above: int) -> tuple[Untrained, Place]:
    """A Dense layer above head `above` (−1: on the LSTM layers).

    One that comes to stand on another keeps its activation to the top: the one below is relu.
    """
    heads, index = recipe.heads, above + 1
    fresh = NEW_HEAD if index == len(heads) else HeadSpec(NEW_HEAD.size, "relu")
    return replace(recipe, heads=_inserted(heads, index, fresh)), ("head", index)


def copied(recipe: Untrained, place: Place) -> tuple[Untrained, Place]:
    """The same layer or head once more, above itself."""
    kind, index = place
    if kind == "layer":
        layers = _inserted(recipe.layers, index + 1, recipe.layers[index])
        return replace(recipe, layers=layers), (kind, index + 1)
    heads = _inserted(recipe.heads, index + 1, recipe.heads[index])
    return replace(recipe, heads=heads), (kind, index + 1)


def removed(recipe: Untrained, place: Place) -> tuple[Untrained, Place]:
    """Without a layer or head; the place is that of what stood below it, or of the input's."""
    kind, index = place
    if kind == "layer":
        layers = recipe.layers[:index] + recipe.layers[index + 1 :]
        return replace(recipe, layers=layers), (kind, max(index - 1, 0))
    heads = recipe.heads[:index] + recipe.heads[index + 1 :]
    below = (kind, index - 1) if index else ("layer", len(recipe.layers) - 1)
    return replace(recipe, heads=heads), below


def moved(recipe: Untrained, place: Place, by: int) -> tuple[Untrained, Place]:
    """A layer or head changed with the one above (`by` 1) or below (−1)."""
    kind, index = place
    other = index + by
    if kind == "layer":
        return replace(recipe, layers=_swapped(recipe.layers, index, other)), (kind, other)
    return replace(recipe, heads=_swapped(recipe.heads, index, other)), (kind, other)


def possible(recipe: Untrained, place: Place) -> frozenset[str]:
    """Which of "layer", "head" (a new one), "copy", "remove", "up", "down" there may be here."""
    kind, index = place
    counts = {"layer": len(recipe.layers), "head": len(recipe.heads), "input": 1}
    result = {new for new in ("layer", "head") if counts[new] < MAX_LAYERS}
    if kind in result:
        result.add("copy")
    if kind == "head" or (kind == "layer" and counts[kind] > 1):
        result.add("remove")
    if kind != "input":
        result |= {"up"} if index + 1 < counts[kind] else set()
        result |= {"down"} if index > 0 else set()
    return frozenset(result)


def layer_at(recipe: Untrained, place: Place) -> int:
    """The layer that is shown with a place: the lowest for the input, the highest for heads."""
    kind, index = place
    return {"input": 0, "layer": index, "head": len(recipe.layers) - 1}[kind]


def held(recipe: Untrained, place: Place, layer: int) -> Place:
    """The place, if the network has it and `layer` is shown with it; else the layer itself."""
    counts = {"layer": len(recipe.layers), "head": len(recipe.heads), "input": 1}
    if place[1] < counts[place[0]] and layer_at(recipe, place) == layer:
        return place
    return "layer", layer


def below(recipe: Untrained, place: Place) -> int:
    """The layer that a new one would stand on; −1 for the input."""
    return -1 if place == INPUT else layer_at(recipe, place)


def head_below(recipe: Untrained, place: Place) -> int:
    """The head that a new one would stand on: the one chosen, else the last."""
    return place[1] if place[0] == "head" else len(recipe.heads) - 1


def _put(items: tuple[Item, ...], index: int, **changes: Any) -> tuple[Item, ...]:
    result = list(items)
    result[index] = replace(items[index], **changes)
    return tuple(result)


def _inserted(items: tuple[Item, ...], index: int, item: Item) -> tuple[Item, ...]:
    result = list(items)
    result.insert(index, item)
    return tuple(result)


def _swapped(items: tuple[Item, ...], one: int, other: int) -> tuple[Item, ...]:
    result = list(items)
    result[one], result[other] = result[other], result[one]
    return tuple(result)
