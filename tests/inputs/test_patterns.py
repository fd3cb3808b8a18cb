"""Regular expressions on texts: the same places as Python's own, in a time that has an end."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmviz.errors import LstmvizError
from lstmviz.inputs.patterns import spans

TEXT = "def f(x):\n    return x  # é 𝄞\nclass A: pass\n"


@pytest.mark.parametrize("pattern", ["def|class", r"\w+", "^ +", "é", "𝄞$", "(?i)DEF", "z*"])
def test_the_places_are_those_of_re(pattern):
    found = [m.span() for m in re.finditer(pattern, TEXT, re.MULTILINE) if m.group()]
    assert spans(pattern, TEXT).tolist() == [list(span) for span in found]


@settings(max_examples=5, deadline=None)
@given(st.text(max_size=40), st.text(min_size=1, max_size=6))
def test_any_text_can_be_looked_for_in_any_other(text, word):
    found = [list(m.span()) for m in re.finditer(re.escape(word), text, re.MULTILINE)]
    assert spans(re.escape(word), text).tolist() == found


def test_a_pattern_that_tries_too_many_ways_ends_in_a_sentence():
    begun = time.monotonic()
    with pytest.raises(LstmvizError, match="takes more than"):
        spans("(a+)+$", "a" * 60 + "b", 0.5)
    assert time.monotonic() - begun < 30


def test_what_nobody_waits_for_any_more_ends_at_once():
    asked, begun = [], time.monotonic()

    def wanted():
        asked.append(time.monotonic())
        if len(asked) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        spans("(a+)+$", "a" * 60 + "b", 600, wanted)
    assert len(asked) == 3 and time.monotonic() - begun < 60


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(", "no regular expression"),
        ("a{99999999999}", "no regular expression"),
        ("x" * 1001, "too long"),
    ],
)
def test_what_is_no_pattern_is_said(pattern, words):
    with pytest.raises(LstmvizError, match=words):
        spans(pattern, "a")


def test_what_python_only_warns_of_is_a_pattern():
    assert spans("[[a]", "a").tolist() == [[0, 1]]
