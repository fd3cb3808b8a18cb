"""What the settings file keeps of a view and a window from one start to the next."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from PySide6.QtCore import QByteArray, QSettings, QSize
from PySide6.QtWidgets import QSplitter, QWidget

from lstmviz.gui.player import SPEEDS
from lstmviz.scene.colorlimits import CHOICES
from lstmviz.session import View

SWITCHES = ("reduce_motion", "loop", "stages")


def remember(view: View, settings: QSettings) -> None:
    """Write the habits of a view."""
    for name in ("theme", "speed", "limits", *SWITCHES):
        settings.setValue(name, getattr(view, name))


def recalled(view: View, settings: QSettings) -> View:
    """The view with the habits of last time, where it does not say; nonsense is passed over."""
    known: dict[str, Any] = {}
    theme = str(settings.value("theme", ""))
    if theme in ("light", "dark"):
        known["theme"] = theme
    if str(settings.value("limits", "")) in dict(CHOICES):
        known["limits"] = str(settings.value("limits"))
    speeds = {str(speed): speed for speed in SPEEDS}
    speed = str(settings.value("speed", ""))
    if speed in speeds:
        known["speed"] = speeds[speed]
    for name in SWITCHES:
        switch = {"true": True, "false": False}.get(str(settings.value(name, "")).lower())
        if switch is not None:
            known[name] = switch
    usual = {field.name: field.default for field in fields(View)}
    return replace(
        view,
        **{name: value for name, value in known.items() if getattr(view, name) == usual[name]},
    )


Splitters = tuple[QSplitter, QSplitter]
"""Between the diagram and the inspector, and between those and the heatmaps."""


def remember_places(window: QWidget, splitters: Splitters, settings: QSettings) -> None:
    """Write where the window is and how its room is shared out."""
    settings.setValue("geometry", window.saveGeometry())
    for name, splitter in zip(("top", "right"), splitters, strict=True):
        settings.setValue(f"splitter/{name}", splitter.saveState())


TITLE_BAR = 40
"""Pixels that a desktop may lay above a window, which Qt does not know before it is shown."""


def restore_places(window: QWidget, splitters: Splitters, settings: QSettings) -> None:
    """Put the window where it was, the first time no larger than the screen; every part of it
    stays in sight whatever the file says.
    """
    geometry = settings.value("geometry")
    if not (isinstance(geometry, QByteArray) and window.restoreGeometry(geometry)):
        room = window.screen().availableGeometry().size()
        window.resize(window.size().boundedTo(room - QSize(0, TITLE_BAR)))
    for name, splitter in zip(("top", "right"), splitters, strict=True):
        state = settings.value(f"splitter/{name}")
        sizes, way = splitter.sizes(), splitter.orientation()
        if isinstance(state, QByteArray):
            splitter.restoreState(state)
        splitter.setOrientation(way)
        splitter.setChildrenCollapsible(False)
        if 0 in splitter.sizes():
            splitter.setSizes(sizes)
