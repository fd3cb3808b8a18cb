"""The other run of a document in words."""

from __future__ import annotations

from pathlib import Path

from lstmviz.inputs.recipes import FileInput, TextInput
from lstmviz.models import bundled
from lstmviz.session import Document, Trained, Untrained

STARTS = {
    "model": "from the model’s own states",
    "zero": "from zero states",
    "random": "from random states",
}
SHORT = 24
"""Characters told of a text."""


def other_words(document: Document) -> str:
    """What another run differs in: its model, its seed, its input, where it starts, changes."""
    other = document.other
    if other is None:
        return "none yet"
    told = []
    network, given = other.network, other.input
    if isinstance(network, Trained):
        name = network.path if bundled(network.path) else Path(network.path).name
        told.append(f"with {name}")
    elif isinstance(network, Untrained):
        told.append(f"with random weights, seed {network.seed}")
    if isinstance(given, TextInput):
        text = given.text.replace("\n", "↵")
        text = text if len(text) <= SHORT else text[: SHORT - 1] + "…"
        told.append(f"reading “{text}”")
    elif isinstance(given, FileInput):
        told.append(f"reading {Path(given.path).name}")
    elif given is not None:
        told.append(f"reading {given.kind}")
    if other.vocabulary is not None:
        told.append(f"by {Path(other.vocabulary.path).name}")
    if other.initial not in (None, document.initial):
        told.append(STARTS[str(other.initial)])
    count = sum(edit.on for edit in other.changes)
    if count:
        told.append("with one change" if count == 1 else f"with {count} changes")
    return ", ".join(told) or "the same run again"
