"""What may be written after `lstmviz analyze`, and which question takes it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from lstmviz.analysis.jacobians import LAGS
from lstmviz.analysis.resembling import MEASURES
from lstmviz.cli import networks, others
from lstmviz.cli.networks import fail, whole
from lstmviz.cli.source import SHOWN
from lstmviz.engine.trace import DIRECTION_ARRAYS
from lstmviz.errors import LstmvizError
from lstmviz.files import shown
from lstmviz.inputs import SUFFIXES, annotated
from lstmviz.session.documents import HEAD

QUESTIONS = {
    "report": "memory, saturation, quiet units, and of Python source code what units follow",
    "terms": "every term of the sum that made a gate (--unit, --step, --array)",
    "provenance": "when a unit's cell state was written, and what is left of it (--unit, --step)",
    "memory": "half-life, longest hold and horizon of every unit",
    "saturation": "how often each gate is below 0.1 and above 0.9",
    "quiet": "units that are dead or constant",
    "histograms": "the values of every gate (--bins)",
    "follow": "units ranked by what they follow (--annotation, --pattern, --array, --folder)",
    "similar": "more places like this (--step, --until, --array, --measure, --folder)",
    "gradients": "∂ an output / ∂ every array at every step (--step, --output)",
    "saliency": "what an output owes to each token (--step, --output)",
    "forgetting": "‖∂c_t/∂c_k‖ beside ∏ f, an untrained LSTM and plain RNNs (--step, --lags)",
    "compare": "another run minus this one (--with …, --align, --match)",
    "what-if": "the run with changes made, the session's and more (--change)",
}

PLACED = ("layer", "shown")
OTHER = (*others.OPTIONS, *others.PAIRED)
TAKES: dict[str, tuple[str, ...]] = {
    "report": PLACED,
    "terms": (*PLACED, "unit", "step", "array"),
    "provenance": (*PLACED, "unit", "step"),
    "memory": PLACED,
    "saturation": PLACED,
    "quiet": PLACED,
    "histograms": (*PLACED, "bins"),
    "follow": (*PLACED, "annotation", "pattern", "array", "folder"),
    "similar": (*PLACED, "step", "until", "array", "measure", "most", "folder"),
    "gradients": ("layer", "step", "output"),
    "saliency": ("step", "output"),
    "forgetting": ("layer", "step", "lags", "compare_seed"),
    "compare": (*PLACED, *OTHER),
    "what-if": ("change", *others.OPTIONS),
}
"""The options of each question, as argparse keeps them."""

COLUMNS: dict[str, str] = {
    "report": "question, layer, direction, annotation, array, unit, measure, value",
    "terms": "source, element, name, value",
    "provenance": "step (empty: c₀), token, wrote, left, remains, clipped",
    "memory": "layer, direction, unit, half_life, mean_forget, hold, hold_from, horizon",
    "saturation": "layer, direction, array, unit, left, right",
    "quiet": "layer, direction, unit, dead, constant",
    "histograms": "layer, direction, array, low, high, count",
    "follow": "annotation, rank, layer, direction, array, unit, correlation, auc, "
    "held_correlation, held_auc, by_chance",
    "similar": "sequence (empty: the input), step, distance, before",
    "gradients": "array, step, token, norm",
    "saliency": "step, token, saliency",
    "forgetting": "curve, lag, value",
    "compare": "array, step, other_step, rms_difference",
    "what-if": "array, step, token, mean_difference, largest_difference, largest_unit",
}
"""The columns of every answer's table; token where the input is symbols."""

ARRAYS = ", ".join(DIRECTION_ARRAYS)
DEFAULTS = {
    "bins": 40,
    "measure": MEASURES[0],
    "most": 10,
    "lags": LAGS,
    "compare_seed": 0,
    "align": "step",
    "match": False,
    "annotation": [],
    "pattern": [],
    "change": [],
}

_CHANGES = """a change of --ask what-if is a line such as (quoted, several times for several):
  forget_gate[3,7]@10:20 = 0      units 3 and 7 held at 0 in steps 10 to 19
  layer1.output_gate *= 0.5       a gate scaled, every unit and step
  cell_output[5] = 0              a unit switched off
  cell_state[0]@8 += 1            c of a unit raised at step 8; hidden_state likewise
  input[2]@6 = 1                  a value of the input
  recurrent_weights[f3,7] = 0     a weight: the row of unit 3 in the forget gate, column 7
  states@20 = states@5            c and h of step 5 put into step 20 (other@5: of --with …)
  cell_state[0:4]@20:30 = other@5 c of units 0 to 3 only, held in steps 20 to 29
"""


def epilog() -> str:
    """What stands below the options: the questions, the columns of their tables, the changes."""
    lines = ["the questions:"]
    lines += [f"  {name:<11} {text}" for name, text in QUESTIONS.items()]
    lines += ["", "the columns of .csv, and of table in .json (token where the input is symbols):"]
    lines += [f"  {name:<11} {columns}" for name, columns in COLUMNS.items()]
    lines += [
        "",
        "an .npz has every array in full, named as in a trace and after the question.",
        "",
    ]
    return "\n".join(lines) + "\n" + _CHANGES


def add_options(parser: argparse.ArgumentParser) -> None:
    """Offer the question and what it needs."""
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FILE", help="a .json, .csv or .npz file"
    )
    parser.add_argument(
        "--ask",
        choices=QUESTIONS,
        default="report",
        metavar="QUESTION",
        help="one of the questions below (report)",
    )
    group = parser.add_argument_group("where to look")
    group.add_argument(
        "--layer",
        type=networks.layer_at,
        metavar="K[:DIRECTION]",
        help="a layer, from 0, and forward or backward (else all, or the first)",
    )
    group.add_argument("--unit", type=_whole("a unit"), metavar="N", help="a unit, from 0")
    group.add_argument(
        "--step", type=_whole("a step"), metavar="N", help="a step, from 0 (else the last)"
    )
    group.add_argument(
        "--until", type=_whole("a step"), metavar="N", help="the steps from --step up to this one"
    )
    group.add_argument("--array", type=_array, metavar="ARRAY", help=f"{ARRAYS}, output or headK")
    group.add_argument("--output", metavar="N", help="an output by number or symbol (the largest)")
    _add_following(parser)
    _add_others(parser)


def _add_following(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is looked for")
    group.add_argument(
        "--annotation",
        action="append",
        metavar="NAME|FILE|FOLDER[:COLUMN]",
        help="strings, docstrings, comments, prose (either of the last two), prose-comments (which "
        "of the two), indentation, brackets or column of Python source code; "
        "balance:OPENING:CLOSING characters; or a number a step in a .csv .tsv .txt .npy .json "
        "file, or, with --folder, in a folder with such a file for each input, of the same name; "
        "may be given several times",
    )
    group.add_argument(
        "--pattern",
        action="append",
        metavar="REGEX",
        help="1 at every step inside a match of a regular expression in the text",
    )
    group.add_argument(
        "--folder", type=Path, metavar="FOLDER", help="more inputs: every one in this folder"
    )
    group.add_argument("--measure", choices=MEASURES, help="how near two states are (cosine)")
    group.add_argument("--most", type=_whole("a number", 1), metavar="N", help="places (10)")
    group.add_argument("--bins", type=_whole("a number", 1, 10_000), metavar="N", help="bins (40)")
    group.add_argument(
        "--lags", type=_whole("a number", 1), metavar="N", help=f"steps back ({LAGS})"
    )
    group.add_argument(
        "--compare-seed",
        type=_whole("a seed"),
        metavar="N",
        help="of the untrained LSTM and RNN that --ask forgetting compares with (0)",
    )


def _add_others(parser: argparse.ArgumentParser) -> None:
    others.add_options(parser)
    group = parser.add_argument_group("what is otherwise")
    group.add_argument(
        "--change", action="append", metavar="LINE", help="what is to be otherwise; see below"
    )
    group.add_argument(
        "--shown",
        choices=tuple(SHOWN),
        help="which run of a session with changes is asked (else the changed one)",
    )


def settle(parsed: argparse.Namespace) -> None:
    """Put in what was not said; raise `LstmvizError` for an option the question does not take."""
    if parsed.expect is not None:
        raise LstmvizError("--expect is for lstmviz info and trace; leave it out here.")
    every = dict.fromkeys(name for names in TAKES.values() for name in names)
    for name in every:
        if getattr(parsed, name) is not None and name not in TAKES[parsed.ask]:
            takers = [question for question, names in TAKES.items() if name in names]
            raise LstmvizError(
                f"{others.flag(name)} is for --ask {' or '.join(takers)}, not {parsed.ask}."
            )
    for name, value in DEFAULTS.items():
        if getattr(parsed, name) is None:
            setattr(parsed, name, value)


def check_own(parsed: argparse.Namespace) -> None:
    """Raise `LstmvizError` where the answer would overwrite a file that is read for it."""
    read = [parsed.source, parsed.input, parsed.vocab, parsed.other, parsed.with_input]
    read += [annotated.parted(text)[0] for text in parsed.annotation or ()]
    files = {Path(name).resolve() for name in read if name is not None and Path(name).exists()}
    out: Path = parsed.out.resolve()
    given = [annotated.folder_of(text) for text in parsed.annotation or ()]
    folders = [parsed.folder, *(each[0] for each in given if each is not None)]
    in_folder = any(each is not None and out.parent == each.resolve() for each in folders)
    read_there = (*SUFFIXES, *annotated.SUFFIXES)
    if out in files or (in_folder and out.exists() and out.suffix.lower() in read_there):
        raise LstmvizError(f"{shown(parsed.out)} is read for the answer; write to another file.")


def _whole(what: str, low: int = 0, high: int = 2**63 - 1) -> Callable[[str], int]:
    return lambda text: whole(text, what, low, high)


def _array(text: str) -> str:
    if text not in (*DIRECTION_ARRAYS, "output") and not HEAD.fullmatch(text):
        fail(f"{text[:40]!r} is no array to ask of; there are {ARRAYS}, output and headK")
    return text
