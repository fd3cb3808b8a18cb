"""Questions about a trace: where its numbers come from, how long they last, what if not.

Pure functions of a network and a trace; each says its formula, shapes and source.
"""

from __future__ import annotations

from lstmviz.analysis.bptt import Gradients, gradients, saliency
from lstmviz.analysis.comparing import Comparison, compare
from lstmviz.analysis.following import Follower, follow
from lstmviz.analysis.interventions import (
    Change,
    WeightChange,
    ablate,
    clamp,
    transplant,
)
from lstmviz.analysis.jacobians import Forgetting, Vanishing, forgetting, vanishing
from lstmviz.analysis.origins import provenance, provenance_matrix, remaining, writes
from lstmviz.analysis.remembering import Memory, half_life, horizon, longest_hold, memory
from lstmviz.analysis.rerun import run_with
from lstmviz.analysis.resembling import Place, similar
from lstmviz.analysis.statistics import Quiet, histograms, quiet, saturation
from lstmviz.analysis.sums import Term, terms

__all__ = [
    "Change",
    "Comparison",
    "Follower",
    "Forgetting",
    "Gradients",
    "Memory",
    "Place",
    "Quiet",
    "Term",
    "Vanishing",
    "WeightChange",
    "ablate",
    "clamp",
    "compare",
    "follow",
    "forgetting",
    "gradients",
    "half_life",
    "histograms",
    "horizon",
    "longest_hold",
    "memory",
    "provenance",
    "provenance_matrix",
    "quiet",
    "remaining",
    "run_with",
    "saliency",
    "saturation",
    "similar",
    "terms",
    "transplant",
    "vanishing",
    "writes",
]
