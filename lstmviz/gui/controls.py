"""What happens when a control drawn in a diagram is clicked."""

from __future__ import annotations

from dataclasses import replace

from lstmviz.gui.store import Store
from lstmviz.scene.diagram import Control
from lstmviz.session import Document, Untrained
from lstmviz.session.shaping import with_layer

FIXED = "An opened network keeps its return_sequences: it is part of the file."


def tip(control: Control, document: Document) -> str:
    """What a control would do, in words."""
    if control.act == "return_sequences" and not isinstance(document.network, Untrained):
        return FIXED
    return control.tip


def follow(store: Store, control: Control) -> str:
    """Do what a control asks for; what is to be said of it."""
    if control.act == "layer":
        store.look_at(control.layer, control.direction)
        return ""
    network = store.document.network
    if not isinstance(network, Untrained):
        return FIXED
    on = network.layers[control.layer].return_sequences
    switched = with_layer(network, control.layer, return_sequences=not on)
    store.edit(replace(store.document, network=switched))
    return ""
