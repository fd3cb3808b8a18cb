"""Models as they were read, kept so that whoever asks next does not read them again."""

from __future__ import annotations

import threading
from functools import lru_cache
from pathlib import Path

from lstmviz import models
from lstmviz.engine.network import Network
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
    """The network of a recipe, with the gates in the order that it asks for.

    Raises `LstmvizError` as `opened`, and for an order that cannot be.
    """
    if recipe.gate_order is None:
        return opened(recipe).network
    return _ordered(recipe, _stamp(recipe))


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
def _ordered(recipe: Trained, stamp: Stamp) -> Network:
    return reordered(opened(recipe).network, recipe.gate_order)
