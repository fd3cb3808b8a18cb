import numpy as np
import pytest

from lstmviz.errors import LstmvizError
from lstmviz.inputs import FileInput, GeneratedInput, TextInput, build
from lstmviz.inputs.generators import KINDS, parse


def read(path, size=None, vocabulary=None):
    return build(FileInput(str(path)), size, vocabulary)


def test_text_is_one_hot_over_its_own_sorted_alphabet():
    sequence = build(TextInput("hello\nw"), None, None)
    assert sequence.columns == ("↵", "e", "h", "l", "o", "w")
    assert sequence.labels == ("h", "e", "l", "l", "o", "↵", "w")
    assert sequence.symbolic and sequence.values.shape == (7, 6)
    assert sequence.values.sum(axis=1).tolist() == [1] * 7
    assert sequence.values[0].argmax() == 2
    assert not sequence.values.flags.writeable


def test_unseen_characters_get_visible_labels():
    sequence = build(TextInput(" \t\n\r\x00\u200b"), None, None)
    assert sequence.labels == ("␣", "⇥", "↵", "␍", "U+0000", "U+200B")


def test_a_larger_input_size_leaves_the_last_columns_unused():
    sequence = build(TextInput("ab"), 5, None)
    assert sequence.values.shape == (2, 5)
    assert not sequence.values[:, 2:].any()
    assert sequence.columns == ("a", "b", "", "", "")


def test_a_vocabulary_decides_the_columns():
    sequence = build(TextInput("ba"), 3, ("#", "b", "a"))
    assert sequence.values.argmax(axis=1).tolist() == [1, 2]


def test_a_text_file_loses_mark_carriage_returns_and_last_newline(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffab\r\nc\r\n".encode())
    sequence = read(path)
    assert sequence.labels == ("a", "b", "↵", "c")
    assert sequence.title == "a.txt"


@pytest.mark.parametrize(
    ("name", "text", "columns"),
    [
        ("a.csv", "1,2\n3,4\n", ("x0", "x1")),
        ("a.csv", "1,2\r\n3,4", ("x0", "x1")),
        ("a.csv", "\ufeffspeed,turn\n1,2\n\n3,4\n\n", ("speed", "turn")),
        ("a.csv", "a;b\n1;2\n3;4\n", ("a", "b")),
        ("a.csv", '"a;b",c\n1,2\n3,4\n,\n', ("a;b", "c")),
        ("a.csv", "a\tb\n1\t2\n3\t4\n", ("a", "b")),
        ("a.tsv", '"a ""x"""\tb\n1\t 2 \n3\t4\n', ('a "x"', "b")),
        ("a.CSV", ",b\n1,2\n3e0,+4.0\n", ("x0", "b")),
    ],
)
def test_tables(tmp_path, name, text, columns):
    path = tmp_path / name
    path.write_bytes(text.encode())
    sequence = read(path)
    assert sequence.values.tolist() == [[1, 2], [3, 4]]
    assert sequence.columns == columns
    assert sequence.labels == ("0", "1")
    assert not sequence.symbolic


@pytest.mark.parametrize("dtype", ["int8", "uint64", "bool", "float16", ">f4", "<f8", "longdouble"])
def test_arrays_of_real_numbers_become_floats(tmp_path, dtype):
    array = np.array([[1, 0], [0, 1], [1, 1]]).astype(dtype)
    np.save(tmp_path / "a.npy", array)
    values = read(tmp_path / "a.npy", 2).values
    assert values.tolist() == [[1, 0], [0, 1], [1, 1]]
    assert values.dtype in (np.float32, np.float64) and values.flags.c_contiguous


def test_float64_keeps_its_digits_and_column_order_is_honoured(tmp_path):
    array = np.asfortranarray(np.random.default_rng(0).normal(size=(4, 3)))
    np.save(tmp_path / "a.npy", array)
    assert (read(tmp_path / "a.npy").values == array).all()


def test_one_dimension_is_one_column(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(4.0))
    assert read(tmp_path / "a.npy").values.shape == (4, 1)


def test_npz_takes_its_only_array_or_the_one_named_input(tmp_path):
    np.savez(tmp_path / "one.npz", anything=np.ones((2, 3)))
    np.savez_compressed(tmp_path / "two.npz", other=np.zeros(1), input=np.ones((5, 2)))
    assert read(tmp_path / "one.npz").values.shape == (2, 3)
    assert read(tmp_path / "two.npz").values.shape == (5, 2)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [1, 2, 7, 300])
@pytest.mark.parametrize("size", [1, 5, 300])
def test_generators_fill_any_length_and_size(kind, length, size):
    recipe = GeneratedInput(kind, length, 3)
    values = build(recipe, size, None).values
    assert values.shape == (length, size)
    assert np.isfinite(values).all() and np.abs(values).max() < 10
    assert (values == build(recipe, size, None).values).all()


def test_generators_are_what_their_names_say():
    def make(kind, seed=0):
        return build(GeneratedInput(kind, 200, seed), 4, None).values

    assert make("impulse").sum(axis=0).tolist() == [1] * 4
    assert (np.diff(make("step"), axis=0) >= 0).all() and make("step")[-1].all()
    changes = (np.diff(np.sign(make("sine") + 1e-9), axis=0) != 0).sum(axis=0)
    assert (np.diff(changes) > 0).all()  # each column faster than the one before
    assert abs(make("noise").std() - 1) < 0.1
    assert (make("onehot").sum(axis=1) == 1).all()
    assert (make("noise") != make("noise", 1)).any() and (make("onehot") != make("onehot", 1)).any()


@pytest.mark.parametrize("length", [1, 2, 7, 100])
def test_the_adding_problem_marks_a_number_in_each_half(length):
    for seed in range(20):
        sequence = build(GeneratedInput("adding", length, seed), 2, None)
        numbers, marks = sequence.values.T
        half = length // 2
        assert sequence.columns == ("value", "marker")
        assert (numbers >= 0).all() and (numbers < 1).all() and set(marks) <= {0, 1}
        assert marks[:half].sum() == min(half, 1) and marks[half:].sum() == 1


def test_an_adding_problem_of_any_width_has_its_marker_last():
    for width, columns in ((1, ("marker",)), (3, ("value0", "value1", "marker"))):
        sequence = build(GeneratedInput("adding", 50, 1), width, None)
        assert sequence.columns == columns and sequence.values[:, -1].sum() == 2


def test_a_chirp_wanders_between_its_slowest_and_its_fastest():
    values = build(GeneratedInput("chirp", 4000, 1), 2, None).values
    assert np.abs(values).max() <= 1
    for wave in values.T:
        crossings = np.flatnonzero(np.diff(np.sign(wave)) > 0)
        periods = np.diff(crossings)
        assert 7 <= periods.min() < 12 and 35 < periods.max() <= 50
    assert (values[:, 0] != values[:, 1]).any()


def test_bits_are_bits():
    values = build(GeneratedInput("bits", 2000, 1), 3, None).values
    assert set(np.unique(values)) == {0, 1} and abs(values.mean() - 0.5) < 0.03
    assert (values != build(GeneratedInput("bits", 2000, 2), 3, None).values).any()


def test_generators_are_read_from_words():
    assert parse("sine") == GeneratedInput("sine")
    assert parse("adding:100") == GeneratedInput("adding", 100)
    assert parse("bits:20:7") == GeneratedInput("bits", 20, 7)
    for wrong in (
        "",
        "dance",
        "sine:",
        "sine:-1",
        "sine:1:2:3",
        "sine:0",
        "sine:9999999",
        "sine:x",
    ):
        with pytest.raises(LstmvizError, match="generator"):
            parse(wrong)


@pytest.mark.parametrize(("kind", "width"), [("sine", 5), ("chirp", 1), ("bits", 1), ("adding", 2)])
def test_generators_have_a_width_of_their_own(kind, width):
    assert build(GeneratedInput(kind), None, None).values.shape == (60, width)


def test_onehot_uses_the_vocabulary():
    sequence = build(GeneratedInput("onehot", 50), 3, ("#", "a", "b"))
    assert set(sequence.labels) == {"#", "a", "b"} and sequence.columns == ("#", "a", "b")


def test_the_budget_is_told_before_anything_is_built(monkeypatch):
    monkeypatch.setenv("LSTMVIZ_MEMORY_GB", "0.001")
    with pytest.raises(LstmvizError, match=r"would take \d+ MiB as 100,000 steps of 1,024 values"):
        build(GeneratedInput("noise", 100_000), 1024, None)
    with pytest.raises(LstmvizError, match="MiB"):
        build(TextInput("ab" * 50_000), 1000, None)
