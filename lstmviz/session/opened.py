"""Models as they were read, kept so that whoever asks next does not read them again."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from lstmviz import models
from lstmviz.engine.network import Network
from lstmviz.engine.spec import NetworkSpec
from lstmviz.errors import LstmvizError
from lstmviz.files import shown
from lstmviz.models import Opened, Progress
from lstmviz.models.gateorder import reordered
from lstmviz.session.documents import Trained

KEPT = 2
"""Models that are kept, the newest ones: the one that is shown and the one before."""

Stamp = tuple[int, int] | None

_Key = tuple[str, str | None, Stamp]
_kept: dict[_Key, Opened] = {}
_keeping = threading.Lock()
_reading = threading.Lock()


def opened(recipe: Trained, progress: Progress | None = None) -> Opened:
    """The model of a recipe with its gates as found, read once for as long as its file stays.

    One who asks while another reads waits for that reading; what is kept is there at once.
    `progress` is told of bytes, and what it raises ends the reading. Raises `LstmvizError` as
    `models.open_model`.
    """
    key = (recipe.path, recipe.lstm, _stamp(recipe))
    found = _known(key)
    if found is not None:
        return found
    with _reading:
        found = _known(key)  # perhaps it was the one that was read meanwhile
        if found is None:
            found = models.open_model(recipe.path, recipe.lstm, progress)
            _keep(key, found)
    return found


def trained(recipe: Trained) -> Network:
    """The network of a recipe: gates in the order, and return_sequences, that it asks for.

    Raises `LstmvizError` as `opened`, for an order that cannot be, and as `spec_as_asked`.
    """
    if recipe.gate_order is None and not recipe.switched:
        return opened(recipe).network
    return _as_asked(recipe, _stamp(recipe))


def spec_as_asked(recipe: Trained) -> NetworkSpec:
    """The sizes of a recipe's model, with return_sequences the other way where it asks for it.

    No weight depends on it. Raises `LstmvizError` as `opened`, and for a layer that there is not.
    """
    spec = opened(recipe).network.spec
    layers = list(spec.layers)
    for index in recipe.switched:
        if not 0 <= index < len(layers):
            raise LstmvizError(
                f"return_sequences of layer {index} is asked for the other way, but "
                f"{shown(recipe.path)} has {len(layers)} layer{'s' * (len(layers) != 1)}, counted "
                "from 0."
            )
        layers[index] = replace(layers[index], return_sequences=not layers[index].return_sequences)
    return replace(spec, layers=tuple(layers))


def switched_words(recipe: Trained, spec: NetworkSpec) -> str:
    """What differs from the file in the `spec` that a recipe asks for, a sentence, or nothing."""
    said = []
    for index in recipe.switched:
        now, before = ("on", "off") if spec.layers[index].return_sequences else ("off", "on")
        said.append(f"of layer {index} is {now} (in the file: {before})")
    return f"return_sequences {' and '.join(said)}." if said else ""


def stamp_of(path: Path) -> Stamp:
    """What changes when a file does; None where there is none (opening it will say so)."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size


def _stamp(recipe: Trained) -> Stamp:
    return stamp_of(models.location(recipe.path))


def _known(key: _Key) -> Opened | None:
    """What is kept under a key, from now on the newest."""
    with _keeping:
        found = _kept.pop(key, None)
        if found is not None:
            _kept[key] = found
        return found


def _keep(key: _Key, found: Opened) -> None:
    with _keeping:
        _kept[key] = found
        while len(_kept) > KEPT:
            del _kept[next(iter(_kept))]


@lru_cache(maxsize=KEPT)
def _as_asked(recipe: Trained, stamp: Stamp) -> Network:
    network = reordered(opened(recipe).network, recipe.gate_order)
    return replace(network, spec=spec_as_asked(recipe))
