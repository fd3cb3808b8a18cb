"""Questions about a run, each answered once and shown on a page of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from lstmviz.errors import LstmvizError
from lstmviz.models import Progress
from lstmviz.scene.picture import fitted
from lstmviz.scene.questions.page import HEIGHT, WIDTH, Page, Question, Spot, key_of, note
from lstmviz.scene.run import Run
from lstmviz.session import View

if TYPE_CHECKING:
    from lstmviz.scene.questions.annotations import Ranges

__all__ = [
    "HEIGHT",
    "QUESTIONS",
    "TITLES",
    "WIDTH",
    "Page",
    "Question",
    "Spot",
    "answered",
    "brushed",
    "key_of",
    "marked",
    "missing",
    "note",
    "page_of",
]

TITLES = {
    "provenance": (
        "Where c came from",
        "What is left in the pinned unit's c of what each step wrote",
    ),
    "gradients": (
        "What the output depends on",
        "Gradients of one output with respect to every value before it, and to the input",
    ),
    "saturation": (
        "Saturated gates",
        "How often each gate of every unit is shut or wide open, layer by layer",
    ),
    "vanishing": (
        "How fast memories vanish",
        "How strongly c depends on itself many steps before, beside plain RNNs",
    ),
    "follow": (
        "Which units follow …",
        "Units and gates ranked by how they follow a pattern, marked steps or an annotation",
    ),
    "memory": (
        "How long units remember",
        "Half-lives, longest holds and horizons of a layer’s units; sorts the heatmaps too",
    ),
    "histograms": (
        "How values are spread",
        "Histograms of every gate and state of a layer; dead and constant units",
    ),
    "text": (
        "Text by a unit or gate",
        "The running text, each symbol coloured by a gate, a state or how well it was foretold",
    ),
    "compare": (
        "Compare with another run",
        "Another model, checkpoint, input or seed, side by side and as difference",
    ),
    "alike": (
        "More places like this",
        "Where else the states are nearest, in this sequence and in a folder of others",
    ),
}
"""Title and tip of every question by the name of its view."""

HOMES = {"text": "textpage", "alike": "alikepage"}
"""The modules of those questions whose modules have other names than they."""


class _Questions(Mapping[str, Question]):
    """Each question by its name, loaded when it is first asked: the window opens without them."""

    def __getitem__(self, name: str) -> Question:
        if name not in TITLES:
            raise KeyError(name)
        question: Question = import_module(f"{__name__}.{HOMES.get(name, name)}").QUESTION
        return question

    def __iter__(self) -> Iterator[str]:
        return iter(TITLES)

    def __len__(self) -> int:
        return len(TITLES)


QUESTIONS = _Questions()
"""Every question by the name of its view."""


def brushed(view: View, first: int, last: int) -> dict[str, Any]:
    """Changes of a view when the steps first to last (exclusive) are brushed.

    They are for the question on show, if it can take them; else to ask which units follow them.
    """
    question = QUESTIONS.get(view.diagram)
    if question is not None and question.brushed is not None:
        return dict(question.brushed(view, first, last))
    follow = QUESTIONS["follow"]
    assert follow.brushed is not None
    return {"diagram": "follow", **follow.brushed(view, first, last)}


def marked(view: View) -> Ranges:
    """The brushed steps that the question on show is about."""
    if view.diagram == "alike" and len(view.like) == 2:
        return ((view.like[0], view.like[1]),)
    return view.ranges if view.diagram == "follow" and view.follows == "ranges" else ()


def missing(run: Run) -> str | None:
    """Why nothing can be asked of a run (yet), as a sentence; None if it can."""
    if run.problem:
        return "Nothing is computed while the shapes do not fit."
    if run.trace is None or not run.finished:
        return f"The run is at step {run.done:,} of {run.steps:,}; the answer follows it."
    return None


def answered(name: str, run: Run, view: View, progress: Progress | None = None) -> Any:
    """The answer to a question of a finished run; an `LstmvizError` where there is none.

    The error is returned rather than raised: it is an answer too, and is shown as one.
    `progress` is told how far a long search has come; what it raises passes through.
    """
    question = QUESTIONS[name]
    try:
        assert run.spec is not None
        if question.search is not None and progress is not None:
            return question.search(run, fitted(view, run.spec), progress)
        return question.answer(run, fitted(view, run.spec))
    except LstmvizError as error:
        return error


def page_of(name: str, answer: Any, run: Run, view: View, width: float, height: float) -> Page:
    """The page of an answer (None while there is none) in a size."""
    title, _ = TITLES[name]
    if answer is None:
        return note(title, missing(run) or "Working it out …", width)
    if isinstance(answer, LstmvizError):
        return note(title, str(answer), width)
    return QUESTIONS[name].page(answer, run, view, width, height)
