"""Vocabularies as plain data: a list of symbols, or one of the shapes that programs store."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lstmviz.errors import LstmvizError

MOST = 1_000_000
"""Symbols of one vocabulary at most."""

LONGEST = 16 * 2**20
"""Characters of metadata that are looked at."""

KEYS = (
    *("vocabulary", "vocab", "itos", "idx2char", "idx_to_char", "ix_to_char", "int2char"),
    *("id2char", "index2char", "idx2word", "idx_to_word", "ix_to_word", "id2token", "index_word"),
    *("stoi", "char2idx", "char_to_idx", "char_to_ix", "char2int", "char2id", "char2index"),
    *("word2idx", "word_to_idx", "word_to_ix", "word2id", "token2id", "word_index"),
    *("chars", "characters", "alphabet", "symbols", "tokens"),
)
"""What programs call a vocabulary, the plainest first."""

TOKENIZER = "model"
ADDED = "added_tokens"


def from_plain(data: Any, where: str) -> tuple[str, ...]:
    """The symbols of a vocabulary that was stored as plain data, by their numbers.

    `data` is a list of symbols; one text of single characters; {symbol: number} or {number:
    symbol}; an object with one of these under one of `KEYS`; or a Hugging Face tokenizer.json.
    Numbers without a symbol get "". Raises `LstmvizError`, naming the symbol, for what is no
    vocabulary, for a number or a symbol given twice and for numbers beyond a million.
    """
    if isinstance(data, str):
        return checked(tuple(data), where)
    if isinstance(data, list):
        return checked(tuple(_symbol(item, where) for item in _bounded(data, where)), where)
    if not isinstance(data, dict):
        raise LstmvizError(f"{where} is no vocabulary; give a list of symbols.")
    if isinstance(data.get(TOKENIZER), dict):
        return _tokenizer(data, where)
    inner = next((data[key] for key in KEYS if isinstance(data.get(key), dict | list)), None)
    if inner is not None:
        return from_plain(inner, where)
    return _numbered(data, where)


def found_in(data: Any) -> tuple[str, ...] | None:
    """The vocabulary beside a model's weights, under one of `KEYS`; None where there is none."""
    if not isinstance(data, dict):
        return None
    for key in KEYS:
        if isinstance(data.get(key), dict | list | str):
            try:
                return from_plain(data[key], key)
            except LstmvizError:
                continue
    return None


def told_in(texts: Mapping[str, str]) -> tuple[str, ...] | None:
    """The same of metadata, whose values are texts: JSON, or single characters in a row."""
    data: dict[str, Any] = {}
    for key in KEYS:
        if 0 < len(texts.get(key, "")) <= LONGEST:
            try:
                data[key] = json.loads(texts[key])
            except (ValueError, RecursionError):
                data[key] = texts[key]
    return found_in(data)


def fitting(symbols: tuple[str, ...] | None, size: int) -> tuple[str, ...] | None:
    """A vocabulary found in a file, if a network that reads `size` symbols may have it."""
    return symbols if symbols is not None and len(symbols) <= size else None


OVERSIZED = " symbols, but the network reads "
"""What a warning of a vocabulary that is left out says."""


def oversized(symbols: tuple[str, ...] | None, size: int) -> tuple[str, ...]:
    """A warning where a vocabulary found in a file has more than the `size` symbols read."""
    if symbols is None or len(symbols) <= size:
        return ()
    return (
        f"The vocabulary in the file has {len(symbols):,}{OVERSIZED}{size:,}, so it is left "
        "out; give the one it was trained with from a file (--vocab, or Vocabulary in the window).",
    )


def checked(symbols: tuple[str, ...], where: str) -> tuple[str, ...]:
    """The symbols as they are, if there is one at least and none is there twice.

    Raises `LstmvizError` naming the symbol; "" holds a place and may be there often.
    """
    if not any(symbols):
        raise LstmvizError(f"{where} holds no symbol; give at least one.")
    seen: dict[str, int] = {}
    for number, symbol in enumerate(symbols):
        if symbol and symbol in seen:
            raise LstmvizError(
                f"{where} gives the symbol {symbol[:40]!r} twice, as {seen[symbol]} and {number}; "
                "leave one out."
            )
        seen[symbol] = number
    return symbols


def _bounded(data: list[Any], where: str) -> list[Any]:
    if len(data) > MOST:
        raise LstmvizError(f"{where} has {len(data):,} symbols, more than {MOST:,}; shorten it.")
    return data


def _symbol(item: Any, where: str) -> str:
    """One item of a list: a symbol, or [symbol, score]."""
    if isinstance(item, list) and item:
        item = item[0]
    if not isinstance(item, str):
        raise LstmvizError(f"{where} holds {str(item)[:40]!r} among its symbols; give only texts.")
    return item


def _numbered(data: dict[Any, Any], where: str) -> tuple[str, ...]:
    """The symbols of {symbol: number} or {number: symbol}, in the numbers' order."""
    if data and all(isinstance(value, str) for value in data.values()):
        data = dict(_turned(data, where))
    numbers: dict[int, str] = {}
    for symbol, number in data.items():
        if type(number) is not int or not 0 <= number < MOST:
            raise LstmvizError(
                f"{where} gives the symbol {str(symbol)[:40]!r} the number {str(number)[:40]!r}; "
                f"give whole numbers from 0 to {MOST - 1:,}."
            )
        if number in numbers:
            raise LstmvizError(
                f"{where} gives the number {number} to {numbers[number][:40]!r} and "
                f"{str(symbol)[:40]!r}; give each symbol its own."
            )
        numbers[number] = str(symbol)
    if not numbers:
        raise LstmvizError(f"{where} holds no symbol; give at least one.")
    return checked(tuple(numbers.get(k, "") for k in range(max(numbers) + 1)), where)


def _turned(data: dict[Any, Any], where: str) -> list[tuple[str, int]]:
    """{number: symbol} as pairs of symbol and number."""
    pairs, seen = [], set[str]()
    for key, symbol in data.items():
        text = str(key)
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise LstmvizError(
                f"{where} gives {text[:40]!r} no number; give {{symbol: number}} or "
                "{number: symbol}."
            )
        if symbol in seen:
            raise LstmvizError(f"{where} gives the symbol {symbol[:40]!r} twice; leave one out.")
        seen.add(symbol)
        pairs.append((symbol, int(text)))
    return pairs


def _tokenizer(data: dict[Any, Any], where: str) -> tuple[str, ...]:
    """The symbols of a Hugging Face tokenizer.json, special ones included."""
    inner = data[TOKENIZER].get("vocab")
    if not isinstance(inner, dict | list) or not inner:
        raise LstmvizError(f"{where} is a tokenizer without a plain model.vocab; give a list.")
    symbols = list(from_plain(inner, where))
    added = data.get(ADDED)
    for token in added if isinstance(added, list) else []:
        number = token.get("id") if isinstance(token, dict) else None
        content = token.get("content") if isinstance(token, dict) else None
        if type(number) is int and 0 <= number < MOST and isinstance(content, str):
            symbols += [""] * (number + 1 - len(symbols))
            symbols[number] = content
    return checked(tuple(symbols), where)
