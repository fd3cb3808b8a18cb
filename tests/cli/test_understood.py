"""What the command line says of how a file was read, and of what was expected."""

import json
from pathlib import Path

import numpy as np
import pytest

from lstmviz.cli import main

FILES = Path(__file__).resolve().parent.parent / "data"
TAGGER = str(FILES / "torch" / "tagger.pt")


@pytest.fixture
def run(capsys):
    def call(*line):
        code = main(list(line))
        out = capsys.readouterr()
        return code, out.out, out.err

    return call


@pytest.fixture
def onehot(tmp_path):
    """The tagger's input and PyTorch's output for it, as files."""
    with np.load(FILES / "torch" / "expected.npz") as stored:
        x, y = stored["tagger.x"], stored["tagger.y"]
    size = json_of("info", TAGGER)["input_size"]
    np.save(tmp_path / "x.npy", np.eye(size)[x])
    np.save(tmp_path / "y.npy", y[:, np.newaxis])
    return str(tmp_path / "x.npy"), str(tmp_path / "y.npy")


def json_of(*line):
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main([*line, "--json"]) == 0
    return json.loads(out.getvalue())


def test_info_gives_the_certificate(run):
    told = json_of("info", TAGGER)["certificate"]
    assert (told["format"], told["framework"]) == ("torch zip", "PyTorch")
    assert any(name.endswith("weight_ih_l0") for name in told["used"])
    code, out, _ = run("info", TAGGER)
    assert code == 0
    assert "written by  PyTorch" in out
    assert "two per gate, added together" in out
    assert all(name in out for name in told["used"][:3])


def test_what_stands_before_the_lstm_is_named(run):
    _, out, _ = run("info", str(FILES / "keras" / "behind.keras"))
    assert "before it   sieve (Conv1D), which is not run" in out
    assert "the LSTM's own" in out


def test_info_lists_all_lstms(run):
    path = str(FILES / "torch" / "several.pt")
    code, out, err = run("info", path)
    assert (code, err) == (0, "")
    assert "encoder: 1 layer" in out and "decoder: 2 layers" in out and "--lstm NAME" in out
    choices = json_of("info", path)["choices"]
    assert [each["name"] for each in choices] == ["encoder", "decoder"]
    assert choices[0]["sizes"] == [3, 4, 4]
    picked = json_of("info", path, "--lstm", "decoder")["certificate"]
    assert picked["chosen"] == "decoder"
    assert [each["name"] for each in picked["choices"]] == ["encoder", "decoder"]
    code, _, err = run("info", path, "--lstm", "neither")
    assert code == 2 and "neither" in err


def test_another_order_is_told_beside_the_one_that_was_found(run):
    _, out, _ = run("info", TAGGER, "--gate-order", "iofc")
    assert "i, o, f, g as asked for (found: i, f, g, o)" in out
    assert json_of("info", TAGGER, "--gate-order", "iofc")["gate_order"] == "iofg"
    assert json_of("info", TAGGER)["gate_order"] == "ifgo"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (["info", TAGGER, "--gate-order", "ifg"], "'ifg' is unknown"),
        (["info", "--sizes", "2,3,3", "--gate-order", "ifgo"], "--gate-order is for a model file"),
        (["info", "--sizes", "2,3,3", "--lstm", "x"], "--lstm is for a model file; give one"),
        (["info", "--lstm", "x"], "--lstm is for a model file; give one"),
        (["info", TAGGER, "--expect", "absent.npy"], "absent.npy"),
    ],
)
def test_bad_use_is_one_line(run, line, says):
    code, _, err = run(*line)
    assert code == 2 and says in err and err.count("\n") == 1


def test_what_was_expected_agrees(run, onehot, tmp_path):
    x, y = onehot
    code, out, _ = run("info", TAGGER, "--input", x, "--expect", y)
    assert code == 0 and "It agrees within 1e−5" in out
    facts = json_of("info", TAGGER, "--input", x, "--expect", y)["expect"]
    assert facts["agrees"] and facts["difference"] < 1e-6
    target = tmp_path / "t.npz"
    code, out, _ = run("trace", TAGGER, "--input", x, "--expect", y, "--out", str(target))
    assert code == 0 and "It agrees" in out and target.exists()


def test_a_wrong_order_is_told_with_the_one_that_fits(run, onehot):
    x, y = onehot
    line = [TAGGER, "--input", x, "--expect", y, "--gate-order", "iofc"]
    code, out, _ = run("info", *line)
    assert code == 0
    assert "does not agree" in out and "--gate-order ifgo takes it" in out
    facts = json_of("info", *line)["expect"]
    assert not facts["agrees"] and facts["best_gate_order"] == "ifgo"
    assert len(facts["gate_orders"]) == 24


def test_what_does_not_fit_stops_before_anything_is_written(run, onehot, tmp_path):
    np.save(tmp_path / "wrong.npy", np.zeros((3, 3)))
    target = tmp_path / "t.npz"
    line = ["--input", onehot[0], "--expect", str(tmp_path / "wrong.npy"), "--out", str(target)]
    code, _, err = run("trace", TAGGER, *line)
    assert code == 2 and "(3, 3)" in err and "(9, 4)" in err and err.count("\n") == 1
    assert not target.exists()
