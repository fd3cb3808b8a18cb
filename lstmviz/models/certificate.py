"""What was understood of a model file, and the LSTMs found in it."""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.engine.network import Network
from lstmviz.errors import LstmvizError


@dataclass(frozen=True)
class Found:
    """One LSTM (or a stack of consecutive ones) of a file, by the name the user picks it by.

    `sizes` are (input, cell, hidden) of its first layer.
    """

    name: str
    layers: int
    directions: tuple[str, ...]
    sizes: tuple[int, int, int]


def found_words(found: Found) -> str:
    """An LSTM of a file in a few words: its layers, directions and sizes."""
    layers = f"{found.layers} layer{'s' * (found.layers != 1)}"
    ways = "" if found.directions == ("forward",) else f", {' and '.join(found.directions)}"
    width, cell, hidden = found.sizes
    return f"{layers}{ways}, input {width:,}, cell {cell:,}, hidden {hidden:,}"


@dataclass(frozen=True)
class Certificate:
    """How a file was read: every choice that could have been made otherwise.

    `gate_order` is the order of the gates in the file ("ifgo", "ifco" for Keras, "iofc" for
    ONNX), `biases` how many vectors a gate has there and what became of them, `activations` as
    found, `prefix` what stood before the names, `used` and `ignored` the names of tensors,
    `before` what stands in front of the LSTM and cannot be run, `choices` all LSTMs of the file
    and `chosen` the one that was opened. `warnings` are sentences on what the file leaves open,
    `flags` what it says of the LSTM besides its weights ("batch_first=True").
    """

    format: str
    framework: str
    version: str = ""
    gate_order: str = "ifgo"
    biases: str = ""
    activations: str = ""
    prefix: str = ""
    used: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    choices: tuple[Found, ...] = ()
    chosen: str = ""
    warnings: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Opened:
    """A model file as a network, and how it was read."""

    network: Network
    certificate: Certificate


class SeveralLstmsError(LstmvizError):
    """A file holds several LSTMs (or not the one asked for); `choices` are those to pick from."""

    def __init__(self, message: str, choices: tuple[Found, ...]) -> None:
        super().__init__(message)
        self.choices = choices


class NoLstmError(LstmvizError):
    """A sound file of numbers in which nothing looks like a recurrent layer."""
