"""A model file that ends too early is refused in one sentence, wherever it ends."""

from pathlib import Path

import pytest

from lstmviz.cli import main
from lstmviz.models import READERS

DATA = Path(__file__).resolve().parent.parent / "data"
FILES = sorted(
    path
    for folder in ("torch", "keras", "onnx")
    for path in (DATA / folder).iterdir()
    if path.suffix in READERS and path.stem != "expected"
)
KILOBYTE = 1024


def test_every_format_is_there():
    assert {path.suffix for path in FILES} == set(READERS) - {".hdf5"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_cut_at_any_kilobyte_is_refused_in_a_sentence(tmp_path, capsys, path):
    data = path.read_bytes()
    cut = tmp_path / path.name
    for size in (*range(0, len(data) - 1, KILOBYTE), len(data) - 1):
        cut.write_bytes(data[:size])
        assert main(["info", str(cut)]) == 2
        shown = capsys.readouterr()
        assert not shown.out and shown.err.count("\n") == 1 and shown.err.endswith(".\n")
        assert path.name in shown.err
