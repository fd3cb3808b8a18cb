"""What a network is, in words and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from lstmviz.cli import understood
from lstmviz.engine.network import Network
from lstmviz.engine.spec import (
    CellSpec,
    Count,
    HeadSpec,
    NetworkSpec,
    chain_counts,
    counts,
    parameters,
    problem,
)
from lstmviz.engine.variant import STANDARD, Variant, variant_name
from lstmviz.files import shown
from lstmviz.inputs.text import label
from lstmviz.models import Certificate, Found
from lstmviz.models.gateorder import plain_order
from lstmviz.models.names import names
from lstmviz.plain import to_plain
from lstmviz.scene.equations import equations
from lstmviz.session import Document, Trained, Untrained, opened, spec_of, switched_words, trained


def report(document: Document, *, as_json: bool, expect: str | None = None) -> str:
    """The text of `lstmviz info`; raises `LstmvizError` for what cannot be opened.

    With `expect`, the name of a file, the document is run and compared with it.
    """
    spec = spec_of(document)
    recipe, network, certificate = document.network, None, None
    if isinstance(recipe, Trained):
        network, certificate = trained(recipe), opened(recipe).certificate
    found = None if expect is None else understood.expected(document, expect)
    if as_json:
        data = facts(spec, network, certificate)
        if isinstance(recipe, Untrained):
            drawn = ("seed", "forget_bias", "chrono")
            data["weights"] = {name: getattr(recipe, name) for name in drawn}
        if found:
            data["expect"] = understood.agreement_facts(*found)
        return json.dumps(data, ensure_ascii=False, indent=2)
    lines = _lines(spec, network, certificate)
    if isinstance(recipe, Untrained):
        lines.insert(1, f"  weights     {_drawn(recipe)}")
    elif recipe.switched:
        lines.insert(1, f"  as asked    {switched_words(recipe, spec)}")
    if found:
        lines += ["", *understood.agreement_lines(*found)]
    return "\n".join(lines)


def _drawn(recipe: Untrained) -> str:
    """How weights are drawn, in words."""
    words = f"random, seed {recipe.seed}"
    if recipe.forget_bias is not None:
        return f"{words}, forget bias {recipe.forget_bias:g}"
    return f"{words}, chrono up to {recipe.chrono:,} steps" if recipe.chrono else words


def several(source: str, choices: Sequence[Found], *, as_json: bool) -> str:
    """What `lstmviz info` says of a file with several LSTMs while none is picked."""
    if as_json:
        data = {"choices": [asdict(found) for found in choices]}
        return json.dumps(data, ensure_ascii=False, indent=2)
    lines = [f"{shown(source)} holds several LSTMs; pick one with --lstm NAME:"]
    return "\n".join([*lines, *understood.choice_lines(choices)])


def facts(
    spec: NetworkSpec, network: Network | None, certificate: Certificate | None
) -> dict[str, Any]:
    """The JSON of `info`: sizes, layers and counts, and of an opened file how it was read."""
    table = spec.embedding
    result: dict[str, Any] = {
        "input_size": spec.input_size,
        "output_size": spec.output_size,
        "parameters": {"one_bias": parameters(spec, 1), "two_biases": parameters(spec, 2)},
        "layers": [_layer_facts(index, cell) for index, cell in enumerate(spec.layers)],
        "head": spec.head and {"size": spec.head.size, "activation": spec.head.activation},
        "heads": [
            _head_facts(head, rows)
            for head, rows in zip(spec.heads, chain_counts(spec), strict=True)
        ],
        "embedding": table and {"size": table.size, "dimension": table.dimension},
        "names": {row.framework: row.call or None for row in names(spec)},
        "problem": problem(spec),
    }
    if network:
        result |= {
            "format": network.format,
            "gate_order": network.gate_order,
            "dtype": str(network.dtype),
            "title": network.title,
            "trained": network.trained,
            "initial": "zero" if network.initial is None else "model",
            "vocabulary": list(network.vocabulary) if network.vocabulary else None,
            "notes": network.notes,
        }
    if certificate:
        result["certificate"] = understood.certificate_facts(certificate)
    return result


def _layer_facts(index: int, cell: CellSpec) -> dict[str, Any]:
    """A layer of the JSON."""
    return {
        "name": f"layer{index}",
        "input_size": cell.input_size,
        "cell_size": cell.cell_size,
        "hidden_size": cell.hidden_size,
        "direction": _direction(cell),
        "variant": variant_name(cell.variant),
        "equations": [text for _, text in equations(cell)],
        "projection": cell.projected,
        "directions": list(cell.directions),
        "merge": cell.merge if len(cell.directions) > 1 else None,
        "return_sequences": cell.return_sequences,
        "output_size": cell.output_size,
        "departures": _departures_of(cell.variant),
        "matrices": [_matrix(row) for row in counts(cell, 1)],
    }


def _head_facts(head: HeadSpec, rows: tuple[Count, ...]) -> dict[str, Any]:
    """A head of the JSON, with its arrays."""
    return {
        "size": head.size,
        "activation": head.activation,
        "alpha": head.alpha,
        "beta": head.beta,
        "bias": head.bias,
        "last_step": head.last_step,
        "matrices": [_matrix(row) for row in rows],
    }


def _matrix(row: Count) -> dict[str, Any]:
    """One array of parameters; of a layer that of one direction, with one bias a gate."""
    return {"name": row.name, "shape": list(row.shape), "parameters": row.total}


def _departures_of(variant: Variant) -> dict[str, Any]:
    """The fields of a variant that are not those of the standard cell."""
    return {
        name: to_plain(value)
        for name, value in vars(variant).items()
        if value != getattr(STANDARD, name)
    }


def _direction(cell: CellSpec) -> str:
    return "bidirectional" if len(cell.directions) > 1 else cell.directions[0]


def _lines(
    spec: NetworkSpec, network: Network | None, certificate: Certificate | None
) -> list[str]:
    """The whole report, line by line."""
    lines = _heading(spec, network, certificate)
    for index, cell in enumerate(spec.layers):
        lines += ["", *_layer(f"layer{index}", cell)]
    lines += ["", *_totals(spec), ""]
    for row in names(spec):
        lines.append(f"{row.framework:<14}{row.call or '(none)'}")
        lines.append(f"{'':<14}{row.remark}")
    return lines


def _heading(
    spec: NetworkSpec, network: Network | None, certificate: Certificate | None
) -> list[str]:
    """What it is, and how the sizes follow each other."""
    lines = [network.title if network and network.title else "an untrained network"]
    if network:
        order = ", ".join(network.gate_order)
        if certificate and plain_order(network.gate_order) != plain_order(certificate.gate_order):
            order += f" as asked for (found: {', '.join(certificate.gate_order)})"
        lines.append(f"  format      {network.format}, gates in the file: {order}")
        if network.vocabulary:
            lines.append(f"  vocabulary  {' '.join(map(label, network.vocabulary))}")
        lines += [line for name, text in network.notes.items() for line in _note(name, text)]
    told = problem(spec)
    if told:
        lines.append(f"  impossible  {told}")
    embedded = f", embedded in {spec.embedding.dimension:,}" if spec.embedding else ""
    lines.append(f"  input       {spec.input_size:,}{embedded}")
    if network and network.initial is not None:
        lines.append("  begins      from states of the model's own (--initial zero for zeros)")
    for index, cell in enumerate(spec.layers):
        projected = ", projected" if cell.projected else ""
        lines.append(
            f"  {f'layer{index}':<11} {_direction(cell)}: cell {cell.cell_size:,}, "
            f"hidden {cell.hidden_size:,}{projected}{_departures(cell)}"
        )
    for head in spec.heads:
        bias = "" if head.bias else ", no bias"
        steps = "the last step only" if head.last_step else "time-distributed"
        lines.append(f"  head        {head.size:,}, {head.shown}{bias}, {steps}")
    return lines + (understood.certificate_lines(certificate) if certificate else [])


def _note(name: str, text: str) -> list[str]:
    """A note; a text of several lines stays under its beginning."""
    first, *others = text.rstrip("\n").split("\n")
    return [f"  {name:<11} {first}", *(f"{'':<14}{line}".rstrip() for line in others)]


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
    every = "all gates" if gates == 1 else f"{('two', 'three', 'four')[gates - 2]} gates"
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
    return [*lines, "", *(f"  {text}" for _, text in equations(cell))]


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
