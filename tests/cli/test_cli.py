"""What each command tells, and what the window is opened on."""

import json
import re

import numpy as np
import pytest

import lstmviz
from lstmviz.cli import main
from lstmviz.engine.spec import HeadSpec
from lstmviz.session import (
    Document,
    Edit,
    FileInput,
    GeneratedInput,
    Session,
    TextInput,
    Trained,
    Untrained,
    View,
    one_layer,
    save_session,
)


@pytest.fixture
def shown(monkeypatch):
    """The sessions that windows were opened on."""
    import lstmviz.gui.app as app

    sessions = []
    monkeypatch.setattr(app, "main", lambda opener, name: sessions.append(opener(None, None)) or 0)
    return sessions


@pytest.mark.parametrize(
    ("line", "document"),
    [
        ([], Document()),
        (["demo:counter"], Document(Trained("demo:counter"))),
        (["--sizes", "5,128,256"], Document(one_layer(5, 128, 256))),
        (["--sizes", "auto,1,1024", "--seed", "7"], Document(one_layer(None, 1, 1024, 7))),
        (["--text", "hi"], Document(Untrained(), TextInput("hi"))),
        (
            ["--sizes", "2,3,4", "--input", "a.csv"],
            Document(one_layer(2, 3, 4), FileInput("a.csv")),
        ),
        (["--head", "5"], Document(one_layer(head=HeadSpec(5)))),
        (["--head", "5:sigmoid"], Document(one_layer(head=HeadSpec(5, "sigmoid")))),
        (["--no-project"], Document(one_layer(project=False))),
        (["--generate", "sine"], Document(Untrained(), GeneratedInput("sine"))),
        (
            ["demo:counter", "--generate", "onehot:9:4", "--initial", "random"],
            Document(Trained(), GeneratedInput("onehot", 9, 4), "random"),
        ),
        (["--text", "#ab", "demo:counter"], Document(Trained(), TextInput("#ab"))),
    ],
)
def test_the_window_opens_on_what_is_asked_for(shown, line, document, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("1,2\n3,4\n")
    assert main(line) == 0
    assert shown == [Session(document)]


def test_no_window_opens_on_an_input_that_does_not_fit(shown, capsys):
    assert main(["--sizes", "3,4,4", "--text", "hello world"]) == 2
    assert "8 different characters" in capsys.readouterr().err
    assert main(["--sizes", "3,4,4", "--input", "absent.csv"]) == 2
    assert "absent.csv" in capsys.readouterr().err
    assert shown == []


def test_a_session_file_opens_with_its_view_and_takes_options(shown, tmp_path):
    path = str(tmp_path / "a.lstmviz")
    save_session(Session(Document(one_layer(4, 3, 2)), View(step=5)), path)
    assert main([path, "--seed", "9", "--text", "ab"]) == 0
    assert shown == [Session(Document(one_layer(4, 3, 2, 9), TextInput("ab")), View(step=5))]


def test_info_as_json(capsys):
    assert main(["info", "--sizes", "5,128,256", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["input_size"] == 5
    assert facts["parameters"] == {"one_bias": 169_984, "two_biases": 171_008}
    (layer,) = facts["layers"]
    assert {name: layer[name] for name in ("input_size", "cell_size", "hidden_size")} == {
        "input_size": 5,
        "cell_size": 256,
        "hidden_size": 128,
    }
    assert (layer["name"], layer["direction"], layer["variant"]) == (
        "layer0",
        "forward",
        "standard",
    )
    assert "format" not in facts


def test_info_of_a_file_names_format_and_gate_order(capsys, tmp_path):
    path = tmp_path / "m.npz"
    lstmviz.save(lstmviz.random_network(3, 4), path)
    assert main(["info", str(path), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["format"], facts["gate_order"]) == ("lstmviz .npz", "ifgo")


@pytest.mark.parametrize(
    ("sizes", "one", "two"),
    [("5,256,256", "268,288", "269,312"), ("5,64,256", "88,064", "89,088")],
)
def test_info_in_words(capsys, sizes, one, two):
    assert main(["info", "--sizes", sizes]) == 0
    text = capsys.readouterr().out
    assert re.search(rf"one bias: .* {one}\n", text) and re.search(rf"two biases: .* {two}\n", text)
    assert "nn.LSTM(input_size=5, hidden_size=256" in text


def test_info_of_the_impossible_says_what_would_mend_it(capsys):
    assert main(["info", "--sizes", "5,64,256", "--no-project"]) == 0
    assert (
        "impossible  layer 0 cannot run: h = o ⊙ tanh(c) needs equal sizes, but h and o have 64 "
        "and c has 256; make the two equal or allow the projection" in capsys.readouterr().out
    )


def test_info_of_the_demo_shows_its_card(capsys):
    assert main(["info", "demo:counter"]) == 0
    text = capsys.readouterr().out
    assert "# a b" in text and "aⁿbⁿ" in text and "Unit 0 counts" in text


def test_trace_of_a_session_with_changes_writes_the_changed_run(capsys, tmp_path):
    path, out = tmp_path / "a.lstmviz", tmp_path / "a.npz"
    made = (Edit("forget_gate[1]@2: = 0"),)
    save_session(Session(Document(one_layer(4, 3, 2), changes=made)), path)
    for shown, zero in ((None, True), ("changed", True), ("baseline", False)):
        asked = [] if shown is None else ["--shown", shown]
        assert main(["trace", str(path), "--out", str(out), *asked]) == 0
        assert ("without the session's changes" in capsys.readouterr().out) is not zero
        gate = lstmviz.load_trace(out).layers[0].forward.forget_gate
        assert bool((gate[2:, 1] == 0).all()) is zero


def test_trace_writes_every_array(capsys, tmp_path):
    out = tmp_path / "t.npz"
    line = ["trace", "--sizes", "auto,2,3", "--text", "abc", "--initial", "random", "--head", "4"]
    assert main([*line, "--out", str(out)]) == 0
    assert "3 steps" in capsys.readouterr().out
    with np.load(out) as arrays:
        assert arrays["layer0.forward.cell_state"].shape == (3, 3)
        assert arrays["layer0.forward.hidden_state"].shape == (3, 2)
        assert arrays["layer0.forward.initial_cell_state"].any()
        assert arrays["output"].shape == (3, 4) and arrays["input"].shape == (3, 3)


def test_doctor_runs(capsys):
    assert main(["doctor"]) in (0, 1)
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("name", ["", "info", "trace", "export", "doctor"])
def test_help_and_version(capsys, name):
    assert main([*name.split(), "--help"]) == 0
    assert f"usage: lstmviz {name}".strip() in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"lstmviz {lstmviz.__version__}\n"


def test_a_text_of_two_dashes_is_a_text(capsys, tmp_path):
    out = tmp_path / "t.npz"
    assert main(["trace", "--sizes", "auto,3,4", "--text=--", "--out", str(out)]) == 0
    assert "2 steps." in capsys.readouterr().out
    assert main(["trace", "--sizes", "auto,3,4", "--text=-", "--out", str(out)]) == 0
    assert "1 step." in capsys.readouterr().out
