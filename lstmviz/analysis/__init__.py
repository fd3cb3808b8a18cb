"""Questions about a trace: where its numbers come from, how long they last, what if not.

Pure functions of a network and a trace; each says its formula, shapes and source. A name is
loaded when it is first asked for: the window opens without most of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lstmviz.analysis.bptt import Gradients as Gradients
    from lstmviz.analysis.bptt import gradients as gradients
    from lstmviz.analysis.bptt import saliency as saliency
    from lstmviz.analysis.comparing import Comparison as Comparison
    from lstmviz.analysis.comparing import compare as compare
    from lstmviz.analysis.following import Follower as Follower
    from lstmviz.analysis.following import follow as follow
    from lstmviz.analysis.interventions import Change as Change
    from lstmviz.analysis.interventions import WeightChange as WeightChange
    from lstmviz.analysis.interventions import ablate as ablate
    from lstmviz.analysis.interventions import clamp as clamp
    from lstmviz.analysis.interventions import transplant as transplant
    from lstmviz.analysis.jacobians import Forgetting as Forgetting
    from lstmviz.analysis.jacobians import Vanishing as Vanishing
    from lstmviz.analysis.jacobians import forgetting as forgetting
    from lstmviz.analysis.jacobians import vanishing as vanishing
    from lstmviz.analysis.origins import provenance as provenance
    from lstmviz.analysis.origins import provenance_matrix as provenance_matrix
    from lstmviz.analysis.origins import remaining as remaining
    from lstmviz.analysis.origins import writes as writes
    from lstmviz.analysis.remembering import Memory as Memory
    from lstmviz.analysis.remembering import half_life as half_life
    from lstmviz.analysis.remembering import horizon as horizon
    from lstmviz.analysis.remembering import longest_hold as longest_hold
    from lstmviz.analysis.remembering import memory as memory
    from lstmviz.analysis.rerun import run_with as run_with
    from lstmviz.analysis.resembling import Place as Place
    from lstmviz.analysis.resembling import similar as similar
    from lstmviz.analysis.statistics import Quiet as Quiet
    from lstmviz.analysis.statistics import histograms as histograms
    from lstmviz.analysis.statistics import quiet as quiet
    from lstmviz.analysis.statistics import saturation as saturation
    from lstmviz.analysis.sums import Term as Term
    from lstmviz.analysis.sums import terms as terms

HOMES = {
    "bptt": (
        "Gradients",
        "gradients",
        "saliency",
    ),
    "comparing": (
        "Comparison",
        "compare",
    ),
    "following": (
        "Follower",
        "follow",
    ),
    "interventions": (
        "Change",
        "WeightChange",
        "ablate",
        "clamp",
        "transplant",
    ),
    "jacobians": (
        "Forgetting",
        "Vanishing",
        "forgetting",
        "vanishing",
    ),
    "origins": (
        "provenance",
        "provenance_matrix",
        "remaining",
        "writes",
    ),
    "remembering": (
        "Memory",
        "half_life",
        "horizon",
        "longest_hold",
        "memory",
    ),
    "rerun": ("run_with",),
    "resembling": (
        "Place",
        "similar",
    ),
    "statistics": (
        "Quiet",
        "histograms",
        "quiet",
        "saturation",
    ),
    "sums": (
        "Term",
        "terms",
    ),
}
"""The module of each name."""

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


def __getattr__(name: str) -> Any:
    """A public name, from the module that has it."""
    for home, names in HOMES.items():
        if name in names:
            value = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
