"""What surrounds an LSTM in an ONNX graph: other LSTMs, what is between them, and heads."""

import numpy as np
import onnxbytes as made
import pytest

from lstmviz.errors import LstmvizError
from lstmviz.models import SeveralLstmsError, load, open_model


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
    opened = open_model(made.written(tmp_path, chain(SQUEEZE, tensors=ONE)))
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
    path = made.written(tmp_path, chain(*between, tensors=ONE | TURN))
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
    path = made.written(tmp_path, chain(*between, tensors=ONE | TURN, start=BATCH_OF_ONE))
    with pytest.raises(SeveralLstmsError, match="holds 2 LSTMs"):
        load(path)
    path = made.written(tmp_path, chain(SQUEEZE, tensors=ONE, start=BATCH_OF_ONE))
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
    told = open_model(made.written(tmp_path, made.small([before], rows, node))).certificate
    assert told.before == named
    assert not told.warnings


def test_the_first_step_is_not_taken_for_the_last_or_all(tmp_path):
    first = made.node("Gather", ["S", "zero"], ["F"], axis=0)
    own = made.weights() | {"D": np.ones((2, 3)), "one": np.array([1]), "zero": np.array(0)}
    rows = [made.tensor(name, values) for name, values in own.items()]
    nodes = [made.lstm(), made.node("Squeeze", ["Y", "one"], ["S"]), first]
    data = made.graph(nodes, rows, inputs=[BATCH_OF_ONE], outputs=["F"])
    opened = open_model(made.written(tmp_path, made.model(data)))
    assert "or only some" in opened.certificate.warnings[0]
    nodes.append(made.node("MatMul", ["F", "D"], ["out"]))
    data = made.graph(nodes, rows, inputs=[BATCH_OF_ONE], outputs=["out"])
    opened = open_model(made.written(tmp_path, made.model(data)))
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
    opened = open_model(made.written(folder, head(*nodes, tensors=tensors)))
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


def test_an_lstm_that_cannot_be_opened_is_named_beside_others(tmp_path):
    rows = [made.tensor(name, values) for name, values in made.weights().items()]
    bad = made.node("LSTM", ["X", "R", "W"], ["Q"], hidden_size=2)
    nodes = [made.lstm(), bad.replace(b"\x04lstm", b"\x04evil")]
    path = made.written(tmp_path, made.model(made.graph(nodes, [*rows])))
    opened = open_model(path)
    assert opened.certificate.chosen == "lstm" and len(opened.certificate.warnings) == 1
    with pytest.raises(LstmvizError, match="LSTM 'evil' is not valid"):
        open_model(path, "evil")
