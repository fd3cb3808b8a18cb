"""Gate orders tried one after the other against a framework's own output."""

from pathlib import Path

import numpy as np
import pytest

import lstmviz
from lstmviz.errors import LstmvizError
from lstmviz.session import Session, View, load_session, save_session
from lstmviz.session.compared import agreement, tries, words

FILES = Path(__file__).resolve().parent.parent / "data" / "torch"


@pytest.fixture
def tagger():
    with np.load(FILES / "expected.npz") as stored:
        return stored["tagger.x"], stored["tagger.y"]


def test_the_order_of_pytorch_fits_pytorchs_output_best(tagger):
    x, y = tagger
    found = lstmviz.try_gate_orders(FILES / "tagger.pt", x, y[np.newaxis])
    assert len(found) == 24
    order, best = next(iter(found.items()))
    assert (order, best.agrees) == ("ifgo", True)
    assert not any(each.agrees for name, each in found.items() if name != "ifgo")


def test_a_file_is_the_same_as_its_array(tagger, tmp_path):
    x, y = tagger
    trace = lstmviz.trace(FILES / "tagger.pt", x)
    np.save(tmp_path / "y.npy", y)
    np.savez(tmp_path / "y.npz", anything=y)
    found = lstmviz.compare(trace, y)
    assert agreement(trace, str(tmp_path / "y.npy")) == found
    assert lstmviz.compare(trace, tmp_path / "y.npz") == found
    assert "agrees" in words(found)


def test_a_trace_agrees_with_itself_in_every_array(tagger, tmp_path):
    trace = lstmviz.trace(FILES / "tagger.pt", tagger[0])
    trace.save(tmp_path / "t.npz")
    assert agreement(trace, str(tmp_path / "t.npz")).difference == 0


@pytest.mark.parametrize(
    ("name", "arrays", "says"),
    [
        ("y.txt", {}, "no .npy or .npz"),
        ("y.npz", {"a": np.zeros(3), "b": np.zeros(3)}, "holds 2 arrays (a, b)"),
        ("y.npz", {}, "holds 0 arrays"),
        ("y.npz", {"a": np.zeros((0, 4))}, "shape (0, 4)"),
        ("absent.npy", None, "does not exist"),
    ],
)
def test_what_cannot_be_compared_is_told(tagger, tmp_path, name, arrays, says):
    trace = lstmviz.trace(FILES / "tagger.pt", tagger[0])
    if arrays is not None:
        with (tmp_path / name).open("wb") as stream:
            np.savez(stream, **arrays)
    with pytest.raises(LstmvizError) as caught:
        agreement(trace, str(tmp_path / name))
    assert says in str(caught.value) and name in str(caught.value)


def test_trying_can_be_given_up(tagger):
    class GivenUpError(Exception):
        pass

    def stop():
        raise GivenUpError

    with pytest.raises(GivenUpError):
        list(tries(lstmviz.load(FILES / "tagger.pt"), tagger[0], {"output": tagger[1]}, tick=stop))


def test_sessions_keep_order_and_expectation_relative(tmp_path):
    document = lstmviz_document(str(tmp_path / "m.pt"))
    view = View(expect=str(tmp_path / "y.npy"), side="file")
    path = tmp_path / "a.lstmviz"
    save_session(Session(document, view), path)
    text = path.read_text()
    assert '"y.npy"' in text and str(tmp_path) not in text
    assert load_session(path) == Session(document, view)
    path.write_text(text.replace('"iofg"', '"iixg"'))
    with pytest.raises(LstmvizError, match="iixg"):
        load_session(path)


def lstmviz_document(path):
    from lstmviz.session import Document, Trained

    return Document(Trained(path, gate_order="iofg"))
