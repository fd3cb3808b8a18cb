"""Annotations of Python source code, character by character."""

import inspect
import io
import json
import tokenize

import numpy as np
import pytest

from lstmviz.analysis.python_source import COLUMNS, annotate
from lstmviz.errors import LstmvizError

SOURCE = '''\
def f(a, b=[1]):
    """A "doc" string.

    more"""
    # a comment
    if a:
        return rf"x{a[0]}" + '' + b[(0)]

x = {1: "#no",
   2}
'''


def marked(name, text=SOURCE):
    """The characters where an annotation is 1."""
    return "".join(np.array(list(text))[annotate(text)[name] == 1])


def test_there_is_a_number_for_every_character():
    found = annotate(SOURCE)
    assert set(found) == set(COLUMNS)
    assert {values.shape for values in found.values()} == {(len(SOURCE),)}


def test_strings_begin_with_their_quote_and_end_before_their_last():
    assert marked("strings") == '"""A "doc" string.\n\n    more""' + '"x{a[0]}' + "'" + '"#no'
    assert marked("docstrings") == '"""A "doc" string.\n\n    more""'


def test_comments_end_with_the_line():
    assert marked("comments") == "# a comment"


def test_prose_is_comments_and_docstrings_and_says_which():
    found = annotate(SOURCE)
    assert marked("prose") == marked("docstrings") + marked("comments")
    assert (np.isnan(found["prose-comments"]) == (found["prose"] == 0)).all()
    assert marked("prose-comments") == marked("comments")


def test_blocks_are_counted_once_the_line_has_begun():
    text = "if a:\n    b\n    if c:\n        d\ne\n"
    levels = annotate(text)["indentation"].astype(int)
    for symbol, level in (("a", 0), ("b", 1), ("c", 1), ("d", 2), ("e", 0)):
        assert levels[text.index(symbol)] == level
    assert levels[text.index("b") - 1] == 0  # the line's blanks: not known yet


def test_brackets_are_counted_from_the_one_that_opens():
    depths = annotate(SOURCE)["brackets"].astype(int)
    first = SOURCE.index("\n")
    assert depths[: first + 1].tolist() == [0] * 5 + [1] * 5 + [1] * 1 + [2] * 2 + [1] + [0] * 3
    assert depths[SOURCE.index("a[0]")] == 0  # inside a string
    assert depths[SOURCE.index("2}") - 1] == 1  # on to the next line


def test_columns_are_counted_from_the_newline():
    assert annotate("ab\n\nc")["column"].tolist() == [1, 2, 0, 0, 1]


@pytest.mark.parametrize("text", ["", "\n", "x", "x = 1\n\n\n", "\x0c\nx = '\x0c'\n", "é = 'ü'\n"])
def test_odd_texts_have_annotations_too(text):
    assert all(len(values) == len(text) for values in annotate(text).values())


@pytest.mark.parametrize("module", [json.decoder, inspect, tokenize])
def test_whole_modules_agree_with_the_tokens(module):
    text = inspect.getsource(module)
    found = annotate(text)
    lines = np.concatenate([[0], np.cumsum([len(line) + 1 for line in text.split("\n")])])
    comments = np.zeros(len(text))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            start = lines[token.start[0] - 1] + token.start[1]
            comments[start : start + len(token.string)] = 1
    assert (found["comments"] == comments).all()
    assert found["brackets"].min() == 0 and found["brackets"][-1] == 0
    assert found["strings"].mean() > 0.05 and found["indentation"].max() >= 2


def test_what_is_not_python_is_refused_by_its_line():
    with pytest.raises(LstmvizError, match=r"line 3 .*cannot be read as Python"):
        annotate("if a:\n  b\n c\n")


def test_a_text_may_end_at_any_line():
    text = 'def f(a, b):\n    r"""Say\n\n    it\'s (so.\n    """\n    g([\n  1,  # one\n  \'x\'])\n'
    whole = annotate(text)
    for end in (k + 1 for k, character in enumerate(text) if character == "\n"):
        part = annotate(text[:end])
        for name in ("strings", "docstrings", "comments", "brackets", "column"):
            assert (part[name] == whole[name][:end]).all(), (name, text[:end])
