"""Pickles read without running them: every class and call in them becomes an inert stand-in.

A pickle is a program for a small stack machine (Lib/pickletools.py of CPython lists its
instructions). Known here are those of protocol 2 and later that only build data; the memory and
the time they take are bounded.
"""

from __future__ import annotations

import pickletools
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from lstmviz.errors import LstmvizError
from lstmviz.models.picklemachine import ALLOWANCE, Builder, Global, Machine, Made, called

MOST_STEPS = 2_000_000
"""Instructions at most: some hundred thousand values, read within a second or two."""

LONGEST_NUMBER = 256
DEEPEST = 10_000
NEWEST = 5

__all__ = ["Global", "Made", "Pickled", "load"]


@dataclass(frozen=True)
class Pickled:
    """The value of a pickle, and the byte after its end."""

    value: Any
    end: int


def load(
    data: bytes,
    builders: Mapping[str, Builder],
    persistent: Builder,
    where: str,
    start: int = 0,
    file_size: int = 0,
) -> Pickled:
    """Read the pickle at byte `start`; calls of `builders` (by full name) are made, others kept.

    Its values may take 32 MiB and once more the size of the file it is in.

    `persistent` makes the value of a persistent id. Raises `LstmvizError` for a damaged pickle,
    instructions that models do not use, calls that only an attack makes, and memory bombs;
    what a builder raises passes.
    """
    machine = Machine(data, start, builders, persistent, where, ALLOWANCE + file_size)
    steps = 0
    try:
        while (code := machine.data[machine.at]) != _STOP:
            machine.at += 1
            handler = _HANDLERS.get(code)
            if handler is None:
                _unknown(machine, code)
            handler(machine)
            steps += 1
            if steps > MOST_STEPS:
                raise LstmvizError(
                    f"{where} has more than {MOST_STEPS:,} instructions; save only the state_dict."
                )
        return Pickled(machine.stack.pop(), machine.at + 1)
    except LstmvizError:
        raise
    except (IndexError, EOFError):
        raise LstmvizError(
            f"{where} ends or breaks off at byte {machine.at:,}; it is damaged, so copy it again."
        ) from None
    except (ValueError, TypeError, KeyError, AttributeError, struct.error, OverflowError):
        raise LstmvizError(
            f"{where} is damaged at byte {machine.at:,}; copy or save it again."
        ) from None


def _unknown(m: Machine, code: int) -> NoReturn:
    known = {op.code: op.name for op in pickletools.opcodes}.get(chr(code))
    what = f"the pickle instruction {known}" if known else f"the byte {code}"
    raise LstmvizError(
        f"{m.where} has {what} at byte {m.at - 1:,}, which no PyTorch model has; it is refused."
    )


def _protocol(m: Machine) -> None:
    if m.number(1) > NEWEST:
        raise ValueError


def _frame(m: Machine) -> None:
    if m.number(8) > len(m.data) - m.at:
        raise EOFError


def _constant(value: Any) -> Callable[[Machine], None]:
    return lambda m: m.push(value, 8)


def _packed(layout: str) -> Callable[[Machine], None]:
    size = struct.calcsize(layout)
    return lambda m: m.push(struct.unpack(layout, m.take(size))[0], 40)


def _long(width: int) -> Callable[[Machine], None]:
    def run(m: Machine) -> None:
        length = m.number(width)
        if length > LONGEST_NUMBER:
            raise ValueError
        m.push(int.from_bytes(m.take(length), "little", signed=True), 300)

    return run


def _text(width: int) -> Callable[[Machine], None]:
    def run(m: Machine) -> None:
        data = m.take(m.number(width))
        m.push(data.decode(), 64 + 4 * len(data))

    return run


def _blob(width: int) -> Callable[[Machine], None]:
    def run(m: Machine) -> None:
        data = m.take(m.number(width))
        m.push(data, 64 + len(data))

    return run


def _byte_text(width: int) -> Callable[[Machine], None]:
    """A text of Python 2, whose bytes are kept one to one."""

    def run(m: Machine) -> None:
        data = m.take(m.number(width))
        m.push(data.decode("latin-1"), 80 + 2 * len(data))

    return run


def _mark(m: Machine) -> None:
    if len(m.marks) > DEEPEST:
        raise OverflowError
    m.marks.append(m.stack)
    m.stack = []


def _pop(m: Machine) -> None:
    if m.stack:
        m.stack.pop()
    else:
        m.pop_mark()


def _pop_mark(m: Machine) -> None:
    m.pop_mark()


def _tuple(m: Machine) -> None:
    items = m.pop_mark()
    m.push(tuple(items), 48 + 8 * len(items))


def _short_tuple(count: int) -> Callable[[Machine], None]:
    def run(m: Machine) -> None:
        items = tuple(m.stack[-count:])
        if len(items) < count:
            raise IndexError
        del m.stack[-count:]
        m.push(items, 72)

    return run


def _list(m: Machine) -> None:
    items = m.pop_mark()
    m.push(items, 64 + 10 * len(items))


def _dict(m: Machine) -> None:
    items = m.pop_mark()
    m.push({}, 64)
    _fill(m, items)


def _set(m: Machine) -> None:
    m.push(Made("builtins.set", ()), 80)


def _frozen_set(m: Machine) -> None:
    items = m.pop_mark()
    m.push(Made("builtins.frozenset", (), rows=items), 160 + 8 * len(items))


def _append(m: Machine) -> None:
    item = m.stack.pop()
    _extend(m, [item])


def _extend(m: Machine, items: list[Any]) -> None:
    """Add to the list, the set or the stand-in on top of the stack."""
    target = m.stack[-1]
    m.spend(10 * len(items))
    if isinstance(target, list):
        target.extend(items)
    elif isinstance(target, Made):
        if target.rows is None:
            target.rows = []
        target.rows.extend(items)
    else:
        raise TypeError


def _set_item(m: Machine) -> None:
    value = m.stack.pop()
    key = m.stack.pop()
    _fill(m, [key, value])


def _fill(m: Machine, items: list[Any]) -> None:
    """Key, value, key, value … into the dict or the stand-in on top of the stack.

    Only texts and whole numbers are kept as keys: those of models, and they hash at once.
    """
    target = m.stack[-1]
    if isinstance(target, Made):
        if target.items is None:
            target.items = {}
        target = target.items
    if not isinstance(target, dict) or len(items) % 2:
        raise TypeError
    m.spend(60 * len(items))
    for k in range(0, len(items), 2):
        if type(items[k]) in (str, int):
            target[items[k]] = items[k + 1]


def _put(width: int) -> Callable[[Machine], None]:
    def run(m: Machine) -> None:
        m.spend(110)
        m.memo[m.number(width)] = m.stack[-1]

    return run


def _memoize(m: Machine) -> None:
    m.spend(110)
    m.memo[len(m.memo)] = m.stack[-1]


def _get(width: int) -> Callable[[Machine], None]:
    return lambda m: m.push(m.memo[m.number(width)], 9)


def _global(m: Machine) -> None:
    m.push(Global(f"{m.line()}.{m.line()}"), 100)


def _stack_global(m: Machine) -> None:
    name, module = m.stack.pop(), m.stack.pop()
    if type(name) is not str or type(module) is not str or len(name) + len(module) > 1000:
        raise TypeError
    m.push(Global(f"{module}.{name}"), 160 + 4 * (len(module) + len(name)))


def _reduce(m: Machine) -> None:
    args, function = m.stack.pop(), m.stack.pop()
    m.push(called(m, function, args), 160)


def _new_object(m: Machine) -> None:
    _reduce(m)


def _new_object_named(m: Machine) -> None:
    m.stack.pop()
    _reduce(m)


def _build(m: Machine) -> None:
    state = m.stack.pop()
    target = m.stack[-1]
    if isinstance(target, Made):
        target.state = state


def _persistent(m: Machine) -> None:
    m.push(m.persistent(m.stack.pop()), 200)


_STOP = ord(".")
_HANDLERS: dict[int, Callable[[Machine], None]] = {
    0x80: _protocol,
    0x95: _frame,
    ord("("): _mark,
    ord("0"): _pop,
    ord("1"): _pop_mark,
    ord("2"): lambda m: m.push(m.stack[-1], 9),
    ord("N"): _constant(None),
    0x88: _constant(True),
    0x89: _constant(False),
    ord("J"): _packed("<i"),
    ord("K"): _packed("<B"),
    ord("M"): _packed("<H"),
    ord("G"): _packed(">d"),
    0x8A: _long(1),
    0x8B: _long(4),
    0x8C: _text(1),
    ord("X"): _text(4),
    0x8D: _text(8),
    ord("C"): _blob(1),
    ord("B"): _blob(4),
    0x8E: _blob(8),
    0x96: _blob(8),
    ord("U"): _byte_text(1),
    ord("T"): _byte_text(4),
    ord(")"): lambda m: m.push((), 8),
    ord("t"): _tuple,
    0x85: _short_tuple(1),
    0x86: _short_tuple(2),
    0x87: _short_tuple(3),
    ord("]"): lambda m: m.push([], 64),
    ord("l"): _list,
    ord("a"): _append,
    ord("e"): lambda m: _extend(m, m.pop_mark()),
    ord("}"): lambda m: m.push({}, 72),
    ord("d"): _dict,
    ord("s"): _set_item,
    ord("u"): lambda m: _fill(m, m.pop_mark()),
    0x8F: _set,
    0x90: lambda m: _extend(m, m.pop_mark()),
    0x91: _frozen_set,
    ord("q"): _put(1),
    ord("r"): _put(4),
    0x94: _memoize,
    ord("h"): _get(1),
    ord("j"): _get(4),
    ord("c"): _global,
    0x93: _stack_global,
    ord("R"): _reduce,
    0x81: _new_object,
    0x92: _new_object_named,
    ord("b"): _build,
    ord("Q"): _persistent,
}
