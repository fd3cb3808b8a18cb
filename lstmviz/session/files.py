"""Session files (`.lstmviz`): a Session as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from lstmviz import models
from lstmviz.engine.spec import STAGES
from lstmviz.errors import LstmvizError
from lstmviz.files import read_text, shown, writing
from lstmviz.inputs import check_file, generators
from lstmviz.inputs.recipes import FileInput, GeneratedInput, VocabularyFile
from lstmviz.inputs.vocabulary import check_split
from lstmviz.models import Progress
from lstmviz.models.gateorder import plain_order
from lstmviz.plain import from_plain, parse, to_plain
from lstmviz.session.documents import (
    ALIGNED,
    ALIKE,
    ASKED,
    COMPARED,
    DIAGRAMS,
    FOLLOWED,
    HEAD,
    MATCHED,
    QUESTIONS,
    TINTS,
    Document,
    Other,
    Session,
    Trained,
    Untrained,
    View,
)
from lstmviz.session.opened import opened
from lstmviz.session.resolved import INITIALS
from lstmviz.session.untrained import check_recipe

Recipe = TypeVar("Recipe")
Named = TypeVar("Named", Document, Other)
NAMING = (Trained, FileInput, VocabularyFile)
"""The recipes that name a file."""
SUFFIX = ".lstmviz"
VERSION = 1
MOST_CHANGES = 1000
LONGEST_CHANGE = 2**17
"""Characters of one line of a change: a few thousand numbers."""
LONGEST = 16 * 2**20
"""Bytes of a session file at most (its text input is inside)."""

CHOICES = {
    "stage": STAGES,
    "direction": ("forward", "backward"),
    "diagram": (*DIAGRAMS, *QUESTIONS),
    "theme": ("system", "light", "dark"),
    "follows": FOLLOWED,
    "tint": TINTS,
    "alike": ALIKE,
    "side": ("unit", "file", "whatif"),
    "shown": ("baseline", "changed", "difference"),
    "limits": ("most", "all"),
    "compared": COMPARED,
    "align": ALIGNED,
    "match": MATCHED,
}
"""What the fields of a View may say; `order` is left to the heatmaps."""

WHOLE = (
    *("step", "unit", "hover", "layer", "first", "low"),
    *("target", "target_step", "element", "rank", "row"),
)
"""The fields of a View that are not below 0."""
VIEW_FILES = ("expect", "annotation_file", "folder")
"""The fields of a View that name a file."""


@dataclass(frozen=True)
class File:
    """What a session file holds."""

    lstmviz: int
    session: Session


def save_session(session: Session, path: str | Path) -> None:
    """Write a session; files it names are kept relative to it where they lie beside or below.

    Raises `LstmvizError` if the target cannot be written, or the session is too large.
    """
    folder = Path(path).resolve().parent
    stored = _with_paths(session, lambda name: _relative(name, folder))
    text = json.dumps(to_plain(File(VERSION, stored)), ensure_ascii=False, indent=1) + "\n"
    try:
        data = text.encode()
    except UnicodeEncodeError:
        raise LstmvizError(
            f"{shown(path)} cannot be written: the input holds characters that are no text."
        ) from None
    if len(data) > LONGEST:
        raise LstmvizError(
            f"{shown(path)} would have {len(data):,} bytes, more than the {LONGEST:,} a session "
            "may have; put the text into a .txt file and open that."
        )
    with writing(path) as stream:
        stream.write(data)


def load_session(path: str | Path) -> Session:
    """Read a session; relative names in it are taken from its own folder.

    Nothing it names is opened. Raises `LstmvizError` naming the field for everything that
    is not exactly a session.
    """
    where = shown(path)
    data = parse(read_text(path, LONGEST), where)
    version = data.get("lstmviz") if isinstance(data, dict) else None
    if type(version) is not int:
        raise LstmvizError(f"{where} is not an lstmviz session; it has no version.")
    if version != VERSION:
        raise LstmvizError(
            f"{where} is a session of version {version}, this lstmviz knows {VERSION}; update it."
        )
    session = from_plain(File, data, where).session
    _check(session, where)
    folder = Path(path).absolute().parent
    return _with_paths(session, lambda name: str(folder / name))


def is_session(source: str) -> bool:
    """Whether a SOURCE is a session rather than a model; raises `LstmvizError` as `location`."""
    return models.location(source).suffix.lower() == SUFFIX


def open_source(
    source: str,
    lstm: str | None = None,
    gate_order: str | None = None,
    progress: Progress | None = None,
) -> Session:
    """The session of a SOURCE: a session file, a model file, `demo:NAME` or `example:NAME`.

    Its model is read here, so that its faults are told now; `lstm` picks one of several in it,
    `gate_order` is the order of its gates where another was found, and `progress` is told of
    bytes. Raises `LstmvizError`, `SeveralLstmsError` where there is one to pick.
    """
    if is_session(source):
        session = load_session(models.location(source))
        network = session.document.network
        if isinstance(network, Trained):
            if not models.bundled(network.path) and not Path(network.path).exists():
                raise LstmvizError(
                    f"{shown(source)} is a session on {shown(network.path)}, which does not exist; "
                    "put the model back there, or open it and save the session anew."
                )
            changed = replace(
                network, lstm=lstm or network.lstm, gate_order=gate_order or network.gate_order
            )
            session = replace(session, document=replace(session.document, network=changed))
            opened(changed, progress)
        return session
    if not models.bundled(source):
        suffix = Path(source).suffix
        if suffix.lower() not in models.READERS and Path(source).exists():
            known = " ".join((*models.READERS, SUFFIX))
            what = f"the unknown suffix {suffix!r}" if suffix else "no suffix"
            raise LstmvizError(f"{shown(source)} has {what}; models and sessions are {known}.")
        if not Path(source).exists():
            raise LstmvizError(
                f"{shown(source)} does not exist; give a model or session file, demo:NAME or "
                "example:NAME."
            )
    recipe = Trained(source, lstm, gate_order)
    opened(recipe, progress)
    view = View() if models.bundled(source) else View(side="file")
    return Session(Document(recipe), view)


def _check(session: Session, where: str) -> None:
    """Raise `LstmvizError` naming the field whose value cannot be."""
    document, view = session.document, session.view
    try:
        other = document.other
        for network in (document.network, other.network if other else None):
            if isinstance(network, Untrained):
                check_recipe(network)
            elif network is not None:
                _check_trained(network)
        for given in (document.input, other.input if other else None):
            if isinstance(given, GeneratedInput):
                generators.check(given)
            if isinstance(given, FileInput):
                check_file(given)
        for vocabulary in (document.vocabulary, other.vocabulary if other else None):
            if vocabulary is not None:
                check_split(vocabulary.split)
    except LstmvizError as error:
        raise LstmvizError(f"{where}: {error}") from None
    values = vars(view)
    for name, known in CHOICES.items():
        if values[name] not in known:
            raise LstmvizError(
                f"{where}: session.view.{name} is {values[name][:40]!r}, not one of "
                f"{', '.join(known)}."
            )
    _check_run(document, f"{where}: session.document")
    if other is not None:
        _check_run(other, f"{where}: session.document.other")
    fault = _view_fault(view)
    if fault:
        raise LstmvizError(f"{where}: session.view.{fault}.")


def _check_run(run: Document | Other, where: str) -> None:
    """Raise `LstmvizError` for no states to start from, and for more changes than there may be."""
    if run.initial is not None and run.initial not in INITIALS:
        raise LstmvizError(
            f"{where}.initial is {run.initial[:40]!r}, not one of {', '.join(INITIALS)}."
        )
    longest = max((len(edit.line) for edit in run.changes), default=0)
    if len(run.changes) > MOST_CHANGES or longest > LONGEST_CHANGE:
        raise LstmvizError(
            f"{where}.changes are {len(run.changes):,} of up to {longest:,} characters; "
            f"{MOST_CHANGES:,} of {LONGEST_CHANGE:,} are the most."
        )


def _check_trained(recipe: Trained) -> None:
    """Raise `LstmvizError` for what cannot be asked of any model."""
    if recipe.gate_order is not None:
        plain_order(recipe.gate_order)
    if list(recipe.switched) != sorted({*recipe.switched}) or min(recipe.switched, default=0) < 0:
        raise LstmvizError(
            f"switched is {list(recipe.switched[:8])}, not numbers of layers in their order."
        )


def _view_fault(view: View) -> str:
    """What is out of range in a view, or nothing."""
    if view.asked is not None and view.asked not in ASKED and not HEAD.fullmatch(view.asked):
        return f"asked is {view.asked[:40]!r}, not one of {', '.join(ASKED)}"
    for name in WHOLE:
        value = getattr(view, name)
        if value is not None and value < 0:
            return f"{name} is {value}, below 0"
    if not 0 < view.speed <= 1000:
        return f"speed is {view.speed:g}, outside 0 to 1000 steps a second"
    for start, end in (("first", "last"), ("low", "high")):
        low, high = getattr(view, start), getattr(view, end)
        if high is not None and high <= low:
            return f"{end} is {high:g}, not above {start}"
    for span in (*view.ranges, *((view.like,) if view.like else ())):
        if len(span) != 2 or not 0 <= span[0] < span[1]:
            name = "like" if span is view.like else "ranges"
            return f"{name} has {list(span[:4])}, not a first step and a later end"
    return ""


def _with_paths(session: Session, change: Callable[[str], str]) -> Session:
    """The session with every file name changed; `demo:NAME` and `example:NAME` stay."""
    document = session.document
    document = _run_moved(document, change)
    if document.other is not None:
        document = replace(document, other=_run_moved(document.other, change))
    view = session.view
    paths: dict[str, Any] = {
        name: change(getattr(view, name)) for name in VIEW_FILES if getattr(view, name) is not None
    }
    view = replace(view, **paths)
    return replace(session, document=document, view=view)


def _run_moved(run: Named, change: Callable[[str], str]) -> Named:
    """The run with the name of every file of it changed."""
    return replace(
        run,
        network=_moved(run.network, change),
        input=_moved(run.input, change),
        vocabulary=_moved(run.vocabulary, change),
    )


def _moved(recipe: Recipe, change: Callable[[str], str]) -> Recipe:
    """The recipe with its file's name changed, if it names a file that is not bundled."""
    if isinstance(recipe, Trained) and models.bundled(recipe.path):
        return recipe
    return replace(recipe, path=change(recipe.path)) if isinstance(recipe, NAMING) else recipe


def _relative(name: str, folder: Path) -> str:
    """A path below the folder relative to it (with /), any other absolute."""
    path = Path(name).resolve()
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
