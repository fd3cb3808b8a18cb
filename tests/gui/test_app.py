"""What `lstmviz.view` opens the window on."""

import numpy as np
import pytest

import lstmviz
from lstmviz.session import TextInput, Trained, resolve


@pytest.fixture
def opened(monkeypatch):
    """The documents and sequences that the window would have been opened on."""
    seen = []

    def main(opener, name="lstmviz"):
        document = opener(None, None).document
        seen.append((document, resolve(document).sequence))
        return 0

    monkeypatch.setattr("lstmviz.gui.app.main", main)
    return seen


def test_a_name_and_a_text_are_taken_as_they_are(opened):
    assert lstmviz.view("demo:counter", "#ab") == 0
    ((document, sequence),) = opened
    assert document.network == Trained("demo:counter") and document.input == TextInput("#ab")
    assert sequence.labels == ("#", "a", "b")


def test_without_an_input_it_is_the_models_own(opened):
    lstmviz.view("demo:counter")
    assert opened[0][1].steps > 10


def test_what_is_in_memory_comes_with_its_numbers(opened):
    x = np.random.default_rng(0).normal(size=(4, 3))
    lstmviz.view(lstmviz.random_network(3, 5), x)
    assert np.allclose(opened[0][1].values, x)


def test_an_empty_text_is_refused_not_replaced(opened):
    with pytest.raises(lstmviz.LstmvizError, match="is empty"):
        lstmviz.view("demo:counter", "")
