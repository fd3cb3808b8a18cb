"""The vocabulary and the way an input is read as parts of a document."""

import json
from dataclasses import replace

import pytest

from lstmviz import random_network, save
from lstmviz.engine.spec import HeadSpec
from lstmviz.errors import LstmvizError
from lstmviz.session import (
    Document,
    FileInput,
    Frames,
    Session,
    TextInput,
    Trained,
    VocabularyFile,
    load_session,
    one_layer,
    resolve,
    save_session,
    symbols_of,
)


@pytest.fixture
def vocabulary(tmp_path):
    path = tmp_path / "vocab.json"
    path.write_text(json.dumps({"c": 0, "b": 1, "a": 2, "<unk>": 3}))
    return VocabularyFile(str(path))


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.npz"
    save(random_network(4, 6, head=HeadSpec(4)), path)
    return Trained(str(path))


def test_a_trained_model_reads_text_by_the_vocabulary_given(model, vocabulary):
    resolved = resolve(Document(model, TextInput("abcz"), vocabulary=vocabulary))
    assert resolved.sequence.values.argmax(axis=1).tolist() == [2, 1, 0, 3]
    assert resolved.network.vocabulary == ("c", "b", "a", "<unk>")
    again = resolve(Document(model, TextInput("ab"), vocabulary=vocabulary))
    assert again.network is resolved.network


def test_it_stands_before_the_models_own(vocabulary):
    document = Document(Trained("demo:counter"), TextInput("#a"))
    assert symbols_of(document) == resolve(document).network.vocabulary
    own = replace(document, vocabulary=vocabulary)
    with pytest.raises(LstmvizError, match=r"vocab.json has 4 symbols, but the network reads 3"):
        resolve(own)


def test_an_untrained_network_takes_its_size(vocabulary):
    resolved = resolve(Document(one_layer(None, 4, 4), TextInput("ab"), vocabulary=vocabulary))
    assert resolved.spec.input_size == 4
    assert resolved.network.vocabulary == ("c", "b", "a", "<unk>")


def test_a_vocabulary_with_fewer_symbols_says_so(tmp_path, model):
    path = tmp_path / "three.txt"
    path.write_text("a\nb\nc\n")
    document = Document(model, TextInput("ab"), vocabulary=VocabularyFile(str(path)))
    assert resolve(document).sequence.notes == (
        "three.txt names 3 of the 4 symbols that the network reads.",
    )


def test_a_changed_file_is_read_again(tmp_path, model, vocabulary):
    document = Document(model, TextInput("ab"), vocabulary=vocabulary)
    resolve(document)
    (tmp_path / "vocab.json").write_text(json.dumps(["a", "b", "long enough"]))
    assert resolve(document).sequence.values.argmax(axis=1).tolist() == [0, 1]


@pytest.mark.parametrize(
    "recipe",
    [
        FileInput("a.npy", ("x1", "2"), "minmax", 1),
        FileInput("a.wav", ("3",), "standard", frames=Frames("spectrum", 8)),
    ],
)
def test_sessions_keep_it_all_with_paths_of_their_own_folder(tmp_path, vocabulary, recipe):
    recipe = replace(recipe, path=str(tmp_path / recipe.path))
    document = Document(one_layer(None, 4, 4), recipe, vocabulary=vocabulary)
    save_session(Session(document), tmp_path / "s.lstmviz")
    stored = json.loads((tmp_path / "s.lstmviz").read_text())["session"]["document"]
    assert stored["vocabulary"]["path"] == "vocab.json" and stored["input"]["path"][:2] == "a."
    assert load_session(tmp_path / "s.lstmviz").document == document


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"vocabulary": {"path": "v", "split": "bytes"}}, "split 'bytes' is not one of"),
        ({"vocabulary": {"path": 3}}, "session.document.vocabulary.path must be a text"),
        ({"vocabulary": "v.json"}, "session.document.vocabulary must be an object"),
        ({"input": {"type": "FileInput", "path": "a.csv", "scaling": "x"}}, "scaling 'x' is not"),
        ({"input": {"type": "FileInput", "path": "a.csv", "item": 1}}, "no item to choose"),
        (
            {"input": {"type": "FileInput", "path": "a.wav", "frames": {"length": -1}}},
            "frame length -1 is outside",
        ),
    ],
)
def test_a_damaged_session_is_refused_by_field(tmp_path, change, says):
    path = tmp_path / "s.lstmviz"
    save_session(Session(Document(one_layer(3, 4, 4))), path)
    stored = json.loads(path.read_text())
    stored["session"]["document"] |= change
    path.write_text(json.dumps(stored))
    with pytest.raises(LstmvizError) as caught:
        load_session(path)
    assert says in str(caught.value) and "s.lstmviz" in str(caught.value)
