"""Every departure from the standard cell, each with a control of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from lstmviz.engine.variant import SWITCHES, Variant
from lstmviz.gui.activationfield import ActivationField
from lstmviz.gui.fields import LABEL, OptionalNumber

ACTIVATIONS = {
    "gate": ("Gates", "What squashes i, f and o"),
    "candidate": ("Candidate", "What squashes g"),
    "output": ("Output", "What squashes c before o"),
}
PRESENT = {"input_gate": "i", "forget_gate": "f", "output_gate": "o"}
FLAGS = {
    "coupled": ("Coupled: f = 1 − i", "CIFG: the forget gate has no weights of its own"),
    "peephole": ("Peepholes", "i and f see c of the step before, o sees the new c"),
    "gate_recurrence": (
        "Gates read the gates before",
        "FGR: i, f and o of the step before go into i, f and o",
    ),
}
CLIPS = {
    "clip": ("Clip the gates' sums", "Each pre-activation stays within −value to value"),
    "cell_clip": ("Clip c", "The cell state stays within −value to value"),
    "projection_clip": ("Clip the projected h", "h stays within −value to value"),
}


class VariantForm(QWidget):
    """Reports the variant that is wanted; shows the one it is given."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._variant = Variant()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        self._build_activations(column)
        self._build_switches(column)
        self.clips: dict[str, OptionalNumber] = {}
        for name, (text, tip) in CLIPS.items():
            field = OptionalNumber(text, tip, low=0.01, high=1e6, usual=3.0)
            field.changed.connect(lambda value, name=name: self._emit(**{name: value}))
            self.clips[name] = field
            column.addWidget(field)

    def _build_activations(self, column: QVBoxLayout) -> None:
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setVerticalSpacing(4)
        self.activations: dict[str, ActivationField] = {}
        for row, (name, (text, tip)) in enumerate(ACTIVATIONS.items()):
            field = ActivationField(text, tip)
            field.changed.connect(lambda value, name=name: self._emit(**{name: value}))
            self.activations[name] = field
            label = QLabel(text)
            label.setBuddy(field.combo)
            label.setFixedSize(LABEL, field.combo.sizeHint().height())
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(field, row, 1)
        column.addLayout(grid)

    def _build_switches(self, column: QVBoxLayout) -> None:
        row = QHBoxLayout()
        row.addWidget(QLabel("Gates present"), 1)
        self.present: dict[str, QCheckBox] = {}
        for name, letter in PRESENT.items():
            box = QCheckBox(letter)
            box.setToolTip(f"Without it the {name.replace('_', ' ')} is 1 throughout")
            box.setAccessibleName(f"{name.replace('_', ' ')} present")
            box.clicked.connect(lambda: self._emit(absent=self._absent()))
            self.present[name] = box
            row.addWidget(box)
        column.addLayout(row)
        self.flags: dict[str, QCheckBox] = {}
        for name, (text, tip) in FLAGS.items():
            box = QCheckBox(text)
            box.setToolTip(tip)
            box.clicked.connect(lambda on, name=name: self._emit(**{name: on}))
            self.flags[name] = box
            column.addWidget(box)

    def _absent(self) -> tuple[str, ...]:
        return tuple(name for name in SWITCHES if not self.present[name].isChecked())

    def _emit(self, **changes: Any) -> None:
        self.changed.emit(replace(self._variant, **changes))

    def show_variant(self, variant: Variant, *, projected: bool) -> None:
        """Show a variant; h can only be clipped where it is `projected`."""
        self._variant = variant
        for name, field in self.activations.items():
            field.show_activation(getattr(variant, name))
        for name, box in self.present.items():
            box.setChecked(name not in variant.absent)
        for name, box in self.flags.items():
            box.setChecked(getattr(variant, name))
        for name, clip in self.clips.items():
            clip.show_number(getattr(variant, name))
        bound = variant.projection_clip is not None
        self.clips["projection_clip"].setEnabled(projected or bound)
