"""The shape arithmetic and the names elsewhere, as rich text."""

from __future__ import annotations

from html import escape

from lstmviz.engine.spec import LETTERS, NetworkSpec, counts, head_counts, parameters
from lstmviz.models.names import names as framework_names
from lstmviz.scene.colors import Theme


def arithmetic(spec: NetworkSpec, theme: Theme, layer: int = 0) -> str:
    """Shapes and parameter counts of a layer and the head, each with how it comes about."""
    cell = spec.layers[layer]
    i, h, c = cell.input_size, cell.hidden_size, cell.cell_size
    rows = [_row("[h; x]", f"{h:,} + {i:,}", h + i, theme)]
    one = dict.fromkeys(LETTERS, 0)
    for count in counts(cell, 1):
        if count.gate:
            one[count.gate] += count.total
    for gate, letter in LETTERS.items():
        formula = f"{c:,} × {h + i:,} + {c:,}"
        rows.append(
            _row(
                f"W<sub>{letter}</sub>, b<sub>{letter}</sub>",
                formula,
                one[gate],
                theme,
                theme[f"{letter}_text"],
            )
        )
    if cell.projected:
        rows.append(_row("W<sub>hr</sub>", f"{h:,} × {c:,}", h * c, theme, theme["h_text"]))
    if spec.head:
        formula = f"{spec.head.size:,} × {spec.layers[-1].output_size:,}"
        formula += f" + {spec.head.size:,}" if spec.head.bias else ""
        rows.append(_row("head", formula, sum(x.total for x in head_counts(spec)), theme))
    bold = [
        _row("<b>total</b>", "one bias (Keras)", parameters(spec, 1), theme),
        _row("", "two biases (PyTorch)", parameters(spec, 2), theme),
    ]
    return _table(rows + bold)


def _row(name: str, formula: str, total: int, theme: Theme, color: str | None = None) -> str:
    shown = f'<span style="color:{color}">{name}</span>' if color else name
    muted = theme["muted"]
    return (
        f'<tr><td>{shown}</td><td align="right" style="color:{muted}">&nbsp;{formula}</td>'
        f'<td align="right">&nbsp;{total:,}</td></tr>'
    )


def _table(rows: list[str]) -> str:
    return f'<table width="100%" cellspacing="0" cellpadding="1">{"".join(rows)}</table>'


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
        return "PyTorch: proj_size = 0, no projection"
    return f"PyTorch: {word}"
