"""Running text coloured by a unit: its colours, its columns, what a click does."""

import numpy as np
import pytest

from lstmviz.errors import LstmvizError
from lstmviz.inputs import GeneratedInput, TextInput
from lstmviz.scene import raster
from lstmviz.scene.questions import answered, page_of
from lstmviz.scene.questions.textpage import columns
from lstmviz.scene.run import finished
from lstmviz.scene.shapes import Box, Heat, Rect, Text
from lstmviz.session import TINTS, Document, Layer, Trained, Untrained, View, one_layer

TEXT = "def f(x):\n    return [x, 'a b', (x + 1)]  # so it is\n" * 12


@pytest.fixture(scope="module")
def run():
    return finished(Document(one_layer(None, 5, 8, seed=1), TextInput(TEXT)))


@pytest.fixture(scope="module")
def demo():
    return finished(Document(Trained("demo:abc")))


def written(shapes):
    return "".join(shape.text for shape in shapes if isinstance(shape, Text) and shape.mono)


@pytest.mark.parametrize("tint", TINTS[:6])
def test_the_values_are_those_of_the_trace(run, tint):
    found = answered("text", run, View(tint=tint, unit=3))
    values = getattr(run.trace.layers[0].forward, tint)[:, 3]
    assert np.array_equal(found.values, values.astype(float))
    assert found.limits[0] <= values.min() and values.max() <= found.limits[1]
    assert ("m of" in found.name) == (tint == "cell_output")  # there is a projection


def test_every_symbol_is_shown_once_where_the_page_is_large(run):
    view = View(unit=1, step=20)
    page = page_of("text", answered("text", run, view), run, view, 1500, 420)
    marks = page.marks(view)
    assert written(marks).replace("↵", "\n").rstrip() == TEXT.rstrip()
    lefts = {shape.x for shape in marks if isinstance(shape, Text) and shape.mono}
    assert len(lefts) > 1


def test_one_column_does_where_all_fits_in_it(run):
    assert len(columns(run.sequence.labels, Box(0, 0, 1400, 900)).boxes) == 1


@pytest.mark.parametrize("step", [0, 300, len(TEXT) - 1])
@pytest.mark.parametrize("size", [(420, 240), (800, 300), (1900, 200)])
def test_the_text_scrolls_with_the_step_and_a_click_finds_it(run, step, size):
    view = View(unit=1, step=step)
    page = page_of("text", answered("text", run, view), run, view, *size)
    (around,) = [s.box for s in page.marks(view) if isinstance(s, Rect)]
    spot = page.spot(view, *around.center)
    assert spot.changes == {"step": step}
    assert f"step {step}" in spot.words and "c of unit 1" in spot.words


def test_the_colours_follow_the_values(run):
    view = View(unit=2, tint="forget_gate")
    found = answered("text", run, view)
    page = page_of("text", found, run, view, 900, 700)
    heats = [shape for shape in page.marks(view) if isinstance(shape, Heat)]
    shown = np.concatenate([heat.indices[0] for heat in heats]).astype(int)
    order = np.argsort(raster.indices(found.values, found.limits), kind="stable")
    assert (np.diff(shown[order]) >= 0).all() and shown.max() > shown.min()


def test_how_well_symbols_were_foretold(demo):
    bits = answered("text", demo, View(tint="surprise"))
    shares = answered("text", demo, View(tint="probability"))
    assert np.allclose(np.exp2(-bits.values[1:]), shares.values[1:])
    view = View(tint="surprise", step=0)
    page = page_of("text", bits, demo, view, 740, 380)
    assert any("nothing foretold" in s.text for s in page.marks(view) if isinstance(s, Text))


@pytest.mark.parametrize(
    ("document", "changes", "sentence"),
    [
        (Document(one_layer(3, 4, 4), GeneratedInput("noise", 9)), {}, "needs symbols"),
        (Document(one_layer(None, 4, 4), TextInput("abc")), {"tint": "surprise"}, "does not tell"),
        (Document(one_layer(None, 4, 4), TextInput("abc")), {"unit": None}, "Click a square"),
    ],
)
def test_what_cannot_be_coloured_is_said(document, changes, sentence):
    answer = answered("text", finished(document), View(**changes))
    assert isinstance(answer, LstmvizError) and sentence in str(answer)


def test_the_layer_is_named_where_there_are_several():
    layers = (Layer(4, 4, directions=("forward", "backward")), Layer(6, 6))
    run = finished(Document(Untrained(None, layers, seed=3), TextInput("to be")))
    found = answered("text", run, View(layer=0, direction="backward", unit=1))
    assert found.name == "cell state c of unit 1, layer 0, backward"


def test_a_short_text_is_written_larger_and_still_clicked():
    run = finished(Document(Trained("demo:counter"), TextInput("aabb#ab#")))
    view = View(step=3, unit=0)
    page = page_of("text", answered("text", run, view), run, view, 940, 516)
    (line,) = [s for s in page.marks(view) if isinstance(s, Text) and s.mono]
    assert line.size == 20
    spots = [page.spot(view, x, line.y - 4) for x in range(20, 940)]
    assert {s.changes["step"] for s in spots if s} == set(range(8))
    crowded = page_of("text", answered("text", run, view), run, view, 60, 100)
    assert {s.size for s in crowded.marks(view) if isinstance(s, Text) and s.mono} == {12}
