"""Keras's names of activations in lstmviz's words.

Source: keras.activations of Keras 3, and of tf.keras 2.15 where the two differ.
"""

from __future__ import annotations

from typing import Any

from lstmviz.engine.activations import ACTIVATIONS, SYNONYMS
from lstmviz.engine.spec import ACROSS
from lstmviz.engine.variant import Activation
from lstmviz.errors import LstmvizError


def activation(given: Any, version: int, where: str) -> Activation:
    """The activation of a cell; `version` is Keras's major one and `where` names the layer.

    hard_sigmoid is max(0, min(1, x/6 + 1/2)) in Keras 3 and 0.2x + 0.5 in Keras 2. Raises
    `LstmvizError` for what is not one of Keras's own and for those that mix several units.
    """
    name = plain_name(given)
    found = _layer(given) or (_known(name, version) if name is not None else None)
    if found is None or found.name in ACROSS:
        said = repr(name[:40]) if name is not None else "code of its own"
        raise LstmvizError(
            f"{where} has {said} for an activation, which is not known and never run."
        )
    return found


def head_activation(given: Any, version: int) -> Activation | None:
    """The activation of a Dense layer, or None if a head cannot have it."""
    name = plain_name(given)
    if name in ACROSS:
        return Activation(name)
    return _layer(given) or (_known(name, version) if name is not None else None)


def layer_activation(kind: str, config: dict[str, Any]) -> Activation | None:
    """What a layer is that does nothing but apply an activation, None for another layer.

    Source: the layers' call methods in Keras 3 and tf.keras 2.15, whose names of α differ.
    """

    def setting(*names: str, default: float) -> float | None:
        given = next((config[name] for name in names if name in config), default)
        if isinstance(given, dict):  # Keras 2 keeps an array of one number so
            given = given.get("value")
        return float(given) if isinstance(given, int | float) else None

    if kind == "Softmax":
        return Activation("softmax") if config.get("axis", -1) in (-1, [-1]) else None
    if kind == "LeakyReLU":
        alpha = setting("negative_slope", "alpha", default=0.3)
        return None if alpha is None else Activation("leaky_relu", alpha)
    if kind == "ELU":
        alpha = setting("alpha", default=1.0)
        return None if alpha is None else Activation("elu", alpha)
    if kind == "ReLU" and not config.get("threshold"):
        slope, most = config.get("negative_slope") or 0, config.get("max_value")
        if most is None:
            return Activation("leaky_relu", float(slope)) if slope else Activation("relu")
        return Activation("relu6") if most == 6 and not slope else None
    return None


def _layer(given: Any) -> Activation | None:
    """A layer that stands as an activation inside another layer's description."""
    if not isinstance(given, dict) or not isinstance(given.get("config"), dict):
        return None
    if plain_name(given) is None:
        return None
    return layer_activation(str(given.get("class_name")), given["config"])


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
