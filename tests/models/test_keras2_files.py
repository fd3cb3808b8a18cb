"""Files of Keras 2 itself give what it gives; tools/make_keras2_files.py makes them."""

from pathlib import Path

import numpy as np
import pytest

from lstmviz.models import open_model

FILES = Path(__file__).resolve().parent.parent / "data" / "keras2"
NAMES = ["both.h5", "cudnn.h5", "first.keras", "text.keras"]


@pytest.mark.parametrize("name", NAMES)
def test_the_output_is_that_of_keras_2(name):
    opened = open_model(FILES / name)
    with np.load(FILES / "expected.npz") as expected:
        x, theirs = expected[f"{name}/input"], expected[f"{name}/output"]
    trace = opened.network.run(x)
    ours = trace.output
    if theirs.ndim == 1:
        ours = ours[-1]
    if name == "text.keras":
        ours = ours[::-1]  # Keras hands on last step first
    assert np.abs(ours - theirs).max() < 1e-6
    assert opened.certificate.version == "2.15.0"


def test_every_file_is_there():
    assert sorted(p.name for p in FILES.iterdir() if p.suffix != ".npz") == NAMES


def test_what_keras_2_means_by_its_names():
    both = open_model(FILES / "both.h5").network.spec
    gate = both.layers[0].variant.gate
    assert (gate.name, gate.alpha, gate.beta) == ("hard_sigmoid", 0.2, 0.5)
    assert [(head.activation, head.alpha) for head in both.heads] == [
        ("leaky_relu", 0.2),
        ("leaky_relu", pytest.approx(0.15)),
    ]
    first = open_model(FILES / "first.keras").network.spec
    assert [layer.variant.gate.name for layer in first.layers] == [
        *("hard_sigmoid", "sigmoid", "sigmoid")
    ]
    assert open_model(FILES / "cudnn.h5").certificate.biases.startswith("two per gate (CuDNN")


def test_the_vocabulary_that_a_layer_learnt():
    opened = open_model(FILES / "text.keras")
    assert opened.network.vocabulary == ("", "[UNK]", "the", "sat", "on", "mat", "cat")
    assert any("vocabulary.txt" in told for told in opened.certificate.warnings)
