"""Questions about a run, each answered once and shown on a page of its own."""

from __future__ import annotations

from typing import Any

from lstmviz.errors import LstmvizError
from lstmviz.models import Progress
from lstmviz.scene.picture import fitted
from lstmviz.scene.questions.alikepage import ALIKE
from lstmviz.scene.questions.annotations import Ranges
from lstmviz.scene.questions.compare import COMPARE
from lstmviz.scene.questions.follow import FOLLOW
from lstmviz.scene.questions.gradients import GRADIENTS
from lstmviz.scene.questions.histograms import HISTOGRAMS
from lstmviz.scene.questions.memory import MEMORY
from lstmviz.scene.questions.page import HEIGHT, WIDTH, Page, Question, Spot, key_of, note
from lstmviz.scene.questions.provenance import PROVENANCE
from lstmviz.scene.questions.saturation import SATURATION
from lstmviz.scene.questions.textpage import TEXT
from lstmviz.scene.questions.vanishing import VANISHING
from lstmviz.scene.run import Run
from lstmviz.session import View

__all__ = [
    "HEIGHT",
    "QUESTIONS",
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

QUESTIONS: dict[str, Question] = {
    "provenance": PROVENANCE,
    "gradients": GRADIENTS,
    "saturation": SATURATION,
    "vanishing": VANISHING,
    "follow": FOLLOW,
    "memory": MEMORY,
    "histograms": HISTOGRAMS,
    "text": TEXT,
    "compare": COMPARE,
    "alike": ALIKE,
}
"""Every question by the name of its view."""


def brushed(view: View, first: int, last: int) -> dict[str, Any]:
    """Changes of a view when the steps first to last (exclusive) are brushed.

    They are for the question on show, if it can take them; else to ask which units follow them.
    """
    question = QUESTIONS.get(view.diagram)
    if question is not None and question.brushed is not None:
        return dict(question.brushed(view, first, last))
    assert FOLLOW.brushed is not None
    return {"diagram": "follow", **FOLLOW.brushed(view, first, last)}


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
    question = QUESTIONS[name]
    if answer is None:
        return note(question.title, missing(run) or "Working it out …", width)
    if isinstance(answer, LstmvizError):
        return note(question.title, str(answer), width)
    return question.page(answer, run, view, width, height)
