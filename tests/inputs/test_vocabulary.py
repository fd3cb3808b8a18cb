import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstmviz.errors import LstmvizError
from lstmviz.inputs import TextInput, build, vocabfiles
from lstmviz.inputs.vocabulary import joined, numbers, vocabulary

WORDS = ("<pad>", "<unk>", "the", "cat", "sat", "##s", ".")
PIECES = ("<s>", "▁the", "▁", "c", "at", "s", "a", "t")


def read(text, symbols, split="auto"):
    known = vocabulary(symbols, split)
    ids, unknown = numbers(text, known)
    return [symbols[k] for k in ids], unknown


def test_characters_with_special_symbols_are_told_from_words():
    known = vocabulary(("<pad>", "<unk>", "a", "b", " "))
    assert known.split == "longest" and known.single and known.unknown == 1
    assert read("a<pad>b a", known.symbols)[0] == ["a", "<pad>", "b", " ", "a"]


def test_words_are_taken_apart_at_spaces_and_go_on_in_pieces():
    found, unknown = read("the  cats\nsat dog .", WORDS)
    assert found == ["the", "cat", "##s", "sat", "<unk>", "."]
    assert (unknown.count, unknown.first, unknown.at) == (1, "dog", 14)


def test_the_longest_symbol_wins_and_signs_stand_for_spaces():
    found, unknown = read(" thecats", PIECES)
    assert found == ["▁the", "c", "at", "s"] and unknown is None
    assert vocabulary(PIECES).text_of(1) == " the"
    assert read("catsat", ("cat", "ca", "ts", "at", "s", "c"), "longest")[0] == ["cat", "s", "at"]


def test_a_split_may_be_asked_for():
    assert read("ab", ("ab", "a", "b"), "longest")[0] == ["ab"]
    assert read("a b", ("ab", "a", "b"), "words")[0] == ["a", "b"]
    with pytest.raises(LstmvizError, match="split 'bytes' is not one of auto, longest, words"):
        vocabulary(("a",), "bytes")


@given(st.lists(st.sampled_from("abc d\n"), min_size=1))
def test_a_text_of_known_characters_comes_back_whole(characters):
    symbols = (*tuple("abc d\n"), "ab", " d")
    ids, unknown = numbers("".join(characters), vocabulary(symbols, "longest"))
    assert unknown is None
    assert "".join(symbols[k] for k in ids) == "".join(characters)


@given(st.lists(st.sampled_from(range(2, 7)), min_size=1))
def test_a_text_joined_of_symbols_is_read_as_those_symbols(ids):
    known = vocabulary(WORDS)
    text = ""
    for number in ids:
        before = text
        text = joined(text, number, known)
        if WORDS[number] == "##s" and not before.endswith(("cat", "the", "sat")):
            return  # a piece that no word goes on with
    read_again, unknown = numbers(text, known)
    assert read_again == ids and unknown is None


def test_unknown_symbols_are_counted_and_the_first_is_placed():
    sequence = build(TextInput("ab\nzaz"), None, ("<unk>", "a", "b", "\n"))
    assert sequence.labels == ("a", "b", "↵", "<unk>", "a", "<unk>")
    assert sequence.notes == (
        "Not in the vocabulary and read as <unk>: 2 times, first 'z' in line 2, column 1.",
    )


def test_a_word_that_is_unknown_is_named_with_its_place():
    with pytest.raises(LstmvizError) as caught:
        build(TextInput("cat\n dog"), None, ("cat", "sat"))
    assert str(caught.value) == (
        "the text, line 2, column 2: 'dog' is not in the model's vocabulary; use only cat sat."
    )


def test_words_say_how_they_were_read():
    assert build(TextInput("cat sat"), 4, ("cat", "sat")).notes == ("A word a step.",)
    assert build(TextInput("cat"), 4, ("cat", "sat")).columns == ("cat", "sat", "", "")
    with pytest.raises(LstmvizError, match="holds no symbol"):
        build(TextInput("  "), None, ("cat", "sat"))


@pytest.mark.parametrize(
    ("name", "content", "symbols"),
    [
        ("v.txt", "a\nb\n\\n\n \n\\\\\n\\u00e9\n", ("a", "b", "\n", " ", "\\", "é")),
        ("v.txt", "a\r\nb\r\n", ("a", "b")),
        ("v.txt", "\nthe\n[UNK]\n", ("", "the", "[UNK]")),
        ("v.vocab", "<unk>\t0\n▁the\t-2.5\n\t\n", ("<unk>", "▁the", "\t")),
        ("v.json", json.dumps({"vocab": {"b": 1, "a": 0}}), ("a", "b")),
    ],
)
def test_files(tmp_path, name, content, symbols):
    path = tmp_path / name
    path.write_bytes(content.encode())
    assert vocabfiles.read(str(path)) == symbols


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("v.txt", b"", "holds no symbol"),
        ("v.txt", b"a\nb\na\n", "'a' twice, as 0 and 2"),
        ("v.txt", b"\xff\xfe", "not UTF-8"),
        ("v.json", b"{", "not JSON"),
        ("v.json", b"[" * 100_000, "not JSON"),
        ("v.json", b'{"vocab": 3.5}', "the number"),
        ("v.json", b"[NaN]", "not JSON"),
        ("v.json", b'{"a": 1e400}', "the number"),
    ],
)
def test_hostile_files_are_refused_in_a_sentence(tmp_path, name, content, says):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(LstmvizError) as caught:
        vocabfiles.read(str(path))
    assert says in str(caught.value) and name in str(caught.value)
    assert "\n" not in str(caught.value)
