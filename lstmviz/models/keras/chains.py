"""Which layers of a Keras model make an LSTM that runs: what feeds it, its stack, its heads."""

from __future__ import annotations

from dataclasses import dataclass

from lstmviz.models.keras.activations import layer_activation
from lstmviz.models.keras.config import RECURRENT, THROUGH, Node
from lstmviz.models.pick import joined


@dataclass(frozen=True)
class Head:
    """A Dense layer and the activation after it: Keras's name or description, or what it is."""

    node: Node
    activation: object


@dataclass(frozen=True)
class Chain:
    """LSTM layers that feed each other, with the embedding before and the heads after them.

    `before` are layers in front that cannot be run, `warnings` sentences.
    """

    lstms: tuple[Node, ...]
    embedding: Node | None
    heads: tuple[Head, ...]
    before: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the user picks it by."""
        return joined([node.name for node in self.lstms])

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every layer that is used, if the heads' activations are known."""
        first = (self.embedding,) if self.embedding else ()
        return (*first, *self.lstms, *(head.node for head in self.heads))


def is_lstm(node: Node) -> bool:
    """Whether a layer is made of LSTM cells."""
    return node.kind in RECURRENT and bool(node.cells) and node.wrapped != "TimeDistributed"


def returns_sequences(node: Node) -> bool:
    """Whether a recurrent layer hands on every step."""
    return node.config.get("return_sequences") is True


def chains(nodes: tuple[Node, ...]) -> tuple[tuple[Chain, ...], tuple[Chain, ...]]:
    """Every LSTM of a model, consecutive ones as one stack, and the layers of stacks alone.

    Both in the order of the model.
    """
    table = {node.name: node for node in nodes}
    users: dict[str, list[tuple[Node, int]]] = {}
    for node in nodes:
        for rank, (name, index) in enumerate((*node.inputs, *node.again)):
            if index == 0:
                users.setdefault(name, []).append((node, rank))
    stacks: list[list[Node]] = []
    for node in (each for each in nodes if is_lstm(each)):
        source = _source(node, table)
        below = [stack for stack in stacks if source and stack[-1] is source]
        follows = source is not None and returns_sequences(source) and source.merge != "none"
        if below and follows:
            below[0].append(node)
        else:
            stacks.append([node])
    alone = [[node] for stack in stacks if len(stack) > 1 for node in stack]
    wholes, singles = (
        tuple(_chain(tuple(stack), table, users) for stack in group) for group in (stacks, alone)
    )
    return wholes, singles


def _source(node: Node, table: dict[str, Node]) -> Node | None:
    """The layer whose first output is this one's sequence, past layers that change nothing."""
    for _ in range(len(table)):
        if not node.inputs:
            return None
        name, index = node.inputs[0]
        if name not in table or index != 0:
            return None
        node = table[name]
        if not _changes_nothing(node):
            return node
    return None


def _changes_nothing(node: Node) -> bool:
    if node.kind == "Activation":
        return node.config.get("activation") == "linear"
    return node.kind in THROUGH


def _chain(
    stack: tuple[Node, ...],
    table: dict[str, Node],
    users: dict[str, list[tuple[Node, int]]],
) -> Chain:
    warnings = []
    source = _source(stack[0], table)
    embedding = source if source and source.kind == "Embedding" and not source.wrapped else None
    before = [] if embedding else _before(stack[0], table)
    for node in stack:
        if len(node.inputs) > 1:
            others = ", ".join(dict.fromkeys(name[:60] for name, _ in node.inputs[1:]))
            warnings.append(f"{node.shown} takes its initial states from {others}.")
        if node.again:
            warnings.append(f"{node.shown} is used more than once in the model; here it runs once.")
        if node.half:
            warnings.append(f"Keras computes {node.shown} in {node.half}, lstmviz in float32.")
        if node.config.get("stateful") is True:
            warnings.append(f"{node.shown} is stateful: it keeps its states between batches.")
    if any(node.kind == "Masking" for node in table.values()) or (
        embedding and embedding.config.get("mask_zero") is True
    ):
        warnings.append("Masked steps are left out in Keras; here every step is run.")
    heads, more = _heads(stack[-1], users)
    return Chain(stack, embedding, heads, tuple(before), tuple(warnings + more))


def _before(node: Node, table: dict[str, Node]) -> list[str]:
    """What stands in front of an LSTM and cannot be run, the nearest first."""
    found: list[str] = []
    for _ in range(len(table)):
        if not node.inputs or node.inputs[0][0] not in table:
            break
        node = table[node.inputs[0][0]]
        if not _changes_nothing(node):
            found.append(node.shown)
    return found


def _heads(
    last: Node, users: dict[str, list[tuple[Node, int]]]
) -> tuple[tuple[Head, ...], list[str]]:
    """The Dense layers after the last LSTM as far as they follow each other, and warnings."""
    heads: list[Head] = []
    node = last
    if last.merge == "none":
        return (), [f"{last.shown} hands its directions on apart; here they stand side by side."]
    while True:
        after = [each for each, rank in users.get(node.name, []) if not is_lstm(each)]
        if not after:
            return tuple(heads), []
        if len(after) > 1:
            names = ", ".join(each.shown for each in after)
            return tuple(heads), [f"After {node.shown} the model branches ({names}): not run."]
        node = after[0]
        if node.again:
            told = (
                f"{node.shown} is used more than once in the model: it and what follows, not run."
            )
            return tuple(heads), [told]
        if node.quantised:
            told = f"{node.shown} is quantised or has LoRA weights: it and what follows, not run."
            return tuple(heads), [told]
        activation = _activation(node)
        if _changes_nothing(node):
            continue
        if node.kind == "Dense" and len(node.inputs) == 1:
            heads.append(Head(node, node.config.get("activation") or "linear"))
        elif activation and heads and heads[-1].activation == "linear":
            heads[-1] = Head(heads[-1].node, activation)
        else:
            return tuple(heads), [f"{node.shown} and what follows it are not run."]


def _activation(node: Node) -> object:
    """The activation that a layer is, "" if it is another layer or has settings of its own."""
    if node.kind == "Activation":
        return node.config.get("activation") or ""
    return layer_activation(node.kind, node.config) or ""
