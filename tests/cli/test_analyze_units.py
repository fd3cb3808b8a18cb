"""Which units follow what, asked on the command line: in a run and in a folder of inputs."""

import re

import numpy as np
import pytest
from asking import PYTHON, answer
from demos import source

import lstmviz
from lstmviz.analysis.python_source import annotate


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


def test_what_units_follow_stands_beside_what_they_would_by_chance(tmp_path, capsys):
    line = ["demo:python", "--text", PYTHON, "--ask", "follow", "--pattern", "key"]
    found = answer(tmp_path, *line)
    chances = {row["by_chance"] for row in found["table"]}
    assert len(chances) == 1 and 0 < chances.pop() < 1
    assert "the best by chance: r = ±" in capsys.readouterr().out
