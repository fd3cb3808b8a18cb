"""Every question on the command line, in every form of answer."""

import csv
import json
import math
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from demos import source

import lstmviz
from lstmviz import analysis
from lstmviz.analysis.python_source import annotate
from lstmviz.cli import main
from lstmviz.cli.analyze.options import COLUMNS, QUESTIONS, TAKES
from lstmviz.inputs import TextInput
from lstmviz.session import Document, Edit, Other, Session, Trained, one_layer, save_session

PYTHON = '''\
import os


def join(parts, sep="/"):
    """Join parts with a separator between them."""
    # nothing to do for one
    if len(parts) == 1:
        return [str(parts[0])]
    return sep.join("%s" % (part, ) for part in parts if part)


TABLE = {"a": [1, 2, (3, 4)], "b": ["x", "y"]}  # some values
for key, value in TABLE.items():
    print("key", key, "value", value)
'''

EXTRA = {
    "terms": ["--unit", "0", "--step", "5"],
    "provenance": ["--unit", "1"],
    "follow": ["--annotation", "balance:a:b"],
    "similar": ["--step", "5"],
    "compare": ["--with-text", "#aabb#ab#"],
    "what-if": ["--change", "forget_gate[0]@9: = 0"],
}


def answer(tmp_path, *line, suffix="json"):
    """What a question gives, as JSON, rows of CSV, or arrays."""
    out = tmp_path / f"answer.{suffix}"
    assert main(["analyze", *map(str, line), "--out", str(out)]) == 0
    if suffix == "json":
        return json.loads(out.read_text(), parse_constant=pytest.fail)
    if suffix == "csv":
        with out.open(newline="") as file:
            return list(csv.DictReader(file))
    with np.load(out, allow_pickle=False) as archive:
        return dict(archive)


@pytest.mark.parametrize("suffix", ["json", "csv", "npz"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_in_every_form(tmp_path, capsys, question, suffix):
    found = answer(
        tmp_path, "demo:counter", "--ask", question, *EXTRA.get(question, []), suffix=suffix
    )
    assert len(found) > 0
    text = capsys.readouterr().out
    assert text.startswith(str(tmp_path)) and f"{question}, 39 steps." in text
    if suffix == "json":
        assert found["question"] == question and found["source"] == "demo:counter"
        assert found["steps"] == 39
    if suffix == "csv":
        assert list(found[0]) == re.sub(r" \([^)]*\)", "", COLUMNS[question]).split(", ")
    if suffix == "npz":
        assert all(array.dtype != object and array.size for array in found.values())


@pytest.mark.parametrize("question", sorted(set(QUESTIONS) - {"follow", "what-if", "compare"}))
def test_stacks_and_both_directions(tmp_path, question):
    extra = {"similar": ["--step", "5"], "terms": ["--unit", "1"], "provenance": ["--unit", "1"]}
    line = ["--sizes", "4,3,5,6,6", "--direction", "both,forward", "--variant", "peephole,CIFG"]
    line += ["--head", "3", "--generate", "onehot:40", "--ask", question]
    found = answer(tmp_path, *line, *extra.get(question, []))
    if question in ("memory", "saturation", "quiet", "histograms"):
        places = {(row["layer"], row["direction"]) for row in found["table"]}
        assert places == {(0, "forward"), (0, "backward"), (1, "forward")}
    if question in TAKES and "layer" in TAKES[question]:
        answer(tmp_path, *line, *extra.get(question, []), "--layer", "0:backward")


def test_the_report_has_what_units_follow_where_the_input_is_python(tmp_path):
    found = answer(tmp_path, "demo:python", "--text", PYTHON)
    assert {"memory", "saturation", "quiet", "follow"} <= set(found)
    names = {row["annotation"] for row in found["follow"]["table"]}
    assert {"strings", "brackets", "indentation"} <= names
    assert "follow" not in answer(tmp_path, "demo:counter")
    rows = answer(tmp_path, "demo:counter", suffix="csv")
    row = next(r for r in rows if (r["question"], r["measure"]) == ("memory", "horizon"))
    trace = lstmviz.trace("demo:counter", lstmviz.load("demo:counter").notes["example"])
    assert float(row["value"]) == pytest.approx(analysis.horizon(trace)[int(row["unit"])])


def test_terms_sum_to_what_is_shown(tmp_path):
    line = ["demo:counter", "--ask", "terms", "--unit", 2, "--step", 4, "--array", "candidate"]
    found = answer(tmp_path, *line)
    assert math.tanh(found["sum"]) == pytest.approx(found["value"], rel=1e-5)
    assert math.tanh(found["sum"]) + found["rounding"] == pytest.approx(found["value"], rel=1e-14)
    assert sum(row["value"] for row in found["table"]) == pytest.approx(found["sum"])
    assert {row["name"] for row in found["table"] if row["source"] == "input"} == {"#", "a", "b"}


def test_provenance_sums_to_the_cell_state(tmp_path):
    rows = answer(
        tmp_path, "demo:counter", "--ask", "provenance", "--unit", 0, "--step", 8, suffix="csv"
    )
    assert [row["step"] for row in rows] == ["", *map(str, range(9))]
    trace = lstmviz.trace("demo:counter", lstmviz.load("demo:counter").notes["example"])
    c = trace.layers[0].forward.cell_state[8, 0]
    assert sum(float(row["remains"]) for row in rows) == pytest.approx(c, rel=1e-5)


def test_numbers_that_are_not_finite_are_null_or_empty(tmp_path):
    line = ["--sizes", "3,4,4", "--variant", "NFG", "--generate", "noise:30", "--ask", "memory"]
    assert all(row["half_life"] is None for row in answer(tmp_path, *line)["table"])
    assert all(row["half_life"] == "inf" for row in answer(tmp_path, *line, suffix="csv"))


def test_gradients_and_what_if_have_the_arrays_of_a_trace(tmp_path):
    counter = lstmviz.load("demo:counter")
    trace = lstmviz.trace(counter, "#aabb#")
    line = ["demo:counter", "--text", "#aabb#"]
    found = answer(
        tmp_path, *line, "--ask", "gradients", "--step", 3, "--output", "b", suffix="npz"
    )
    expected = analysis.gradients(counter, trace.input, 3, 2)
    assert np.array_equal(found["input"], expected.input)
    assert np.array_equal(
        found["layer0.forward.forget_gate"], expected.layers[0].forward.forget_gate
    )
    salient = answer(tmp_path, *line, "--ask", "saliency", "--step", 3, "--output", "b")
    assert [row["saliency"] for row in salient["table"]] == pytest.approx(
        analysis.saliency(expected, trace.input).tolist()
    )
    change = "forget_gate[0]@3: = 0"
    found = answer(tmp_path, *line, "--ask", "what-if", "--change", change, suffix="npz")
    clamped = analysis.clamp("forget_gate", 0.0, [0], first=3)
    assert np.array_equal(
        found["output"], analysis.run_with(counter, trace.input, [clamped]).output
    )
    assert np.array_equal(found["baseline.output"], trace.output)
    line += ["--with-text", "#bbaa#", "--change", "cell_state[0]@3 = other@1"]
    found = answer(tmp_path, *line, "--ask", "what-if", suffix="npz")["layer0.forward.cell_state"]
    theirs = lstmviz.trace(counter, "#bbaa#").layers[0].forward.cell_state
    ours = trace.layers[0].forward.cell_state
    assert found[3, 0] == theirs[1, 0] and np.allclose(found[3, 1:], ours[3, 1:])


def test_another_run_is_compared_by_seed_and_by_token(tmp_path):
    line = ["--sizes", "4,6,6", "--seed", "1", "--generate", "onehot:30", "--ask", "compare"]
    other = answer(tmp_path, *line, "--with-seed", "2", "--match")
    assert sorted(row["other_unit"] for row in other["units"]) == list(range(6))
    same = answer(tmp_path, *line, "--with-seed", "1")
    assert all(row["rms_difference"] == 0 for row in same["table"])
    line = ["demo:counter", "--text", "#aabb#", "--ask", "compare", "--align", "token"]
    found = answer(tmp_path, *line, "--with-text", "#aaabbb#")
    assert found["aligned_steps"] == 6 and (found["steps"], found["other_steps"]) == (6, 8)


def test_a_folder_of_inputs_is_searched_and_ranked(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    for k, n in enumerate((3, 7, 5, 9, 4)):
        (folder / f"{k}.txt").write_text(("#" + "a" * n + "b" * n) * 4)
    (folder / "other.txt").write_text("xyz")
    line = ["demo:counter", "--text", "#" + "a" * 6 + "b" * 6, "--folder", folder]
    found = answer(tmp_path, *line, "--ask", "follow", "--annotation", "balance:a:b")
    assert found["sequences"] == 6 and "other.txt" in found["skipped"][0]
    assert found["steps"] == 4 * (5 + 2 * 28) + 13
    first = found["table"][0]
    assert (first["array"], first["unit"]) == ("cell_state", 0)
    assert first["held_correlation"] > 0.99
    places = answer(tmp_path, *line, "--ask", "similar", "--step", 4, "--most", 3)
    assert places["table"][0]["sequence"].endswith(".txt")
    assert places["table"][0]["before"].endswith("aaaa")


CLAIMS = {
    "counter": [("balance:a:b", 0, 0.99)],
    "abc": [("balance:a:b", 0, 0.98), ("balance:b:c", 1, 0.99)],
    "brackets": [("balance:([{:)]}", 0, 0.96)],
}


@pytest.mark.parametrize("demo", CLAIMS)
def test_what_a_card_says_of_units_is_found_from_scratch(tmp_path, demo):
    units = lstmviz.load(f"demo:{demo}").notes["units"]
    for annotation, unit, least in CLAIMS[demo]:
        line = [f"demo:{demo}", "--ask", "follow", "--annotation", annotation]
        first = answer(tmp_path, *line, "--array", "cell_state")["table"][0]
        assert first["unit"] == unit and f"nit {unit} " in units
        assert first["correlation"] > least


def test_the_units_of_the_model_of_python_are_found_on_files_it_never_saw(tmp_path):
    for path, text in list(source.kept().items())[::4]:
        (tmp_path / path.replace("/", ".")).write_text(text, newline="\n")
    line = ["demo:python", "--ask", "follow", "--folder", tmp_path, "--array", "cell_state"]
    names = ("prose", "prose-comments", "indentation", "brackets")
    for name in names:
        line += ["--annotation", name]
    rows = [row for row in answer(tmp_path, *line)["table"] if row["rank"] == 1]
    units = lstmviz.load("demo:python").notes["units"]
    claims = ("inside comments and strings", "which of the two", "the blocks", "open brackets")
    for row, name, unit, words in zip(rows, names, range(4), claims, strict=True):
        assert (row["annotation"], row["unit"]) == (name, unit)
        assert re.search(rf"nit {unit} (rises|tells) [a-z ]*{words}", units)
        assert row["held_correlation"] > 0.4


def test_annotations_and_patterns_are_ranked_side_by_side(tmp_path):
    told = annotate(PYTHON)["strings"]
    np.save(tmp_path / "strings.npy", told)
    line = ["demo:python", "--text", PYTHON, "--ask", "follow", "--array", "cell_state"]
    line += ["--annotation", "strings", "--annotation", tmp_path / "strings.npy"]
    rows = answer(tmp_path, *line, "--pattern", r"\w+")["table"]
    by_name = {}
    for row in rows:
        by_name.setdefault(row["annotation"], []).append((row["unit"], row["correlation"]))
    assert list(by_name) == ["strings", "strings.npy", r"\w+"]
    assert by_name["strings"] == by_name["strings.npy"] != by_name[r"\w+"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["--ask", "terms"], "needs --unit"),
        (["--ask", "what-if"], "needs --change"),
        (["--ask", "similar"], "needs --step"),
        (["--ask", "compare"], "needs another run"),
        (["--ask", "compare", "--with-seed", "3"], "trained one"),
        (["--ask", "follow"], "needs --annotation or --pattern"),
        (["--ask", "memory", "--pattern", "a"], "--pattern is for --ask follow, not memory"),
        (["--ask", "memory", "--with", "demo:abc"], "--with is for --ask compare or what-if"),
        (["--ask", "terms", "--unit", "99"], "no unit 99"),
        (["--ask", "gradients", "--step", "99"], "no step 99"),
        (["--ask", "gradients", "--output", "z"], "no output 'z'"),
        (["--ask", "memory", "--layer", "3"], "no layer 3"),
        (["--ask", "memory", "--layer", "0:backward"], "does not run backward"),
        (["--ask", "what-if", "--change", "x"], "no change of a run"),
        (["--ask", "what-if", "--change", "states@3 = other@3"], "needs another run"),
        (["--ask", "follow", "--annotation", "x.csv"], "x.csv does not exist"),
        (["--ask", "follow", "--annotation", "verbs"], "'verbs' is unknown"),
        (["--ask", "follow", "--pattern", "("], "no regular expression"),
        (["--ask", "follow", "--pattern", "a", "--folder", "absent"], "absent is no folder"),
        (["--ask", "nothing"], "invalid choice"),
        (["--expect", "a.npy"], "--expect is for lstmviz info and trace"),
    ],
)
def test_bad_use_is_one_sentence_and_nothing_is_written(tmp_path, capsys, line, words):
    out = tmp_path / "a.json"
    assert main(["analyze", "demo:counter", *line, "--out", str(out)]) == 2
    text = capsys.readouterr().err
    assert words in text and text.count("\n") == 1
    assert not out.exists()


def test_the_suffix_must_be_one_of_three(tmp_path, capsys):
    assert main(["analyze", "demo:counter", "--out", str(tmp_path / "a.txt")]) == 2
    assert ".json, .csv, .npz" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_qt_is_never_imported(tmp_path):
    code = (
        "import sys; from lstmviz.cli import main; "
        f"code = main(['analyze', 'demo:counter', '--out', {str(tmp_path / 'a.csv')!r}]); "
        "sys.exit(code or any(name.startswith('PySide6') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_file_that_is_read_is_overwritten(tmp_path, capsys):
    table = tmp_path / "in.csv"
    table.write_text("1,2,3\n4,5,6\n" * 9)
    line = f"analyze --sizes 3,2,2 --input {table} --ask memory --out {table}"
    assert main(line.split()) == 2
    assert "is read for the answer" in capsys.readouterr().err
    assert table.read_text().startswith("1,2,3")
    told = tmp_path / "told.csv"
    told.write_text("depth,other\n" + "1,2\n0,3\n" * 15)
    line = f"demo:counter --ask follow --annotation {told}:depth --out {told}"
    assert main(["analyze", *line.split()]) == 2
    line = f"demo:counter --ask similar --step 3 --folder {tmp_path} --out {told}"
    assert main(["analyze", *line.split()]) == 2
    assert told.read_text().startswith("depth,other")


def test_a_change_that_changes_nothing_is_said_to(tmp_path, capsys):
    out = tmp_path / "same.json"
    change = ["--ask", "what-if", "--change", "forget_gate[0]@5 *= 1"]
    assert main(["analyze", "demo:python", *change, "--out", str(out)]) == 0
    assert "the output is the same at every step" in capsys.readouterr().out
    assert json.loads(out.read_text())["output"]["first_step"] is None


# Sessions with changes, and other runs


@pytest.fixture
def changed(tmp_path):
    """A session file whose unit 1 forgets everything from step 2 on."""
    path = tmp_path / "a.lstmviz"
    made = (Edit("forget_gate[1]@2: = 0"), Edit("input_gate[0] = 1", on=False))
    document = Document(one_layer(4, 3, 3), TextInput("abcdabcdabcd"), changes=made)
    save_session(Session(document), path)
    return path


def test_a_session_with_changes_is_asked_of_the_changed_run(changed, tmp_path, capsys):
    line = [changed, "--ask", "memory"]
    found = {shown: answer(tmp_path, *line, "--shown", shown) for shown in ("baseline", "changed")}
    assert "as it was" in capsys.readouterr().out
    assert answer(tmp_path, *line) == found["changed"]
    assert "with the session's changes" in capsys.readouterr().out
    assert found["changed"]["changes"] == ["forget_gate[1]@2: = 0"]
    means = {shown: each["table"][1]["mean_forget"] for shown, each in found.items()}
    assert means["changed"] < means["baseline"] / 3
    others = {shown: each["table"][0]["mean_forget"] for shown, each in found.items()}
    assert others["changed"] > others["baseline"] / 2


def test_a_number_set_by_a_change_says_that_its_sum_did_not_make_it(changed, tmp_path, capsys):
    line = [changed, "--ask", "terms", "--array", "forget_gate"]
    for unit, step, held in ((1, 5, True), (1, 1, False), (0, 5, False)):
        found = answer(tmp_path, *line, "--unit", unit, "--step", step)
        assert found["held"] is held
        assert ("set by a change" in capsys.readouterr().out) is held
    assert answer(tmp_path, *line, "--unit", 1, "--step", 5)["value"] == 0
    was = answer(tmp_path, *line, "--unit", 1, "--step", 5, "--shown", "baseline")
    assert was["value"] > 0 and not was["held"]


def test_gradients_of_a_session_with_changes_are_of_the_run_as_it_was(changed, tmp_path, capsys):
    found = answer(tmp_path, changed, "--ask", "saliency")
    assert found["shown"] == "baseline" and "as it was" in capsys.readouterr().out
    line = ["analyze", str(changed), "--ask", "saliency", "--shown", "changed"]
    assert main([*line, "--out", str(tmp_path / "a.json")]) == 2
    assert "--shown is for --ask report" in capsys.readouterr().err


def test_what_if_takes_the_changes_of_the_session_and_more(changed, tmp_path):
    trace = answer(tmp_path, changed, "--ask", "what-if", suffix="npz")
    gate = trace["layer0.forward.forget_gate"]
    assert (gate[2:, 1] == 0).all() and (gate[2:, 0] > 0).all()
    assert (trace["baseline.layer0.forward.forget_gate"] > 0).all()
    more = ["--change", "forget_gate[0] = 1"]
    gate = answer(tmp_path, changed, "--ask", "what-if", *more, suffix="npz")
    gate = gate["layer0.forward.forget_gate"]
    assert (gate[2:, 1] == 0).all() and (gate[:, 0] == 1).all()


def test_the_other_run_of_a_session_is_compared_unless_another_is_named(tmp_path):
    path = tmp_path / "b.lstmviz"
    network = one_layer(4, 3, 3, seed=1)
    other = Other(replace(network, seed=2))
    save_session(Session(Document(network, TextInput("abcdabcd"), other=other)), path)
    own = answer(tmp_path, path, "--ask", "compare", suffix="npz")
    named = answer(tmp_path, path, "--ask", "compare", "--with-seed", "2", suffix="npz")
    same = answer(tmp_path, path, "--ask", "compare", "--with-seed", "1", suffix="npz")
    for name, values in own.items():
        assert np.array_equal(values, named[name])
    assert not same["output"].any() and own["output"].any()


@pytest.mark.parametrize("array", ["output", "head0"])
def test_what_heads_give_can_be_asked_of(tmp_path, array):
    line = ["--sizes", "3,4,4", "--head", "5:tanh", "--head", "2:softmax", "--text", "abcabbca" * 9]
    asked = ["--array", array]
    found = answer(tmp_path, *line, "--ask", "follow", "--pattern", "b", *asked)
    assert {row["array"] for row in found["table"]} == {array}
    assert len(found["table"]) == {"output": 2, "head0": 5}[array]
    answer(tmp_path, *line, "--ask", "similar", "--step", "5", *asked)
    terms = answer(tmp_path, *line, "--ask", "terms", "--unit", "1", "--step", "5", *asked)
    total = sum(row["value"] for row in terms["table"])
    assert total == pytest.approx(terms["sum"])
    if array == "head0":
        assert terms["value"] == pytest.approx(math.tanh(total), rel=1e-5)


def test_what_units_follow_stands_beside_what_they_would_by_chance(tmp_path, capsys):
    line = ["demo:python", "--text", PYTHON, "--ask", "follow", "--pattern", "key"]
    found = answer(tmp_path, *line)
    chances = {row["by_chance"] for row in found["table"]}
    assert len(chances) == 1 and 0 < chances.pop() < 1
    assert "the best by chance: r = ±" in capsys.readouterr().out


def test_a_session_to_compare_with_is_changed_as_it_says(tmp_path):
    path = tmp_path / "b.lstmviz"
    changes = (Edit("forget_gate[0] = 0"),)
    save_session(Session(Document(one_layer(4, 3, 3), TextInput("abcd"), changes=changes)), path)
    line = ["--sizes", "4,3,3", "--text", "abcd", "--ask", "compare", "--with", path]
    found = answer(tmp_path, *line, suffix="npz")
    apart = found["layer0.forward.forget_gate"]
    assert (apart[:, 0] < 0).all() and not apart[0, 1:].any()


def test_a_folder_is_run_with_the_changes_of_a_session(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("#aaaabbbb#aaabbb#aaaabbbb#aabb#aaabbb#")
    (folder / "short.txt").write_text("#a")
    text = "#aaaabbbb#aaabbb#aaabbb#"
    for shown, unlike in (("changed", True), ("baseline", False)):
        session = Session(
            Document(
                Trained("demo:counter"),
                TextInput(text),
                changes=(Edit("forget_gate[0]@5: = 0"),),
            )
        )
        save_session(session, tmp_path / "a.lstmviz")
        line = [tmp_path / "a.lstmviz", "--folder", folder, "--shown", shown]
        near = answer(tmp_path, *line, "--ask", "similar", "--step", 8)
        first = next(row for row in near["table"] if row["sequence"])
        assert (first["step"], first["distance"]) == (8, pytest.approx(0, abs=1e-6))
        assert any("short.txt cannot be changed so" in said for said in near["skipped"]) is unlike
        ranked = ["--ask", "follow", "--annotation", "balance:a:b", "--array", "cell_state"]
        found = answer(tmp_path, *line, *ranked)
        counts = {row["unit"]: abs(row["correlation"]) for row in found["table"]}
        assert (counts[0] < 0.9) is unlike
