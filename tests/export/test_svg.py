"""The outlines of text in an SVG."""

import pytest

from lstmviz.export.svg import _letters


@pytest.mark.parametrize(
    ("family", "weight"), [("DejaVu Sans", 400), ("DejaVu Sans", 700), ("DejaVu Sans Mono", 400)]
)
def test_outlines_are_in_the_fonts_own_whole_units(family, weight):
    points = _letters("What is σ ⊙ tanh(cₜ₋₁)?", family, weight, False)
    ends = [(x, y) for letter, x, y in points if letter in "ML"]
    assert len(ends) > 100
    assert all(x == int(x) and y == int(y) for x, y in ends)
