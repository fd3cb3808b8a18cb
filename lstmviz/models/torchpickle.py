"""What PyTorch puts into its pickles: tensors by storage, state dicts, whole modules.

The calls are those that `torch/_utils.py` and `torch/_tensor.py` write; the modules are found by
the dictionaries that `torch.nn.Module` keeps in every instance.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lstmviz.errors import LstmvizError
from lstmviz.models.picklemachine import Builder, Global, Made
from lstmviz.models.tensors import FLOATS, MOST_DIMENSIONS, reach

KINDS = {
    "FloatStorage": "float32",
    "DoubleStorage": "float64",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
}
FLAGS = (
    "input_size",
    "hidden_size",
    "num_layers",
    "bias",
    "batch_first",
    "dropout",
    "bidirectional",
    "proj_size",
)
"""What a whole nn.LSTM says of itself."""

MOST_TENSORS = 30_000
DEEPEST = 40
LONGEST_PATH = 400
_CHILDREN = ("_parameters", "_buffers", "_modules")
_COPIES = ("_flat_weights", "_all_weights", "_flat_weights_names", "_weight_refs")


@dataclass(frozen=True, eq=False, slots=True)
class StorageRef:
    """A run of numbers in the file: its type, the name it is kept under, how many."""

    kind: str
    key: str
    numbers: int


@dataclass(frozen=True, eq=False, slots=True)
class TensorRef:
    """A view of a storage, offset and strides in numbers; `fault` says why it cannot be read."""

    storage: StorageRef | None
    kind: str
    offset: int = 0
    shape: tuple[int, ...] = ()
    strides: tuple[int, ...] = ()
    fault: str = ""

    @property
    def view(self) -> Hashable:
        """What two references to the same numbers share, None where there are none."""
        if self.storage is None:
            return None
        return self.storage.key, self.kind, self.offset, self.shape, self.strides, self.fault


@dataclass(eq=False)
class Contents:
    """What was found in a pickle: tensors, and per module its class and flags, by dotted path."""

    tensors: dict[str, TensorRef] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    flags: dict[str, dict[str, Any]] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=dict)


def persistent(identity: Any) -> Any:
    """The storage of a persistent id ("storage", type, key, device, numbers …).

    Old files also have ("module", class, source file, source), which is the class.
    """
    if identity[0] == "module":
        return identity[1]
    tag, kind, key, _, numbers = identity[:5]
    if tag != "storage" or type(key) is not str or type(numbers) is not int or numbers < 0:
        raise TypeError
    name = kind.name.rpartition(".")[2] if isinstance(kind, Global) else str(kind)[:40]
    if len(identity) > 5 and identity[5] is not None:
        name = "a view of another storage"
    return StorageRef(KINDS.get(name, name), key, numbers)


def _tensor(args: tuple[Any, ...], kind: str = "", metadata: int = 6) -> TensorRef:
    """A view (storage, offset, shape, strides …), every number held against the storage."""
    kept, offset, shape, strides = args[:4]
    if not isinstance(kept, StorageRef):
        return TensorRef(None, "", fault="has no storage in the file")
    kind = kind or kept.kind
    numbers = (offset, *shape, *strides)
    if not all(type(n) is int for n in numbers) or len(shape) != len(strides):
        raise TypeError
    shape, strides = tuple(shape), tuple(strides)
    fault = ""
    held = kept.numbers
    if kept.kind == "UntypedStorage":  # whose numbers are bytes
        held //= FLOATS.get(kind, 1)
    if len(shape) > MOST_DIMENSIONS:
        fault = f"has {len(shape)} dimensions"
    elif min(numbers) < 0:
        fault = "has a size, a stride or an offset below 0"
    elif 0 not in shape and offset + reach(shape, strides) > held:
        fault = f"reaches out of its storage of {held:,} numbers"
    elif math.prod(shape) > held:
        fault = f"repeats the {held:,} numbers of its storage"
    elif len(args) > metadata and args[metadata]:
        fault = "is stored negated or conjugated"
    return TensorRef(kept, kind, offset, shape, strides, fault)


def _tensor_v3(args: tuple[Any, ...]) -> TensorRef:
    """A view of an untyped storage; its type is the seventh argument."""
    kind = args[6].name.removeprefix("torch.") if isinstance(args[6], Global) else "unknown"
    return _tensor(args, kind, 7)


def _faulty(kind: str, fault: str) -> Builder:
    """A tensor of a kind whose numbers are not read."""
    return lambda args: TensorRef(None, kind, fault=fault)


def _first(args: tuple[Any, ...]) -> Any:
    return args[0]


def _typed(args: tuple[Any, ...]) -> Any:
    """A tensor of a subclass: (function, type, arguments, state)."""
    function, _, inner = args[:3]
    builder = BUILDERS.get(function.name) if isinstance(function, Global) else None
    if builder is _typed:
        raise TypeError  # which never holds itself, but could without end
    return builder(inner) if builder else Made("torch._tensor._rebuild_from_type_v2", args)


def _ordered(args: tuple[Any, ...]) -> dict[Any, Any]:
    """An OrderedDict; Python 2 gave it its pairs at once."""
    pairs = args[0] if args else []
    if not isinstance(pairs, list):
        return {}
    return {pair[0]: pair[1] for pair in pairs if type(pair[0]) in (str, int)}


BUILDERS: dict[str, Builder] = {
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_tensor_v3": _tensor_v3,
    "torch._utils._rebuild_qtensor": _faulty("quantised", "is quantised"),
    "torch._utils._rebuild_sparse_tensor": _faulty("sparse", "is sparse (make it dense)"),
    "torch._utils._rebuild_meta_tensor_no_storage": _faulty(
        "meta", "has no numbers (it was on the device meta)"
    ),
    "torch._utils._rebuild_parameter": _first,
    "torch._utils._rebuild_parameter_with_state": _first,
    "torch._tensor._rebuild_from_type_v2": _typed,
    "torch.nn.parameter.Parameter": _first,
    "torch.Size": _first,
    "torch.jit._pickle.build_intlist": _first,
    "torch.jit._pickle.build_tensorlist": _first,
    "torch.jit._pickle.build_doublelist": _first,
    "torch.jit._pickle.build_boollist": _first,
    "torch.jit._pickle.restore_type_tag": _first,
    "collections.OrderedDict": _ordered,
    "collections.defaultdict": lambda args: {},
}
"""Calls that are understood; each gives plain data."""


def contents(root: Any, where: str) -> Contents:
    """Every tensor below a value, named by the way to it; each container is visited once.

    Raises `LstmvizError` for more than 30,000 tensors.
    """
    found = Contents()
    seen: set[int] = set()
    todo: list[tuple[str, Any, int]] = [("", root, 0)]
    while todo:
        path, value, depth = todo.pop()
        if isinstance(value, TensorRef):
            found.tensors.setdefault(path, value)
            if len(found.tensors) > MOST_TENSORS:
                raise LstmvizError(
                    f"{where} holds more than {MOST_TENSORS:,} tensors; save only the state_dict."
                )
            continue
        if not isinstance(value, (dict, list, tuple, Made)) or id(value) in seen:
            continue
        seen.add(id(value))
        if depth > DEEPEST or len(path) > LONGEST_PATH:
            continue
        if isinstance(value, Made):
            _note(found, path, value)
        children = [(_joined(path, key), child, depth + 1) for key, child in _children(value)]
        todo.extend(reversed(children))
    return found


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path and key else path or key


def _children(value: Any) -> Iterator[tuple[str, Any]]:
    """(name, value) of what a container holds that may lead to tensors."""
    if isinstance(value, dict):
        for key, child in value.items():
            if isinstance(child, (dict, list, tuple, Made, TensorRef)) and key not in _COPIES:
                yield _text(key), child
    elif isinstance(value, (list, tuple)):
        for index, child in enumerate(value):
            if isinstance(child, (dict, list, tuple, Made, TensorRef)):
                yield str(index), child
    elif isinstance(value.state, dict) and "_modules" in value.state:
        for name in _CHILDREN:
            yield "", value.state.get(name)
    else:
        for kept in (value.items, value.rows, value.state):
            if kept is not None:
                yield "", kept


def _text(key: Any) -> str:
    """A dictionary's key as a part of a name."""
    return key[:200] if isinstance(key, str) else str(key % 2**63)


def _note(found: Contents, path: str, value: Made) -> None:
    """Keep the class of a stand-in, and the flags of an nn.LSTM."""
    name = value.name
    if name.endswith("._reconstructor") and value.args and isinstance(value.args[0], Global):
        name = value.args[0].name
    state = value.state if isinstance(value.state, dict) else {}
    if state:
        found.classes[path] = name
        flags = {flag: state[flag] for flag in FLAGS if type(state.get(flag)) in (int, bool, float)}
        if flags:
            found.flags[path] = flags
    elif len(found.foreign) < 1000:
        found.foreign[path] = name
