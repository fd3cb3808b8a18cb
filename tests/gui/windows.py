"""A document for windows, and waiting until one is computed."""

from lstmviz.engine.spec import HeadSpec
from lstmviz.session import Document, GeneratedInput, one_layer

RANDOM = Document(one_layer(5, 8, 8, head=HeadSpec(5)), GeneratedInput("onehot", 30, 0))


def settle(qtbot, window):
    """Wait until what is being opened is there and the newest document is computed."""
    store = window.store

    def done():
        assert not window.opening.reader.busy
        assert store.run.generation == store.compute.generation
        assert store.run.finished

    qtbot.waitUntil(done, timeout=20_000)
