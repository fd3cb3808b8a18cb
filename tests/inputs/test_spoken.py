"""Text behind a sequence of symbols, and annotations of its steps."""

import numpy as np
import pytest

from lstmviz.analysis.python_source import annotate
from lstmviz.errors import LstmvizError
from lstmviz.inputs.sequence import numbered
from lstmviz.inputs.spoken import balance, built_in, matching, spoken
from lstmviz.inputs.text import from_text


def told_of(text, symbols=None, split="auto"):
    return spoken(from_text(text, None, symbols, split=split), symbols, split)


@pytest.mark.parametrize("text", ["hello world", "a b\n\tc", "#aabb#"])
def test_a_text_by_its_own_characters_comes_back(text):
    told = told_of(text)
    assert told.text == text
    assert [text[a:b] for a, b in zip(told.starts, told.ends, strict=True)] == list(text)


def test_words_and_pieces_come_back_with_their_places():
    told = told_of("to be or not to be", ("to", "be", "or", "not"))
    assert told.text == "to be or not to be"
    words = [told.text[a:b] for a, b in zip(told.starts, told.ends, strict=True)]
    assert words == ["to", "be", "or", "not", "to", "be"]
    pieces = told_of("the cat", ("the", "Ġcat", "Ġ"))
    assert pieces.text == "the cat" and pieces.ends.tolist() == [3, 7]


def test_a_pattern_is_1_inside_its_matches():
    told = told_of("one, two; one")
    assert matching(told, "one").tolist() == [1] * 3 + [0] * 7 + [1] * 3
    words = told_of("to be or not to be", ("to", "be", "or", "not"))
    assert matching(words, "be|or n").tolist() == [0, 1, 1, 1, 0, 1]
    lines = told_of("a1\nb2")
    assert matching(lines, "^b").tolist() == [0, 0, 0, 1, 0]


def test_balance_counts_what_is_open():
    assert balance(told_of("a(b[c])"), "([", "])").tolist() == [0, 1, 1, 2, 2, 1, 0]


def test_python_source_is_annotated_by_its_name():
    code = 'x = ["a"]  # b\n'
    for name in ("strings", "comments", "brackets"):
        assert (built_in(told_of(code), name) == annotate(code)[name]).all()
    assert built_in(told_of("aab"), "balance:a:b").tolist() == [1, 2, 1]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: matching(told_of("abc"), "("), "no regular expression"),
        (lambda: matching(told_of("abc"), "x"), "matches nothing"),
        (lambda: matching(told_of("abc"), "a" * 2000), "too long"),
        (lambda: built_in(told_of("abc"), "verbs"), "'verbs' is unknown"),
        (lambda: built_in(told_of("abc"), "balance:a"), "is unknown"),
        (lambda: built_in(told_of("if a:\n  b\n c"), "strings"), "cannot be read as Python"),
        (lambda: spoken(numbered(np.zeros((2, 2)), "noise"), None), "noise is not text"),
    ],
)
def test_what_cannot_be_is_told(call, words):
    with pytest.raises(LstmvizError, match=words):
        call()
