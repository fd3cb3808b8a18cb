import subprocess
import sys

import numpy as np
import pytest

import lstmviz
from lstmviz.engine.spec import HeadSpec


def test_everything_promised_is_there():
    for name in lstmviz.__all__:
        assert getattr(lstmviz, name) is not None


def test_nothing_else_is_promised():
    assert set(lstmviz.__all__) <= set(dir(lstmviz))
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = lstmviz.nonsense


def test_a_random_network_runs_and_its_trace_comes_back(tmp_path):
    network = lstmviz.random_network(input_size=5, cell_size=7, hidden_size=3, seed=2, head=4)
    assert network.spec.head == HeadSpec(4)
    x = np.random.default_rng(0).normal(size=(6, 5))
    trace = lstmviz.trace(network, x)
    assert trace.layers[0].forward.forget_gate.shape == (6, 7)
    trace.save(tmp_path / "t.npz")
    assert (lstmviz.load_trace(tmp_path / "t.npz").output == trace.output).all()


def test_sizes_default_to_the_cell_and_dtype_is_kept():
    network = lstmviz.random_network(2, 3, dtype=np.float64)
    assert network.spec.layers[0].hidden_size == 3 and network.dtype == np.float64


def test_random_networks_of_any_shape():
    network = lstmviz.random_network(
        3,
        4,
        layers=2,
        variant="CIFG",
        direction="both",
        merge="sum",
        forget_bias=1.0,
        head=(HeadSpec(6, "relu"), HeadSpec(2)),
        embedding=5,
    )
    low, high = network.spec.layers
    assert (low.input_size, high.input_size, low.variant.coupled) == (5, 4, True)
    assert network.run([0, 2, 1]).output.shape == (3, 2)


def test_a_network_is_saved_and_loaded(tmp_path):
    network = lstmviz.random_network(2, 3, head=HeadSpec(2, "linear"))
    lstmviz.save(network, tmp_path / "m.npz")
    x = np.ones((4, 2))
    loaded = lstmviz.load(tmp_path / "m.npz")
    assert (lstmviz.trace(loaded, x).output == network.run(x).output).all()
    assert (lstmviz.trace(str(tmp_path / "m.npz"), x).output == network.run(x).output).all()


def test_text_and_symbol_numbers_are_read_by_a_model_with_a_vocabulary():
    by_text = lstmviz.trace("demo:counter", "#aab")
    by_number = lstmviz.trace("demo:counter", [0, 1, 1, 2])
    assert (by_text.output == by_number.output).all()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: lstmviz.random_network(0, 3), "input size 0"),
        (lambda: lstmviz.random_network(1, 3, 2, project=False), "differ without a projection"),
        (lambda: lstmviz.random_network(1, 3, seed=-1), "seed -1 is outside"),
        (lambda: lstmviz.random_network(1, 3, layers=17), "17 layers are more than"),
        (lambda: lstmviz.random_network(1, 3, layers=0), "0 layers are too few"),
        (lambda: lstmviz.random_network(1, 3, direction="up"), "'up' is not one of forward"),
        (lambda: lstmviz.random_network(1, 3, variant="XYZ"), "variant 'XYZ' is unknown"),
        (lambda: lstmviz.random_network(1, 3, chrono=2), "chrono is 2 steps"),
        (lambda: lstmviz.random_network(1, 3, dtype=int), "neither float32 nor float64"),
        (lambda: lstmviz.random_network(1, 0), "cell size 0 is outside"),
        (lambda: lstmviz.random_network(1, 3, 0), "hidden size 0 is outside"),
        (lambda: lstmviz.random_network(1, 3, forget_bias=float("nan")), "forget_bias is nan"),
        (lambda: lstmviz.random_network(1, 3, head="softmax"), "head 'softmax' is no HeadSpec"),
        (lambda: lstmviz.random_network(1, 3, head=2.5), "head 2.5 is no HeadSpec"),
        (lambda: lstmviz.random_network(1, 3, variant=None), "variant None is no Variant"),
        (lambda: lstmviz.random_network(1, 3, direction=["both"]), "is not one of forward"),
        (lambda: lstmviz.random_network(2, 3).run([[1, 2], [3]]), "rows have different lengths"),
        (lambda: lstmviz.trace("demo:counter", "xyz"), "'x' is not in the model's"),
        (lambda: lstmviz.trace("demo:counter", np.ones((3, 4))), "4"),
        (lambda: lstmviz.load("x.bin"), "unknown suffix '.bin'"),
    ],
)
def test_faults_are_sentences(call, says):
    with pytest.raises(lstmviz.LstmvizError, match=says):
        call()


def test_a_chain_of_heads_may_be_sizes():
    network = lstmviz.random_network(1, 3, head=[4, HeadSpec(2, "linear")])
    assert network.spec.heads == (HeadSpec(4), HeadSpec(2, "linear"))


def test_a_network_and_a_trace_show_as_one_line():
    network = lstmviz.random_network(5, 256, 128, head=4)
    sizes = "input 5, cell 256 hidden 128, head 4 softmax"
    assert repr(network) == f"<Network: {sizes}, float32>"
    assert repr(network.run(np.ones((2, 5)))) == f"<Trace: 2 steps, {sizes}>"


def test_values_beyond_single_precision_are_infinite_without_a_warning():
    network = lstmviz.random_network(1, 2)
    assert network.run([[1e300]]).input[0, 0] == np.inf


def test_importing_imports_no_qt():
    code = (
        "import sys, lstmviz; lstmviz.trace('demo:counter', '#ab'); "
        "sys.exit(any(name.split('.')[0] == 'PySide6' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
