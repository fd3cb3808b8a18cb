"""Which units follow an annotation: of a file, of a pattern, or of Python source code."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.following import Follower, by_chance, held_out, rank, ranked_arrays
from lstmviz.analysis.python_source import COLUMNS
from lstmviz.analysis.steps import values_of
from lstmviz.cli.analyze.answers import Answer, stacked
from lstmviz.cli.analyze.asked import Asked, full_name, prefix
from lstmviz.cli.analyze.folder import runs_in
from lstmviz.engine.trace import Trace
from lstmviz.errors import LstmvizError
from lstmviz.inputs import FileInput, annotated
from lstmviz.inputs.spoken import Spoken, built_in, matching

Numbers = NDArray[np.float64]
Note = Callable[[Spoken], Numbers]
"""An annotation of any text."""
Ranking = tuple[tuple[Follower, ...], float]
"""Units ranked, and how well the best follows by chance."""

MOST_WORDS = 3
MOST_NUMBERS = 2**28
"""Numbers of the runs of a folder that are kept at once."""


@dataclass(frozen=True, eq=False)
class Noted:
    """An annotation by its name.

    It is of any text, or of any input by its file's name and its steps, or numbers of the steps
    of one input.
    """

    name: str
    of_text: Note | None = None
    of_file: Callable[[str, int], Numbers] | None = None
    numbers: Numbers | None = None

    def of(self, asked: Asked) -> Numbers:
        """(steps,) of the input itself."""
        if self.of_file is not None:
            raise LstmvizError(
                f"the annotations in {self.name} are of inputs in a folder; give that by --folder."
            )
        if self.of_text is not None:
            return self.of_text(asked.told)
        assert self.numbers is not None
        return self.numbers

    def among(self, name: str, trace: Trace, told: Callable[[], Spoken]) -> Numbers:
        """(steps,) of one input of several; raises `LstmvizError` where it has none."""
        if self.of_file is not None:
            return self.of_file(name, trace.steps)
        assert self.of_text is not None
        return self.of_text(told())


def ask_follow(asked: Asked) -> Answer:
    """Units and gates ranked by how well they follow each annotation, on steps held out too."""
    given = noted(asked)
    if not given:
        raise LstmvizError(
            "--ask follow needs --annotation or --pattern, or Python source code as its input."
        )
    if asked.options.folder is not None:
        return _among(asked, given)
    return answer(asked, given)


def answer(asked: Asked, given: list[Noted]) -> Answer:
    """The rankings of every annotation, over the input alone."""
    told = [each.of(asked) for each in given]
    held = held_out(asked.trace.steps)

    def ranked(place: tuple[int, str], k: int) -> Ranking:
        arrays = _arrays(asked.trace, place, asked.options.array)
        return rank(arrays, told[k], held), by_chance(arrays, told[k], held)

    return _answer(asked, given, ranked, {"sequences": 1})


def noted(asked: Asked) -> list[Noted]:
    """The annotations asked for; without any those of Python source code, where it is some."""
    found = []
    for text in asked.options.annotation:
        folder = None if text in COLUMNS else annotated.folder_of(text)
        if folder is not None:
            path, column = folder
            name = annotated.joined(path.resolve().name, column or "")
            found.append(Noted(name, of_file=partial(annotated.from_folder, path, column)))
        elif annotated.is_file(text):
            numbers = annotated.from_file(text, asked.trace.steps)
            found.append(Noted(Path(text).name, numbers=numbers))
        else:
            found.append(Noted(text, of_text=partial(built_in, name=text)))
    for pattern in asked.options.pattern:
        found.append(Noted(pattern, of_text=partial(matching, pattern=pattern)))
    return found or _of_python(asked)


def _of_python(asked: Asked) -> list[Noted]:
    """The annotations of Python source code that change over the input; none if it is none."""
    if not asked.sequence.symbolic or not _parses(asked.told.text):
        return []
    try:
        told = asked.told
        notes = {name: built_in(told, name) for name in COLUMNS}
    except LstmvizError:
        return []
    found = []
    for name, numbers in notes.items():
        try:  # whether there is anything to follow
            rank({"none": np.zeros((len(numbers), 1))}, numbers, held_out(asked.trace.steps))
        except LstmvizError:
            continue
        found.append(Noted(name, of_text=partial(built_in, name=name)))
    code = {note.name for note in found} & {"strings", "indentation", "brackets"}
    return found if code else []  # other texts, such as #ab, may be read as comments


def _parses(text: str) -> bool:
    """Whether a text is Python source code; its own warnings are nobody's business here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _among(asked: Asked, given: list[Noted]) -> Answer:
    """The rankings over every file of a folder, every third held out; the input first, if given.

    A model's own example is no input that was given.
    """
    fixed = [each.name for each in given if each.numbers is not None]
    if fixed:
        raise LstmvizError(
            f"the annotation {fixed[0]} is of one input; leave --folder out, or give a folder of "
            "annotations, a file for each input."
        )
    skipped: list[str] = []
    kept: dict[tuple[int, str], list[dict[str, NDArray[np.floating]]]] = {}
    notes: list[list[Numbers]] = []
    room = MOST_NUMBERS

    def keep(trace: Trace, told: Callable[[], Spoken], name: str) -> None:
        nonlocal room
        try:
            found = [note.among(name, trace, told) for note in given]
        except LstmvizError as error:
            skipped.append(f"left out: {name}: {error}")
            return
        for place in asked.places:
            arrays = _arrays(trace, place, asked.options.array)
            room -= sum(array.size for array in arrays.values())
            if room < 0:
                raise LstmvizError(
                    "the runs of the folder are too large to rank at once; choose an array and "
                    "a layer (--array, --layer), or fewer files."
                )
            kept.setdefault(place, []).append(arrays)
        notes.append(found)

    recipe, folder = asked.document.input, asked.options.folder
    within = (
        isinstance(recipe, FileInput) and Path(recipe.path).resolve().parent == folder.resolve()
    )
    if recipe is not None and not within:
        title = Path(recipe.path).name if isinstance(recipe, FileInput) else asked.sequence.title
        keep(asked.trace, lambda: asked.told, title)
    for name, run in runs_in(folder, asked, skipped, own=True):
        keep(run.trace, run.text, name)
    if not notes:
        raise LstmvizError(f"nothing can be ranked; {skipped[0]}")
    held = np.concatenate([np.full(len(each[0]), k % 3 == 2) for k, each in enumerate(notes)])

    def ranked(place: tuple[int, str], k: int) -> Ranking:
        arrays = {
            name: np.concatenate([part[name] for part in kept[place]]) for name in kept[place][0]
        }
        numbers = np.concatenate([each[k] for each in notes])
        return rank(arrays, numbers, held), by_chance(arrays, numbers, held)

    facts = {"sequences": len(notes), "steps": len(held), "skipped": skipped}
    found = _answer(asked, given, ranked, facts)
    told = f"{len(notes):,} sequence{'s' * (len(notes) != 1)}."
    return replace(found, words=(told, *found.words, *skipped))


def _arrays(
    trace: Trace, place: tuple[int, str], array: str | None
) -> dict[str, NDArray[np.floating]]:
    """The arrays of a layer that are ranked."""
    if array:
        return {array: values_of(trace, array, *place)}
    return ranked_arrays(trace, *place)


def _answer(
    asked: Asked,
    given: list[Noted],
    ranked: Callable[[tuple[int, str], int], Ranking],
    facts: dict[str, object],
) -> Answer:
    tables, words = [], []
    arrays: dict[str, NDArray[np.floating]] = {}
    for k, note in enumerate(given):
        for place in asked.places:
            rows, chance = ranked(place, k)
            tables.append(_table(note.name, place, rows, chance))
            arrays |= _by_unit(note.name, place, rows, chance)
            words.append(f"{note.name}, {prefix(place)} (the best by chance: r = ±{chance:.3f}):")
            words += [f"  {_words(row)}" for row in rows[:MOST_WORDS]]
    return Answer("follow", stacked(tables), arrays, facts, tuple(words))


def _table(
    name: str, place: tuple[int, str], rows: tuple[Follower, ...], chance: float
) -> dict[str, list[object]]:
    return {
        "annotation": [name] * len(rows),
        "rank": list(range(1, len(rows) + 1)),
        "layer": [place[0]] * len(rows),
        "direction": [place[1]] * len(rows),
        "array": [row.array for row in rows],
        "unit": [row.unit for row in rows],
        "correlation": [row.correlation for row in rows],
        "auc": [row.auc for row in rows],
        "held_correlation": [row.held_correlation for row in rows],
        "held_auc": [row.held_auc for row in rows],
        "by_chance": [chance] * len(rows),
    }


def _by_unit(
    name: str, place: tuple[int, str], rows: tuple[Follower, ...], chance: float
) -> dict[str, NDArray[np.floating]]:
    """The correlations by unit: `layer0.forward.cell_state.follows.strings` (C,), held out too."""
    safe = re.sub(r"[^\w.\-]+", "_", name)[:60]
    found = {f"{prefix(place)}.follows_by_chance.{safe}": np.array([chance])}
    for array in dict.fromkeys(row.array for row in rows):
        here = sorted((row for row in rows if row.array == array), key=lambda row: row.unit)
        base = full_name(place, array)
        found[f"{base}.follows.{safe}"] = np.array([row.correlation for row in here])
        found[f"{base}.follows_held_out.{safe}"] = np.array(
            [np.nan if row.held_correlation is None else row.held_correlation for row in here]
        )
    return found


def _words(row: Follower) -> str:
    """`cell_state 3: r = 0.86 (0.87 held out), AUC 0.95 (0.94)`."""
    held = "" if row.held_correlation is None else f" ({row.held_correlation:.3f} held out)"
    auc = "" if row.auc is None else f", AUC {row.auc:.3f}"
    auc += "" if row.held_auc is None else f" ({row.held_auc:.3f})"
    return f"{row.array} unit {row.unit}: r = {row.correlation:.3f}{held}{auc}"
