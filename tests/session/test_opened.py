"""A model is read once, whoever asks, and again when its file changes."""

import threading

import numpy as np
import pytest

import lstmviz
from lstmviz import models
from lstmviz.errors import LstmvizError
from lstmviz.session import (
    Document,
    Session,
    Trained,
    load_session,
    open_source,
    opened,
    resolve,
    save_session,
    spec_of,
    switched_words,
    trained,
    untrained_like,
)


@pytest.fixture
def path(tmp_path):
    where = tmp_path / "m.safetensors"
    lstmviz.save(lstmviz.random_network(3, 4), where)
    return str(where)


@pytest.fixture
def readings(monkeypatch):
    """The names of the files that are read from now on."""
    read, names = models.open_model, []

    def counted(source, lstm=None, progress=None):
        names.append(source)
        return read(source, lstm, progress)

    monkeypatch.setattr(models, "open_model", counted)
    return names


def test_opening_sizes_run_and_certificate_share_one_reading(path, readings):
    document = open_source(path).document
    spec_of(document)
    resolved = resolve(document)
    assert resolved.certificate.format == "lstmviz .safetensors"
    assert opened(document.network).network is resolved.network
    assert trained(Trained(path, gate_order="iofc")) is trained(Trained(path, gate_order="iofc"))
    assert readings == [path]


def test_a_changed_file_is_read_again(path, readings):
    before = opened(Trained(path)).network
    lstmviz.save(lstmviz.random_network(3, 5), path)
    assert opened(Trained(path)).network.spec != before.spec
    assert len(readings) == 2


def test_who_asks_meanwhile_waits_for_the_same_reading(path, readings):
    begun, go, seen = threading.Event(), threading.Event(), []

    def slow(done, total):
        begun.set()
        assert go.wait(10)

    first = threading.Thread(target=lambda: seen.append(opened(Trained(path), slow)))
    first.start()
    assert begun.wait(10)
    second = threading.Thread(target=lambda: seen.append(opened(Trained(path))))
    second.start()
    go.set()
    first.join()
    second.join()
    assert seen[0] is seen[1]
    assert readings == [path]


def test_a_reading_that_is_given_up_leaves_nothing_behind(path, readings):
    class GivenUpError(Exception):
        pass

    def stop(done, total):
        raise GivenUpError

    with pytest.raises(GivenUpError):
        opened(Trained(path), stop)
    assert opened(Trained(path)).network.spec.input_size == 3
    assert readings == [path, path]


def test_the_order_of_a_document_decides_its_numbers(path):
    found = resolve(Document(Trained(path))).network
    other = resolve(Document(Trained(path, gate_order="ofgi"))).network
    ours, theirs = (n.cells[0]["forward"].input_weights for n in (found, other))
    np.testing.assert_array_equal(theirs[:4], ours[12:])
    np.testing.assert_array_equal(theirs[4:12], ours[4:12])


def test_return_sequences_is_asked_for_the_other_way_and_the_weights_stay(path):
    document = Document(Trained(path, switched=(0,)))
    found, plain = resolve(document), resolve(Document(Trained(path)))
    assert not found.spec.layers[0].return_sequences and plain.spec.layers[0].return_sequences
    assert spec_of(document) == found.spec == found.network.spec
    assert found.network.cells[0] == plain.network.cells[0]
    assert found.network.spec.last_step and not plain.network.spec.last_step
    assert not untrained_like(document).network.layers[0].return_sequences
    told = switched_words(document.network, found.spec)
    assert told == "return_sequences of layer 0 is off (in the file: on)."
    with pytest.raises(LstmvizError, match=r"of layer 1 .* has 1 layer, counted from 0"):
        spec_of(Document(Trained(path, switched=(0, 1))))


def test_a_lower_layer_without_its_sequence_resolves_to_a_problem():
    found = resolve(Document(Trained("example:stack.keras", switched=(0,))))
    assert found.network is None and "let layer 0 return its sequence" in found.problem
    assert found.certificate.format.startswith("Keras")


@pytest.mark.parametrize("layers", ["[1, 0]", "[0, 0]", "[-1]"])
def test_sessions_remember_what_is_switched(path, tmp_path, layers):
    session = Session(Document(Trained(path, gate_order="iofc", switched=(0,))))
    where = tmp_path / "a.lstmviz"
    save_session(session, where)
    assert load_session(where) == session
    text = where.read_text()
    begin = text.index('"switched"')
    end = text.index("]", begin) + 1
    where.write_text(f'{text[:begin]}"switched": {layers}{text[end:]}')
    with pytest.raises(LstmvizError, match=r"switched is .* in their order"):
        load_session(where)
