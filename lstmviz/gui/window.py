"""The window: one session in, what the user did out; every view renders the same moment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lstmviz.engine.spec import NetworkSpec
from lstmviz.gui import style
from lstmviz.gui.asking import Asking
from lstmviz.gui.certificatepanel import CertificatePanel
from lstmviz.gui.changing import Changing
from lstmviz.gui.comparing import Comparing
from lstmviz.gui.controls import follow
from lstmviz.gui.diagram import LONGEST, DiagramView
from lstmviz.gui.header import Header
from lstmviz.gui.heatmaps import HeatmapsView
from lstmviz.gui.inspector import Inspector
from lstmviz.gui.manners import Manners
from lstmviz.gui.menus import Menus
from lstmviz.gui.numberbox import NumberBox
from lstmviz.gui.numbers import Numbers
from lstmviz.gui.opening import Opening
from lstmviz.gui.others import Others
from lstmviz.gui.panels import LeftPanel
from lstmviz.gui.parts import (
    BETWEEN,
    Banner,
    Progress,
    framed,
    shorter,
    summary,
)
from lstmviz.gui.player import Clock, Place, PlayerBar, advance
from lstmviz.gui.playing import Playing
from lstmviz.gui.questionview import QuestionView
from lstmviz.gui.remembered import remember, remember_places, restore_places
from lstmviz.gui.resting import Resting
from lstmviz.gui.side import SidePanel
from lstmviz.gui.store import Store
from lstmviz.gui.strips import Strips
from lstmviz.gui.turns import Turns
from lstmviz.gui.typeline import TypeLine
from lstmviz.gui.whatifpanel import WhatIfPanel
from lstmviz.history import trained_before
from lstmviz.scene.picture import fitted
from lstmviz.scene.questions import QUESTIONS as ASKED
from lstmviz.scene.questions import brushed
from lstmviz.scene.run import Run
from lstmviz.session import QUESTIONS, Document, FileInput, Session, Trained, View

HINT = "Space plays  ·  ← → steps  ·  Shift+← → stages  ·  click a number to ask why  ·  ? keys"


class MainWindow(QMainWindow):
    """Wires the views to the store; holds no state of the session itself."""

    def __init__(self, session: Session, settings: QSettings | None = None) -> None:
        super().__init__()
        self.settings = settings
        self.store = Store(session, self)
        self.clock = Clock(self)
        self.playing = Playing(self.store, self.clock)
        self._wear()  # first: widgets made before the application has its font keep another
        self.setAcceptDrops(True)
        self.resize(1600, 1000)
        self.setMinimumHeight(640)
        self._build()
        self.others = Others(self)
        self.menus = Menus(self)
        self.manners = Manners(self, self.diagram, self.menus.key)
        Resting(self)
        self.turns = Turns(self)
        self.diagram.setFocus()
        self._connect()
        self._dress()
        if settings is not None:
            restore_places(self, self.splitters, settings)
        self._render(travel=0)

    # Building

    def _build(self) -> None:
        self.left = LeftPanel()
        self.diagram = DiagramView()
        self.numbers = Numbers(self.store)
        self.inspector = Inspector(self.numbers)
        self.player = PlayerBar()
        self.heatmaps = HeatmapsView()
        self.banner = Banner()
        self.opening = Opening(self)
        top = QSplitter(Qt.Orientation.Horizontal)
        self.question = QuestionView()
        self.asking = Asking(self)
        self.picture = QStackedWidget()
        self.picture.addWidget(self.diagram)
        self.picture.addWidget(self.question)
        self.strips = Strips()
        top.addWidget(framed(self.picture, self.strips))
        self.comparing = Comparing(self)
        self.certificate = CertificatePanel(self.comparing)
        self.whatif = WhatIfPanel()
        self.side = SidePanel(self.inspector, self.certificate, self.whatif)
        top.addWidget(self.side)
        top.setStretchFactor(0, 1)
        top.setChildrenCollapsible(False)
        self.typing = TypeLine()
        bottom = framed(self.heatmaps, self.player, self.typing)
        right = QSplitter(Qt.Orientation.Vertical)
        right.addWidget(top)
        right.addWidget(bottom)
        right.setStretchFactor(0, 52)
        right.setStretchFactor(1, 48)
        right.setSizes([525, 475])
        right.setChildrenCollapsible(False)
        body = QVBoxLayout()
        body.setSpacing(8)
        body.addWidget(self.banner)
        body.addWidget(self.opening.bar)
        body.addWidget(right, 1)
        central = QWidget()
        row = QHBoxLayout(central)
        row.setContentsMargins(8, 8, 8, 8)
        row.setSpacing(8)
        self.left.setFixedWidth(256)
        row.addWidget(self.left)
        row.addLayout(body, 1)
        self.setCentralWidget(central)
        self.setMenuWidget(self._header())
        self.splitters = (top, right)
        self.pointed = QLabel(HINT)
        self.pointed.setContentsMargins(10, 1, 10, 3)
        self.statusBar().addWidget(self.pointed, 1)
        self.progress = Progress()
        self.statusBar().addPermanentWidget(self.progress)
        self.statusBar().setSizeGripEnabled(False)

    def _header(self) -> QWidget:
        """The menus, and beside them what is open and how to look at it."""
        self.header = Header()
        self.menu_bar, self.summary = self.header.menu_bar, self.header.summary
        self.layers, self.view_buttons = self.header.layers, self.header.view_buttons
        self.layers.chosen.connect(self.store.look_at)
        self.header.viewWanted.connect(lambda name: self.store.look(diagram=name))
        self.header.zoomWanted.connect(self.diagram.zoom)
        return self.header

    def _connect(self) -> None:
        store = self.store
        store.changed.connect(self._changed)
        store.ran.connect(self._ran)
        store.refused.connect(self._refused)
        for box in self.findChildren(NumberBox):
            box.outside.connect(self.banner.say)
        self.progress.stopRequested.connect(store.stop)
        self.progress.startRequested.connect(store.begin)
        self.left.edited.connect(lambda document, key: self.edit(document, key))
        self.left.layerWanted.connect(store.look_at)
        for asking in (self.diagram, self.heatmaps):
            asking.unitPinned.connect(self.numbers.pin)
            asking.numberAsked.connect(self.numbers.ask)
        for view in (self.diagram, self.heatmaps, self.inspector.view):
            view.unitHovered.connect(lambda unit: store.look(hover=unit))
            view.pointed.connect(self._point)
        self.diagram.asked.connect(lambda control: self._point(follow(store, control)))
        self.question.unitHovered.connect(lambda unit: store.look(hover=unit))
        self.question.pointed.connect(self._point)
        for wanting in (self.question, self.strips):
            wanting.wanted.connect(lambda changes: store.look(**changes))
        self.strips.otherAsked.connect(self.others.popup)
        self.heatmaps.brushed.connect(lambda *steps: store.look(**brushed(*steps)))
        self.question.fileWanted.connect(self._read_at)
        self.asking.progressed.connect(self.strips.show_progress)
        self.asking.changed.connect(lambda: self._render(travel=None))
        self.changing = Changing(self)
        self.side.wanted.connect(lambda side: store.look(side=side))
        self.certificate.orderWanted.connect(self._reorder)
        self.certificate.lstmWanted.connect(self._reopen)
        self.certificate.expectWanted.connect(
            lambda path: store.look(expect=path, side="file" if path else store.view.side)
        )
        self.typing.edited.connect(lambda document, key: self.edit(document, key, follow=True))
        self.heatmaps.stepRequested.connect(self.playing.go)
        self.heatmaps.spanRequested.connect(
            lambda first, last, low, high: store.look(first=first, last=last, low=low, high=high)
        )
        self.player.stepRequested.connect(self.playing.go)
        self.player.viewRequested.connect(lambda changes: store.look(**changes))
        self.player.asked.connect(self.playing.do)
        self.clock.playingChanged.connect(self.player.show_playing)
        QApplication.styleHints().colorSchemeChanged.connect(self._scheme_changed)

    # What the user does

    def edit(self, document: Document, key: str | None = None, *, follow: bool = False) -> None:
        """Take up another document; what it says of steps and units starts anew if it must."""
        self.banner.hide()
        self.store.edit(document, key, follow=follow, first=0.0, last=None, low=0.0, high=None)

    def _read_at(self, path: str, step: int, changes: dict[str, Any]) -> None:
        """Read another file as the input, and stand at a step of it."""
        self.banner.hide()
        document = replace(self.store.document, input=FileInput(path))
        span = {"first": 0.0, "last": None, "low": 0.0, "high": None}
        self.store.edit(document, **{**span, **changes, "step": step})

    def undo(self) -> None:
        """Back to the document before; what was said of a later one is past."""
        self.banner.hide()
        self.store.undo()

    def redo(self) -> None:
        """Forward to the document that was undone."""
        self.banner.hide()
        self.store.redo()

    def open_path(self, path: str, lstm: str | None = None) -> None:
        """Open a model, a session or a sequence, by what it is; of several LSTMs ask which."""
        self.opening.open_path(path, lstm)

    def _reorder(self, order: str | None) -> None:
        """Read the file's gates in another order, or as they were found."""
        network = self.store.document.network
        if isinstance(network, Trained):
            changed = replace(network, gate_order=order)
            self.store.edit(replace(self.store.document, network=changed))

    def _reopen(self, lstm: str) -> None:
        """Open another LSTM of the same file."""
        network = self.store.document.network
        if isinstance(network, Trained) and network.lstm != lstm:
            self.open_path(network.path, lstm)

    def toggle_side(self, side: str = "file") -> None:
        """From the pinned unit to how the file was read or what is changed, and back."""
        self.store.look(side="unit" if self.store.view.side == side else side)

    def _refused(self, sentence: str) -> None:
        self.left.input.keep_text()
        self.banner.say(sentence)

    def _point(self, words: str) -> None:
        self.pointed.setText(words or HINT)

    def cycle_theme(self) -> None:
        """From dark to light and back."""
        self.store.look(theme="light" if self.theme.name == "dark" else "dark")

    # What is shown

    def _changed(self, old: Session, new: Session) -> None:
        if old.view.theme != new.view.theme:
            self._restyle()
        self._render(travel=self._travel(old, new))
        if old.document != new.document:
            self.turns.at_once()

    def _ran(self, run: Run) -> None:
        other_file = run.certificate not in (None, self.certificate.told)
        self._render(travel=None)
        self.turns.end(rest=other_file)

    def _travel(self, old: Session, new: Session) -> int | None:
        """Milliseconds for values to travel: only when one stage follows another.

        None where neither step nor stage changed.
        """
        view = new.view
        before = Place(old.view.step, old.view.stage)
        after = Place(view.step, view.stage)
        if before == after:
            return None
        if view.reduce_motion or not self.store.run.done:
            return 0
        if advance(before, self.playing.order(), self.store.run.steps, 1) != after:
            return 0
        return int(800 / view.speed) if self.clock.playing else LONGEST

    def _render(self, travel: int | None) -> None:
        """Derive and show everything from the session and the newest run."""
        store = self.store
        view, spec = store.view, store.spec
        run = store.run.of("baseline" if view.shown == "baseline" else "changed")
        self.clock.set_speed(view.speed)
        self._show_picture(run, spec, view, travel)
        fits = spec is not None and run.spec == spec
        self.inspector.render_run(run if fits else Run(0, store.document), view, self._nothing())
        trained = isinstance(store.document.network, Trained)
        self.side.show_side(view.side, has_file=trained)
        self.certificate.show_run(store.run, view)
        self.whatif.show_run(store.document, store.run)
        mapped = store.run.of(view.shown)
        self.heatmaps.render(mapped, fitted(view, run.spec) if run.spec else view)
        self.left.show_session(store.session, spec, run, trained_before(store.history))
        self.typing.show_run(store.document, run, view)
        self.player.show_view(view, self.playing.steps, self.clock.playing)
        self.player.show_changes(view.shown if store.run.changed else None)
        self.header.show_diagram(view.diagram)
        self.layers.show_layers(spec, view)
        told = summary(store.document, spec, run)
        self.summary.say(told, *shorter(told))
        self.setWindowTitle(f"{told.split(BETWEEN)[0]}{BETWEEN}lstmviz")
        self.progress.show_run(run, store.stopped)
        self.menus.refresh()

    def _show_picture(
        self, run: Run, spec: NetworkSpec | None, view: View, travel: int | None
    ) -> None:
        """The diagram of the moment, or the page of a question in its place."""
        self.strips.show_view(run, view)
        if view.diagram in QUESTIONS:
            run = self.store.run.of("baseline") if ASKED[view.diagram].baseline else run
            self.asking.follow(view.diagram, run, view)
            self.question.render_answer(view.diagram, self.asking.answer, run, view)
            self.picture.setCurrentWidget(self.question)
            return
        self.asking.forget()
        self.diagram.render_session(run, spec, view, travel)
        self.picture.setCurrentWidget(self.diagram)

    @property
    def busy(self) -> bool:
        """Whether anything is still being worked out."""
        return not self.store.run.finished or self.asking.busy

    def _nothing(self) -> str:
        spec = self.store.spec
        if spec is not None and not spec.possible:
            return "Nothing is computed while\nthe shapes do not fit."
        return "Nothing is computed yet."

    def _restyle(self) -> None:
        self._wear()
        self._dress()

    def _wear(self) -> None:
        """Give the application the theme that the session asks for."""
        self.theme = style.resolve_theme(self.store.view.theme)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            style.apply(app, self.theme)

    def _dress(self) -> None:
        """Hand the theme to the views."""
        views = (self.left, self.diagram, self.inspector.view, self.player, self.typing)
        others = (self.heatmaps, self.certificate, self.question, self.strips, self.whatif)
        for view in (*views, *others):
            view.set_theme(self.theme)
        self.header.set_theme(self.theme)

    def _scheme_changed(self) -> None:
        if self.store.view.theme == "system":
            self._restyle()
            self._render(travel=None)

    # The window itself

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that no focused control wanted."""
        if not self.menus.key(event):
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the first file dropped."""
        for url in event.mimeData().urls()[:1]:
            self.open_path(url.toLocalFile())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the window, end the engine's thread."""
        self.clock.play(False)
        if self.settings is not None:
            remember(self.store.view, self.settings)
            remember_places(self, self.splitters, self.settings)
        self.store.compute.close()
        self.opening.reader.close()
        self.comparing.close()
        self.asking.close()
        super().closeEvent(event)
