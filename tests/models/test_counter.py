"""What the bundled demo says of itself holds for the weights that are stored."""

import importlib.util
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from lstmviz.models import demos, load

TOOL = Path(__file__).resolve().parents[2] / "tools" / "measure_counter.py"


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("measure_counter", TOOL)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclass looks its module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def network():
    return load("demo:counter")


def number(text):
    return float(re.search(r"\d+(\.\d+)?", text)[0])


def test_it_is_listed():
    assert demos() == ("counter",)


def test_its_card_holds(tool, network):
    card, notes = tool.measure(network), network.notes
    stored = number(notes["units"].partition("open a's")[2])
    assert stored >= 0.98 and abs(card.correlations[0] - stored) < 1e-3
    assert abs(card.accuracy - number(notes["accuracy"])) < 1e-4
    assert abs(card.largest_n - number(notes["largest n"])) <= 2
    assert card.largest_n >= 48  # four times the longest of the training strings
    assert card.loudest <= 1.5


def test_unit_0_counts_up_on_a_and_down_on_b(network):
    ids = {symbol: k for k, symbol in enumerate(network.vocabulary)}
    text = network.notes["example"]
    trace = network.run(np.array([ids[symbol] for symbol in text]))
    steps = np.diff(trace.layers[0].forward.cell_state[:, 0])
    for symbol, step in zip(text[1:], steps, strict=True):
        if symbol == "a":
            assert 0.5 < step < 1.5
        elif symbol == "b":
            assert -1.5 < step < -0.5
