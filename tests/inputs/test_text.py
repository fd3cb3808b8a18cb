"""What is told of a text that is read."""

from lstmviz.inputs.text import from_text


def test_it_is_told_that_the_order_of_the_symbols_is_a_guess():
    told = from_text("hello", 27, None).notes
    assert told == (
        "No vocabulary is known: the text's 4 symbols, sorted, take the first of 27 inputs.",
    )
    assert not from_text("hello", None, None).notes
    assert not from_text("hello", 4, None).notes
    assert not from_text("hello", 27, tuple("ehlo")).notes
