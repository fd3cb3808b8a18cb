"""What a network is, in words and as JSON."""

from __future__ import annotations

import json
from typing import Any

from lstmviz.engine.network import Network
from lstmviz.engine.spec import CellSpec, NetworkSpec, counts, head_counts, parameters
from lstmviz.inputs.text import label
from lstmviz.models import load
from lstmviz.models.names import names
from lstmviz.session import Document, Trained, spec_of
from lstmviz.session.resolved import problem_of


def report(document: Document, *, as_json: bool) -> str:
    """The text of `lstmviz info`; raises `LstmvizError` for what cannot be opened."""
    spec = spec_of(document)
    recipe = document.network
    network = load(recipe.path) if isinstance(recipe, Trained) else None
    if as_json:
        return json.dumps(facts(spec, network), ensure_ascii=False, indent=2)
    return "\n".join(_lines(spec, network))


def facts(spec: NetworkSpec, network: Network | None) -> dict[str, Any]:
    """The JSON of `info`: sizes, layers and counts, and of an opened file its format."""
    result: dict[str, Any] = {
        "input_size": spec.input_size,
        "output_size": spec.output_size,
        "parameters": {"one_bias": parameters(spec, 1), "two_biases": parameters(spec, 2)},
        "layers": [
            {
                "name": f"layer{index}",
                "input_size": cell.input_size,
                "cell_size": cell.cell_size,
                "hidden_size": cell.hidden_size,
                "direction": _direction(cell),
                "variant": "standard",
                "projection": cell.projected,
            }
            for index, cell in enumerate(spec.layers)
        ],
        "head": spec.head and {"size": spec.head.size, "activation": spec.head.activation},
        "names": {row.framework: row.call or None for row in names(spec)},
        "problem": problem_of(spec),
    }
    if network:
        vocabulary = list(network.vocabulary) if network.vocabulary else None
        result |= {
            "format": network.format,
            "gate_order": network.gate_order,
            "dtype": str(network.dtype),
            "title": network.title,
            "trained": network.trained,
            "vocabulary": vocabulary,
            "notes": network.notes,
        }
    return result


def _direction(cell: CellSpec) -> str:
    return "bidirectional" if len(cell.directions) > 1 else cell.directions[0]


def _lines(spec: NetworkSpec, network: Network | None) -> list[str]:
    """The whole report, line by line."""
    lines = _heading(spec, network)
    for index, cell in enumerate(spec.layers):
        lines += ["", *_layer(f"layer{index}", cell)]
    lines += ["", *_totals(spec), ""]
    for row in names(spec):
        lines.append(f"{row.framework:<14}{row.call or '(none)'}")
        lines.append(f"{'':<14}{row.remark}")
    return lines


def _heading(spec: NetworkSpec, network: Network | None) -> list[str]:
    """What it is, and how the sizes follow each other."""
    lines = [network.title if network and network.title else "an untrained network"]
    if network:
        order = ", ".join(network.gate_order)
        lines.append(f"  format      {network.format}, gates in the file: {order}")
        if network.vocabulary:
            lines.append(f"  vocabulary  {' '.join(map(label, network.vocabulary))}")
        lines += [f"  {name:<11} {text}" for name, text in network.notes.items()]
    problem = problem_of(spec)
    if problem:
        lines.append(f"  impossible  {problem}")
    lines.append(f"  input       {spec.input_size:,}")
    for index, cell in enumerate(spec.layers):
        projected = ", projected" if cell.projected else ""
        lines.append(
            f"  {f'layer{index}':<11} {_direction(cell)}: cell {cell.cell_size:,}, "
            f"hidden {cell.hidden_size:,}{projected}"
        )
    if spec.head:
        lines.append(f"  head        {spec.head.size:,}, {spec.head.activation}")
    return lines


def _layer(name: str, cell: CellSpec) -> list[str]:
    """Shapes and counts of one direction of a layer: per matrix, per gate, for all gates."""
    which = "each direction" if len(cell.directions) > 1 else cell.directions[0]
    lines = [f"{f'{name}, {which}':<24}{'shape':<16}{'one gate':>12}{'four gates':>12}"]
    rows = counts(cell, 1)
    gate = [row for row in rows if row.gate == "input_gate"]
    for row, title in zip(gate, ("W_h", "W_x", "b"), strict=True):
        shape = " × ".join(f"{size:,}" for size in row.shape)
        lines.append(f"  {title:<22}{shape:<16}{row.total:>12,}{4 * row.total:>12,}")
    for row in rows:
        if row.gate is None:
            shape = " × ".join(f"{size:,}" for size in row.shape)
            lines.append(f"  {row.name:<22}{shape:<16}{'':>12}{row.total:>12,}")
    for biases, word in ((1, "with one bias"), (2, "with two biases")):
        both = counts(cell, biases)
        each = sum(row.total for row in both if row.gate == "input_gate")
        lines.append(f"  {word:<38}{each:>12,}{sum(row.total for row in both):>12,}")
    return lines


def _totals(spec: NetworkSpec) -> list[str]:
    """The head's arrays and the whole network in both conventions."""
    lines = []
    for row in head_counts(spec):
        shape = " × ".join(f"{size:,}" for size in row.shape)
        lines.append(f"{'head ' + row.name:<24}{shape:<16}{'':>12}{row.total:>12,}")
    for biases, who in ((1, "one bias: Keras, TensorFlow, Flax"), (2, "two biases: PyTorch, ONNX")):
        text = f"all parameters, {who}"
        lines.append(f"{text:<52}{parameters(spec, biases):>12,}")
    return lines
