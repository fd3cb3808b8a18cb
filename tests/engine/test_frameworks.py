"""Networks against what onnxruntime and Keras compute for them, stored by tools/."""

from __future__ import annotations

import numpy as np
import pytest
from nets import GOLDENS

from lstmviz.engine import unroll
from lstmviz.engine.states import Initial, State
from lstmviz.engine.trace import arrays
from lstmviz.models.own import parse_card, unpacked

TOLERANCE = {"float32": 1e-6, "float64": 1e-13}
RESULTS = ("output", "hidden_state", "cell_state")


def cases(name):
    """Every stored case of a framework: its arrays by name."""
    found = {}
    with np.load(GOLDENS.parent / name) as stored:
        for key in stored.files:
            case, array = key.split("/")
            found.setdefault(case, {})[array] = stored[key]
    return found


ONNX, KERAS = cases("onnx_lstm.npz"), cases("keras_lstm.npz")


def network_of(case):
    """The network of a case and the states it started from."""
    card = parse_card(case["card"].tobytes().decode(), "golden")
    results = {n for n in case if n.endswith(RESULTS)} | {"card", "input"}
    network = unpacked(card, case.keys() - results, lambda name, _: case[name], "golden", "")
    states = tuple(
        {
            way: State(case[f"{prefix}_hidden_state"], case[f"{prefix}_cell_state"])
            for way in cell.directions
            if f"{(prefix := f'layer{index}.{way}.initial')}_hidden_state" in case
        }
        for index, cell in enumerate(card.spec.layers)
    )
    return network, Initial(states)


def check(case):
    network, initial = network_of(case)
    trace = unroll.run(network, case["input"], initial)
    tolerance = TOLERANCE[str(network.dtype)]
    output = trace.output[-1] if case["output"].ndim == 1 else trace.output
    assert (case["output"].ndim == 1) <= network.spec.last_step
    np.testing.assert_allclose(output, case["output"], rtol=tolerance, atol=tolerance)
    for name, values in arrays(trace).items():
        if name in case and name not in ("input", "output"):
            np.testing.assert_allclose(
                values, case[name], rtol=tolerance, atol=tolerance, err_msg=name
            )


@pytest.mark.parametrize("name", ONNX)
def test_a_layer_gives_onnxruntimes_numbers(name):
    check(ONNX[name])


@pytest.mark.parametrize("name", KERAS)
def test_a_network_gives_keras_numbers(name):
    check(KERAS[name])


def test_the_goldens_have_states_of_every_step():
    case = ONNX["all_forward_backward"]
    for way in ("forward", "backward"):
        assert case[f"layer0.{way}.cell_state"].shape == (5, 4)
    assert KERAS["tanh64"]["layer0.forward.cell_state"].shape == (5, 4)


def test_the_goldens_are_small():
    sizes = [(GOLDENS.parent / name).stat().st_size for name in ("onnx_lstm.npz", "keras_lstm.npz")]
    assert sum(sizes) < 500_000
