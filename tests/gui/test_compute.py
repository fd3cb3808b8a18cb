"""The engine's thread reports everything, its own failures included."""

import threading
from dataclasses import replace

import pytest

from lstmviz.gui import compute
from lstmviz.gui.store import Store
from lstmviz.scene.run import finished
from lstmviz.session import Document, GeneratedInput, Session, View, one_layer

DOCUMENT = Document(one_layer(3, 4, 4), GeneratedInput("noise", 20))


@pytest.fixture
def computing(qtbot):
    worker = compute.Compute()
    reports = []
    worker.reported.connect(reports.append)
    yield worker, reports
    worker.close()


def test_the_last_report_is_of_the_whole_run(computing, qtbot):
    worker, reports = computing
    worker.start(DOCUMENT)
    qtbot.waitUntil(lambda: bool(reports) and reports[-1].finished, timeout=10_000)
    assert reports[-1].done == 20


def test_a_failure_of_ours_is_told_and_not_waited_for(computing, qtbot, monkeypatch):
    worker, reports = computing

    def broken(*arguments):
        raise RuntimeError("a wheel came off")
        yield

    monkeypatch.setattr(compute, "runs", broken)
    worker.start(DOCUMENT)
    qtbot.waitUntil(lambda: bool(reports), timeout=10_000)
    assert "a wheel came off" in reports[0].error


def test_a_newer_document_ends_the_older_one(computing, qtbot):
    worker, reports = computing
    worker.start(Document(one_layer(3, 512, 512), GeneratedInput("noise", 20_000)))
    newest = worker.start(DOCUMENT)
    qtbot.waitUntil(
        lambda: bool(reports) and reports[-1].generation == newest and reports[-1].finished,
        timeout=10_000,
    )
    assert all(run.done < 20_000 for run in reports)


def test_a_short_run_that_is_no_longer_the_newest_may_still_end(computing, qtbot):
    """A slider that never rests is followed by every run that is quick enough."""
    worker, reports = computing
    for seed in range(12):
        worker.start(Document(one_layer(3, 4, 4, seed=seed), GeneratedInput("noise", 20)))
        qtbot.wait(4)
    qtbot.waitUntil(lambda: bool(reports) and reports[-1].generation == 12, timeout=10_000)
    assert len({run.generation for run in reports if run.finished}) > 2


def test_a_cancelled_run_is_not_wanted_any_more(computing):
    worker, _ = computing
    generation = worker.start(DOCUMENT)
    assert worker.wanted(generation)
    worker.cancel()
    assert not worker.wanted(generation)
    assert worker.wanted(worker.start(DOCUMENT))


def test_what_a_fuller_report_waits_behind_is_passed_over(qtbot):
    """A window that is busy while two reports come takes up the second alone."""
    store = Store(Session(DOCUMENT, View()))
    run = finished(DOCUMENT)
    seen = []
    store.ran.connect(seen.append)
    less, more = (replace(run, generation=1, done=done) for done in (5, 20))
    sender = threading.Thread(target=lambda: [store.compute._report(each) for each in (less, more)])
    sender.start()
    sender.join()
    assert seen == []
    qtbot.waitUntil(lambda: bool(seen))
    qtbot.wait(10)
    assert seen == [more]
    store.compute.close()


def test_before_its_first_step_a_run_is_reported_once(computing, qtbot, monkeypatch):
    worker, reports = computing
    real = compute.runs

    def slow(*arguments):
        for run in real(*arguments):
            yield from [replace(run, done=0)] * 5
            yield run

    monkeypatch.setattr(compute, "PERIOD", 0.0)
    monkeypatch.setattr(compute, "HURRY", 0.0)
    monkeypatch.setattr(compute, "runs", slow)
    worker.start(DOCUMENT)
    qtbot.waitUntil(lambda: bool(reports) and reports[-1].finished, timeout=10_000)
    assert [run.done for run in reports] == [0, 20]
