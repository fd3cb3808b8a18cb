"""From a Document's recipes to a network and a sequence."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from lstmviz.engine import memory
from lstmviz.engine.initial import random_network, random_state
from lstmviz.engine.network import Network
from lstmviz.engine.spec import MAX_SIZE, NetworkSpec, problem
from lstmviz.engine.states import ZERO, Initial
from lstmviz.errors import LstmvizError
from lstmviz.files import shown
from lstmviz.inputs import build, generators, vocabfiles
from lstmviz.inputs.recipes import FileInput, GeneratedInput, InputRecipe, TextInput
from lstmviz.inputs.sequence import Sequence
from lstmviz.inputs.spoken import Spoken, spoken
from lstmviz.models import Certificate, Progress
from lstmviz.session.documents import Document, Trained, Untrained
from lstmviz.session.opened import Stamp, opened, spec_as_asked, stamp_of, trained
from lstmviz.session.untrained import check_recipe, network_spec, recipe_of

INITIALS = ("model", "zero", "random")
"""States to start from: the model's own (zeros where it has none), zeros, or random ones."""


@dataclass(frozen=True, eq=False)
class Resolved:
    """What a Document stands for.

    `network` is None where its shapes do not fit together; `problem` then says why, and
    what would mend it. `initial` None starts from the
    model's own states. `certificate` says how a file was read.
    """

    spec: NetworkSpec
    network: Network | None
    sequence: Sequence
    initial: Initial | None = None
    problem: str | None = None
    certificate: Certificate | None = None


def resolve(document: Document, progress: Progress | None = None) -> Resolved:
    """The network and the sequence of a document; `progress` is told while a model is read.

    An impossible network is no error: it resolves to a spec, a sequence and a problem.
    Raises `LstmvizError` for files that cannot be read, sizes out of range, an input that
    does not fit the network, and a run over the memory budget.
    """
    if document.initial not in INITIALS:
        known = ", ".join(INITIALS)
        raise LstmvizError(f"initial states {document.initial!r} are unknown; use {known}.")
    certificate = None
    if isinstance(document.network, Trained):
        certificate = opened(document.network, progress).certificate
    spec = spec_of(document)
    if not spec.possible:
        return Resolved(spec, None, sequence_of(document), None, problem(spec), certificate)
    recipe = document.network
    network = trained(recipe) if isinstance(recipe, Trained) else _untrained(spec, recipe)
    if document.vocabulary is not None:
        network = _named(network, symbols_of(document))
    given = input_of(document)
    subject = f"a run of {shown(given.path)}" if isinstance(given, FileInput) else "a run"
    if isinstance(given, GeneratedInput):
        memory.check(spec, given.length, network.dtype)  # before anything so long is made
    sequence = sequence_of(document)
    memory.check(spec, sequence.steps, network.dtype, subject)
    seed = recipe.seed if isinstance(recipe, Untrained) else 0
    initial = ZERO if document.initial == "zero" else None
    if document.initial == "random":
        initial = random_state(spec, seed, network.dtype)
    return Resolved(spec, network, sequence, initial, certificate=certificate)


def spec_of(document: Document) -> NetworkSpec:
    """The sizes alone; draws no weights, and reads the input only for its width.

    Raises `LstmvizError` as `resolve` does.
    """
    recipe = document.network
    if isinstance(recipe, Trained):
        return spec_as_asked(recipe)
    check_recipe(recipe)
    input_size = recipe.input_size
    if input_size is None:
        input_size = sequence_of(document).values.shape[1]
        if input_size > MAX_SIZE:
            given = input_of(document)
            where = shown(given.path) if isinstance(given, FileInput) else "the input"
            raise LstmvizError(
                f"{where} has {input_size:,} columns, more than the {MAX_SIZE:,} that an "
                "untrained network can read; give fewer."
            )
    return network_spec(recipe, input_size)


def input_of(document: Document) -> InputRecipe:
    """The document's input; where it gives none the model's own example, else a generator.

    A model that reads symbols keeps a text in its note "example"; any other may keep a generator
    there, as `generators.parse` reads it. What cannot be read is passed over.
    """
    if document.input is not None:
        return document.input
    if isinstance(document.network, Untrained):
        return GeneratedInput()
    network, symbols = _model(document.network), symbols_of(document)
    note = network.notes.get("example", "")
    if note and network.vocabulary and network.vocabulary == symbols:
        return TextInput(note)
    symbolic = symbols or network.spec.embedding
    if note and not symbolic:
        with suppress(LstmvizError):
            return generators.parse(note)
    return GeneratedInput("onehot" if symbolic else "sine")


def other_document(document: Document) -> Document | None:
    """The other run's document, with no changes but its own; None where there is none.

    What it does not say of its own is as in the document; a vocabulary file of the document
    counts for it too, unless its model has a vocabulary. Raises `LstmvizError` as `resolve`.
    """
    other = document.other
    if other is None:
        return None
    network, vocabulary = other.network or document.network, document.vocabulary
    if isinstance(other.network, Trained) and _model(other.network).vocabulary:
        vocabulary = None
    given, initial = other.input or input_of(document), other.initial or document.initial
    return Document(network, given, initial, other.vocabulary or vocabulary, other.changes)


def untrained_like(document: Document) -> Document:
    """The same network and input, but untrained, in place of a trained one.

    An untrained document is returned as it is. Sizes beyond 1024 are lowered to it, and an
    input file that is wider then gives way to a generator.
    """
    if isinstance(document.network, Untrained):
        return document
    spec, recipe = spec_of(document), input_of(document)
    if isinstance(recipe, FileInput) and spec.input_size > MAX_SIZE:
        recipe = GeneratedInput()
    return replace(document, network=recipe_of(spec), input=recipe)


def symbols_of(document: Document) -> tuple[str, ...] | None:
    """The vocabulary that texts are read by: the document's own, else the model's, else None.

    Raises `LstmvizError` as `resolve`, also for more symbols than a trained network reads.
    """
    given, network = document.vocabulary, document.network
    model = _model(network) if isinstance(network, Trained) else None
    if given is None:
        return model.vocabulary if model else None
    symbols = _symbols(given.path, stamp_of(Path(given.path)))
    size = network.input_size if isinstance(network, Untrained) else _model(network).spec.input_size
    if size is not None and len(symbols) > size:
        raise LstmvizError(
            f"{shown(given.path)} has {len(symbols):,} symbols, but the network reads {size:,}; "
            "give the vocabulary it was trained with."
        )
    return symbols


def sequence_of(document: Document) -> Sequence:
    """The input, built for the network that reads it; raises `LstmvizError` as `resolve`."""
    recipe, network = input_of(document), document.network
    size = network.input_size if isinstance(network, Untrained) else _model(network).spec.input_size
    split = document.vocabulary.split if document.vocabulary else "auto"
    sequence = _built(recipe, size, symbols_of(document), split, _stamp_of(recipe))
    given = document.vocabulary
    if given is None or not sequence.symbolic or sequence.columns[-1]:
        return sequence
    named = sum(map(bool, sequence.columns))
    note = (
        f"{Path(given.path).name} names {named:,} of the {len(sequence.columns):,} symbols that "
        "the network reads."
    )
    return replace(sequence, notes=(*sequence.notes, note))


def text_of(document: Document, network: Network, sequence: Sequence) -> Spoken:
    """The text of a sequence that a document's network reads; raises `LstmvizError` for numbers."""
    split = document.vocabulary.split if document.vocabulary else "auto"
    return spoken(sequence, network.vocabulary, split)


def _model(recipe: Trained) -> Network:
    return opened(recipe).network


def _untrained(spec: NetworkSpec, recipe: Untrained) -> Network:
    memory.check_weights(spec)
    return _random(spec, recipe.seed, recipe.forget_bias, recipe.chrono)


@lru_cache(maxsize=2)
def _random(spec: NetworkSpec, seed: int, forget_bias: float | None, chrono: int | None) -> Network:
    return random_network(spec, seed, forget_bias=forget_bias, chrono=chrono)


@lru_cache(maxsize=4)
def _built(
    recipe: InputRecipe,
    input_size: int | None,
    vocabulary: tuple[str, ...] | None,
    split: str,
    stamp: Stamp,
) -> Sequence:
    """A sequence, built again only when the recipe or its file has changed."""
    return build(recipe, input_size, vocabulary, split)


@lru_cache(maxsize=2)
def _symbols(path: str, stamp: Stamp) -> tuple[str, ...]:
    """A vocabulary, read again only when its file has changed."""
    return vocabfiles.read(path)


@lru_cache(maxsize=2)
def _named(network: Network, vocabulary: tuple[str, ...]) -> Network:
    """The network with another vocabulary, its weights shared; the same for the same two."""
    return replace(network, vocabulary=vocabulary)


def _stamp_of(recipe: InputRecipe) -> Stamp:
    return stamp_of(Path(recipe.path)) if isinstance(recipe, FileInput) else None
