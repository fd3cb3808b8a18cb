"""Other gate orders, against outputs that PyTorch and onnxruntime gave."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lstmviz.engine import unroll
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import CellSpec, NetworkSpec
from lstmviz.engine.variant import GREFF
from lstmviz.errors import LstmvizError
from lstmviz.models import load
from lstmviz.models.gateorder import GATE_ORDERS, plain_order, reordered

FILES = Path(__file__).resolve().parent.parent / "data" / "torch"


def kept_in(order, array, letters="ifgo"):
    """Rows as a file keeps them whose gates are in this order."""
    blocks = dict(zip(letters, np.split(array, len(letters)), strict=True))
    return np.concatenate([blocks[letter] for letter in order])


def test_there_are_twenty_four_and_those_of_frameworks_come_first():
    assert len(set(GATE_ORDERS)) == 24
    assert GATE_ORDERS[:3] == ("ifgo", "iofg", "igfo")


@pytest.mark.parametrize(
    ("written", "plain"), [("ifco", "ifgo"), ("iofc", "iofg"), ("IJFO", "igfo"), ("ogfi", "ogfi")]
)
def test_the_candidate_has_three_letters(written, plain):
    assert plain_order(written) == plain


@pytest.mark.parametrize("order", ["", "ifo", "iifo", "ifcgo", "ifgx", "ijco"])
def test_what_is_no_order_is_refused_by_name(order):
    with pytest.raises(LstmvizError, match="PyTorch"):
        plain_order(order)


@pytest.mark.parametrize("order", GATE_ORDERS)
def test_a_file_in_any_order_gives_pytorchs_output(order, tmp_path):
    with np.load(FILES / "tagger.npz") as stored:
        arrays = dict(stored)
    kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    gated = [name for name in arrays if any(kind in name for kind in kinds)]
    assert len(gated) >= 4
    moved = {name: kept_in(order, arrays[name]) for name in gated}
    path = tmp_path / "moved.npz"
    np.savez(path, **(arrays | moved))
    with np.load(FILES / "expected.npz") as stored:
        x, y = stored["tagger.x"], stored["tagger.y"]
    network = load(path, gate_order=order)
    assert network.gate_order == order
    np.testing.assert_allclose(network.run(x).output, y, rtol=1e-5, atol=1e-6)
    if order != "ifgo":
        assert np.abs(load(path).run(x).output - y).max() > 1e-3


def test_the_order_that_was_found_changes_nothing():
    network = load(FILES / "tagger.pt")
    assert reordered(network, "ifco") is network
    assert reordered(network, None) is network


@pytest.mark.parametrize("order", GATE_ORDERS[1::4])
def test_peepholes_and_gate_recurrence_move_with_their_gates(order):
    cell = CellSpec(3, 4, 4, variant=GREFF["FGR"])
    network = random_network(NetworkSpec((cell,)), 3, np.float64)
    x = np.random.default_rng(0).normal(size=(7, 3))
    weights = network.cells[0]["forward"]
    three = order.replace("g", "")
    square = kept_in(three, weights.gate_recurrence, "ifo")
    stored = replace(
        weights,
        input_weights=kept_in(order, weights.input_weights),
        recurrent_weights=kept_in(order, weights.recurrent_weights),
        **{
            name: kept_in(order, getattr(weights, name))
            for name in ("input_bias", "recurrent_bias")
            if getattr(weights, name) is not None
        },
        peepholes=kept_in(three, weights.peepholes, "ifo"),
        gate_recurrence=kept_in(three, square.T, "ifo").T,
    )
    found = reordered(replace(network, cells=({"forward": stored},), gate_order="ifgo"), order)
    np.testing.assert_array_equal(
        unroll.run(found, x).output, unroll.run(network, x).output, strict=True
    )
