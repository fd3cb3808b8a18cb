"""PDFs without the time and the place of their making, so that equal figures are equal files."""

from __future__ import annotations

import hashlib
import re
import uuid

_ZONE = re.compile(rb"(?<=\(D:\d{14})[+-]\d\d'\d\d'(?=\))")
_DATES = re.compile(rb"(?<=\(D:)\d{14}(?=Z?\))|(?<=Date=\")[\d:T+-]{25}(?=\")")
_ID = re.compile(rb"(?<=uuid:)[0-9a-f-]{36}|(?<=<)[0-9a-f]{72}(?=>)")
_ENTRY = re.compile(rb"^\d{10}(?= \d{5} n)", re.MULTILINE)
"""Where an object begins, in the table of contents."""
_TABLE = re.compile(rb"(?<=\nstartxref\n)\d+")
"""Where the table of contents begins, at the very end."""


def timeless(data: bytes) -> bytes:
    """The PDF as Qt writes it without its dates, its identity taken from what it holds."""
    fixed = {14: b"20000101000000", 25: b"2000-01-01T00:00:00+00:00"}
    data = _DATES.sub(lambda found: fixed[len(found[0])], _in_utc(data))
    data = _ID.sub(lambda found: b"0" * len(found[0]), data)
    name = str(uuid.UUID(bytes=hashlib.sha256(data).digest()[:16])).encode()
    names = {36: name, 72: name.hex().encode()}
    return _ID.sub(lambda found: names[len(found[0])], data)


def _in_utc(data: bytes) -> bytes:
    """The dates written as those of a machine in UTC, which are shorter, and what lies behind
    them told to be nearer.
    """
    cuts = [(zone.start(), len(zone[0]) - 1) for zone in _ZONE.finditer(data)]
    if not cuts:
        return data

    def moved(place: re.Match[bytes]) -> int:
        at = int(place[0])
        return at - sum(length for start, length in cuts if start < at)

    start = data.rindex(b"\nxref\n")
    table = _ENTRY.sub(lambda found: b"%010d" % moved(found), data[start:])
    return _ZONE.sub(b"Z", data[:start]) + _TABLE.sub(lambda found: b"%d" % moved(found), table)
