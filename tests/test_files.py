import os
import sys

import pytest

from lstmviz import resources
from lstmviz.errors import LstmvizError
from lstmviz.files import shown, writing


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.bin"
    with writing(path) as stream:
        stream.write(b"one")
        assert not path.exists()
    assert path.read_bytes() == b"one"
    with pytest.raises(RuntimeError), writing(path) as stream:
        stream.write(b"two")
        raise RuntimeError
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="modes of Unix")
def test_modes_are_kept_and_new_files_follow_the_umask(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(b"")
    old.chmod(0o600)
    mask = os.umask(0o027)
    try:
        for path in (old, new):
            with writing(path):
                pass
    finally:
        os.umask(mask)
    assert (old.stat().st_mode & 0o777, new.stat().st_mode & 0o777) == (0o600, 0o640)


def test_unwritable_targets(tmp_path):
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "no" / "x", tmp_path / "file" / "x", tmp_path / ("x" * 300)):
        with pytest.raises(LstmvizError) as caught, writing(path):
            pass
        assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


def test_names_stay_on_one_line():
    assert shown("a b.txt") == "a b.txt"
    assert shown("a\nb") == "'a\\nb'" and shown("") == "''"


def test_the_bundled_files_are_found():
    assert resources.path("demos", "counter.npz").is_file()
    assert resources.path("fonts", "DejaVuSans.ttf").is_file()
