import wave

import numpy as np
import pytest

from lstmviz.errors import LstmvizError
from lstmviz.inputs.choices import choices


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("day,speed,turn\nMon,1,10\n")
    return str(path)


def test_a_table_offers_its_columns_and_says_which_hold_words(table):
    offered = choices(table, None)
    assert [c.name for c in offered.columns if c.numeric] == ["speed", "turn"]
    assert offered.why == "t.csv: no numbers in day; choose others."


@pytest.mark.parametrize(("size", "asks"), [(None, False), (3, False), (5, False), (2, True)])
def test_too_many_columns_are_to_be_chosen_from(tmp_path, size, asks):
    path = tmp_path / "t.csv"
    path.write_text("1,2,3\n4,5,6\n")
    why = choices(str(path), size).why
    assert why == ("t.csv has 3 columns, but the network reads 2; choose 2." if asks else "")
    np.save(tmp_path / "a.npy", np.ones((4, 3)))
    assert bool(choices(str(tmp_path / "a.npy"), size).why) is asks


@pytest.mark.parametrize(
    ("shape", "items"), [((2, 5, 3), 2), ((1, 5, 3), 0), ((5, 1, 3), 0), ((5, 3), 0), ((5,), 0)]
)
def test_a_batch_is_to_be_chosen_from_by_its_header_alone(tmp_path, shape, items):
    np.savez(tmp_path / "a.npz", input=np.ones(shape), other=np.ones(2))
    offered = choices(str(tmp_path / "a.npz"), 3 if len(shape) > 1 else None)
    assert offered.items == items and bool(offered.why) is bool(items)
    np.save(tmp_path / "a.npy", np.ones(shape))
    whole = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(whole[:-7])
    assert choices(str(tmp_path / "a.npy"), None).items == items


@pytest.mark.parametrize(
    ("channels", "words"),
    [
        (1, "8,000 samples a second, 1.5 s (12,000 samples)"),
        (2, "8,000 samples a second, 0.75 s (6,000 samples), 2 channels averaged"),
    ],
)
def test_a_sound_tells_what_its_frames_depend_on(tmp_path, channels, words):
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes(12000))
    offered = choices(str(path), 4)
    assert offered.frames and offered.told == words and not offered.why
    path.write_bytes(b"")
    with pytest.raises(LstmvizError, match="not a WAV file"):
        choices(str(path), 4)


def test_other_files_offer_what_they_can(tmp_path):
    assert choices(str(tmp_path / "a.txt"), 4).columns == ()
    with pytest.raises(LstmvizError, match="does not exist"):
        choices(str(tmp_path / "a.csv"), 4)
    np.save(tmp_path / "wide.npy", np.ones((1, 5000)))
    assert choices(str(tmp_path / "wide.npy"), 4).columns == ()
