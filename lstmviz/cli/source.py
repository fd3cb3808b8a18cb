"""From parsed arguments to a session."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from lstmviz.engine.spec import stages
from lstmviz.errors import LstmvizError
from lstmviz.inputs.recipes import FileInput, InputRecipe, TextInput
from lstmviz.session import (
    Document,
    Session,
    Trained,
    Untrained,
    open_source,
    sequence_of,
    spec_of,
)
from lstmviz.session.files import SUFFIX


def session(parsed: argparse.Namespace) -> Session:
    """What SOURCE and the options ask for.

    Without SOURCE and options it is the bundled demo; with options alone an untrained
    network. Raises `LstmvizError` for what cannot be opened, and where an option asks a
    trained model for other sizes.
    """
    changes = _network_changes(parsed)
    recipe = _input(parsed)
    if parsed.source is not None:
        opened = open_source(parsed.source, parsed.lstm)
    else:
        plain = Trained() if not changes and recipe is None else Untrained()
        opened = Session(Document(plain))
    document = opened.document
    if isinstance(document.network, Trained) and changes:
        option = next(iter(changes))
        raise LstmvizError(
            f"--{option} is for an untrained network, but {parsed.source} is a trained one; leave "
            "one of the two out."
        )
    if isinstance(document.network, Untrained):
        fields = {key: value for change in changes.values() for key, value in change.items()}
        document = replace(document, network=replace(document.network, **fields))
    if recipe is not None:
        document = replace(document, input=recipe)
    if parsed.initial is not None:
        document = replace(document, initial=parsed.initial)
    return replace(opened, document=document)


def require(opened: Session) -> None:
    """Raise `LstmvizError` now for what the window could only tell when it is open."""
    spec_of(opened.document)
    sequence_of(opened.document)


def looked_at(parsed: argparse.Namespace, opened: Session) -> Session:
    """The session with the view that the options of `export` ask for.

    A session file keeps its own step and stage; else they are the last.
    """
    view, document = opened.view, opened.document
    if parsed.source is None or not parsed.source.lower().endswith(SUFFIX):
        last = stages(spec_of(document), view.layer)[-1]
        view = replace(view, step=sequence_of(document).steps - 1, stage=last)
    if parsed.step is not None:
        view = replace(view, step=parsed.step)
    if parsed.stage is not None:
        view = replace(view, stage=parsed.stage)
    if parsed.unit is not None:
        view = replace(view, unit=parsed.unit)
    if parsed.theme is not None:
        view = replace(view, theme=parsed.theme)
    return replace(opened, view=view)


def _network_changes(parsed: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Option → the fields of Untrained that it sets."""
    changes: dict[str, dict[str, Any]] = {}
    if parsed.sizes is not None:
        input_size, hidden, cell = parsed.sizes
        changes["sizes"] = {"input_size": input_size, "hidden_size": hidden, "cell_size": cell}
    for option in ("seed", "project", "head"):
        value = getattr(parsed, option)
        if value is not None:
            changes[option] = {option: value}
    return changes


def _input(parsed: argparse.Namespace) -> InputRecipe | None:
    """The input that is asked for, if any."""
    if parsed.text is not None:
        return TextInput(parsed.text)
    if parsed.input is not None:
        return FileInput(parsed.input)
    recipe: InputRecipe | None = parsed.generate
    return recipe
