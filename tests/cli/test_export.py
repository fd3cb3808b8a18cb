"""What lstmviz export hands over to the drawing code, and what it refuses."""

import html
import json
import re

import pytest

from lstmviz.cli import arguments, main, source
from lstmviz.inputs.recipes import VocabularyFile
from lstmviz.session import (
    Document,
    Edit,
    Other,
    Session,
    TextInput,
    View,
    one_layer,
    save_session,
)


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
