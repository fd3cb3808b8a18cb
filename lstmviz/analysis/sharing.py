"""Runs that share rows with another: those are copied when somebody looks at them, not before.

A run with changes differs from its baseline in some rows only. The memory of its arrays is there
for every row, but what is not its own is filled in, array by array, when the array is asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from lstmviz.engine.trace import (
    DIRECTION_ARRAYS,
    INITIAL_ARRAYS,
    Array,
    DirectionTrace,
    LayerTrace,
    Trace,
)

_turn = threading.RLock()
"""Held while rows are copied, so that two threads that ask for an array get the same one."""
_LATER = "_later"
"""Where a part of a run keeps how what has not been asked for is made, by name."""


def sharing(own: Trace, other: Trace, rows: slice) -> Trace:
    """The run whose `rows` are those of `own` and whose others are those of `other`.

    Both have as many steps and the same sizes. The memory is that of `own`, in which `rows` may
    still be filled; the arrays handed out are closed to writing. `other` must not change any more.
    """
    layers = tuple(
        LayerTrace(
            **{
                name: _direction(mine, theirs, rows)
                for (name, mine), (_, theirs) in zip(
                    ours.directions(), others.directions(), strict=True
                )
            }
        )
        for ours, others in zip(own.layers, other.layers, strict=True)
    )
    known = {"spec": own.spec, "input": own.input, "layers": layers, "embedded": own.embedded}
    later: dict[str, Callable[[], Any]] = {
        "output": partial(_whole, own.output, other, "output", rows),
        "head_outputs": partial(_heads, own, other, rows),
    }
    (_, mine), *_ = own.layers[-1].directions()
    if own.output is mine.hidden_state:
        (_, last), *_ = layers[-1].directions()
        later["output"] = partial(getattr, last, "hidden_state")
    return _part(_SharingTrace, known, later)


def _direction(own: DirectionTrace, other: DirectionTrace, rows: slice) -> DirectionTrace:
    later: dict[str, Callable[[], Any]] = {
        name: partial(_whole, getattr(own, name), other, name, rows) for name in DIRECTION_ARRAYS
    }
    if own.hidden_state is own.cell_output:
        later["hidden_state"] = later["cell_output"]
    return _part(_SharingDirection, {n: getattr(own, n) for n in INITIAL_ARRAYS}, later)


def _whole(own: Array, other: DirectionTrace | Trace, name: str, rows: slice) -> Array:
    return _filled(own, getattr(other, name), rows)


def _heads(own: Trace, other: Trace, rows: slice) -> tuple[Array, ...]:
    pairs = zip(own.head_outputs, other.head_outputs, strict=True)
    return tuple(_filled(mine, theirs, rows) for mine, theirs in pairs)


def _filled(own: Array, other: Array, rows: slice) -> Array:
    """An array with the rows of another outside `rows`, closed to writing."""
    own[: rows.start] = other[: rows.start]
    own[rows.stop :] = other[rows.stop :]
    whole = own[:]
    whole.setflags(write=False)
    return whole


# Fields that are not there have no default either, so that Python asks `__getattr__` for them.
class _SharingDirection(DirectionTrace):
    def __getattr__(self, name: str) -> Any:
        return _asked(self, name)


class _SharingTrace(Trace):
    def __getattr__(self, name: str) -> Any:
        return _asked(self, name)


Kind = TypeVar("Kind", DirectionTrace, Trace)


def _part(kind: type[Kind], known: Mapping[str, Any], later: dict[str, Callable[[], Any]]) -> Kind:
    """A part of a run of which some fields are known, and the others are made `later`."""
    made = object.__new__(kind)
    vars(made).update(known, **{_LATER: later})
    return made


def _asked(part: DirectionTrace | Trace, name: str) -> Any:
    """A field that is not there yet: made now, and kept, as are others made in the same way."""
    with _turn:
        fields = vars(part)
        if name not in fields:
            later = fields.get(_LATER, {})
            if name not in later:
                raise AttributeError(f"{type(part).__name__!r} has no attribute {name!r}")
            make, value = later[name], later[name]()
            fields.update({each: value for each, other in later.items() if other is make})
            # Put in place of the one before, which a copy of this part has too.
            fields[_LATER] = {each: other for each, other in later.items() if other is not make}
        return fields[name]
