"""No file of Keras or ONNX makes its reader run, write, reach elsewhere, take memory or long."""

import hostile_keras
import hostile_onnx
import pytest
from watching import attempt, check

from lstmviz.models import open_model

SMALL = hostile_keras.SMALL | {f"{name} (ONNX)": v for name, v in hostile_onnx.SMALL.items()}
LARGE = hostile_keras.LARGE | hostile_onnx.LARGE
WHOLE = hostile_keras.WHOLE | hostile_onnx.WHOLE


@pytest.fixture(scope="module", autouse=True)
def warm(tmp_path_factory):
    """Import what the readers import late."""
    for suffix, data in WHOLE.items():
        path = tmp_path_factory.mktemp("warm") / f"whole{suffix}"
        path.write_bytes(data)
        assert open_model(path).network.spec.layers[0].cell_size == 2


@pytest.mark.parametrize("name", SMALL)
def test_a_hostile_file_does_nothing(tmp_path, monkeypatch, name):
    data, suffix, says = SMALL[name]
    path = tmp_path / f"file{suffix}"
    path.write_bytes(data)
    check(path, says, monkeypatch)


@pytest.mark.parametrize("name", LARGE)
def test_a_large_hostile_file_does_nothing(tmp_path, monkeypatch, name):
    make, suffix, says = LARGE[name]
    path = tmp_path / f"file{suffix}"
    path.write_bytes(make())
    check(path, says, monkeypatch)


@pytest.mark.parametrize("suffix", WHOLE)
def test_a_file_cut_short_anywhere_is_refused(tmp_path, suffix):
    path = tmp_path / f"file{suffix}"
    data = WHOLE[suffix]
    for cut in range(0, len(data) - 1, 3):
        path.write_bytes(data[:cut])
        told = attempt(path)
        assert told is not None and told.endswith(".") and str(path) in told


@pytest.mark.parametrize("suffix", WHOLE)
def test_a_file_with_any_byte_changed_is_read_or_refused(tmp_path, suffix):
    path = tmp_path / f"file{suffix}"
    data = WHOLE[suffix]
    for place in range(0, len(data), 2):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        attempt(path, cells=None)
