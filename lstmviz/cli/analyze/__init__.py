"""`lstmviz analyze`: a question about a run, and its answer in a file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from lstmviz.cli import source
from lstmviz.cli.analyze import answers, followers, options, otherwise, places, slopes, units
from lstmviz.cli.analyze.answers import Answer
from lstmviz.cli.analyze.asked import Asked, ask
from lstmviz.files import check_target, shown
from lstmviz.plain import to_plain
from lstmviz.session import Trained, input_of
from lstmviz.version import __version__

ANSWERS: dict[str, Callable[[Asked], Answer]] = {
    "terms": places.ask_terms,
    "provenance": places.ask_provenance,
    "memory": units.ask_memory,
    "saturation": units.ask_saturation,
    "quiet": units.ask_quiet,
    "histograms": units.ask_histograms,
    "follow": followers.ask_follow,
    "similar": places.ask_similar,
    "gradients": slopes.ask_gradients,
    "saliency": slopes.ask_saliency,
    "forgetting": slopes.ask_forgetting,
    "compare": otherwise.ask_compare,
    "what-if": otherwise.ask_what_if,
}
REPORT = ("memory", "saturation", "quiet")
"""The questions of a whole report; what units follow besides, where the input is Python."""


def main(parsed: argparse.Namespace) -> int:
    """Answer one question, or all that need no more than a run; returns 0.

    Raises `LstmvizError` for all that can be wrong; then nothing is written.
    """
    answers.check_suffix(parsed.out)
    check_target(parsed.out)
    options.check_own(parsed)
    options.settle(parsed)
    asked = ask(parsed)
    found = _report(asked) if parsed.ask == "report" else [ANSWERS[parsed.ask](asked)]
    answers.write(found, _about(asked), parsed.out)
    lines = [line for answer in found for line in answer.words]
    if asked.shown is not None and parsed.ask != "what-if":
        lines.insert(0, source.SHOWN[asked.shown])
    steps = found[0].facts.get("steps", asked.trace.steps)
    head = f"{shown(parsed.out)}: {parsed.ask}, {steps:,} step{'s' * (steps != 1)}."
    print("\n".join([" ".join((head, *asked.sequence.notes)), *lines]))
    return 0


def _report(asked: Asked) -> list[Answer]:
    """Everything that needs no further argument."""
    found = [ANSWERS[name](asked) for name in REPORT]
    given = followers.noted(asked)
    return [*found, followers.answer(asked, given)] if given else found


def _about(asked: Asked) -> dict[str, Any]:
    """Of what the answer is, for its JSON."""
    network = asked.document.network
    changes = [edit.line for edit in asked.document.changes if edit.on]
    own = {"shown": asked.shown, "changes": changes} if changes else {}
    return {
        "lstmviz": __version__,
        "source": network.path if isinstance(network, Trained) else to_plain(network),
        "input": to_plain(input_of(asked.document)),
        "steps": asked.trace.steps,
        **own,
    }
