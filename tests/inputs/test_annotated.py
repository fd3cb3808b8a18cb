"""Annotations from files of every kind, and from files that are none."""

import numpy as np
import pytest

from lstmviz.errors import LstmvizError
from lstmviz.inputs.annotated import folder_of, from_file, from_folder, is_file


@pytest.mark.parametrize(
    ("name", "content", "column", "expected"),
    [
        ("a.csv", "1\n0\n2.5\n", "", [1, 0, 2.5]),
        ("a.csv", "depth,open\n1,4\n0,5\n2,6\n", ":open", [4, 5, 6]),
        ("a.tsv", "depth\topen\n1\t4\n0\t5\n2\t6\n", ":1", [1, 0, 2]),
        ("a.txt", "1 0\n2\n", "", [1, 0, 2]),
        ("a.txt", "101\n", "", [1, 0, 1]),
        ("a.json", "[1, null, 0.5]", "", [1, np.nan, 0.5]),
        ("a.json", '{"x": [1, 2, 3], "y": [4, 5, 6]}', ":y", [4, 5, 6]),
        ("a.json", '{"x": [1, 2, 3]}', "", [1, 2, 3]),
        ("a.json", "[true, false, true]", "", [1, 0, 1]),
    ],
)
def test_one_number_a_step(tmp_path, name, content, column, expected):
    path = tmp_path / name
    path.write_text(content)
    assert is_file(f"{path}{column}")
    assert np.array_equal(from_file(f"{path}{column}", 3), expected, equal_nan=True)


def test_arrays_may_say_nothing_of_a_step(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, [1.0, np.nan, 0.0])
    assert np.array_equal(from_file(str(path), 3), [1, np.nan, 0], equal_nan=True)
    np.save(path, np.arange(6).reshape(3, 2))
    assert from_file(f"{path}:2", 3).tolist() == [1, 3, 5]


@pytest.mark.parametrize(
    ("name", "content", "column", "words"),
    [
        ("a.csv", "1\n0\n", "", "2 numbers, but the input has 3 steps"),
        ("a.csv", "p,q\n1,2\n3,4\n5,6\n", "", "several columns.*p, q"),
        ("a.csv", "p,q\n1,2\n3,4\n5,6\n", ":r", "no column 'r'"),
        ("a.txt", "1 x 3", "", "not numbers"),
        ("a.txt", "1 2 3", ":x", "has no columns"),
        ("a.json", '{"x": [1], "y": [2]}', "", "columns x, y"),
        ("a.json", '{"x": [1]}', ":z", "columns x"),
        ("a.json", '["a", 1, 2]', "", "no list of numbers"),
        ("a.json", f"[1{'0' * 400}, 1, 2]", "", "no list of numbers"),
        ("a.json", "3", "", "no list of numbers"),
        ("a.json", "[1, 2, 3]", ":x", "is a list"),
        ("a.json", "[1,", "", "not JSON"),
        ("a.npy", "no array", "", "not a NumPy array"),
    ],
)
def test_what_is_no_annotation_is_told(tmp_path, name, content, column, words):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(LstmvizError, match=words):
        from_file(f"{path}{column}", 3)


def test_arrays_of_other_shapes_are_told(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((3, 2)))
    for text, words in ((str(path), "columns 1 to 2"), (f"{path}:3", "columns 1 to 2")):
        with pytest.raises(LstmvizError, match=words):
            from_file(text, 3)
    np.save(path, np.zeros(0))
    with pytest.raises(LstmvizError, match="one number a step"):
        from_file(str(path), 3)


def test_names_are_no_files():
    assert not is_file("strings") and not is_file("balance:a:b") and is_file("a.CSV")


def test_a_folder_has_a_file_for_each_input(tmp_path):
    (tmp_path / "a.json").write_text("[1, 2, 3]")
    (tmp_path / "b.csv").write_text("x,y\n1,4\n2,5\n3,6\n")
    assert folder_of(str(tmp_path)) == (tmp_path, None)
    assert folder_of(f"{tmp_path}:y") == (tmp_path, "y")
    assert folder_of(f"{tmp_path}/none:y") is None and folder_of("balance:a:b") is None
    assert from_folder(tmp_path, None, "a.py", 3).tolist() == [1, 2, 3]
    assert from_folder(tmp_path, "y", "b.csv", 3).tolist() == [4, 5, 6]
    with pytest.raises(LstmvizError, match="has no annotation of it; give it a file c with"):
        from_folder(tmp_path, None, "c.py", 3)
