"""Typing to a text model: a step a key, what may come next, and letting the network write."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QWidget,
    QWidgetAction,
)

from lstmviz import paint
from lstmviz.errors import LstmvizError
from lstmviz.gui.fields import decimal_box, number_box
from lstmviz.gui.typefield import TypeField
from lstmviz.inputs.text import label
from lstmviz.inputs.vocabulary import Vocabulary
from lstmviz.scene import typing
from lstmviz.scene.colors import LIGHT, Theme
from lstmviz.scene.metrics import fit
from lstmviz.scene.run import Run
from lstmviz.scene.typing import Suggestion, Typed
from lstmviz.session import Document, TextInput, View

SLICE = 0.012
"""Seconds of writing between two looks at what the user does."""
TIP_NEXT = "How likely each symbol is to come next"


NOTHING = "No next symbol is suggested here"


class Chip(QAbstractButton):
    """A suggested symbol with a bar as long as it is likely; a click takes it."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place
        self.suggestion: Suggestion | None = None
        self.actual = False
        self._theme: Theme = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(NOTHING)
        self.setToolTip(NOTHING)
        self.setEnabled(False)

    def sizeHint(self) -> QSize:
        """Room for a symbol and its share."""
        return QSize(82, 28)

    def show_suggestion(self, suggestion: Suggestion | None, actual: bool, theme: Theme) -> None:
        """Show a symbol; `actual` marks the one that really comes next."""
        if (suggestion, actual, theme) == (self.suggestion, self.actual, self._theme):
            return
        self.suggestion, self.actual, self._theme = suggestion, actual, theme
        words = NOTHING
        if suggestion is not None:
            words = f"{suggestion.label}: {100 * suggestion.probability:.1f} %"
            words += ", and it is what comes next" if actual else "; click to take it"
            words += " (Tab)" if self.place == 0 and not actual else ""
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.setEnabled(suggestion is not None)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The symbol, its share in per cent, and the bar."""
        if self.suggestion is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, box = self._theme, QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75)
        marked = self.underMouse() or self.hasFocus() or self.actual
        painter.setPen(QColor(theme["accent" if marked else "edge"]))
        painter.setBrush(QColor(theme["card"]))
        painter.drawRoundedRect(box, 5, 5)
        share = self.suggestion.probability
        track = QRectF(box.x() + 5, box.bottom() - 6.5, box.width() - 10, 3.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme["faint"]))
        painter.drawRoundedRect(track, 1.75, 1.75)
        painter.setBrush(QColor(theme["accent"]))
        track.setWidth(max(track.width() * share, 1.5))
        painter.drawRoundedRect(track, 1.75, 1.75)
        line = QRectF(box.x() + 7, box.y() + 1, box.width() - 14, box.height() - 7)
        painter.setPen(QColor(theme["ink"]))
        painter.setFont(paint.font(12, bold=True, mono=True))
        told = f"{100 * share:.0f} %" if share >= 0.005 else "<1 %"
        symbol = fit(self.suggestion.label, 34, 12, bold=True, mono=True)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, symbol)
        painter.setPen(QColor(theme["muted"]))
        painter.setFont(paint.font(10))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, told)
        painter.end()


class TypeLine(QWidget):
    """Reports a wanted Document with the key of its gesture; shows a run of a text model."""

    edited = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._theme: Theme = LIGHT
        self._document = Document()
        self._names: Vocabulary | None = None
        self._run: Run | None = None
        self._now = Typed("")
        self._visits = 0
        self._writing: Iterator[str] | None = None
        self._written = ""
        self.field = TypeField()
        self.field.keyed.connect(self._key)
        self.field.erased.connect(self._erase)
        self.field.entered.connect(self._enter)
        self.chips = [Chip(k) for k in range(typing.MOST)]
        self.field.taken.connect(lambda: self._take(self.chips[0]))
        self.told = QLabel("next")
        self.told.setObjectName("muted")
        self._write_button()
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 4, 4)
        row.setSpacing(5)
        row.addWidget(self.field, 1)
        row.addWidget(self.told)
        for chip in self.chips:
            chip.clicked.connect(lambda _, chip=chip: self._take(chip))
            row.addWidget(chip)
        row.addWidget(self.write)
        self._slices = QTimer(self, interval=0)
        self._slices.timeout.connect(self._write_on)
        self.hide()

    def _write_button(self) -> None:
        """The button that lets the network write, and behind its arrow how."""
        self.write = QToolButton()
        self.write.setObjectName("parted")
        self.write.setText("Let it write")
        self.write.setToolTip("Add symbols that the network draws itself; the arrow says how")
        self.write.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.write.clicked.connect(self._start_writing)
        self.count, self.seed, self.heat = number_box(), number_box(), decimal_box()
        self.count.setRange(1, 2000)
        self.count.setValue(40)
        self.seed.setRange(0, 2**31 - 1)
        self.heat.setRange(0.0, 5.0)
        self.heat.setSingleStep(0.1)
        self.heat.setValue(0.8)
        form = QFormLayout()
        for name, spin, tip in (
            ("Symbols", self.count, "How many symbols to add"),
            ("Temperature", self.heat, "0 takes the likeliest, 1 draws as likely as they are"),
            ("Seed", self.seed, "Equal seeds draw equal symbols"),
        ):
            spin.setToolTip(tip)
            spin.setAccessibleName(f"{name} to write with")
            form.addRow(name, spin)
        box = QWidget()
        box.setLayout(form)
        action = QWidgetAction(self)
        action.setDefaultWidget(box)
        menu = QMenu(self)
        menu.addAction(action)
        self.write.setMenu(menu)

    # What the user does

    def _enter(self) -> None:
        """Keys pressed in one visit undo as one."""
        self._visits += 1

    def _key(self, key: str) -> None:
        if self._names is not None:
            self._adopt(typing.typed(self._now.text, self._now.pending, key, self._names))

    def _erase(self) -> None:
        if self._names is not None:
            self._adopt(typing.erased(self._now.text, self._now.pending, self._names))

    def _take(self, chip: Chip) -> None:
        if self._names is not None and chip.suggestion is not None:
            text = typing.taken(self._now.text, chip.suggestion.number, self._names)
            self._adopt(Typed(text))
            self.field.setFocus()

    def _adopt(self, now: Typed) -> None:
        """Show what a key made; hand it on where it changed the text."""
        changed = now.text != self._now.text
        if changed and not now.text:
            now = replace(now, text=self._now.text, fault="A text keeps one symbol at least.")
            changed = False
        self._now = now
        self._show_words()
        if changed:
            document = replace(self._document, input=TextInput(now.text))
            self.edited.emit(document, f"typed {self._visits}")

    def _start_writing(self) -> None:
        if self._writing is not None:
            self._stop_writing()
            return
        if self._run is None:
            return
        try:
            self._writing = typing.writing(
                self._run, self.count.value(), self.heat.value(), self.seed.value()
            )
        except LstmvizError as error:
            self._say(str(error))
            return
        self._written = ""
        self.write.setText("Stop writing")
        self._slices.start()

    def _write_on(self) -> None:
        """Write for a moment; at the end hand the text on."""
        until = time.perf_counter() + SLICE
        try:
            while self._writing is not None and time.perf_counter() < until:
                text = next(self._writing, None)
                if text is None:
                    self._stop_writing()
                else:
                    self._written = text
        except LstmvizError as error:
            self._stop_writing()
            self._say(str(error))

    def _stop_writing(self) -> None:
        """Take what has been written."""
        self._slices.stop()
        self._writing = None
        self.write.setText("Let it write")
        if self._written and self._run is not None and self._run.document == self._document:
            self._now = Typed(self._written)
            self._show_words()
            self.edited.emit(replace(self._document, input=TextInput(self._written)), None)
        self._written = ""

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        """Bars in these colours from now on."""
        self._theme = theme
        self.field.set_theme(theme)
        for chip in self.chips:
            chip.show_suggestion(chip.suggestion, chip.actual, theme)

    def show_run(self, document: Document, run: Run, view: View) -> None:
        """Show the text of the document, and what this run finds likely after the view's step."""
        self._document = document
        if run.document != document:
            if isinstance(document.input, TextInput):
                self._keep(document.input.text)
            return
        self._names, self._run = typing.known(run), run
        self.setVisible(self._names is not None)
        if self._names is None:
            return
        self._keep(typing.text_of(run))
        found = typing.suggestions(run, view.step)
        after = typing.number_at(run, view.step + 1)
        for place, chip in enumerate(self.chips):
            suggestion = found[place] if place < len(found) else None
            actual = suggestion is not None and suggestion.number == after
            chip.show_suggestion(suggestion, actual, self._theme)
            chip.setVisible(suggestion is not None)
        self.told.setVisible(bool(found))
        self.told.setText(f"after t = {view.step:,}")
        self.told.setToolTip(f"{TIP_NEXT}: {typing.source_words(run)}")
        self.write.setVisible(bool(found))
        self.field.takes_tab = bool(found)

    def _keep(self, text: str) -> None:
        """Take up a text; what waits stays if it is the same."""
        if text != self._now.text:
            self._now = Typed(text)
        self._show_words()

    def _show_words(self) -> None:
        if self._now != self._worded:
            self._worded = self._now
            shown = "".join(c if c == " " else label(c) for c in self._now.text[-400:])
            self.field.show_text(shown, label(self._now.pending), self._now.fault)

    _worded: Typed | None = None

    def _say(self, sentence: str) -> None:
        self._now = replace(self._now, fault=sentence)
        self._show_words()
