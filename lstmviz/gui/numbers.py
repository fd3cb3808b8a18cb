"""From number to number: what is asked for, and the way back."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from lstmviz.gui.store import Store
from lstmviz.scene.address import Address, asks, looking
from lstmviz.session import Session, View

KEPT = ("step", "stage", "layer", "direction", "unit", "asked", "element")
"""The fields of a view that say which number is asked for, and where."""
LONGEST = 200
"""Places kept at most."""

Place = dict[str, Any]


class Numbers(QObject):
    """Moves the view of a store to the number that is asked for, and back again."""

    moved = Signal()

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._store = store
        self._past: list[Place] = []
        self._ahead: list[Place] = []
        store.changed.connect(self._changed)

    @property
    def can_go_back(self) -> bool:
        """Whether there is a place before this one."""
        return bool(self._past)

    @property
    def can_go_forward(self) -> bool:
        """Whether there is a place that was gone back from."""
        return bool(self._ahead)

    def ask(self, question: Address) -> None:
        """Go to a number; asked for a second time, let go of it and of its unit."""
        view, spec = self._store.view, self._store.run.spec
        if spec is None:
            return
        if asks(view, question, spec):
            self._go({"unit": None, "asked": None})
        else:
            self._go(looking(question, view, spec))

    def pin(self, unit: int) -> None:
        """Pin a unit, or let go of it if it is pinned."""
        self._store.look(unit=None if self._store.view.unit == unit else unit)

    def whole(self) -> None:
        """The unit as a whole."""
        self._go({"asked": None})

    def back(self) -> None:
        """To the place before."""
        self._retrace(self._past, self._ahead)

    def forward(self) -> None:
        """To the place that was gone back from."""
        self._retrace(self._ahead, self._past)

    def _go(self, changes: Place) -> None:
        self._past = [*self._past, _place(self._store.view)][-LONGEST:]
        self._ahead = []
        self._store.look(**changes)
        self.moved.emit()

    def _retrace(self, source: list[Place], other: list[Place]) -> None:
        if source:
            other.append(_place(self._store.view))
            self._store.look(**source.pop())
            self.moved.emit()

    def _changed(self, old: Session, new: Session) -> None:
        """Forget the way through numbers that are no more."""
        if old.document != new.document:
            self._past, self._ahead = [], []
            self.moved.emit()


def _place(view: View) -> Place:
    return {name: getattr(view, name) for name in KEPT}
