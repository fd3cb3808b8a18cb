import io
import json
import re
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from nets import single

from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import CellSpec, EmbeddingSpec, HeadSpec, NetworkSpec
from lstmviz.engine.variant import GREFF, Variant
from lstmviz.errors import LstmvizError
from lstmviz.models import load, npz, open_model

STACK = NetworkSpec(
    (CellSpec(3, 2, 4, directions=("forward", "backward")), CellSpec(4, 5, 5)), (HeadSpec(2),)
)


EVERYTHING = NetworkSpec(
    (
        CellSpec(2, 3, 4, directions=("forward", "backward"), merge="sum", variant=GREFF["FGR"]),
        CellSpec(3, 5, 5, variant=Variant(coupled=True, clip=0.5), return_sequences=False),
    ),
    (HeadSpec(4, "relu", bias=False), HeadSpec(2)),
    EmbeddingSpec(3, 2),
)


def example(spec=None, **kwargs):
    spec = spec or single(3, 2, 4, head=HeadSpec(5, "sigmoid"))
    made = random_network(spec, 1, **kwargs)
    named = {"vocabulary": ("a", "b", " "), "title": "title ⊙", "notes": {"n": "note"}}
    return replace(made, **named, trained=True)


def saved(tmp_path, network=None):
    path = tmp_path / "m.npz"
    npz.save(network or example(), path)
    return path


@pytest.mark.parametrize("spec", [None, STACK, EVERYTHING, single(3, 4, 4), single(3, 9, 2)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("biases", [0, 1, 2])
def test_what_is_saved_is_read(tmp_path, spec, dtype, biases):
    network = example(spec, dtype=dtype, biases=biases)
    again = load(saved(tmp_path, network))
    for name in ("spec", "vocabulary", "title", "trained", "notes", "dtype"):
        assert getattr(again, name) == getattr(network, name)
    x = np.random.default_rng(0).normal(size=(6, 3)) if spec is not EVERYTHING else [2, 0, 1]
    assert (again.run(x).output == network.run(x).output).all()
    assert (again.format, again.gate_order) == ("lstmviz .npz", "ifgo")


def test_equal_networks_give_equal_bytes(tmp_path):
    first = saved(tmp_path).read_bytes()
    assert first == saved(tmp_path).read_bytes()


def changed(path, name, data):
    """The model with one member replaced (None: left out; else an array or bytes)."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    members.pop(f"{name}.npy", None)
    if isinstance(data, np.ndarray):
        stream = io.BytesIO()
        np.save(stream, data, allow_pickle=True)
        data = stream.getvalue()
    if data is not None:
        members[f"{name}.npy"] = data
    with zipfile.ZipFile(path, "w") as archive:
        for each, content in members.items():
            archive.writestr(each, content)


def recarded(path, edit):
    """The model with its description edited."""
    with np.load(path) as archive:
        card = json.loads(archive["lstmviz"].tobytes())
    changed(path, "lstmviz", np.frombuffer(json.dumps(edit(card) or card).encode(), np.uint8))


F = "layer0.forward"
ARRAYS = [
    (f"{F}.input_weights", None, f"no array '{F}.input_weights'"),
    (f"{F}.projection", None, f"no array '{F}.projection'"),
    ("head.weights", None, "no array 'head.weights'"),
    ("head.bias", None, "no array 'head.bias'"),
    ("lstmviz", None, "holds no LSTM: none of its tensors"),
    (f"{F}.recurrent_weights", np.ones((16, 3)), r"recurrent_weights\) has shape \(16, 3\), but"),
    (f"{F}.input_bias", np.ones(15), r"shape \(15,\)"),
    (f"{F}.input_bias", np.ones(16, int), "int64, not floats"),
    (f"{F}.input_bias", np.array([{}] * 16), "pickled"),
    (f"{F}.input_bias", b"junk", "not a NumPy array"),
    (f"{F}.peephole", np.ones(4), "unknown array 'layer0.forward.peephole'"),
    ("lstmviz", np.ones(3), "is not text"),
    ("lstmviz", np.frombuffer(b"\xff\xff", np.uint8), "not UTF-8"),
    ("lstmviz", np.frombuffer(b'{"a": NaN}', np.uint8), "not JSON"),
    ("lstmviz", np.frombuffer(b"[" * 100_000, np.uint8), "not JSON"),
    ("lstmviz", np.frombuffer(b"[1]", np.uint8), "must be an object"),
    ("lstmviz", np.zeros(2 * 2**20, np.uint8), "more than the"),
]


@pytest.mark.parametrize(("name", "data", "says"), ARRAYS, ids=[row[2] for row in ARRAYS])
def test_a_wrong_array_is_named(tmp_path, name, data, says):
    path = saved(tmp_path)
    changed(path, name, data)
    refused(path, says)


def test_weights_that_are_not_finite_are_kept_and_told(tmp_path):
    path = saved(tmp_path)
    assert load(path).notes == {"n": "note"}
    weights = np.zeros((16, 3), np.float32)
    weights[5, 1], weights[7, 2] = np.nan, np.inf
    changed(path, f"{F}.input_weights", weights)
    network = load(path)
    assert (
        network.notes["not finite"] == f"{F}.input_weights has 2 such weights, the first at [5, 1]"
    )
    state = network.run(np.ones((3, 3))).layers[0].forward.cell_state
    assert np.isnan(state[0]).tolist() == [False, True, False, False] and np.isnan(state[2]).all()


def layer(card):
    return card["spec"]["layers"][0]


CARDS = [
    (lambda c: c | {"version": 3}, "newer lstmviz"),
    (lambda c: c | {"version": "1"}, "version must be a whole number"),
    (lambda c: c | {"extra": 1}, "extra is unknown"),
    (lambda c: c.pop("spec") and None, "spec is missing"),
    (lambda c: c | {"title": 3}, "title must be a text, not 3"),
    (lambda c: c | {"vocabulary": ["a"] * 4}, "4 symbols for an input size of 3"),
    (lambda c: c | {"vocabulary": ["a", "a"]}, "names a symbol twice"),
    (lambda c: c["spec"].update(layers=[]), "has 0 layers"),
    (lambda c: layer(c).update(cell_size=0), "layer 0 has the size 0"),
    (lambda c: layer(c).update(cell_size=10**9), "claims weights of .* GiB"),
    (lambda c: layer(c).update(cell_size=True), r"spec.layers\[0\].cell_size must be a whole"),
    (lambda c: layer(c).update(cell_size=5), "has shape .*, but the sizes ask for"),
    (lambda c: layer(c).update(project=False), "allow the projection"),
    (lambda c: layer(c).update(directions=["up"]), "may run forward or backward"),
    (lambda c: c["spec"]["layers"].append(dict(layer(c))), "reads 3 .* hands on 2"),
    (lambda c: c["spec"]["heads"][0].update(activation="relu7"), "'relu7' is unknown"),
    (lambda c: c["spec"]["heads"][0].update(activation="a" * 99), f"'{'a' * 40}' is"),
]


@pytest.mark.parametrize(("edit", "says"), CARDS, ids=[row[1] for row in CARDS])
def test_a_wrong_description_is_named(tmp_path, edit, says):
    path = saved(tmp_path)
    recarded(path, edit)
    refused(path, says)


def refused(path, says):
    with pytest.raises(LstmvizError) as caught:
        load(path)
    text = str(caught.value)
    assert re.search(says, text) and "m.npz" in text
    assert "\n" not in text and text.endswith(".")


def test_truncated_and_foreign_files(tmp_path):
    path = saved(tmp_path)
    data = path.read_bytes()
    for cut in (0, 1, 100, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:cut])
        refused(path, "damaged or not an .npz")


@pytest.mark.parametrize("made", [npz.save, None])
def test_large_arrays_are_read_in_pieces_that_can_be_given_up(tmp_path, made):
    path = tmp_path / "m.npz"
    network = random_network(single(3, 300, 300), 0)
    if made:
        made(network, path)
    else:
        weights = network.cells[0]["forward"]
        np.savez(
            path,
            weight_ih_l0=weights.input_weights,
            weight_hh_l0=weights.recurrent_weights,
            bias_ih_l0=weights.input_bias,
            bias_hh_l0=weights.recurrent_bias,
        )
    told = []
    again = open_model(path, progress=lambda done, total: told.append((done, total))).network
    assert (again.run(np.ones((2, 3))).output == network.run(np.ones((2, 3))).output).all()
    steps = np.diff([0, *(done for done, _ in told)])
    assert steps.max() <= 2**20 < 4 * 300 * 300 * 4 and told[-1][0] > 0.99 * told[-1][1]

    def give_up(done, total):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        open_model(path, progress=give_up)


def test_more_than_can_be_packed_is_not_unpacked(tmp_path):
    path = saved(tmp_path)
    data = bytearray(path.read_bytes())
    name = b"layer0.forward.input_weights.npy"
    at = data.rindex(name) - 46 + 24  # the size that the directory tells
    data[at : at + 4] = (2**20).to_bytes(4, "little")
    path.write_bytes(data)
    refused(path, r"input_weights\) claims 1,048,576 bytes, more than its .* can unpack into")


def test_what_the_zip_reader_quotes_is_cut_short(tmp_path):
    path = saved(tmp_path)
    name = b"layer0.forward.input_bias.npy"
    data = bytearray(path.read_bytes())
    data[data.index(name) - 4] = 0xFF  # the name's length, as the member itself tells it
    data[data.index(name) - 3] = 0xFF
    path.write_bytes(data)
    with pytest.raises(
        LstmvizError, match=r"damaged or not an .npz file \(.{80,120}\); write"
    ) as told:
        load(path)
    assert len(str(told.value)) < 200 + len(str(path))


def test_every_flipped_byte_is_read_or_refused(tmp_path):
    path = saved(tmp_path, example(single(3, 1, 1)))
    data = path.read_bytes()
    for place in range(0, len(data), 7):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0xA5]) + data[place + 1 :])
        try:
            load(path)
        except LstmvizError as error:
            assert "m.npz" in str(error) and "\n" not in str(error)


def test_nothing_half_written_is_left(tmp_path):
    with pytest.raises(LstmvizError, match=r"no/m.npz cannot be written: the folder"):
        npz.save(example(), tmp_path / "no" / "m.npz")
    with pytest.raises(LstmvizError, match="is a folder"):
        npz.save(example(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_suffixes_and_demos(tmp_path):
    with pytest.raises(LstmvizError, match=r"unknown suffix '.xyz'; models are .npz"):
        load(tmp_path / "m.xyz")
    with pytest.raises(LstmvizError, match="no suffix"):
        load("model")
    with pytest.raises(LstmvizError, match=r"demo:no is not a demo; there are .*demo:counter"):
        load("demo:no")
    with pytest.raises(LstmvizError, match="does not exist"):
        load(tmp_path / "m.npz")
