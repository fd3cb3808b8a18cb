"""Windows for the tests, closed after them."""

import pytest
from windows import RANDOM, settle


@pytest.fixture
def opened(qtbot):
    """Opens a window on a document and a view, computed to its end."""
    from lstmviz.gui.window import MainWindow
    from lstmviz.session import Session, View

    windows = []

    def open_window(document=RANDOM, *, settings=None, **view):
        session = Session(document, View(**{"theme": "light", "reduce_motion": True, **view}))
        window = MainWindow(session, settings)
        windows.append(window)
        qtbot.addWidget(window)
        window.resize(1280, 800)
        window.show()
        window.store.begin()
        settle(qtbot, window)
        return window

    yield open_window
    for window in windows:
        window.close()
