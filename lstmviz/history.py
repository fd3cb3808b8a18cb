"""Undo and redo: a list of Documents and where in it we are."""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.session import Document, Trained

BOUND = 200
"""Most documents that are kept; the oldest go first."""


@dataclass(frozen=True)
class History:
    """`entries` from oldest to newest, `index` the present one.

    `key` names the gesture that made the present entry, while it may still go on.
    """

    entries: tuple[Document, ...]
    index: int = 0
    key: str | None = None

    @property
    def current(self) -> Document:
        """The document at hand."""
        return self.entries[self.index]

    @property
    def can_undo(self) -> bool:
        """Whether there is an earlier document."""
        return self.index > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a later document."""
        return self.index < len(self.entries) - 1


def start(document: Document) -> History:
    """A history with nothing to undo."""
    return History((document,))


def trained_before(history: History) -> Trained | None:
    """The trained model that undo leads back to from an untrained network, if there is one."""
    if isinstance(history.current.network, Trained):
        return None
    past = (entry.network for entry in reversed(history.entries[: history.index]))
    return next((network for network in past if isinstance(network, Trained)), None)


def record(history: History, document: Document, key: str | None = None) -> History:
    """The history after a change; what had been undone is dropped.

    Changes in a row with the same `key`, such as one drag of a slider, make one entry.
    A document equal to the present one changes nothing.
    """
    if document == history.current:
        return history
    merge = key is not None and key == history.key
    past = history.entries[: history.index + (0 if merge else 1)]
    entries = (*past, document)[-BOUND:]
    return History(entries, len(entries) - 1, key)


def undo(history: History) -> History:
    """One document back, or the same history at the oldest."""
    return History(history.entries, max(history.index - 1, 0))


def redo(history: History) -> History:
    """One document forward, or the same history at the newest."""
    return History(history.entries, min(history.index + 1, len(history.entries) - 1))


def without(history: History, document: Document) -> History:
    """The history without a document that is not the present one; where we are stays."""
    before = history.entries[: history.index].count(document)
    entries = tuple(entry for entry in history.entries if entry != document)
    return History(entries, history.index - before, history.key)
