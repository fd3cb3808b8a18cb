"""Operators that do little more than move numbers about, run on arrays: constants and probes.

Each follows the ONNX operator of its name, in the versions with settings as attributes and as
inputs. All raise ValueError, IndexError or TypeError for what does not fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstmviz.models.onnx.graph import TYPES, Node

Values = NDArray[Any]
Inputs = list[Values | None]
MOST_FILLED = 2**22
"""Values that a view which repeats them may have."""

FAULTS = (ValueError, IndexError, TypeError, OverflowError)


def run(node: Node, inputs: Inputs) -> Values:
    """What a node makes of its inputs; raises KeyError if it is of another kind."""
    return OPERATORS[node.op](node, inputs)


def made_of(node: Node, inputs: Inputs) -> int:
    """Numbers that `run` has to allocate, before it does."""
    if node.op == "Concat":
        return sum(each.size for each in inputs if each is not None)
    if node.op == "Gather":
        data, indices = _given(inputs, 0), _given(inputs, 1)
        axis = node.attributes.get("axis", 0)
        return indices.size * (data.size // max(data.shape[axis], 1) if data.ndim else 1)
    if node.op in ("Add", "Sub", "Mul", "Div"):
        return math.prod(np.broadcast_shapes(*(_given(inputs, k).shape for k in (0, 1))))
    if node.op == "DequantizeLinear":
        return 2 * _given(inputs, 0).size
    if node.op in ("Reshape", "Flatten") and not _given(inputs, 0).flags.c_contiguous:
        return _given(inputs, 0).size
    return _given(inputs, 0).size if node.op == "Cast" else 0


def _given(inputs: Inputs, index: int) -> Values:
    value = inputs[index] if index < len(inputs) else None
    if value is None:
        raise ValueError
    return value


def _list(node: Node, inputs: Inputs, name: str, index: int) -> list[int] | None:
    """A setting that is an attribute or, later, an input."""
    value = node.attributes.get(name)
    if isinstance(value, list):
        return [int(each) for each in value]
    given = inputs[index] if index < len(inputs) else None
    if given is None:
        return None
    if given.size > 100 or given.dtype.kind not in "iu":
        raise ValueError
    return [int(each) for each in given.ravel()]


def _same(node: Node, inputs: Inputs) -> Values:
    return _given(inputs, 0)


def _cast(node: Node, inputs: Inputs) -> Values:
    kind = TYPES.get(node.attributes.get("to", 0))
    if kind is None:
        raise ValueError
    return _given(inputs, 0).astype("<f4" if kind == "bfloat16" else kind, copy=False)


def _reshape(node: Node, inputs: Inputs) -> Values:
    data, shape = _given(inputs, 0), _list(node, inputs, "shape", 1)
    if shape is None:
        raise ValueError
    if not node.attributes.get("allowzero", 0):
        shape = [data.shape[k] if size == 0 else size for k, size in enumerate(shape)]
    return data.reshape(shape)


def _transpose(node: Node, inputs: Inputs) -> Values:
    return _given(inputs, 0).transpose(node.attributes.get("perm"))


def _squeeze(node: Node, inputs: Inputs) -> Values:
    axes = _list(node, inputs, "axes", 1)
    return np.squeeze(_given(inputs, 0), None if axes is None else tuple(axes))


def _unsqueeze(node: Node, inputs: Inputs) -> Values:
    axes = _list(node, inputs, "axes", 1)
    if axes is None:
        raise ValueError
    return np.expand_dims(_given(inputs, 0), tuple(axes))


def _flatten(node: Node, inputs: Inputs) -> Values:
    data, axis = _given(inputs, 0), node.attributes.get("axis", 1)
    axis += data.ndim if axis < 0 else 0
    return data.reshape(math.prod(data.shape[:axis]), -1)


def _slice(node: Node, inputs: Inputs) -> Values:
    data = _given(inputs, 0)
    starts, ends = _list(node, inputs, "starts", 1), _list(node, inputs, "ends", 2)
    if starts is None or ends is None:
        raise ValueError
    axes = _list(node, inputs, "axes", 3) or list(range(len(starts)))
    steps = _list(node, inputs, "steps", 4) or [1] * len(starts)
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        size = data.shape[axis]
        stop = None if step < 0 and end < -size else end
        cut: list[Any] = [slice(None)] * data.ndim
        cut[axis] = slice(start, stop, step)
        data = data[tuple(cut)]
    return data


def _gather(node: Node, inputs: Inputs) -> Values:
    return np.take(_given(inputs, 0), _given(inputs, 1), node.attributes.get("axis", 0))


def _concat(node: Node, inputs: Inputs) -> Values:
    return np.concatenate([_given(inputs, k) for k in range(len(inputs))], node.attributes["axis"])


def _split(node: Node, inputs: Inputs) -> Values:
    """One of the parts, that of the node's attribute `part`; there are `parts`."""
    data, axis = _given(inputs, 0), node.attributes.get("axis", 0)
    part, parts = node.attributes["part"], node.attributes["parts"]
    each = -(-data.shape[axis] // parts)
    sizes = _list(node, inputs, "split", 1) or [each] * parts
    if len(sizes) != parts or min(sizes) < 0:
        raise ValueError
    start = sum(sizes[:part])
    cut: list[Any] = [slice(None)] * data.ndim
    cut[axis] = slice(start, start + sizes[part])
    result: Values = data[tuple(cut)]
    return result


def _dequantised(node: Node, inputs: Inputs) -> Values:
    """(x - zero point) · scale, one of each or one along an axis."""
    data, scale = _given(inputs, 0), _given(inputs, 1)
    zero = inputs[2] if len(inputs) > 2 else None
    if data.dtype.kind not in "iu" or scale.dtype.kind != "f" or node.attributes.get("block_size"):
        raise ValueError
    shape = [1] * data.ndim
    if scale.size > 1:
        axis = node.attributes.get("axis", 1)
        if data.shape[axis] != scale.size:
            raise ValueError
        shape[axis] = scale.size
    moved = data.astype(scale.dtype)
    if zero is not None:
        moved -= zero.reshape(shape).astype(scale.dtype)
    result: Values = moved * scale.reshape(shape)
    return result


def _shape(node: Node, inputs: Inputs) -> Values:
    shape = _given(inputs, 0).shape
    start, end = node.attributes.get("start", 0), node.attributes.get("end", len(shape))
    return np.array(shape[start:end], np.int64)


def _constant(node: Node, inputs: Inputs) -> Values:
    """The forms of a Constant that are not a tensor."""
    for name in ("value_int", "value_ints"):
        if name in node.attributes:
            return np.array(node.attributes[name], np.int64)
    for name in ("value_float", "value_floats"):
        if name in node.attributes:
            return np.array(node.attributes[name], np.float32)
    raise ValueError


def _bounded(shape: Values) -> tuple[int, ...]:
    """A shape given as numbers, of no more values than can be looked through."""
    sizes = tuple(int(size) for size in shape.ravel()[:9])
    if len(sizes) > 8 or math.prod(sizes) > MOST_FILLED:
        raise ValueError
    return sizes


def _filled(node: Node, inputs: Inputs) -> Values:
    """ConstantOfShape, as a view that takes no memory."""
    shape = _given(inputs, 0)
    value = np.asarray(node.attributes.get("value", np.float32(0))).reshape(())
    return np.broadcast_to(value, _bounded(shape))


def _expand(node: Node, inputs: Inputs) -> Values:
    """Expand, as a view that takes no memory."""
    data, shape = _given(inputs, 0), _given(inputs, 1)
    wanted = np.broadcast_shapes(data.shape, _bounded(shape))
    if math.prod(wanted) > max(MOST_FILLED, data.size):
        raise ValueError
    return np.broadcast_to(data, wanted)


def _arithmetic(function: Callable[[Values, Values], Values]) -> Callable[[Node, Inputs], Values]:
    def apply(node: Node, inputs: Inputs) -> Values:
        return function(_given(inputs, 0), _given(inputs, 1))

    return apply


def _divide(a: Values, b: Values) -> Values:
    if a.dtype.kind in "iu" and not b.all():
        raise ValueError
    return a // b if a.dtype.kind in "iu" else a / b


OPERATORS: dict[str, Callable[[Node, Inputs], Values]] = {
    "Identity": _same,
    "Dropout": _same,
    "Cast": _cast,
    "Reshape": _reshape,
    "Transpose": _transpose,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Flatten": _flatten,
    "Slice": _slice,
    "Gather": _gather,
    "Concat": _concat,
    "Split": _split,
    "DequantizeLinear": _dequantised,
    "Shape": _shape,
    "Constant": _constant,
    "ConstantOfShape": _filled,
    "Expand": _expand,
    "Add": _arithmetic(lambda a, b: a + b),
    "Sub": _arithmetic(lambda a, b: a - b),
    "Mul": _arithmetic(lambda a, b: a * b),
    "Div": _arithmetic(_divide),
}
"""Operator → how it runs."""
