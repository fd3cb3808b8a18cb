"""Files to networks, one module a format."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from lstmviz import resources
from lstmviz.engine.network import Network
from lstmviz.errors import LstmvizError
from lstmviz.files import shown
from lstmviz.models.certificate import (
    Certificate,
    Found,
    NoLstmError,
    Opened,
    SeveralLstmsError,
)
from lstmviz.models.gateorder import reordered
from lstmviz.models.progress import Progress

if TYPE_CHECKING:
    from lstmviz.models.own import Card

Reader = Callable[[Path, str | None, Progress | None], Opened]
"""Opens a file: its path, the name of the LSTM picked (or None), and who is told of progress."""
Writer = Callable[[Network, str | Path], None]

DEMO = "demo:"
EXAMPLE = "example:"
DEMOS = ("counter", "abc", "brackets", "reber", "adding", "echo", "sine", "python")
"""Bundled models that are trained, each opened as `demo:NAME`; from simple to rich."""
EXAMPLES = {
    "stack": "LSTM 20, LSTM 20, Dense 10 at every step: untrained",
    "stack.keras": "The same as Keras saves it, with weights it drew",
}
"""Bundled networks that are not trained, each opened as `example:NAME`, and what they are."""

READERS = {
    ".npz": "npzforeign",
    ".safetensors": "safetensors",
    ".pt": "torchzip",
    ".pth": "torchzip",
    ".ckpt": "torchzip",
    ".pt2": "pt2",
    ".keras": "keras",
    ".h5": "keras",
    ".hdf5": "keras",
    ".onnx": "onnx",
}
"""Suffix → the module here that reads it; imported when a file is, as together they take long."""

WRITERS = {".npz": "npz", ".safetensors": "safetensors"}
"""Suffix → the module here that writes lstmviz's own files."""

__all__ = [
    "DEMO",
    "DEMOS",
    "EXAMPLE",
    "EXAMPLES",
    "READERS",
    "Certificate",
    "Found",
    "NoLstmError",
    "Opened",
    "Progress",
    "SeveralLstmsError",
    "bundled",
    "demo_card",
    "load",
    "location",
    "open_model",
    "save",
]


@cache
def demo_card(name: str) -> Card:
    """What a bundled model says of itself, without its weights; raises `LstmvizError`."""
    card: Card = _module("npz").card(location(DEMO + name))
    return card


def bundled(source: str) -> bool:
    """Whether a source names something bundled rather than a file of the user's."""
    return source.startswith((DEMO, EXAMPLE))


def location(source: str | Path) -> Path:
    """Where a model is: the path itself, or a bundled file for `demo:NAME` or `example:NAME`.

    An example without a suffix is a session. Raises `LstmvizError` for an unknown demo or
    example, listing the known.
    """
    text = str(source)
    for prefix, known, folder, suffix in (
        (DEMO, DEMOS, "demos", ".npz"),
        (EXAMPLE, tuple(EXAMPLES), "examples", ".lstmviz"),
    ):
        if not text.startswith(prefix):
            continue
        name = text.removeprefix(prefix)
        if name not in known:
            there = ", ".join(prefix + each for each in known)
            kind = prefix.removesuffix(":")
            article = "an" if kind == "example" else "a"
            raise LstmvizError(f"{shown(text)} is not {article} {kind}; there are {there}.")
        return resources.path(folder, name if "." in name else name + suffix)
    return Path(source)


def load(source: str | Path, lstm: str | None = None, *, gate_order: str | None = None) -> Network:
    """The network of a model file or of `demo:NAME`; `open_model` says more.

    `gate_order` is the order of the gates in the file where it is another than was found, such
    as "ifgo" (PyTorch), "ifco" (Keras), "iofc" (ONNX) or "ijfo" (TensorFlow 1).
    """
    return reordered(open_model(source, lstm).network, gate_order)


def open_model(
    source: str | Path, lstm: str | None = None, progress: Progress | None = None
) -> Opened:
    """The network of a model file or of `demo:NAME`, and the certificate of how it was read.

    `lstm` picks one of several LSTMs by its name. Raises `LstmvizError` for an unknown suffix
    (listing the known), an unknown demo, and every fault of the file, and `SeveralLstmsError` where
    a pick is needed.
    """
    path = location(source)
    name = READERS.get(path.suffix.lower())
    if name is None:
        what = f"the unknown suffix {path.suffix!r}" if path.suffix else "no suffix"
        raise LstmvizError(f"{shown(source)} has {what}; models are {' '.join(READERS)}.")
    reader: Reader = _module(name).read
    return reader(path, lstm, progress)


def save(network: Network, path: str | Path) -> None:
    """Write a network as lstmviz's own file, `.npz` or `.safetensors` by the suffix.

    Equal networks give equal bytes. Raises `LstmvizError` for another suffix, or if the target
    cannot be written; the file appears whole or not at all.
    """
    name = WRITERS.get(Path(path).suffix.lower())
    if name is None:
        known = " or ".join(WRITERS)
        raise LstmvizError(f"{shown(path)} cannot be written: models are saved as {known}.")
    writer: Writer = _module(name).save
    writer(network, path)


def _module(name: str) -> ModuleType:
    return import_module(f"lstmviz.models.{name}")
