"""From parsed arguments to a session."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from lstmviz.cli import networks, others
from lstmviz.cli.arguments import TINTED
from lstmviz.engine.spec import NetworkSpec, stages
from lstmviz.errors import LstmvizError
from lstmviz.inputs import annotated, check_file
from lstmviz.inputs.recipes import FileInput, InputRecipe, TextInput, VocabularyFile
from lstmviz.models import Progress
from lstmviz.scene.address import of_cell, size_of
from lstmviz.scene.order import known_order
from lstmviz.scene.picture import fitted
from lstmviz.session import (
    Document,
    Edit,
    Session,
    Trained,
    Untrained,
    View,
    is_session,
    open_source,
    sequence_of,
    spec_of,
)

SHOWN = {
    "baseline": "This is the run as it was, without the session's changes.",
    "changed": "This is the run with the session's changes (--shown baseline: without them).",
}
"""What is told of a session with changes, by the run that is looked at."""
LISTS = ("follow", "memory", "compare", "alike")
"""The views that list more rows than there may be room for."""


def session(parsed: argparse.Namespace, progress: Progress | None = None) -> Session:
    """What SOURCE and the options ask for; `progress` is told while a model is read.

    Without SOURCE and options it is the bundled demo; with options alone an untrained
    network. Raises `LstmvizError` for what cannot be opened, and where an option asks a
    trained model for other sizes.
    """
    changes = _network_changes(parsed)
    recipe = _input(parsed)
    if parsed.source is not None:
        opened = open_source(parsed.source, parsed.lstm, parsed.gate_order, progress)
    else:
        bare = not changes and recipe is None and parsed.vocab is None
        plain = Trained() if bare else Untrained()
        opened = Session(Document(plain))
    document = opened.document
    if isinstance(document.network, Trained) and changes:
        option = next(iter(changes)).replace("_", "-")
        raise LstmvizError(
            f"--{option} is for an untrained network, but {parsed.source} is a trained one; leave "
            "one of the two out."
        )
    if isinstance(document.network, Untrained):
        document = replace(document, network=networks.changed(document.network, changes))
    if recipe is not None:
        document = replace(document, input=recipe)
    if parsed.initial is not None:
        document = replace(document, initial=parsed.initial)
    document = _read_by(document, parsed)
    given = parsed.source is not None and isinstance(document.network, Trained)
    for option, value in (("--lstm", parsed.lstm), ("--gate-order", parsed.gate_order)):
        if value is not None and not given:
            raise LstmvizError(f"{option} is for a model file; give one as SOURCE.")
    view = opened.view if parsed.expect is None else replace(opened.view, expect=parsed.expect)
    return replace(opened, document=document, view=view)


def _read_by(document: Document, parsed: argparse.Namespace) -> Document:
    """The document with what is said of how its input is read."""
    options = ("columns", "scaling", "item", "frames")
    given = {name: getattr(parsed, name) for name in options if getattr(parsed, name) is not None}
    if given and not isinstance(document.input, FileInput):
        raise LstmvizError(f"--{next(iter(given))} is for an input file; give one with --input.")
    if given and isinstance(document.input, FileInput):
        recipe = replace(document.input, **given)
        check_file(recipe)
        document = replace(document, input=recipe)
    if parsed.vocab is not None:
        document = replace(document, vocabulary=VocabularyFile(parsed.vocab))
    if parsed.split is not None:
        if document.vocabulary is None:
            raise LstmvizError("--split is for a vocabulary; give one with --vocab.")
        named = replace(document.vocabulary, split=parsed.split)
        document = replace(document, vocabulary=named)
    return document


def changing(document: Document) -> bool:
    """Whether a document has changes that are switched on."""
    return any(edit.on for edit in document.changes)


def require(opened: Session) -> None:
    """Raise `LstmvizError` now for what the window could only tell when it is open."""
    spec_of(opened.document)
    sequence_of(opened.document)


def looked_at(parsed: argparse.Namespace, opened: Session) -> Session:
    """The session with the view that the options of `export` ask for.

    A session file keeps its own step and stage; else they are the last.
    """
    view, document = opened.view, opened.document
    if parsed.change:
        document = replace(document, changes=(*document.changes, *map(Edit, parsed.change)))
    document, view = others.looked_at(parsed, document, view)
    opened = replace(opened, document=document)
    if parsed.shown is not None:
        view = replace(view, shown=parsed.shown)
    spec = spec_of(document)
    if parsed.layer is not None:
        view = _at_layer(view, spec, *parsed.layer)
    view = fitted(view, spec)
    last = stages(spec, view.layer)[-1]
    view = view if view.stage in stages(spec, view.layer) else replace(view, stage=last)
    if parsed.source is None or not is_session(parsed.source):
        view = replace(view, step=sequence_of(document).steps - 1, stage=last)
    if parsed.step is not None:
        view = replace(view, step=parsed.step)
    if parsed.stage is not None:
        view = replace(view, stage=parsed.stage)
    if parsed.unit is not None:
        view = replace(view, unit=parsed.unit)
    if parsed.ask is not None:
        view = _asking(view, spec, *parsed.ask)
    if parsed.view == "gradients":
        view = replace(view, target_step=view.step, target=parsed.output)
    if parsed.tint is not None:
        if parsed.view != "text":
            raise LstmvizError("--tint is for --view text; leave one of the two out.")
        view = replace(view, tint=TINTED[parsed.tint])
    if parsed.folder is not None and parsed.view != "alike":
        raise LstmvizError("--folder is for --view alike; leave one of the two out.")
    if parsed.view == "alike":
        like = view.like if view.like and parsed.step is None else (view.step, view.step + 1)
        view = replace(view, like=like, folder=parsed.folder or view.folder)
    view = _scrolled(_followed(view, parsed), parsed)
    if parsed.order is not None:
        view = replace(view, order=known_order(parsed.order))
    if parsed.limits is not None:
        view = replace(view, limits=parsed.limits)
    if parsed.theme is not None:
        view = replace(view, theme=parsed.theme)
    return replace(opened, view=view)


def _asking(view: View, spec: NetworkSpec, array: str, element: int | None) -> View:
    """The view that asks for a number; raises `LstmvizError` for one that is not there."""
    units = of_cell(spec.layers[view.layer], array)
    if element is None:
        element = (view.unit if units else view.element) or 0
    size = size_of(spec, array, view.layer)
    if element >= size:
        has = f"it has 0 to {size - 1:,}" if size else "layer or network has no such array"
        raise LstmvizError(f"there is no {array} {element:,} to ask for; {has}.")
    unit = element if units else view.unit
    return replace(view, asked=array, element=element, unit=unit)


def _followed(view: View, parsed: argparse.Namespace) -> View:
    """The view with what units are to follow."""
    given = [name for name in ("pattern", "annotation") if getattr(parsed, name) is not None]
    if not given:
        return view
    if parsed.view != "follow" or len(given) > 1:
        why = "is for --view follow" if len(given) == 1 else "and --annotation are two questions"
        raise LstmvizError(f"--{given[0]} {why}; leave it out, or ask one with --view follow.")
    view = replace(view, rank=0)
    if parsed.pattern is not None:
        return replace(view, follows="pattern", pattern=parsed.pattern)
    if annotated.is_file(parsed.annotation):
        return replace(view, follows="file", annotation_file=parsed.annotation)
    return replace(view, follows="built-in", annotation=parsed.annotation)


def _scrolled(view: View, parsed: argparse.Namespace) -> View:
    """The view with the row that a list begins with; that of a session is of its own question."""
    if parsed.from_row is not None:
        if parsed.view not in (*LISTS, "window"):
            known = ", ".join(LISTS)
            raise LstmvizError(f"--from-row is for --view {known}; leave one of the two out.")
        return replace(view, row=parsed.from_row - 1)
    return view if parsed.view in (view.diagram, "window") else replace(view, row=0)


def _at_layer(view: View, spec: NetworkSpec, layer: int, way: str | None) -> View:
    """The view on a layer; raises `LstmvizError` for one that is not there."""
    if layer >= len(spec.layers):
        raise LstmvizError(f"there is no layer {layer}; the last is {len(spec.layers) - 1}.")
    ways = spec.layers[layer].directions
    if way is not None and way not in ways:
        raise LstmvizError(f"layer {layer} does not run {way}, only {ways[0]}.")
    return replace(view, layer=layer, direction=way or view.direction)


def _network_changes(parsed: argparse.Namespace) -> dict[str, Any]:
    """The options that make an untrained network, by name, as far as they were given."""
    given = {option: getattr(parsed, option) for option in networks.OPTIONS}
    return {option: value for option, value in given.items() if value is not None}


def _input(parsed: argparse.Namespace) -> InputRecipe | None:
    """The input that is asked for, if any."""
    if parsed.text is not None:
        return TextInput(parsed.text)
    if parsed.input is not None:
        return FileInput(parsed.input)
    recipe: InputRecipe | None = parsed.generate
    return recipe
