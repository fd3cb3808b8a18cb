"""Whoever is told how much of a file is read may end the reading, also once all of it is."""

from pathlib import Path

import pytest

from lstmviz.models import open_model
from lstmviz.models.progress import counting

DATA = Path(__file__).resolve().parent.parent / "data"
MODELS = [
    *sorted(path for path in (DATA / "keras").iterdir() if path.suffix != ".npz"),
    *sorted((DATA / "onnx").glob("*.onnx")),
    *(DATA / "torch" / f"tagger{suffix}" for suffix in (".npz", ".pt", ".pt2", ".safetensors")),
]
TURNED = [path for path in MODELS if path.parent.name != "torch"]
"""Kinds whose weights are put in another order once they are read."""


class EnoughError(Exception):
    pass


@pytest.fixture(params=MODELS, ids=lambda path: path.name)
def model(request):
    return request.param


def test_bytes_are_told_up_to_all_of_them(model):
    told = []
    open_model(model, progress=lambda done, total: told.append((done, total)))
    done, total = zip(*told, strict=True)
    assert list(done) == sorted(done) and set(total) == {done[-1]} and done[-1] > 0


def test_what_is_raised_ends_the_reading(model):
    def stop(done, total):
        raise EnoughError

    with pytest.raises(EnoughError):
        open_model(model, progress=stop)


@pytest.mark.parametrize("path", TURNED, ids=lambda path: path.name)
def test_the_order_of_weights_can_be_given_up_when_every_byte_is_read(path):
    told = []

    def stop(done, total):
        told.append(done == total)
        if told.count(True) == 2:
            raise EnoughError

    with pytest.raises(EnoughError):
        open_model(path, progress=stop)


def test_bytes_beyond_all_are_not_told():
    told = []
    tick = counting(lambda done, total: told.append((done, total)), 5)
    for count in (2, 2, 2):
        tick(count)
    assert told == [(2, 5), (4, 5), (5, 5)]
    counting(None, 5)(2)
