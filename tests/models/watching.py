"""Open a file that nobody vouches for and see that its reader does nothing but read it."""

import re
import sys
import time
import tracemalloc
import typing

from lstmviz.errors import LstmvizError
from lstmviz.models import open_model

CANARY = "canary"
"""The name of a file that attacks try to make beside theirs."""

SECONDS = 2.0
SPARE = 64 * 2**20
FORBIDDEN = (
    "exec",
    "import",
    "os.",
    "subprocess.",
    "socket.",
    "shutil.",
    "ctypes.",
    "pickle.",
    "marshal.",
    "code.",
    "builtins.input",
    "builtins.breakpoint",
    "urllib.",
    "webbrowser.",
    "tempfile.",
    "pty.",
)


class DeedError(BaseException):
    """What nothing may catch: the reader did something."""


watched = None
"""The only file that may be opened now, or None while nothing is watched."""


def watch(event, arguments):
    """Refuse what no reader of models does."""
    if watched is None:
        return
    if event == "exec" and sys._getframe(1).f_code.co_filename == typing.__file__:
        return  # our own annotations, which typing evaluates
    if event == "open":
        path, mode = arguments[0], arguments[1]
        if str(path) != str(watched) or set(mode or "r") & set("wax+"):
            raise DeedError(f"{path} was opened ({mode})")
    elif event.startswith(FORBIDDEN):
        raise DeedError(f"{event} {arguments}")


sys.addaudithook(watch)


def attempt(path, cells=2):
    """The sentence that the file is refused with, or None where it opens."""
    global watched
    watched = path
    try:
        network = open_model(path).network
    except LstmvizError as error:
        return str(error)
    finally:
        watched = None
    assert cells in (None, network.spec.layers[0].cell_size)
    return None


def check(path, says, monkeypatch):
    """Refused as it should be (or opened), in time and memory."""
    monkeypatch.chdir(path.parent)
    start = time.process_time()
    told = attempt(path)
    assert time.process_time() - start < SECONDS
    tracemalloc.start()
    try:
        assert attempt(path) == told
        assert tracemalloc.get_traced_memory()[1] < 2 * path.stat().st_size + SPARE
    finally:
        tracemalloc.stop()
    assert not (path.parent / CANARY).exists()
    if says is None:
        assert told is None
    else:
        assert told is not None and re.search(says, told), told
        assert told.count("\n") == 0 and told.endswith(".") and len(told) < 600
        assert str(path) in told
