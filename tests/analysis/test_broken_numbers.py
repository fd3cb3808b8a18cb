"""Every question may be asked of a run with numbers that are none, or too large."""

import numpy as np
import pytest

from lstmviz import analysis
from lstmviz.engine.initial import random_network
from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec
from lstmviz.engine.unroll import run
from lstmviz.engine.variant import LINEAR, Variant

STEPS = 30
BROKEN = [np.nan, np.inf, -np.inf, 3e38]
LOOSE = Variant(candidate=LINEAR, output=LINEAR, peephole=True, clip=2.0)
NETWORK = random_network(NetworkSpec((CellSpec(2, 3, 4, variant=LOOSE),), (HeadSpec(2),)), 0)

QUESTIONS = {
    "terms": lambda x, trace: analysis.terms(NETWORK, trace, "input_gate", 5, 0),
    "projected": lambda x, trace: analysis.terms(NETWORK, trace, "hidden_state", 9, 0),
    "provenance": lambda x, trace: analysis.provenance(trace, STEPS - 1, 1),
    "matrix": lambda x, trace: analysis.provenance_matrix(trace, 1),
    "memory": lambda x, trace: analysis.memory(trace),
    "saturation": lambda x, trace: analysis.saturation(trace),
    "histograms": lambda x, trace: analysis.histograms(trace),
    "quiet": lambda x, trace: analysis.quiet(trace),
    "follow": lambda x, trace: analysis.follow(trace, np.arange(STEPS) % 2),
    "similar": lambda x, trace: analysis.similar(trace, 4, array="states"),
    "gradients": lambda x, trace: analysis.saliency(analysis.gradients(NETWORK, x, 20, 0), x),
    "vanishing": lambda x, trace: analysis.vanishing(NETWORK, trace),
    "compare": lambda x, trace: analysis.compare(trace, run(NETWORK, np.ones_like(x)), match=True),
    "run_with": lambda x, trace: analysis.run_with(NETWORK, x, [analysis.ablate([1])], trace),
}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("broken", BROKEN)
def test_a_question_is_answered_without_a_warning(question, broken):
    x = np.ones((STEPS, 2), np.float32)
    x[5] = broken * np.array([1, -1])
    x[12, 0] = broken
    assert QUESTIONS[question](x, run(NETWORK, x)) is not None


@pytest.mark.parametrize("size", [1e200, 1e308])
def test_an_annotation_of_huge_numbers_is_followed_like_a_small_one(size):
    trace = run(NETWORK, np.random.default_rng(0).standard_normal((STEPS, 2)))
    told = np.where(np.arange(STEPS) % 3 == 0, 1.0, -1.0)
    small, huge = analysis.follow(trace, told), analysis.follow(trace, told * size)
    assert [row.correlation for row in huge] == pytest.approx([row.correlation for row in small])
