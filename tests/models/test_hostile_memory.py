"""What hostile files take is measured as the system sees it: pages of a process of their own."""

import json
import subprocess
import sys
from pathlib import Path

import hostile_keras
import hostile_onnx
import hostile_torch
import pytest

SPARE = 64 * 2**20
"""Bytes that may be taken beyond twice the file: also what its parts need until they are refused.

A file that unpacks to all it promises takes hundreds of MB to many GB.
"""

MEASURE = """
import json, os, re, sys
from lstmviz.errors import LstmvizError
from lstmviz.models import open_model


def peak():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\\s+(\\d+)", status.read())[1]) * 1024


def taken(path):
    with open("/proc/self/clear_refs", "w") as peaks:
        peaks.write("5")  # the peak is the present from here on
    before = peak()
    try:
        open_model(path)
    except LstmvizError:
        pass
    return peak() - before


def apart(path):
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        os.write(writes, b"%d" % taken(path))
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as stream:
        told = stream.read()
    os.waitpid(child, 0)
    return int(told)


names = json.load(sys.stdin)
for name in names["first"]:
    taken(name)  # imports what the readers import late
print(json.dumps({name: apart(name) for name in names["files"]}))
"""

SETS = (hostile_torch, hostile_keras, hostile_onnx)


def measured(files, first):
    """Bytes that opening each file takes at its peak, by name."""
    given = json.dumps({"files": [str(path) for path in files], "first": [str(p) for p in first]})
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], input=given, capture_output=True, text=True, check=True
    )
    return {Path(name): taken for name, taken in json.loads(done.stdout).items()}


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A sound file of every kind."""
    folder = tmp_path_factory.mktemp("sound")
    paths = []
    for each in SETS:
        for suffix, data in each.WHOLE.items():
            paths.append(folder / f"whole{len(paths)}{suffix}")
            paths[-1].write_bytes(data)
    return paths


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells")
@pytest.mark.parametrize("hostile", SETS)
def test_no_hostile_file_takes_more_than_twice_its_size(tmp_path, first, hostile):
    files = {}
    for kind in ("SMALL", "LARGE"):
        for name, (data, suffix, _) in getattr(hostile, kind).items():
            path = tmp_path / f"{len(files)}{suffix}"
            path.write_bytes(data() if callable(data) else data)
            files[path] = name
    assert len(files) > 20
    over = {
        files[path]: f"{taken:,} of {path.stat().st_size:,}"
        for path, taken in measured(files, first).items()
        if taken > 2 * path.stat().st_size + SPARE
    }
    assert not over


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells")
def test_what_a_file_takes_is_seen(tmp_path, first):
    path = tmp_path / "large.safetensors"
    rows = {"lstm.weight_ih_l0": [4096, 4096], "lstm.weight_hh_l0": [4096, 1024]}
    header, at = {}, 0
    for name, shape in rows.items():
        end = at + 4 * shape[0] * shape[1]
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    with path.open("wb") as stream:
        stream.write(len(text).to_bytes(8, "little") + text + bytes(at))
    assert at < measured([path], first)[path] < 2 * at + SPARE
