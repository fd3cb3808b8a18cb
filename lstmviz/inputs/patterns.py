"""Where a regular expression matches a text, in a time that has an end.

A pattern such as (a+)+$ may try more ways than a life has seconds, and Python's `re` cannot be
interrupted. So it works in a process of its own, which is ended when its time is over.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lstmviz.errors import LstmvizError

LONGEST = 1000
"""Characters of a pattern at most."""
SECONDS = 5.0
"""Time that a pattern has for a text."""
MEMORY = 2**31
BREATH = 0.05
"""Seconds between two questions whether the answer is still wanted."""

_WORK = f"""
import json, re, sys
from array import array
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
except (ImportError, ValueError, OSError):
    pass
pattern = json.loads(sys.stdin.buffer.readline())
text = sys.stdin.buffer.read().decode("utf-8", "surrogatepass")
try:
    found = re.compile(pattern, re.MULTILINE)
except (re.error, RecursionError, OverflowError) as error:
    sys.exit("fault: " + json.dumps(str(error)))
spans = array("q")
for match in found.finditer(text):
    if match.end() > match.start():
        spans.extend(match.span())
sys.stdout.buffer.write(spans.tobytes())
"""


def spans(
    pattern: str,
    text: str,
    seconds: float = SECONDS,
    wanted: Callable[[], object] | None = None,
) -> NDArray[np.int64]:
    """(matches, 2): first character and end (exclusive) of every match that has any, in order.

    ^ and $ are those of lines. `wanted` is called every now and then; what it raises ends the
    search. Raises `LstmvizError` for what is no regular expression, and for one that takes more
    than `seconds` on this text.
    """
    if len(pattern) > LONGEST:
        raise LstmvizError(f"a pattern of {len(pattern):,} characters is too long; shorten it.")
    given = json.dumps(pattern).encode() + b"\n" + text.encode("utf-8", "surrogatepass")
    code, found, told = _worked(given, pattern, seconds, wanted or bool)
    if code:
        raise LstmvizError(_fault(pattern, told.decode("utf-8", "replace")))
    return np.frombuffer(found, np.int64).reshape(-1, 2)


def _worked(
    given: bytes, pattern: str, seconds: float, wanted: Callable[[], object]
) -> tuple[int, bytes, bytes]:
    """The exit code, output and errors of the process, which does not outlive this call."""
    command = [sys.executable, "-I", "-S", "-W", "ignore", "-c", _WORK]
    unseen, pipe = getattr(subprocess, "CREATE_NO_WINDOW", 0), subprocess.PIPE
    end = time.monotonic() + seconds
    try:
        process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, creationflags=unseen
        )
    except OSError as error:
        raise LstmvizError(f"no pattern can be matched here: {error.strerror or error}.") from None
    unsent: bytes | None = given
    with process:
        try:
            while True:
                wanted()
                try:
                    found, told = process.communicate(unsent, timeout=BREATH)
                    return process.returncode, found, told
                except subprocess.TimeoutExpired:
                    unsent = None
                    if time.monotonic() > end:
                        raise LstmvizError(
                            f"{pattern[:60]!r} takes more than {seconds:g} s on this text; write "
                            "it without repeats inside repeats, such as (a+)+."
                        ) from None
        finally:
            process.kill()


def _fault(pattern: str, told: str) -> str:
    """Why the process found nothing, as a sentence."""
    mark, _, cause = told.strip().partition("fault: ")
    if mark or not cause:
        return f"{pattern[:60]!r} takes too much memory on this text; write a simpler one."
    return (
        f"{pattern[:60]!r} is no regular expression ({json.loads(cause)}); mend it, or write \\ "
        "before signs such as ( and [."
    )
