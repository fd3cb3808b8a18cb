"""What happens when a control drawn in a diagram is clicked."""

from __future__ import annotations

from lstmviz.gui.store import Store
from lstmviz.scene.diagram import Control
from lstmviz.session import Document, Untrained
from lstmviz.session.shaping import switched

KEEPS = "The opened model keeps its weights: none depends on it."


def tip(control: Control, document: Document) -> str:
    """What a control would do, in words."""
    if control.act == "return_sequences" and not isinstance(document.network, Untrained):
        return f"{control.tip}. {KEEPS}"
    return control.tip


def follow(store: Store, control: Control) -> str:
    """Do what a control asks for; what is to be said of it."""
    if control.act == "layer":
        store.look_at(control.layer, control.direction)
        return ""
    store.edit(switched(store.document, control.layer))
    return ""
