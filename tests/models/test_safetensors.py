import json

import numpy as np
import pytest
import torchbytes

from lstmviz.engine.initial import random_network
from lstmviz.engine.network import Network
from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec
from lstmviz.engine.variant import Variant
from lstmviz.errors import LstmvizError
from lstmviz.models import load, open_model, save

BOTH = ("forward", "backward")
SPECS = [
    NetworkSpec((CellSpec(3, 4, 4),)),
    NetworkSpec(
        (CellSpec(3, 2, 4, directions=BOTH), CellSpec(4, 5, 5)), (HeadSpec(2), HeadSpec(3))
    ),
    NetworkSpec((CellSpec(3, 4, 4, variant=Variant(peephole=True)),)),
]


@pytest.mark.parametrize("suffix", [".safetensors", ".npz"])
@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_saved_is_read(tmp_path, suffix, spec, dtype):
    made = random_network(spec, 1, dtype=dtype)
    network = Network(
        spec, made.cells, made.heads, ("a", "b", "ä\n"), "title ⊙", True, {"n": "note"}
    )
    path = tmp_path / f"m{suffix}"
    save(network, path)
    again = open_model(path)
    for name in ("spec", "vocabulary", "title", "trained", "notes", "dtype"):
        assert getattr(again.network, name) == getattr(network, name)
    x = np.random.default_rng(0).normal(size=(6, 3))
    assert (again.network.run(x).output == network.run(x).output).all()
    assert again.network.format == again.certificate.format == f"lstmviz {suffix}"
    assert again.certificate.framework == "lstmviz"
    first = path.read_bytes()
    save(network, path)
    assert path.read_bytes() == first


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(LstmvizError, match=r"saved as \.npz or \.safetensors"):
        save(random_network(SPECS[0], 1), tmp_path / "m.pt")
    assert not list(tmp_path.iterdir())


def test_the_numbers_begin_at_a_multiple_of_8(tmp_path):
    path = tmp_path / "m.safetensors"
    save(random_network(SPECS[0], 1), path)
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    assert length % 8 == 0 and header["__metadata__"]["format"] == "lstmviz"
    last = max(row["data_offsets"][1] for name, row in header.items() if name[0] != "_")
    assert len(data) == 8 + length + last


def test_an_own_file_with_a_misshapen_array_is_refused(tmp_path):
    path = tmp_path / "m.safetensors"
    save(random_network(SPECS[0], 1), path)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"[16, 3]", b"[3, 16]", 1))
    with pytest.raises(LstmvizError, match=r"has shape \(3, 16\), but the sizes ask for \(16, 3\)"):
        load(path)


def test_an_own_file_without_an_array_is_refused(tmp_path):
    path = tmp_path / "m.safetensors"
    save(random_network(SPECS[0], 1), path)
    data = path.read_bytes()
    path.write_bytes(
        data.replace(b"layer0.forward.recurrent_weights", b"layer0.forward.recurrent_weighty")
    )
    with pytest.raises(LstmvizError, match="unknown array"):
        load(path)


def test_who_wrote_a_file_is_told(tmp_path):
    path = tmp_path / "m.safetensors"
    path.write_bytes(torchbytes.safetensors({"format": "pt"}))
    assert open_model(path).certificate.framework == "PyTorch"
