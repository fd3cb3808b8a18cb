"""Changes of the run: added, edited, switched, moved and removed, each one entry of undo."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from lstmviz.scene.address import Address
from lstmviz.scene.questions import marked
from lstmviz.session import Edit

if TYPE_CHECKING:
    from lstmviz.gui.window import MainWindow
    from lstmviz.scene.changewords import Offer


class Changing(QObject):
    """Turns what the panel and the context menus ask for into documents."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._store = window, window.store
        panel = window.whatif
        panel.addWanted.connect(lambda: self.ask())
        panel.editWanted.connect(self.edit)
        panel.switched.connect(self.switch)
        panel.moveWanted.connect(self.move)
        panel.removeWanted.connect(self.remove)
        panel.clearWanted.connect(lambda: self._keep(()))
        for view in (window.diagram, window.heatmaps):
            view.menuAsked.connect(self.offer)

    @property
    def _changes(self) -> tuple[Edit, ...]:
        return self._store.document.changes

    def _keep(self, changes: tuple[Edit, ...]) -> None:
        """Take up other changes."""
        self._window.banner.hide()
        shown = self._store.view.shown
        if len(changes) > len(self._changes) and shown == "baseline":
            shown = "changed"
        document = replace(self._store.document, changes=changes)
        self._store.edit(document, side="whatif", shown=shown)

    def add(self, *lines: str) -> None:
        """One more change, or several at once, at the end."""
        self._keep((*self._changes, *map(Edit, lines)))

    def switch(self, index: int, on: bool) -> None:
        """A change on or off."""
        self._put(index, replace(self._changes[index], on=on))

    def move(self, index: int, by: int) -> None:
        """A change further up or down."""
        to = index + by
        if 0 <= to < len(self._changes):
            moved = list(self._changes)
            moved[index], moved[to] = moved[to], moved[index]
            self._keep(tuple(moved))

    def remove(self, index: int) -> None:
        """A change no longer made."""
        self._keep(self._changes[:index] + self._changes[index + 1 :])

    def edit(self, index: int) -> None:
        """Ask how a change is to be."""
        lines = self._asked(self._changes[index].line)
        if lines:
            made = (Edit(line, self._changes[index].on) for line in lines)
            self._keep((*self._changes[:index], *made, *self._changes[index + 1 :]))

    def ask(self, line: str = "") -> None:
        """Ask for a change, starting from a line or from what is looked at, and add it."""
        lines = self._asked(line)
        if lines:
            self.add(*lines)

    def _put(self, index: int, edit: Edit) -> None:
        changes = list(self._changes)
        changes[index] = edit
        self._keep(tuple(changes))

    def _asked(self, line: str) -> tuple[str, ...]:
        run, view = self._store.run, self._store.view
        if run.network is None or run.trace is None or run.sequence is None:
            return ()
        from lstmviz.gui.changedialog import ChangeDialog, Start  # late: the window opens without

        start = Start(run, view, self._span())
        dialog = ChangeDialog(start, line, self._window)
        try:
            return dialog.lines if dialog.exec() else ()
        finally:
            dialog.deleteLater()

    def _span(self) -> tuple[int, int] | None:
        """The marked steps, if there are any."""
        ranges = self._store.view.ranges
        return ranges[0] if ranges else None

    def offer(self, address: Address, at: QPoint) -> None:
        """A menu of what can be changed of a number."""
        run = self._store.run
        if run.network is None or run.trace is None:
            return
        from lstmviz.scene.changewords import offers, value_at  # late: the window opens without

        ranges = marked(self._store.view)
        span = ranges[0] if ranges else None
        now = value_at(run.of(self._store.view.shown), address)
        found = offers(address, run.network.spec, span, now)
        if not found:
            return
        menu = QMenu(self._window)
        steps = "every step" if span is None else f"steps {span[0]:,}–{span[1] - 1:,}"
        title = menu.addAction(f"What if: unit {address.element}, {steps}")
        if address.array in ("symbol", "input"):
            title.setText(f"What if: input {address.element}, step {address.step:,}")
        title.setEnabled(False)
        menu.addSeparator()
        for each in found:
            menu.addAction(each.words).triggered.connect(partial(self._take, each))
        self.menu = menu
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def _take(self, offer: Offer, *_: object) -> None:
        (self.ask if offer.asks else self.add)(offer.line)
