"""The images of heatmaps are filled a while at a time."""

from __future__ import annotations

import numpy as np
import pytest
from heatruns import heat_run, traced
from hypothesis import given, settings
from hypothesis import strategies as st

from lstmviz.gui.heatimages import HeatImages
from lstmviz.scene import heatmaps, raster
from lstmviz.scene.moment import scales
from lstmviz.scene.run import runs
from lstmviz.session import Document, Edit, GeneratedInput, View, one_layer


def test_filling_stops_when_its_time_is_up():
    run = heat_run(64, 3000)
    content = heatmaps.content_of(run.trace, run.sequence, View(), limits=run.scales[0, "forward"])
    place = heatmaps.place_of(run.trace, View(), 1200, 400)
    images = HeatImages()
    images.show(place, content, 1.0)
    changed = images.advance(0.0)
    assert len(changed) == 1
    assert not images.complete
    while images.advance(0.0):
        pass
    assert images.complete


def test_rows_that_change_places_are_not_shown_where_they_were():
    trace, sequence = traced(64, 4_000)
    options = {"done": 4_000, "limits": scales(trace, 0, 4_000)[0, "forward"]}
    place = heatmaps.place_of(trace, View(), 1200, 420)
    images = HeatImages()

    def show(order):
        view = View(order=order)
        orders = heatmaps.orders_of(trace, view, 4_000)
        content = heatmaps.content_of(trace, sequence, view, orders=orders, **options)
        images.show(place, content, 1.0)
        return {slot.shown for slot in images.slots.values()}

    show("index")
    while images.advance(0.0):
        pass
    assert 0 not in show("index")
    assert show("variance of c") == {0}


def content_of(run):
    return heatmaps.content_of(
        *(run.trace, run.sequence, View()),
        done=run.done,
        limits=run.scales[0, "forward"],
        apart=run.apart,
        basis=run.basis,
        own=run.own,
    )


def fuller(document, earlier=None):
    """Every run of a document, to its end."""
    return list(runs(0, document, earlier=earlier))


PLAIN = Document(one_layer(3, 6, 6, 0), GeneratedInput("noise", 300))
BASE = fuller(PLAIN)[-1]


def changed(step, value):
    edit = Edit(f"forget_gate[2]@{step}: = {value}")
    return fuller(Document(PLAIN.network, PLAIN.input, changes=(edit,)), BASE)


CHANGED = {(step, value): changed(step, value) for step in (0, 40, 150, 299) for value in (0, 0.5)}


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_what_stays_of_an_image_is_what_filling_it_anew_would_make(data):
    place = heatmaps.place_of(BASE.trace, View(), 700, 400)
    images = HeatImages()
    for _ in range(6):
        run = data.draw(st.sampled_from(data.draw(st.sampled_from([[BASE], *CHANGED.values()]))))
        content = content_of(
            run.of(data.draw(st.sampled_from(["baseline", "changed", "difference"])))
        )
        images.show(place, content, 1.0)
        for _ in range(data.draw(st.sampled_from([0, 3, 1000]))):
            images.advance(0.0)
        for name, slot in images.slots.items():
            image = raster.blank(slot.grid, content.colormap(name))
            order, limits = content.order_of(name), content.limits[name]
            raster.fill(image, slot.grid, content.values(name), order, limits, 0, slot.filled)
            np.testing.assert_array_equal(image[:, : slot.filled], slot.image[:, : slot.filled])


@pytest.mark.parametrize(("shown", "kept"), [("baseline", 300), ("changed", 150)])
def test_columns_before_a_change_are_not_filled_again(shown, kept):
    place = heatmaps.place_of(BASE.trace, View(), 1600, 400)
    images = HeatImages()
    images.show(place, content_of(BASE), 1.0)
    while images.advance(1.0):
        pass
    images.show(place, content_of(CHANGED[150, 0.5][-1].of(shown)), 1.0)
    assert {slot.filled for slot in images.slots.values()} == {kept}
