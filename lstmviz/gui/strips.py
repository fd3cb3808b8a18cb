"""The slim strips of controls above the pages of questions, each shown with its own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from lstmviz.gui.strip import Strip
from lstmviz.scene.colors import Theme
from lstmviz.scene.run import Run
from lstmviz.session import View


def _follow() -> Strip:
    from lstmviz.gui.followstrip import FollowStrip

    return FollowStrip()


def _text() -> Strip:
    from lstmviz.gui.textstrip import TextStrip

    return TextStrip()


def _compare() -> Strip:
    from lstmviz.gui.comparestrip import CompareStrip

    return CompareStrip()


def _alike() -> Strip:
    from lstmviz.gui.alikestrip import AlikeStrip

    return AlikeStrip()


STRIPS: dict[str, Callable[[], Strip]] = {
    "follow": _follow,
    "text": _text,
    "compare": _compare,
    "alike": _alike,
}
"""The controls of a question by its name; loaded and made when it is first asked."""


class Strips(QWidget):
    """The controls of the question on show; nothing where it has none.

    `wanted` carries the changes of the View that are asked for.
    """

    wanted = Signal(object)
    otherAsked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.strips: dict[str, Strip] = {}
        self._theme: Theme | None = None
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Draw in these colours from now on."""
        self._theme = theme
        for strip in self.strips.values():
            strip.set_theme(theme)

    def show_progress(self, done: int, total: int) -> None:
        """Show how far the answer has come, where its strip shows that; `total` 0 ends it."""
        for strip in self.strips.values():
            strip.show_progress(done, total)

    def show_view(self, run: Run, view: View) -> None:
        """Show the controls that the view's question has, as they stand in it."""
        make = STRIPS.get(view.diagram)
        if make is not None:
            strip = self.strips.get(view.diagram) or self._add(view.diagram, make)
            self._stack.setCurrentWidget(strip)
            strip.show_view(run, view)
        self.setVisible(make is not None)

    def _add(self, name: str, make: Callable[[], Strip]) -> Strip:
        strip = self.strips[name] = make()
        strip.wanted.connect(self.wanted)
        strip.otherAsked.connect(self.otherAsked)
        if self._theme is not None:
            strip.set_theme(self._theme)
        self._stack.addWidget(strip)
        return strip
