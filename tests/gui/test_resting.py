"""The engine rests while the window paints, and never for good."""

from __future__ import annotations

from lstmviz.gui import resting


def test_a_rest_ends_whatever_is_forgotten(monkeypatch):
    monkeypatch.setattr(resting, "PATIENCE", 0.01)
    resting.hold()
    resting.rest()
    assert resting._free.is_set()
