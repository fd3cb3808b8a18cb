"""What a figure's metadata says of how it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from lstmviz.inputs.recipes import FileInput, InputRecipe, TextInput
from lstmviz.models import bundled
from lstmviz.plain import to_plain
from lstmviz.scene.run import Run
from lstmviz.session import Document, Other, Trained, Untrained, View, input_of
from lstmviz.version import __version__

MAX_TEXT = 2000
"""Characters of an input text that are kept."""

LOOKED = (
    "diagram",
    "layer",
    "direction",
    "order",
    "limits",
    "reveal",
    "first",
    "last",
    "low",
    "high",
    "row",
    "asked",
    "element",
    "target",
    "target_step",
    "follows",
    "pattern",
    "ranges",
    "annotation",
    "annotation_file",
    "every_layer",
    "rank",
    "tint",
    "like",
    "alike",
    "folder",
    "shown",
    "compared",
    "align",
    "match",
)
"""What else a picture shows of a view, told where it is not the usual."""
FILES = ("annotation_file", "folder")
ASKED_OF_FILES = ("lstm", "gate_order", "switched")
"""What is told of a model besides its file, where it is asked for."""


def recipe(
    run: Run, view: View, what: str, theme: str, origin: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Version, source, sizes, head, seed, input and place of a figure, as JSON data.

    `origin` says where the numbers come from; without it the run's document does. Files are
    named without their folders, which are nobody else's business.
    """
    result: dict[str, Any] = {"lstmviz": __version__, "view": what, "theme": theme}
    if run.spec is not None:
        cell = run.spec.layers[view.layer]
        result["sizes"] = {
            "input": cell.input_size,
            "hidden": cell.hidden_size,
            "cell": cell.cell_size,
            "output": run.spec.output_size,
        }
    result |= _origin(run.document) if origin is None else origin
    if run.steps:
        result |= {"steps": run.steps, "step": min(view.step, run.steps - 1), "stage": view.stage}
    if view.unit is not None:
        result["unit"] = view.unit
    usual = View()
    looked = {name: getattr(view, name) for name in LOOKED}
    for name in FILES:
        looked[name] = looked[name] and Path(looked[name]).name
    return result | {n: value for n, value in looked.items() if value != getattr(usual, n)}


def _origin(document: Document) -> dict[str, Any]:
    """The source and the input of a document, what is changed of it, and the other run."""
    told = _source(document.network) | {"input": _input(input_of(document))} | _run(document)
    other = document.other
    if other is not None:
        named = {} if other.network is None else _source(other.network)
        named |= {} if other.input is None else {"input": _input(other.input)}
        told["other"] = named | _run(other)
    return told


def _run(run: Document | Other) -> dict[str, Any]:
    """Where a run starts, by what its texts are read, and what is changed of it."""
    told: dict[str, Any] = {} if run.initial is None else {"initial": run.initial}
    if run.vocabulary is not None:
        name = Path(run.vocabulary.path).name
        told["vocabulary"] = to_plain(replace(run.vocabulary, path=name))
    changes = [edit.line for edit in run.changes if edit.on]
    return told | ({"changes": changes} if changes else {})


def _source(network: Untrained | Trained) -> dict[str, Any]:
    """A file without its folder, or the recipe of an untrained network."""
    if isinstance(network, Untrained):
        return {"source": "untrained", "network": to_plain(network)}
    path, asked = network.path, to_plain(network)
    kept = {name: asked[name] for name in ASKED_OF_FILES if asked[name]}
    return {"source": path if bundled(path) else Path(path).name, **kept}


def _input(given: InputRecipe) -> Any:
    if isinstance(given, TextInput) and len(given.text) > MAX_TEXT:
        given = replace(given, text=given.text[:MAX_TEXT] + "…")
    elif isinstance(given, FileInput):
        given = replace(given, path=Path(given.path).name)
    return to_plain(given)


def title(run: Run, view: View, what: str) -> str:
    """A line that names the figure."""
    name = (run.network.title if run.network else "") or "LSTM"
    words = [name if what == "window" else f"{name}, {what}"]
    if run.spec is not None:
        cell = run.spec.layers[view.layer]
        words.append(f"{cell.input_size} → {cell.cell_size} → {cell.hidden_size}")
    if run.steps:
        words.append(f"t = {min(view.step, run.steps - 1)}, {view.stage}")
    return " · ".join(words)
