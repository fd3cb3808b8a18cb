"""Traces in files: the names outsiders rely on, whole or not at all, nothing unpickled."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nets import networks, noise, single, states

from lstmviz.engine import unroll
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import CellSpec, EmbeddingSpec, HeadSpec, NetworkSpec
from lstmviz.engine.trace import arrays, load_trace
from lstmviz.engine.variant import named_variant
from lstmviz.errors import LstmvizError

TABLE = EmbeddingSpec(9, 3)


def small_trace():
    network = random_network(single(2, 3, 4, head=HeadSpec(5)), 0)
    return network.run(noise(network, 6))


def saved(path):
    with np.load(path, allow_pickle=False) as stored:
        return dict(stored)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(networks(), st.integers(1, 6))
def test_a_trace_survives_its_file(tmp_path, network, steps):
    trace = unroll.run(network, noise(network, steps), states(network))
    trace.save(tmp_path / "a.npz")
    again = load_trace(tmp_path / "a.npz")
    assert again.spec == trace.spec
    ours, theirs = arrays(trace), arrays(again)
    assert list(ours) == list(theirs)
    for name, array in ours.items():
        assert array.dtype == theirs[name].dtype
        np.testing.assert_array_equal(array, theirs[name])
    again.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_the_names_in_the_file_are_the_public_ones(tmp_path):
    small_trace().save(tmp_path / "t.npz")
    stored = saved(tmp_path / "t.npz")
    prefix = "layer0.forward."
    shapes = {
        "input": (6, 2),
        prefix + "input_gate": (6, 4),
        prefix + "forget_gate": (6, 4),
        prefix + "candidate": (6, 4),
        prefix + "output_gate": (6, 4),
        prefix + "cell_state": (6, 4),
        prefix + "cell_output": (6, 4),
        prefix + "hidden_state": (6, 3),
        prefix + "initial_cell_state": (4,),
        prefix + "initial_hidden_state": (3,),
        "output": (6, 5),
    }
    assert {name: stored[name].shape for name in stored if name != "spec"} == shapes
    spec = json.loads(stored["spec"].tobytes())
    assert spec["heads"] == [
        {
            "type": "HeadSpec",
            "activation": "softmax",
            "bias": True,
            "size": 5,
            "last_step": False,
            "alpha": None,
            "beta": None,
        }
    ]


def test_a_trace_that_cannot_be_written_leaves_nothing(tmp_path):
    trace = small_trace()
    with pytest.raises(LstmvizError, match="absent"):
        trace.save(tmp_path / "absent" / "t.npz")
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(LstmvizError, match=r"folder\.npz"):
        trace.save(tmp_path / "folder.npz")
    with pytest.raises(LstmvizError, match=r"t\.txt is not an \.npz; traces are written as \.npz"):
        trace.save(tmp_path / "t.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.npz"]


def refused(path):
    """The sentence with which a file is refused."""
    with pytest.raises(LstmvizError) as caught:
        load_trace(path)
    sentence = str(caught.value)
    assert path.name in sentence
    assert "\n" not in sentence
    return sentence


def test_what_is_no_trace_is_refused_by_name(tmp_path):
    path = tmp_path / "t.npz"
    refused(path)
    path.write_bytes(b"")
    refused(path)
    path.write_bytes(b"text")
    refused(path)
    np.savez(path, a=np.zeros(3))
    assert "no trace of lstmviz" in refused(path)
    np.savez(path, spec=np.zeros(3), input=np.zeros((2, 2)))
    assert "no trace of lstmviz" in refused(path)


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9, 0.999])
def test_a_cut_file_is_refused(tmp_path, at):
    path = tmp_path / "t.npz"
    small_trace().save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * at)])
    refused(path)


def test_a_flipped_byte_is_noticed(tmp_path):
    path = tmp_path / "t.npz"
    small_trace().save(path)
    whole = path.read_bytes()
    place = whole.index(b"layer0.forward.candidate.npy") + 200
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    refused(path)


def rewritten(path, **changes):
    small_trace().save(path)
    stored = saved(path) | changes
    np.savez(path, **{name: array for name, array in stored.items() if array is not None})


def spec_bytes(change):
    document = {"heads": [], "layers": [layer_document()]} | change
    return np.frombuffer(json.dumps(document).encode(), np.uint8)


def layer_document(**change):
    sizes = {"input_size": 2, "hidden_size": 3, "cell_size": 4, "project": True}
    return sizes | {"directions": ["forward"]} | change


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("layer0.forward.candidate", None, "lacks the array layer0.forward.candidate"),
        ("layer0.forward.candidate", np.zeros((6, 5), np.float32), "(6, 5)"),
        ("layer0.forward.candidate", np.zeros((6, 4)), "float64"),
        ("output", np.zeros((6, 3), np.float32), "output"),
        ("input", np.zeros((7, 2), np.float32), "(7, 4)"),
        ("input", np.zeros((6, 2), int), "no trace of lstmviz"),
        ("output", np.array([None]), "pickled"),
        ("spec", spec_bytes({"layers": []}), "no trace of lstmviz"),
        ("spec", spec_bytes({"layers": 3}), "no trace of lstmviz"),
        ("spec", spec_bytes({"layers": [layer_document(cell_size="4")]}), "no trace of lstmviz"),
        ("spec", spec_bytes({"layers": [layer_document(cell_size=-1)]}), "no trace of lstmviz"),
        ("spec", spec_bytes({"layers": [layer_document(directions=["up"])]}), "no trace"),
        ("spec", spec_bytes({"layers": [layer_document(directions=[[]])]}), "no trace"),
        ("spec", spec_bytes({"layers": [layer_document(cell_size=10**12)]}), "GiB"),
        ("spec", np.frombuffer(b"[" * 100_000, np.uint8), "no trace of lstmviz"),
    ],
)
def test_arrays_that_do_not_fit_their_spec_are_refused(tmp_path, name, value, words):
    path = tmp_path / "t.npz"
    rewritten(path, **{name: value})
    assert words in refused(path)


def test_embedded_input_and_the_heads_between_are_in_the_file(tmp_path):
    spec = NetworkSpec((CellSpec(3, 4, 4),), (HeadSpec(6), HeadSpec(5), HeadSpec(2)), TABLE)
    trace = random_network(spec, 0).run([1, 3, 2])
    trace.save(tmp_path / "t.npz")
    stored = saved(tmp_path / "t.npz")
    assert [stored[name].shape for name in ("input", "embedded")] == [(3, 9), (3, 3)]
    assert [stored[name].shape for name in ("head0", "head1", "output")] == [(3, 6), (3, 5), (3, 2)]
    assert "head2" not in stored
    again = load_trace(tmp_path / "t.npz")
    np.testing.assert_array_equal(again.embedded, trace.embedded)
    np.testing.assert_array_equal(again.head_outputs[1], trace.head_outputs[1])


def test_a_variant_is_in_the_file(tmp_path):
    cell = CellSpec(2, 3, 3, variant=replace(named_variant("CIFG"), clip=0.5), merge="sum")
    trace = random_network(NetworkSpec((cell,)), 0).run(np.ones((3, 2)))
    trace.save(tmp_path / "t.npz")
    assert load_trace(tmp_path / "t.npz").spec == trace.spec
