"""The files that benchmarks are measured with are what they say."""

import pytest

from benchmarks import modelfiles
from lstmviz.models import open_model


@pytest.mark.parametrize("suffix", modelfiles.WRITERS)
def test_a_file_of_every_format_opens(tmp_path, monkeypatch, suffix):
    monkeypatch.setattr(modelfiles, "CELLS", 3)
    path = tmp_path / f"model{suffix}"
    modelfiles.WRITERS[suffix](path)
    network = open_model(path).network
    cell = network.spec.layers[0]
    assert (cell.input_size, cell.hidden_size, cell.cell_size) == (3, 3, 3)
    found = network.cells[0]["forward"].recurrent_weights
    assert sorted(found.flat) == sorted(modelfiles.matrices()[1].flat)
