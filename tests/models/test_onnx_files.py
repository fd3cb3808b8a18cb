"""ONNX files give what onnxruntime gives; tools/make_onnx_files.py makes them."""

from pathlib import Path

import numpy as np
import onnxbytes as made
import pytest

from lstmviz.engine import unroll
from lstmviz.engine.states import ZERO
from lstmviz.engine.variant import Activation
from lstmviz.errors import LstmvizError
from lstmviz.models import SeveralLstmsError, load, open_model, save

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
    trace = network.run(expected[f"{name}/input"])
    cases = [key for key in expected if key.startswith(f"{name}/layer")]
    assert len(cases) == 6 * sum(len(cell.directions) for cell in network.spec.layers)
    for key in cases:
        layer, way, array = key.removeprefix(f"{name}/layer").split(".")
        ours = getattr(getattr(trace.layers[int(layer)], way), array)
        assert np.abs(ours - expected[key]).max() <= TOLERANCE, key


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


# Files made byte by byte -----------------------------------------------------


def written(folder, data):
    path = folder / "model.onnx"
    path.write_bytes(data)
    return path


def chain(*between, more=(), second=None, tensors=None, start="X"):
    """Two LSTMs with nodes between the first's Y and the second's T."""
    own = made.weights(width=2, seed=1)
    rows = [made.tensor(name, values) for name, values in made.weights().items()]
    rows += [made.tensor(f"{name}2", values) for name, values in own.items()]
    rows += [made.tensor(name, values) for name, values in (tensors or {}).items()]
    last = second or made.lstm(("T", "W2", "R2", "B2"), ("Z", "Zh"))
    nodes = [made.lstm(), *between, last, *more]
    return made.model(made.graph(nodes, rows, inputs=[start], outputs=["Z"]))


SQUEEZE = made.node("Squeeze", ["Y", "one"], ["T"])
ONE = {"one": np.array([1])}


def test_nodes_that_feed_each_other_are_one_stack(tmp_path):
    opened = open_model(written(tmp_path, chain(SQUEEZE, tensors=ONE)))
    assert opened.certificate.chosen == "lstm+lstm'"
    assert len(opened.network.spec.layers) == 2


@pytest.mark.parametrize(
    "between",
    [
        [made.node("Squeeze", ["Y", "one"], ["S"]), made.node("Sin", ["S"], ["T"])],
        [
            made.node("Squeeze", ["Y", "one"], ["S"]),
            made.node("Slice", ["S", "last", "far", "zero", "back"], ["T"]),
        ],
        [
            made.node("Squeeze", ["Y", "one"], ["S"]),
            made.node("Transpose", ["S"], ["T"], perm=[1, 0, 2]),
        ],
        [made.node("Squeeze", ["Y", "one"], ["S"]), made.node("Add", ["S", "S"], ["T"])],
    ],
    ids=["a sine", "turned round", "batch and steps swapped", "doubled"],
)
def test_nodes_that_feed_each_other_with_something_between_are_not(tmp_path, between):
    turn = {"last": [-1], "far": [-(2**62)], "zero": [0], "back": [-1]}
    tensors = ONE | {name: np.array(value) for name, value in turn.items()}
    path = written(tmp_path, chain(*between, tensors=tensors))
    with pytest.raises(SeveralLstmsError, match="holds 2 LSTMs") as caught:
        load(path)
    assert [found.name for found in caught.value.choices] == ["lstm", "lstm'"]
    assert open_model(path, "lstm'").certificate.before[-1] == "LSTM 'lstm'"


TURN = {"last": [-1], "far": [-(2**62)], "zero": [0], "back": [-1]}
TURN = {name: np.array(value) for name, value in TURN.items()}
BATCH_OF_ONE = made.sized("X", 0, 1, 3)


def test_a_batch_fixed_to_one_hides_no_turn(tmp_path):
    turned = made.node("Slice", ["S", "last", "far", "zero", "back"], ["T"])
    between = [made.node("Squeeze", ["Y", "one"], ["S"]), turned]
    path = written(tmp_path, chain(*between, tensors=ONE | TURN, start=BATCH_OF_ONE))
    with pytest.raises(SeveralLstmsError, match="holds 2 LSTMs"):
        load(path)
    path = written(tmp_path, chain(SQUEEZE, tensors=ONE, start=BATCH_OF_ONE))
    assert len(load(path).spec.layers) == 2


@pytest.mark.parametrize(
    ("before", "named"),
    [
        (made.node("Slice", ["X", "last", "far", "zero", "back"], ["T"]), ("Slice 'slice'",)),
        (made.node("Gather", ["X", "order"], ["T"], axis=2), ("Gather 'gather'",)),
        (made.node("Transpose", ["X"], ["T"], perm=[1, 0, 2]), ()),
        (made.node("Identity", ["X"], ["T"]), ()),
    ],
    ids=["turned round", "columns in another order", "batch first", "as it is"],
)
def test_an_input_moved_about_before_the_lstm_is_told(tmp_path, before, named):
    tensors = TURN | {"order": np.array([2, 1, 0])}
    rows = {name: made.tensor(name, values) for name, values in tensors.items()}
    node = made.lstm(("T", "W", "R", "B"))
    told = open_model(written(tmp_path, made.small([before], rows, node))).certificate
    assert told.before == named
    assert not told.warnings


def test_the_first_step_is_not_taken_for_the_last_or_all(tmp_path):
    first = made.node("Gather", ["S", "zero"], ["F"], axis=0)
    own = made.weights() | {"D": np.ones((2, 3)), "one": np.array([1]), "zero": np.array(0)}
    rows = [made.tensor(name, values) for name, values in own.items()]
    nodes = [made.lstm(), made.node("Squeeze", ["Y", "one"], ["S"]), first]
    data = made.graph(nodes, rows, inputs=[BATCH_OF_ONE], outputs=["F"])
    opened = open_model(written(tmp_path, made.model(data)))
    assert "or only some" in opened.certificate.warnings[0]
    nodes.append(made.node("MatMul", ["F", "D"], ["out"]))
    data = made.graph(nodes, rows, inputs=[BATCH_OF_ONE], outputs=["out"])
    opened = open_model(written(tmp_path, made.model(data)))
    assert not opened.network.heads
    assert opened.certificate.warnings == ("MatMul 'matmul' and what follows it are not run.",)


def head(*nodes, tensors=None):
    """An LSTM and nodes after it."""
    own = made.weights() | {"D": np.ones((2, 3)), "one": np.array([1])} | (tensors or {})
    rows = [made.tensor(name, values) for name, values in own.items()]
    start = made.node("Squeeze", ["Y", "one"], ["S"])
    return made.model(made.graph([made.lstm(), start, *nodes], rows, outputs=["out"]))


DENSE = made.node("MatMul", ["S", "D"], ["d"])


def heads_of(folder, *nodes, **tensors):
    opened = open_model(written(folder, head(*nodes, tensors=tensors)))
    spec = [(each.size, each.activation, each.bias) for each in opened.network.spec.heads]
    return spec, opened.certificate.warnings


def test_a_dense_layer_with_and_without_bias_and_activation(tmp_path):
    assert heads_of(tmp_path, DENSE)[0] == [(3, "linear", False)]
    add = made.node("Add", ["b", "d"], ["e"])
    softmax = made.node("Softmax", ["e"], ["out"], axis=-1)
    found = heads_of(tmp_path, DENSE, add, softmax, b=np.zeros(3))
    assert found == ([(3, "softmax", True)], ())


def test_a_softmax_over_another_axis_is_not_a_heads(tmp_path):
    found, warnings = heads_of(tmp_path, DENSE, made.node("Softmax", ["d"], ["out"], axis=0))
    assert found == [(3, "linear", False)]
    assert warnings == ("Softmax 'softmax' and what follows it are not run.",)


def test_a_branch_is_told_and_left_out(tmp_path):
    more = made.node("ReduceMean", ["S"], ["out"])
    found, warnings = heads_of(tmp_path, DENSE, more)
    assert found == [] and "the graph branches" in warnings[0]


def test_dense_of_numbers_that_are_mixed_up_is_not_a_heads(tmp_path):
    mix = made.node("Gather", ["S", "order"], ["M"], axis=2)
    dense = made.node("MatMul", ["M", "D"], ["out"])
    found, warnings = heads_of(tmp_path, mix, dense, order=np.array([1, 0]))
    assert found == [] and warnings == ("MatMul 'matmul' and what follows it are not run.",)


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
    network = load(written(tmp_path, data))
    cell = network.spec.layers[0]
    assert cell.directions == ("backward",) and cell.variant.coupled and cell.variant.peephole
    assert cell.variant.gate == Activation("hard_sigmoid", 0.2, 0.5)
    assert cell.variant.candidate == Activation("elu", 1) and cell.variant.clip == 0.5
    stored = network.cells[0]["backward"].peepholes
    assert stored.tolist() == [[0, 1], [4, 5], [2, 3]]


def test_an_alpha_left_to_the_runtime_is_told(tmp_path):
    node = made.lstm(activations=["Sigmoid", "ThresholdedRelu", "Tanh"])
    told = open_model(written(tmp_path, made.small(lstm_node=node))).certificate
    assert told.warnings == (
        "lstm sets no alpha for ThresholdedRelu: lstmviz takes 1, onnxruntime 0.",
    )


@pytest.mark.parametrize("kind", [1, 10, 11, 16])
def test_every_float_is_read(tmp_path, kind):
    values = made.weights()["W"]
    code = {1: "<f4", 10: "<f2", 11: "<f8"}.get(kind)
    raw = values.astype(code) if code else (values.view("<u4") >> 16).astype("<u2")
    tensor = made.tensor("W", shape=values.shape, kind=kind, raw=raw.tobytes())
    network = load(written(tmp_path, made.small(tensors={"W": tensor})))
    ours = network.cells[0]["forward"].input_weights
    assert network.dtype == (np.float64 if kind == 11 else np.float32)
    assert np.abs(ours - values[0].reshape(4, 2, 3)[[0, 2, 3, 1]].reshape(8, 3)).max() < 0.02


def test_lengths_and_initial_states_are_told(tmp_path):
    node = made.lstm(("X", "W", "R", "B", "L", "H", "C"))
    own = made.weights() | {"H": np.ones((1, 1, 2)), "C": np.zeros((1, 1, 2))}
    rows = [made.tensor(name, values) for name, values in own.items()]
    data = made.model(made.graph([node], rows, inputs=["X", "L"]))
    warnings = open_model(written(tmp_path, data)).certificate.warnings
    assert len(warnings) == 2 and "sequence_lens" in warnings[0]
    assert "states of the model's own" in warnings[1]


def test_an_lstm_that_cannot_be_opened_is_named_beside_others(tmp_path):
    rows = [made.tensor(name, values) for name, values in made.weights().items()]
    bad = made.node("LSTM", ["X", "R", "W"], ["Q"], hidden_size=2)
    nodes = [made.lstm(), bad.replace(b"\x04lstm", b"\x04evil")]
    path = written(tmp_path, made.model(made.graph(nodes, [*rows])))
    opened = open_model(path)
    assert opened.certificate.chosen == "lstm" and len(opened.certificate.warnings) == 1
    with pytest.raises(LstmvizError, match="LSTM 'evil' is not valid"):
        open_model(path, "evil")


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


def test_a_model_that_reads_fewer_steps_than_it_is_fixed_to_is_opened_and_told(tmp_path):
    node = made.lstm(("X", "W", "R", "B", "L"))
    own = made.weights() | {"L": np.array([5], np.int32)}
    rows = [made.tensor(name, values) for name, values in own.items()]
    for steps, words in ((9, "stops after 5 of the 9 steps of its input (sequence_lens)"), (5, "")):
        graph = made.graph([node], rows, inputs=[made.sized("X", steps, 1, 3)])
        opened = open_model(written(tmp_path, made.model(graph)))
        told = [each for each in opened.certificate.warnings if "sequence_lens" in each]
        assert [words in each for each in told] == ([True] if words else [])


def test_weights_may_be_parts_of_one_constant(tmp_path):
    own = made.weights()
    both = np.concatenate([own["W"], own["R"]], 2)
    tensors = {"all": made.tensor("all", both), "W": None, "R": None}
    tensors["sizes"] = made.tensor("sizes", np.array([3, 2]))
    split = made.node("Split", ["all", "sizes"], ["W", "R"], axis=2)
    plain = load(written(tmp_path, made.small()))
    opened = open_model(written(tmp_path, made.small([split], tensors)))
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
    network = load(written(tmp_path, made.small([node], tensors)))
    column = np.reshape(scale, (-1, 1)), np.reshape(zero, (-1, 1)).astype(np.float32)
    expected = (whole[0] - column[1]) * column[0]
    ours = network.cells[0]["forward"].input_weights
    assert np.allclose(ours, expected.reshape(4, 2, 3)[[0, 2, 3, 1]].reshape(8, 3), atol=1e-7)


def test_what_computes_weights_is_named(tmp_path):
    node = made.node("Exp", ["X"], ["W"])
    with pytest.raises(LstmvizError, match=r"takes W from 'W', .* computed by Exp 'exp' or given"):
        load(written(tmp_path, made.small([node], {"W": None})))


def test_states_that_another_lstm_gives_are_told(tmp_path):
    first = made.lstm(outputs=("", "H", "C")).replace(b"\x04lstm", b"\x04enco")
    second = made.lstm(("X", "W", "R", "B", "", "H", "C"))
    path = written(tmp_path, made.small([first], lstm_node=second))
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
    opened = open_model(written(tmp_path, fed(**tensors)))
    assert any(words in told for told in opened.certificate.warnings)


def test_states_of_another_size_are_refused(tmp_path):
    with pytest.raises(LstmvizError, match=r"initial_c has shape \[1, 1, 3\].* \[1, batch, 2\]"):
        open_model(written(tmp_path, fed(C0=np.ones((1, 1, 3)))))
