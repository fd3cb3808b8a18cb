"""Every network there may be is followed, told of and drawn, or its problem is."""

import json

from anydocuments import documents
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmviz.cli import info
from lstmviz.engine.spec import problem
from lstmviz.errors import LstmvizError
from lstmviz.export.devices import png_bytes
from lstmviz.export.pictures import VIEWS, picture_of
from lstmviz.scene.colors import THEMES
from lstmviz.scene.run import finished
from lstmviz.session import QUESTIONS, Session, View, load_session, save_session


@settings(max_examples=30, deadline=None)
@given(documents(), st.data())
def test_any_network_is_followed_and_drawn_in_every_view(document, data):
    run = finished(document)
    assert (run.trace is None) == (problem(run.spec) is not None)
    assert (run.problem is None) == (run.trace is not None)
    if run.trace is not None:
        assert run.trace.output.shape == (run.steps, run.spec.output_size)
    layer = data.draw(st.integers(0, len(run.spec.layers) - 1))
    cell = run.spec.layers[layer]
    view = View(
        step=data.draw(st.integers(0, max(run.steps - 1, 0))),
        layer=layer,
        direction=data.draw(st.sampled_from(cell.directions)),
        unit=data.draw(st.none() | st.integers(0, cell.cell_size - 1)),
        stage=data.draw(st.sampled_from(("gather", "write", "output", "head"))),
    )
    theme = THEMES[data.draw(st.sampled_from(sorted(THEMES)))]
    for what in VIEWS:
        try:
            picture = picture_of(run, view, what, theme)
        except LstmvizError as error:  # a question may need a unit, a choice, or shapes that fit
            assert what in QUESTIONS and str(error).endswith(".")
            continue
        assert png_bytes(picture, 0.25).startswith(b"\x89PNG")
        json.dumps(picture.recipe, allow_nan=False)


@settings(max_examples=30, deadline=None)
@given(documents())
def test_any_network_is_told_of(document):
    facts = json.loads(info.report(document, as_json=True))
    text = info.report(document, as_json=False)
    for layer, told in zip(document.network.layers, facts["layers"], strict=True):
        assert told["cell_size"] == layer.cell_size
        both = len(layer.directions) * sum(row["parameters"] for row in told["matrices"])
        assert f"{both // len(layer.directions):,}" in text
    assert (facts["problem"] is None) == ("impossible" not in text)


@settings(max_examples=30, deadline=None)
@given(document=documents())
def test_any_network_comes_back_from_a_session_file(document, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / "a.lstmviz"
    save_session(Session(document), path)
    assert load_session(path) == Session(document)
