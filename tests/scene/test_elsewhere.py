"""Other files read and run as a run's own input was, with its changes."""

import numpy as np
import pytest

from lstmviz.engine import unroll
from lstmviz.errors import LstmvizError
from lstmviz.inputs import FileInput, TextInput
from lstmviz.scene.elsewhere import ran_alike
from lstmviz.scene.questions import answered, page_of
from lstmviz.scene.run import finished
from lstmviz.scene.shapes import Text
from lstmviz.session import Document, Edit, Other, Trained, View, one_layer

NETWORK = one_layer(None, 6, 6, seed=1)
TEXT = "to be or not to be "


@pytest.fixture
def path(tmp_path):
    """A file of the letters of the text, which need not come in that order."""
    file = tmp_path / "a.txt"
    file.write_text("not to be or be to")
    return file


def changed(*lines, initial="model", **more):
    edits = tuple(map(Edit, lines))
    return finished(Document(NETWORK, TextInput(TEXT), initial, changes=edits, **more))


def test_a_file_is_run_by_the_network_that_the_text_made(path):
    run = changed(initial="random")
    trace, sequence = ran_alike(run, path)
    assert "".join(sequence.labels).replace("␣", " ") == path.read_text()
    assert sequence.columns == run.sequence.columns
    other = run.trace.layers[0].forward
    own = trace.layers[0].forward
    assert np.array_equal(own.initial_cell_state, other.initial_cell_state)
    assert own.initial_cell_state.any()


@pytest.mark.parametrize(
    ("line", "array"),
    [
        ("forget_gate[2]@3: = 0", "forget_gate"),
        ("recurrent_bias[f2] += 9", "forget_gate"),
        ("cell_state[2]@12 = states@4", "cell_state"),
        ("cell_state[2]@12 = other@4", "cell_state"),
    ],
)
def test_a_file_is_changed_as_the_run_is(path, line, array):
    run = changed(line, other=Other(input=TextInput("ooooooooo")))
    before, _ = ran_alike(run.of("baseline"), path)
    after, _ = ran_alike(run.of("changed"), path)
    plain = unroll.run(run.network, before.input)
    assert np.array_equal(before.output, plain.output)
    values = getattr(after.layers[0].forward, array)[:, 2]
    was = before.layers[0].forward.cell_state[:, 2]
    if "gate" in line:
        assert not values[3:].any() and values[:3].all()
    elif "bias" in line:
        assert (values > getattr(before.layers[0].forward, array)[:, 2]).all()
    elif "states" in line:  # its own, not those of the run that is looked at
        assert values[12] == was[4] != run.trace.layers[0].forward.cell_state[4, 2]
    else:
        assert values[12] == run.other.trace.layers[0].forward.cell_state[4, 2]


def test_changes_that_are_switched_off_or_cannot_be_made_are_not_made_elsewhere(path):
    edits = (Edit("forget_gate[1] = 0"), Edit("forget_gate[2] = 0", on=False))
    document = Document(NETWORK, TextInput(TEXT), changes=edits)
    run = finished(document).of("changed")
    assert run.made == edits[:1]
    gate = ran_alike(run, path)[0].layers[0].forward.forget_gate
    assert not gate[:, 1].any() and gate[:, 2].all()


def test_a_file_too_short_for_a_change_is_told(path):
    path.write_text("to be")
    run = changed("forget_gate[2]@12: = 0").of("changed")
    with pytest.raises(LstmvizError, match=r"a\.txt cannot be changed so: .*no step 12"):
        ran_alike(run, path)


def test_places_in_a_folder_are_found_with_the_changes(tmp_path):
    (tmp_path / "a.txt").write_text("#aaaabbbb#aab")
    edits = (Edit("forget_gate[0] = 0.5"),)
    given = FileInput(str(tmp_path / "own.txt"))
    (tmp_path / "own.txt").write_text("#aaaabbbb#ab")
    run = finished(Document(Trained("demo:counter"), given, changes=edits)).of("changed")
    view = View(diagram="alike", like=(6, 7), folder=str(tmp_path))
    found = answered("alike", run, view)
    there = [place for place in found.found if place.path]
    assert there[0].step == 6 and there[0].distance < 1e-6
    page = page_of("alike", found, run, view, 940, 516)
    told = " ".join(shape.text for shape in page.shapes if isinstance(shape, Text))
    assert "1 other file read, with the changes" in told
