import pytest

from lstmviz.engine.spec import CellSpec, NetworkSpec, single
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
