"""A session is asked as it stands: with its changes, and beside its other run."""

from dataclasses import replace

import numpy as np
import pytest
from asking import answer

from lstmviz.cli import main
from lstmviz.inputs import TextInput
from lstmviz.session import Document, Edit, Other, Session, Trained, one_layer, save_session


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


def test_a_change_that_the_other_run_cannot_have_is_told(tmp_path, capsys):
    path, out = tmp_path / "b.lstmviz", tmp_path / "a.json"
    changes = (Edit("forget_gate[9] = 0"),)
    save_session(Session(Document(one_layer(4, 3, 3), TextInput("abcd"), changes=changes)), path)
    line = ["analyze", "--sizes", "4,3,3", "--text", "abcd", "--ask", "compare"]
    assert main([*line, "--with", str(path), "--out", str(out)]) == 2
    assert "the other run cannot be made: there is no unit 9" in capsys.readouterr().err
    assert not out.exists()
