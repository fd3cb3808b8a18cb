"""How a model's file was read, and whether a run gives what its framework gave."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from lstmviz.analysis.agreement import typeset
from lstmviz.gui.comparing import Comparing
from lstmviz.gui.fields import narrow
from lstmviz.models import Certificate
from lstmviz.models.certificate import found_words
from lstmviz.models.gateorder import FRAMEWORKS, GATE_ORDERS, plain_order
from lstmviz.scene.colors import LIGHT, Theme
from lstmviz.scene.run import Run
from lstmviz.session import Trained, View, switched_words

MOST_NAMES = 24
SOFT = ("/", ".", "_", "+", "=")
"""After these a long name may be broken."""
FILTER = "Arrays (*.npy *.npz);;All files (*)"


class CertificatePanel(QScrollArea):
    """Reports a gate order (None: as found), an LSTM or an expected file that is wanted."""

    orderWanted = Signal(object)
    lstmWanted = Signal(str)
    expectWanted = Signal(object)

    def __init__(self, comparing: Comparing) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setObjectName("plain")
        self._comparing = comparing
        self._theme: Theme = LIGHT
        self.told: Certificate | None = None
        """What is shown; that of the file before while another is read."""
        self._order: str | None = None
        self._run: Run | None = None
        inside = QWidget()
        inside.setObjectName("plain")
        self.setWidget(inside)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(12, 6, 12, 12)
        self._column.setSpacing(7)
        self._build()
        comparing.changed.connect(self._show_agreement)

    # Building

    def _build(self) -> None:
        self.lstm = self._combo("LSTM of the file", "Which of the file's LSTMs is open")
        self.lstm.activated.connect(lambda: self.lstmWanted.emit(self.lstm.currentData()))
        self.facts = self._label()
        self.before = self._label("note")
        self.switched = self._label("note")
        self._heading("Wrong gate order?")
        self.letters = self._label()
        self.order = self._combo(
            "Gate order in the file",
            "How the file keeps its four gates; the weights follow at once",
        )
        self.order.activated.connect(self._order_chosen)
        self.order_note = self._label("muted")
        self._heading("Expected output")
        self.browse = QPushButton("Compare with a file…")
        self.browse.setToolTip("A .npy or .npz of the framework's own output for this input")
        self.browse.clicked.connect(self.choose_expected)
        self.agreement = self._label()
        self.try_button = QPushButton("Try all gate orders")
        self.try_button.setToolTip("Run all 24 and say which fits best")
        self.try_button.clicked.connect(self._comparing.try_all)
        self.best = self._label("muted")
        self.use_button = QPushButton()
        self.use_button.setToolTip("Read the file's gates in the order that fits best")
        self.use_button.setAccessibleName("Use the best gate order")
        self.use_button.clicked.connect(self._use_best)
        self.forget_button = QPushButton("Compare no more")
        self.forget_button.setToolTip("Forget the expected output")
        self.forget_button.clicked.connect(lambda: self.expectWanted.emit(None))
        self._column.addWidget(self.browse)
        for widget in (self.agreement, self.try_button, self.best, self.use_button):
            self._column.addWidget(widget)
        self._column.addWidget(self.forget_button)
        self.warnings = self._label("note")
        self.used = self._label()
        self.ignored = self._label()
        self._column.addStretch(1)

    def _combo(self, name: str, tip: str) -> QComboBox:
        combo = QComboBox()
        narrow(combo)
        combo.setAccessibleName(name)
        combo.setToolTip(tip)
        self._column.addWidget(combo)
        return combo

    def _heading(self, text: str) -> None:
        label = QLabel(text)
        label.setObjectName("heading")
        self._column.addSpacing(4)
        self._column.addWidget(label)

    def _label(self, kind: str = "") -> QLabel:
        label = QLabel()
        label.setObjectName(kind)
        label.setTextFormat(Qt.TextFormat.RichText)
        label.setWordWrap(True)
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._column.addWidget(label)
        return label

    # What the user asks for

    def _order_chosen(self) -> None:
        self.orderWanted.emit(self.order.currentData())

    def choose_expected(self) -> None:
        """Ask for a file of the framework's own output."""
        path, _ = QFileDialog.getOpenFileName(self, "Compare with expected output", "", FILTER)
        if path:
            self.expectWanted.emit(path)

    def _use_best(self) -> None:
        order = next(iter(self._comparing.orders), None)
        if order is not None:
            self.orderWanted.emit(None if order == self._found_order() else order)

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        """Words in these colours from now on."""
        self._theme, self._shown = theme, ()
        if self._run is not None:
            self.show_run(self._run, self._view)

    def show_run(self, run: Run, view: View) -> None:
        """Show how the model of a run was read."""
        self._run, self._view = run, view
        self._comparing.follow(run, view.expect)
        network = run.document.network
        order = network.gate_order if isinstance(network, Trained) else None
        if run.certificate is None:
            return
        switched = ""
        if isinstance(network, Trained) and run.spec is not None:
            switched = switched_words(network, run.spec)
        shown = (run.certificate, order, view.expect, switched)
        if shown != self._shown:
            self._shown = shown
            self.told, self._order = run.certificate, order
            self._show_certificate(run.certificate)
            self.switched.setText(escape(f"{switched} Undo takes it back."))
            self.switched.setVisible(bool(switched))
            self._show_order(run.certificate)
            self._show_agreement()

    _view = View()
    _shown: tuple[object, ...] = ()

    def _found_order(self) -> str:
        return plain_order(self.told.gate_order) if self.told else GATE_ORDERS[0]

    def _show_certificate(self, told: Certificate) -> None:
        with QSignalBlocker(self.lstm):
            self.lstm.clear()
            for found in told.choices:
                self.lstm.addItem(found.name, found.name)
                words = found_words(found)
                self.lstm.setItemData(self.lstm.count() - 1, words, Qt.ItemDataRole.ToolTipRole)
            self.lstm.setCurrentIndex(self.lstm.findData(told.chosen))
        self.lstm.setVisible(len(told.choices) > 1)
        rows = [
            ("Format", told.format),
            ("Written by", f"{told.framework} {told.version}".strip()),
            ("LSTM", told.chosen if len(told.choices) < 2 else ""),
            ("Biases", told.biases),
            ("Activations", told.activations),
            ("Prefix", told.prefix),
            ("Flags", ", ".join(told.flags)),
        ]
        muted = self._theme["muted"]
        self.facts.setText(
            "<table cellspacing=0 cellpadding=1>"
            + "".join(
                f'<tr><td style="color:{muted}">{key}&nbsp;&nbsp;</td><td>{_broken(text)}</td></tr>'
                for key, text in rows
                if text
            )
            + "</table>"
        )
        stands = "".join(f"<b>{_broken(each)}</b> is not run. " for each in told.before)
        self.before.setText(f"{stands}Give the LSTM's own input: what these would hand to it.")
        self.before.setVisible(bool(told.before))
        self.warnings.setText("<br><br>".join(map(_broken, told.warnings)))
        self.warnings.setVisible(bool(told.warnings))
        self.used.setText(self._names("Tensors used", told.used))
        self.ignored.setText(self._names("Tensors ignored", told.ignored))
        self.ignored.setVisible(bool(told.ignored))

    def _names(self, title: str, names: Sequence[str]) -> str:
        rows = [f"<b>{title} ({len(names):,})</b>", *map(_broken, names[:MOST_NAMES])]
        if len(names) > MOST_NAMES:
            rows.append(f"… and {len(names) - MOST_NAMES:,} more")
        return "<br>".join(rows)

    def _show_order(self, told: Certificate) -> None:
        found = self._found_order()
        with QSignalBlocker(self.order):
            self.order.clear()
            self.order.addItem(f"as found: {_spaced(told.gate_order)}", None)
            for order in GATE_ORDERS:
                if order != found:
                    known = FRAMEWORKS.get(order, "")
                    self.order.addItem(_spaced(order) + (f"  ({known})" if known else ""), order)
            row = self.order.findData(None if self._order is None else plain_order(self._order))
            self.order.setCurrentIndex(max(row, 0))
        now = plain_order(self._order or found)
        self.letters.setText(
            "&nbsp;&nbsp;".join(
                f'<span style="color:{self._theme[letter + "_text"]}; font-size:17px">'
                f"<b>{letter}</b></span>"
                for letter in now
            )
        )
        swapped = (
            f"Read in this order, not as it was found ({_spaced(told.gate_order)}); undo takes it "
            "back."
        )
        written = next((letter for letter in told.gate_order if letter not in found), "")
        self.order_note.setText(
            swapped if now != found else f"{_writer(told)} writes the candidate g as {written}."
        )
        self.order_note.setVisible(now != found or bool(written))

    def _show_agreement(self) -> None:
        """What came of the comparison, as far as it has."""
        comparing, theme = self._comparing, self._theme
        found, expect = comparing.found, self._view.expect
        text = ""
        if found is not None:
            color = theme["g_text"] if found.agrees else theme["bad"]
            word = "Agrees." if found.agrees else "Does not agree."
            where = "" if found.array == "output" else f" of {escape(found.array)}"
            text = (
                f'<span style="color:{color}"><b>{word}</b></span> Largest difference '
                f"<b>{typeset(found.difference, '.2e')}</b> at step {found.step:,}, column "
                f"{found.column:,}{where}: {typeset(found.ours, '.6g')}, expected "
                f"{typeset(found.theirs, '.6g')}. "
                f"Agreement is 1e−5 of the largest number expected, {typeset(found.scale, '.4g')}."
            )
        if comparing.words:
            text += ("<br>" if text else "") + _broken(comparing.words)
        if expect is not None:
            text = f"<b>{_broken(Path(expect).name)}</b><br>{text or 'Comparing …'}"
        self.agreement.setText(text)
        self.agreement.setVisible(bool(text))
        self.try_button.setVisible(expect is not None)
        self.try_button.setEnabled(not comparing.all.busy)
        self.forget_button.setVisible(expect is not None)
        self._show_best()

    def _show_best(self) -> None:
        rows = list(self._comparing.orders.items())
        self.best.setVisible(bool(rows))
        best = rows[0][0] if rows else ""
        now = plain_order(self._order or self._found_order())
        self.use_button.setVisible(bool(rows) and best != now)
        self.use_button.setText(f"Use {_spaced(best)}")
        if rows:
            order, first = rows[0]
            verdict = "fits best and agrees" if first.agrees else "fits best but does not agree"
            nearest = ", ".join(
                f"{_spaced(name)} {typeset(each.difference, '.1e')}" for name, each in rows[1:3]
            )
            self.best.setText(
                f"Of all 24, <b>{_spaced(order)}</b> {verdict}: "
                f"{typeset(first.difference, '.1e')}. Next: {nearest}."
            )


def _writer(told: Certificate) -> str:
    """Whose letters the gates have: an ONNX file has those of ONNX, whichever program wrote it."""
    return told.format if told.format == "ONNX" else told.framework


def _spaced(order: str) -> str:
    return " ".join(order)


def _broken(text: str) -> str:
    """Rich text in which long names may go on in the next line."""
    safe = escape(text)
    for mark in SOFT:
        safe = safe.replace(mark, mark + "\u200b")
    return safe
