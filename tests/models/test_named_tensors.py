"""What is made of names and shapes alone."""

import numpy as np
import pytest

from lstmviz.errors import LstmvizError
from lstmviz.models import SeveralLstmsError
from lstmviz.models.build import opened
from lstmviz.models.tensors import Tensor, TensorFile

RANDOM = np.random.default_rng(0)


def tensor(name, shape, kind="float32"):
    array = RANDOM.normal(size=shape).astype(kind if kind != "bfloat16" else "float32")
    array.setflags(write=False)
    return Tensor(name, tuple(shape), kind, lambda tick: array)


def lstm(prefix, inputs, cells, layer=0):
    return {
        f"{prefix}weight_ih_l{layer}": (4 * cells, inputs),
        f"{prefix}weight_hh_l{layer}": (4 * cells, cells),
        f"{prefix}bias_ih_l{layer}": (4 * cells,),
        f"{prefix}bias_hh_l{layer}": (4 * cells,),
    }


def linear(name, size, width):
    return {f"{name}.weight": (size, width), f"{name}.bias": (size,)}


def read(shapes, ordered=True, pick=None, **more):
    tensors = {name: tensor(name, shape) for name, shape in shapes.items()}
    return opened(TensorFile("file", 10**6, "test", tensors, ordered=ordered, **more), pick)


def heads(result):
    return [head.size for head in result.network.spec.heads]


FC = linear("fc", 7, 4)
LSTM = lstm("lstm.", 3, 4)


def test_a_head_that_fits_is_taken_as_linear():
    result = read(LSTM | FC)
    assert heads(result) == [7] and result.network.spec.head.activation == "linear"
    assert any("activation after it is not in the file" in w for w in result.certificate.warnings)
    assert not result.certificate.ignored


def test_a_chain_of_heads():
    result = read(LSTM | FC | linear("out", 2, 7))
    assert heads(result) == [7, 2]
    assert any("between and after them" in w for w in result.certificate.warnings)


def test_of_two_heads_that_fit_none_is_taken():
    result = read(LSTM | linear("actor", 2, 4) | linear("critic", 1, 4))
    assert heads(result) == []
    assert any("'actor', 'critic' all fit" in w for w in result.certificate.warnings)
    assert "actor.weight" in result.certificate.ignored


def test_the_nearer_name_is_taken():
    shapes = lstm("a.lstm.", 3, 4) | linear("a.fc", 7, 4) | linear("b.fc", 6, 4)
    assert heads(read(shapes)) == [7]


@pytest.mark.parametrize("ordered", [True, False])
def test_a_norm_between_keeps_the_head_away(ordered):
    result = read(LSTM | {"norm.weight": (4,), "norm.bias": (4,)} | FC, ordered)
    assert heads(result) == []
    assert any("'norm' may stand before it" in w for w in result.certificate.warnings)


def test_in_an_ordered_file_what_comes_first_stands_before():
    result = read(linear("inner", 3, 4) | LSTM | FC)
    assert heads(result) == [7]
    assert result.certificate.before == ("'inner' (Dense 4 → 3)",)


@pytest.mark.parametrize("ordered", [True, False])
def test_an_embedding_is_the_input_stage(ordered):
    result = read({"embedding.weight": (9, 3)} | LSTM | FC, ordered)
    assert result.network.spec.embedding.size == 9 and result.network.spec.input_size == 9
    assert result.network.embedding.shape == (9, 3)
    assert not result.certificate.before


def test_an_embedding_behind_something_else_is_not():
    shapes = {"embedding.weight": (9, 3), "conv.weight": (3, 3, 5), "conv.bias": (3,)} | LSTM
    result = read(shapes)
    assert result.network.spec.embedding is None
    assert result.certificate.before == (
        "'embedding' (Embedding 9 × 3)",
        "'conv' (weight (3, 3, 5))",
    )


def test_two_embeddings_are_named_and_none_is_taken():
    result = read({"word_emb.weight": (9, 3), "tag_emb.weight": (5, 3)} | LSTM)
    assert result.network.spec.embedding is None and len(result.certificate.before) == 2


def test_the_class_of_a_module_decides_where_it_is_known():
    shapes = {"first.weight": (9, 3)} | LSTM
    known = read(shapes, classes={"first": "torch.nn.modules.sparse.Embedding"})
    assert known.network.spec.embedding.size == 9
    linear = read(shapes, classes={"first": "torch.nn.modules.linear.Linear"})
    assert linear.certificate.before == ("'first' (Dense 3 → 9)",)


LANGUAGE = {"encoder.weight": (9, 3)} | LSTM | linear("decoder", 9, 4)


@pytest.mark.parametrize("ordered", [True, False])
def test_a_matrix_that_can_only_be_an_embedding_is_one(ordered):
    result = read(LANGUAGE, ordered)
    assert result.network.spec.embedding.size == 9 and heads(result) == [9]
    told = [words for words in result.certificate.warnings if "'encoder'" in words]
    assert told == ["'encoder' was taken as the embedding, for its shape and its place."]


@pytest.mark.parametrize(
    ("shapes", "ordered"),
    [
        (LANGUAGE | {"encoder.bias": (9,)}, True),
        ({"encoder.weight": (9, 3), "conv.weight": (3, 3, 5)} | LSTM, True),
        ({"encoder.weight": (3, 3)} | LSTM, True),
        (LSTM | {"after.weight": (9, 3)}, True),
        (LSTM | {"other.weight": (9, 3)}, False),
        (LANGUAGE | {"other.weight": (9, 3)}, False),
    ],
)
def test_a_matrix_that_may_be_another_layer_is_no_embedding(shapes, ordered):
    assert read(shapes, ordered).network.spec.embedding is None


@pytest.mark.parametrize(
    ("name", "size", "told"),
    [("h0", 4, True), ("net.init_hidden", 4, True), ("h0", 5, False), ("head0", 4, False)],
)
def test_what_may_be_learnt_states_is_told(name, size, told):
    result = read({name: (1, 1, size)} | LSTM)
    assert told == any(
        words == f"{name!r} may be the states to start from: h and c start at zero here."
        for words in result.certificate.warnings
    )


def test_an_optimizer_stands_nowhere():
    shapes = {"optimizer.state.0.exp_avg": (16, 3)} | LSTM | FC
    result = read(shapes)
    assert not result.certificate.before and heads(result) == [7]


STACKS = [
    (["lstm1.", "lstm2."], True),
    (["lstm.", "lstm_1."], True),
    (["layers.0.rnn.", "layers.1.rnn."], True),
    (["layers.0.", "layers.2."], False),
    (["encoder.", "decoder."], False),
    (["a.lstm1.", "b.lstm2."], False),
]


@pytest.mark.parametrize(("prefixes", "joined"), STACKS)
def test_stacks_are_named_one_after_the_other(prefixes, joined):
    shapes = lstm(prefixes[0], 3, 4) | lstm(prefixes[1], 4, 5)
    if joined:
        assert [c.cell_size for c in read(shapes).network.spec.layers] == [4, 5]
    else:
        with pytest.raises(SeveralLstmsError):
            read(shapes)


def test_stacks_feed_each_other():
    with pytest.raises(SeveralLstmsError):
        read(lstm("lstm1.", 3, 4) | lstm("lstm2.", 6, 5))


BETWEEN = [
    ("a norm", {"norm.weight": (4,), "norm.bias": (4,)}),
    ("a Dense that fits", linear("fc", 4, 4)),
    ("a GRU", {"gru.weight_ih_l0": (12, 4), "gru.weight_hh_l0": (12, 4)}),
]


@pytest.mark.parametrize("between", [row for _, row in BETWEEN], ids=[name for name, _ in BETWEEN])
def test_what_lies_between_lstms_parts_them(between):
    shapes = lstm("lstm1.", 3, 4) | between | lstm("lstm2.", 4, 5)
    with pytest.raises(SeveralLstmsError):
        read(shapes)
    name = next(iter(between)).partition(".")[0]
    told = read(shapes, pick="lstm2").certificate.before
    assert told[0].startswith("'lstm1'") and told[1].startswith(f"'{name}'")
    if "fc.weight" in between:
        return  # where the order is not the model's, a Dense may be a head
    result = read(shapes, ordered=False)
    assert len(result.network.spec.layers) == 2
    told = [each for each in result.certificate.warnings if "may run between" in each]
    assert bool(told) == ("norm.weight" in between)


def test_a_stack_may_be_picked_by_any_of_its_names():
    shapes = lstm("m.lstm1.", 3, 4) | lstm("m.lstm2.", 4, 5) | lstm("m.other.", 2, 2)
    for name in ("lstm1+lstm2", "m.lstm1+m.lstm2"):
        assert len(read(shapes, pick=name).network.spec.layers) == 2
    for name in ("lstm2", "m.lstm2", "other", "m.other"):
        result = read(shapes, pick=name)
        assert len(result.network.spec.layers) == 1 and result.certificate.prefix == "m."


def test_parts_of_several_types_are_one():
    tensors = {name: tensor(name, shape, "float16") for name, shape in LSTM.items()}
    tensors |= {name: tensor(name, shape, "float64") for name, shape in FC.items()}
    network = opened(TensorFile("file", 10**6, "test", tensors)).network
    assert network.dtype == np.float64
    assert network.heads[0].weights.dtype == network.cells[0]["forward"].input_weights.dtype


def test_flags_that_contradict_the_weights_are_told():
    result = read(LSTM, flags={"lstm": {"hidden_size": 9, "batch_first": True}})
    assert result.certificate.flags == ("hidden_size=9", "batch_first=True")
    assert any("hidden_size = 9, but its weights say 4" in w for w in result.certificate.warnings)


def test_weights_that_are_not_finite_are_told():
    array = np.full((16, 3), np.nan, np.float32)
    tensors = {name: tensor(name, shape) for name, shape in LSTM.items()}
    tensors["lstm.weight_ih_l0"] = Tensor("lstm.weight_ih_l0", (16, 3), "float32", lambda t: array)
    network = opened(TensorFile("file", 10**6, "test", tensors)).network
    assert "weight_ih_l0 has 48 such weights, the first at [0, 0]" in network.notes["not finite"]


def test_infinite_weights_are_folded_without_a_word():
    shapes = {
        "weight_ih_l0": (8, 3),
        "weight_hh_l0_v": (8, 2),
        "weight_hh_l0_g": (8, 1),
    }
    tensors = {name: tensor(name, shape) for name, shape in shapes.items()}
    way, size = np.zeros((8, 2), np.float32), np.full((8, 1), np.inf, np.float32)
    tensors["weight_hh_l0_v"] = Tensor("weight_hh_l0_v", (8, 2), "float32", lambda tick: way)
    tensors["weight_hh_l0_g"] = Tensor("weight_hh_l0_g", (8, 1), "float32", lambda tick: size)
    way[:, 0] = [0, 1, np.inf, np.nan, 0, 0, 0, 0]
    network = opened(TensorFile("file", 10**6, "test", tensors)).network
    assert np.isinf(network.cells[0]["forward"].recurrent_weights[1, 0])
    assert "not finite" in network.notes


def test_more_weights_than_the_file_can_hold_are_refused():
    shapes = lstm("", 2, 9000)
    tensors = {n: Tensor(n, shape, "float32", pytest.fail) for n, shape in shapes.items()}
    with pytest.raises(LstmvizError, match="lie over each other"):
        opened(TensorFile("file", 100, "test", tensors))


def test_more_weights_than_memory_are_refused(monkeypatch):
    monkeypatch.setenv("LSTMVIZ_MEMORY_GB", "0.0000001")
    with pytest.raises(LstmvizError, match="raise LSTMVIZ_MEMORY_GB"):
        read(LSTM)


# Keras's names


def keras(prefix, inputs, cells, bias=None, end=""):
    shapes = {f"{prefix}kernel{end}": (inputs, 4 * cells)}
    shapes |= {f"{prefix}recurrent_kernel{end}": (cells, 4 * cells)}
    return shapes | ({f"{prefix}bias{end}": (bias,)} if bias else {})


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def keras_run(x, kernel, back, bias):
    """The equations of keras.layers.LSTMCell, gates i, f, c, o."""
    h = c = np.zeros(len(back))
    rows = []
    for step in x:
        i, f, g, o = np.split(step @ kernel + h @ back + bias, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        rows.append(h)
    return np.array(rows)


def test_keras_kernels_are_turned_over():
    shapes = keras("lstm/lstm_cell/", 3, 4, 16, ":0") | {"dense/kernel:0": (4, 2)}
    tensors = {name: tensor(name, shape, "float64") for name, shape in shapes.items()}
    result = opened(TensorFile("file", 10**6, "test", tensors))
    certificate = result.certificate
    assert (certificate.framework, certificate.gate_order) == ("Keras", "ifco")
    assert (certificate.chosen, certificate.biases) == ("lstm", "one per gate")
    assert any("activations" in warning for warning in certificate.warnings)
    kernel, back, bias, dense = (each.read(None) for each in tensors.values())
    x = RANDOM.normal(size=(6, 3))
    expected = keras_run(x, kernel, back, bias) @ dense
    assert np.abs(result.network.run(x).output - expected).max() < 1e-12


def test_keras_directions_become_one_layer():
    shapes = keras("bi/forward_layer/cell/", 3, 4, 16) | keras("bi/backward_layer/cell/", 3, 4, 16)
    result = read(shapes)
    assert result.certificate.chosen == "bi"
    assert result.network.spec.layers[0].directions == ("forward", "backward")


def test_the_cudnn_layout_of_keras():
    shapes = keras("lstm/", 3, 4, 32)
    tensors = {name: tensor(name, shape, "float64") for name, shape in shapes.items()}
    result = opened(TensorFile("file", 10**6, "test", tensors))
    assert result.certificate.biases == "two per gate, added together"
    kernel, back, bias = (each.read(None) for each in tensors.values())

    def plain(matrix):
        """As _convert_rnn_weights of Keras 2 has it."""
        gates = np.hsplit(matrix, 4)
        return np.hstack([gate.T.reshape(gate.shape, order="F") for gate in gates])

    x = RANDOM.normal(size=(6, 3))
    expected = keras_run(x, plain(kernel), plain(back), bias[:16] + bias[16:])
    assert np.abs(result.network.run(x).output - expected).max() < 1e-12


KERAS_REFUSED = [
    ({"gru/kernel": (3, 12), "gru/recurrent_kernel": (4, 12)}, "'gru' is a GRU"),
    ({"rnn/kernel": (3, 4), "rnn/recurrent_kernel": (4, 4)}, "'rnn' is a plain RNN"),
    ({"l/recurrent_kernel": (4, 16)}, "'l' has no kernel"),
    (keras("l/", 3, 4, 17), r"'l/bias' has shape \(17,\)"),
    ({"l/kernel": (3, 8), "l/recurrent_kernel": (4, 16)}, "do not fit together"),
    ({"a": (3, 8)}, "holds no LSTM: none of its tensors"),
    ({}, "holds no tensors"),
]


@pytest.mark.parametrize(("shapes", "says"), KERAS_REFUSED)
def test_what_keras_names_are_refused(shapes, says):
    with pytest.raises(LstmvizError, match=says):
        read(shapes)
