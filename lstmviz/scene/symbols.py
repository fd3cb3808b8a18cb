"""How a variant's activations and bounds are written in pictures and formulas."""

from __future__ import annotations

from lstmviz.engine.activations import formula, parameters
from lstmviz.engine.spec import ACROSS, LETTERS
from lstmviz.engine.variant import SWITCHES, Activation, Variant

MINUS = "\N{MINUS SIGN}"

_SIGNS = {"sigmoid": "σ", "hard_sigmoid": "hard σ", "linear": "identity", "identity": "identity"}


def sign(activation: Activation) -> str:
    """What stands in an activation's disc: σ, tanh, hard σ, relu, identity, leaky relu 0.2 …

    Behind it its α and β where they are not the usual ones, so that two functions never look
    like one.
    """
    return " ".join([_name(activation), *_own(activation)])


def _name(activation: Activation) -> str:
    return _SIGNS.get(activation.name, activation.name.replace("_", " "))


def _own(activation: Activation) -> list[str]:
    """What α and β are where they are not what holds if a model gives none."""
    if activation.name in ACROSS:
        return []
    row, (alpha, beta) = formula(activation), parameters(activation)
    own = [] if alpha is None or alpha == row.alpha else [_number(alpha)]
    return own if beta is None or beta == row.beta else [*own, f"β {_number(beta)}"]


def _number(value: float) -> str:
    return f"{value:.4g}".replace("-", MINUS)


def plain(activation: Activation) -> bool:
    """Whether it leaves numbers as they are."""
    return _name(activation) == "identity"


def applied(activation: Activation, inside: str) -> str:
    """The activation of something: σ(a), elu(a; 0.5), or the thing itself where it stays so."""
    if plain(activation):
        return inside
    return f"{_name(activation)}({'; '.join([inside, *_own(activation)])})"


def definition(activation: Activation) -> str | None:
    """What the function is, with its own α and β; None for σ, tanh and identity."""
    if activation.name in ("sigmoid", "tanh") or plain(activation):
        return None
    row = formula(activation)
    alpha, beta = parameters(activation)
    text = row.text
    for letter, value in (("α", alpha), ("β", beta)):
        if value is not None:
            text = text.replace(letter, _number(value))
    return f"{applied(activation, 'x')} = {text}"


def bound(value: float) -> str:
    """±value, in few characters."""
    return f"±{value:.4g}"


def clipped(inside: str, value: float | None) -> str:
    """clip(inside, ±value), or the inside itself without a bound."""
    return inside if value is None else f"clip({inside}, {bound(value)})"


def weighted(variant: Variant) -> tuple[str, ...]:
    """Those of i, f, o that have weights of their own."""
    return tuple(name for name in SWITCHES if name not in variant.lacking)


def recurrent(variant: Variant) -> bool:
    """Whether any gate reads the gates of the step before."""
    return variant.gate_recurrence and bool(weighted(variant))


def gate_vector(variant: Variant) -> str:
    """The gates that gate recurrence reads, as a vector: [i; f; o]."""
    return f"[{'; '.join(LETTERS[name] for name in weighted(variant))}]"


def late_output_gate(variant: Variant) -> bool:
    """Whether o waits for the new cell state: it has a peephole."""
    return variant.peephole and "output_gate" not in variant.absent
