"""What can be chosen of a file before it is read, and whether something must be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lstmviz import npy
from lstmviz.files import reading, shown
from lstmviz.inputs import waves
from lstmviz.inputs.arrays import NAME
from lstmviz.inputs.sequence import unnamed
from lstmviz.inputs.tables import Column, columns_of

MOST = 4096
"""Columns that are offered one by one at most."""


@dataclass(frozen=True)
class Choices:
    """What a file offers: columns, `items` sequences of a batch (0: it is none), frames.

    `why` says in a sentence what has to be chosen; "" where the file can be read as it is. `told`
    is what the choice may depend on: the rate and length of a sound.
    """

    columns: tuple[Column, ...] = ()
    items: int = 0
    frames: bool = False
    why: str = ""
    told: str = ""


def choices(path: str, input_size: int | None) -> Choices:
    """The choices of a file for a network that reads `input_size` values (None: any).

    Only as much is read as that takes. Raises `LstmvizError` for a file that cannot be read;
    a text, and a file of another kind, offers none.
    """
    match Path(path).suffix.lower():
        case ".csv" | ".tsv":
            columns = columns_of(path)
            words = [column.name for column in columns if not column.numeric]
            if words:
                why = f"{Path(path).name}: no numbers in {', '.join(words[:4])}; choose others."
                return Choices(columns, why=why)
            return Choices(columns, why=_width(path, len(columns), input_size))
        case ".npy" | ".npz":
            return _of_array(path, input_size)
        case ".wav":
            return Choices(frames=True, told=waves.told(path))
    return Choices()


def _width(path: str, width: int, input_size: int | None) -> str:
    if input_size is None or width <= input_size:
        return ""
    return (
        f"{Path(path).name} has {width:,} columns, but the network reads {input_size:,}; choose "
        f"{input_size:,}."
    )


def _of_array(path: str, input_size: int | None) -> Choices:
    """The choices that an array's shape leaves."""
    shape = _shape(path)
    batch = len(shape) == 3 and shape[0] > 1 and shape[1] > 1
    width = shape[-1] if len(shape) in (2, 3) else 1
    if not 0 < width <= MOST or len(shape) > 3:
        return Choices()
    columns = tuple(Column(name, numeric=True) for name in unnamed(width))
    why = _width(path, width, input_size)
    if batch and not why:
        why = f"{Path(path).name} is a batch of {shape[0]:,} sequences; choose one."
    return Choices(columns, shape[0] if batch else 0, why=why)


def _shape(path: str) -> tuple[int, ...]:
    """The shape that the file claims; () for an archive of which no array is chosen."""
    if Path(path).suffix.lower() == ".npy":
        with reading(path) as stream:
            return npy.read_header(stream, shown(path))[0].shape
    with npy.opened(path) as archive:
        names = npy.members(archive)
        if NAME not in names and len(names) != 1:
            return ()
        which = NAME if NAME in names else names[0]
        with archive.open(f"{which}.npy") as stream:
            return npy.read_header(stream, shown(path))[0].shape
