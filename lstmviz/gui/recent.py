"""The files opened of late, and the menu that opens them again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QMenu, QWidget

KEY, MOST = "recent", 8
"""Where the settings keep the files, and how many."""


class Recent:
    """The newest `MOST` files, the newest first; kept in the settings where there are any."""

    def __init__(self, settings: QSettings | None) -> None:
        self._settings = settings
        self._paths = _stored(settings)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files, the newest first."""
        return tuple(self._paths)

    def add(self, path: str) -> None:
        """A file was opened."""
        path = str(Path(path).absolute())
        self._keep([path, *(other for other in self._paths if other != path)][:MOST])

    def drop(self, path: str) -> None:
        """A file is gone."""
        self._keep([other for other in self._paths if other != path])

    def clear(self) -> None:
        """Forget them all."""
        self._keep([])

    def _keep(self, paths: list[str]) -> None:
        self._paths = paths
        if self._settings is not None:
            self._settings.setValue(KEY, paths)


def _stored(settings: QSettings | None) -> list[str]:
    """What the settings hold; nonsense in them is passed over."""
    found = settings.value(KEY) if settings is not None else None
    found = [found] if isinstance(found, str) else found
    if not isinstance(found, list):
        return []
    return [path for path in found if isinstance(path, str) and path][:MOST]


class RecentMenu(QMenu):
    """Open recent: the files, then an entry that forgets them."""

    def __init__(
        self,
        recent: Recent,
        open_path: Callable[[str], None],
        say: Callable[[str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("Open &recent", parent)
        self._recent, self._open, self._say = recent, open_path, say
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        """Show the files as they are now."""
        self.clear()
        paths = self._recent.paths
        names = [Path(path).name for path in paths]
        for number, (path, name) in enumerate(zip(paths, names, strict=True), 1):
            told = name if names.count(name) == 1 else f"{name}  ({Path(path).parent.name})"
            action = self.addAction(f"&{number}  {told.replace('&', '&&')}")
            action.setToolTip(path)
            action.triggered.connect(partial(self.open, path))
        if not paths:
            self.addAction("No file has been opened yet").setEnabled(False)
        self.addSeparator()
        forget = self.addAction("&Clear this list")
        forget.setEnabled(bool(paths))
        forget.triggered.connect(lambda: self._recent.clear())

    def open(self, path: str) -> None:
        """Open a file again; one that is gone leaves the list, with a sentence."""
        if Path(path).exists():
            self._open(path)
            return
        self._recent.drop(path)
        self._say(f"{path} no longer exists, so it is taken off the list of recent files.")
