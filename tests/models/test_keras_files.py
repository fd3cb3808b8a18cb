"""Keras's own files give Keras's own numbers; tools/make_keras_files.py makes them."""

import json
from pathlib import Path

import hdf5bytes as made
import numpy as np
import pytest
from golden import apart

from lstmviz.engine.variant import Activation
from lstmviz.errors import LstmvizError
from lstmviz.models import SeveralLstmsError, load, open_model

FILES = Path(__file__).resolve().parent.parent / "data" / "keras"
NAMES = sorted(path.name for path in FILES.iterdir() if path.name != "expected.npz")
TOLERANCE = {"float32": 1e-5, "float64": 1e-10}


@pytest.fixture(scope="module")
def expected():
    with np.load(FILES / "expected.npz") as archive:
        return dict(archive)


def written(folder, data, name="model.keras"):
    path = folder / name
    path.write_bytes(data)
    return path


def test_every_kind_of_file_is_there():
    assert NAMES == [
        "backwards.h5",
        "behind.keras",
        "cells.weights.h5",
        "functional.keras",
        "heads.keras",
        "inside.keras",
        "older.h5",
        "own.weights.h5",
        "quantised.keras",
        "stack.keras",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_gates_and_states_of_every_step_are_those_of_keras(name, expected):
    network = load(FILES / name)
    found = apart(network, expected, name)
    assert max(found.values()) <= TOLERANCE[str(network.dtype)], found


@pytest.mark.parametrize("name", NAMES)
def test_the_output_is_that_of_keras(name, expected):
    network = load(FILES / name)
    output = network.run(expected[f"{name}/input"]).output
    theirs = expected[f"{name}/output"]
    if name == "backwards.h5":
        theirs = theirs[::-1]  # Keras hands a reversed sequence on reversed
    ours = output if theirs.ndim == 2 else output[-1]
    assert network.spec.last_step == (theirs.ndim == 1)
    assert np.abs(ours - theirs).max() <= TOLERANCE[str(network.dtype)]


def test_a_stack_and_its_certificate():
    opened = open_model(FILES / "stack.keras")
    spec, told = opened.network.spec, opened.certificate
    assert [(c.input_size, c.cell_size, c.directions) for c in spec.layers] == [
        (1, 4, ("forward",)),
        (4, 3, ("forward",)),
    ]
    assert [(head.size, head.activation) for head in spec.heads] == [(5, "softmax")]
    assert (told.format, told.framework, told.gate_order) == ("Keras .keras", "Keras", "ifco")
    assert told.version.startswith("3.") and told.biases == "one per gate"
    assert told.activations == "gates sigmoid, candidate and cell tanh"
    assert told.chosen == "lstm+lstm_1" and len(told.used) == 8
    assert told.ignored == told.before == told.warnings == ()
    assert opened.network.title == "lstm+lstm_1 of stack.keras"
    assert opened.network.gate_order == told.gate_order


def test_an_lstm_inside_somebodys_own_layer_is_found_by_its_weights():
    opened = open_model(FILES / "inside.keras")
    assert opened.certificate.chosen == "block/inner"
    assert len(opened.network.spec.heads) == 1
    assert "inside a layer of another class" in opened.certificate.warnings[0]


def test_attributes_of_a_models_own_class_name_its_layers():
    opened = open_model(FILES / "own.weights.h5")
    assert opened.network.spec.embedding.size == 7 and len(opened.network.spec.heads) == 1
    assert [cell.cell_size for cell in opened.network.spec.layers] == [2, 5]


def test_a_quantised_head_is_left_out_and_told():
    opened = open_model(FILES / "quantised.keras")
    assert not opened.network.spec.heads
    assert any("quantised or has LoRA weights" in told for told in opened.certificate.warnings)


def test_a_layer_of_a_stack_can_be_seen_alone():
    opened = open_model(FILES / "stack.keras", "lstm_1")
    assert [cell.input_size for cell in opened.network.spec.layers] == [4]
    assert opened.certificate.before == ("lstm (LSTM)",)
    assert [found.name for found in opened.certificate.choices] == ["lstm+lstm_1", "lstm", "lstm_1"]
    with pytest.raises(SeveralLstmsError, match="no LSTM named 'gru'") as caught:
        open_model(FILES / "stack.keras", "gru")
    assert len(caught.value.choices) == 3


def test_a_functional_model_with_its_own_names():
    opened = open_model(FILES / "functional.keras")
    first, second = opened.network.spec.layers
    assert (first.merge, first.directions) == ("sum", ("forward", "backward"))
    assert first.variant.gate == Activation("hard_sigmoid", 1 / 6, 0.5)
    assert second.variant.candidate == second.variant.output == Activation("softsign")
    assert not second.return_sequences and opened.network.cells[1]["forward"].input_bias is None
    assert opened.network.spec.embedding.size == 7
    heads = [(head.size, head.activation) for head in opened.network.spec.heads]
    assert heads == [(3, "relu"), (2, "softmax")]
    assert opened.certificate.chosen == "both+my_lstm"


def test_what_runs_backwards_says_so():
    opened = open_model(FILES / "backwards.h5")
    assert [cell.directions for cell in opened.network.spec.layers] == [
        ("backward",),
        ("forward", "backward"),
    ]
    assert opened.network.dtype == np.float64
    assert any("last step first" in warning for warning in opened.certificate.warnings)


def test_weights_alone_leave_the_activations_open():
    opened = open_model(FILES / "cells.weights.h5")
    assert [cell.cell_size for cell in opened.network.spec.layers] == [3, 2]
    assert any("tanh and sigmoid are assumed" in each for each in opened.certificate.warnings)


def test_what_stands_before_is_named_and_not_run():
    told = open_model(FILES / "behind.keras").certificate
    assert told.before == ("sieve (Conv1D)",)
    assert [name.split("/")[1] for name in told.ignored] == ["conv1d", "conv1d"]
    assert not told.warnings or "stands before" not in " ".join(told.warnings)


def test_keras_2_has_another_hard_sigmoid_and_cudnn_another_layout():
    opened = open_model(FILES / "older.h5")
    first, second = opened.network.cells[0]["forward"], opened.network.cells[1]["forward"]
    assert opened.network.spec.layers[0].variant.gate == Activation("hard_sigmoid", 0.2, 0.5)
    assert first.recurrent_bias is None and second.recurrent_bias is not None
    assert opened.certificate.version == "2.2.4"
    assert (
        opened.certificate.biases == "one per gate; two per gate (CuDNN's layout), added together"
    )


# Files made byte by byte, for what Keras's own do not show -------------------


def functional(*layers, ends):
    """A functional model of (class, name, inputs, settings) rows, as Keras 2 writes it."""
    rows = [
        made.layer(kind, name, **settings)
        | {"name": name, "inbound_nodes": [[[each, 0, 0, {}] for each in inputs]] if inputs else []}
        for kind, name, inputs, settings in layers
    ]
    config = {"layers": rows, "input_layers": [["x", 0, 0]], "output_layers": [[ends, 0, 0]]}
    return {"class_name": "Functional", "config": config}


START = ("InputLayer", "x", (), {})


def test_a_branch_is_told_and_left_out(tmp_path):
    config = functional(
        START,
        ("LSTM", "lstm", ("x",), {}),
        ("Dense", "a", ("lstm",), {"activation": "tanh"}),
        ("Attention", "b", ("lstm", "lstm"), {}),
        ends="a",
    )
    opened = open_model(written(tmp_path, made.keras(config)))
    assert opened.network.spec.heads == ()
    assert opened.certificate.warnings == (
        "After lstm (LSTM) the model branches (a (Dense), b (Attention)): not run.",
    )


def test_a_layer_that_a_model_shares_is_told(tmp_path):
    config = functional(
        START,
        ("LSTM", "lstm", ("x",), {"return_sequences": True}),
        ("Flatten", "d", ("lstm",), {}),
        ends="d",
    )
    calls = [row["inbound_nodes"] for row in config["config"]["layers"]]
    calls[1] += [[["d", 0, 0, {}]]]
    opened = open_model(written(tmp_path, made.keras(config)))
    assert opened.certificate.warnings[0] == (
        "lstm (LSTM) is used more than once in the model; here it runs once."
    )
    calls[1].pop()
    calls[2] += [[["d", 0, 0, {}]]]
    opened = open_model(written(tmp_path, made.keras(config)))
    assert opened.network.spec.heads == ()
    assert opened.certificate.warnings == (
        "d (Flatten) is used more than once in the model: it and what follows, not run.",
    )


def test_a_layer_computed_in_halves_is_told(tmp_path):
    policy = {"class_name": "DTypePolicy", "config": {"name": "mixed_bfloat16"}}
    told = open_model(written(tmp_path, made.keras(made.sequential(made.layer(dtype=policy)))))
    assert told.certificate.warnings == (
        "Keras computes lstm (LSTM) in bfloat16, lstmviz in float32.",
    )


def test_what_runs_no_plain_lstm_says_why(tmp_path):
    inside = made.layer("TimeDistributed", "t", layer=made.layer())
    with pytest.raises(LstmvizError, match=r"t \(LSTM\) inside TimeDistributed, a sequence at"):
        load(written(tmp_path, made.keras(made.sequential(inside))))
    cells = [{"class_name": kind, "config": {}} for kind in ("LSTMCell", "GRUCell")]
    stacked = {"class_name": "StackedRNNCells", "config": {"cells": cells}}
    layer = made.layer("RNN", "both", cell=stacked)
    with pytest.raises(LstmvizError, match="'both' runs cells of LSTMCell and GRUCell; only"):
        load(written(tmp_path, made.keras(made.sequential(layer))))
    layer = made.layer("RNN", "odd", cell={"class_name": "Odd", "config": {"cells": 3}})
    with pytest.raises(LstmvizError, match="'odd' runs cells of an unknown class; only"):
        load(written(tmp_path, made.keras(made.sequential(layer))))
    layer = made.layer("RNN", "own", cell={"class_name": "Addons>Peephole", "config": {}})
    with pytest.raises(LstmvizError, match="'own' runs cells of Addons>Peephole; only"):
        load(written(tmp_path, made.keras(made.sequential(layer))))


def test_weights_alone_name_what_has_no_place(tmp_path):
    file, members = made.File(), {}
    for name, width in (("lstm", 3), ("lstm_1", 2)):
        arrays = {str(k): made.array(file, w) for k, w in enumerate(made.weights(0, width))}
        cell = made.group(file, {"vars": made.group(file, arrays)})
        members[name] = made.group(file, {"cell": cell})
    for name, shape in (("conv1d", (2, 4, 3)), ("layer_normalization", (2,))):
        own = made.group(file, {"0": made.array(file, np.zeros(shape))})
        members[name] = made.group(file, {"vars": own})
    data = file.done(made.group(file, {"layers": made.group(file, members)}))
    told = open_model(written(tmp_path, data, "m.weights.h5")).certificate
    assert told.chosen == "lstm+lstm_1" and told.before == ("conv1d (weight (2, 4, 3))",)
    assert "activations" in told.warnings[0] and "one stack" in told.warnings[1]
    assert "where conv1d, layer_normalization stand in the model" in told.warnings[2]
    assert len(told.warnings) == 3


def test_initial_states_and_masks_are_told(tmp_path):
    config = functional(
        START,
        ("Masking", "m", ("x",), {}),
        ("LSTM", "lstm", ("m", "other"), {"stateful": True}),
        ends="lstm",
    )
    told = open_model(written(tmp_path, made.keras(config))).certificate
    assert told.before == ()
    assert [each.split(" ")[0:3] for each in told.warnings] == [
        ["lstm", "(LSTM)", "takes"],
        ["lstm", "(LSTM)", "is"],
        ["Masked", "steps", "are"],
    ]


def test_a_bidirectional_layer_with_other_weights_than_its_description_is_refused(tmp_path):
    both = made.layer("Bidirectional", "lstm", layer=made.layer(), merge_mode="concat")
    path = written(tmp_path, made.legacy(made.sequential(both)), "m.h5")
    with pytest.raises(LstmvizError, match=r"'?lstm \(LSTM\) has weights for 1 cells, not for 2"):
        load(path)


def test_a_merge_that_is_unknown_is_refused(tmp_path):
    both = made.layer("Bidirectional", "lstm", layer=made.layer(), merge_mode="max")
    file = made.File()
    ways = {}
    for way in ("forward_layer", "backward_layer"):
        cell = made.group(file, {str(k): made.array(file, w) for k, w in enumerate(made.weights())})
        for name in ("vars", "cell"):
            cell = made.group(file, {name: cell})
        ways[way] = cell
    inner = made.group(
        file, {"layers": made.group(file, {"bidirectional": made.group(file, ways)})}
    )
    data = made.keras(made.sequential(both), inner=file.done(inner))
    with pytest.raises(LstmvizError, match="merges its directions by 'max'"):
        load(written(tmp_path, data))


@pytest.mark.parametrize(
    ("version", "alpha"), [("3.0.0", 1 / 6), ("2.15.0", 0.2), ("2.4.0-tf", 0.2), ("", 1 / 6)]
)
def test_hard_sigmoid_is_that_of_the_version(tmp_path, version, alpha):
    config = made.sequential(made.layer(recurrent_activation="hard_sigmoid"))
    about = {"metadata.json": json.dumps({"keras_version": version})}
    network = load(written(tmp_path, made.keras(config, **about)))
    assert network.spec.layers[0].variant.gate.alpha == alpha


def test_a_model_of_an_unknown_class_opens_by_its_weights(tmp_path):
    config = {"class_name": "MyModel", "module": "mine", "config": {}}
    told = open_model(written(tmp_path, made.keras(config))).certificate
    assert "class 'MyModel'" in told.warnings[0] and "assumed" in told.warnings[1]


def test_an_activation_after_a_dense_layer_is_its_own(tmp_path):
    layers = [made.layer(), made.layer("Activation", "a", activation="softmax")]
    told = open_model(written(tmp_path, made.keras(made.sequential(*layers)))).certificate
    assert told.warnings == ("a (Activation) and what follows it are not run.",)


def test_weights_that_are_not_finite_are_kept_and_told(tmp_path):
    data = bytearray(made.bare())
    data[48:52] = np.float32(np.nan).tobytes()
    network = load(written(tmp_path, bytes(data), "m.weights.h5"))
    assert "layer0.forward.input_weights" in network.notes["not finite"]
