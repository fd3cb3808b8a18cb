"""A stack machine that holds what a pickle builds, and bounds it; nothing is imported or called.

Where a pickle names a class or a function, a `Global` with that name is put on the stack; where
it calls one, a `Made` records the call. Only the `builders` given, which are ours, are called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lstmviz.errors import LstmvizError

ALLOWANCE = 32 * 2**20
"""Bytes that the values of a pickle may take beyond its own size."""

FORBIDDEN = frozenset(
    (
        *("os", "posix", "nt", "subprocess", "sys", "runpy", "socket", "shutil", "ctypes", "pty"),
        *("importlib", "imp", "webbrowser", "codeop", "pdb", "bdb", "timeit", "cProfile", "pip"),
        *("multiprocessing", "threading", "asyncio", "urllib", "http", "ftplib", "smtplib"),
        *("pydoc", "pickle", "_pickle", "marshal", "shelve", "zipimport", "popen2"),
    )
)
"""Modules whose call refuses the file: no model needs one, so it is an attack."""

_BUILTINS = ("eval", "exec", "execfile", "compile", "open", "file", "input", "__import__")
FORBIDDEN_CALLS = frozenset(
    (
        *(f"builtins.{name}" for name in _BUILTINS),
        *(f"__builtin__.{name}" for name in _BUILTINS),
        *("torch.load", "torch.hub.load", "torch.jit.load", "torch.serialization.load"),
        "numpy.load",
    )
)


@dataclass(frozen=True, slots=True)
class Global:
    """The name of a class or function: module and name, joined by a dot."""

    name: str


@dataclass(eq=False, slots=True)
class Made:
    """What a call would have made: the caller's name, and everything said to it since."""

    name: str
    args: Any
    state: Any = None
    items: dict[Any, Any] | None = None
    rows: list[Any] | None = None


Builder = Callable[[tuple[Any, ...]], Any]


class Machine:
    """The state of the stack machine while it reads one pickle."""

    __slots__ = (
        *("allowance", "at", "builders", "data", "left"),
        *("marks", "memo", "persistent", "stack", "where"),
    )

    def __init__(
        self,
        data: bytes,
        at: int,
        builders: Mapping[str, Builder],
        persistent: Builder,
        where: str,
        allowance: int,
    ) -> None:
        self.data, self.at, self.where = data, at, where
        self.builders, self.persistent = builders, persistent
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.allowance = self.left = allowance

    def take(self, count: int) -> bytes:
        """The next bytes."""
        end = self.at + count
        if end > len(self.data):
            raise EOFError
        piece = self.data[self.at : end]
        self.at = end
        return piece

    def spend(self, count: int) -> None:
        """Charge bytes of memory."""
        self.left -= count
        if self.left < 0:
            raise LstmvizError(
                f"{self.where} would unpack into more than {self.allowance:,} bytes "
                "besides its weights; save only the state_dict."
            )

    def number(self, width: int) -> int:
        """The next bytes as an unsigned number."""
        return int.from_bytes(self.take(width), "little")

    def line(self) -> str:
        """Text up to the end of the line, at most 500 bytes of it."""
        end = self.data.find(b"\n", self.at, self.at + 500)
        if end < 0:
            raise EOFError
        text = self.take(end - self.at + 1)[:-1].decode()
        self.spend(60 + len(text))
        return text

    def pop_mark(self) -> list[Any]:
        """Everything above the last mark, which goes too."""
        items = self.stack
        self.stack = self.marks.pop()
        return items

    def push(self, value: Any, cost: int) -> None:
        """Put a value of so many bytes on the stack."""
        self.spend(cost)
        self.stack.append(value)


def called(m: Machine, function: Any, args: Any) -> Any:
    """What a call makes: a builder's value, or a record of it.

    Raises `LstmvizError` for a call that only an attack makes.
    """
    if not isinstance(args, tuple):
        raise TypeError
    if not isinstance(function, Global):
        return Made(getattr(function, "name", "") or "a value", args)
    name = function.name
    if name.partition(".")[0] in FORBIDDEN or name in FORBIDDEN_CALLS:
        told = name if name.isprintable() and len(name) <= 80 else repr(name[:80])
        raise LstmvizError(
            f"{m.where} asks to run {told} when it is opened; nothing was run, and the file is "
            "refused, as no model needs that."
        )
    builder = m.builders.get(name)
    return builder(args) if builder else Made(name, args)
