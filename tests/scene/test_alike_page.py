"""Places like one: those planted are found, here and in a folder, and a click goes there."""

import pytest

from lstmviz.errors import LstmvizError
from lstmviz.inputs import FileInput, GeneratedInput, TextInput
from lstmviz.scene.metrics import text_box
from lstmviz.scene.questions import QUESTIONS, answered, brushed, marked, page_of
from lstmviz.scene.questions.alike import find
from lstmviz.scene.run import finished
from lstmviz.scene.shapes import Text
from lstmviz.session import Document, View, one_layer

TEXT = "the cat sat on a mat; the dog dug in a bog; the cat sat on a log\n" * 3
RUNS = {
    "text": Document(one_layer(None, 6, 9, seed=1), TextInput(TEXT)),
    "numbers": Document(one_layer(2, 5, 5, seed=1), GeneratedInput("sine", 300)),
    "short": Document(one_layer(2, 5, 5, seed=1), GeneratedInput("sine", 3)),
    "wide": Document(one_layer(3, 256, 256, seed=1), GeneratedInput("noise", 60)),
}


@pytest.fixture(scope="module")
def runs():
    return {name: finished(document) for name, document in RUNS.items()}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.txt").write_text("a dog; the cat sat on a mat")
    (tmp_path / "b.py").write_text("the cat sat\n")
    (tmp_path / "c.txt").write_text("ŧħ€ is in no alphabet")
    (tmp_path / "d.csv").write_text("1,2\n")
    (tmp_path / "e.md").write_text("the cat")
    return tmp_path


@pytest.mark.parametrize("size", [(420, 240), (740, 380), (940, 516), (1900, 900)])
@pytest.mark.parametrize("which", RUNS)
def test_no_words_leave_the_page(runs, which, size, folder):
    run = runs[which]
    for place in (None, str(folder)):
        view = View(diagram="alike", like=(1, 2), folder=place)
        page = page_of("alike", answered("alike", run, view), run, view, *size)
        for shape in (*page.shapes, *page.marks(view)):
            if isinstance(shape, Text):
                box = text_box(shape)
                assert box.x >= 0 and box.right <= size[0] + 0.5, shape
                assert box.y >= 0 and box.bottom <= size[1] + 0.5, shape


@pytest.mark.parametrize("by", ["cell_state", "hidden_state", "states"])
def test_the_same_words_are_the_nearest(runs, by):
    first = TEXT.index("sat")
    view = View(like=(first, first + 3), alike=by)
    found = answered("alike", runs["text"], view).found
    assert {place.at for place in found[:5]} == {"sat"}
    assert found[0].distance < 1e-3 and found[0].before.endswith("cat␣")
    steps = [place.step for place in found]
    assert min(abs(a - b) for a in steps for b in steps if a != b) >= 10


def test_a_folder_is_looked_through_and_what_cannot_be_read_is_told(runs, folder):
    told = []
    first = TEXT.index("sat")
    view = View(like=(first, first + 3), folder=str(folder))
    found = find(runs["text"], view, lambda done, total: told.append((done, total)))
    assert found.read == 2 and len(found.skipped) == 2
    assert told[0] == (0, 4) and told[-1] == (4, 4)
    there = {(place.path, place.step): place for place in found.found if place.path}
    place = there[str(folder / "a.txt"), 15]
    assert place.at == "sat" and place.distance < 0.05
    run = runs["text"]
    page = page_of("alike", found, run, view, 900, 600)
    spots = [page.spot(view, 40, y) for y in range(600)]
    opened = {spot.opens: spot for spot in spots if spot and spot.opens}
    assert opened[str(folder / "a.txt"), 15].changes["like"] == (15, 18)


def test_the_file_that_is_open_is_not_looked_through_again(folder):
    document = Document(one_layer(None, 6, 9), FileInput(str(folder / "a.txt")))
    found = answered("alike", finished(document), View(like=(2, 3), folder=str(folder)))
    assert found.read == 1  # b.py
    assert str(folder / "a.txt") not in {place.path for place in found.found}


def test_a_search_ends_when_its_progress_raises(runs, folder):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find(runs["text"], View(like=(2, 3), folder=str(folder)), stop)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Choose a place"),
        ({"like": (9999, 10000)}, "Choose a place"),
        ({"like": (2, 3), "folder": "/no/such"}, "cannot be read"),
    ],
)
def test_what_cannot_be_looked_for_is_said(runs, changes, sentence):
    answer = answered("alike", runs["text"], View(**changes))
    assert isinstance(answer, LstmvizError) and sentence in str(answer)


def test_an_empty_folder_is_said(runs, tmp_path):
    answer = answered("alike", runs["text"], View(like=(2, 3), folder=str(tmp_path)))
    assert "holds no other input" in str(answer)


def test_a_click_goes_to_the_place(runs):
    run, view = runs["numbers"], View(like=(40, 41))
    found = answered("alike", run, view)
    page = page_of("alike", found, run, view, 940, 516)
    spots = [page.spot(view, 40, y) for y in range(516)]
    assert {"step": found.found[1].step} in [spot.changes for spot in spots if spot]
    assert found.found[0].at.startswith("x0 = ")


def test_the_place_is_the_step_at_first_and_what_is_brushed_then():
    view = View(diagram="alike", step=7)
    assert QUESTIONS["alike"].begun(view) == {"like": (7, 8)}
    assert brushed(view, 3, 9) == {"like": (3, 9)}
    assert marked(View(diagram="alike", like=(3, 9))) == ((3, 9),)
