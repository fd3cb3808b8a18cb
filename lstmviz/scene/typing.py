"""Typing to a network: the text at hand, what may follow it, and letting the network write on."""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.analysis.prediction import drawn, likeliest, predicts, probabilities
from lstmviz.errors import LstmvizError
from lstmviz.inputs.text import label
from lstmviz.inputs.vocabulary import Vocabulary, joined, numbers, vocabulary
from lstmviz.scene.run import Run
from lstmviz.session import Document, TextInput, input_of

MOST = 5
"""Suggestions at once."""


@dataclass(frozen=True)
class Suggestion:
    """A symbol that may come next: its number, how it is shown, how likely it is."""

    number: int
    label: str
    probability: float


@dataclass(frozen=True)
class Typed:
    """What a key makes: the text that is read from now on, and what waits to become a symbol."""

    text: str
    pending: str = ""
    fault: str = ""


def known(run: Run) -> Vocabulary | None:
    """The vocabulary that this run's text is read by; None where there is none to type in."""
    symbols = run.network.vocabulary if run.network else None
    if symbols is None or run.sequence is None or not run.sequence.symbolic:
        return None
    given = run.document.vocabulary
    return vocabulary(symbols, given.split if given else "auto")


def text_of(document: Document) -> str:
    """The text that is read, "" where the input is no text that was typed."""
    recipe = input_of(document)
    return recipe.text if isinstance(recipe, TextInput) else ""


def suggestions(run: Run, step: int, most: int = MOST) -> tuple[Suggestion, ...]:
    """The likeliest next symbols after a step; () where the network tells none."""
    names = known(run)
    if names is None or run.network is None or run.trace is None or not 0 <= step < run.done:
        return ()
    head = run.network.spec.head
    if head is None or not predicts(run.network.spec):
        return ()
    shares = probabilities(run.trace.output[step], head.activation)
    return tuple(
        Suggestion(k, label(names.symbols[k]), float(shares[k]))
        for k in likeliest(shares, most)
        if k < len(names.symbols) and names.symbols[k] and shares[k] > 0
    )


def source_words(run: Run) -> str:
    """Where the probabilities come from."""
    head = run.network.spec.head if run.network else None
    if head is None or head.activation == "softmax":
        return "the output y itself, a softmax"
    return "the softmax of the output y, which are logits"


def typed(text: str, pending: str, key: str, names: Vocabulary) -> Typed:
    """The text after a key: letters wait until they make a symbol, words until they end.

    What is not in the vocabulary, and cannot become a symbol of it, is a fault in a sentence.
    """
    held = pending + key
    if names.split == "words" and not key[-1].isspace():
        return Typed(text, held)
    whole = text + held
    apart = names.split == "words" and text and not text[-1].isspace()
    if apart and not held[:1].isspace():
        whole = f"{text} {held}"
    _, unknown = numbers(whole, names)
    if unknown is None or names.unknown is not None:
        return Typed(whole)
    if any(symbol.startswith(held) for symbol in names.written):
        return Typed(text, held)
    few = " ".join(label(s)[:12] for s in names.symbols[:24] if s)
    more = " …" if len(names.symbols) > 24 else ""
    return Typed(text, pending, f"{label(unknown.first)!r} is not in the vocabulary: {few}{more}")


def erased(text: str, pending: str, names: Vocabulary) -> Typed:
    """The text without its last letter that waits, else without its last symbol."""
    if pending:
        return Typed(text, pending[:-1])
    if names.split == "words":
        kept = text.rstrip()
        return Typed(kept[: len(kept) - len(kept.split()[-1])].rstrip() if kept else "")
    ids, unknown = numbers(text, names)
    if unknown is not None or not ids:
        return Typed(text[:-1])
    return Typed(text.removesuffix(names.text_of(ids[-1])))


def taken(text: str, number: int, names: Vocabulary) -> str:
    """The text with a suggested symbol at its end."""
    return joined(text, number, names)


def written(run: Run, count: int, temperature: float, seed: int) -> str:
    """The run's text with `count` symbols that the network itself adds; see `drawn`.

    Raises `LstmvizError` where it cannot.
    """
    names = known(run)
    if names is None or run.network is None or run.trace is None or not run.finished:
        raise LstmvizError("only a network that has read a text to its end can write on.")
    size = run.network.spec.output_size
    barred = [k for k in range(size) if k >= len(names.symbols) or not names.symbols[k]]
    text = text_of(run.document)
    for number in drawn(run.network, run.trace, count, temperature, seed, barred):
        text = joined(text, number, names)
    return text
