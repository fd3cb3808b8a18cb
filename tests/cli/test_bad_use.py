"""Bad use and bad input are one sentence and exit code 2; nothing is left behind."""

import re
import zipfile

import pytest

from lstmviz.cli import main

FAULTS = [
    ("--sizes 5,3", "not three sizes I,H,C"),
    ("--sizes 0,3,4", "'0' is not an input size"),
    ("--sizes 5,auto,4", "'auto' is not a hidden size"),
    ("--sizes 5,3,1025", "whole number from 1 to 1024"),
    ("--seed -1", "--seed"),
    ("--seed 1.5", "'1.5' is not a seed"),
    ("--seed 9223372036854775808", "from 0 to 9223372036854775807"),
    ("--head 0", "'0' is not a head size"),
    ("--head 5:relu7", "'relu7' is not one of softmax"),
    ("--generate square", "'square' is not one of impulse"),
    ("--generate sine:0", "length 0 is outside"),
    ("--generate sine:1:2:3", "not KIND"),
    ("--initial one", "invalid choice: 'one'"),
    ("--text a --input b", "not allowed with"),
    ("--nonsense", "unrecognized arguments: --nonsense"),
    ("a b", "unrecognized arguments: b"),
    ("no.npz", "no.npz does not exist"),
    ("no.lstmviz", "no.lstmviz does not exist"),
    ("demo:no", "there are demo:counter, demo:abc, demo:"),
    ("demo:counter --sizes 1,2,3", "--sizes is for an untrained network"),
    ("demo:counter --text xyz", "line 1, column 1: 'x' is not in"),
    ("--input no.csv", "no.csv does not exist"),
    ("--input no.xyz", "unknown suffix '.xyz'; inputs are"),
    ("--sizes 2,3,4 --text abc", "3 different characters, but the input size is 2"),
    ("--sizes 5,3,4 --no-project", "layer 0 cannot run: h = o ⊙ tanh"),
]


@pytest.mark.parametrize(("line", "says"), FAULTS, ids=[row[0] for row in FAULTS])
def test_bad_use_is_one_sentence_and_code_2(capsys, tmp_path, line, says):
    out = tmp_path / "t.npz"
    assert main(["trace", *line.split(), "--out", str(out)]) == 2
    sentence(capsys, says)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("trace --text a", "required: --out"),
        ("trace --text a --out a.txt", "a.txt is not an .npz"),
        ("trace --text a --out no/t.npz", "no/t.npz cannot be written: the folder no"),
        ("export --text a", "required: --out"),
        ("export --text a --out a.svg --stage x", "invalid choice: 'x'"),
        ("export --text a --out a.svg --view x", "invalid choice: 'x'"),
        ("export --text a --out a.svg --scale 0", "'0' is not a scale"),
        ("export --text a --out a.svg --scale nan", "'nan' is not a scale"),
        ("export --text a --out a.svg --size 5", "'5' is not a size WxH"),
        ("export --text a --out a.svg --size 0x5", "'0' is not a width"),
        ("export --text a --out a.svg --step x", "'x' is not a step"),
        ("info --siz 1,2,3", "unrecognized arguments"),
        ("doctor now", "unrecognized arguments: now"),
        ("inof demo:counter", "no command and no file 'inof'; did you mean info?"),
        ("exprot", "did you mean export?"),
        ("info demo:counter --input gone.csv", "gone.csv"),
        ("demo:counter info", "info must come first, as in lstmviz info"),
        ("--sizes 1,2,3 export --out a.png", "export must come first"),
        ("--json info demo:counter", "info must come first"),
        ("--seed 1 trace", "trace must come first"),
    ],
)
def test_bad_options_of_the_commands(capsys, monkeypatch, tmp_path, line, says):
    monkeypatch.chdir(tmp_path)
    assert main(line.split()) == 2
    sentence(capsys, says)
    assert list(tmp_path.iterdir()) == []


def sentence(capsys, says):
    captured = capsys.readouterr()
    assert captured.out == ""
    assert re.fullmatch(r"lstmviz: [^\n]+\.\n", captured.err)
    assert says in captured.err


def test_a_file_named_like_a_command_is_reached_by_its_path(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "info").write_text("")
    assert main(["./info"]) == 2
    sentence(capsys, "./info has no suffix")


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (KeyboardInterrupt(), 130, ""),
        (MemoryError(), 2, "too little memory"),
        (PermissionError(13, "Permission denied", "x"), 2, "lstmviz: x: permission denied.\n"),
    ],
)
def test_what_python_raises_is_told_without_a_traceback(capsys, monkeypatch, error, code, says):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr("lstmviz.cli.info.report", fail)
    assert main(["info"]) == code
    err = capsys.readouterr().err
    assert says in err and (err.count("\n") == (1 if says else 0))


@pytest.mark.parametrize("line", ["trace --out no/a.npz", "export --out no/a.png"])
def test_a_target_that_cannot_be_is_told_before_the_work(capsys, monkeypatch, line):
    monkeypatch.setattr("lstmviz.engine.unroll.allocate", None)
    assert main(line.split()) == 2
    assert "no does not exist; make it first" in capsys.readouterr().err


def test_what_cannot_be_told_still_has_its_exit_code(monkeypatch):
    class Full:
        def write(self, text):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("sys.stderr", Full())
    assert main(["no.npz"]) == 2


def test_what_a_file_says_does_not_steer_the_terminal(capsys, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("in\x1b[31m\nput.npy", b"")
    line = ["trace", "--sizes", "2,3,4", "--input", str(tmp_path / "a.npz")]
    assert main([*line, "--out", str(tmp_path / "t.npz")]) == 2
    sentence(capsys, "(in\\x1b[31m put) is not a NumPy array file")
