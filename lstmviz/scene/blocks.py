"""What a small picture of one step has, wherever it stands: its gates and its wires."""

from __future__ import annotations

from lstmviz.engine.spec import CellSpec
from lstmviz.scene.symbols import late_output_gate

ARRAYS = {"f": "forget_gate", "i": "input_gate", "g": "candidate", "o": "output_gate"}

WireRow = tuple[str, str, str, str, int]
"""A wire's name, role, stage, array and size."""


def gates(cell: CellSpec) -> tuple[str, ...]:
    """The letters of the gates that a cell has, with the candidate."""
    variant = cell.variant
    return tuple(
        letter
        for letter, name in ARRAYS.items()
        if name not in variant.absent or (letter == "f" and variant.coupled)
    )


def end(cell: CellSpec) -> str:
    """The stage that makes h."""
    return "project" if cell.projected else "output"


def wire_rows(cell: CellSpec) -> list[WireRow]:
    """The wires inside a step, but for x, the head and gate recurrence."""
    size, hidden, both = cell.cell_size, cell.hidden_size, cell.hidden_size + cell.input_size
    has, variant = gates(cell), cell.variant
    own = [letter for letter in has if ARRAYS[letter] not in variant.lacking]
    rows = [
        ("c_in", "c", "forget" if "f" in has else "write", "cell_state_before", size),
        ("c_out", "c", "write", "cell_state", size),
        ("g_out", "g", "write", "candidate", size),
        ("tap", "c", "output", "squashed", size),
        ("h_out", "h", end(cell), "hidden_state", hidden),
        ("h_in", "h", "gather", "hidden_state_before", hidden),
        *((f"bus_{letter}", "x", "pre-activate", "gathered", both) for letter in own),
    ]
    if "f" in has:
        rows.append(("kept", "c", "write", "forgotten", size))
        rows.append(("f_out", "f", "forget", "forget_gate", size))
    if "i" in has:
        rows.append(("i_out", "i", "write", "input_gate", size))
        rows.append(("written", "g", "write", "written", size))
    if "o" in has:
        rows.append(("o_out", "o", "output", "output_gate", size))
    if variant.coupled and "i" in has:
        rows.append(("turned", "i", "activate", "input_gate", size))
    if variant.peephole:
        rows += [
            (f"peep_{letter}", "c", "pre-activate", "cell_state_before", size)
            for letter in own
            if letter in "fi"
        ]
    if late_output_gate(variant):
        rows.append(("peep_o", "c", "output", "cell_state", size))
    return rows
