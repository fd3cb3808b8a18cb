"""Typing to a network: the text at hand, what may follow it, and letting the network write on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lstmviz.analysis.prediction import draws, likeliest, predicts, probabilities
from lstmviz.errors import LstmvizError
from lstmviz.inputs.text import label
from lstmviz.inputs.vocabulary import Vocabulary, joined, numbers, vocabulary
from lstmviz.scene.run import Run
from lstmviz.session import TextInput, input_of

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


def text_of(run: Run) -> str:
    """The text that is read: as it was typed, else what the symbols read make."""
    recipe = input_of(run.document)
    if isinstance(recipe, TextInput):
        return recipe.text
    names, sequence = known(run), run.sequence
    if names is None or sequence is None:
        return ""
    between = " " if names.split == "words" else ""
    ids = sequence.values.argmax(axis=1).tolist()
    return between.join(names.text_of(k) for k in ids if k < len(names.symbols))


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


def number_at(run: Run, step: int) -> int | None:
    """The number of the symbol that is read at a step, None where there is no such step."""
    sequence = run.sequence
    if sequence is None or not 0 <= step < sequence.steps:
        return None
    return int(sequence.values[step].argmax())


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


def writing(run: Run, count: int, temperature: float, seed: int) -> Iterator[str]:
    """The run's text with ever more symbols that the network itself adds, `count` in the end.

    See `prediction.draws` for how, and for the errors; also raises `LstmvizError` where no
    text has been read to its end.
    """
    names = known(run)
    if names is None or run.network is None or run.trace is None or not run.finished:
        raise LstmvizError("only a network that has read a text to its end can write on.")
    size, count_known = run.network.spec.output_size, len(names.symbols)
    barred = [k for k in range(size) if k >= count_known or not names.symbols[k]]
    numbers_drawn = draws(run.network, run.trace, count, temperature, seed, barred)
    return _joining(text_of(run), numbers_drawn, names)


def _joining(text: str, symbols: Iterator[int], names: Vocabulary) -> Iterator[str]:
    for number in symbols:
        text = joined(text, number, names)
        yield text
