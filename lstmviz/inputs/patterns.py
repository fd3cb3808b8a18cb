"""Where a regular expression matches a text, in a time that has an end.

A pattern such as (a+)+$ may try more ways than a life has seconds, and Python's `re` cannot be
interrupted. So it works in a process of its own, which is ended when its time is over.
"""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
from numpy.typing import NDArray

from lstmviz.errors import LstmvizError

LONGEST = 1000
"""Characters of a pattern at most."""
SECONDS = 5.0
"""Time that a pattern has for a text."""
MEMORY = 2**31

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


def spans(pattern: str, text: str, seconds: float = SECONDS) -> NDArray[np.int64]:
    """(matches, 2): first character and end (exclusive) of every match that has any, in order.

    ^ and $ are those of lines. Raises `LstmvizError` for what is no regular expression, and for
    one that takes more than `seconds` on this text.
    """
    if len(pattern) > LONGEST:
        raise LstmvizError(f"a pattern of {len(pattern):,} characters is too long; shorten it.")
    given = json.dumps(pattern).encode() + b"\n" + text.encode("utf-8", "surrogatepass")
    command = [sys.executable, "-I", "-S", "-W", "ignore", "-c", _WORK]
    unseen = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    try:
        ended = subprocess.run(
            command, input=given, capture_output=True, timeout=seconds, creationflags=unseen
        )
    except subprocess.TimeoutExpired:
        raise LstmvizError(
            f"{pattern[:60]!r} takes more than {seconds:g} s on this text; write it without "
            "repeats inside repeats, such as (a+)+."
        ) from None
    except OSError as error:
        raise LstmvizError(f"no pattern can be matched here: {error.strerror or error}.") from None
    if ended.returncode:
        raise LstmvizError(_fault(pattern, ended.stderr.decode("utf-8", "replace")))
    return np.frombuffer(ended.stdout, np.int64).reshape(-1, 2)


def _fault(pattern: str, told: str) -> str:
    """Why the process found nothing, as a sentence."""
    mark, _, cause = told.strip().partition("fault: ")
    if mark or not cause:
        return f"{pattern[:60]!r} takes too much memory on this text; write a simpler one."
    return (
        f"{pattern[:60]!r} is no regular expression ({json.loads(cause)}); mend it, or write \\ "
        "before signs such as ( and [."
    )
