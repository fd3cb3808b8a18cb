"""From a file's tensors to a network, and the certificate of how they were read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import PurePath

import numpy as np

from lstmviz.engine.memory import VARIABLE, budget, size_text
from lstmviz.engine.network import Array, CellWeights, HeadWeights, Network
from lstmviz.engine.spec import EmbeddingSpec, HeadSpec, NetworkSpec
from lstmviz.errors import LstmvizError
from lstmviz.models.around import Around, around
from lstmviz.models.certificate import Certificate, Opened
from lstmviz.models.choose import Choice, Unit, choose
from lstmviz.models.collect import collect
from lstmviz.models.own import not_finite
from lstmviz.models.progress import Progress, counting
from lstmviz.models.tensors import Tensor, TensorFile
from lstmviz.npy import Tick
from lstmviz.symbols import fitting, oversized

SPARE = 16 * 2**20
"""Bytes that weights may take beyond twice the file."""

LONGEST_NAME = 500
STATE = re.compile(
    r"(init|initial|learned|start)_?(h|c|hx|cx|hidden|cell|state|hidden_state|cell_state)_?0?"
    r"|(h|c|hx|cx|hidden|cell|state)_?(0|init|initial|start)"
)
"""Names that modules give the states they start from."""


def opened(file: TensorFile, lstm: str | None = None, progress: Progress | None = None) -> Opened:
    """The network of a file's LSTM, with what surrounds it; `lstm` picks one by its name.

    Raises `LstmvizError` where there is no LSTM or one of its tensors is at fault (naming it),
    and `SeveralLstmsError` where a pick is needed or wrong.
    """
    _check_names(file)
    parts = collect(file)
    choice = choose(file, parts, lstm)
    outside = around(parts, choice.unit.parts, file.ordered)
    network = _network(file, choice, outside, progress)
    return Opened(network, _certificate(file, choice, outside, network.spec.input_size))


def _check_names(file: TensorFile) -> None:
    """Raise `LstmvizError` for a name that cannot be shown."""
    for name in file.tensors:
        if len(name) > LONGEST_NAME or not name.isprintable():
            raise LstmvizError(
                f"{file.where} has a tensor named {name[:80]!r}, which is too long or no text to "
                "be shown; rename it."
            )


def _used(choice: Choice, outside: Around) -> list[Tensor]:
    """Every tensor that is read."""
    table = [outside.table.weights] if outside.table else []
    return [*table, *choice.unit.tensors, *(t for dense in outside.dense for t in dense.tensors)]


class _Reading:
    """Reads tensors as one type, telling of progress; keeps them by name.

    Tensors of one `read`, those with tied weights, are read once.
    """

    def __init__(self, tensors: list[Tensor], progress: Progress | None) -> None:
        wide = any(tensor.kind == "float64" for tensor in tensors)
        self.dtype = np.dtype(np.float64 if wide else np.float32)
        self.arrays: dict[str, Array] = {}
        self._kept: dict[Callable[[Tick], Array], Array] = {}
        total = sum(tensor.numbers * _bytes(tensor) for tensor in _apart(tensors))
        self._tick = counting(progress, total)

    def read(self, tensor: Tensor) -> Array:
        """The numbers of a tensor, closed to writing."""
        if tensor.read not in self._kept:
            self._kept[tensor.read] = self._read(tensor)
        array = self.arrays[tensor.name] = self._kept[tensor.read]
        return array

    def _read(self, tensor: Tensor) -> Array:
        with np.errstate(all="ignore"):  # weights may be infinite or NaN, and folded
            array = tensor.read(self._tick)
        if array.dtype != self.dtype:
            array = array.astype(self.dtype)
            array.setflags(write=False)
        return array


def _apart(tensors: Iterable[Tensor]) -> Iterable[Tensor]:
    """Each of several tensors with the same numbers once."""
    return {tensor.read: tensor for tensor in tensors}.values()


def _bytes(tensor: Tensor) -> int:
    return {"float64": 8, "float32": 4}.get(tensor.kind, 2)


def _network(
    file: TensorFile, choice: Choice, outside: Around, progress: Progress | None
) -> Network:
    """Read every weight once."""
    used = _used(choice, outside)
    _check_size(file, used)
    reading = _Reading(used, progress)
    table = reading.read(outside.table.weights) if outside.table else None
    layers = choice.unit.layers
    cells = tuple(
        {
            direction: CellWeights(**{name: reading.read(t) for name, t in fields.items()})
            for direction, fields in layer.directions.items()
        }
        for layer in layers
    )
    heads = tuple(
        HeadWeights(reading.read(d.weights), reading.read(d.bias) if d.bias else None)
        for d in outside.dense
    )
    spec = NetworkSpec(
        tuple(layer.spec for layer in layers),
        tuple(HeadSpec(d.size, "linear", d.bias is not None) for d in outside.dense),
        EmbeddingSpec(*outside.table.weights.shape) if outside.table else None,
    )
    return Network(
        spec,
        cells,
        heads,
        fitting(file.vocabulary, spec.input_size),
        title=f"{choice.unit.name} of {PurePath(file.where).name}",
        trained=True,
        notes=not_finite(reading.arrays),
        format=file.format,
        gate_order=choice.unit.parts[0].gate_order,
        embedding=table,
    )


def _check_size(file: TensorFile, used: list[Tensor]) -> None:
    """Raise `LstmvizError` for more weights than the file can hold or memory should."""
    needed = sum(tensor.size for tensor in used)
    if needed > 2 * file.size + SPARE:
        raise LstmvizError(
            f"{file.where} unpacks {size_text(needed)} of weights out of {size_text(file.size)} of "
            "file; its tensors lie over each other, or it is packed too hard: save it plainly."
        )
    if needed > budget():
        raise LstmvizError(
            f"{file.where} holds weights of {size_text(needed)}, more than the "
            f"{size_text(budget())} allowed; raise {VARIABLE} if that is right."
        )


def _certificate(file: TensorFile, choice: Choice, outside: Around, input_size: int) -> Certificate:
    """What was understood."""
    unit = choice.unit
    used = tuple(name for tensor in _used(choice, outside) for name in tensor.names)
    taken = set(used)
    first = unit.parts[0]
    warnings = [*file.warnings, *dict.fromkeys(w for part in unit.parts for w in part.warnings)]
    if len(unit.parts) > 1:
        warnings.append(
            f"{unit.name} opened as one stack, as their names and widths follow each other; pick "
            "one by its name to see it alone."
        )
        warnings += outside.between
    warnings += _states(file, unit, taken)
    flags = file.flags.get(first.name, {})
    return Certificate(
        file.format,
        "Keras" if first.gate_order == "ifco" else file.framework or "PyTorch",
        file.version,
        first.gate_order,
        _biases(unit.tensors, choice),
        first.activations,
        choice.prefix,
        used,
        tuple(name for name in file.tensors if name not in taken),
        outside.before,
        choice.choices,
        unit.name,
        (*warnings, *outside.warnings, *oversized(file.vocabulary, input_size)),
        tuple(f"{name}={value}" for name, value in flags.items()),
    )


def _states(file: TensorFile, unit: Unit, taken: set[str]) -> list[str]:
    """A sentence on tensors whose names and sizes are those of learnt states to start from."""
    layers = unit.layers
    most = sum(layer.spec.cell_size * len(layer.directions) for layer in layers)
    sizes = {size for each in layers for size in (each.spec.hidden_size, each.spec.cell_size)}
    names = [
        repr(name)
        for name, tensor in file.tensors.items()
        if name not in taken
        and STATE.fullmatch(name.rpartition(".")[2])
        and 0 < tensor.numbers <= most
        and any(tensor.numbers % size == 0 for size in sizes)
    ]
    if not names:
        return []
    return [
        f"{' and '.join(names[:4])} may be the states to start from: h and c start at zero here."
    ]


def _biases(tensors: tuple[Tensor, ...], choice: Choice) -> str:
    fields = next(iter(choice.unit.layers[0].directions.values()))
    count = len({"input_bias", "recurrent_bias"} & set(fields))
    return ("none", "one per gate", "two per gate, added together")[count]
