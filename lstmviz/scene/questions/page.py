"""What a question about a run is: an answer that is worked out once, and a page that shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lstmviz.models import Progress
from lstmviz.scene.metrics import text_box
from lstmviz.scene.questions.writing import wrapped
from lstmviz.scene.run import Run
from lstmviz.scene.shapes import Shape, Text
from lstmviz.session import View

WIDTH, HEIGHT = 940.0, 516.0
"""A page's size where none is asked for, in logical pixels."""


@dataclass(frozen=True, eq=False)
class Spot:
    """What lies at a point of a page: its words, the cell unit it stands for, what a click does.

    `changes` are fields of the View; with `drags` they go on while the button is held. `opens` is
    a file to take as the input, and the step to stand at in it.
    """

    words: str
    unit: int | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    drags: bool = False
    opens: tuple[str, int] | None = None


def _no_marks(view: View) -> tuple[Shape, ...]:
    return ()


def _no_spot(view: View, x: float, y: float) -> Spot | None:
    return None


def _no_step(x: float, y: float) -> int | None:
    return None


def _nothing(view: View) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, eq=False)
class Choice:
    """A list whose rows are chosen by the arrow keys too: `count` rows, `shown` of them on show.

    `chosen` tells which row is chosen in a view, None for none; `changes` are those of the View
    that choose a row.
    """

    count: int
    shown: range
    chosen: Callable[[View], int | None]
    changes: Callable[[int], Mapping[str, Any]]

    def beside(self, view: View, by: int) -> Mapping[str, Any]:
        """The changes that choose the row so many further down, and bring it on show."""
        if not self.count:
            return {}
        row, last = self.chosen(view), self.count - 1
        row = self.shown.start if row is None else min(max(row + by, 0), last)
        first = min(max(self.shown.start, row - len(self.shown) + 1), row)
        return {"row": first, **self.changes(row)}


def _begins(text: str, key: str) -> bool:
    """Whether a text is the key, or begins as it says."""
    return text.startswith(key[:-1]) if key.endswith("…") else text == key


@dataclass(frozen=True, eq=False)
class Page:
    """A laid out answer: `shapes` rest, `marks` follow the view; `spot` tells what is at a point.

    `marks` is called at every step and every move of the pointer. `controls` are marks that are
    there to be clicked, such as scroll bars: a figure has none. `said` explains words of the page,
    those that end in … by how they begin; the first that fits counts. `choice` is the list that
    the arrow keys go through. `step_at` tells which step
    lies at a point where steps can be brushed. A page of more rows than there is room for shows
    `rows` at a time; `scroll` tells which changes of the View show others, so many further down.
    """

    shapes: tuple[Shape, ...]
    marks: Callable[[View], tuple[Shape, ...]] = _no_marks
    spot: Callable[[View, float, float], Spot | None] = _no_spot
    step_at: Callable[[float, float], int | None] = _no_step
    scroll: Callable[[View, int], Mapping[str, Any]] | None = None
    rows: int = 0
    controls: Callable[[View], tuple[Shape, ...]] = _no_marks
    said: Mapping[str, str] = field(default_factory=dict)
    choice: Choice | None = None

    def at(self, view: View, x: float, y: float) -> Spot | None:
        """What is at a point: a spot, or what the words there mean."""
        found = self.spot(view, x, y)
        if found is not None or not self.said:
            return found
        for shape in (*self.shapes, *self.marks(view)):
            if isinstance(shape, Text):
                meant = next((key for key in self.said if _begins(shape.text, key)), None)
                if meant is not None and text_box(shape).inset(-2).contains(x, y):
                    return Spot(self.said[meant])
        return None


@dataclass(frozen=True, eq=False)
class Question:
    """One question: how it is answered and shown.

    `answer` is a pure function of a finished run and of the `fields` of the view alone; it may
    take its time and raise `LstmvizError`, whose sentence is shown in its place. `page` lays an
    answer out in a size, and depends on nothing else of the view but `fields` and `page_fields`.
    `brushed` takes the view before, and the steps first to last (exclusive) that were brushed
    since; None where there is nothing to brush. Both it and `begun`, which is what happens to a
    view when the question is asked, give changes of the view. Where answering takes long,
    `search` does it in place of `answer`, and tells of its progress. With `baseline` it is asked
    of the run as it was, whatever is changed: it would follow numbers that are held back to their
    sums.
    """

    answer: Callable[[Run, View], Any]
    page: Callable[[Any, Run, View, float, float], Page]
    fields: tuple[str, ...] = ("layer", "direction")
    page_fields: tuple[str, ...] = ()
    brushed: Callable[[View, int, int], Mapping[str, Any]] | None = None
    begun: Callable[[View], Mapping[str, Any]] = _nothing
    search: Callable[[Run, View, Progress], Any] | None = None
    baseline: bool = False


def of_baseline(run: Run) -> str:
    """What a title ends with where it is the run as it was that is asked, beside a changed one."""
    return " (baseline)" if run.touches and not run.taken else ""


def key_of(name: str, question: Question, run: Run, view: View) -> tuple[object, ...]:
    """What an answer depends on: two with the same key are the same."""
    other = None if run.other is None else run.other.error or id(run.other.shown_trace)
    return (name, id(run.trace), other, *(getattr(view, field) for field in question.fields))


def note(title: str, sentence: str, width: float, color: str = "muted") -> Page:
    """A page that says why there is no answer (yet)."""
    lines = wrapped(sentence, min(width - 40, 640), 12)
    texts = [Text(20, 58 + 18 * k, line, 12, color) for k, line in enumerate(lines)]
    return Page((Text(20, 30, title, 14, "ink", bold=True), *texts))
