from __future__ import annotations

import numpy as np
from heatruns import traced

from lstmviz.scene import heataxes, heatmaps, pointing
from lstmviz.scene.heatlayout import Place
from lstmviz.scene.shapes import Text
from lstmviz.scene.words import number
from lstmviz.session import View


def told(view, spot, *, hidden=None, text=None, done=None, last=99):
    trace, sequence = traced(6, 20, hidden=hidden, text=text)
    place = heatmaps.place_of(trace, view, 1200, 400)
    content = heatmaps.content_of(trace, sequence, view, done=done)
    words = pointing.describe(place, content, spot, last)
    return trace.layers[0].forward, words, pointing.unit_at(place, content, spot)


def test_a_value_is_told_with_unit_step_symbol_and_meaning():
    spot = Place("heat", 3, "forget_gate", 2)
    run, words, unit = told(View(), spot, text="ab c")
    value = float(run.forget_gate[3, 2])
    share = f"(keeps {100 * value:.0f} % of c)"
    assert words == f"forget gate f of unit 2 at step 3 “c” = {number(value)} {share}"
    assert unit == 2


def test_a_space_is_called_by_its_name():
    assert "step 2 “space”" in told(View(), Place("axis", 2), text="ab c")[1]


def test_the_unit_is_the_one_that_stands_in_the_row():
    spot = Place("heat", 3, "cell_state", 0)
    run, words, unit = told(View(order="mean c"), spot)
    assert unit == int(np.argmax(run.cell_state.mean(axis=0)))
    assert f"cell state c of unit {unit} " in words


def test_a_projected_hidden_unit_is_no_cell_unit():
    spot = Place("heat", 3, "hidden_state", 1)
    _, words, unit = told(View(), spot, hidden=4)
    assert unit is None
    assert words.startswith("hidden state h of unit 1 at step 3 = ")


def test_what_is_not_there_is_not_told():
    spot = Place("heat", 13, "candidate", 1)
    assert told(View(), spot, done=10)[1] == "step 13 is not computed yet"
    assert told(View(), spot, last=5)[1] == "step 13 is not revealed yet"
    assert told(View(), None)[1:] == ("", None)


def test_a_plot_tells_all_of_the_pinned_unit():
    run, words, _ = told(View(unit=4), Place("plot", 7), hidden=3)
    assert words.startswith(f"unit 4 at step 7: f = {number(float(run.forget_gate[7, 4]))}")
    assert f"m = {number(float(run.cell_output[7, 4]))}" in words


def test_the_strip_tells_the_values_of_the_input():
    _, words, _ = told(View(), Place("strip", 7))
    assert words.startswith("input x at step 7: x0 = ")
    assert words.count("=") == 3


def beside(cell, steps, *, text=None, height=400):
    """The notes beside the heatmaps, and what is told of cell c there."""
    trace, sequence = traced(cell, steps, text=text, head=3)
    place = heatmaps.place_of(trace, View(), 1200, height)
    content = heatmaps.content_of(trace, sequence, View())
    notes = [s.text for s in heataxes.furniture(place, content) if isinstance(s, Text)]
    gutter = place.panel("cell_state").gutter
    return notes, pointing.explained(place, content, gutter.x + 3, gutter.y + 3, 1.0)


def test_it_is_said_how_many_units_share_a_row_of_the_picture():
    notes, words = beside(6, 20)
    assert not any("a row" in note for note in notes)
    assert words.startswith("cell state c: ") and "A row" not in words
    notes, words = beside(400, 20)
    said = next(note for note in notes if note.endswith(" units a row"))
    assert float(said.split()[0]) > 2
    assert f"A row of its picture is the mean of {said.split()[0]} neighbours." in words


def test_it_is_said_that_not_every_symbol_has_room():
    assert not any("shown" in note for note in beside(6, 20, text="ab c")[0])
    notes, _ = beside(6, 400, text="ab c")
    said = next(note for note in notes if note.endswith(" shown"))
    every = int(said.split()[2])
    assert said == f"one of {every} shown" and every > 1
    written = sum(len(note) == 1 and note in "ab␣c" for note in notes)
    assert 0 <= 400 // every - written <= 1  # at the very edge one has no room
