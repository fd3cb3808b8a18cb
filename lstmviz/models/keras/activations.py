"""Keras's names of activations in lstmviz's words.

Source: keras.activations of Keras 3, and of tf.keras 2.15 where the two differ.
"""

from __future__ import annotations

from typing import Any

from lstmviz.engine.activations import ACTIVATIONS, SYNONYMS
from lstmviz.engine.variant import Activation
from lstmviz.errors import LstmvizError

HEADS = {"softmax"}


def activation(given: Any, version: int, where: str) -> Activation:
    """The activation of a cell; `version` is Keras's major one and `where` names the layer.

    hard_sigmoid is max(0, min(1, x/6 + 1/2)) in Keras 3 and 0.2x + 0.5 in Keras 2. Raises
    `LstmvizError` for what is not one of Keras's own and for those that mix several units.
    """
    name = plain_name(given)
    found = _known(name, version) if name is not None else None
    if found is None:
        said = repr(name[:40]) if name is not None else "code of its own"
        raise LstmvizError(
            f"{where} has {said} for an activation, which is not known and never run."
        )
    return found


def head_activation(given: Any, version: int) -> str | None:
    """The activation of a Dense layer as a head names it, or None if a head cannot have it."""
    name = plain_name(given)
    if name in HEADS:
        return name
    found = _known(name, version) if name is not None else None
    return found.name if found and found.alpha is found.beta is None else None


def plain_name(given: Any) -> str | None:
    """The name of one of Keras's own activations in a description, or None."""
    if given is None:
        return "linear"
    if isinstance(given, dict):
        module = given.get("module") or "keras"
        config = given.get("config")
        if not isinstance(module, str) or not module.startswith(("keras", "builtins")):
            return None
        if given.get("registered_name") not in (None, config, given.get("class_name")):
            return None
        given = config if isinstance(config, str) else given.get("class_name")
    return given if isinstance(given, str) else None


def _known(name: str, version: int) -> Activation | None:
    if name == "hard_sigmoid":
        return Activation(name, 1 / 6 if version >= 3 else 0.2, 0.5)
    if name == "leaky_relu":
        return Activation(name, 0.2)
    name = SYNONYMS.get(name, name)
    return Activation(name) if name in ACTIVATIONS else None
