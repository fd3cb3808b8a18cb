"""Reading and writing files with every fault told in one sentence."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lstmviz.errors import LstmvizError


def shown(path: str | Path) -> str:
    """A path as it may stand in a one-line sentence."""
    text = str(path)
    return text if text.isprintable() and text else repr(text)


def cause(error: OSError) -> str:
    """What the system says of a failure, as the end of a sentence."""
    return (error.strerror or str(error) or type(error).__name__).lower()


@contextlib.contextmanager
def reading(path: str | Path) -> Iterator[IO[bytes]]:
    """Open an ordinary file for reading.

    Raises `LstmvizError` if it is missing, a folder, a device, or cannot be read.
    """
    try:
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            raise LstmvizError(f"{shown(path)} is a folder; give a file in it.")
        if not stat.S_ISREG(mode):
            raise LstmvizError(f"{shown(path)} is not an ordinary file; copy it into one.")
        with Path(path).open("rb") as stream:
            yield stream
    except FileNotFoundError:
        raise LstmvizError(f"{shown(path)} does not exist; check the name.") from None
    except OSError as error:
        raise LstmvizError(f"{shown(path)} cannot be read: {cause(error)}.") from None
    except ValueError as error:  # a NUL character in the name
        if isinstance(error, LstmvizError):
            raise
        raise LstmvizError(f"{shown(path)} cannot be read: {error}.") from None


def read_text(path: str | Path, limit: int) -> str:
    """The whole of a UTF-8 file of at most `limit` bytes, without a byte order mark.

    Raises `LstmvizError` if it is larger or not UTF-8 (naming the byte).
    """
    with reading(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > limit:
            raise LstmvizError(
                f"{shown(path)} has {size:,} bytes, more than the {limit:,} that are read; "
                "give a shorter part of it."
            )
        data = stream.read(limit)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LstmvizError(
            f"{shown(path)} is not UTF-8 text (byte {error.start + 1}); save it as UTF-8."
        ) from None


def check_target(path: str | Path) -> None:
    """Raise `LstmvizError` if a file of this name cannot be: ask before long work."""
    folder = Path(path).parent
    if Path(path).is_dir():
        raise LstmvizError(f"{shown(path)} is a folder; give the name of a file.")
    if not folder.is_dir():
        raise LstmvizError(
            f"{shown(path)} cannot be written: the folder {shown(folder)} does not exist; make it "
            "first."
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise LstmvizError(
            f"{shown(path)} cannot be written: the folder {shown(folder)} is closed to writing; "
            "choose another."
        )


@contextlib.contextmanager
def writing(path: str | Path) -> Iterator[IO[bytes]]:
    """Write a file that appears whole or not at all.

    The bytes go to a temporary file beside it, which takes its place at the end; on any
    error the old file stays. Raises `LstmvizError` if the target cannot be written.
    """
    target = Path(path)
    temporary: Path | None = None
    try:
        check_target(target)
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as stream:
            yield stream
        temporary.chmod(_mode(target))
        temporary.replace(target)
        temporary = None
    except OSError as error:
        raise LstmvizError(f"{shown(path)} cannot be written: {cause(error)}.") from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _mode(target: Path) -> int:
    """The permissions the new file gets: the old one's, else what the umask leaves."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
