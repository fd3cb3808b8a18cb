"""Sizes: what fits together, what is refused, and what every variant counts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from nets import single

from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import (
    CellSpec,
    EmbeddingSpec,
    HeadSpec,
    NetworkSpec,
    chain_counts,
    check,
    counts,
    head_counts,
    parameters,
    problem,
)
from lstmviz.engine.variant import Variant, named_variant
from lstmviz.errors import LstmvizError

CELL = CellSpec(3, 4, 4)
BOTH = ("forward", "backward")


@pytest.mark.parametrize(
    ("name", "one_bias"),
    [
        # 4 (C (H + I) + C) and, but for NP, 3 C peepholes
        ("NP", 4 * 32),
        ("V", 4 * 32 + 12),
        ("NIG", 3 * 32 + 8),
        ("NFG", 3 * 32 + 8),
        ("NOG", 3 * 32 + 8),
        ("CIFG", 3 * 32 + 8),
        ("NIAF", 4 * 32 + 12),
        ("NOAF", 4 * 32 + 12),
        ("FGR", 4 * 32 + 12 + 9 * 16),
    ],
)
def test_variants_count_what_they_have(name, one_bias):
    spec = NetworkSpec((replace(CELL, variant=named_variant(name)),))
    assert parameters(spec, 1) == one_bias
    network = random_network(spec, 0, biases=1)
    arrays = [a for a in vars(network.cells[0]["forward"]).values() if a is not None]
    assert sum((array != 0).sum() for array in arrays) == one_bias


def test_counts_name_every_array():
    variant = Variant(coupled=True, peephole=True, gate_recurrence=True)
    rows = counts(replace(CELL, hidden_size=2, variant=variant), 2)
    assert [(row.name, row.shape, row.gate) for row in rows] == [
        *(("W_hi", (4, 2), "input_gate"), ("W_xi", (4, 3), "input_gate")),
        *(("b_i", (4,), "input_gate"), ("b_i", (4,), "input_gate")),
        *(("p_i", (4,), "input_gate"), ("R_i", (4, 8), "input_gate")),
        *(("W_hg", (4, 2), "candidate"), ("W_xg", (4, 3), "candidate")),
        *(("b_g", (4,), "candidate"), ("b_g", (4,), "candidate")),
        *(("W_ho", (4, 2), "output_gate"), ("W_xo", (4, 3), "output_gate")),
        *(("b_o", (4,), "output_gate"), ("b_o", (4,), "output_gate")),
        *(("p_o", (4,), "output_gate"), ("R_o", (4, 8), "output_gate")),
        ("W_hr", (2, 4), None),
    ]


def test_the_check_figures_hold():
    assert parameters(single(5, 256, 256), 1) == 268_288
    assert parameters(single(5, 256, 256), 2) == 269_312
    assert parameters(single(5, 128, 256), 2) == 171_008
    assert parameters(single(5, 64, 256), 2) == 89_088


def test_a_chain_counts_every_head_and_the_embedding():
    spec = NetworkSpec((CELL,), (HeadSpec(5), HeadSpec(2, bias=False)), EmbeddingSpec(7, 3))
    assert [[row.shape for row in rows] for rows in chain_counts(spec)] == [
        [(5, 4), (5,)],
        [(2, 5)],
    ]
    assert head_counts(spec) == chain_counts(spec)[-1]
    assert parameters(spec, 1) == 4 * 32 + 25 + 10 + 21
    assert (spec.input_size, spec.output_size, spec.head) == (7, 2, HeadSpec(2, bias=False))
    assert head_counts(NetworkSpec((CELL,))) == ()


def test_the_width_that_leaves_a_layer_is_its_merge():
    both = replace(CELL, directions=BOTH)
    assert both.output_size == 8
    assert [replace(both, merge=merge).output_size for merge in ("sum", "mul", "ave")] == [4] * 3


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (NetworkSpec((CELL, CellSpec(4, 2, 2))), None),
        (NetworkSpec((replace(CELL, return_sequences=False),)), None),
        (
            NetworkSpec((CELL, CellSpec(5, 2, 2))),
            "layer 1 reads 5 numbers a step, but layer 0 hands on 4; make the two equal.",
        ),
        (
            NetworkSpec((CELL,), embedding=EmbeddingSpec(9, 2)),
            "layer 0 reads 3 numbers a step, but the embedding hands on 2; make the two equal.",
        ),
        (
            NetworkSpec((replace(CELL, return_sequences=False), CellSpec(4, 2, 2))),
            "layer 0 hands on its final state only, but layer 1 reads a sequence; "
            "let layer 0 return its sequence.",
        ),
    ],
)
def test_what_does_not_fit_together_is_told_in_a_sentence(spec, sentence):
    assert problem(spec) == sentence
    assert spec.possible == (sentence is None)
    if sentence:
        with pytest.raises(LstmvizError, match=sentence.split(";")[0]):
            random_network(spec, 0).run([[0.0] * spec.input_size])


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (NetworkSpec(()), "at least one layer"),
        (NetworkSpec((replace(CELL, cell_size=0),)), "layer 0 has the size 0; make it 1 or more"),
        (NetworkSpec((CELL,), (HeadSpec(3), HeadSpec(0))), "head 1 has the size 0"),
        (NetworkSpec((CELL,), embedding=EmbeddingSpec(0, 3)), "the embedding has the size 0"),
        (NetworkSpec((replace(CELL, directions=("up",)),)), "may run forward or backward or "),
        (NetworkSpec((replace(CELL, merge="max"),)), "by 'max', not one of concat, sum, mul, ave"),
        (NetworkSpec((CELL,), (HeadSpec(3, "sofmax"),)), "'sofmax' is unknown"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(spec, words):
    with pytest.raises(LstmvizError, match=words):
        check(spec)


def test_a_head_may_be_any_activation_of_the_table():
    network = random_network(NetworkSpec((CELL,), (HeadSpec(3, "gelu"),)), 0)
    assert network.run([[1.0, 2.0, 3.0]]).output.shape == (1, 3)
