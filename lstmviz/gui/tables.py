"""The shape arithmetic and the names elsewhere, as rich text."""

from __future__ import annotations

import re
from html import escape

from lstmviz.engine.spec import GATES, LETTERS, NetworkSpec, chain_counts, counts, parameters
from lstmviz.models.names import names as framework_names
from lstmviz.scene.colors import Theme
from lstmviz.scene.equations import equations as cell_equations


def arithmetic(spec: NetworkSpec, theme: Theme, layer: int = 0) -> str:
    """Shapes and parameter counts of a layer and the head, each with how it comes about.

    The gates are alike, so one stands for all; what only some have follows by itself.
    """
    cell = spec.layers[layer]
    i, h, c = cell.input_size, cell.hidden_size, cell.cell_size
    every = counts(cell, 1)
    one = [count for count in every if count.gate == "candidate"]
    having = [gate for gate in GATES if any(count.gate == gate for count in every)]
    gate = sum(count.total for count in one)
    rows = [_row("[h; x]", f"{h:,} + {i:,}", h + i, theme)]
    for name, count in zip(("W<sub>h</sub>", "W<sub>x</sub>", "b"), one, strict=True):
        rows.append(_row(name, _shape(count.shape), count.total, theme))
    rows.append(_row("a gate", "their sum", gate, theme))
    letters = ", ".join(LETTERS[gate] for gate in having)
    rows.append(_row(letters, f"{len(having)} × {gate:,}", len(having) * gate, theme))
    for count in every:
        if count.name[0] in "pR":
            name = f"{count.name[0]}<sub>{count.name[2:]}</sub>"
            rows.append(_row(name, _shape(count.shape), count.total, theme))
    if cell.projected:
        rows.append(_row("W<sub>hr</sub>", f"{h:,} × {c:,}", h * c, theme, theme["h_text"]))
    if len(cell.directions) > 1:
        each = sum(count.total for count in every)
        rows.append(_row("both ways", f"2 × {each:,}", 2 * each, theme))
    rows += _others(spec, theme, layer)
    rows.append(_row("<b>total</b>", "one bias (Keras)", parameters(spec, 1), theme))
    rows.append(_row("", "two (PyTorch)", parameters(spec, 2), theme))
    return _table(rows)


def _others(spec: NetworkSpec, theme: Theme, layer: int) -> list[str]:
    """What the rest of the network adds: an embedding, the other layers, every head."""
    rows, table = [], spec.embedding
    if table is not None:
        shape = _shape((table.size, table.dimension))
        rows.append(_row("embedding", shape, table.size * table.dimension, theme))
    for index, cell in enumerate(spec.layers):
        if index != layer:
            total = len(cell.directions) * sum(count.total for count in counts(cell, 1))
            rows.append(_row(f"layer {index}", "as a whole", total, theme))
    chain = chain_counts(spec)
    for index, arrays in enumerate(chain):
        for count in arrays:
            number = f" {index}" if len(chain) > 1 else ""
            name = f"{count.name[0]}<sub>y{number}</sub>"
            rows.append(_row(name, _shape(count.shape), count.total, theme))
    return rows


def equations(spec: NetworkSpec, theme: Theme, layer: int = 0) -> str:
    """The equations of the layer's cell, each in the colour of what it makes."""
    lines = []
    for role, text in cell_equations(spec.layers[layer]):
        color = theme["muted" if role == "muted" else f"{role}_text"]
        shown = re.sub(r"\b([WRpbm])_([a-z]+)", r"\1<sub>\2</sub>", escape(text))
        lines.append(f'<p style="margin:0 0 3px 0; color:{color}">{shown}</p>')
    return f'<div style="font-size:11px">{"".join(lines)}</div>'


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{size:,}" for size in shape)


def _row(name: str, formula: str, total: int, theme: Theme, color: str | None = None) -> str:
    shown = f'<span style="color:{color}">{name}</span>' if color else name
    muted = theme["muted"]
    return (
        f'<tr><td>{shown}</td><td align="right" style="color:{muted}">&nbsp;{formula}</td>'
        f'<td align="right">&nbsp;{total:,}</td></tr>'
    )


def _table(rows: list[str]) -> str:
    style = 'width="100%" cellspacing="0" cellpadding="1" style="font-size:11px"'
    return f"<table {style}>{''.join(rows)}</table>"


def names(spec: NetworkSpec, theme: Theme) -> str:
    """How each framework makes this network and what it calls the sizes."""
    parts = []
    for row in framework_names(spec):
        told = [f"<b>{escape(row.framework)}</b>"]
        if row.call:
            told.append(f'<span style="color:{theme["ink"]}">{_breakable(row.call)}</span>')
        if row.remark:
            told.append(f'<span style="color:{theme["muted"]}">{escape(row.remark)}</span>')
        parts.append("<br>".join(told))
    return '<p style="margin:0 0 8px 0">' + '</p><p style="margin:0 0 8px 0">'.join(parts) + "</p>"


def _breakable(call: str) -> str:
    """A call that may be broken after a bracket or comma."""
    return escape(call).replace("(", "(\u200b").replace("=", "=\u200b")


def size_hint(spec: NetworkSpec, which: str, layer: int = 0) -> str:
    """What PyTorch and Keras call one of the three sizes ("input", "hidden", "cell")."""
    torch = framework_names(spec)[0]
    word = {"input": torch.input_size, "hidden": torch.hidden_size, "cell": torch.cell_size}[which]
    if which == "cell":
        return f"PyTorch: {word} · Keras: units"
    if which == "hidden" and not spec.layers[layer].projected:
        return "PyTorch: proj_size = 0 (none)"
    return f"PyTorch: {word}"
