"""Every bad input gives exactly one sentence that names file, place and cause."""

import io
import os
import re
import struct
import sys
import warnings
import zipfile

import numpy as np
import pytest

from lstmviz.errors import LstmvizError
from lstmviz.inputs import FileInput, GeneratedInput, TextInput, build


def npy(array, **kwargs):
    stream = io.BytesIO()
    np.save(stream, array, **kwargs)
    return stream.getvalue()


def header(text, version=1):
    data = text.encode() + b"\n"
    length = struct.pack("<H", len(data)) if version == 1 else struct.pack("<I", len(data))
    return b"\x93NUMPY" + bytes([version, 0]) + length + data


def lying(shape, descr="<f8"):
    return header(f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}")


def npz(packing=zipfile.ZIP_DEFLATED, **members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.npy", data)
    return stream.getvalue()


GOOD = npz(a=npy(np.ones((50, 2))))
BENT = bytes(byte ^ (0xFF if 60 < k < 70 else 0) for k, byte in enumerate(GOOD))

FILES = [
    # name, bytes, input size, vocabulary, what the sentence must say
    ("e.txt", b"", None, None, "is empty"),
    ("n.txt", b"\n", None, None, "is empty"),
    ("u.txt", b"abc\xff", None, None, r"not UTF-8 text \(byte 4\)"),
    ("w.txt", "ab".encode("utf-16"), None, None, "not UTF-8"),
    ("m.txt", b"abcdef", 4, None, "6 different characters, but the input size is 4"),
    ("v.txt", b"aab\nabz", 4, ("#", "a", "b", "\n"), "line 2, column 3: 'z' is not in the model's"),
    ("e.csv", b"", None, None, "is empty"),
    ("b.csv", b"\n \n,\n", None, None, "is empty"),
    ("h.csv", b"a,b\n", None, None, "header but no row"),
    ("r.csv", b"1,2\n3,4,5\n", None, None, "line 2 has 3 cells where the first row has 2"),
    ("t.csv", b"a,b\n1,2\n3,x y\n", None, None, "line 3, column 2 is 'x y', not a number"),
    ("d.csv", b"1;2\n3;4,5\n", None, None, "line 2, column 2 is '4,5', not a number; .*point"),
    (
        "e.csv",
        b"1,5\t2,3\n4,5\t6,7\n",
        None,
        None,
        "column 2 is '5.t2', .* name the file .tsv if tabs",
    ),
    ("_.csv", b"1,2\n3,1_0\n", None, None, "line 2, column 2 is '1_0', not a number"),
    ("c.csv", b"1,2\n3,\n", None, None, "line 2, column 2 is empty"),
    ("n.csv", b"1,2\n3,NaN\n", None, None, "line 2, column 2 is NaN"),
    ("i.csv", b"1,2\n-inf,4\n", None, None, "line 2, column 1 is -inf"),
    ("l.csv", b"1,2\n1e999,4\n", None, None, "line 2, column 1 is '1e999', too large"),
    ("s.csv", b"1,2\n1e200,4\n", None, None, "line 2, column 1 is '1e200', too large"),
    ("g.csv", b"1,2\n,\n3,4\n,\n", None, None, "line 2 has only empty cells"),
    ("q.csv", b'1,2\n"3,4\n', None, None, "line 2 is not a table row"),
    ("w.csv", b"1,2\n3,4\n", 5, None, "has 2 columns, but the network reads 5"),
    ("w.tsv", b"1\n3\n", 5, None, "has 1 column, but the network reads 5"),
    (
        "3.npy",
        npy(np.ones((2, 3, 4))),
        None,
        None,
        r"shape \(2, 3, 4\), a batch of 2 sequences; pick one with --item 0 to 1",
    ),
    ("0.npy", npy(np.float64(3)), None, None, r"shape \(\); give"),
    ("z.npy", npy(np.ones((0, 4))), None, None, r"shape \(0, 4\); give at least one step"),
    ("k.npy", npy(np.ones((4, 0))), None, None, r"shape \(4, 0\)"),
    ("w.npy", npy(np.ones((4, 2))), 3, None, "has 2 columns, but the network reads 3"),
    ("n.npy", npy(np.array([[1, 2], [np.nan, 3]])), None, None, "row 2, column 1 is NaN"),
    ("i.npy", npy(np.array([1, -np.inf])), None, None, "row 2, column 1 is -inf"),
    ("c.npy", npy(np.ones(3, complex)), None, None, "complex numbers"),
    ("s.npy", npy(np.array(["a"])), None, None, "holds <U1, not numbers"),
    ("r.npy", npy(np.zeros(2, [("a", "f4")])), None, None, "holds records, not numbers"),
    ("o.npy", npy(np.array([{}]), allow_pickle=True), None, None, "pickled .* never opened"),
    ("p.npy", b"\x80\x04K\x01.", None, None, "not a NumPy array file"),
    ("e.npy", b"", None, None, "not a NumPy array file"),
    ("t.npy", npy(np.ones(100))[:-8], None, None, "claims .* it is damaged"),
    ("g.npy", npy(np.ones(100)) + b"x", None, None, "claims .* it is damaged"),
    ("l.npy", lying((10**6, 10)), None, None, "claims .* it is damaged"),
    ("b.npy", lying((10**12, 10)), None, None, "more than the .* allowed"),
    ("m.npy", lying((-1, 10)), None, None, "damaged header"),
    ("f.npy", lying((2.5,)), None, None, "damaged header"),
    ("h.npy", header("__import__('os').getcwd()"), None, None, "damaged header"),
    ("j.npy", header("(" * 200), None, None, "damaged header"),
    ("y.npy", header("[" * 9000), None, None, "damaged header"),
    ("x.npy", b"\x93NUMPY\x02\x00\xff\xff\xff\x7f", None, None, "damaged header"),
    ("b.npz", b"PK nothing", None, None, "damaged or not an .npz"),
    ("t.npz", GOOD[:-30], None, None, "damaged or not an .npz"),
    ("x.npz", BENT, None, None, "damaged"),
    ("e.npz", npz(), None, None, "holds no array"),
    ("2.npz", npz(a=npy(np.ones(1)), b=npy(np.ones(1))), None, None, r"2 arrays \(a, b\)"),
    ("o.npz", npz(a=npy(np.array([{}]), allow_pickle=True)), None, None, "pickled"),
    ("l.npz", npz(a=lying((10**6, 10))), None, None, r"\(a\) claims"),
    ("z.npz", npz(zipfile.ZIP_LZMA, a=npy(np.ones(9))), None, None, r"\(a\) is packed in a way"),
    ("f.npz", npz(a=b"hello"), None, None, r"\(a\) is not a NumPy array"),
    (
        "a.json",
        b"{}",
        None,
        None,
        r"unknown suffix '.json'; inputs are .txt .py .csv .tsv .npy .npz",
    ),
    ("a", b"", None, None, "has no suffix; inputs are .txt"),
]


def one_sentence(error):
    text = str(error)
    assert "\n" not in text and text.endswith(".") and "  " not in text
    return text


@pytest.mark.parametrize(
    ("name", "data", "size", "vocabulary", "says"), FILES, ids=[f"{r[0]}-{r[4]}" for r in FILES]
)
def test_a_bad_file_gives_one_sentence(tmp_path, name, data, size, vocabulary, says):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(LstmvizError) as caught:
        build(FileInput(str(path)), size, vocabulary)
    text = one_sentence(caught.value)
    assert re.search(says, text) and name in text


@pytest.mark.parametrize(
    ("recipe", "size", "says"),
    [
        (TextInput(""), None, "the text is empty"),
        (TextInput("abc"), 2, "3 different characters, but the input size is 2"),
        (GeneratedInput("square"), None, "'square' is not one of impulse, step"),
        (GeneratedInput("sine", 0), None, "length 0 is outside 1 to 100,000"),
        (GeneratedInput("sine", 100_001), None, "100,001 is outside"),
        (GeneratedInput("noise", 5, -1), None, "seed -1"),
    ],
)
def test_a_bad_recipe_gives_one_sentence(recipe, size, says):
    with pytest.raises(LstmvizError) as caught:
        build(recipe, size, None)
    assert says in one_sentence(caught.value)


@pytest.mark.parametrize("suffix", [".txt", ".csv", ".npy", ".npz"])
def test_missing_files_and_folders(tmp_path, suffix):
    missing, folder = tmp_path / f"no{suffix}", tmp_path / f"folder{suffix}"
    folder.mkdir()
    for path, says in ((missing, "does not exist"), (folder, "is a folder")):
        with pytest.raises(LstmvizError) as caught:
            build(FileInput(str(path)), None, None)
        assert says in one_sentence(caught.value) and path.name in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="devices and modes of Unix")
def test_devices_and_forbidden_files(tmp_path):
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    with pytest.raises(LstmvizError, match="not an ordinary file"):
        build(FileInput(str(pipe)), None, None)
    if os.geteuid():
        secret = tmp_path / "secret.txt"
        secret.write_text("a")
        secret.chmod(0)
        with pytest.raises(LstmvizError, match="permission denied"):
            build(FileInput(str(secret)), None, None)


def test_strange_names_stay_on_one_line():
    for name in ("a\nb.txt", "a\0b.txt", ".txt"):
        with pytest.raises(LstmvizError) as caught:
            build(FileInput(name), None, None)
        one_sentence(caught.value)


def test_python_does_not_warn_of_what_a_header_holds(tmp_path):
    path = tmp_path / "a.npy"
    path.write_bytes(header(r"{'\d': 0, 'descr': '<f8', 'fortran_order': False, 'shape': (0,)}"))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with pytest.raises(LstmvizError, match="damaged header"):
            build(FileInput(str(path)), None, None)
    assert not told


@pytest.mark.parametrize("name", ["long.npy", "long.csv"])
def test_the_labels_of_a_narrow_sequence_count_too(tmp_path, monkeypatch, name):
    monkeypatch.setenv("LSTMVIZ_MEMORY_GB", "0.001")
    path = tmp_path / name
    path.write_bytes(npy(np.zeros(20_000)) if name.endswith("npy") else b"1\n" * 20_000)
    with pytest.raises(LstmvizError, match=f"{name} would take 2 MiB as 20,000 steps of 1 values"):
        build(FileInput(str(path)), None, None)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setenv("LSTMVIZ_MEMORY_GB", "0.01")
    path = tmp_path / "bomb.npz"
    np.savez_compressed(path, a=np.zeros((4_000_000,)))
    assert path.stat().st_size < 100_000
    with pytest.raises(LstmvizError, match=r"bomb.npz \(a\) would take 32,000,\d+ bytes"):
        build(FileInput(str(path)), None, None)
