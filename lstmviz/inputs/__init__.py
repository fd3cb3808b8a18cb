"""Text, files and generators to sequences."""

from __future__ import annotations

from pathlib import Path

from lstmviz.errors import LstmvizError
from lstmviz.files import shown
from lstmviz.inputs import arrays, generators, tables, text, waves
from lstmviz.inputs.columns import SCALINGS
from lstmviz.inputs.recipes import (
    FileInput,
    Frames,
    GeneratedInput,
    InputRecipe,
    TextInput,
    VocabularyFile,
)
from lstmviz.inputs.sequence import Sequence

TABLES = (".csv", ".tsv")
TEXTS = (".txt", ".py")
SUFFIXES = (*TEXTS, *TABLES, ".npy", ".npz", ".wav")
"""Files that can be an input."""

__all__ = [
    "SUFFIXES",
    "FileInput",
    "Frames",
    "GeneratedInput",
    "InputRecipe",
    "Sequence",
    "TextInput",
    "VocabularyFile",
    "build",
    "check_file",
]


def build(
    recipe: InputRecipe,
    input_size: int | None,
    vocabulary: tuple[str, ...] | None,
    split: str = "auto",
) -> Sequence:
    """The sequence of a recipe, `values` (steps, I), closed to writing.

    `input_size` None takes the recipe's own width (a text's alphabet, a table's columns,
    5 for a generator); `vocabulary` names the columns of a model that reads symbols, and
    `split` says how it takes texts apart (`vocabulary.SPLITS`).
    Raises `LstmvizError` naming file, place and cause for everything that cannot be read.
    """
    match recipe:
        case TextInput():
            return text.from_text(recipe.text, input_size, vocabulary, split=split)
        case FileInput():
            return _from_file(recipe, input_size, vocabulary, split)
        case GeneratedInput():
            return generators.generate(recipe, input_size, vocabulary)


def _from_file(
    recipe: FileInput, input_size: int | None, vocabulary: tuple[str, ...] | None, split: str
) -> Sequence:
    """Read a file by its suffix."""
    check_file(recipe)
    match Path(recipe.path).suffix.lower():
        case ".txt" | ".py":
            return text.from_file(recipe.path, input_size, vocabulary, split)
        case ".csv" | ".tsv":
            return tables.from_file(recipe, input_size)
        case ".npy":
            return arrays.from_npy(recipe, input_size, vocabulary)
        case ".npz":
            return arrays.from_npz(recipe, input_size, vocabulary)
        case ".wav":
            return waves.from_file(recipe, input_size)
        case suffix:
            known = " ".join(SUFFIXES)
            what = f"has the unknown suffix {suffix!r}" if suffix else "has no suffix"
            raise LstmvizError(f"{shown(recipe.path)} {what}; inputs are {known}.")


def check_file(recipe: FileInput) -> None:
    """Raise `LstmvizError` for a choice that the file's kind does not offer, or that is none."""
    suffix, name = Path(recipe.path).suffix.lower(), shown(recipe.path)
    offers = {"columns": (*TABLES, ".npy", ".npz", ".wav"), "item": (".npy", ".npz")}
    offers |= {"scaling": offers["columns"], "frames": (".wav",)}
    for field, suffixes in offers.items():
        given = getattr(recipe, field) != getattr(FileInput(""), field)
        if given and suffix in SUFFIXES and suffix not in suffixes:
            raise LstmvizError(
                f"{name} has no {field} to choose; that is for {' '.join(suffixes)}."
            )
    if recipe.scaling not in SCALINGS:
        known = ", ".join(SCALINGS)
        raise LstmvizError(f"scaling {recipe.scaling[:40]!r} is not one of {known}.")
    waves.check(recipe.frames)
