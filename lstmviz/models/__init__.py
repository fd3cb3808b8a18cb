"""Files to networks, one module a format."""

from __future__ import annotations

from pathlib import Path

from lstmviz import resources
from lstmviz.engine.network import Network
from lstmviz.errors import LstmvizError
from lstmviz.files import shown
from lstmviz.models import npz

DEMO = "demo:"
READERS = {".npz": npz.read}
"""Suffix → reader of every known model format."""

__all__ = ["DEMO", "READERS", "demos", "load", "location"]


def demos() -> tuple[str, ...]:
    """The names of the bundled models, each opened as `demo:NAME`."""
    return tuple(sorted(path.stem for path in resources.path("demos").glob("*.npz")))


def location(source: str | Path) -> Path:
    """Where a model is: the path itself, or a bundled file for `demo:NAME`.

    Raises `LstmvizError` for an unknown demo, listing the known.
    """
    text = str(source)
    if not text.startswith(DEMO):
        return Path(source)
    name = text.removeprefix(DEMO)
    if name not in demos():
        known = ", ".join(DEMO + each for each in demos())
        raise LstmvizError(f"{shown(text)} is not a demo; there are {known}.")
    return resources.path("demos", f"{name}.npz")


def load(source: str | Path) -> Network:
    """The network of a model file or of `demo:NAME`.

    Raises `LstmvizError` for an unknown suffix (listing the known), an unknown demo, and
    every fault of the file.
    """
    path = location(source)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        what = f"the unknown suffix {path.suffix!r}" if path.suffix else "no suffix"
        raise LstmvizError(f"{shown(source)} has {what}; models are {' '.join(READERS)}.")
    return reader(path)
