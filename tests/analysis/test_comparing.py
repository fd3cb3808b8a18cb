"""Steps and units of two runs that belong together, against exhaustive search."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nets import single

from lstmviz.analysis.aligning import by_token, correlations, matched
from lstmviz.analysis.comparing import compare
from lstmviz.engine.initial import random_network
from lstmviz.engine.network import CellWeights, Network
from lstmviz.engine.spec import HeadSpec
from lstmviz.engine.unroll import run
from lstmviz.errors import LstmvizError

texts = st.text("abc", max_size=14)


def longest(a, b):
    """The length of a longest common subsequence, by its recurrence."""
    table = np.zeros((len(a) + 1, len(b) + 1), int)
    for i, j in itertools.product(range(len(a)), range(len(b))):
        best = table[i, j] + 1 if a[i] == b[j] else max(table[i, j + 1], table[i + 1, j])
        table[i + 1, j + 1] = best
    return table[-1, -1]


@given(texts, texts)
def test_tokens_are_paired_by_a_longest_common_subsequence(a, b):
    pairs = by_token(a, b)
    assert len(pairs) == longest(a, b)
    assert all(a[i] == b[j] for i, j in pairs)
    assert (np.diff(pairs, axis=0) > 0).all()


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1), st.booleans())
def test_units_are_matched_so_that_no_other_matching_has_more(rows, columns, seed, ties):
    scores = np.random.default_rng(seed).normal(size=(rows, columns))
    scores = np.round(scores) if ties else scores
    pairs = matched(scores)
    assert len(pairs) == min(rows, columns)
    assert all(len(set(pairs[:, k])) == len(pairs) for k in (0, 1))
    table = scores if rows <= columns else scores.T
    best = max(
        sum(table[k, chosen[k]] for k in range(len(table)))
        for chosen in itertools.permutations(range(table.shape[1]), len(table))
    )
    assert scores[pairs[:, 0], pairs[:, 1]].sum() == pytest.approx(best)


def test_correlations_are_numpys_and_0_of_constant_columns():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(50, 3)), rng.normal(size=(50, 4))
    b[:, 2] = 7
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = np.nan_to_num(np.corrcoef(a.T, b.T)[:3, 3:])
    assert np.allclose(correlations(a, b), expected)


def permuted(network, order):
    """The same network with its units in another order."""
    weights = network.cells[0]["forward"]
    rows = np.concatenate([order + k * len(order) for k in range(4)])
    cell = CellWeights(
        weights.input_weights[rows],
        weights.recurrent_weights[rows][:, order],
        weights.input_bias[rows],
        weights.recurrent_bias[rows],
    )
    head = type(network.heads[0])(network.heads[0].weights[:, order], network.heads[0].bias)
    return Network(network.spec, ({"forward": cell},), (head,))


def test_a_network_with_its_units_in_another_order_is_found_to_be_the_same():
    network = random_network(single(3, 12, 12, head=HeadSpec(2)), 0, np.float64)
    x = np.random.default_rng(0).normal(size=(60, 3))
    order = np.random.default_rng(1).permutation(12)
    found = compare(run(network, x), run(permuted(network, order), x), match=True)
    assert (order[found.units[:, 1]] == found.units[:, 0]).all()
    assert np.allclose(found.agreement, 1)
    assert all(np.abs(values).max() < 1e-12 for values in found.differences.values())
    plain = compare(run(network, x), run(permuted(network, order), x))
    assert np.abs(plain.differences["cell_state"]).max() > 0.1


def test_an_inserted_token_is_stepped_over():
    network = random_network(single(3, 5, 4), 0, np.float64)
    x = np.eye(3)[[0, 1, 2, 0, 1]]
    y = np.insert(x, 2, x[1], axis=0)
    tokens = ["abc"[row.argmax()] for row in x], ["abc"[row.argmax()] for row in y]
    found = compare(run(network, x), run(network, y), tokens=tokens)
    assert found.steps.tolist() == [[0, 0], [1, 1], [2, 3], [3, 4], [4, 5]]
    assert not found.differences["cell_state"][:2].any()
    assert found.differences["cell_state"][2:].all()
    assert found.differences["hidden_state"].shape == (5, 5)
    first = found.summary()[0]
    assert found.differences[first.array].size and first.step in (2, 3, 4)
    apart = found.differences["candidate"]
    assert found.per_unit("candidate") == pytest.approx(np.sqrt((apart**2).mean(axis=0)))
    assert found.per_step("candidate") == pytest.approx(np.sqrt((apart**2).mean(axis=1)))


def test_the_largest_difference_is_named_where_it_is():
    network = random_network(single(3, 5, 5), 0, np.float64)
    x = np.random.default_rng(0).normal(size=(9, 3))
    one, other = run(network, x), run(network, x * 1.1)
    apart = np.abs(other.layers[0].forward.candidate - one.layers[0].forward.candidate)
    row = next(row for row in compare(one, other).summary() if row.array == "candidate")
    assert row.largest == apart.max() and apart[row.step, row.unit] == row.largest


def test_what_does_not_belong_together_is_refused():
    one, other = (random_network(single(3, size, size), 0) for size in (4, 5))
    x = np.zeros((3, 3))
    with pytest.raises(LstmvizError, match="4 and 5 units"):
        compare(run(one, x), run(other, x))
    assert len(compare(run(one, x), run(other, x), match=True).units) == 4
    with pytest.raises(LstmvizError, match="no token in common"):
        compare(run(one, x), run(one, x), tokens=("abc", "xyz"))
    with pytest.raises(LstmvizError, match="2 tokens are given for 3 steps"):
        compare(run(one, x), run(one, x), tokens=("ab", "xyz"))
    with pytest.raises(LstmvizError, match="too many to align"):
        by_token("a" * 20_000, "b" * 20_000)


def test_what_is_nan_or_infinite_in_both_runs_does_not_differ():
    network = random_network(single(3, 4, 4), 0)
    x = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    x[4, 1] = np.nan
    trace = run(network, x)
    assert np.isnan(trace.output[4:]).all()
    found = compare(trace, trace)
    assert not found.per_step("cell_state").any()
    assert all(row.largest == 0 for row in found.summary())
