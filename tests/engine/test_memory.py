"""The estimate is what a run allocates, and the budget is the user's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nets import networks, noise, single

from lstmviz.engine import memory
from lstmviz.engine.trace import arrays
from lstmviz.errors import LstmvizError


@given(networks(), st.integers(1, 9))
def test_the_estimate_is_the_size_of_the_arrays(network, steps):
    trace = network.run(noise(network, steps))
    own = {id(array): array for name, array in arrays(trace).items() if ".initial" not in name}
    held = sum(array.nbytes for array in own.values())
    layers = network.spec.layers
    joined = [layer.output_size for k, layer in enumerate(layers) if network.spec.joins(k)]
    if network.spec.joins(len(layers) - 1) and not network.heads:
        joined.pop()  # it is the output
    expected = held + steps * sum(joined) * network.dtype.itemsize
    assert memory.estimate(network.spec, steps, network.dtype) == expected


def test_two_gibibytes_are_allowed_unless_said_otherwise(monkeypatch):
    monkeypatch.delenv(memory.VARIABLE, raising=False)
    assert memory.budget() == 2**31
    monkeypatch.setenv(memory.VARIABLE, "0.25")
    assert memory.budget() == 2**28


@pytest.mark.parametrize("text", ["lots", "0", "-1", "nan", "inf"])
def test_a_budget_that_is_no_size_is_refused(monkeypatch, text):
    monkeypatch.setenv(memory.VARIABLE, text)
    with pytest.raises(LstmvizError, match=f"LSTMVIZ_MEMORY_GB is '{text}'"):
        memory.budget()


def test_the_refusal_names_estimate_budget_and_mend(monkeypatch):
    monkeypatch.delenv(memory.VARIABLE, raising=False)
    spec = single(5, 1024, 1024)
    memory.check(spec, 80_000)
    with pytest.raises(LstmvizError) as caught:
        memory.check(spec, 100_000)
    assert str(caught.value) == (
        "a run over 100,000 steps needs 2.3 GiB, more than the 2.0 GiB allowed: shorten the "
        "input or lower the sizes, or set the environment variable LSTMVIZ_MEMORY_GB to a "
        "higher number of GiB."
    )


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, "1 MiB"),
        (2**20, "1 MiB"),
        (2**20 + 1, "2 MiB"),
        (2**30, "1.0 GiB"),
        (2**31 + 1, "2.1 GiB"),
    ],
)
def test_sizes_in_words_never_understate(count, text):
    assert memory.size_text(count) == text
