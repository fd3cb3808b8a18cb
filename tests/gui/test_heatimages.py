"""The images of heatmaps are filled a while at a time."""

from __future__ import annotations

from heatruns import heat_run

from lstmviz.gui.heatimages import HeatImages
from lstmviz.scene import heatmaps
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
