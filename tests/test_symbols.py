import pytest

from lstmviz.errors import LstmvizError
from lstmviz.symbols import found_in, from_plain

SYMBOLS = ("a", "b", "\n")


@pytest.mark.parametrize(
    "data",
    [
        ["a", "b", "\n"],
        "ab\n",
        {"a": 0, "b": 1, "\n": 2},
        {"\n": 2, "b": 1, "a": 0},
        {"0": "a", "1": "b", "2": "\n"},
        {0: "a", 2: "\n", 1: "b"},
        {"vocab": ["a", "b", "\n"]},
        {"vocabulary": {"vocab": {"a": 0, "b": 1, "\n": 2}}},
        {"char2idx": {"a": 0, "b": 1, "\n": 2}, "idx2char": {"0": "a", "1": "b", "2": "\n"}},
        {"stoi": {"a": 0, "b": 1, "\n": 2}, "size": 3},
        {"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "\n": 2}, "merges": []}},
        {"model": {"vocab": [["a", -1.5], ["b", -2], ["\n", -3]]}},
        {"model": {"vocab": {"a": 0, "b": 1}}, "added_tokens": [{"id": 2, "content": "\n"}]},
    ],
)
def test_every_common_shape_gives_the_same_symbols(data):
    assert from_plain(data, "v.json") == SYMBOLS


def test_numbers_without_a_symbol_keep_their_place():
    assert from_plain({"a": 1, "b": 3}, "v.json") == ("", "a", "", "b")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (None, "no vocabulary"),
        (7, "no vocabulary"),
        ([], "no symbol"),
        ({}, "no symbol"),
        (["", ""], "no symbol"),
        (["a", 3], "'3' among its symbols"),
        (["a", "b", "a"], "'a' twice, as 0 and 2"),
        ({"a": 0, "b": 0}, "the number 0 to 'a' and 'b'"),
        ({"a": -1}, "'a' the number '-1'"),
        ({"a": 10**9}, "the number '1000000000'"),
        ({"a": True}, "the number 'True'"),
        ({"a": 1.5}, "the number '1.5'"),
        ({"x": "a"}, "'x' no number"),
        ({"0": "a", "1": "a"}, "'a' twice"),
        ({"model": {}}, "without a plain model.vocab"),
        ({"vocab": {"a": {"b": 1}}}, "'a' the number"),
        ({"vocab": {"vocab": {}}}, "no symbol"),
    ],
)
def test_what_is_no_vocabulary_is_refused_by_name(data, says):
    with pytest.raises(LstmvizError) as caught:
        from_plain(data, "v.json")
    assert says in str(caught.value) and "v.json" in str(caught.value)


def test_a_vocabulary_beside_weights_is_found_and_nonsense_is_not():
    assert found_in({"epoch": 3, "char_to_ix": {"a": 0, "b": 1}}) == ("a", "b")
    assert found_in({"vocab": {"a": 5.5}, "chars": "ab"}) == ("a", "b")
    assert found_in({"vocab": 80}) is None
    assert found_in([1, 2]) is None
