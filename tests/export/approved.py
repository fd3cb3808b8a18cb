"""The recipes of the approved pictures, and how far a picture may be from its approved one."""

from pathlib import Path

import numpy as np

from lstmviz.engine.spec import HeadSpec
from lstmviz.session import Document, GeneratedInput, Session, TextInput, View, one_layer

FOLDER = Path(__file__).parent.parent / "data" / "approved"

RANDOM = one_layer(None, 128, 256, head=HeadSpec(5))
PICTURES = {
    "counter-diagram-light": ("diagram", Session(Document(), View(24, "write", theme="light"))),
    "projection-diagram-dark": (
        "diagram",
        Session(Document(RANDOM, TextInput("hello world")), View(7, "head", 19, theme="dark")),
    ),
    "impossible-diagram-light": (
        "diagram",
        Session(
            Document(one_layer(5, 128, 256, project=False), GeneratedInput("onehot", 9)),
            View(theme="light"),
        ),
    ),
    "counter-unrolled-dark": ("unrolled", Session(Document(), View(24, "forget", theme="dark"))),
    "counter-heatmaps-light": ("heatmaps", Session(Document(), View(24, theme="light"))),
}

MEAN, SHARE = 1.0, 0.0015
"""Most levels of 255 that pixels may differ by in the mean, and most pixels that differ by 48."""


def distance(ours, theirs):
    """(mean difference in levels, share of pixels that differ by more than 48)."""
    apart = np.abs(ours - theirs)
    return float(apart.mean()), float((apart.max(axis=2) > 48).mean())
