"""No file makes its reader run, write, reach elsewhere, take much memory or long."""

import os
import subprocess

import hostile_torch
import pytest
import watching
from watching import DeedError, attempt, check

from lstmviz.models import open_model


@pytest.fixture(scope="module", autouse=True)
def warm(tmp_path_factory):
    """Import what the readers import late."""
    for suffix, data in hostile_torch.WHOLE.items():
        path = tmp_path_factory.mktemp("warm") / f"whole{suffix}"
        path.write_bytes(data)
        assert open_model(path).network.spec.layers[0].cell_size == 2


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
    for deed in (
        lambda: os.system("true"),
        lambda: subprocess.Popen(["true"]),
        lambda: (tmp_path / "x").write_text(""),
        lambda: exec("1"),
    ):
        watching.watched = tmp_path / "file"
        try:
            with pytest.raises(DeedError):
                deed()
        finally:
            watching.watched = None
