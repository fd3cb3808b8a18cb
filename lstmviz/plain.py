"""Frozen dataclasses to JSON and back, strictly: every fault names its field."""

from __future__ import annotations

import dataclasses
import json
import math
import types
from typing import Any, NoReturn, TypeVar, Union, get_args, get_origin, get_type_hints

from lstmviz.errors import LstmvizError

T = TypeVar("T")
TYPE = "type"
"""The key that tells which of several dataclasses an object is."""


def to_plain(value: Any) -> Any:
    """A value made of dataclasses, tuples, dicts and plain types, as JSON data.

    A dataclass becomes an object with its class's name under `type`.
    """
    if dataclasses.is_dataclass(value):
        fields = {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {TYPE: type(value).__name__} | fields
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    return value


def parse(text: str | bytes, where: str) -> Any:
    """JSON without NaN, halves of characters and the like.

    Raises `LstmvizError`, naming the line where it can.
    """
    try:
        data = json.loads(text, parse_constant=_not_json)
        json.dumps(data, ensure_ascii=False).encode()  # refuses half a surrogate pair
        return data
    except json.JSONDecodeError as error:
        reason = error.msg[:1].lower() + error.msg[1:]
        raise LstmvizError(
            f"{where}, line {error.lineno} is not JSON ({reason}); it is damaged."
        ) from None
    except (ValueError, RecursionError):
        raise LstmvizError(f"{where} is not JSON that can be read; it is damaged.") from None


def from_plain(cls: type[T], data: Any, where: str) -> T:
    """The dataclass `cls` from JSON data; absent fields take their defaults.

    Raises `LstmvizError` for unknown fields, missing ones without a default, and wrong
    types; `where` is the file they are said to be in.
    """
    result: T = _dataclass(cls, data, where, "")
    return result


def _not_json(constant: str) -> NoReturn:
    raise ValueError(constant)


def _refuse(where: str, field: str, why: str) -> NoReturn:
    raise LstmvizError(f"{where}: {field or 'the whole'} {why}.")


def _dataclass(cls: Any, data: Any, where: str, at: str) -> Any:
    """One object; `at` is the dotted path of it."""
    if not isinstance(data, dict):
        _refuse(where, at, f"must be an object, not {_word(data)}")
    if data.get(TYPE, cls.__name__) != cls.__name__:
        _refuse(where, _join(at, TYPE), f"is {_word(data[TYPE])}, not {cls.__name__!r}")
    hints = get_type_hints(cls)
    fields = {f.name: f for f in dataclasses.fields(cls)}
    for key in data:
        if key not in fields and key != TYPE:
            _refuse(where, _join(at, str(key)), "is unknown to this version")
    values = {}
    for name, field in fields.items():
        if name in data:
            values[name] = _value(hints[name], data[name], where, _join(at, name))
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            _refuse(where, _join(at, name), "is missing")
    return cls(**values)


def _value(hint: Any, data: Any, where: str, at: str) -> Any:
    """One value of the type that the hint asks for."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _union(arguments, data, where, at)
    if dataclasses.is_dataclass(hint):
        return _dataclass(hint, data, where, at)
    if origin is tuple:
        if not isinstance(data, list):
            _refuse(where, at, f"must be a list, not {_word(data)}")
        return tuple(_value(arguments[0], item, where, f"{at}[{k}]") for k, item in enumerate(data))
    if origin is dict:
        if not isinstance(data, dict):
            _refuse(where, at, f"must be an object, not {_word(data)}")
        return {k: _value(arguments[1], v, where, _join(at, str(k))) for k, v in data.items()}
    return _plain(hint, data, where, at)


def _union(options: tuple[Any, ...], data: Any, where: str, at: str) -> Any:
    """None, or the one dataclass named by `type`, or the one type there is."""
    if data is None and type(None) in options:
        return None
    others = [option for option in options if option is not type(None)]
    if len(others) == 1:
        return _value(others[0], data, where, at)
    names = {option.__name__: option for option in others}
    kind = data.get(TYPE) if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in names:
        _refuse(where, _join(at, TYPE), f"must be one of {', '.join(names)}")
    return _dataclass(names[kind], data, where, at)


def _plain(hint: Any, data: Any, where: str, at: str) -> Any:
    """A str, bool, int or finite float (an int will do for a float, nothing else)."""
    if hint is float and type(data) in (int, float):
        number: float = data
        if abs(number) < 1e300 and math.isfinite(number):
            return float(number)
    elif type(data) is hint and not (hint is int and abs(data) >= 2**63):
        return data
    word = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}[hint]
    return _refuse(where, at, f"must be {word}, not {_word(data)}")


def _join(at: str, name: str) -> str:
    name = name if name.isprintable() and len(name) <= 60 else repr(name[:60])
    return f"{at}.{name}" if at else name


def _word(data: Any) -> str:
    """A value in a few characters."""
    if isinstance(data, dict):
        return "an object"
    if isinstance(data, list):
        return "a list"
    text = json.dumps(data)
    return text if len(text) <= 40 else text[:39] + "…"
