"""Python source code that every machine has: the standard library's own files.

The split is by a hash of the file's name, so a file is held out on every machine and in
every version of Python, or in none. Which files there are differs all the same, so those held
out of one version are kept in the repository, and what is measured is measured on them.
"""

from __future__ import annotations

import hashlib
import string
import sysconfig
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

VOCABULARY = tuple(sorted("\n\t " + string.ascii_letters + string.digits + string.punctuation))
"""The 97 characters of ASCII that source code is written in."""

LEFT_OUT = {
    "__pycache__",
    "dist-packages",
    "encodings",  # tables of numbers
    "idle_test",
    "lib2to3",  # much of it is Python 2
    "pydoc_data",  # one file of prose
    "site-packages",
    "test",
    "tests",
    "turtledemo",
}
"""Folders that are not read."""

HELD_OUT = 16
"""One file in so many is held out."""

LONGEST = 12_000
"""Characters of a file that are measured, from its beginning."""

KEPT = Path(__file__).parents[2] / "tests" / "data" / "python" / "held_out.zip"
"""The beginnings of the files held out of Python 3.11.7: the same on every machine."""


def files() -> tuple[list[Path], list[Path]]:
    """The files to train on and the files held out, each sorted by name."""
    root = Path(sysconfig.get_path("stdlib"))
    names = sorted(
        path.relative_to(root)
        for path in root.rglob("*.py")
        if not LEFT_OUT & set(path.relative_to(root).parts)
    )
    chosen: tuple[list[Path], list[Path]] = [], []
    for name in names:
        if readable(root / name):
            chosen[held_out(name)].append(root / name)
    return chosen


def held_out(name: Path) -> bool:
    """Whether a file, named from the library's folder, is kept for measuring."""
    digest = hashlib.sha256(name.as_posix().encode()).digest()
    return digest[0] % HELD_OUT == 0


def readable(path: Path) -> bool:
    """Whether a file has at least 500 characters and all of them are in the vocabulary."""
    data = path.read_bytes()
    return len(data) >= 500 and not set(data.replace(b"\r\n", b"\n")) - set(map(ord, VOCABULARY))


def text_of(path: Path) -> str:
    """The text of a file with bare newlines."""
    return path.read_bytes().replace(b"\r\n", b"\n").decode("ascii")


def beginnings() -> dict[str, str]:
    """Of this machine's held-out files, by path, the lines that lie within what is measured."""
    root = Path(sysconfig.get_path("stdlib"))
    found = {}
    for path in files()[1]:
        text = text_of(path)
        if len(text) > LONGEST:
            text = text[: text.rindex("\n", 0, LONGEST) + 1]
        found[path.relative_to(root).as_posix()] = text
    return found


def keep() -> None:
    """Keep this machine's in the repository; the same files make the same archive."""
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(KEPT, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in beginnings().items():
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)


def kept() -> dict[str, str]:
    """The files kept in the repository: path in the library → text."""
    with zipfile.ZipFile(KEPT) as archive:
        return {name: archive.read(name).decode("ascii") for name in archive.namelist()}


def ids_of(text: str) -> NDArray[np.int64]:
    """The column of every character (steps,)."""
    table = np.full(128, -1)
    table[list(map(ord, VOCABULARY))] = np.arange(len(VOCABULARY))
    return table[np.frombuffer(text.encode("ascii"), np.uint8)]
