import numpy as np
import pytest

from lstmviz.errors import LstmvizError
from lstmviz.inputs import FileInput, Frames, build
from lstmviz.inputs.tables import Column, columns_of

TABLE = "day,speed,turn,flat\nMon,1,10,7\nTue,2,30,7\nWed,6,20,7\n"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "drive.csv"
    path.write_text(TABLE)
    return str(path)


def test_chosen_columns_come_in_the_order_asked_and_others_may_hold_words(table):
    sequence = build(FileInput(table, ("turn", "2")), 2, None)
    assert sequence.columns == ("turn", "speed")
    assert sequence.values.tolist() == [[10, 1], [30, 2], [20, 6]]


def test_standard_scaling_gives_mean_0_and_variance_1_and_names_constants(table):
    sequence = build(FileInput(table, ("speed", "flat"), "standard"), None, None)
    speed = sequence.values[:, 0]
    np.testing.assert_allclose(speed, (np.array([1, 2, 6]) - 3) / np.sqrt(14 / 3))
    assert sequence.values[:, 1].tolist() == [0, 0, 0]
    assert sequence.notes == (
        "Each column is scaled to mean 0 and variance 1.",
        "Constant, so 0 throughout: flat.",
    )


def test_minmax_scaling_reaches_from_0_to_1(table):
    values = build(FileInput(table, ("speed", "turn"), "minmax"), None, None).values
    np.testing.assert_allclose(values, [[0, 0], [0.2, 1], [1, 0.5]])


def test_arrays_are_chosen_from_and_scaled_alike(tmp_path):
    np.save(tmp_path / "a.npy", np.array([[1.0, 5, 9], [3.0, 5, 0]]))
    sequence = build(FileInput(str(tmp_path / "a.npy"), ("x2", "1"), "minmax"), 2, None)
    assert sequence.columns == ("x2", "x0")
    assert sequence.values.tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("recipe", "size", "says"),
    [
        ({}, 2, r"column 1 is 'Mon', not a number; choose only columns of numbers"),
        ({"columns": ("speed", "wind")}, None, r"no column 'wind'; there are 1 day, 2 speed"),
        ({"columns": ("9",)}, None, r"no column '9'"),
        ({"columns": ("0",)}, None, r"no column '0'"),
        ({"columns": ("speed", "2")}, None, r"'2' is asked for twice"),
        ({"columns": ("day",)}, None, r"line 2, column 1 is 'Mon'"),
        ({"columns": ("speed", "turn")}, 1, r"2 columns, but the network reads 1; choose 1 of its"),
        ({"scaling": "log"}, None, r"scaling 'log' is not one of none, standard, minmax"),
        ({"item": 3}, None, r"no item to choose; that is for .npy .npz"),
        ({"frames": Frames("spectrum")}, None, r"no frames to choose; that is for .wav"),
    ],
)
def test_what_cannot_be_chosen_is_said(table, recipe, size, says):
    with pytest.raises(LstmvizError, match=says):
        build(FileInput(table, **recipe), size, None)


def test_nan_is_named_and_may_be_left_out(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,nan\n2,3\n")
    with pytest.raises(LstmvizError, match=r"line 2, column 2 is nan"):
        build(FileInput(str(path)), None, None)
    assert build(FileInput(str(path), ("a",)), None, None).values.tolist() == [[1], [2]]


def test_columns_can_be_asked_for_before_the_table_is_read(table):
    assert columns_of(table) == (
        Column("day", False),
        Column("speed", True),
        Column("turn", True),
        Column("flat", True),
    )


def test_a_wrong_width_says_both_and_offers_the_columns(table, tmp_path):
    np.save(tmp_path / "a.npy", np.ones((4, 3)))
    with pytest.raises(LstmvizError, match=r"3 columns, but the network reads 2; choose 2 of its"):
        build(FileInput(str(tmp_path / "a.npy")), 2, None)


IDS = np.array([2, 0, 1])


@pytest.mark.parametrize(
    ("array", "item", "note"),
    [
        (IDS, None, ()),
        (IDS[None], None, ("Shape (1, 3): a batch of one, taken as it is.",)),
        (np.array([[0, 0, 0, 0], [2, 0, 1, 0]])[:, :3], 1, ("Item 1 of a batch of 2.",)),
    ],
)
def test_whole_numbers_in_a_row_are_symbols(tmp_path, array, item, note):
    np.save(tmp_path / "ids.npy", array)
    sequence = build(FileInput(str(tmp_path / "ids.npy"), item=item), 4, ("a", "b", "\n"))
    assert sequence.symbolic and sequence.labels == ("↵", "a", "b")
    assert sequence.values.argmax(axis=1).tolist() == [2, 0, 1]
    assert sequence.notes == note


def test_symbol_numbers_need_no_vocabulary_but_must_be_known(tmp_path):
    np.save(tmp_path / "ids.npy", IDS)
    assert build(FileInput(str(tmp_path / "ids.npy")), 3, None).labels == ("2", "0", "1")
    with pytest.raises(LstmvizError, match=r"symbol number 2 at step 0, but the network knows 0"):
        build(FileInput(str(tmp_path / "ids.npy")), 2, None)


def test_a_batch_of_one_is_taken_and_said(tmp_path):
    np.save(tmp_path / "a.npy", np.ones((1, 7, 3)))
    sequence = build(FileInput(str(tmp_path / "a.npy")), 3, None)
    assert sequence.values.shape == (7, 3)
    assert sequence.notes == ("Shape (1, 7, 3): a batch of one, taken as it is.",)
    np.save(tmp_path / "b.npy", np.ones((7, 1, 3)))
    assert build(FileInput(str(tmp_path / "b.npy")), 3, None).values.shape == (7, 3)


def test_one_of_a_larger_batch_is_picked(tmp_path):
    path = str(tmp_path / "a.npy")
    np.save(path, np.arange(24.0).reshape(2, 4, 3))
    with pytest.raises(LstmvizError, match=r"\(2, 4, 3\), a batch of 2 sequences; pick one with"):
        build(FileInput(path), 3, None)
    with pytest.raises(LstmvizError, match="its items are 0 to 1, not 2"):
        build(FileInput(path, item=2), 3, None)
    assert build(FileInput(path, item=1), 3, None).values[0].tolist() == [12, 13, 14]
    np.save(path, np.ones((4, 3)))
    with pytest.raises(LstmvizError, match="one sequence and no batch"):
        build(FileInput(path, item=0), 3, None)
