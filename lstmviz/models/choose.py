"""Which LSTM of a file is opened.

LSTMs that feed each other by width and are named or numbered one after the other open as one
stack. Where more than one remains, the user picks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lstmviz.errors import LstmvizError
from lstmviz.models.certificate import Found, NoLstmError, SeveralLstmsError
from lstmviz.models.own import MOST_LAYERS
from lstmviz.models.parts import Layer, Part, Parts
from lstmviz.models.tensors import Tensor, TensorFile

MOST_LSTMS = 200
QUANTISED = ("_all_weight_values", "_packed_params", "packed_weight", "quantized")
NUMPY = ("multiarray._reconstruct", "multiarray.scalar", "numeric._frombuffer")
NUMBER = re.compile(r"(\d{1,9})")


@dataclass(frozen=True, eq=False)
class Unit:
    """What can be opened: one LSTM, or several as a stack; `full` is its name in the file."""

    name: str
    full: str
    parts: tuple[Part, ...]

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers of all its parts."""
        return tuple(layer for part in self.parts for layer in part.layers)

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """All its tensors."""
        return tuple(tensor for part in self.parts for tensor in part.tensors)


@dataclass(frozen=True, eq=False)
class Choice:
    """The LSTM to open, all that could be, and the prefix their names were shown without."""

    unit: Unit
    choices: tuple[Found, ...]
    prefix: str


def choose(file: TensorFile, parts: Parts, lstm: str | None) -> Choice:
    """The LSTM named `lstm`, or the only one.

    Raises `LstmvizError` where there is none, naming what there is instead, and
    `SeveralLstmsError` where a pick is needed or wrong.
    """
    if not parts.lstms:
        raise (LstmvizError if parts.refused else NoLstmError)(_none(file, parts))
    if len(parts.lstms) > MOST_LSTMS:
        raise LstmvizError(
            f"{file.where} holds {len(parts.lstms)} LSTMs, more than the {MOST_LSTMS} that are "
            "told apart; save the one to look at by itself."
        )
    prefix = _prefix([part.name for part in parts.lstms])
    chains = _chains(parts, file.ordered)
    wholes = [_unit(chain, prefix) for chain in chains]
    singles = [_unit([part], prefix) for chain in chains if len(chain) > 1 for part in chain]
    choices = tuple(_found(unit) for unit in (*wholes, *singles))
    if lstm is not None:
        return Choice(_named(file, parts, [*wholes, *singles], choices, lstm), choices, prefix)
    if len(wholes) > 1:
        raise SeveralLstmsError(
            f"{file.where} holds {len(wholes)} LSTMs, {_listed(choices[: len(wholes)])}; pick one "
            "by its name (--lstm NAME).",
            choices,
        )
    return Choice(wholes[0], choices, prefix)


def _named(
    file: TensorFile, parts: Parts, units: list[Unit], choices: tuple[Found, ...], lstm: str
) -> Unit:
    """The unit of a name, short or full."""
    for unit in units:
        if lstm in (unit.name, unit.full):
            return unit
    for refused in parts.refused:
        if lstm == refused.name:
            raise LstmvizError(refused.reason)
    raise SeveralLstmsError(
        f"{file.where} holds no LSTM named {lstm[:80]!r}; there is {_listed(choices)}.", choices
    )


def _listed(choices: tuple[Found, ...]) -> str:
    rows = [f"{found.name} ({found.sizes[0]} → {found.sizes[2]})" for found in choices[:12]]
    return ", ".join(rows) + (" …" if len(choices) > 12 else "")


def _found(unit: Unit) -> Found:
    spec = unit.layers[0].spec
    sizes = (spec.input_size, spec.cell_size, spec.hidden_size)
    return Found(unit.name, len(unit.layers), spec.directions, sizes)


def _unit(chain: list[Part], prefix: str) -> Unit:
    """A stack by the names of its parts."""
    short = [part.name[len(prefix) :] or "lstm" for part in chain]
    full = [part.name for part in chain]
    return Unit(_together(short), _together(full), tuple(chain))


def _together(names: list[str]) -> str:
    return "+".join(names) if len(names) <= 3 else f"{names[0]}…{names[-1]}"


def _prefix(names: list[str]) -> str:
    """What all names have in front, up to a dot or slash."""
    fronts = [_front(name) for name in names]
    first, last = min(fronts), max(fronts)
    pairs = enumerate(zip(first, last, strict=False))
    return _front(first[: next((k for k, (a, b) in pairs if a != b), len(first))])


def _front(name: str) -> str:
    return name[: max(name.rfind("."), name.rfind("/")) + 1]


def _chains(parts: Parts, ordered: bool) -> list[list[Part]]:
    """Stacks of parts that follow each other, in the file's order."""
    lstms = parts.lstms
    by_name: dict[str, Part] = {}
    for part in lstms:
        by_name.setdefault(part.name, part)
    after: dict[Part, Part] = {}
    for part in by_name.values():
        following = next((by_name[n] for n in _successors(part.name) if n in by_name), None)
        if following is None or following in after.values() or not _feeds(part, following):
            continue
        if not (ordered and _apart(parts, part, following)):
            after[part] = following
    chains = []
    for part in lstms:
        if part in after.values():
            continue
        chain = [part]
        while chain[-1] in after:
            chain.append(after[chain[-1]])
        if sum(len(each.layers) for each in chain) > MOST_LAYERS:
            chains += [[each] for each in chain]
        else:
            chains.append(chain)
    return chains


def _feeds(part: Part, following: Part) -> bool:
    return part.output_size == following.input_size and part.gate_order == following.gate_order


def _apart(parts: Parts, part: Part, following: Part) -> bool:
    """Whether a layer that fits lies between two parts of a file in the model's order."""
    widths = part.output_size, following.input_size
    places = [other.place for other in parts.others if other.runs]
    places += [refused.first for refused in parts.refused]
    places += [dense.place for dense in parts.dense if (dense.width, dense.size) == widths]
    return any(part.last < place < following.first for place in places)


def _successors(name: str) -> Iterator[str]:
    """Names that come next: one number higher (the last number first), or numbered at all."""
    pieces = NUMBER.split(name)
    for k in range(len(pieces) - 2, 0, -2):
        yield "".join((*pieces[:k], str(int(pieces[k]) + 1), *pieces[k + 1 :]))
    for number in ("_1", "1", "_2", "2"):
        yield name + number


def _none(file: TensorFile, parts: Parts) -> str:
    """Why there is no LSTM, a sentence."""
    if parts.refused:
        return parts.refused[0].reason
    if file.lacking:
        return f"{file.where} {file.lacking}"
    for name in (*file.foreign, *file.classes, *file.tensors):
        kind = file.foreign.get(name) or file.classes.get(name, "")
        if any(word in name or word in kind for word in QUANTISED):
            return (
                f"{file.where}: {name[:100]!r} belongs to a quantised model, whose weights are no "
                "floats; save it before it is quantised."
            )
    arrays = [name for name, kind in file.foreign.items() if kind.endswith(NUMPY)]
    if arrays and not file.tensors:
        return (
            f"{file.where} holds NumPy arrays such as {arrays[0][:80]!r}, not tensors; save them "
            "with numpy.savez as .npz."
        )
    if not file.tensors:
        return f"{file.where} holds no tensors; save the model's state_dict."
    some = ", ".join(repr(name[:80]) for name in list(file.tensors)[:3])
    more = f" and {len(file.tensors) - 3:,} more" if len(file.tensors) > 3 else ""
    numbers = "; if it is an input, give it as one (--input)" if file.format == ".npz" else ""
    return (
        f"{file.where} holds no LSTM: none of its tensors ({some}{more}) has the name of an LSTM's "
        f"weights, such as weight_ih_l0 or recurrent_kernel{numbers}."
    )
