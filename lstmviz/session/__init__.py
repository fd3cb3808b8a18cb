"""What the user is looking at: documents and views, what they stand for, and their files."""

from __future__ import annotations

from lstmviz.inputs.recipes import (
    FileInput,
    Frames,
    GeneratedInput,
    InputRecipe,
    TextInput,
    VocabularyFile,
)
from lstmviz.session.documents import (
    ASKED,
    DIAGRAMS,
    FOLLOWED,
    QUESTIONS,
    TINTS,
    Document,
    Edit,
    Layer,
    Other,
    Session,
    Trained,
    Untrained,
    View,
    one_layer,
)
from lstmviz.session.files import is_session, load_session, open_source, save_session
from lstmviz.session.opened import opened, trained
from lstmviz.session.resolved import (
    Resolved,
    input_of,
    other_document,
    resolve,
    sequence_of,
    spec_of,
    symbols_of,
    text_of,
    untrained_like,
)
from lstmviz.session.untrained import MAX_LAYERS, network_spec, recipe_of

__all__ = [
    "ASKED",
    "DIAGRAMS",
    "FOLLOWED",
    "MAX_LAYERS",
    "QUESTIONS",
    "TINTS",
    "Document",
    "Edit",
    "FileInput",
    "Frames",
    "GeneratedInput",
    "InputRecipe",
    "Layer",
    "Other",
    "Resolved",
    "Session",
    "TextInput",
    "Trained",
    "Untrained",
    "View",
    "VocabularyFile",
    "input_of",
    "is_session",
    "load_session",
    "network_spec",
    "one_layer",
    "open_source",
    "opened",
    "other_document",
    "recipe_of",
    "resolve",
    "save_session",
    "sequence_of",
    "spec_of",
    "symbols_of",
    "text_of",
    "trained",
    "untrained_like",
]
