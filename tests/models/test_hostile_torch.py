"""No file makes its reader run, write, reach elsewhere, take much memory or long."""

import os
import re
import subprocess
import sys
import time
import tracemalloc
import typing

import hostile_torch
import pytest

from lstmviz.errors import LstmvizError
from lstmviz.models import open_model

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


@pytest.fixture(scope="module", autouse=True)
def warm(tmp_path_factory):
    """Import what the readers import late."""
    for suffix, data in hostile_torch.WHOLE.items():
        path = tmp_path_factory.mktemp("warm") / f"whole{suffix}"
        path.write_bytes(data)
        assert open_model(path).network.spec.layers[0].cell_size == 2


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
    assert not (path.parent / hostile_torch.CANARY).exists()
    if says is None:
        assert told is None
    else:
        assert told is not None and re.search(says, told), told
        assert told.count("\n") == 0 and told.endswith(".") and len(told) < 600
        assert str(path) in told


@pytest.mark.parametrize("name", hostile_torch.SMALL)
def test_a_hostile_file_does_nothing(tmp_path, monkeypatch, name):
    data, suffix, says = hostile_torch.SMALL[name]
    path = tmp_path / f"file{suffix}"
    path.write_bytes(data)
    check(path, says, monkeypatch)


@pytest.mark.parametrize("name", hostile_torch.LARGE)
def test_a_large_hostile_file_does_nothing(tmp_path, monkeypatch, name):
    make, suffix, says = hostile_torch.LARGE[name]
    path = tmp_path / f"file{suffix}"
    path.write_bytes(make())
    check(path, says, monkeypatch)


@pytest.mark.parametrize("suffix", hostile_torch.WHOLE)
def test_a_file_cut_short_anywhere_is_refused(tmp_path, suffix):
    path = tmp_path / f"file{suffix}"
    data = hostile_torch.WHOLE[suffix]
    for cut in range(0, len(data) - 1, 7):
        path.write_bytes(data[:cut])
        told = attempt(path)
        assert told is not None and told.endswith(".") and str(path) in told


@pytest.mark.parametrize("suffix", hostile_torch.WHOLE)
def test_a_file_with_any_byte_changed_is_read_or_refused(tmp_path, suffix):
    path = tmp_path / f"file{suffix}"
    data = hostile_torch.WHOLE[suffix]
    for place in range(0, len(data), 3):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        attempt(path, cells=None)


def test_the_watch_sees_what_it_should(tmp_path):
    global watched
    for deed in (
        lambda: os.system("true"),
        lambda: subprocess.Popen(["true"]),
        lambda: (tmp_path / "x").write_text(""),
        lambda: exec("1"),
    ):
        watched = tmp_path / "file"
        try:
            with pytest.raises(DeedError):
                deed()
        finally:
            watched = None
