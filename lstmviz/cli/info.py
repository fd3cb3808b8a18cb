"""What a network is, in words and as JSON."""

from __future__ import annotations

import json
from typing import Any

from lstmviz.engine.network import Network
from lstmviz.engine.spec import CellSpec, NetworkSpec, chain_counts, counts, parameters
from lstmviz.engine.variant import STANDARD, variant_name
from lstmviz.inputs.text import label
from lstmviz.models import load
from lstmviz.models.names import names
from lstmviz.session import Document, Trained, spec_of
from lstmviz.session.resolved import problem_of


def report(document: Document, *, as_json: bool) -> str:
    """The text of `lstmviz info`; raises `LstmvizError` for what cannot be opened."""
    spec = spec_of(document)
    recipe = document.network
    network = load(recipe.path, recipe.lstm) if isinstance(recipe, Trained) else None
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
                "variant": variant_name(cell.variant),
                "projection": cell.projected,
            }
            for index, cell in enumerate(spec.layers)
        ],
        "head": spec.head and {"size": spec.head.size, "activation": spec.head.activation},
        "heads": [{"size": head.size, "activation": head.activation} for head in spec.heads],
        "embedding": spec.embedding
        and {"size": spec.embedding.size, "dimension": spec.embedding.dimension},
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
    embedded = f", embedded in {spec.embedding.dimension:,}" if spec.embedding else ""
    lines.append(f"  input       {spec.input_size:,}{embedded}")
    for index, cell in enumerate(spec.layers):
        projected = ", projected" if cell.projected else ""
        lines.append(
            f"  {f'layer{index}':<11} {_direction(cell)}: cell {cell.cell_size:,}, "
            f"hidden {cell.hidden_size:,}{projected}{_departures(cell)}"
        )
    lines += [f"  head        {head.size:,}, {head.activation}" for head in spec.heads]
    return lines


def _departures(cell: CellSpec) -> str:
    """What is not standard about a layer, each after a comma."""
    parts = [] if cell.variant == STANDARD else [variant_name(cell.variant)]
    if len(cell.directions) > 1 and cell.merge != "concat":
        parts.append(f"directions merged by {cell.merge}")
    if not cell.return_sequences:
        parts.append("final state only")
    return "".join(f", {part}" for part in parts)


def _layer(name: str, cell: CellSpec) -> list[str]:
    """Shapes and counts of one direction of a layer: per matrix, per gate, for all gates."""
    which = "each direction" if len(cell.directions) > 1 else cell.directions[0]
    rows = counts(cell, 1)
    gates = len({row.gate for row in rows} - {None})
    every = f"{('one', 'two', 'three', 'four')[gates - 1]} gates"
    lines = [f"{f'{name}, {which}':<24}{'shape':<16}{'one gate':>12}{every:>12}"]
    gate = [row for row in rows if row.gate == "candidate"]
    for row, title in zip(gate, ("W_h", "W_x", "b"), strict=True):
        shape = " × ".join(f"{size:,}" for size in row.shape)
        lines.append(f"  {title:<22}{shape:<16}{row.total:>12,}{gates * row.total:>12,}")
    for row in rows:
        if row.gate is None or row.name[0] in "pR":
            shape = " × ".join(f"{size:,}" for size in row.shape)
            lines.append(f"  {row.name:<22}{shape:<16}{'':>12}{row.total:>12,}")
    for biases, word in ((1, "with one bias"), (2, "with two biases")):
        both = counts(cell, biases)
        each = sum(row.total for row in both if row.gate == "candidate")
        lines.append(f"  {word:<38}{each:>12,}{sum(row.total for row in both):>12,}")
    return lines


def _totals(spec: NetworkSpec) -> list[str]:
    """The heads' arrays, the embedding and the whole network in both conventions."""
    lines = []
    if spec.embedding:
        shape = f"{spec.embedding.size:,} × {spec.embedding.dimension:,}"
        total = spec.embedding.size * spec.embedding.dimension
        lines.append(f"{'embedding':<24}{shape:<16}{'':>12}{total:>12,}")
    for row in (row for rows in chain_counts(spec) for row in rows):
        shape = " × ".join(f"{size:,}" for size in row.shape)
        lines.append(f"{'head ' + row.name:<24}{shape:<16}{'':>12}{row.total:>12,}")
    for biases, who in ((1, "one bias: Keras, TensorFlow, Flax"), (2, "two biases: PyTorch, ONNX")):
        text = f"all parameters, {who}"
        lines.append(f"{text:<52}{parameters(spec, biases):>12,}")
    return lines
