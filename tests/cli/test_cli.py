import html
import json
import re
import signal
import subprocess
import sys
import zipfile

import numpy as np
import pytest

import lstmviz
from lstmviz import cli
from lstmviz.cli import arguments, main, source
from lstmviz.engine.spec import HeadSpec
from lstmviz.inputs.recipes import VocabularyFile
from lstmviz.session import (
    Document,
    Edit,
    FileInput,
    GeneratedInput,
    Other,
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
        "impossible  layer 0 cannot run: o ⊙ tanh(c) has the cell size 256"
        in capsys.readouterr().out
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


@pytest.fixture
def drawn(monkeypatch):
    """What `export` handed to the drawing code."""
    import lstmviz.export.figure as figure

    calls = []
    monkeypatch.setattr(
        figure,
        "export_session",
        lambda session, out, *, view, scale, size: calls.append((session, out, view, scale, size)),
    )
    return calls


def test_export_hands_over_what_to_draw(drawn, tmp_path):
    out = tmp_path / "a.svg"
    line = "export --sizes auto,128,256 --text hello --view heatmaps --step 2 --stage write"
    line += " --theme dark --scale 2 --unit 9 --size 640x480 --out"
    assert main([*line.split(), str(out)]) == 0
    ((session, path, view, scale, size),) = drawn
    assert session.document == Document(one_layer(None, 128, 256), TextInput("hello"))
    looked = session.view
    assert (looked.step, looked.stage, looked.unit, looked.theme) == (2, "write", 9, "dark")
    assert (path, view, scale, size) == (out, "heatmaps", 2.0, (640, 480))


@pytest.mark.parametrize(
    ("options", "looked"),
    [
        ("--pattern l+", ("pattern", "l+", None)),
        ("--annotation told.csv:a", ("file", "", "told.csv:a")),
        ("--annotation strings", ("built-in", "", None)),
    ],
)
def test_export_asks_what_units_follow(drawn, tmp_path, options, looked):
    line = f"export --sizes auto,8,8 --text hello --view follow {options} --out {tmp_path}/a.svg"
    assert main(line.split()) == 0
    view = drawn[0][0].view
    assert (view.follows, view.pattern, view.annotation_file) == looked


def test_export_looks_for_places_like_a_step(drawn, tmp_path, capsys):
    line = f"export --sizes auto,8,8 --text hello --folder x --out {tmp_path}/a.svg"
    assert main([*line.split(), "--view", "alike", "--step", "2"]) == 0
    view = drawn[0][0].view
    assert (view.like, view.folder) == ((2, 3), "x")
    assert main(line.split()) == 2
    assert "--folder is for --view alike" in capsys.readouterr().err


def test_export_colours_running_text(drawn, tmp_path, capsys):
    line = f"export --sizes auto,8,8 --text hello --tint f --out {tmp_path}/a.svg"
    assert main([*line.split(), "--view", "text"]) == 0
    assert drawn[0][0].view.tint == "forget_gate"
    assert main(line.split()) == 2
    assert "--tint is for --view text" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--pattern a", "--pattern is for --view follow"),
        ("--view heatmaps --annotation strings", "--annotation is for --view follow"),
        ("--view follow --pattern a --annotation strings", "are two questions"),
        ("--view follow", "give it with --pattern or --annotation"),
        ("--view compare", "name one with --with SOURCE"),
        ("--view follow --pattern (", "no regular expression"),
        ("--view follow --pattern q", "matches nothing"),
        ("--view follow --annotation none.csv", "none.csv does not exist"),
    ],
)
def test_export_says_why_nothing_can_be_followed(capsys, tmp_path, options, sentence):
    line = f"export --sizes auto,8,8 --text hello {options} --out {tmp_path}/a.svg"
    assert main(line.split()) == 2
    assert sentence in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_export_shows_the_end_of_the_run_unless_a_session_says_otherwise(drawn, tmp_path):
    out, path = str(tmp_path / "a.svg"), str(tmp_path / "a.lstmviz")
    assert main(["export", "--sizes", "5,3,4", "--generate", "sine:9", "--out", out]) == 0
    save_session(Session(Document(one_layer(5, 3, 4)), View(step=2, stage="forget")), path)
    assert main(["export", path, "--view", "unrolled", "--out", out]) == 0
    views = [session.view for session, *_ in drawn]
    assert [(v.step, v.stage, v.diagram) for v in views] == [
        (8, "project", "cell"),
        (2, "forget", "unrolled"),
    ]


def test_doctor_runs(capsys):
    assert main(["doctor"]) in (0, 1)
    assert capsys.readouterr().out.strip()


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
    ("--sizes 5,3,4 --no-project", "layer 0 cannot run: o ⊙ tanh"),
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


@pytest.mark.parametrize("name", ["", "info", "trace", "export", "doctor"])
def test_help_and_version(capsys, name):
    assert main([*name.split(), "--help"]) == 0
    assert f"usage: lstmviz {name}".strip() in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"lstmviz {lstmviz.__version__}\n"


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


def test_a_text_of_two_dashes_is_a_text(capsys, tmp_path):
    out = tmp_path / "t.npz"
    assert main(["trace", "--sizes", "auto,3,4", "--text=--", "--out", str(out)]) == 0
    assert "2 steps." in capsys.readouterr().out
    assert main(["trace", "--sizes", "auto,3,4", "--text=-", "--out", str(out)]) == 0
    assert "1 step." in capsys.readouterr().out


WITHOUT_NUMPY = """
import sys
sys.modules["numpy"] = None
from lstmviz.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("command", "codes", "says"),
    [("doctor", {0, 1}, ""), ("info", {2}, "package numpy is missing")],
)
def test_a_missing_package_is_told(command, codes, says):
    line = [sys.executable, "-c", WITHOUT_NUMPY, command]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode in codes and says in done.stderr
    assert done.stderr.count("\n") == bool(says)


def test_ctrl_c_ends_the_loading_of_modules_at_once():
    before = signal.getsignal(signal.SIGINT)
    with cli._at_once():
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is before


def test_trace_and_info_import_no_qt(tmp_path):
    code = (
        "import sys; from lstmviz.cli import main; "
        "assert main(['info', '--json']) == 0; "
        "assert main(['trace', 'demo:counter', '--out', sys.argv[1]]) == 0; "
        "sys.exit(any(name.split('.')[0] == 'PySide6' for name in sys.modules))"
    )
    out = str(tmp_path / "a.npz")
    done = subprocess.run([sys.executable, "-c", code, out], check=False)
    assert done.returncode == 0


def test_a_reader_that_leaves_is_no_error():
    done = subprocess.run(
        f"{sys.executable} -m lstmviz info demo:counter | {sys.executable} -c ''",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


def test_export_draws_a_run_with_changes(capsys, tmp_path):
    out = tmp_path / "a.svg"
    told = ["export", "demo:counter", "--view", "heatmaps", "--shown", "difference"]
    assert main([*told, "--change", "forget_gate[3]@10:20 = 0", "--out", str(out)]) == 0
    told_of = out.read_text(encoding="utf-8")
    assert "forget_gate[3]@10:20 = 0" in told_of and "difference" in told_of
    bad = tmp_path / "b.svg"
    assert main([*told, "--change", "forget_gate[99] = 0", "--out", str(bad)]) == 2
    assert "there is no unit 99" in capsys.readouterr().err and not bad.exists()


@pytest.mark.parametrize(
    "options",
    [
        ["--with-text", "#aabb#"],
        ["--with", "demo:counter", "--with-text", "#ab#ab#", "--align", "token", "--match"],
        ["--with-input", "other.txt", "--array", "output"],
    ],
)
def test_the_run_that_a_figure_compares_with_is_named_by_options(tmp_path, monkeypatch, options):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.txt").write_text("#aaabbb#")
    line = ["export", "demo:counter", "--view", "compare", *options, "--out", "a.svg"]
    assert main(line) == 0
    drawn = (tmp_path / "a.svg").read_text()
    told = json.loads(html.unescape(re.search("<desc>(.*)</desc>", drawn)[1]))
    assert told["other"] and ("source" in told["other"]) is ("--with" in options)
    assert told.get("align", "step") == ("token" if "--align" in options else "step")
    assert told.get("match") == ("correlation" if "--match" in options else None)
    assert told.get("compared") == ("output" if "output" in options else None)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--view", "memory", "--with", "demo:abc"], "--with is for --view compare"),
        (["--align", "token"], "--align is for --view compare"),
        (["--view", "compare", "--with-seed", "3"], "demo:counter is a trained one"),
        (["--view", "compare", "--with", "none.pt"], "none.pt"),
    ],
)
def test_another_run_that_a_figure_cannot_take_is_told(tmp_path, capsys, options, said):
    out = tmp_path / "a.svg"
    assert main(["export", "demo:counter", *options, "--out", str(out)]) == 2
    assert said in capsys.readouterr().err and not out.exists()


def test_a_session_to_compare_with_brings_all_that_is_its_own(tmp_path, drawn):
    words = VocabularyFile(str(tmp_path / "words.txt"), "words")
    changes = (Edit("forget_gate[0] = 0"),)
    saved = Document(one_layer(3, 4, 4), TextInput("a b"), "random", words, changes)
    save_session(Session(saved), tmp_path / "b.lstmviz")
    line = ["export", "--sizes", "3,4,4", "--text", "a c", "--view", "compare"]
    line += ["--with", str(tmp_path / "b.lstmviz"), "--out", str(tmp_path / "a.svg")]
    assert main(line) == 0
    document = drawn[0][0].document
    assert document.other == Other(saved.network, saved.input, words, "random", changes)
    assert document.initial == "model" and document.vocabulary is None and not document.changes
    assert main([*line, "--with-text", "c a", "--with-seed", "4"]) == 0
    other = drawn[1][0].document.other
    assert (other.input, other.network.seed) == (TextInput("c a"), 4)
    assert (other.initial, other.changes) == ("random", changes)


def test_a_figure_lists_from_a_later_row(tmp_path, capsys):
    out = tmp_path / "a.svg"
    line = ["export", "demo:python", "--view", "memory", "--out", str(out)]
    assert main([*line, "--from-row", "41"]) == 0
    drawn = out.read_text()
    assert json.loads(html.unescape(re.search("<desc>(.*)</desc>", drawn)[1]))["row"] == 40
    line = ["export", "demo:counter", "--view", "text", "--from-row", "3", "--out", str(out)]
    assert main(line) == 2
    assert "--from-row is for --view follow, memory, compare, alike" in capsys.readouterr().err
    assert main([*line, "--from-row", "0"]) == 2
    assert "is not a row" in capsys.readouterr().err


def test_the_row_of_a_session_is_kept_for_its_own_question_alone(tmp_path, drawn):
    path = tmp_path / "a.lstmviz"
    save_session(Session(view=View(diagram="memory", row=7)), path)
    for view, row in (("memory", 7), ("window", 7), ("compare", 0)):
        parsed = arguments.parse(["export", str(path), "--view", view, "--out", "a.svg"])[1]
        assert source.looked_at(parsed, source.session(parsed)).view.row == row
