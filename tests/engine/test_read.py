"""What a run reads: rows of numbers, symbols and what an embedding takes; all else is refused."""

from __future__ import annotations

import numpy as np
import pytest
from nets import EMBEDDED, noise, single

from lstmviz.engine import unroll
from lstmviz.engine.initial import random_network
from lstmviz.engine.network import Network
from lstmviz.engine.spec import NetworkSpec
from lstmviz.engine.states import Initial, State
from lstmviz.errors import LstmvizError


def test_symbols_are_one_hot_rows():
    network = random_network(single(3, 4, 4), 0)
    network = Network(network.spec, network.cells, vocabulary=("a", "b", "c"))
    by_symbol, by_row = network.run([2, 0, 1, 1]), network.run(np.eye(3)[[2, 0, 1, 1]])
    np.testing.assert_array_equal(by_symbol.input, by_row.input)
    np.testing.assert_array_equal(by_symbol.output, by_row.output)


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.zeros((4, 3)), ("3 wide", "reads 2", "change the input size")),
        (np.zeros((1, 4, 2)), ("3-D", "(1, 4, 2)", "(steps, 2)")),
        (np.zeros(4), ("1-D", "(steps, 2)")),
        (np.float32(1), ("0-D",)),
        (np.zeros((0, 2)), ("no steps",)),
        (np.zeros((4, 2), complex), ("complex128", "real numbers")),
        ([["a", "b"]], ("<U1", "real numbers")),
    ],
)
def test_an_input_that_does_not_fit_is_refused_in_a_sentence(x, words):
    network = random_network(single(2, 3, 3), 0)
    with pytest.raises(LstmvizError) as caught:
        network.run(x)
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(
    ("x", "words"),
    [
        ([0, 1, 2, 0], ("symbol 2 at step 2", "0 to 1")),
        ([0, -1], ("symbol -1 at step 1",)),
        ([0.0, 1.0], ("integers for symbols",)),
        (np.zeros(0, int), ("no steps",)),
    ],
)
def test_a_symbol_that_does_not_fit_is_refused_in_a_sentence(x, words):
    network = random_network(single(2, 3, 3), 0)
    network = Network(network.spec, network.cells, vocabulary=("a", "b"))
    with pytest.raises(LstmvizError) as caught:
        network.run(x)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_an_impossible_cell_is_refused_with_both_sizes_and_the_mend():
    network = random_network(single(2, 3, 4, project=False), 0)
    with pytest.raises(LstmvizError, match=r"h and o have 3 and c has 4; .*allow the projection"):
        unroll.allocate(network, noise(network, 4))


def test_a_state_of_another_size_is_refused():
    network = random_network(single(2, 3, 4), 0)
    state = Initial(({"forward": State(np.zeros(3), np.zeros(3))},))
    with pytest.raises(LstmvizError, match=r"initial_cell_state has shape \(3,\).*\(4,\)"):
        unroll.run(network, noise(network, 4), state)


def test_a_run_over_the_budget_is_refused_before_anything_is_allocated(monkeypatch):
    monkeypatch.setenv("LSTMVIZ_MEMORY_GB", "0.5")
    network = random_network(single(1, 1024, 1024), 0)
    x = np.broadcast_to(np.float32(0), (10**9, 1))  # 4 bytes, whatever its length
    with pytest.raises(LstmvizError, match=r"1,000,000,000 steps needs .* GiB.*512 MiB allowed"):
        unroll.allocate(network, x)


def test_an_embedding_reads_integers_or_one_hot_rows():
    network = random_network(EMBEDDED, 0)
    ids = [4, 0, 0, 2]
    by_symbol, by_row = network.run(ids), network.run(np.eye(5)[ids])
    assert by_symbol.input.tolist() == np.eye(5)[ids].tolist()
    np.testing.assert_array_equal(by_symbol.embedded, network.embedding[ids])
    np.testing.assert_array_equal(by_symbol.output, by_row.output)
    bare = Network(NetworkSpec(EMBEDDED.layers, EMBEDDED.heads), network.cells, network.heads)
    np.testing.assert_array_equal(bare.run(network.embedding[ids]).output, by_row.output)


@pytest.mark.parametrize(
    ("x", "words"),
    [
        ([[0, 1, 0, 0, 0], [0, 1, 0, 1, 0]], "row 1 of the input is not one-hot"),
        ([[0, 0, 0, 0, 0]], "row 0 of the input is not one-hot"),
        ([[0.5, 0.5, 0, 0, 0]], "row 0 of the input is not one-hot"),
        ([[1, np.nan, 0, 0, 0]], "row 0 of the input is not one-hot"),
        ([5], "symbol 5 at step 0 is outside 0 to 4"),
        ([1.0, 2.0], "integers for symbols"),
        (np.zeros((2, 3)), "3 wide, but the network reads 5"),
    ],
)
def test_an_embedding_reads_nothing_else(x, words):
    with pytest.raises(LstmvizError, match=words):
        random_network(EMBEDDED, 0).run(x)
