"""PyTorch's own files give PyTorch's own numbers; tools/make_torch_files.py makes them."""

from pathlib import Path

import numpy as np
import pytest

from lstmviz.errors import LstmvizError
from lstmviz.models import SeveralLstmsError, load, open_model

FILES = Path(__file__).resolve().parent.parent / "data" / "torch"
TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
FINAL = {"forward": -1, "backward": 0}


@pytest.fixture(scope="module")
def expected():
    with np.load(FILES / "expected.npz") as archive:
        return dict(archive)


def final_states(trace, spec):
    """h and c of every layer and direction, in PyTorch's order."""
    hidden, cell = [], []
    for layer, cells in zip(trace.layers, spec.layers, strict=True):
        for direction in cells.directions:
            states = getattr(layer, direction)
            hidden.append(states.hidden_state[FINAL[direction]])
            cell.append(states.cell_state[FINAL[direction]])
    return np.stack(hidden), np.stack(cell)


def agrees(network, expected, case):
    """The network gives the outputs and final states of a stored case."""
    limit = TOLERANCE[str(network.dtype)]
    trace = network.run(expected[f"{case}.x"])
    assert np.abs(trace.output - expected[f"{case}.y"]).max() <= limit
    if f"{case}.h" in expected:
        hidden, cell = final_states(trace, network.spec)
        assert np.abs(hidden - expected[f"{case}.h"]).max() <= limit
        assert np.abs(cell - expected[f"{case}.c"]).max() <= limit


TAGGERS = {
    "tagger.pt": ("torch zip", "PyTorch", ""),
    "tagger_module.pt": ("torch zip", "PyTorch", ""),
    "tagger_script.pt": ("torch zip", "PyTorch (TorchScript)", ""),
    "tagger_old.pth": ("torch, the way before 1.6", "PyTorch", ""),
    "tagger.pt2": ("torch.export .pt2", "PyTorch", ""),
    "tagger.ckpt": ("torch zip", "PyTorch", "state_dict.model."),
    "tagger.npz": (".npz", "PyTorch", ""),
}


@pytest.mark.parametrize("name", TAGGERS)
def test_every_container_gives_the_same_model(name, expected):
    opened = open_model(FILES / name)
    certificate = opened.certificate
    form, framework, prefix = TAGGERS[name]
    assert (certificate.format, certificate.framework) == (form, framework)
    assert (certificate.prefix, certificate.chosen, certificate.gate_order) == (
        prefix,
        "lstm",
        "ifgo",
    )
    spec = opened.network.spec
    assert [(c.input_size, c.hidden_size, c.cell_size) for c in spec.layers] == [
        (5, 3, 6),
        (6, 3, 6),
    ]
    assert spec.embedding.size == 11 and [head.size for head in spec.heads] == [4]
    assert certificate.biases == "two per gate, added together"
    assert len(certificate.used) == 23 and not certificate.before
    if name == "tagger.ckpt":
        assert certificate.version == "Lightning 2.4.0"
        assert "optimizer_states.0.state.0.exp_avg" in certificate.ignored
    agrees(opened.network, expected, "tagger")


def test_without_order_a_linear_that_might_stand_before_or_after_is_still_the_head(expected):
    opened = open_model(FILES / "tagger.safetensors")  # names are sorted in it
    assert [head.size for head in opened.network.spec.heads] == [4]
    agrees(opened.network, expected, "tagger")


@pytest.mark.parametrize("name", ["tagger_module.pt", "tagger.pt2"])
def test_what_a_file_says_besides_the_weights_is_kept(name):
    flags = open_model(FILES / name).certificate.flags
    assert {"batch_first=True", "bidirectional=True", "num_layers=2"} <= set(flags)


@pytest.mark.parametrize("case", ["half", "bfloat", "double"])
@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_every_type(case, suffix, expected):
    network = load(FILES / f"{case}{suffix}")
    assert network.dtype == (np.float64 if case == "double" else np.float32)
    agrees(network, expected, case)


@pytest.mark.parametrize("case", ["views", "weight_norm"])
def test_views_of_one_storage_and_folded_weights(case, expected):
    opened = open_model(FILES / f"{case}.pt")
    agrees(opened.network, expected, case)
    if case == "weight_norm":
        assert {"weight_ih_l0_g", "weight_ih_l0_v"} <= set(opened.certificate.used)
    else:
        assert opened.certificate.biases == "none"


def test_cells_that_feed_each_other_are_one_stack(expected):
    opened = open_model(FILES / "cells.pt")
    assert [c.cell_size for c in opened.network.spec.layers] == [5, 4]
    assert opened.certificate.chosen == "0+1"
    assert [found.name for found in opened.certificate.choices] == ["0+1", "0", "1"]
    assert any("opened as one stack" in warning for warning in opened.certificate.warnings)
    agrees(opened.network, expected, "cells")
    alone = open_model(FILES / "cells.pt", "1")
    assert [c.cell_size for c in alone.network.spec.layers] == [4]
    assert alone.certificate.before == ("'cells.0' (another LSTM)",)


@pytest.mark.parametrize("name", ["several.pt", "several.safetensors"])
def test_of_several_the_user_picks(name, expected):
    with pytest.raises(SeveralLstmsError, match=r"encoder \(3 → 4\).*--lstm NAME") as caught:
        load(FILES / name)
    assert {found.name: found.layers for found in caught.value.choices} == {
        "encoder": 1,
        "decoder": 2,
    }
    with pytest.raises(SeveralLstmsError, match="no LSTM named 'coder'"):
        load(FILES / name, "coder")
    with pytest.raises(LstmvizError, match="'gru' is a GRU"):
        load(FILES / name, "gru")
    for case in ("encoder", "decoder"):
        opened = open_model(FILES / name, case)
        agrees(opened.network, expected, case)
        assert "'conv' (weight (3, 2, 3))" in opened.certificate.before


REFUSED = {
    "gru.pt": r"the model is a GRU \(tensor 'weight_hh_l0' has 3 × 4 rows\)",
    "rnn.pt": r"the model is a plain RNN \(tensor 'weight_hh_l0' has 1 × 4 rows\)",
    "quantised.pt": r"'0\._all_weight_values\.0\.param.*' belongs to a quantised model",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_lstm_is_refused_by_name(name):
    with pytest.raises(LstmvizError, match=REFUSED[name]):
        load(FILES / name)


@pytest.mark.parametrize("suffix", [".pt", ".pt2", ".safetensors"])
def test_tied_weights_are_read_once_and_under_every_name(suffix, expected):
    told = []
    opened = open_model(
        FILES / f"tied{suffix}", progress=lambda done, total: told.append((done, total))
    )
    network, used = opened.network, opened.certificate.used
    assert {"table.weight", "decoder.weight", "lstm.bias_ih_l0", "lstm.bias_hh_l0"} <= set(used)
    assert opened.certificate.biases == "two per gate, added together"
    assert network.embedding is network.heads[0].weights
    size = 4 * (11 * 5 + 4 * 20 * 5 + 3 * 20 + 11)
    assert told[-1] == (size, size)
    agrees(network, expected, "tied")
    warned = [w for w in opened.certificate.warnings if w.startswith("Tied weights, kept once")]
    assert len(warned) == (suffix == ".safetensors")


def test_pruned_weights_are_folded(expected):
    opened = open_model(FILES / "pruned.pt")
    agrees(opened.network, expected, "pruned")
    assert {"weight_ih_l0_orig", "weight_ih_l0_mask"} <= set(opened.certificate.used)


def test_of_weights_dropped_in_training_the_whole_ones_are_read(expected):
    opened = open_model(FILES / "awd.pth")
    certificate = opened.certificate
    agrees(opened.network, expected, "awd")
    assert opened.network.spec.embedding.size == 11 and not certificate.before
    assert "0.rnns.0.weight_hh_l0_raw" in certificate.used
    assert "0.rnns.0.module.weight_hh_l0" in certificate.ignored
    assert any("0.rnns.0.weight_hh_l0_raw" in told for told in certificate.warnings)


def test_a_frozen_script_is_refused_with_the_mend():
    with pytest.raises(LstmvizError, match=r"frozen TorchScript .* before torch\.jit\.freeze"):
        open_model(FILES / "frozen.pt")


def test_weights_are_read_once_and_progress_is_told():
    told = []
    opened = open_model(
        FILES / "double.pt", progress=lambda done, total: told.append((done, total))
    )
    size = sum(
        array.nbytes
        for layer in opened.network.cells
        for weights in layer.values()
        for array in vars(weights).values()
        if array is not None
    )
    assert told[-1] == (size, size) and sorted(told) == told
