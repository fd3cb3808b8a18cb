"""What the bundled demos say of themselves holds for the weights that are stored."""

import random
import re
from pathlib import Path

import numpy as np
import pytest
from demos import source, task_of

from lstmviz import resources
from lstmviz.analysis.python_source import annotate
from lstmviz.engine.spec import NetworkSpec
from lstmviz.models import DEMOS, load
from lstmviz.session import Document, Trained, resolve

SMALL = [name for name in DEMOS if name != "python"]
TOLERANCE = {  # relative: a mean squared error over few sequences is a rough one
    "counter": 0.03,
    "abc": 0.03,
    "brackets": 0.1,
    "reber": 0.01,
    "adding": 0.8,
    "echo": 0.5,
    "sine": 0.5,
}


def numbers(text):
    return [float(each) for each in re.findall(r"\d+(?:\.\d+)?", text.replace(",", ""))]


def test_every_demo_has_a_file_and_a_task():
    assert {path.stem for path in resources.path("demos").iterdir()} == set(DEMOS)
    assert all(task_of(name).card for name in DEMOS)


def test_together_they_are_small():
    files = list(resources.path("demos").iterdir())
    assert sum(file.stat().st_size for file in files) <= 3 * 2**20
    assert {file.suffix for file in files} == {".npz"}


@pytest.mark.parametrize("name", DEMOS)
def test_they_open_on_an_example_of_their_own(name):
    found = resolve(Document(Trained(f"demo:{name}")))
    network, task = found.network, task_of(name)
    assert network.trained and network.title == task.TITLE
    assert network.vocabulary == task.VOCABULARY
    assert isinstance(found.spec, NetworkSpec) and found.spec.head == task.HEAD
    assert 30 <= found.sequence.steps <= 600
    trace = network.run(found.sequence.values)
    assert np.isfinite(trace.output).all()


@pytest.mark.parametrize("name", DEMOS)
def test_their_cards_are_whole_and_short(name):
    notes = load(f"demo:{name}").notes
    assert list(notes) == ["about", "quality", "units", "trained on", "example", "made by"]
    assert len(notes["about"]) <= 90 and notes["about"].endswith(".")
    assert numbers(notes["quality"]) and numbers(notes["units"])
    assert f"measure_demos.py {name}" in notes["made by"]


@pytest.mark.parametrize("name", SMALL)
def test_their_cards_hold(name):
    network, task = load(f"demo:{name}"), task_of(name)
    now, stored = task.quality(task.figures(network, small=True)), network.notes["quality"]
    assert re.sub(r"[\d.]+", "", now) == re.sub(r"[\d.]+", "", stored)
    for ours, theirs in zip(numbers(now), numbers(stored), strict=True):
        assert ours == pytest.approx(theirs, rel=TOLERANCE[name], abs=1e-3)


@pytest.mark.parametrize("name", [name for name in SMALL if name != "counter"])
def test_the_units_named_are_those_found(name):
    network, task = load(f"demo:{name}"), task_of(name)
    followed = task.followed(network)
    told = re.findall(r"[Uu]nit (\d+) [^(]*\(r = (-?[\d.]+)", network.notes["units"])
    assert len(told) == len(followed)
    for (unit, correlation), found in zip(told, [each.best for each in followed], strict=True):
        assert int(unit) == found.unit
        assert float(correlation) == pytest.approx(found.correlation, abs=0.01)
        assert found.held_correlation == pytest.approx(found.correlation, abs=0.15)
    assert followed[0].best.unit == 0  # what is worth seeing stands first


QUALITY = {  # what no retraining may fall below
    "counter": lambda found: found["accuracy"] > 0.999 and found["largest n"] >= 48,
    "abc": lambda found: found["accuracy"] > 0.999 and found["largest n"] >= 18,
    "brackets": lambda found: found["accuracy"] > 0.99,
    "reber": lambda found: found["legal"] == 1 and found["strict"] > 0.999,
    "adding": lambda found: found["error"] < 0.005,
    "echo": lambda found: found["accuracy"] > 0.999,
    "sine": lambda found: found["error"] < found["line"] / 3,
}


@pytest.mark.parametrize("name", SMALL)
def test_they_have_learnt(name):
    network = load(f"demo:{name}")
    assert QUALITY[name](task_of(name).figures(network, small=True))


def test_the_counter_counts_up_on_a_and_down_on_b():
    network = load("demo:counter")
    text = network.notes["example"]
    trace = network.run(np.array([network.vocabulary.index(symbol) for symbol in text]))
    steps = np.diff(trace.layers[0].forward.cell_state[:, 0])
    for symbol, step in zip(text[1:], steps, strict=True):
        if symbol == "a":
            assert 0.5 < step < 1.5
        elif symbol == "b":
            assert -1.5 < step < -0.5


@pytest.mark.parametrize("name", [name for name in SMALL if name != "counter"])
def test_their_data_is_the_same_every_time(name):
    task = task_of(name)
    one, two = (task.batch(random.Random(3), 4) for _ in range(2))
    assert all((ours == theirs).all() for ours, theirs in zip(one, two, strict=True))
    other = task.batch(random.Random(4), 4)
    assert other.x.shape != one.x.shape or (other.x != one.x).any()
    assert one.x.shape[:2] == one.targets.shape[:2] == one.weights.shape
    if task.HEAD.activation == "softmax":
        assert np.allclose(one.targets.sum(axis=2), 1)


def test_the_grammar_is_embedded_and_goes_on():
    task = task_of("reber")
    symbols, _ = task.text(random.Random(0), 3000)
    inner = r"B(?:T S* X|P T* V)[A-Z]*?E".replace(" ", "")
    whole = symbols[: symbols.rindex("EB") + 1]
    strings = re.findall(rf"B([TP]){inner}([TP])E", whole)
    assert len(strings) > 100 and all(first == last for first, last in strings)


def test_brackets_close_as_they_opened():
    task = task_of("brackets")
    text = task.text(random.Random(0), 2000)
    for string in text.split("#")[1:-1]:
        while string:
            shorter = re.sub(r"\(\)|\[\]|\{\}", "", string)
            assert shorter != string
            string = shorter
    assert max(map(len, task.stacks(text))) == task.DEEPEST


def test_the_files_are_split_by_name_alone():
    training, held = source.files()
    assert len(held) > 10 and len(training) > 8 * len(held)
    assert not set(training) & set(held)
    assert all(source.held_out(path) == source.held_out(path) for path in held)
    assert (training, held) == source.files()
    text = source.text_of(held[0])
    assert "".join(np.array(source.VOCABULARY)[source.ids_of(text)]) == text


@pytest.fixture(scope="module")
def measured():
    """The Python model on the files kept in the repository, the same on every machine."""
    return task_of("python").measured(load("demo:python"), small=True)


def test_the_kept_files_are_the_beginnings_of_files_held_out():
    kept = source.kept()
    assert len(kept) == 28 and all(source.held_out(Path(name)) for name in kept)
    assert all(400 < len(text) <= source.LONGEST for text in kept.values())
    assert source.KEPT.stat().st_size < 100_000
    assert (source.KEPT.parent / "LICENSE_PYTHON").exists()
    ours = source.beginnings()
    assert len(kept.keys() & ours.keys()) > 10  # whatever version of Python runs this


def test_the_python_model_is_as_good_as_its_card_says(measured):
    network, task = load("demo:python"), task_of("python")
    told = numbers(network.notes["quality"])
    assert measured.bits == pytest.approx(told[0], abs=0.1)
    _, trigram, order, best = (told[k] for k in (0, 2, 3, 4))
    assert told[0] < trigram / 1.25 and 3 <= order <= task.ORDERS
    assert told[0] < best + 0.05


def test_its_units_follow_what_its_card_says(measured):
    network, task = load("demo:python"), task_of("python")
    told = re.findall(r"[Uu]nit (\d+) (.*?) \(r = (-?[\d.]+)", network.notes["units"])
    assert [words for _, words, _ in told] == list(task.WORDS.values())
    for (unit, _, correlation), rows in zip(told, task.rankings(measured).values(), strict=True):
        row = next(row for row in rows if row.unit == int(unit))
        assert row.held_correlation == pytest.approx(float(correlation), abs=0.1)


def test_its_example_is_python():
    assert annotate(task_of("python").EXAMPLE)["strings"].any()
