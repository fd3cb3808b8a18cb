"""The vocabulary that a model file has beside its weights."""

import io
import json
import struct
import zipfile
from pathlib import Path

import numpy as np
import onnxbytes
import pytest
import torchbytes

from lstmviz import load
from lstmviz.errors import LstmvizError
from lstmviz.models import open_model
from lstmviz.models.keras.config import Node
from lstmviz.models.keras.lookup import vocabulary

SYMBOLS = ("a", "b", "\n")


def safetensors(metadata):
    weights = {
        "lstm.weight_ih_l0": np.ones((8, 3), "f4"),
        "lstm.weight_hh_l0": np.ones((8, 2), "f4"),
    }
    header, at = {"__metadata__": metadata}, 0
    for name, array in weights.items():
        offsets = [at, at + array.nbytes]
        header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": offsets}
        at += array.nbytes
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + b"".join(a.tobytes() for a in weights.values())


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        ({"vocab": '["a", "b", "\\n"]'}, SYMBOLS),
        ({"char2idx": '{"a": 0, "\\n": 2, "b": 1}'}, SYMBOLS),
        ({"chars": "ab\n"}, SYMBOLS),
        ({"chars": "abcdefg"}, None),
        ({"vocab": "[" * 5000, "alphabet": '["a"]'}, ("a",)),
        ({"format": "pt"}, None),
    ],
)
def test_safetensors(tmp_path, metadata, found):
    path = tmp_path / "m.safetensors"
    path.write_bytes(safetensors(metadata))
    assert load(path).vocabulary == found


def test_onnx(tmp_path):
    entry = onnxbytes.block(1, b"itos") + onnxbytes.block(2, json.dumps(list("ab\n")).encode())
    path = tmp_path / "m.onnx"
    path.write_bytes(onnxbytes.small() + (onnxbytes.block(14, entry)))
    assert load(path).vocabulary == SYMBOLS


def test_torch(tmp_path):
    state = torchbytes.mapping(
        {
            "lstm.weight_ih_l0": torchbytes.tensor(),
            "lstm.weight_hh_l0": torchbytes.tensor(),
        }
    )
    symbols = torchbytes.mapping({"a": torchbytes.whole(0), "b": torchbytes.whole(1)})
    root = torchbytes.mapping({"state_dict": state, "stoi": symbols})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("m/data.pkl", b"\x80\x02" + root + b".")
        archive.writestr("m/data/0", np.ones(16, "<f4").tobytes())
        archive.writestr("m/version", "3\n")
    path = tmp_path / "m.pt"
    path.write_bytes(packed.getvalue())
    assert load(path).vocabulary == ("a", "b")


def node(kind, **config):
    return Node("names", kind, config, (), ("names",), ("names",))


@pytest.mark.parametrize(
    ("layer", "found"),
    [
        (node("StringLookup", vocabulary=["x", "y"]), ("[UNK]", "x", "y")),
        (
            node("StringLookup", vocabulary=["x"], mask_token="", num_oov_indices=2),
            ("", "[UNK]", "[UNK]1", "x"),
        ),
        (node("StringLookup", vocabulary=["x"], num_oov_indices=0), ("x",)),
        (node("StringLookup", vocabulary=["[UNK]", "x"]), ("[UNK]", "x")),
        (node("TextVectorization", vocabulary=["the", "cat"]), ("", "[UNK]", "the", "cat")),
        (node("TextVectorization", vocabulary=["", "[UNK]", "the"]), ("", "[UNK]", "the")),
        (node("TextVectorization", vocabulary=[3, 4]), None),
        (node("TextVectorization", vocabulary=None), None),
        (node("Dense"), None),
    ],
)
def test_layers_of_keras_that_look_symbols_up(layer, found):
    assert vocabulary((node("InputLayer"), layer)) == found


KERAS = Path(__file__).resolve().parent.parent / "data" / "keras" / "functional.keras"


def with_assets(path, **files):
    """A model of seven symbols with files beside its weights."""
    with zipfile.ZipFile(KERAS) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        for layer, text in files.items():
            new.writestr(f"assets/layers/{layer}/vocabulary.txt", text, zipfile.ZIP_DEFLATED)
    return path


@pytest.mark.parametrize(
    ("files", "found", "words"),
    [
        ({"text": "\n[UNK]\nthe\ncat"}, ("", "[UNK]", "the", "cat"), "of 4 symbols is that of"),
        ({"names": "[UNK]\n[UNK]\nx"}, ("[UNK]", "[UNK]1", "x"), "of 3 symbols"),
        ({"many": "a\n" * 7 + "b", "few": "x\ny"}, ("x", "y"), "layers/few/vocabulary.txt"),
        ({"many": "a\n" * 7 + "b"}, None, "has 8 symbols, but the network reads 7"),
        ({"no": b"\xff\xfe"}, None, "no vocabulary that can be read"),
        ({"twice": "a\na"}, None, "no vocabulary that can be read"),
    ],
)
def test_vocabularies_that_keras_keeps_beside_the_weights(tmp_path, files, found, words):
    opened = open_model(with_assets(tmp_path / "m.keras", **files))
    assert opened.network.vocabulary == found
    assert any(words in told for told in opened.certificate.warnings)


def test_a_vocabulary_that_unpacks_to_too_much_is_refused(tmp_path):
    path = with_assets(tmp_path / "m.keras", bomb="a" * 2**23)
    with pytest.raises(LstmvizError, match="it is hostile"):
        load(path)


def test_a_vocabulary_larger_than_the_input_is_left_out_with_a_warning(tmp_path):
    path = tmp_path / "m.safetensors"
    for symbols, told in (("abcdefg", 1), ("abc", 0)):
        path.write_bytes(safetensors({"chars": symbols}))
        warnings = open_model(str(path)).certificate.warnings
        assert sum("has 7 symbols, but the network reads 3" in each for each in warnings) == told
    path = tmp_path / "m.onnx"
    entry = onnxbytes.block(1, b"itos") + onnxbytes.block(2, json.dumps(list("abcdefg")).encode())
    path.write_bytes(onnxbytes.small() + (onnxbytes.block(14, entry)))
    assert any("has 7 symbols" in each for each in open_model(str(path)).certificate.warnings)
