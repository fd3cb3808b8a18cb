import pytest
from nets import single

from lstmviz.engine.spec import CellSpec, NetworkSpec
from lstmviz.engine.variant import GREFF, PEEPHOLE, Activation, Variant
from lstmviz.models.names import names


def calls(spec):
    return {row.framework: row.call for row in names(spec)}


def test_equal_sizes():
    assert calls(single(5, 256, 256)) == {
        "PyTorch": "nn.LSTM(input_size=5, hidden_size=256)",
        "Keras": "LSTM(units=256, return_sequences=True)",
        "TensorFlow 1": "LSTMCell(num_units=256)",
        "Flax": "OptimizedLSTMCell(features=256)",
        "ONNX": "LSTM(hidden_size=256)",
    }


def test_a_projection_has_a_name_in_two_frameworks_only():
    rows = {row.framework: row for row in names(single(5, 128, 256))}
    assert rows["PyTorch"].call == "nn.LSTM(input_size=5, hidden_size=256, proj_size=128)"
    assert rows["PyTorch"].hidden_size == "proj_size"
    assert rows["TensorFlow 1"].call == "LSTMCell(num_units=256, num_proj=128)"
    for name in ("Keras", "Flax", "ONNX"):
        assert rows[name].call == "" and "no projection" in rows[name].remark


def test_pytorch_cannot_project_upwards():
    rows = {row.framework: row for row in names(single(5, 300, 256))}
    assert rows["PyTorch"].call == "" and "smaller" in rows["PyTorch"].remark
    assert rows["TensorFlow 1"].call == "LSTMCell(num_units=256, num_proj=300)"


def test_no_framework_makes_the_impossible():
    for row in names(single(5, 128, 256, project=False)):
        assert row.call == "" and "256" in row.remark and "128" in row.remark


def test_stacks_and_directions():
    both = ("forward", "backward")
    spec = NetworkSpec((CellSpec(3, 4, 4, directions=both), CellSpec(8, 4, 4, directions=both)))
    made = calls(spec)
    assert made["PyTorch"] == (
        "nn.LSTM(input_size=3, hidden_size=4, num_layers=2, bidirectional=True)"
    )
    assert made["Keras"].startswith("Bidirectional(LSTM(units=4, return_sequences=True))")
    assert made["ONNX"].count('direction="bidirectional"') == 2


@pytest.mark.parametrize("biases", [1, 2])
def test_bias_conventions(biases):
    keep = {row.framework for row in names(single(1, 1, 1)) if row.biases == biases}
    assert keep == ({"PyTorch", "ONNX"} if biases == 2 else {"Keras", "TensorFlow 1", "Flax"})


def of(variant, hidden=4):
    return {
        row.framework: row for row in names(NetworkSpec((CellSpec(3, hidden, 4, variant=variant),)))
    }


def test_variants_are_written_where_a_framework_has_them():
    found = {name: row.call for name, row in of(PEEPHOLE).items()}
    assert found == {
        "PyTorch": "",
        "Keras": "",
        "TensorFlow 1": "LSTMCell(num_units=4, use_peepholes=True)",
        "Flax": "",
        "ONNX": "LSTM(hidden_size=4, P=peepholes)",
    }
    rows = of(Variant(cell_clip=3.0, projection_clip=0.5), hidden=2)
    clipped = "LSTMCell(num_units=4, num_proj=2, cell_clip=3, proj_clip=0.5)"
    assert rows["TensorFlow 1"].call == clipped
    assert "no bound on c" in rows["PyTorch"].remark and "bound on h" in rows["PyTorch"].remark
    coupled = of(GREFF["CIFG"])
    assert coupled["ONNX"].call == "LSTM(hidden_size=4, input_forget=1, P=peepholes)"
    assert coupled["TensorFlow 1"].call.startswith("CoupledInputForgetGateLSTMCell(num_units=4")
    assert of(Variant(clip=5.0))["ONNX"].call == "LSTM(hidden_size=4, clip=5)"


@pytest.mark.parametrize("name", ["NIG", "NFG", "NOG", "FGR"])
def test_no_framework_has_these(name):
    for row in of(GREFF[name]).values():
        assert row.call == "" and " no " in row.remark


def test_activations_are_written_only_where_they_are_the_same_function():
    keras3 = of(Variant(gate=Activation("hard_sigmoid", 1 / 6, 0.5)))
    assert 'recurrent_activation="hard_sigmoid"' in keras3["Keras"].call
    assert "gate_fn=nn.hard_sigmoid" in keras3["Flax"].call
    assert keras3["PyTorch"].call == keras3["TensorFlow 1"].call == ""
    assert 'activations=["HardSigmoid", "Tanh", "Tanh"]' in keras3["ONNX"].call
    assert "activation_alpha=[0.166667, 0, 0], activation_beta=[0.5, 0, 0]" in keras3["ONNX"].call
    keras2 = of(Variant(gate=Activation("hard_sigmoid")))
    assert keras2["Keras"].call == "" and "no such activations" in keras2["Keras"].remark
    relu = of(Variant(candidate=Activation("relu"), output=Activation("relu")))
    assert 'activation="relu"' in relu["Keras"].call
    assert "activation=tf.nn.relu" in relu["TensorFlow 1"].call
    assert of(GREFF["NOAF"])["Keras"].call == ""


BOTH = ("forward", "backward")


def test_merges_and_final_states_are_told():
    spec = NetworkSpec(
        (
            CellSpec(3, 4, 4, directions=BOTH, merge="sum"),
            CellSpec(4, 4, 4, directions=BOTH, merge="sum", return_sequences=False),
        )
    )
    rows = {row.framework: row for row in names(spec)}
    assert rows["Keras"].call == (
        'Bidirectional(LSTM(units=4, return_sequences=True), merge_mode="sum"), then '
        'Bidirectional(LSTM(units=4), merge_mode="sum")'
    )
    for name in ("PyTorch", "TensorFlow 1", "Flax", "ONNX"):
        assert "yourself (sum)" in rows[name].remark and "final h" in rows[name].remark
    assert "num_layers" not in rows["PyTorch"].call
    assert "bidirectional_dynamic_rnn" in rows["TensorFlow 1"].remark
    assert "Bidirectional" in rows["Flax"].remark


def test_a_layer_that_only_runs_backward():
    rows = {row.framework: row for row in names(single_way("backward"))}
    assert rows["PyTorch"].call == "" and "flip" in rows["PyTorch"].remark
    assert rows["Keras"].call == "LSTM(units=4, return_sequences=True, go_backwards=True)"
    assert "last step first" in rows["Keras"].remark
    assert 'direction="reverse"' in rows["ONNX"].call
    assert "Flip" in rows["TensorFlow 1"].remark and "Flip" in rows["Flax"].remark


def single_way(way):
    return NetworkSpec((CellSpec(3, 4, 4, directions=(way,)),))
