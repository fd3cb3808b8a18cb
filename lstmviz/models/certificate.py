"""What was understood of a model file, and the LSTMs found in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """One LSTM (or a stack of consecutive ones) of a file, by the name the user picks it by.

    `sizes` are (input, cell, hidden) of its first layer.
    """

    name: str
    layers: int
    directions: tuple[str, ...]
    sizes: tuple[int, int, int]


@dataclass(frozen=True)
class Certificate:
    """How a file was read: every choice that could have been made otherwise.

    `gate_order` is the order of the gates in the file ("ifgo", "ifco" for Keras, "iofc" for
    ONNX), `biases` how many vectors a gate has there and what became of them, `activations` as
    found, `prefix` what stood before the names, `used` and `ignored` the names of tensors,
    `before` what stands in front of the LSTM and cannot be run, `choices` all LSTMs of the file
    and `chosen` the one that was opened. `warnings` are sentences on what the file leaves open.
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
