"""What may be written on the command line."""

from __future__ import annotations

import argparse
import csv
import difflib
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from lstmviz.cli import networks, others
from lstmviz.cli.networks import fail, whole
from lstmviz.engine.spec import STAGES
from lstmviz.errors import LstmvizError
from lstmviz.inputs import generators, waves
from lstmviz.inputs.columns import SCALINGS
from lstmviz.inputs.recipes import Frames, GeneratedInput
from lstmviz.inputs.vocabulary import SPLITS
from lstmviz.models.gateorder import plain_order
from lstmviz.scene.order import ORDERS, REVERSED
from lstmviz.session import ASKED, COMPARED, QUESTIONS
from lstmviz.session.documents import HEAD
from lstmviz.version import __version__

COMMANDS = {
    "info": "sizes, layers, parameter counts, names in each framework",
    "trace": "run and write every array to an .npz file",
    "analyze": "where numbers come from, how long they last, what units follow, what if",
    "export": "a figure; the suffix of --out chooses the format",
    "doctor": "what this machine lacks, as one install line",
}
VIEWS = ("diagram", "unrolled", "stack", "unit", "heatmaps", "why", *QUESTIONS, "window")
TINTED = {
    "i": "input_gate",
    "f": "forget_gate",
    "g": "candidate",
    "o": "output_gate",
    "c": "cell_state",
    "h": "cell_output",
    "surprise": "surprise",
    "probability": "probability",
}
"""What running text may be coloured by, as it is written here and in a View."""
SOURCE = "a model file, a session file (.lstmviz), demo:NAME or example:NAME"


class Parser(argparse.ArgumentParser):
    """A parser that tells what is wrong in one line."""

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        """The values of an option; argparse of Python 3.11 loses the -- of --text=--."""
        if arg_strings == ["--"] and action.option_strings and action.nargs is None:
            return self._get_value(action, "--")
        return super()._get_values(action, arg_strings)

    def error(self, message: str) -> NoReturn:
        """Print the one line and leave with 2."""
        print(f"lstmviz: {message} (see {self.prog} --help).", file=sys.stderr)
        sys.exit(2)


def parse(argv: Sequence[str]) -> tuple[str, argparse.Namespace]:
    """The subcommand ("view" without one) and its arguments; exits with 2 where they are wrong."""
    name = argv[0] if argv and argv[0] in COMMANDS else "view"
    chosen = parser(name)
    parsed, unknown = chosen.parse_known_args(argv if name == "view" else argv[1:])
    if name == "view":
        late = next((word for word in (parsed.source, *unknown) if word in COMMANDS), None)
        if late:
            chosen.error(f"{late} must come first, as in lstmviz {late} …")
        meant = _meant(argv[0] if argv else "")
        if meant:
            chosen.error(f"there is no command and no file {argv[0]!r}; did you mean {meant}?")
    if unknown:
        chosen.error(f"unrecognized arguments: {' '.join(unknown)}")
    return name, parsed


def _meant(word: str) -> str:
    """The command that a word was perhaps to be, "" where it is another or names a file."""
    if not word.isalpha() or Path(word).exists():
        return ""
    return next(iter(difflib.get_close_matches(word.lower(), COMMANDS, 1)), "")


def parser(name: str) -> argparse.ArgumentParser:
    """The parser of one subcommand; of "view" it is the window's, which has no name."""
    made = {
        "view": _view,
        "info": _info,
        "trace": _trace,
        "analyze": _analyze,
        "export": _export,
        "doctor": _doctor,
    }
    return made[name]()


def _parser(name: str, description: str, epilog: str | None = None) -> Parser:
    return Parser(
        prog=f"lstmviz {name}".strip(),
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _view() -> Parser:
    lines = [f"  lstmviz {name:<8} {text}" for name, text in COMMANDS.items()]
    epilog = "other commands (each has --help; a file of such a name is given as ./NAME):\n"
    result = _parser(
        "", "See inside any LSTM: open the window on a network.", epilog + "\n".join(lines)
    )
    result.add_argument("--version", action="version", version=f"lstmviz {__version__}")
    _common(result)
    return result


def _info() -> Parser:
    result = _parser("info", "Say what a network is: " + COMMANDS["info"] + ".")
    _common(result)
    result.add_argument("--json", action="store_true", help="the same as JSON")
    return result


def _trace() -> Parser:
    result = _parser("trace", "Run a network over an input and write every array.")
    _common(result)
    result.add_argument("--out", required=True, type=Path, metavar="FILE.npz", help="the file")
    result.add_argument(
        "--shown",
        choices=("baseline", "changed"),
        help="which run of a session with changes is written (else the changed one)",
    )
    return result


def _analyze() -> Parser:
    from lstmviz.cli.analyze import options

    text = "Run a network over an input and answer a question about it."
    result = _parser("analyze", text, options.epilog())
    _common(result)
    options.add_options(result)
    return result


def _changes(result: Parser) -> None:
    """What is changed of a run, and which of the runs is drawn."""
    result.add_argument(
        "--change",
        action="append",
        default=[],
        metavar="LINE",
        help="a change of the run, such as 'forget_gate[3]@10:20 = 0'; several times for several",
    )
    result.add_argument(
        "--shown",
        choices=("baseline", "changed", "difference"),
        help="what is drawn of a run with changes (else the changed one)",
    )


def _export() -> Parser:
    result = _parser("export", "Write a figure of a network at work, without a display.")
    _common(result)
    result.add_argument("--out", required=True, type=Path, metavar="FILE", help="the file")
    result.add_argument("--view", choices=VIEWS, default="diagram", help="what to draw")
    result.add_argument(
        "--step", type=_whole("a step", 0), metavar="N", help="the step, from 0 (else the last)"
    )
    result.add_argument("--stage", choices=STAGES, help="how far inside the step (else its end)")
    result.add_argument("--unit", type=_whole("a unit", 0), metavar="N", help="the unit to mark")
    result.add_argument(
        "--ask",
        type=_ask,
        metavar="ARRAY[:K]",
        help="the number that --view why takes apart: forget_gate, cell_state, hidden_state, "
        "output, … of unit (or column) K",
    )
    result.add_argument(
        "--output",
        type=_whole("an output", 0),
        metavar="N",
        help="the output whose gradients are drawn (else the largest at the step)",
    )
    _asking(result)
    result.add_argument(
        "--layer",
        type=networks.layer_at,
        metavar="K[:DIRECTION]",
        help="which layer of a stack, from 0, and forward or backward",
    )
    result.add_argument(
        "--order",
        metavar="NAME",
        help="how units are sorted in heatmaps and tables: "
        + ", ".join(name for name, _ in ORDERS)
        + f"; c at N, half-life at N; with “{REVERSED}” the other way",
    )
    result.add_argument(
        "--limits",
        choices=("most", "all"),
        help="whether the colours of c and h tell apart what most units have (as they do else) or "
        "every value",
    )
    _changes(result)
    others.add_options(result)
    result.add_argument(
        "--array", choices=COMPARED, help="for --view compare: what is shown of both (cell_state)"
    )
    result.add_argument("--theme", choices=("light", "dark"), help="the colours (else light)")
    result.add_argument(
        "--scale", type=_scale, default=1.0, metavar="X", help="pixels per logical pixel (1)"
    )
    result.add_argument(
        "--size", type=_canvas, metavar="WxH", help="width and height in logical pixels"
    )
    return result


def _asking(result: Parser) -> None:
    """What the questions among the views need."""
    result.add_argument(
        "--tint",
        choices=tuple(TINTED),
        help="for --view text: the gate or state that colours it, or how well it was foretold",
    )
    result.add_argument(
        "--folder", metavar="DIR", help="for --view alike: look in the files of a folder too"
    )
    result.add_argument(
        "--pattern", metavar="REGEX", help="for --view follow: where it matches, units may follow"
    )
    result.add_argument(
        "--annotation",
        metavar="FILE[:COLUMN]|NAME",
        help="for --view follow: numbers of a file, or strings, comments, indentation, …",
    )
    result.add_argument(
        "--from-row",
        type=_whole("a row", 1),
        metavar="N",
        help="for --view follow, memory, compare, alike: the first row of the list, from 1",
    )


def _doctor() -> Parser:
    return _parser("doctor", "Say " + COMMANDS["doctor"] + ".")


def _common(result: Parser) -> None:
    """SOURCE, and what makes a network and an input."""
    result.add_argument("source", nargs="?", metavar="SOURCE", help=SOURCE)
    result.add_argument(
        "--lstm", metavar="NAME", help="which LSTM of a model file that holds several"
    )
    result.add_argument(
        "--gate-order",
        type=_order,
        metavar="ORDER",
        help="how the file keeps its gates where it is not as found: ifgo, ifco, iofc, ijfo, …",
    )
    result.add_argument(
        "--expect",
        metavar="FILE",
        help="a .npy or .npz of the framework's own output, to compare with",
    )
    networks.add_options(result)
    group = result.add_argument_group("the input")
    given = group.add_mutually_exclusive_group()
    given.add_argument("--input", metavar="FILE", help="a .txt .py .csv .tsv .npy .npz .wav file")
    given.add_argument("--text", metavar="STRING", help="a text, one step per symbol")
    given.add_argument(
        "--generate",
        type=_generate,
        metavar="KIND[:LENGTH[:SEED]]",
        help=f"a made sequence: {', '.join(generators.KINDS)}",
    )
    group.add_argument(
        "--initial",
        choices=("model", "zero", "random"),
        help="h and c before step 0; the model's own are zero where it has none",
    )
    _reading(result)


def _reading(result: Parser) -> None:
    """How an input is read."""
    group = result.add_argument_group("how it is read")
    group.add_argument(
        "--vocab",
        metavar="FILE",
        help="the symbols texts are made of: JSON (a list, {symbol: number}, a tokenizer.json), or "
        "text with a symbol a line",
    )
    group.add_argument(
        "--split",
        choices=SPLITS,
        help="take texts apart by the longest symbols or into words (else by the vocabulary)",
    )
    group.add_argument(
        "--columns",
        type=_columns,
        metavar="A,B,…",
        help="the columns to read, by name or by number from 1",
    )
    group.add_argument(
        "--scaling",
        choices=SCALINGS,
        help="each column to mean 0 and variance 1 (standard), or to 0 … 1 (minmax)",
    )
    group.add_argument(
        "--item",
        type=_whole("an item", 0),
        metavar="N",
        help="which sequence of a batch, from 0",
    )
    group.add_argument(
        "--frames",
        type=_frames,
        metavar="KIND[:LENGTH[:HOP]]",
        help="cut a sound into frames of so many samples: samples, or spectrum (log magnitudes)",
    )


def _whole(what: str, low: int) -> Callable[[str], int]:
    return lambda text: whole(text, what, low)


def _order(text: str) -> str:
    try:
        return plain_order(text)
    except LstmvizError as error:
        return fail(str(error).rstrip("."))


def _generate(text: str) -> GeneratedInput:
    try:
        return generators.parse(text)
    except LstmvizError as error:
        return fail(str(error).removesuffix("."))


def _ask(text: str) -> tuple[str, int | None]:
    array, colon, element = text.partition(":")
    if array not in ASKED and not HEAD.fullmatch(array):
        fail(f"{array[:40]!r} is no array to ask of; there are {', '.join(ASKED)}")
    return array, whole(element, "a unit", 0) if colon else None


def _columns(text: str) -> tuple[str, ...]:
    try:
        row = next(csv.reader([text], strict=True), [])
    except csv.Error:
        row = []
    parts = tuple(part.strip() for part in row)
    if not parts or not all(parts):
        fail(f"{text!r} is not a list of columns, such as speed,turn or 1,3")
    return parts


def _frames(text: str) -> Frames:
    kind, *numbers = text.split(":")
    if kind not in waves.KINDS or len(numbers) > 2:
        fail(f"{text!r} is not KIND[:LENGTH[:HOP]], such as samples:64 or spectrum:512:256")
    names = ("a frame length", "a hop")
    top = waves.LONGEST_FRAME
    values = [whole(n, what, 1, top) for n, what in zip(numbers, names, strict=False)]
    return Frames(kind, *values)


def _scale(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value) and value > 0:
        return value
    return fail(f"{text!r} is not a scale, a number above 0")


def _canvas(text: str) -> tuple[int, int]:
    width, cross, height = text.lower().partition("x")
    if not cross:
        fail(f"{text!r} is not a size WxH in pixels, such as 1600x1000")
    return whole(width, "a width", 1, 32768), whole(height, "a height", 1, 32768)
