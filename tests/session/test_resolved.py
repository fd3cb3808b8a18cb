import numpy as np
import pytest

from lstmviz.engine.spec import HeadSpec, single
from lstmviz.errors import LstmvizError
from lstmviz.session import (
    Document,
    FileInput,
    GeneratedInput,
    TextInput,
    Trained,
    Untrained,
    input_of,
    resolve,
    spec_of,
    untrained_like,
)


def test_the_default_document_is_the_counter_on_its_example():
    resolved = resolve(Document())
    assert resolved.network.trained and resolved.problem is None and resolved.initial is None
    assert "".join(resolved.sequence.labels) == resolved.network.notes["example"]
    assert resolved.sequence.columns == ("#", "a", "b")


def test_an_untrained_network_takes_its_width_from_the_input(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("1,2,3\n4,5,6\n")
    for recipe, width in (
        (TextInput("abca"), 3),
        (FileInput(str(path)), 3),
        (GeneratedInput(), 5),
        (None, 5),
    ):
        document = Document(Untrained(), recipe)
        assert spec_of(document).input_size == width
        resolved = resolve(document)
        assert resolved.sequence.values.shape[1] == resolved.spec.input_size == width


def test_equal_seeds_give_equal_networks_and_others_do_not():
    def weights(seed):
        network = resolve(Document(Untrained(2, 3, 4, seed=seed))).network
        return network.cells[0]["forward"].input_weights

    assert (weights(1) == weights(1)).all() and (weights(1) != weights(2)).any()


def test_random_initial_states_have_the_right_sizes():
    resolved = resolve(Document(Untrained(2, 3, 4), initial="random"))
    state = resolved.initial.of(0, "forward")
    assert state.hidden.shape == (3,) and state.cell.shape == (4,) and state.cell.any()


def test_an_impossible_network_is_a_problem_and_no_error():
    resolved = resolve(Document(Untrained(None, 128, 256, project=False), TextInput("abc")))
    assert resolved.network is None and resolved.sequence.steps == 3
    assert resolved.spec == single(3, 128, 256, project=False)
    assert "256" in resolved.problem and "128" in resolved.problem
    assert "switch the projection on" in resolved.problem


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (Document(Untrained(2), TextInput("abc")), "3 different characters, but the input size"),
        (Document(Untrained(5, 0)), "hidden size 0 is outside 1 to 1024"),
        (Document(Untrained(5, 5, 1025)), "cell size 1025"),
        (Document(Untrained(seed=-1)), "seed -1"),
        (Document(Trained("demo:no")), "demo:counter"),
        (Document(Trained("no.npz")), "no.npz does not exist"),
        (Document(input=TextInput("abc")), "line 1, column 3: 'c' is not in the model's"),
        (Document(initial="ones"), "initial states 'ones'"),
        (Document(Untrained(), FileInput("no.csv")), "no.csv does not exist"),
    ],
)
def test_what_cannot_be_resolved_says_why(document, says):
    with pytest.raises(LstmvizError, match=says):
        resolve(document)


def test_a_wide_table_is_refused_by_its_width(tmp_path):
    np.save(tmp_path / "a.npy", np.ones((2, 1025)))
    with pytest.raises(LstmvizError, match=r"a\.npy has 1,025 columns"):
        spec_of(Document(Untrained(), FileInput(str(tmp_path / "a.npy"))))


def test_a_run_over_the_budget_is_refused_before_it_is_allocated(monkeypatch):
    monkeypatch.setenv("LSTMVIZ_MEMORY_GB", "0.1")
    with pytest.raises(LstmvizError, match="a run over 100,000 steps needs"):
        resolve(Document(Untrained(5, 256, 256), GeneratedInput("sine", 100_000)))


def test_a_file_too_long_to_run_is_named(tmp_path, monkeypatch):
    np.save(tmp_path / "a.npy", np.ones((2000, 1)))
    monkeypatch.setenv("LSTMVIZ_MEMORY_GB", "0.01")
    with pytest.raises(LstmvizError, match=r"a run of .*a\.npy over 2,000 steps needs"):
        resolve(Document(Untrained(None, 512, 512), FileInput(str(tmp_path / "a.npy"))))


def test_a_changed_file_is_read_again(tmp_path):
    path = tmp_path / "a.csv"
    document = Document(Untrained(), FileInput(str(path)))
    path.write_text("1\n2\n")
    assert resolve(document).sequence.steps == 2
    path.write_text("1\n2\n3\n")
    assert resolve(document).sequence.steps == 3


def test_the_discussion_has_its_sizes():
    document = Document(Untrained(5, 256, 256, head=HeadSpec(5)), TextInput("abcde"))
    resolved = resolve(document)
    assert resolved.network.run(resolved.sequence.values).output.shape == (5, 5)


def test_untrained_like_keeps_sizes_head_and_input():
    document = untrained_like(Document(initial="random"))
    before = spec_of(Document())
    assert spec_of(document) == before
    assert document.input == input_of(Document()) and document.initial == "random"
    resolved = resolve(document)
    assert not resolved.network.trained
    assert untrained_like(document) is document
