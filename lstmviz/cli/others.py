"""The other run, to compare with or to take states from, as the command line names it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from lstmviz.cli.networks import whole
from lstmviz.errors import LstmvizError
from lstmviz.inputs import check_file
from lstmviz.inputs.recipes import FileInput, InputRecipe, TextInput
from lstmviz.session import ALIGNED, Document, Other, Trained, View, is_session, open_source

OPTIONS = ("other", "with_text", "with_input", "with_seed")
"""The options that name another run, as argparse keeps them."""
PAIRED = ("align", "match")
"""Those that say what of the two belongs together."""
READ = ("columns", "scaling", "item", "frames")
FLAGS = {"other": "--with"}
"""Options whose flag is not their name."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Offer what names another run and pairs it with this one."""
    group = parser.add_argument_group("another run", "What is not said of it is as in this one.")
    group.add_argument("--with", dest="other", metavar="SOURCE", help="another network, or session")
    given = group.add_mutually_exclusive_group()
    given.add_argument("--with-text", metavar="STRING", help="another text")
    given.add_argument("--with-input", metavar="FILE", help="another input file")
    group.add_argument(
        "--with-seed",
        type=lambda text: whole(text, "a seed", 0),
        metavar="N",
        help="other weights of an untrained one",
    )
    group.add_argument(
        "--align", choices=ALIGNED, help="step with step, or the tokens both have (step)"
    )
    group.add_argument(
        "--match",
        action="store_const",
        const=True,
        help="pair the units whose cell states correlate best",
    )


def flag(option: str) -> str:
    """An option as it is written."""
    return FLAGS.get(option, f"--{option.replace('_', '-')}")


def given(parsed: argparse.Namespace, options: tuple[str, ...] = OPTIONS) -> list[str]:
    """Which of the options were written."""
    return [option for option in options if getattr(parsed, option) is not None]


def beside(parsed: argparse.Namespace, document: Document) -> Document:
    """The document with the other run that is named; as it is where none is.

    A session also brings its vocabulary, the states it starts from and its changes. Raises
    `LstmvizError` for what cannot be opened, and for a seed of a trained network.
    """
    if not given(parsed):
        return document
    other = Other()
    if parsed.other is not None:
        opened = open_source(parsed.other).document
        other = Other(opened.network, opened.input)
        if is_session(parsed.other):
            kept = {name: getattr(opened, name) for name in ("vocabulary", "initial", "changes")}
            other = replace(other, **kept)
    other = replace(other, input=_input(parsed) or other.input)
    if parsed.with_seed is not None:
        drawn = other.network or document.network
        if isinstance(drawn, Trained):
            raise LstmvizError(
                f"--with-seed is for an untrained network, but {drawn.path} is a trained one; give "
                "another by --sizes, or leave the seed out."
            )
        other = replace(other, network=replace(drawn, seed=parsed.with_seed))
    return replace(document, other=other)


def _input(parsed: argparse.Namespace) -> InputRecipe | None:
    """What the other run reads, None for the same; a file is read like this run's."""
    if parsed.with_text is not None:
        return TextInput(parsed.with_text)
    if parsed.with_input is None:
        return None
    how: dict[str, Any] = {name: getattr(parsed, name) for name in given(parsed, READ)}
    recipe = FileInput(parsed.with_input, **how)
    check_file(recipe)
    return recipe


def looked_at(parsed: argparse.Namespace, document: Document, view: View) -> tuple[Document, View]:
    """The document and the view with what `export` says of another run.

    Raises `LstmvizError` as `beside`, and for options that the figure does not take.
    """
    pages = ("compare", "window")
    for option in given(parsed, (*OPTIONS, *PAIRED, "array")):
        states = option in OPTIONS and any("other@" in edit.line for edit in document.changes)
        if parsed.view not in pages and not states:
            raise LstmvizError(f"{flag(option)} is for --view compare; leave one of the two out.")
    document = beside(parsed, document)
    if parsed.align is not None:
        view = replace(view, align=parsed.align)
    if parsed.match is not None:
        view = replace(view, match="correlation")
    if parsed.array is not None:
        view = replace(view, compared=parsed.array)
    return document, view
