"""A model is read once, whoever asks, and again when its file changes."""

import threading

import numpy as np
import pytest

import lstmviz
from lstmviz import models
from lstmviz.session import Document, Trained, open_source, opened, resolve, spec_of, trained


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
