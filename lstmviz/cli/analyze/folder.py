"""The inputs in a folder, each run by the network that is asked about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lstmviz.cli.analyze.asked import Asked
from lstmviz.engine.trace import Trace
from lstmviz.errors import LstmvizError
from lstmviz.files import shown
from lstmviz.inputs import SUFFIXES, FileInput
from lstmviz.inputs.sequence import Sequence
from lstmviz.inputs.spoken import Spoken
from lstmviz.scene.elsewhere import ran_alike
from lstmviz.session import text_of


@dataclass(frozen=True, eq=False)
class FolderRun:
    """A file of the folder as it was read, and its run."""

    sequence: Sequence
    trace: Trace
    asked: Asked

    def text(self) -> Spoken:
        """The text of it; raises `LstmvizError` where it is none."""
        return text_of(self.asked.document, self.asked.network, self.sequence)


def runs_in(
    folder: Path, asked: Asked, skipped: list[str], own: bool = False
) -> Iterator[tuple[str, FolderRun]]:
    """(file name, run) of every input in a folder, by name; one is held at a time.

    Each is read and run as the input is that is asked about, with the same changes. That file
    itself is left out unless `own`. What cannot be read goes into `skipped`, a sentence each.
    Raises `LstmvizError` for a folder that is none or holds no input at all.
    """
    if not folder.is_dir():
        raise LstmvizError(f"{shown(folder)} is no folder; give one of input files.")
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not files:
        suffixes = " ".join(SUFFIXES)
        raise LstmvizError(f"{shown(folder)} holds no input; inputs are {suffixes} files.")
    given = asked.document.input
    known = Path(given.path).resolve() if isinstance(given, FileInput) and not own else None
    read = 0
    for path in files:
        if path.resolve() == known:
            continue
        try:
            trace, sequence = ran_alike(asked.run, path)
        except LstmvizError as error:
            skipped.append(f"left out: {error}")
            continue
        read += 1
        yield path.name, FolderRun(sequence, trace, asked)
    if not read and skipped:
        raise LstmvizError(f"no file of {shown(folder)} can be read; {skipped[0]}")
