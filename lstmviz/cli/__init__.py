"""The command line: one function a subcommand; only those that draw import Qt."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lstmviz.cli import arguments, info, source
from lstmviz.errors import LstmvizError
from lstmviz.files import cause, shown

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
        return _told(str(error))
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except MemoryError:
        return _told("this machine has too little memory for that; lower the sizes or the steps.")
    except OSError as error:
        name = f"{shown(os.fsdecode(error.filename))}: " if error.filename else ""
        return _told(f"{name}{cause(error)}.")
    return code


def _run(argv: list[str]) -> int:
    """Hand the arguments to their subcommand; anything else is a SOURCE to view."""
    name = argv[0] if argv and argv[0] in arguments.COMMANDS else "view"
    parser = arguments.parser(name)
    try:
        parsed = parser.parse_args(argv if name == "view" else argv[1:])
    except SystemExit as leaving:
        return int(leaving.code or 0)
    return {"view": _view, "info": _info, "trace": _trace, "export": _export, "doctor": _doctor}[
        name
    ](parsed)


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
    """One line on stderr."""
    print(f"lstmviz: {' '.join(sentence.split())}", file=sys.stderr)
    return BAD_USE


def _view(parsed: argparse.Namespace) -> int:
    session = source.session(parsed)
    from lstmviz.gui.app import main as gui_main

    return gui_main(session)


def _info(parsed: argparse.Namespace) -> int:
    print(info.report(source.session(parsed).document, as_json=parsed.json))
    return 0


def _trace(parsed: argparse.Namespace) -> int:
    from lstmviz.engine.unroll import run
    from lstmviz.session import resolve

    if parsed.out.suffix.lower() != ".npz":
        raise LstmvizError(f"{shown(parsed.out)} is not an .npz; traces are written as .npz.")
    resolved = resolve(source.session(parsed).document)
    if resolved.network is None:
        raise LstmvizError(f"this network cannot run: {resolved.problem}")
    result = run(resolved.network, resolved.sequence.values, resolved.initial)
    result.save(parsed.out)
    print(f"{shown(parsed.out)}: {result.steps:,} steps")
    return 0


def _export(parsed: argparse.Namespace) -> int:
    session = source.looked_at(parsed, source.session(parsed))
    out: Path = parsed.out
    if parsed.view == "window":
        from lstmviz.gui.headless import export_window

        export_window(session, out, scale=parsed.scale, size=parsed.size)
    else:
        from lstmviz.export.figure import export_session

        drawn = "unrolled" if parsed.view == "unrolled" else "cell"
        session = replace(session, view=replace(session.view, diagram=drawn))
        export_session(session, out, view=parsed.view, scale=parsed.scale, size=parsed.size)
    print(shown(out))
    return 0


def _doctor(parsed: argparse.Namespace) -> int:
    from lstmviz import doctor

    return doctor.main()
