"""What units are asked to follow: one number a step, as the view names it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lstmviz.analysis.python_source import COLUMNS
from lstmviz.errors import LstmvizError
from lstmviz.inputs import annotated
from lstmviz.inputs.spoken import Spoken, built_in, matching
from lstmviz.scene.run import Run
from lstmviz.session import View, text_of

Numbers = NDArray[np.float64]
Ranges = tuple[tuple[int, int], ...]

FIELDS = ("follows", "pattern", "ranges", "annotation", "annotation_file")
"""The fields of a view that say what is followed."""

BUILT_IN = {
    "strings": "strings",
    "docstrings": "docstrings",
    "comments": "comments",
    "prose": "comments and docstrings",
    "prose-comments": "comments, not docstrings",
    "indentation": "indentation",
    "brackets": "depth of brackets",
    "column": "place in the line",
    "balance:([{<:)]}>": "( [ { < open in any text",
    "balance:a:b": "more a than b",
}
"""The built-in annotations by name, and what they are called; the first are of Python code."""
assert set(COLUMNS) < set(BUILT_IN)


def annotation_of(
    run: Run, view: View, wanted: Callable[[], object] | None = None
) -> tuple[str, Numbers]:
    """What is followed in a few words, and its number (steps,) at every step.

    `wanted` is called while a pattern is looked for; what it raises ends that. Raises
    `LstmvizError` where nothing is asked for yet, and for what cannot be: it says what would mend
    it.
    """
    match view.follows:
        case "pattern":
            if not view.pattern:
                raise LstmvizError(
                    "Type a pattern above: a word, or a regular expression such as def|class. "
                    "Units are ranked by how they follow the places where it matches.",
                    "Nothing is given that units could follow; give it with --pattern or "
                    "--annotation.",
                )
            return f"“{view.pattern}”", matching(_told(run), view.pattern, wanted)
        case "ranges":
            told = np.zeros(run.steps)
            for first, last in view.ranges:
                told[first:last] = 1
            return "the marked steps", told
        case "built-in":
            name = BUILT_IN.get(view.annotation, view.annotation)
            return name, built_in(_told(run), view.annotation)
        case _:
            if view.annotation_file is None:
                raise LstmvizError(
                    "Choose a file above with one number a step: a table, a text of numbers, "
                    ".npy or .json.",
                    "No file of numbers is given; give one with --annotation.",
                )
            name = Path(view.annotation_file).name
            return name, annotated.from_file(view.annotation_file, run.steps)


def with_range(ranges: Ranges, first: int, last: int) -> Ranges:
    """The ranges and one more, first to last (exclusive); those that touch are one."""
    found: list[tuple[int, int]] = []
    for low, high in sorted((*ranges, (first, last))):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return tuple(found)


def _told(run: Run) -> Spoken:
    assert run.network is not None and run.sequence is not None
    return text_of(run.document, run.network, run.sequence)
