"""Asking for a change of the run: by choices, and as the line that they make."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from lstmviz.analysis.changes import GATED, StatesFrom, Told, parse, resolved, told
from lstmviz.analysis.interventions import Change, WeightChange
from lstmviz.analysis.rerun import checked
from lstmviz.engine.spec import GATES
from lstmviz.errors import LstmvizError
from lstmviz.gui.fields import number_box
from lstmviz.gui.parts import answers
from lstmviz.scene.changewords import NAMES, words
from lstmviz.scene.picture import fitted
from lstmviz.scene.run import Run
from lstmviz.session import View

KINDS = {
    "gate": "Hold or scale a gate",
    "off": "Switch units off",
    "state": "Overwrite a state",
    "input": "Edit the input",
    "weight": "Edit a weight",
    "states": "States of another step or run",
}
HOWS = {"set": "set to", "scale": "multiplied by", "add": "raised by"}
WEIGHTS = {
    "recurrent_weights": "recurrent weights W_h",
    "input_weights": "input weights W_x",
    "input_bias": "bias",
    "recurrent_bias": "second bias",
    "peepholes": "peepholes",
    "gate_recurrence": "gate recurrence",
    "projection": "projection W_hr",
}
ROWS = {
    "gate": ("array", "units", "how", "value", "first", "last"),
    "off": ("units", "first", "last"),
    "state": ("array", "units", "how", "value", "first", "last"),
    "input": ("units", "how", "value", "first", "last"),
    "weight": ("array", "row", "column", "how", "value"),
    "states": ("array", "units", "source", "step", "first", "last"),
}
"""The fields that each kind of change has."""
STATES = ("cell_state", "hidden_state", "cell_output")


@dataclass(frozen=True, eq=False)
class Start:
    """What a change is asked of: a run, where the user stands, and the steps that are marked."""

    run: Run
    view: View
    span: tuple[int, int] | None = None


class ChangeDialog(QDialog):
    """`lines` are the change that is asked for."""

    def __init__(self, start: Start, line: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("What if")
        run = start.run
        assert run.network is not None
        self._run, self._spec = run, run.network.spec
        view = fitted(start.view, self._spec)
        self._place = (view.layer, view.direction)
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(12)
        self._fields()
        self.line = QLineEdit()
        self.line.setToolTip("The change as a line, as lstmviz analyze --change takes it")
        self.form.addRow("As a line", self.line)
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.told.setMinimumHeight(40)
        buttons, self.ok = answers(self, "&Make it")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addLayout(self.form)
        column.addWidget(self.told, 1)
        column.addWidget(buttons)
        self.resize(430, 380)
        self._showing = False
        self._begin(start, view, line)
        self._connect()

    @property
    def lines(self) -> tuple[str, ...]:
        """The change as lines."""
        return (self.line.text().strip(),)

    # Fields

    def _fields(self) -> None:
        steps = max(self._run.steps - 1, 0)
        self.kind = _combo(KINDS, "What is changed")
        self.array = QComboBox()
        self.array.setAccessibleName("Array")
        self.units = QLineEdit()
        self.units.setPlaceholderText("every one")
        self.units.setToolTip("Numbers and ranges: 3, 7 or 4:8, which is 4 to 7")
        self.row = QLineEdit("f0")
        self.row.setToolTip("A gate's letter and a unit, such as f3, or a row's number")
        self.column = number_box()
        self.column.setRange(0, 10**6)
        self.how = _combo(HOWS, "How it is changed")
        self.value = QLineEdit("0")
        self.value.setToolTip("A number, or one a unit: 0.5, -1")
        self.source = _combo({"states": "this run", "other": "the other run"}, "Taken from")
        self.step, self.first, self.last = (number_box() for _ in range(3))
        for spin in (self.step, self.first, self.last):
            spin.setRange(0, steps)
        self.step.setMaximum(10**7)
        for name, label in (
            ("kind", "Change"),
            ("array", "of"),
            ("units", "units"),
            ("row", "row"),
            ("column", "column"),
            ("how", "is"),
            ("value", "value"),
            ("source", "from"),
            ("step", "its step"),
            ("first", "from step"),
            ("last", "to step"),
        ):
            field: QWidget = getattr(self, name)
            field.setAccessibleName(field.accessibleName() or label)
            self.form.addRow(label, field)

    def _begin(self, start: Start, view: View, line: str) -> None:
        """Show the change of a line, or one for where the user stands."""
        first, last = start.span or (view.step, view.step + 1)
        unit = (view.unit or 0,)
        change: Told = Change("forget_gate", 0.0, "set", unit, first, last, *self._place)
        if line:
            try:
                change = parse(line, self._spec)
            except LstmvizError:
                line = line.strip()
        self._place = (change.layer, change.direction)
        self._show(change)
        self.line.setText(line or told(change, self._spec))
        self._check()

    def _show(self, change: Told) -> None:
        steps = self._run.steps
        kind = _kind(change)
        self._choose(kind)
        self.array.setCurrentIndex(max(self.array.findData(change.array), 0))
        if isinstance(change, StatesFrom):
            self.source.setCurrentIndex(self.source.findData(change.source))
            self.step.setValue(change.step)
        else:
            self.how.setCurrentIndex(self.how.findData(change.how))
            value = change.value if isinstance(change.value, tuple) else (change.value,)
            self.value.setText(", ".join(f"{each:g}" for each in value))
        text = told(change, self._spec)
        inside = text[text.find("[") + 1 : text.find("]")] if "[" in text else ""
        if isinstance(change, WeightChange):
            self.row.setText(inside.split(",")[0])
            self.column.setValue(change.column or 0)
            return
        self.units.setText(inside)
        self.first.setValue(change.first)
        self.last.setValue(steps - 1 if change.last is None else change.last - 1)

    def _choose(self, kind: str) -> None:
        """Show the fields of a kind of change."""
        self.kind.setCurrentIndex(self.kind.findData(kind))
        self.array.clear()
        for name, text in self._arrays(kind).items():
            self.array.addItem(text, name)
        shown = {"kind", *ROWS[kind]}
        for name in ("array", "units", "row", "column", "how", "value", "source", "step"):
            self.form.setRowVisible(getattr(self, name), name in shown)
        for name in ("first", "last"):
            self.form.setRowVisible(getattr(self, name), name in shown)
        self._label("first", "into step" if kind == "states" else "from step")
        self._label("units", "columns" if kind == "input" else "units")

    def _label(self, name: str, text: str) -> None:
        label = self.form.labelForField(getattr(self, name))
        if isinstance(label, QLabel):
            label.setText(text)

    def _arrays(self, kind: str) -> dict[str, str]:
        layer, way = self._place
        assert self._run.network is not None
        if kind == "weight":
            here = vars(self._run.network.cells[layer][way])
            return {n: text for n, text in WEIGHTS.items() if here.get(n) is not None}
        names = {"gate": GATES, "state": STATES, "states": ("states", *STATES)}.get(kind, ())
        if not self._spec.layers[layer].projected:
            names = tuple(name for name in names if name != "cell_output")
        return {name: NAMES.get(name, "c and h") for name in names}

    # What the user does

    def _connect(self) -> None:
        self.kind.activated.connect(lambda: self._rechosen())
        for combo in (self.array, self.how, self.source):
            combo.activated.connect(lambda: self._made())
        for edit in (self.units, self.row, self.value):
            edit.textEdited.connect(lambda: self._made())
        for spin in (self.column, self.step, self.first, self.last):
            spin.valueChanged.connect(lambda: self._made())
        self.line.textEdited.connect(lambda: self._check())

    def _rechosen(self) -> None:
        self._choose(self.kind.currentData())
        if self.kind.currentData() == "input" and self._run.sequence is not None:
            self.value.setText("1" if self._run.sequence.symbolic else "0")
        projected = self._spec.layers[self._place[0]].projected
        if self.kind.currentData() == "states" and projected and self.units.text().strip():
            self.array.setCurrentIndex(self.array.findData("cell_state"))  # h has other units
        self._made()

    def _made(self) -> None:
        """The line of what is chosen."""
        if not self._showing:
            self.line.setText(self._text())
            self._check()

    def _text(self) -> str:
        kind, (layer, way) = self.kind.currentData(), self._place
        head = told(Change("forget_gate", 0.0, layer=layer, direction=way), self._spec)
        where = head.removesuffix("forget_gate = 0")
        sign = {"set": "=", "scale": "*=", "add": "+="}[self.how.currentData()]
        value = self.value.text().strip() or "?"
        if kind == "weight":
            name, row = self.array.currentData(), self.row.text().strip()
            at = row if name.endswith("bias") else f"{row},{self.column.value()}"
            return f"{where}{name}[{at}] {sign} {value}"
        array = {"off": "cell_output", "input": "input"}.get(kind) or self.array.currentData()
        if kind == "off":
            sign, value = "=", "0"
        if kind == "states":
            sign, value = "=", f"{self.source.currentData()}@{self.step.value()}"
        units = f"[{self.units.text().strip()}]" if self.units.text().strip() else ""
        prefix = "" if kind == "input" else where
        return f"{prefix}{array}{units}{self._steps()} {sign} {value}"

    def _steps(self) -> str:
        first, last = self.first.value(), self.last.value()
        if last >= self._run.steps - 1:
            return f"@{first}:" if first else ""
        return f"@{first}" if last == first else f"@{first}:{last + 1}"

    def _check(self) -> None:
        """Say in words what the line asks for, or why it cannot be."""
        line, run = self.line.text(), self._run
        assert run.network is not None and run.trace is not None
        name = self.array.currentData() or ""
        self.column.setEnabled(not name.endswith("bias"))
        self.row.setPlaceholderText("f3" if name in GATED else "0")
        try:
            change = parse(line, self._spec)
            other = run.other.shown_trace if run.other else None
            checked(run.network, run.trace.input, resolved([change], run.trace, other))
            said = words(line, self._spec, run.sequence)
            self.told.setText(said[:1].upper() + said[1:] + ".")
            self.ok.setEnabled(True)
        except LstmvizError as error:
            self.told.setText(str(error))
            self.ok.setEnabled(False)


def _combo(choices: dict[str, str], name: str) -> QComboBox:
    combo = QComboBox()
    combo.setAccessibleName(name)
    for key, text in choices.items():
        combo.addItem(text, key)
    return combo


def _kind(change: Told) -> str:
    """Which kind of change it is."""
    if isinstance(change, StatesFrom):
        return "states"
    if isinstance(change, WeightChange):
        return "weight"
    if change.array == "input":
        return "input"
    if change.array == "cell_output" and replace(change, value=0.0, how="set") == change:
        return "off"
    return "gate" if change.array in GATES else "state"
