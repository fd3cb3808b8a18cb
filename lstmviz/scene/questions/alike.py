"""More places like this: where else the states are nearest, here and in a folder of sequences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.resembling import APART, Sample, distances, nearest, sample
from lstmviz.engine.trace import Trace
from lstmviz.errors import LstmvizError
from lstmviz.files import shown
from lstmviz.inputs import SUFFIXES, FileInput
from lstmviz.inputs.sequence import Sequence
from lstmviz.models import Progress
from lstmviz.scene.elsewhere import ran_alike
from lstmviz.scene.questions.writing import place_words
from lstmviz.scene.run import Run
from lstmviz.scene.words import number
from lstmviz.session import View, input_of

Numbers = NDArray[np.float64]

MOST = 60
"""Places that are listed at most."""
BEFORE, AFTER = 60, 60
"""Symbols of a text that are shown before and after a place."""
COLUMNS = 4
"""Columns of numbers that are shown at a place."""
NAMES = {"cell_state": "c", "hidden_state": "h", "states": "c and h"}


@dataclass(frozen=True)
class Found:
    """A place: its file ("" for the sequence itself), first step, distance, and what is there.

    Of a text `before`, `at` and `after` are symbols around it; of numbers `at` tells the values.
    """

    path: str
    step: int
    distance: float
    before: str
    at: str
    after: str


@dataclass(frozen=True, eq=False)
class Alike:
    """The answer: the place asked for, the nearest others, and how near every step is.

    `away` (steps − length + 1,) are the distances over the sequence itself; `read` counts the
    files that were run, `skipped` says of the others why not.
    """

    first: int
    last: int
    by: str
    found: tuple[Found, ...]
    away: Numbers
    read: int = 0
    skipped: tuple[str, ...] = ()


def find(run: Run, view: View, progress: Progress) -> Alike:
    """The places like the one of the view; raises `LstmvizError` where it names none."""
    trace, sequence = run.trace, run.sequence
    assert trace is not None and sequence is not None
    if len(view.like) != 2 or view.like[0] >= trace.steps:
        raise LstmvizError(
            "Choose a place: press “This step” above, or Shift+drag over some steps of a heatmap.",
            "No place is given whose like could be found; give one with --step.",
        )
    first, last = view.like[0], min(view.like[1], trace.steps)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        wanted = sample(trace, first, last, view.alike, layer=view.layer, direction=view.direction)
        away = distances(wanted, trace)
        own = away.copy()
        apart = max(APART, wanted.length)
        own[max(0, first - apart + 1) : first + apart] = np.inf
        found = _places("", own, sequence, wanted, apart)
        read, skipped = 0, []
        for path, told in _runs(run, view.folder, progress):
            if isinstance(told, str):
                skipped.append(told)
                continue
            other, read = distances(wanted, told[0], path), read + 1
            found = _best([*found, *_places(path, other, told[1], wanted, apart)])
    words = place_words(trace.spec, view.layer, view.direction)
    by = NAMES[view.alike] + (f" of {words}" if words else "")
    return Alike(first, last, by, tuple(_best(found)), away, read, tuple(skipped))


def _best(found: list[Found]) -> list[Found]:
    return sorted(found, key=lambda place: place.distance)[:MOST]


def _places(
    path: str, away: Numbers, sequence: Sequence, wanted: Sample, apart: int
) -> list[Found]:
    """The nearest places of one sequence, with what is read there."""
    found = []
    for place in nearest(path, away, MOST, apart):
        first, end = place.step, place.step + wanted.length
        if sequence.symbolic:
            labels = sequence.labels
            parts = [labels[max(0, first - BEFORE) : first], labels[first:end]]
            parts.append(labels[end : end + AFTER])
            gap = "" if all(len(label) == 1 for part in parts for label in part) else " "
            before, at, after = (gap.join(part) for part in parts)
            before, after = before + gap * bool(before), gap * bool(after) + after
        else:
            before, at, after = "", _values(sequence, first), ""
        found.append(Found(path, first, place.distance, before, at, after))
    return found


def _values(sequence: Sequence, step: int) -> str:
    values = sequence.values[step]
    pairs = zip(sequence.columns[:COLUMNS], values[:COLUMNS], strict=False)
    told = ", ".join(f"{name} = {number(float(value))}" for name, value in pairs)
    return told + (", …" if len(values) > COLUMNS else "")


def _runs(
    run: Run, folder: str | None, progress: Progress
) -> Iterator[tuple[str, tuple[Trace, Sequence] | str]]:
    """(path, its run, or why there is none) of every input in a folder, one at a time."""
    if folder is None:
        return
    files = _files(run, folder)
    for done, path in enumerate(files):
        progress(done, len(files))
        try:
            yield str(path), ran_alike(run, path, partial(progress, done, len(files)))
        except LstmvizError as error:
            yield str(path), str(error)
    progress(len(files), len(files))


def _files(run: Run, folder: str) -> list[Path]:
    """The inputs in a folder by name, without the one that is open."""
    given = input_of(run.document)
    own = Path(given.path).resolve() if isinstance(given, FileInput) else None
    try:
        files = sorted(
            path
            for path in Path(folder).iterdir()
            if path.suffix.lower() in SUFFIXES and path.is_file() and path.resolve() != own
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise LstmvizError(f"{shown(folder)} cannot be read ({why}); choose a folder.") from None
    if not files:
        known = " ".join(SUFFIXES)
        raise LstmvizError(f"{shown(folder)} holds no other input; inputs are {known} files.")
    return files


def begun(view: View) -> Mapping[str, Any]:
    """The place is the step looked at."""
    return {"like": (view.step, view.step + 1)}


def brushed(view: View, first: int, last: int) -> Mapping[str, Any]:
    """The place is what was brushed."""
    return {"like": (first, last)}
