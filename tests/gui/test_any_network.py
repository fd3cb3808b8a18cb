"""The window on one network of any shape after the other."""

import pytest
from anydocuments import documents
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from windows import settle

from lstmviz.engine.spec import problem
from lstmviz.gui.header import VIEWS


@pytest.fixture
def any_window(opened):
    """One window for all the examples: each goes on from the one before."""
    return opened()


@settings(
    max_examples=12,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(document=documents(), data=st.data())
def test_the_window_goes_from_any_network_to_any_other_and_back(any_window, qtbot, document, data):
    window = any_window
    before = window.store.document
    assume(document != before)  # which would be no entry to undo
    refused = []
    window.store.refused.connect(refused.append)
    window.edit(document)
    settle(qtbot, window)
    assert not refused and window.store.document == document
    spec = window.store.run.spec
    assert (window.store.run.trace is None) == (problem(spec) is not None)
    places = [("input", 0)]
    places += [("layer", index) for index in range(len(spec.layers))]
    places += [("head", index) for index in range(len(spec.heads))]
    place = data.draw(st.sampled_from(places))
    window.left.layers.button(place).click()
    assert window.left.layers.place == place
    assert len([button for button in window.left.layers.buttons if button.isVisibleTo(window)]) == (
        len(places)
    )
    window.store.look(diagram=data.draw(st.sampled_from(sorted(VIEWS))))
    window.playing.do(data.draw(st.sampled_from(("next", "next-stage", "last", "first"))))
    window.grab()
    inside = window.left.widget()
    assert inside.width() <= window.left.viewport().width()
    assert window.store.document == document
    window.store.undo()
    settle(qtbot, window)
    assert window.store.document == before
    window.store.redo()
    settle(qtbot, window)
    window.store.refused.disconnect(refused.append)
