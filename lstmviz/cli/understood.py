"""How a file was read, and how a run agrees with what was expected, in words and as JSON."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from lstmviz.analysis.agreement import Agreement
from lstmviz.engine import unroll
from lstmviz.engine.trace import Trace
from lstmviz.errors import LstmvizError
from lstmviz.models import Certificate, Found
from lstmviz.models.certificate import found_words
from lstmviz.session import Document, Resolved, Trained, resolve
from lstmviz.session.compared import agreement, ranked, tries, words

MOST_NAMES = 12
WIDTH = 96


def certificate_facts(certificate: Certificate) -> dict[str, Any]:
    """The certificate as JSON data."""
    return asdict(certificate)


def certificate_lines(certificate: Certificate) -> list[str]:
    """The certificate line by line."""
    writer = f"{certificate.framework} {certificate.version}".strip()
    rows = [
        ("written by", writer),
        ("biases", certificate.biases),
        ("activations", certificate.activations),
        ("prefix", certificate.prefix),
        ("flags", ", ".join(certificate.flags)),
    ]
    lines = [f"  {name:<11} {text}" for name, text in rows if text]
    if len(certificate.choices) > 1:
        lines.append(f"  LSTMs       {len(certificate.choices)} can be opened (--lstm NAME):")
        lines += choice_lines(certificate.choices, certificate.chosen)
    lines += [f"  before it   {text}, which is not run" for text in certificate.before]
    if certificate.before:
        lines.append("              so the input is the LSTM's own, what these would hand to it")
    lines += _names("tensors used", certificate.used)
    lines += _names("ignored", certificate.ignored)
    for warning in certificate.warnings:
        lines += textwrap.wrap(
            warning,
            WIDTH,
            initial_indent="  note        ",
            subsequent_indent=" " * 14,
            break_long_words=False,
        )
    return lines


def choice_lines(choices: Sequence[Found], chosen: str = "") -> list[str]:
    """All LSTMs of a file, the one that was opened marked."""
    lines = []
    for found in choices:
        mark = "→" if found.name == chosen else " "
        lines.append(f"            {mark} {found.name}: {found_words(found)}")
    return lines


def _names(title: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    lines = [f"  {title} ({len(names):,})"]
    lines += [f"              {name}" for name in names[:MOST_NAMES]]
    if len(names) > MOST_NAMES:
        lines.append(f"              … and {len(names) - MOST_NAMES:,} more (see --json)")
    return lines


def expected(document: Document, path: str) -> tuple[Agreement, dict[str, Agreement]]:
    """How a document's run agrees with a file; of a model that does not, every gate order.

    Raises `LstmvizError` for a network that cannot run, and for a file that does not fit.
    """
    resolved = resolve(document)
    if resolved.network is None:
        raise LstmvizError(str(resolved.problem))
    trace = unroll.run(resolved.network, resolved.sequence.values, resolved.initial)
    return compared(document, resolved, trace, path)


def compared(
    document: Document, resolved: Resolved, trace: Trace, path: str
) -> tuple[Agreement, dict[str, Agreement]]:
    """The same of a run that is there."""
    found = agreement(trace, path)
    if found.agrees or resolved.network is None or not isinstance(document.network, Trained):
        return found, {}
    values = resolved.sequence.values
    return found, ranked(dict(tries(resolved.network, values, path, resolved.initial)))


def agreement_lines(found: Agreement, orders: dict[str, Agreement]) -> list[str]:
    """What was found, and which gate order fits best where this one does not."""
    lines = [words(found)]
    if orders:
        order, best = next(iter(orders.items()))
        fits = "fits" if best.agrees else "comes nearest but does not fit either"
        lines.append(
            f"Of all gate orders {order} {fits} (largest difference {best.difference:.2e}); "
            f"--gate-order {order} takes it."
        )
    return lines


def agreement_facts(found: Agreement, orders: dict[str, Agreement]) -> dict[str, Any]:
    """The same as JSON data, in which a difference that is no number is null."""
    facts = {name: _finite(value) for name, value in asdict(found).items()}
    facts |= {"relative": _finite(found.relative), "agrees": found.agrees}
    if orders:
        facts["gate_orders"] = {name: _finite(each.difference) for name, each in orders.items()}
        facts["best_gate_order"] = next(iter(orders))
    return facts


def _finite(value: Any) -> Any:
    return value if not isinstance(value, float) or math.isfinite(value) else None
