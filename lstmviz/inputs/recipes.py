"""What to read, as data: nothing is opened until `lstmviz.inputs.build`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TextInput:
    """Text, one step per character, one-hot over its own (or the model's) alphabet."""

    text: str


@dataclass(frozen=True)
class FileInput:
    """A `.txt .csv .tsv .npy .npz` file."""

    path: str


@dataclass(frozen=True)
class GeneratedInput:
    """A made sequence: impulse, step, sine, noise or onehot."""

    kind: str = "onehot"
    length: int = 60
    seed: int = 0


InputRecipe = TextInput | FileInput | GeneratedInput
