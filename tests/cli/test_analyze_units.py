"""Which units follow what, asked on the command line: in a run and in a folder of inputs."""

import re

import numpy as np
import pytest
from asking import PYTHON, answer
from demos import source

import lstmviz
from lstmviz.analysis.python_source import annotate
from lstmviz.cli import main


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


def sums(rng):
    """Numbers, marks and the sum of the numbers marked so far."""
    values = np.zeros((100, 2))
    values[:, 0] = rng.random(100)
    values[[rng.integers(50), rng.integers(50, 100)], 1] = 1
    return {"value": values[:, 0], "marker": values[:, 1], "told": np.cumsum(values.prod(axis=1))}


def waves(rng):
    """A sine and the logarithm of its frequency; the first steps are too few to know it by."""
    logs = np.interp(np.arange(200), np.arange(6) * 40, np.log(rng.uniform(1 / 40, 1 / 10, 6)))
    told = [*["nan"] * 20, *logs[20:]]
    return {"value": np.sin(2 * np.pi * np.cumsum(np.exp(logs))), "told": told}


@pytest.mark.parametrize(("name", "made"), [("adding", sums), ("sine", waves)])
def test_what_the_models_of_numbers_hold_is_found_over_a_folder(tmp_path, name, made):
    rng = np.random.default_rng(2024)
    (tmp_path / "told").mkdir()
    for k in range(30):
        columns = made(rng)
        told = columns.pop("told")
        table = np.column_stack(list(columns.values()))
        np.savetxt(
            tmp_path / f"{k}.csv", table, delimiter=",", header=",".join(columns), comments=""
        )
        (tmp_path / "told" / f"{k}.txt").write_text("\n".join(map(str, told)))
    line = [f"demo:{name}", "--ask", "follow", "--array", "cell_state", "--folder", tmp_path]
    first, second = answer(tmp_path, *line, "--annotation", tmp_path / "told")["table"][:2]
    assert first["unit"] == 0 and first["held_correlation"] > 0.8
    assert abs(second["held_correlation"]) < first["held_correlation"] - 0.05


def test_what_an_annotation_of_a_folder_lacks_is_said(tmp_path, capsys):
    for name, folder in (("a.txt", "texts"), ("b.txt", "texts"), ("a.json", "told")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(str([0, 1] * 20) if folder == "told" else "ab" * 20)
    line = ["demo:counter", "--ask", "follow", "--annotation", str(tmp_path / "told")]
    found = answer(tmp_path, *line, "--folder", tmp_path / "texts")
    assert found["sequences"] == 1 and "told has no annotation of it" in found["skipped"][0]
    assert main(["analyze", *line, "--out", str(tmp_path / "x.csv")]) == 2
    assert "give that by --folder" in capsys.readouterr().err
    line += ["--folder", str(tmp_path / "texts"), "--out", str(tmp_path / "told" / "a.json")]
    assert main(["analyze", *line]) == 2
    assert "is read for the answer" in capsys.readouterr().err
