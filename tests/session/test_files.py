import json
import re

import pytest

from lstmviz import models, resources
from lstmviz.engine.spec import CellSpec, HeadSpec, NetworkSpec
from lstmviz.engine.variant import GREFF, Activation, Variant
from lstmviz.errors import LstmvizError
from lstmviz.inputs.recipes import VocabularyFile
from lstmviz.session import (
    Document,
    Edit,
    FileInput,
    GeneratedInput,
    Layer,
    Other,
    Session,
    TextInput,
    Trained,
    Untrained,
    View,
    load_session,
    one_layer,
    open_source,
    resolve,
    save_session,
    spec_of,
)

EVERYTHING = Untrained(
    None,
    (
        Layer(3, 4, False, ("forward", "backward"), "sum", True, GREFF["CIFG"]),
        Layer(variant=Variant(Activation("hard_sigmoid", 0.2), absent=("input_gate",), clip=3)),
    ),
    (HeadSpec(3, "relu"), HeadSpec(2, "linear", False, last_step=True)),
    9,
    1.5,
    None,
    7,
)
CHANGES = (Edit("forget_gate[3]@10:20 = 0"), Edit("states@5 = other@2", on=False))
SESSIONS = [
    Session(),
    Session(Document(EVERYTHING)),
    Session(Document(one_layer(7), TextInput('a\n"⊙\u2028😀\0'), "random")),
    Session(
        Document(input=GeneratedInput("sine", 7, 8)),
        View(3, "write", 1, None, theme="dark", last=9.5, high=3, reveal=True, speed=0.5),
    ),
    Session(
        Document(changes=CHANGES, other=Other(EVERYTHING, TextInput("abc"))),
        View(shown="difference", side="whatif"),
    ),
    Session(Document(one_layer(3), other=Other(initial="zero", changes=CHANGES[:1]))),
]


@pytest.mark.parametrize("session", SESSIONS)
def test_what_is_saved_is_loaded(tmp_path, session):
    path = tmp_path / "a.lstmviz"
    save_session(session, path)
    assert load_session(path) == session
    assert open_source(str(path)) == session


def test_files_beside_it_move_along(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    outside = tmp_path / "model.npz"
    session = Session(Document(Trained(str(outside)), FileInput(str(here / "data" / "x.csv"))))
    save_session(session, here / "a.lstmviz")
    here.rename(there)
    document = load_session(there / "a.lstmviz").document
    assert document.input.path == str(there / "data" / "x.csv")
    assert document.network.path == str(outside)


def edited(tmp_path, edit):
    path = tmp_path / "a.lstmviz"
    save_session(SESSIONS[1], path)
    data = json.loads(path.read_text())
    edit(data)
    path.write_text(json.dumps(data))
    return path


def document(data):
    return data["session"]["document"]


def layer(data):
    return document(data)["network"]["layers"][0]


def head(data):
    return document(data)["network"]["heads"][0]


def view(data):
    return data["session"]["view"]


EDITS = [
    (lambda d: d.pop("lstmviz"), "has no version"),
    (lambda d: d.update(lstmviz=2), "version 2, this lstmviz knows 1"),
    (lambda d: d.update(lstmviz=True), "has no version"),
    (lambda d: d.pop("session"), "session is missing"),
    (lambda d: d.update(session=[]), "session must be an object, not a list"),
    (lambda d: document(d).update(more=1), "session.document.more is unknown"),
    (lambda d: document(d).update({"a\nb": 1}), "is unknown"),
    (lambda d: document(d).update(initial="one"), "session.document.initial is 'one', not one of"),
    (lambda d: document(d).update(network=None), "network.type must be one of Untrained, Trained"),
    (lambda d: document(d)["network"].update(type="X"), "network.type must be one of"),
    (lambda d: document(d)["network"].update(type=[]), "network.type must be one of"),
    (lambda d: layer(d).update(cell_size="4"), 'cell_size must be a whole .* "4"'),
    (lambda d: layer(d).update(cell_size=True), "cell_size must be a whole"),
    (lambda d: layer(d).update(cell_size=4.0), "cell_size must be a whole"),
    (lambda d: layer(d).update(cell_size=2000), "cell size 2000 is outside"),
    (lambda d: document(d)["network"].update(seed=-1), "seed -1"),
    (lambda d: document(d)["network"].update(hidden_size=4), "network.hidden_size is unknown"),
    (lambda d: document(d)["network"].update(layers=[]), "at least one layer"),
    (lambda d: document(d)["network"].update(layers=[{}] * 17), "17 layers are more than the 16"),
    (lambda d: document(d)["network"].update(heads=[{"size": 1}] * 17), "17 heads are more"),
    (lambda d: document(d)["network"].update(chrono=9), "forget_bias and chrono both"),
    (lambda d: document(d)["network"].update(embedding=0), "embedding size 0 is outside"),
    (lambda d: layer(d).update(directions=["up"]), "layer 0 runs .*it may run forward or"),
    (lambda d: layer(d).update(directions=[]), "layer 0 runs nowhere; it may run forward or"),
    (lambda d: layer(d).update(merge="xor"), "merges its directions by 'xor', not one of concat"),
    (lambda d: layer(d)["variant"].update(clip=0), "clip is 0.0; make it a number above 0"),
    (lambda d: layer(d)["variant"].update(absent=["candidate"]), "'candidate' is no gate that"),
    (lambda d: layer(d)["variant"]["gate"].update(name="q"), "activation 'q' is unknown"),
    (lambda d: document(d)["network"].update(seed=10**30), "seed must be a whole number"),
    (lambda d: head(d).update(activation="relu7"), "'relu7' is unknown; known are"),
    (lambda d: document(d).update(input={"type": "TextInput"}), "input.text is missing"),
    (
        lambda d: document(d).update(input={"type": "GeneratedInput", "kind": "square"}),
        "'square' is not one of",
    ),
    (lambda d: view(d).update(theme="pink"), "view.theme is 'pink', not one of system, light"),
    (lambda d: view(d).update(stage="x"), "view.stage is 'x'"),
    (lambda d: view(d).update(stage="x" * 9999), f"'{'x' * 40}', not one of"),
    (lambda d: document(d).update(initial="y" * 9999), f"'{'y' * 40}', not one of"),
    (lambda d: head(d).update(activation="z" * 99), f"'{'z' * 40}' is unknown"),
    (lambda d: view(d).update(step=-1), "view.step is -1, below 0"),
    (lambda d: view(d).update(speed=0), "view.speed is 0"),
    (lambda d: view(d).update(first=5, last=5), "view.last is 5, not above first"),
    (lambda d: view(d).update(ranges=[[3, 3]]), r"view.ranges has \[3, 3\], not a first step"),
    (lambda d: view(d).update(ranges=[[1, 2, 3]]), r"view.ranges has \[1, 2, 3\]"),
    (lambda d: view(d).update(ranges=[[-1, 3]]), r"view.ranges has \[-1, 3\]"),
    (lambda d: view(d).update(like=[5]), r"view.like has \[5\], not a first step and a later"),
    (lambda d: view(d).update(like=[5, 5]), r"view.like has \[5, 5\]"),
    (lambda d: view(d).update(alike="x"), "view.alike is 'x', not one of cell_state"),
    (lambda d: view(d).update(ranges=[4]), r"view.ranges\[0\] must be a list"),
    (lambda d: view(d).update(follows="x"), "view.follows is 'x', not one of pattern, ranges"),
    (lambda d: view(d).update(tint="x"), "view.tint is 'x', not one of input_gate"),
    (lambda d: view(d).update(rank=-2), "view.rank is -2, below 0"),
    (lambda d: view(d).update(low=10**400), "view.low must be a number"),
    (lambda d: view(d).update(reveal=1), "view.reveal must be true or false, not 1"),
]


@pytest.mark.parametrize(("edit", "says"), EDITS, ids=[row[1] for row in EDITS])
def test_a_wrong_field_is_named(tmp_path, edit, says):
    refused(edited(tmp_path, edit), says)


def refused(path, says):
    with pytest.raises(LstmvizError) as caught:
        load_session(path)
    text = str(caught.value)
    assert re.search(says, text) and "a.lstmviz" in text
    assert "\n" not in text and text.endswith(".")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "line 1 is not JSON"),
        (b'{\n"a" 1}', "line 2 is not JSON"),
        (b'{"lstmviz": NaN}', "not JSON"),
        (b'{"lstmviz": "\\ud800"}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"lstmviz": ' + b"1" * 5000 + b"}", "not JSON"),
        (b"\xff", "not UTF-8"),
        (b"3", "not an lstmviz session"),
        (b" " * (16 * 2**20 + 1), "16,777,217 bytes, more than the"),
    ],
    ids=["empty", "syntax", "nan", "surrogate", "deep", "long", "bytes", "number", "large"],
)
def test_what_is_no_session_is_refused(tmp_path, data, says):
    path = tmp_path / "a.lstmviz"
    path.write_bytes(data)
    refused(path, says)


def test_an_unwritable_target_leaves_nothing(tmp_path):
    with pytest.raises(LstmvizError, match="cannot be written"):
        save_session(Session(), tmp_path / "no" / "a.lstmviz")
    path = tmp_path / "a.lstmviz"
    save_session(Session(), path)
    before = path.read_bytes()
    with pytest.raises(LstmvizError, match="more than the"):
        save_session(Session(Document(input=TextInput("⊙" * 6_000_000))), path)
    with pytest.raises(LstmvizError, match="no text"):
        save_session(Session(Document(input=TextInput("\ud800"))), path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_sources(tmp_path):
    assert open_source("demo:counter").document == Document()
    for name, says in (("x.npz", "does not exist"), ("demo:no", "there are .*demo:counter")):
        with pytest.raises(LstmvizError, match=says):
            open_source(name)
    (tmp_path / "a.csv").write_text("1\n")
    with pytest.raises(LstmvizError, match=r"unknown suffix '.csv'; models and sessions are .npz"):
        open_source(str(tmp_path / "a.csv"))


TWO = NetworkSpec((CellSpec(1, 20, 20), CellSpec(20, 20, 20)), (HeadSpec(10, "linear"),))


@pytest.mark.parametrize("name", models.EXAMPLES)
def test_every_example_is_the_two_layers_that_tutorials_show(name):
    session = open_source(models.EXAMPLE + name)
    assert spec_of(session.document) == TWO
    resolved = resolve(session.document)
    assert resolved.network.run(resolved.sequence.values).output.shape == (60, 10)


def test_the_examples_are_what_is_in_their_folder(tmp_path):
    names = {path.name.removesuffix(".lstmviz") for path in resources.path("examples").iterdir()}
    assert names == set(models.EXAMPLES)
    session = open_source("example:stack.keras")
    save_session(session, tmp_path / "a.lstmviz")
    assert load_session(tmp_path / "a.lstmviz") == session
    with pytest.raises(LstmvizError, match="is not an example; there are example:stack, example"):
        open_source("example:heap")


def test_a_model_that_lies_elsewhere_is_named_with_its_session(tmp_path):
    path = tmp_path / "a.lstmviz"
    save_session(Session(Document(Trained(str(tmp_path / "model.npz")))), path)
    with pytest.raises(LstmvizError, match=r"a\.lstmviz is a session on .*model\.npz, which does"):
        open_source(str(path))


def test_what_units_follow_is_kept_with_its_file_beside_the_session(tmp_path):
    path = tmp_path / "a.lstmviz"
    view = View(
        diagram="follow",
        follows="file",
        pattern="a|b",
        ranges=((2, 5), (9, 10)),
        annotation_file=str(tmp_path / "told.csv:a"),
        every_layer=True,
        like=(2, 9),
        alike="states",
        folder=str(tmp_path / "more"),
        rank=3,
    )
    save_session(Session(Document(), view), path)
    assert str(tmp_path) not in path.read_text()
    assert load_session(path).view == view


def test_the_vocabulary_of_the_other_run_moves_along_too(tmp_path):
    other = Other(vocabulary=VocabularyFile(str(tmp_path / "words.txt"), "words"))
    session = Session(Document(one_layer(3), other=other))
    save_session(session, tmp_path / "a.lstmviz")
    assert '"words.txt"' in (tmp_path / "a.lstmviz").read_text()
    assert load_session(tmp_path / "a.lstmviz") == session


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("initial", "ones", "session.document.other.initial is 'ones'"),
        ("vocabulary", {"path": "v", "split": "bytes"}, "split 'bytes' is not one of"),
        ("changes", [{"line": "x" * 140_000}], "session.document.other.changes are 1 of up to"),
    ],
)
def test_the_other_run_of_a_damaged_session_is_refused_by_field(tmp_path, field, value, says):
    path = tmp_path / "a.lstmviz"
    save_session(Session(Document(one_layer(3), other=Other())), path)
    stored = json.loads(path.read_text())
    stored["session"]["document"]["other"][field] = value
    path.write_text(json.dumps(stored))
    with pytest.raises(LstmvizError) as caught:
        load_session(path)
    assert says in str(caught.value)
