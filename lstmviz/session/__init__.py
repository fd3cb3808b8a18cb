"""What the user is looking at: documents and views, what they stand for, and their files."""

from __future__ import annotations

from lstmviz.inputs.recipes import FileInput, GeneratedInput, InputRecipe, TextInput
from lstmviz.session.documents import Document, Session, Trained, Untrained, View
from lstmviz.session.files import load_session, open_source, save_session
from lstmviz.session.resolved import (
    Resolved,
    input_of,
    resolve,
    sequence_of,
    spec_of,
    untrained_like,
)

__all__ = [
    "Document",
    "FileInput",
    "GeneratedInput",
    "InputRecipe",
    "Resolved",
    "Session",
    "TextInput",
    "Trained",
    "Untrained",
    "View",
    "input_of",
    "load_session",
    "open_source",
    "resolve",
    "save_session",
    "sequence_of",
    "spec_of",
    "untrained_like",
]
