from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from lstmviz import random_network, save
from lstmviz.engine.spec import HeadSpec
from lstmviz.errors import LstmvizError
from lstmviz.inputs.vocabulary import vocabulary
from lstmviz.scene.run import finished
from lstmviz.scene.typing import (
    Typed,
    erased,
    known,
    number_at,
    source_words,
    suggestions,
    taken,
    text_of,
    typed,
    writing,
)
from lstmviz.session import Document, FileInput, GeneratedInput, TextInput, Trained

LETTERS = vocabulary(("a", "b", " ", "\n"))
WORDS = vocabulary(("the", "cat", "##s", "[UNK]"))
STRICT = vocabulary(("the", "cat"))
PIECES = vocabulary(("th", "the", "e", " ", "x"), "longest")


def keys(names, *pressed):
    now = Typed("")
    for key in pressed:
        now = typed(now.text, now.pending, key, names)
    return now


@pytest.mark.parametrize(
    ("names", "pressed", "text", "pending"),
    [
        (LETTERS, "ab \n", "ab \n", ""),
        (WORDS, "the ca", "the ", "ca"),
        (WORDS, "the cat ", "the cat ", ""),
        (WORDS, "dog ", "dog ", ""),
        (STRICT, "the do", "the ", "do"),
        (PIECES, "t", "", "t"),
        (PIECES, "the x", "the x", ""),
    ],
)
def test_keys_become_symbols_as_soon_as_they_make_one(names, pressed, text, pending):
    now = keys(names, *pressed)
    assert (now.text, now.pending, now.fault) == (text, pending, "")


def test_a_pasted_text_is_taken_whole():
    assert keys(LETTERS, "ab\na").text == "ab\na"


@pytest.mark.parametrize(
    ("names", "pressed", "kept", "says"),
    [
        (LETTERS, "abz", "ab", "'z' is not in the vocabulary: a b ␣ ↵"),
        (STRICT, "the dog ", "the ", "'dog' is not in the vocabulary: the cat"),
    ],
)
def test_what_is_unknown_is_a_fault_and_changes_nothing(names, pressed, kept, says):
    now = keys(names, *pressed)
    assert now.text == kept and now.fault == says


@pytest.mark.parametrize(
    ("names", "before", "after"),
    [
        (LETTERS, ("ab", ""), ("a", "")),
        (LETTERS, ("", ""), ("", "")),
        (PIECES, ("x the", ""), ("x ", "")),
        (PIECES, ("x", "t"), ("x", "")),
        (WORDS, ("the cats ", ""), ("the", "")),
        (WORDS, ("", ""), ("", "")),
    ],
)
def test_backspace_takes_one_symbol_or_a_waiting_letter(names, before, after):
    now = erased(*before, names)
    assert (now.text, now.pending) == after


def test_a_taken_suggestion_is_written_as_the_vocabulary_is_read():
    assert taken("ab", 3, LETTERS) == "ab\n"
    assert taken("the", 1, WORDS) == "the cat"
    assert taken("the cat", 2, WORDS) == "the cats"


@pytest.fixture
def document(tmp_path):
    def made(activation="softmax", **changes):
        network = random_network(4, 6, head=HeadSpec(4, activation), seed=3)
        network = replace(network, vocabulary=("a", "b", " ", "\n"))
        path = tmp_path / f"{activation}.npz"
        save(network, path)
        return Document(Trained(str(path)), TextInput("ab a"), **changes)

    return made


def test_suggestions_are_the_output_at_the_step_and_of_logits_the_softmax(document):
    run = finished(document())
    found = suggestions(run, 2, 3)
    largest = sorted(run.trace.output[2].tolist(), reverse=True)[:3]
    assert [s.probability for s in found] == pytest.approx(largest, rel=1e-6)
    assert found[0].number == run.trace.output[2].argmax()
    assert "itself" in source_words(run)
    logits = finished(document("linear"))
    shares = np.exp(logits.trace.output[1].astype(float))
    assert suggestions(logits, 1)[0].probability == pytest.approx(shares.max() / shares.sum())
    assert "softmax of" in source_words(logits)


def test_there_are_none_before_a_step_is_computed_and_for_other_networks(document):
    run = finished(document())
    assert suggestions(run, 4) == () and suggestions(replace(run, done=2), 2) == ()
    assert suggestions(finished(document("sigmoid")), 1) == ()
    assert known(finished(Document(input=GeneratedInput("sine", 5)))) is None


def test_what_comes_next_is_known_until_the_end(document):
    run = finished(document())
    assert [number_at(run, k) for k in range(5)] == [0, 1, 2, 0, None]


def test_the_text_of_other_inputs_is_what_their_symbols_make(document, tmp_path):
    np.save(tmp_path / "ids.npy", np.array([1, 3, 0]))
    read = replace(document(), input=FileInput(str(tmp_path / "ids.npy")))
    assert text_of(finished(read)) == "b\na"
    assert text_of(finished(Document())).startswith("#")


def test_writing_goes_on_with_the_text_and_is_the_same_again(document):
    run = finished(document())
    once, again = list(writing(run, 20, 1.0, 5)), list(writing(run, 20, 1.0, 5))
    assert once == again and len(once) == 20
    assert once[-1].startswith("ab a") and len(once[-1]) == 24
    assert all(b.startswith(a) for a, b in pairwise(once))
    rerun = finished(replace(document(), input=TextInput(once[-1])))
    assert suggestions(rerun, 3, 1) == suggestions(run, 3, 1)
    with pytest.raises(LstmvizError, match="temperature"):
        writing(run, 20, -1.0, 5)
    with pytest.raises(LstmvizError, match="to its end"):
        writing(replace(run, done=1), 20, 1.0, 5)
