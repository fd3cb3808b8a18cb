"""The command line: one function a subcommand; only those that draw import Qt."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lstmviz.errors import LstmvizError
from lstmviz.files import cause, check_target, shown

if TYPE_CHECKING:
    import argparse

    from lstmviz.models import Progress
    from lstmviz.session import Session

BAD_USE = 2
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (None: the process's own); returns the exit code.

    0 when all went well; 2 for bad use or bad input, with one sentence on stderr; 130 after
    Ctrl-C; 1 when whoever reads the output has gone, or when `doctor` finds something missing.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console without ⊙ is no reason to fail
    try:
        code = _run(list(sys.argv[1:] if argv is None else argv))
        _flush()
    except LstmvizError as error:
        return _told(error.line)
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except ModuleNotFoundError as error:
        return _told(f"the Python package {error.name} is missing; see lstmviz doctor.")
    except MemoryError:
        return _told("this machine has too little memory for that; lower the sizes or the steps.")
    except OSError as error:
        name = f"{shown(os.fsdecode(error.filename))}: " if error.filename else ""
        return _told(f"{name}{cause(error)}.")
    return code


def _run(argv: list[str]) -> int:
    """Hand the arguments to their subcommand; anything else is a SOURCE to view."""
    if argv == ["doctor"]:  # before anything that may be missing is asked for
        return _doctor()
    with _at_once():
        from lstmviz.cli import arguments
    try:
        name, parsed = arguments.parse(argv)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    commands = {
        "view": _view,
        "info": _info,
        "trace": _trace,
        "analyze": _analyze,
        "export": _export,
    }
    return commands[name](parsed)


@contextlib.contextmanager
def _at_once() -> Iterator[None]:
    """Let Ctrl-C end the process inside the block, where modules load and nothing is written.

    Qt's modules abort when an exception reaches them while they load. Nor is garbage looked for:
    modules leave hardly any, and looking takes a fifth of the time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        with _interruptible():
            yield
    finally:
        if collecting:
            gc.enable()


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end the process inside the block, if this is the thread that hears of it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _flush() -> None:
    """Write out what was printed; what cannot be written must not be tried again at exit."""
    if sys.stdout is None:  # closed by the caller
        return
    try:
        sys.stdout.flush()
    except OSError:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def _told(sentence: str) -> int:
    """One line on stderr, in which nothing that came from a file steers the terminal."""
    line = " ".join(sentence.split())
    line = "".join(c if c.isprintable() else repr(c)[1:-1] for c in line)
    with contextlib.suppress(OSError):  # nobody listens, but the exit code tells
        print(f"lstmviz: {line}", file=sys.stderr)
    return BAD_USE


def _view(parsed: argparse.Namespace) -> int:
    from lstmviz.cli import source

    def opener(progress: Progress | None, lstm: str | None) -> Session:
        parsed.lstm = lstm or parsed.lstm
        session = source.session(parsed, progress)
        source.require(session)
        return session

    with _at_once():
        from lstmviz.gui.app import main as gui_main
    return gui_main(opener, parsed.source or "the network")


def _info(parsed: argparse.Namespace) -> int:
    from lstmviz.cli import info, source
    from lstmviz.models import SeveralLstmsError

    try:
        session = source.session(parsed)
    except SeveralLstmsError as error:
        if parsed.lstm is not None:
            raise
        print(info.several(parsed.source, error.choices, as_json=parsed.json))
        return 0
    if parsed.input is not None or parsed.text is not None:
        source.require(session)
    print(info.report(session.document, as_json=parsed.json, expect=session.view.expect))
    return 0


def _trace(parsed: argparse.Namespace) -> int:
    from lstmviz.cli import source, understood
    from lstmviz.engine.trace import check_suffix
    from lstmviz.engine.unroll import run
    from lstmviz.session import resolve

    check_suffix(parsed.out)
    check_target(parsed.out)
    session = source.session(parsed)
    resolved = resolve(session.document)
    if resolved.network is None:
        raise LstmvizError(str(resolved.problem))
    result = run(resolved.network, resolved.sequence.values, resolved.initial)
    steps = f"{result.steps:,} step{'s' * (result.steps != 1)}"
    told, lines = [f"{shown(parsed.out)}: {steps}.", *resolved.sequence.notes], []
    if session.view.expect is not None:  # before anything is written: it may not fit
        found = understood.compared(session.document, resolved, result, session.view.expect)
        lines = understood.agreement_lines(*found)
    if source.changing(session.document):
        from lstmviz.scene.run import finished

        asked = parsed.shown or "changed"
        whole = finished(session.document).of(asked)
        assert whole.trace is not None
        result = whole.trace
        told.append(source.SHOWN[asked])
    result.save(parsed.out)
    print("\n".join([" ".join(told), *lines]))
    return 0


def _analyze(parsed: argparse.Namespace) -> int:
    from lstmviz.cli import analyze

    return analyze.main(parsed)


def _export(parsed: argparse.Namespace) -> int:
    from lstmviz.cli import source

    session = source.looked_at(parsed, source.session(parsed))
    out: Path = parsed.out
    check_target(out)
    if parsed.view == "window":
        with _at_once():
            from lstmviz.gui.headless import export_window

        export_window(session, out, scale=parsed.scale, size=parsed.size)
    else:
        with _at_once():
            from lstmviz.export.figure import export_session
            from lstmviz.export.pictures import DIAGRAMS

        drawn = parsed.view if parsed.view in DIAGRAMS else "cell"
        session = replace(session, view=replace(session.view, diagram=drawn))
        export_session(session, out, view=parsed.view, scale=parsed.scale, size=parsed.size)
    print(shown(out))
    return 0


def _doctor() -> int:
    from lstmviz import doctor

    return doctor.main()
