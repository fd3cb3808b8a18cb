"""ONNX files give what onnxruntime gives; tools/make_onnx_files.py makes them."""

from pathlib import Path

import numpy as np
import pytest
from golden import apart

from lstmviz.engine import unroll
from lstmviz.engine.states import ZERO
from lstmviz.models import load, open_model, save

FILES = Path(__file__).resolve().parent.parent / "data" / "onnx"
NAMES = [
    *("batchwise.onnx", "dynamo.onnx", "heads.onnx", "if.onnx", "loop.onnx"),
    "torchscript.onnx",
]
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def expected():
    with np.load(FILES / "expected.npz") as archive:
        return dict(archive)


def test_every_kind_of_file_is_there():
    assert sorted(path.name for path in FILES.glob("*.onnx")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_gates_and_states_of_every_step_are_those_of_onnxruntime(name, expected):
    network = load(FILES / name)
    found = apart(network, expected, name)
    assert max(found.values()) <= TOLERANCE, found


@pytest.mark.parametrize("name", NAMES)
def test_the_output_is_that_of_onnxruntime(name, expected):
    network = load(FILES / name)
    output = network.run(expected[f"{name}/input"]).output
    theirs = expected[f"{name}/output"]
    ours = output if theirs.ndim == 2 else output[-1]
    assert network.spec.last_step == (theirs.ndim == 1)
    assert np.abs(ours - theirs).max() <= TOLERANCE


def test_a_stack_of_torch_and_its_certificate():
    opened = open_model(FILES / "torchscript.onnx")
    spec, told = opened.network.spec, opened.certificate
    both = ("forward", "backward")
    assert [(c.input_size, c.cell_size, c.directions) for c in spec.layers] == [
        (3, 4, both),
        (8, 4, both),
    ]
    assert spec.embedding.size == 7 and spec.heads[0].activation == "softmax"
    assert (told.format, told.framework, told.gate_order) == ("ONNX", "PyTorch", "iofc")
    assert told.biases == "two per gate, added together" and told.flags[1] == "hidden_size=4"
    assert told.chosen == "/lstm/LSTM+/lstm/LSTM_1" and len(told.choices) == 3
    assert told.used[0] == "table.weight" and len(told.used) == 9
    assert told.before == told.warnings == ()
    assert opened.network.gate_order == told.gate_order


def test_the_last_step_is_known_for_what_it_is():
    spec = load(FILES / "dynamo.onnx").spec
    assert spec.heads[0].last_step and spec.layers[-1].return_sequences


def test_a_layer_of_a_stack_can_be_seen_alone():
    opened = open_model(FILES / "torchscript.onnx", "/lstm/LSTM")
    assert len(opened.network.spec.layers) == 1 and not opened.network.heads
    second = open_model(FILES / "torchscript.onnx", "/lstm/LSTM_1")
    assert second.certificate.before[0] == "LSTM '/lstm/LSTM'" and second.network.heads


def test_bodies_of_nodes_are_searched():
    told = open_model(FILES / "loop.onnx").certificate
    assert told.prefix.startswith("Loop") and told.chosen.startswith("Loop/")


def test_a_dense_of_every_activation_is_run():
    network = load(FILES / "heads.onnx")
    assert [head.activation for head in network.spec.heads] == [
        *("hard_sigmoid", "leaky_relu", "elu", "selu", "softplus", "softsign", "exponential"),
        *("silu", "gelu", "relu6", "hard_tanh", "hard_sigmoid", "log_softmax"),
    ]
    assert network.spec.heads[1].alpha != 0.01 and network.spec.heads[-2].alpha == 1 / 6


def test_states_to_start_from_are_the_models_own_unless_others_are_given(tmp_path):
    opened = open_model(FILES / "heads.onnx")
    state = opened.network.initial.of(0, "forward")
    trace = opened.network.run(np.ones((2, 2)))
    run = trace.layers[0].forward
    assert (run.initial_hidden_state == state.hidden).all() and state.hidden.any()
    assert (run.initial_cell_state == state.cell).all() and state.cell.any()
    assert any("states of the model's own" in told for told in opened.certificate.warnings)
    assert (
        not unroll.run(opened.network, np.ones((2, 2)), ZERO)
        .layers[0]
        .forward.initial_cell_state.any()
    )
    save(opened.network, tmp_path / "m.npz")
    again = load(tmp_path / "m.npz").run(np.ones((2, 2)))
    assert (again.output == trace.output).all()
