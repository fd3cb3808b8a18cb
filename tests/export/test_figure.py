import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rendering import png_pixels

import lstmviz
from lstmviz.engine.spec import HeadSpec
from lstmviz.errors import LstmvizError
from lstmviz.export.figure import export_figure, export_session
from lstmviz.export.pictures import VIEWS, picture_of
from lstmviz.plain import to_plain
from lstmviz.scene.colors import LIGHT
from lstmviz.scene.run import Run, finished, runs
from lstmviz.session import (
    QUESTIONS,
    Document,
    FileInput,
    GeneratedInput,
    Session,
    TextInput,
    Trained,
    View,
    one_layer,
)

HELLO = Session(
    Document(one_layer(None, 3, 6, seed=4, head=HeadSpec(5)), TextInput("hello world")),
    View(step=7, stage="write", unit=2),
)
BROKEN = Session(Document(one_layer(5, 4, 7, project=False), GeneratedInput()))


def recipe_of(path):
    with Image.open(path) as image:
        return json.loads(image.text["lstmviz"])


def pixels_of(path):
    return png_pixels(path.read_bytes())


CHOSEN = ("follow", "alike", "compare")
"""Questions that need something chosen first."""
PICTURES = [view for view in VIEWS if view not in QUESTIONS]
ASKED = [view for view in QUESTIONS if view not in CHOSEN]


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
@pytest.mark.parametrize(
    ("session", "view"),
    [*((HELLO, view) for view in (*PICTURES, *ASKED)), *((BROKEN, view) for view in PICTURES)],
)
def test_every_view_in_every_format(tmp_path, session, view, suffix):
    out = tmp_path / f"figure{suffix}"
    assert export_session(session, out, view=view) == out
    assert out.stat().st_size > 1000


@pytest.mark.parametrize("view", QUESTIONS)
def test_nothing_can_be_asked_of_a_network_whose_shapes_do_not_fit(tmp_path, view):
    with pytest.raises(LstmvizError, match="the shapes do not fit"):
        export_session(BROKEN, tmp_path / "a.png", view=view)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("view", CHOSEN)
def test_a_question_without_its_choice_says_what_to_choose(tmp_path, view):
    with pytest.raises(LstmvizError, match=r"(?i)^type a|choose a"):
        export_session(HELLO, tmp_path / "a.svg", view=view)


def test_the_recipe_tells_how_to_make_it_again(tmp_path):
    recipe = recipe_of(export_session(HELLO, tmp_path / "a.png", theme="dark"))
    assert recipe == {
        "lstmviz": lstmviz.__version__,
        "view": "diagram",
        "theme": "dark",
        "sizes": {"input": 8, "hidden": 3, "cell": 6, "output": 5},
        "source": "untrained",
        "network": to_plain(HELLO.document.network),
        "input": {"type": "TextInput", "text": "hello world"},
        "initial": "model",
        "steps": 11,
        "step": 7,
        "stage": "write",
        "unit": 2,
    }


def test_the_recipe_tells_a_view_that_is_not_the_usual(tmp_path):
    view = replace(HELLO.view, order="similarity", first=2.0, last=9.0, reveal=True)
    figure = export_session(replace(HELLO, view=view), tmp_path / "a.png", view="heatmaps")
    told = recipe_of(figure)
    assert [told[name] for name in ("order", "first", "last", "reveal")] == [
        "similarity",
        2,
        9,
        True,
    ]
    assert "low" not in told and "layer" not in told


def test_an_svg_says_the_same_as_a_png(tmp_path):
    png = export_session(HELLO, tmp_path / "a.png")
    svg = export_session(HELLO, tmp_path / "a.svg")
    desc = ET.parse(svg).getroot().find("{http://www.w3.org/2000/svg}desc").text
    assert json.loads(desc) == recipe_of(png)


def test_folders_are_not_told(tmp_path):
    folder = tmp_path / "private"
    folder.mkdir()
    np.save(folder / "numbers.npy", np.zeros((4, 2)))
    lstmviz.save(lstmviz.random_network(2, 3), folder / "model.npz")
    document = Document(Trained(str(folder / "model.npz")), FileInput(str(folder / "numbers.npy")))
    recipe = recipe_of(export_session(Session(document), tmp_path / "a.png"))
    assert recipe["source"] == "model.npz"
    assert recipe["input"]["path"] == "numbers.npy"
    assert "private" not in json.dumps(recipe)


def test_a_long_text_is_cut_in_the_recipe(tmp_path):
    document = replace(HELLO.document, input=TextInput("ab" * 3000))
    recipe = recipe_of(export_session(Session(document), tmp_path / "a.png"))
    assert len(recipe["input"]["text"]) == 2001


def test_the_theme_of_the_session_holds_unless_another_is_asked_for(tmp_path):
    dark = replace(HELLO, view=replace(HELLO.view, theme="dark"))
    corner = {
        name: tuple(pixels_of(export_session(dark, tmp_path / "a.png", theme=name))[1, 1])
        for name in (None, "light", "dark")
    }
    assert corner[None] == corner["dark"] != corner["light"]


@pytest.mark.parametrize(
    ("view", "options", "sentence"),
    [
        ({"step": 11}, {}, "step 11 is outside the input's 11 steps; choose 0 to 10"),
        ({"stage": "dream"}, {}, "stage 'dream' is not one of this network's; choose gather,"),
        ({"unit": 6}, {}, "unit 6 is not among the 6 of the cell"),
        ({}, {"view": "film"}, "view 'film' is unknown; choose diagram"),
        ({}, {"theme": "pink"}, "theme 'pink' is unknown; choose light or dark"),
        ({}, {"scale": 40}, "scale 40 is outside"),
        ({}, {"size": (10, 10)}, "size 10 × 10 is outside"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(tmp_path, view, options, sentence):
    session = replace(HELLO, view=replace(HELLO.view, **view))
    with pytest.raises(LstmvizError, match=sentence):
        export_session(session, tmp_path / "a.png", **options)
    assert list(tmp_path.iterdir()) == []


def test_a_document_that_cannot_be_followed_is_told(tmp_path):
    with pytest.raises(LstmvizError, match=r"nowhere\.npz does not exist"):
        export_session(Session(Document(Trained("nowhere.npz"))), tmp_path / "a.png")


def test_a_size_is_kept_and_the_diagram_fitted_into_it(tmp_path):
    out = export_session(HELLO, tmp_path / "a.png", size=(700, 900), scale=0.5)
    pixels = pixels_of(out)
    assert pixels.shape == (450, 350, 3)
    ink = np.argwhere(pixels.mean(axis=2) < 200)
    assert 100 < ink[:, 0].min() < 225 < ink[:, 0].max() < 350
    assert ink[:, 1].max() - ink[:, 1].min() > 320


def test_the_hovered_unit_is_not_in_the_figure(tmp_path):
    hovering = replace(HELLO, view=replace(HELLO.view, hover=1))
    first = export_session(HELLO, tmp_path / "a.png").read_bytes()
    assert export_session(hovering, tmp_path / "b.png").read_bytes() == first


def test_heatmaps_wait_for_the_run():
    partial = next(run for run in runs(0, HELLO.document) if run.done)
    partial = replace(partial, done=4)
    with pytest.raises(LstmvizError, match="step 4 of 11 is being computed"):
        picture_of(partial, HELLO.view, "heatmaps", LIGHT)
    with pytest.raises(LstmvizError, match="nothing to draw yet"):
        picture_of(Run(0, HELLO.document), HELLO.view, "diagram", LIGHT)


def test_a_cell_of_1024_units_is_a_file_of_sane_size(tmp_path):
    document = Document(one_layer(5, 1024, 1024, head=HeadSpec(5)), GeneratedInput(length=8))
    for view in (*PICTURES, *ASKED):
        out = export_session(Session(document), tmp_path / f"{view}.svg", view=view)
        assert out.stat().st_size < 5_000_000


# The Python name


def test_a_network_and_numbers(tmp_path):
    network = lstmviz.random_network(3, 8, 4)
    x = np.linspace(-1, 1, 12).reshape(4, 3)
    recipe = recipe_of(export_figure(tmp_path / "a.png", network, x))
    assert recipe["source"] == "a network made in Python"
    assert (recipe["step"], recipe["stage"]) == (3, "project")
    assert recipe["sizes"] == {"input": 3, "hidden": 4, "cell": 8, "output": 4}


def test_a_demo_and_its_own_example(tmp_path):
    same = [
        export_figure(tmp_path / f"{k}.png", *given, step=5, view="heatmaps").read_bytes()
        for k, given in enumerate([(), ("demo:counter",)])
    ]
    assert same[0] == same[1]


def test_symbols_may_be_text_or_numbers(tmp_path):
    vocabulary = lstmviz.load("demo:counter").vocabulary
    ids = [vocabulary.index(letter) for letter in "#aabb"]
    text = export_figure(tmp_path / "a.svg", "demo:counter", "#aabb", view="heatmaps")
    numbers = export_figure(tmp_path / "b.svg", "demo:counter", ids, view="heatmaps")
    drawn = [path.read_text().partition("</desc>")[2] for path in (text, numbers)]
    assert drawn[0] == drawn[1]


def test_a_network_without_an_example_needs_an_input(tmp_path):
    with pytest.raises(LstmvizError, match="give an input"):
        export_figure(tmp_path / "a.png", lstmviz.random_network(3, 4))


def test_the_public_name_is_this_one(tmp_path):
    out = lstmviz.export_figure(tmp_path / "a.pdf", step=3, stage="forget", theme="dark", scale=2)
    assert out == tmp_path / "a.pdf"
    assert out.read_bytes().startswith(b"%PDF")


# The same bytes again

MAKE = """
import sys
from lstmviz.export.figure import export_session
from lstmviz.session import Document, Session, TextInput, Untrained, one_layer, View
session = Session(Document(one_layer(None, 16, 20), TextInput("hello")), View(step=2, unit=3))
for view in ("diagram", "heatmaps"):
    for suffix in ("png", "svg"):
        export_session(session, f"{sys.argv[1]}/{view}.{suffix}", view=view, scale=2)
"""


def test_two_processes_make_the_same_bytes(tmp_path):
    made = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        folder.mkdir()
        root = Path(lstmviz.__file__).parents[1]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)}
        command = [sys.executable, "-c", MAKE, str(folder)]
        subprocess.run(command, env=environment, check=True, timeout=120)
        made.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert len(made[0]) == 4
    assert made[0] == made[1]


def test_a_finished_run_is_whole():
    run = finished(HELLO.document)
    assert run.finished
    assert run.done == 11
