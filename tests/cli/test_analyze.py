"""Every question on the command line, in every form of answer."""

import json
import math
import re
import subprocess
import sys

import numpy as np
import pytest
from asking import PYTHON, answer

import lstmviz
from lstmviz import analysis
from lstmviz.cli import main
from lstmviz.cli.analyze.options import COLUMNS, QUESTIONS, TAKES

EXTRA = {
    "terms": ["--unit", "0", "--step", "5"],
    "provenance": ["--unit", "1"],
    "follow": ["--annotation", "balance:a:b"],
    "similar": ["--step", "5"],
    "compare": ["--with-text", "#aabb#ab#"],
    "what-if": ["--change", "forget_gate[0]@9: = 0"],
}


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
