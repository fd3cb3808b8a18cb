"""Words can be read in both themes: WCAG 2.1, contrast of at least 4.5 (AA), 3 for controls."""

import pytest

from lstmviz.scene.colors import DARK, LIGHT, colormap
from lstmviz.scene.heataxes import TINT

TEXT = 4.5
CONTROL = 3.0
LETTERS = "ifgochxy"

WORDS = [
    *((f"{letter}_text", ground) for letter in LETTERS for ground in ("panel", "card", "faint")),
    *((words, ground) for words in ("ink", "muted") for ground in ("panel", "card", "faint")),
    *((words, "window") for words in ("ink", "muted")),
    ("on_accent", "accent"),
    ("note_text", "note"),
    ("ink", "bad_fill"),
    ("bad", "bad_fill"),
    ("bad", "panel"),
    ("ink", "glow"),
    ("ink", "empty"),
]
"""Roles of words and of what they are written on."""


def luminance(rgb):
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (part / 255 for part in rgb)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def rgb(color):
    return tuple(int(color[k : k + 2], 16) for k in (1, 3, 5))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("words, ground", WORDS)
def test_words_can_be_read(theme, words, ground):
    assert contrast(rgb(theme[words]), rgb(theme[ground])) >= TEXT


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_tokens_can_be_read_on_every_tint(theme):
    tints = colormap("diverging", theme.name)[127 - TINT : 128 + TINT]
    assert min(contrast(rgb(theme["ink"]), tint) for tint in tints) >= TEXT


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("role", [*LETTERS, "x_text", "accent", "mark", "bad"])
def test_wires_and_controls_can_be_seen(theme, role):
    for ground in ("panel", "card"):
        assert contrast(rgb(theme[role]), rgb(theme[ground])) >= CONTROL


def test_contrast_is_that_of_the_guideline():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)
