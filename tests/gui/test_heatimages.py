"""The images of heatmaps are filled a while at a time."""

from __future__ import annotations

from heatruns import heat_run, traced

from lstmviz.gui.heatimages import HeatImages
from lstmviz.scene import heatmaps
from lstmviz.scene.moment import scales
from lstmviz.session import View


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
