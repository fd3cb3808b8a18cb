"""How a variant's activations and bounds are written in pictures and formulas."""

from __future__ import annotations

from lstmviz.engine.activations import formula, parameters
from lstmviz.engine.spec import LETTERS
from lstmviz.engine.variant import SWITCHES, Activation, Variant

MINUS = "\N{MINUS SIGN}"

_SIGNS = {"sigmoid": "σ", "hard_sigmoid": "hard σ", "linear": "identity", "identity": "identity"}


def sign(activation: Activation) -> str:
    """What stands in an activation's disc: σ, tanh, hard σ, relu, identity, leaky relu …"""
    return _SIGNS.get(activation.name, activation.name.replace("_", " "))


def plain(activation: Activation) -> bool:
    """Whether it leaves numbers as they are."""
    return sign(activation) == "identity"


def applied(activation: Activation, inside: str) -> str:
    """The activation of something: σ(a), or the thing itself where nothing is done to it."""
    return inside if plain(activation) else f"{sign(activation)}({inside})"


def definition(activation: Activation) -> str | None:
    """What the function is, with its own α and β; None for σ, tanh and identity."""
    if activation.name in ("sigmoid", "tanh") or plain(activation):
        return None
    row = formula(activation)
    alpha, beta = parameters(activation)
    text = row.text
    for letter, value in (("α", alpha), ("β", beta)):
        if value is not None:
            text = text.replace(letter, f"{value:.4g}".replace("-", MINUS))
    return f"{sign(activation)}(x) = {text}"


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
