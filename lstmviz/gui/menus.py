"""The menu bar, its shortcuts, and the keys of the player."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu

from lstmviz.errors import LstmvizError
from lstmviz.gui.help import AboutDialog, ShortcutSheet
from lstmviz.gui.recent import RecentMenu
from lstmviz.gui.shownswitch import CHOICES as SHOWN
from lstmviz.inputs import SUFFIXES
from lstmviz.models import EXAMPLE, EXAMPLES, READERS
from lstmviz.scene.colorlimits import CHOICES
from lstmviz.scene.questions import QUESTIONS, TITLES
from lstmviz.session import Trained, save_session

if TYPE_CHECKING:
    from lstmviz.gui.window import MainWindow

OPEN_FILTER = (
    "Models, sessions and sequences "
    f"({' '.join(f'*{suffix}' for suffix in dict.fromkeys((*READERS, '.lstmviz', *SUFFIXES)))})"
    ";;All files (*)"
)

VIEWS = {"cell": "&Cell", "unrolled": "&Unrolled", "stack": "&Stack", "unit": "&One unit"}
"""The diagrams; each is chosen by the letter that is marked."""
Key = Qt.Key
PLAIN_KEYS = {
    Key.Key_Space: "play",
    Key.Key_Left: "previous",
    Key.Key_Right: "next",
    Key.Key_Home: "first",
    Key.Key_End: "last",
}
SHIFT_KEYS = {Key.Key_Left: "previous-stage", Key.Key_Right: "next-stage"}


class Menus:
    """Builds the menus of a window and keeps what can be done up to date."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self._file()
        self._edit()
        self._view()
        self._ask()
        self._play()
        self._help()

    def _add(
        self, menu: QMenu, text: str, act: Callable[[], object], keys: str | None = None
    ) -> QAction:
        action = QAction(text, self.window)
        action.triggered.connect(lambda: act())
        if keys:
            action.setShortcut(QKeySequence(keys))
        menu.addAction(action)
        return action

    def _file(self) -> None:
        window = self.window
        menu = window.menu_bar.addMenu("&File")
        self._add(menu, "&Open…", self.open, "Ctrl+O")
        self._add(menu, "&Demos…", self.open_gallery, "Ctrl+D")
        say = window.banner.say
        self.recent = RecentMenu(window.opening.recent, window.open_path, say, menu)
        menu.addMenu(self.recent)
        examples = menu.addMenu("Open an e&xample")
        for name, words in EXAMPLES.items():
            self._add(examples, f"{name}: {words}", partial(window.open_path, EXAMPLE + name))
        self._add(menu, "Open &input…", window.left.input.choose_file, "Ctrl+I")
        self.compare = self._add(
            menu, "Com&pare with expected output…", window.certificate.choose_expected
        )
        menu.addSeparator()
        self._add(menu, "&Save session…", self.save, "Ctrl+S")
        self.export = self._add(menu, "&Export figure…", self.open_export, "Ctrl+E")
        self.copy = self._add(menu, "&Copy figure", self.copy_figure, "Ctrl+Shift+C")
        menu.addSeparator()
        self._add(menu, "&Quit", window.close, "Ctrl+Q")

    def _edit(self) -> None:
        menu = self.window.menu_bar.addMenu("&Edit")
        self.undo = self._add(menu, "&Undo", self.window.undo, "Ctrl+Z")
        self.redo = self._add(menu, "&Redo", self.window.redo, "Ctrl+Shift+Z")

    def _view(self) -> None:
        window, store = self.window, self.window.store
        menu = window.menu_bar.addMenu("&View")
        self.views: dict[str, QAction] = {}
        self._looked = QActionGroup(window)  # with the questions: one of them is ticked
        for name, text in VIEWS.items():
            act = partial(store.look, diagram=name)
            self.views[name] = self._add(menu, text, act, text[text.index("&") + 1])
            self.views[name].setCheckable(True)
            self._looked.addAction(self.views[name])
        menu.addSeparator()
        self.side = self._add(menu, "How the file was &read", window.toggle_side, "F")
        self.side.setCheckable(True)
        whatif = partial(window.toggle_side, "whatif")
        self.whatif = self._add(menu, "W&hat if: the changes", whatif, "W")
        self.whatif.setCheckable(True)
        menu.addSeparator()
        numbers = window.numbers
        self._add(menu, "Back to the n&umber before", numbers.back, "Alt+Left")
        self._add(menu, "For&ward again", numbers.forward, "Alt+Right")
        menu.addSeparator()
        self._add(menu, "Zoom &in", lambda: window.diagram.zoom_by(1.25), "+")
        self._add(menu, "Zoom &out", lambda: window.diagram.zoom_by(0.8), "-")
        self._add(menu, "&Fit", window.diagram.fit, "0")
        menu.addSeparator()
        self.shown: dict[str, QAction] = {}
        for key, (name, (_, tip)) in enumerate(SHOWN.items(), 1):
            act = partial(store.look, shown=name)
            self.shown[name] = self._add(menu, f"What if: {name}", act, str(key))
            self.shown[name].setCheckable(True)
            self.shown[name].setToolTip(tip)
        menu.addSeparator()
        self.themes: dict[str, QAction] = {}
        group = QActionGroup(window)
        for name, text in (
            ("system", "Theme: as the &desktop"),
            ("light", "Theme: &light"),
            ("dark", "Theme: d&ark"),
        ):
            action = self._add(menu, text, partial(store.look, theme=name))
            action.setCheckable(True)
            group.addAction(action)
            self.themes[name] = action
        self._add(menu, "S&witch theme", window.cycle_theme, "T")
        menu.addSeparator()
        colours = menu.addMenu("C&olours of c and h tell apart")
        colours.setToolTipsVisible(True)
        self.limits: dict[str, QAction] = {}
        choice = QActionGroup(window)
        for name, text in CHOICES:
            self.limits[name] = self._add(colours, text, partial(store.look, limits=name))
            self.limits[name].setCheckable(True)
            choice.addAction(self.limits[name])
        self.motion = self._add(menu, "Reduce &motion", lambda: None)
        self.motion.setCheckable(True)
        self.motion.triggered.connect(lambda on: store.look(reduce_motion=on))

    def _ask(self) -> None:
        menu = self.window.menu_bar.addMenu("&Ask")
        menu.setToolTipsVisible(True)
        self.questions: dict[str, QAction] = {}
        for name, (title, tip) in TITLES.items():
            action = self._add(menu, title, partial(self._begin, name))
            action.setCheckable(True)
            action.setToolTip(tip)
            self.questions[name] = self._looked.addAction(action)
        menu.addSeparator()
        menu.addMenu(self.window.others.menu)
        self.window.header.ask.setMenu(menu)

    def _begin(self, name: str) -> None:
        """Ask a question of the run, from where the view stands."""
        store = self.window.store
        store.look(**{**QUESTIONS[name].begun(store.view), "diagram": name})

    def _play(self) -> None:
        menu = self.window.menu_bar.addMenu("&Play")
        for name, text in (
            ("play", "Play or pause\tSpace"),
            ("next", "Next step\t→"),
            ("previous", "Previous step\t←"),
            ("next-stage", "Next stage\tShift+→"),
            ("previous-stage", "Previous stage\tShift+←"),
            ("first", "First step\tHome"),
            ("last", "Last step\tEnd"),
        ):
            self._add(menu, text, partial(self.window.playing.do, name))

    def _help(self) -> None:
        menu = self.window.menu_bar.addMenu("&Help")
        self._add(menu, "&Keys and mouse", lambda: ShortcutSheet(self.window).exec(), "?")
        self._add(menu, "&About lstmviz", lambda: AboutDialog(self.window).exec())

    def refresh(self) -> None:
        """Grey what cannot be done; tick what holds."""
        store = self.window.store
        self.undo.setEnabled(store.history.can_undo)
        self.redo.setEnabled(store.history.can_redo)
        self.themes[store.view.theme].setChecked(True)
        self.limits[store.view.limits].setChecked(True)
        has_file = isinstance(store.document.network, Trained)
        self.compare.setEnabled(has_file)
        self.side.setEnabled(has_file)
        self.whatif.setChecked(store.view.side == "whatif")
        self.side.setChecked(has_file and store.view.side == "file")
        for name, action in (self.views | self.questions).items():
            action.setChecked(store.view.diagram == name)
        for name, action in self.shown.items():
            action.setEnabled(store.run.changed)
            action.setChecked(store.run.changed and store.view.shown == name)
        self.motion.setChecked(store.view.reduce_motion)

    def key(self, event: QKeyEvent) -> bool:
        """Act on a key of the player; whether it was one."""
        shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        keys = SHIFT_KEYS if shift else PLAIN_KEYS if plain else {}
        name = keys.get(Key(event.key()))
        if name is None:
            return False
        self.window.playing.do(name)
        return True

    # Files

    def open(self) -> None:
        """Ask for a file and open it."""
        path, _ = QFileDialog.getOpenFileName(self.window, "Open", "", OPEN_FILTER)
        if path:
            self.window.open_path(path)

    def save(self) -> None:
        """Ask for a name and save the session."""
        path, _ = QFileDialog.getSaveFileName(
            self.window, "Save session", "session.lstmviz", "Sessions (*.lstmviz)"
        )
        if not path:
            return
        if Path(path).suffix.lower() != ".lstmviz":
            path += ".lstmviz"
        try:
            save_session(self.window.store.session, path)
        except LstmvizError as error:
            self.window.banner.say(str(error))
            return
        self.window.pointed.setText(f"The session is saved in {path}.")

    def open_gallery(self) -> None:
        """Ask which of the demos to open."""
        from lstmviz.gui.gallery import Gallery  # late: nothing the first picture needs

        network = self.window.store.document.network
        gallery = Gallery(network.path if isinstance(network, Trained) else "", self.window)
        gallery.exec()
        gallery.deleteLater()
        if gallery.chosen:
            self.window.open_path(gallery.chosen)

    def open_export(self) -> None:
        """The export dialog."""
        from lstmviz.gui.export_dialog import ExportDialog  # late: nothing the first picture needs
        from lstmviz.gui.picture import pictures_of

        window = self.window
        dialog = ExportDialog(pictures_of(window), window.settings, window, self._diagram())
        dialog.exec()
        dialog.deleteLater()

    def _diagram(self) -> str:
        """What to call the diagram, or the question in its place."""
        name = self.window.store.view.diagram
        return f"The page “{TITLES[name][0]}”" if name in TITLES else "The diagram"

    def copy_figure(self) -> None:
        """The diagram, or the question in its place, to the clipboard."""
        from lstmviz.export import clipboard
        from lstmviz.gui.picture import pictures_of

        try:
            clipboard.copy(pictures_of(self.window)("diagram", None, 2.0), 2.0)
        except LstmvizError as error:
            self.window.banner.say(str(error))
            return
        self.window.pointed.setText(f"{self._diagram()} is on the clipboard, as PNG and as SVG.")
