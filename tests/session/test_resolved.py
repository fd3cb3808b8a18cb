from dataclasses import replace

import numpy as np
import pytest
from nets import single

from lstmviz.api import save
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import CellSpec, EmbeddingSpec, HeadSpec, NetworkSpec
from lstmviz.engine.variant import GREFF, Variant
from lstmviz.errors import LstmvizError
from lstmviz.session import (
    Document,
    FileInput,
    GeneratedInput,
    Layer,
    TextInput,
    Trained,
    Untrained,
    input_of,
    one_layer,
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
        network = resolve(Document(one_layer(2, 3, 4, seed=seed))).network
        return network.cells[0]["forward"].input_weights

    assert (weights(1) == weights(1)).all() and (weights(1) != weights(2)).any()


def test_random_initial_states_have_the_right_sizes():
    resolved = resolve(Document(one_layer(2, 3, 4), initial="random"))
    state = resolved.initial.of(0, "forward")
    assert state.hidden.shape == (3,) and state.cell.shape == (4,) and state.cell.any()


def test_an_impossible_network_is_a_problem_and_no_error():
    resolved = resolve(Document(one_layer(None, 128, 256, project=False), TextInput("abc")))
    assert resolved.network is None and resolved.sequence.steps == 3
    assert resolved.spec == single(3, 128, 256, project=False)
    assert "256" in resolved.problem and "128" in resolved.problem
    assert "allow the projection" in resolved.problem


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (Document(one_layer(2), TextInput("abc")), "3 different characters, but the input size"),
        (Document(one_layer(5, 0)), "hidden size 0 is outside 1 to 1024"),
        (Document(one_layer(5, 5, 1025)), "cell size 1025"),
        (Document(one_layer(seed=-1)), "seed -1"),
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
        resolve(Document(one_layer(5, 256, 256), GeneratedInput("sine", 100_000)))


def test_a_file_too_long_to_run_is_named(tmp_path, monkeypatch):
    np.save(tmp_path / "a.npy", np.ones((2000, 1)))
    monkeypatch.setenv("LSTMVIZ_MEMORY_GB", "0.01")
    with pytest.raises(LstmvizError, match=r"a run of .*a\.npy over 2,000 steps needs"):
        resolve(Document(one_layer(None, 512, 512), FileInput(str(tmp_path / "a.npy"))))


def test_a_changed_file_is_read_again(tmp_path):
    path = tmp_path / "a.csv"
    document = Document(Untrained(), FileInput(str(path)))
    path.write_text("1\n2\n")
    assert resolve(document).sequence.steps == 2
    path.write_text("1\n2\n3\n")
    assert resolve(document).sequence.steps == 3


def test_the_discussion_has_its_sizes():
    document = Document(one_layer(5, 256, 256, head=HeadSpec(5)), TextInput("abcde"))
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


BOTH = CellSpec(6, 7, 8, True, ("forward", "backward"), GREFF["NIAF"], "ave")
STACK = NetworkSpec(
    (BOTH, CellSpec(7, 5, 5, True, ("backward",), return_sequences=False)),
    (HeadSpec(4, "elu"), HeadSpec(2, "sigmoid", False)),
    EmbeddingSpec(9, 6),
)


def test_untrained_like_keeps_every_layer_head_and_variant(tmp_path):
    save(random_network(STACK, 0), tmp_path / "stack.npz")
    document = Document(Trained(str(tmp_path / "stack.npz")))
    untrained = untrained_like(document)
    assert spec_of(untrained) == STACK
    assert resolve(untrained).network.run([1, 0, 8]).output.shape == (3, 2)


def test_untrained_like_lowers_sizes_that_are_too_large(tmp_path):
    spec = NetworkSpec((CellSpec(1100, 2, 1030), CellSpec(2, 2, 2)), (HeadSpec(1200),))
    save(random_network(spec, 0), tmp_path / "wide.npz")
    np.save(tmp_path / "x.npy", np.ones((2, 1100)))
    document = Document(Trained(str(tmp_path / "wide.npz")), FileInput(str(tmp_path / "x.npy")))
    lowered = NetworkSpec((CellSpec(1024, 2, 1024), CellSpec(2, 2, 2)), (HeadSpec(1024),))
    assert resolve(untrained_like(document)).spec == lowered


def test_layers_read_what_the_one_below_hands_on():
    below = Layer(3, 4, directions=("forward", "backward"))
    for merge, width in (("concat", 6), ("sum", 3)):
        recipe = Untrained(2, (replace(below, merge=merge), Layer(5, 5)))
        assert spec_of(Document(recipe)).layers[1].input_size == width
    assert spec_of(Document(Untrained(2, embedding=7))).layers[0].input_size == 7


def test_first_biases_are_set_as_asked():
    def forget(**how):
        recipe = replace(one_layer(2, 3, 3), **how)
        weights = resolve(Document(recipe)).network.cells[0]["forward"]
        return (weights.input_bias + weights.recurrent_bias)[3:6]

    assert forget(forget_bias=1.0).tolist() == [1, 1, 1]
    assert (forget(chrono=50) >= 0).all() and (forget(chrono=50) != forget()).all()


@pytest.mark.parametrize(
    ("recipe", "says"),
    [
        (Untrained(2, (Layer(return_sequences=False), Layer())), "let layer 0 return its sequence"),
        (
            Untrained(2, (Layer(variant=Variant(coupled=True, absent=("input_gate",))),)),
            "f = 1 − i needs both gates",
        ),
    ],
)
def test_layers_that_contradict_are_a_problem_and_no_error(recipe, says):
    resolved = resolve(Document(recipe))
    assert resolved.network is None and says in resolved.problem


def test_weights_over_the_budget_are_refused_before_they_are_drawn(monkeypatch):
    monkeypatch.setenv("LSTMVIZ_MEMORY_GB", "0.1")
    monkeypatch.setattr("lstmviz.session.resolved.random_network", None)
    with pytest.raises(LstmvizError, match="the weights of this network need 193 MiB"):
        resolve(Document(Untrained(1024, (Layer(1024, 1024),) * 6), GeneratedInput(length=3)))


def test_a_made_input_is_refused_before_it_is_made(monkeypatch):
    monkeypatch.setattr("lstmviz.session.resolved.build", None)
    with pytest.raises(LstmvizError, match=r"^a run over 100,000 steps needs 2\.7 GiB"):
        resolve(Document(one_layer(1024, 1024, 1024), GeneratedInput("noise", 100_000, 7)))
