"""What to read, as data: nothing is opened until `lstmviz.inputs.build`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TextInput:
    """Text, one step per symbol, one-hot over its own (or the model's) alphabet."""

    text: str


@dataclass(frozen=True)
class Frames:
    """How a sound becomes steps: `length` samples each, `hop` samples apart.

    `kind` is "samples" (the samples themselves) or "spectrum" (log-magnitude bands). None
    takes what fits the network, or the usual.
    """

    kind: str = "samples"
    length: int | None = None
    hop: int | None = None


@dataclass(frozen=True)
class FileInput:
    """A `.txt .py .csv .tsv .npy .npz .wav` file.

    `columns` are those to take, by name or by number from 1, () for all; `scaling` is "none",
    "standard" (mean 0, variance 1) or "minmax" (0 to 1), a column at a time; `item` is the one
    to take of a batch of sequences, from 0; `frames` tells how a sound is cut.
    """

    path: str
    columns: tuple[str, ...] = ()
    scaling: str = "none"
    item: int | None = None
    frames: Frames = Frames()


@dataclass(frozen=True)
class GeneratedInput:
    """A made sequence: impulse, step, sine, noise or onehot."""

    kind: str = "onehot"
    length: int = 60
    seed: int = 0


InputRecipe = TextInput | FileInput | GeneratedInput


@dataclass(frozen=True)
class VocabularyFile:
    """A vocabulary from a file, and how texts are taken apart: auto, longest or words."""

    path: str
    split: str = "auto"
