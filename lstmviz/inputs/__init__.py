"""Text, files and generators to sequences."""

from __future__ import annotations

from pathlib import Path

from lstmviz.errors import LstmvizError
from lstmviz.files import shown
from lstmviz.inputs import arrays, generators, tables, text
from lstmviz.inputs.recipes import FileInput, GeneratedInput, InputRecipe, TextInput
from lstmviz.inputs.sequence import Sequence

SUFFIXES = (".txt", ".csv", ".tsv", ".npy", ".npz")
"""Files that can be an input."""

__all__ = [
    "SUFFIXES",
    "FileInput",
    "GeneratedInput",
    "InputRecipe",
    "Sequence",
    "TextInput",
    "build",
]


def build(
    recipe: InputRecipe, input_size: int | None, vocabulary: tuple[str, ...] | None
) -> Sequence:
    """The sequence of a recipe, `values` (steps, I), closed to writing.

    `input_size` None takes the recipe's own width (a text's alphabet, a table's columns,
    5 for a generator); `vocabulary` names the columns of a model that reads symbols.
    Raises `LstmvizError` naming file, place and cause for everything that cannot be read.
    """
    match recipe:
        case TextInput():
            return text.from_text(recipe.text, input_size, vocabulary)
        case FileInput():
            return _from_file(recipe.path, input_size, vocabulary)
        case GeneratedInput():
            return generators.generate(recipe, input_size, vocabulary)


def _from_file(path: str, input_size: int | None, vocabulary: tuple[str, ...] | None) -> Sequence:
    """Read a file by its suffix."""
    match Path(path).suffix.lower():
        case ".txt":
            return text.from_file(path, input_size, vocabulary)
        case ".csv" | ".tsv":
            return tables.from_file(path, input_size)
        case ".npy":
            return arrays.from_npy(path, input_size)
        case ".npz":
            return arrays.from_npz(path, input_size)
        case suffix:
            known = " ".join(SUFFIXES)
            what = f"has the unknown suffix {suffix!r}" if suffix else "has no suffix"
            raise LstmvizError(f"{shown(path)} {what}; inputs are {known}.")
