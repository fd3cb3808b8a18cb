"""What single numbers are called: f[7], "forget gate of unit 7 at t = 24"."""

from __future__ import annotations

from lstmviz.analysis.sums import head_place
from lstmviz.engine.spec import LETTERS
from lstmviz.scene.addends import Source, symbol_of
from lstmviz.scene.address import Address
from lstmviz.scene.picture import names

LETTER = {
    **LETTERS,
    "cell_state": "c",
    "cell_output": "m",
    "hidden_state": "h",
    "cell_state_before": "c₋",
    "hidden_state_before": "h₋",
    "input": "x",
    "layer_output": "h",
    "symbol": "x",
    "output": "y",
}
FULL = {
    "forget_gate": "forget gate",
    "input_gate": "input gate",
    "candidate": "candidate",
    "output_gate": "output gate",
    "cell_state": "cell state",
    "cell_output": "cell output",
    "hidden_state": "hidden state",
    "cell_state_before": "cell state before",
    "hidden_state_before": "hidden state before",
    "input": "input",
    "layer_output": "what leaves the layer",
    "symbol": "input",
    "output": "output",
}


def letter_of(array: str) -> str:
    """The symbol of an array."""
    return LETTER.get(array, f"y{array[4:]}")


def role_of(array: str) -> str:
    """The colour of an array."""
    letter = letter_of(array)[0]
    return "h" if letter == "m" else letter


def name_of(question: Address) -> str:
    """The symbol of a number: f[7]."""
    return f"{letter_of(question.array)}[{question.element}]"


def described(source: Source, question: Address) -> str:
    """What a number is, in words."""
    q, spec = question, source.network.spec
    what = FULL.get(q.array, f"output of head {q.array[4:]}")
    words = f"{what} of {_which(source, q)} at t = {q.step:,}"
    if q.array == "symbol" or head_array(q.array):
        return words
    if len(spec.layers) > 1:
        words += f", layer {q.layer}"
    if spec.layers[q.layer].directions != ("forward",) and q.array != "layer_output":
        words += f", {q.direction}"
    return words


def head_array(array: str) -> bool:
    """Whether an array is what a head makes, or what leaves the network as if one did."""
    return array == "output" or (array.startswith("head") and array[4:].isdigit())


def _which(source: Source, question: Address) -> str:
    array, element, sequence = question.array, question.element, source.sequence
    if array in ("input", "symbol") and question.layer == 0:
        if array == "input" and source.network.embedding is not None:
            return f"dimension {element} of the embedding"
        if sequence.symbolic:
            return f"column {element} (“{symbol_of(source, element, question.step)}”)"
        if element < len(sequence.columns):
            return f"column {sequence.columns[element]}"
    if array == "input":
        return f"column {element}"
    if array == "layer_output" or head_array(array):
        return f"number {element}{symbol_meant(source, question)}"
    return f"unit {element}"


def symbol_meant(source: Source, question: Address) -> str:
    """The symbol that an output stands for, in brackets, or nothing."""
    symbols = source.network.vocabulary
    if question.array != "output" or not symbols or len(symbols) != source.trace.output.shape[1]:
        return ""
    return f" (“{names(symbols)[question.element]}”)"


def short_symbol(source: Source, question: Address) -> str:
    """An output by its symbol where it stands for one, else by its number: y “a”, y[3]."""
    meant = symbol_meant(source, question)
    return (
        f"{letter_of(question.array)}{meant.replace('(', '').replace(')', '')}"
        if (meant)
        else name_of(question)
    )


def is_head(source: Source, question: Address) -> bool:
    """Whether a head of the network makes this number."""
    return head_place(source.network, question.array) is not None
