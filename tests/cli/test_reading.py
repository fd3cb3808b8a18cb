"""The options on how an input is read."""

import numpy as np
import pytest

from lstmviz import load_trace
from lstmviz.cli import main


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("day,speed,turn\nMon,1,10\nTue,3,20\n")
    return str(path)


def traced(tmp_path, *arguments):
    out = tmp_path / "out.npz"
    assert main(["trace", *arguments, "--out", str(out)]) == 0
    return load_trace(out)


def test_columns_and_scaling_are_taken_and_told(tmp_path, table, capsys):
    trace = traced(
        tmp_path,
        *("--sizes", "auto,4,4", "--input", table),
        *("--columns", "turn,2", "--scaling", "minmax"),
    )
    assert trace.input.tolist() == [[0, 0], [1, 1]]
    assert "Each column is scaled to 0 … 1." in capsys.readouterr().out


def test_a_vocabulary_names_the_inputs(tmp_path):
    (tmp_path / "v.txt").write_text("the\ncat\n[UNK]\n")
    trace = traced(
        tmp_path,
        *("--sizes", "auto,4,4", "--text", "the dog", "--vocab", str(tmp_path / "v.txt")),
    )
    assert trace.input.argmax(axis=1).tolist() == [0, 2]
    trace = traced(
        tmp_path,
        *("--sizes", "auto,4,4", "--text", "thecat", "--vocab", str(tmp_path / "v.txt")),
        *("--split", "longest"),
    )
    assert trace.input.argmax(axis=1).tolist() == [0, 1]


def test_one_of_a_batch_is_picked(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(12.0).reshape(2, 3, 2))
    trace = traced(tmp_path, "--sizes", "2,4,4", "--input", str(tmp_path / "a.npy"), "--item", "1")
    assert trace.input[0].tolist() == [6, 7]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--columns", "a"], "--columns is for an input file; give one with --input"),
        (["--text", "ab", "--item", "0"], "--item is for an input file"),
        (
            ["--text", "ab", "--split", "words"],
            "--split is for a vocabulary; give one",
        ),
        (["--text", "ab", "--vocab", "none.json"], "none.json does not exist"),
        (["--columns", "a,,b"], "is not a list of columns"),
        (["--frames", "bands"], "is not KIND[:LENGTH[:HOP]]"),
        (["--frames", "samples:0"], "is not a frame length"),
        (["--scaling", "log"], "invalid choice"),
    ],
)
def test_bad_use_is_one_line(arguments, says, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["info", "--sizes", "auto,4,4", *arguments]) == 2
    told = capsys.readouterr().err
    assert says in told and told.count("\n") == 1


def test_columns_that_the_file_has_not_are_refused(table, capsys):
    assert main(["info", "--sizes", "auto,4,4", "--input", table, "--columns", "wind"]) == 2
    assert "there are 1 day, 2 speed, 3 turn" in capsys.readouterr().err
