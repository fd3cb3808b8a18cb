"""An LSTM node of ONNX: its settings, its weights however they are kept, and what else it reads."""

import numpy as np
import onnxbytes as made
import pytest

from lstmviz.engine.variant import Activation
from lstmviz.errors import LstmvizError
from lstmviz.models import load, open_model


def test_settings_of_the_node_become_the_variant(tmp_path):
    node = made.lstm(
        ("X", "W", "R", "B", "", "", "", "P"),
        activations=["HardSigmoid", "Elu", "softsign"],
        clip=0.5,
        input_forget=1,
        direction="reverse",
    )
    peepholes = np.arange(6.0).reshape(1, 6)
    data = made.small(tensors={"P": made.tensor("P", peepholes)}, lstm_node=node)
    network = load(made.written(tmp_path, data))
    cell = network.spec.layers[0]
    assert cell.directions == ("backward",) and cell.variant.coupled and cell.variant.peephole
    assert cell.variant.gate == Activation("hard_sigmoid", 0.2, 0.5)
    assert cell.variant.candidate == Activation("elu", 1) and cell.variant.clip == 0.5
    stored = network.cells[0]["backward"].peepholes
    assert stored.tolist() == [[0, 1], [4, 5], [2, 3]]


def test_an_alpha_left_to_the_runtime_is_told(tmp_path):
    node = made.lstm(activations=["Sigmoid", "ThresholdedRelu", "Tanh"])
    told = open_model(made.written(tmp_path, made.small(lstm_node=node))).certificate
    assert told.warnings == (
        "lstm sets no alpha for ThresholdedRelu: lstmviz takes 1, onnxruntime 0.",
    )


@pytest.mark.parametrize("kind", [1, 10, 11, 16])
def test_every_float_is_read(tmp_path, kind):
    values = made.weights()["W"]
    code = {1: "<f4", 10: "<f2", 11: "<f8"}.get(kind)
    raw = values.astype(code) if code else (values.view("<u4") >> 16).astype("<u2")
    tensor = made.tensor("W", shape=values.shape, kind=kind, raw=raw.tobytes())
    network = load(made.written(tmp_path, made.small(tensors={"W": tensor})))
    ours = network.cells[0]["forward"].input_weights
    assert network.dtype == (np.float64 if kind == 11 else np.float32)
    assert np.abs(ours - values[0].reshape(4, 2, 3)[[0, 2, 3, 1]].reshape(8, 3)).max() < 0.02


def test_lengths_and_initial_states_are_told(tmp_path):
    node = made.lstm(("X", "W", "R", "B", "L", "H", "C"))
    own = made.weights() | {"H": np.ones((1, 1, 2)), "C": np.zeros((1, 1, 2))}
    rows = [made.tensor(name, values) for name, values in own.items()]
    data = made.model(made.graph([node], rows, inputs=["X", "L"]))
    warnings = open_model(made.written(tmp_path, data)).certificate.warnings
    assert len(warnings) == 2 and "sequence_lens" in warnings[0]
    assert "states of the model's own" in warnings[1]


def test_a_model_that_reads_fewer_steps_than_it_is_fixed_to_is_opened_and_told(tmp_path):
    node = made.lstm(("X", "W", "R", "B", "L"))
    own = made.weights() | {"L": np.array([5], np.int32)}
    rows = [made.tensor(name, values) for name, values in own.items()]
    for steps, words in ((9, "stops after 5 of the 9 steps of its input (sequence_lens)"), (5, "")):
        graph = made.graph([node], rows, inputs=[made.sized("X", steps, 1, 3)])
        opened = open_model(made.written(tmp_path, made.model(graph)))
        told = [each for each in opened.certificate.warnings if "sequence_lens" in each]
        assert [words in each for each in told] == ([True] if words else [])


def test_weights_may_be_parts_of_one_constant(tmp_path):
    own = made.weights()
    both = np.concatenate([own["W"], own["R"]], 2)
    tensors = {"all": made.tensor("all", both), "W": None, "R": None}
    tensors["sizes"] = made.tensor("sizes", np.array([3, 2]))
    split = made.node("Split", ["all", "sizes"], ["W", "R"], axis=2)
    plain = load(made.written(tmp_path, made.small()))
    opened = open_model(made.written(tmp_path, made.small([split], tensors)))
    for ours, theirs in zip(
        vars(opened.network.cells[0]["forward"]).values(),
        vars(plain.cells[0]["forward"]).values(),
        strict=True,
    ):
        assert (ours is None and theirs is None) or (ours == theirs).all()
    assert "all" in opened.certificate.used


@pytest.mark.parametrize("rows", [1, 8])
def test_weights_may_be_kept_in_whole_numbers(tmp_path, rows):
    rng = np.random.default_rng(rows)
    whole = rng.integers(-128, 128, (1, 8, 3)).astype(np.int8)
    scale = rng.uniform(0.001, 0.02, rows).astype(np.float32)
    zero = rng.integers(-5, 5, rows).astype(np.int8)
    scale, zero = (scale[0], zero[0]) if rows == 1 else (scale, zero)
    tensors = {
        "W": None,
        "q": made.tensor("q", shape=(1, 8, 3), kind=3, raw=whole.tobytes()),
        "s": made.tensor("s", scale),
        "z": made.tensor("z", shape=np.shape(zero), kind=3, raw=zero.tobytes()),
    }
    node = made.node("DequantizeLinear", ["q", "s", "z"], ["W"], axis=1)
    network = load(made.written(tmp_path, made.small([node], tensors)))
    column = np.reshape(scale, (-1, 1)), np.reshape(zero, (-1, 1)).astype(np.float32)
    expected = (whole[0] - column[1]) * column[0]
    ours = network.cells[0]["forward"].input_weights
    assert np.allclose(ours, expected.reshape(4, 2, 3)[[0, 2, 3, 1]].reshape(8, 3), atol=1e-7)


def test_what_computes_weights_is_named(tmp_path):
    node = made.node("Exp", ["X"], ["W"])
    with pytest.raises(LstmvizError, match=r"takes W from 'W', .* computed by Exp 'exp' or given"):
        load(made.written(tmp_path, made.small([node], {"W": None})))


def test_states_that_another_lstm_gives_are_told(tmp_path):
    first = made.lstm(outputs=("", "H", "C")).replace(b"\x04lstm", b"\x04enco")
    second = made.lstm(("X", "W", "R", "B", "", "H", "C"))
    path = made.written(tmp_path, made.small([first], lstm_node=second))
    told = open_model(path, "lstm").certificate.warnings
    assert [each for each in told if "initial_h from what LSTM 'enco' gives" in each]


def fed(**tensors):
    """An LSTM of `made.weights` that is given more inputs, by name."""
    inputs = ["X", "W", "R", "B", *(name if name in tensors else "" for name in ("L", "H0", "C0"))]
    own = {name: made.tensor(name, values) for name, values in tensors.items()}
    return made.small(tensors=own, lstm_node=made.lstm(inputs))


@pytest.mark.parametrize(
    "tensors, words",
    [
        ({"L": np.array([5], np.int32)}, "stops after 5 steps (sequence_lens)"),
        ({"L": np.array([5, 4], np.int32)}, "stops each sequence at a length of its own"),
        ({"H0": np.stack([[np.ones(2), np.zeros(2)]])}, "an initial_h for each of 2 sequences"),
        ({"H0": np.ones((1, 1, 2))}, "starts from states of the model's own"),
    ],
)
def test_what_else_a_node_is_given_is_told(tmp_path, tensors, words):
    opened = open_model(made.written(tmp_path, fed(**tensors)))
    assert any(words in told for told in opened.certificate.warnings)


def test_states_of_another_size_are_refused(tmp_path):
    with pytest.raises(LstmvizError, match=r"initial_c has shape \[1, 1, 3\].* \[1, batch, 2\]"):
        open_model(made.written(tmp_path, fed(C0=np.ones((1, 1, 3)))))
